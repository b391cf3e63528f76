/* backstop accept: takes a refusal back, and keeps it from happening again.
 *
 * The engine sees the file change at the next question, as it does the
 * keyring, so nothing is restarted or told. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/base/fault.h"
#include "common/cli/accept.h"
#include "common/cli/load.h"
#include "common/config/accepted_file.h"
#include "common/engine/state_folder.h"

/* The file in the hands of a subcommand. */
struct book {
	struct bs_config *config;
	struct bs_state_folder_paths paths;
	int lock; /* -1: only to be read */
	struct bs_accepted list;
};

static int
complain(const char *path, int rc)
{
	bs_complain("%s: %s%s", path, strerror(-rc),
	    rc == -EACCES || rc == -EPERM ? "; run as root" : "");
	return bs_exit_of(rc);
}

static int
lock(struct book *book)
{
	const char *state = book->config->state;
	int rc = bs_state_folder_lock(state, &book->lock);

	if (rc == -ENOENT) {
		bs_complain("%s is not there; type: backstop init", state);
		return bs_exit_of(rc);
	}
	return rc == 0 ? 0 : complain(state, rc);
}

/* Returns 0, or an exit status after the complaint; close it in any case. */
static int
open_book(const struct bs_call *call, bool to_write, struct book *out)
{
	struct bs_fault fault = {0};
	char line[BS_FAULT_LINE];
	int status;
	int rc;

	out->config = NULL;
	out->lock = -1;
	if ((status = bs_load_config(call, &out->config)) != 0)
		return status;
	rc = bs_state_folder_paths(out->config->state, &out->paths);
	if (rc != 0)
		return complain(out->config->state, rc);
	if (to_write && (status = lock(out)) != 0)
		return status;
	rc = bs_accepted_load(out->paths.accepted, &out->list, &fault);
	if (rc == -EACCES)
		return complain(out->paths.accepted, rc);
	if (rc != 0)
		bs_complain("%s%s: %s", out->paths.accepted,
		    bs_fault_line(&fault, line), fault.text);
	return bs_exit_of(rc);
}

static int
save_book(const struct book *book)
{
	struct bs_fault fault = {0};
	gid_t gid;
	int rc = bs_state_folder_group(book->config, &gid, &fault);

	if (rc != 0) {
		bs_complain("%s", fault.text);
		return bs_exit_of(rc);
	}
	rc = bs_accepted_save(book->paths.accepted, &book->list, gid);
	return rc == 0 ? 0 : complain(book->paths.accepted, rc);
}

static void
close_book(struct book *book)
{
	bs_config_free(book->config);
	if (book->lock >= 0)
		close(book->lock);
}

/* Reads what was typed. Returns 0, or an exit status after the complaint. */
static int
read_name(const char *text, struct bs_accepted_entry *out)
{
	if (bs_accepted_name(text, out) == 0)
		return 0;
	bs_complain("'%.80s' is not a network (as 192.0.2.1 or 192.0.2.0/24), "
		    "domain or address",
	    text);
	return EX_USAGE;
}

struct bs_json *
bs_accept_json(const struct bs_accepted_entry *entry)
{
	static const char *const kinds[] = {"client", "domain", "address"};
	struct bs_json *object = bs_json_object();

	bs_json_text(object, "accepted", entry->what);
	bs_json_text(object, "kind", kinds[entry->kind]);
	bs_json_time(object, "since", entry->since);
	bs_json_time(object, "until", entry->until);
	return object;
}

/* Whether a network is wider than /8, or /16 of IPv6: a slip of the hand would
 * end the judging of half the world. */
static bool
is_too_wide(const struct bs_accepted_entry *entry)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	const struct bs_netblock *block = &entry->block;

	if (entry->kind != BS_ACCEPTED_CLIENT)
		return false;
	return memcmp(block->address, mapped, sizeof(mapped)) == 0
		   ? block->prefix < 96 + 8
		   : block->prefix < 16;
}

static int
put(struct book *book, const struct bs_accepted_entry *entry)
{
	if (bs_accepted_put(&book->list, entry) != 0) {
		bs_complain("%d entries are all there can be; type: backstop "
			    "accept list",
		    BS_ACCEPTED_MAX);
		return BS_EXIT_NO;
	}
	return save_book(book);
}

int
bs_cmd_accept(const struct bs_call *call)
{
	static const char *const ways[] = {"from", "from or to", "from or to"};
	struct bs_accepted_entry entry;
	struct book book;
	char until[BS_TIME_TEXT];
	int status = read_name(call->words[0], &entry);

	if (status != 0)
		return status;
	if (is_too_wide(&entry) && !call->force) {
		bs_complain("%s holds a great part of all hosts: no bounce "
			    "from any of them would be refused; if you mean "
			    "it, add --force",
		    entry.what);
		return BS_EXIT_NO;
	}
	entry.since = call->now;
	entry.until = call->now + (int64_t)call->days * BS_DAY_SECONDS;
	if ((status = open_book(call, true, &book)) != 0)
		goto out;
	bs_accepted_expire(&book.list, call->now);
	if ((status = put(&book, &entry)) != 0)
		goto out;
	if (call->json)
		bs_json_print(bs_accept_json(&entry));
	else
		bs_print(stdout,
		    "until %s no bounce %s %s is refused or marked as spam\n",
		    bs_time_text(entry.until, until), ways[entry.kind],
		    entry.what);
out:
	close_book(&book);
	return status;
}

int
bs_cmd_accept_list(const struct bs_call *call)
{
	struct book book;
	char since[BS_TIME_TEXT];
	char until[BS_TIME_TEXT];
	int status = open_book(call, false, &book);

	if (status != 0)
		goto out;
	bs_accepted_expire(&book.list, call->now);
	for (size_t i = 0; i < book.list.count; i++) {
		const struct bs_accepted_entry *entry = &book.list.entries[i];

		if (call->json)
			bs_json_print(bs_accept_json(entry));
		else
			bs_print(stdout, "%s since %s until %s\n", entry->what,
			    bs_time_text(entry->since, since),
			    bs_time_text(entry->until, until));
	}
	if (book.list.count == 0 && !call->json)
		puts("nothing is accepted by hand");
out:
	close_book(&book);
	return status;
}

int
bs_cmd_accept_remove(const struct bs_call *call)
{
	struct bs_accepted_entry entry;
	struct book book;
	int status = read_name(call->words[0], &entry);

	if (status != 0)
		return status;
	if ((status = open_book(call, true, &book)) != 0)
		goto out;
	if (!bs_accepted_remove(&book.list, entry.what)) {
		bs_complain("%s is not accepted; type: backstop accept list",
		    entry.what);
		status = BS_EXIT_NO;
		goto out;
	}
	bs_accepted_expire(&book.list, call->now);
	if ((status = save_book(&book)) != 0)
		goto out;
	if (call->json)
		bs_json_print(bs_accept_json(&entry));
	else
		bs_print(stdout, "%s is judged as all others again\n",
		    entry.what);
out:
	close_book(&book);
	return status;
}
