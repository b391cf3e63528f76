/* The keyring in the hands of a subcommand: locked, changed, saved, shown. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/cli/load.h"
#include "common/cli/keys/keybook.h"
#include "common/cli/output.h"
#include "common/cli/store/look.h"
#include "common/keys/keyring_file.h"

static int
lock(struct bs_keybook *book)
{
	const char *state = book->config->state;
	int rc = bs_state_folder_lock(state, &book->lock);

	if (rc == -ENOENT)
		bs_complain("%s is not there; type: backstop init", state);
	else if (rc != 0)
		bs_complain("%s: %s%s", state, strerror(-rc),
		    rc == -EACCES ? "; run as root" : "");
	return bs_exit_of(rc);
}

/* All but the keyring and the lifetime. */
static int
begin(const struct bs_call *call, struct bs_keybook *out)
{
	int status;
	int rc;

	memset(out, 0, sizeof(*out));
	out->lock = -1;
	out->now = call->now;
	if ((status = bs_load_config(call, &out->config)) != 0)
		return status;
	if ((rc = bs_state_folder_paths(out->config->state, &out->paths)) != 0)
		bs_complain("%s: %s", out->config->state, strerror(-rc));
	return bs_exit_of(rc);
}

int
bs_keybook_look(const struct bs_call *call, struct bs_keybook *out)
{
	int status = begin(call, out);

	if (status != 0)
		return status;
	status = bs_read_keyring(out->config, &out->keyring, out->why);
	if ((status == EX_NOPERM && geteuid() != 0) ||
	    (status != 0 && access(out->config->state, F_OK) != 0)) {
		bs_complain("%s", out->why);
		return status;
	}
	out->lifetime_days = bs_look_for_lifetime(out->config, out->now);
	return 0;
}

int
bs_keybook_open(const struct bs_call *call, bool to_write,
    struct bs_keybook *out)
{
	int status;

	if ((status = begin(call, out)) != 0)
		return status;
	if (to_write && (status = lock(out)) != 0)
		return status;
	if ((status = bs_load_keyring(out->config, &out->keyring)) != 0)
		return status;
	if (to_write && out->keyring.damaged != 0) {
		bs_complain("no key is changed until that line is mended: take "
			    "the keyring from a backup, or delete the line and "
			    "rotate");
		return EX_DATAERR;
	}
	out->lifetime_days = bs_look_for_lifetime(out->config, out->now);
	return 0;
}

void
bs_keybook_close(struct bs_keybook *book)
{
	bs_keyring_wipe(&book->keyring);
	bs_config_free(book->config);
	book->config = NULL;
	if (book->lock >= 0)
		close(book->lock);
	book->lock = -1;
}

int
bs_keybook_save(const struct bs_keybook *book)
{
	struct bs_fault fault = {0};
	gid_t gid;
	int rc = bs_state_folder_group(book->config, &gid, &fault);

	if (rc == 0)
		rc = bs_keyring_save(book->paths.keyring, &book->keyring, gid);
	if (rc == 0)
		return 0;
	if (fault.text[0] != '\0')
		bs_complain("%s", fault.text);
	else
		bs_complain("%s: %s%s", book->paths.keyring, strerror(-rc),
		    rc == -EACCES ? "; run as root" : "");
	return bs_exit_of(rc);
}

enum bs_key_origin
bs_keybook_origin(const struct bs_keybook *book)
{
	uint32_t today = bs_day_of(book->now);

	for (size_t i = 0; i < book->keyring.count; i++) {
		const struct bs_key *key = &book->keyring.keys[i];

		if (key->origin == BS_KEY_REMADE &&
		    bs_day_of(key->created) == today)
			return BS_KEY_REMADE;
	}
	return BS_KEY_MADE;
}

/* Says when a number becomes free. */
static void
complain_full(const struct bs_keybook *book)
{
	char text[BS_TIME_TEXT];
	int64_t first = -1;

	for (size_t i = 0; i < book->keyring.count; i++) {
		int64_t due = bs_key_purge_time(&book->keyring.keys[i],
		    book->lifetime_days);

		if (due >= 0 && (first < 0 || due < first))
			first = due;
	}
	if (first < 0)
		bs_complain("all ten key numbers are used, and no key is on "
			    "its way out; revoke a pending one: "
			    "backstop key revoke K");
	else if (first <= book->now)
		bs_complain("all ten key numbers are used; type: "
			    "backstop key purge");
	else
		bs_complain("all ten key numbers are used; the next can be "
			    "purged from %s on",
		    bs_time_text(first, text));
}

int
bs_keybook_number(const struct bs_keybook *book, int wanted)
{
	int number = bs_keyring_free_number(&book->keyring);

	if (number < 0) {
		complain_full(book);
		return -1;
	}
	if (wanted < 0)
		return number;
	if (bs_keyring_find(&book->keyring, (unsigned)wanted) == NULL)
		return wanted;
	bs_complain("key number %d is used; %d is free", wanted, number);
	return -1;
}

struct bs_json *
bs_keybook_json(const struct bs_key *key)
{
	struct bs_json *json = bs_json_object();

	bs_json_number(json, "key", key->number);
	bs_json_text(json, "state", bs_key_state_name(key->state));
	bs_json_time(json, "created", key->created);
	bs_json_time(json, "activated", key->activated);
	bs_json_time(json, "retired", key->retired);
	bs_json_time(json, "lent", key->lent);
	bs_json_time(json, "returned", key->returned);
	return json;
}

const char *
bs_keybook_purge_text(const struct bs_keybook *book, const struct bs_key *key,
    char *out)
{
	int64_t due = bs_key_purge_time(key, book->lifetime_days);

	if (due < 0)
		return "-";
	return due <= book->now ? "now" : bs_time_text(due, out);
}
