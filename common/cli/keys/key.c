/* backstop key: the life of a key, from pending to purged. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/load.h"
#include "common/cli/options.h"
#include "common/cli/keys/key.h"
#include "common/cli/keys/keybook.h"
#include "common/cli/output.h"

static void
print_row(const struct bs_keybook *book, const struct bs_key *key)
{
	char created[BS_TIME_TEXT];
	char activated[BS_TIME_TEXT];
	char retired[BS_TIME_TEXT];
	char purge[BS_TIME_TEXT];

	bs_print(stdout, "%-4u %-8s %-21s %-21s %-21s %s%s\n", key->number,
	    bs_key_state_name(key->state), bs_time_text(key->created, created),
	    key->activated == 0 ? "-" : bs_time_text(key->activated, activated),
	    key->retired == 0 ? "-" : bs_time_text(key->retired, retired),
	    bs_keybook_purge_text(book, key, purge),
	    bs_key_is_lent(key, book->lifetime_days, bs_day_of(book->now))
		? ", lent"
		: "");
}

int
bs_cmd_key_list(const struct bs_call *call)
{
	struct bs_keybook book;
	int status = bs_keybook_open(call, false, &book);

	if (status != 0)
		goto out;
	if (!call->json)
		bs_print(stdout, "%-4s %-8s %-21s %-21s %-21s %s\n", "KEY",
		    "STATE", "CREATED", "ACTIVATED", "RETIRED", "PURGE FROM");
	for (size_t i = 0; i < book.keyring.count; i++) {
		if (call->json)
			bs_json_print(bs_keybook_json(&book.keyring.keys[i]));
		else
			print_row(&book, &book.keyring.keys[i]);
	}
out:
	bs_keybook_close(&book);
	return status;
}

/* Prints what became of a key, as an object or a line. */
static void BS_PRINTF(4, 5) print_done(const struct bs_call *call,
    const struct bs_keybook *book, unsigned number, const char *format, ...)
{
	const struct bs_key *key = bs_keyring_find(&book->keyring, number);
	va_list args;

	if (call->json && key != NULL) {
		bs_json_print(bs_keybook_json(key));
		return;
	}
	va_start(args, format);
	bs_vprint(stdout, format, args);
	va_end(args);
	putchar('\n');
}

/* A refusal of the keyring. Returns the exit status. */
static int
refuse(const struct bs_keybook *book, unsigned number, int rc, const char *why)
{
	const struct bs_key *key = bs_keyring_find(&book->keyring, number);

	switch (rc) {
	case -ENOENT:
		bs_complain("there is no key %u; type: backstop key list",
		    number);
		return BS_EXIT_NO;
	case -EBUSY:
		bs_complain("key %u is %s: %s", number,
		    key == NULL ? "gone" : bs_key_state_name(key->state), why);
		return BS_EXIT_NO;
	default:
		bs_complain("key %u: %s", number, strerror(-rc));
		return bs_exit_of(rc);
	}
}

/* Makes a key of our own. Returns its number, or -1 with *status set after
 * the complaint. */
static int
make_key(struct bs_keybook *book, int wanted, int *status)
{
	int number = bs_keybook_number(book, wanted);
	int rc;

	*status = BS_EXIT_NO;
	if (number < 0)
		return -1;
	rc = bs_keyring_make(&book->keyring, (unsigned)number,
	    bs_keybook_origin(book), book->now);
	if (rc == 0)
		return number;
	*status = refuse(book, (unsigned)number, rc, "");
	return -1;
}

int
bs_cmd_key_add(const struct bs_call *call)
{
	struct bs_keybook book;
	int number;
	int status = bs_keybook_open(call, true, &book);

	if (status == 0 &&
	    (number = make_key(&book, call->key, &status)) >= 0 &&
	    (status = bs_keybook_save(&book)) == 0)
		print_done(call, &book, (unsigned)number,
		    "key %d is pending; to sign with it, type: backstop key "
		    "activate %d",
		    number, number);
	bs_keybook_close(&book);
	return status;
}

/* Activates a key, and says which one verifies on. */
static int
activate(const struct bs_call *call, struct bs_keybook *book, unsigned number)
{
	const struct bs_key *old = bs_keyring_active(&book->keyring);
	char text[BS_TIME_TEXT];
	int old_number = old == NULL ? -1 : (int)old->number;
	int rc = bs_keyring_activate(&book->keyring, number, book->now);
	int status;

	if (rc == -EPERM) {
		bs_complain("key %u was exported with --verify-only: this host "
			    "must not sign with it",
		    number);
		return BS_EXIT_NO;
	}
	if (rc != 0)
		return refuse(book, number, rc,
		    "only a pending key can be activated");
	if ((status = bs_keybook_save(book)) != 0)
		return status;
	if (old_number < 0)
		print_done(call, book, number, "key %u is active", number);
	else
		print_done(call, book, number,
		    "key %u is active; key %d verifies until %s", number,
		    old_number,
		    bs_keybook_purge_text(book,
			bs_keyring_find(&book->keyring, (unsigned)old_number),
			text));
	return 0;
}

int
bs_cmd_key_rotate(const struct bs_call *call)
{
	struct bs_keybook book;
	int number;
	int status = bs_keybook_open(call, true, &book);

	if (status == 0 && (number = make_key(&book, -1, &status)) >= 0)
		status = activate(call, &book, (unsigned)number);
	bs_keybook_close(&book);
	return status;
}

static int
revoke(const struct bs_call *call, struct bs_keybook *book, unsigned number)
{
	const struct bs_key *key = bs_keyring_find(&book->keyring, number);
	bool is_active = key != NULL && key->state == BS_KEY_ACTIVE;
	char text[BS_TIME_TEXT];
	int rc = bs_keyring_revoke(&book->keyring, number, book->now);
	int status;

	if (rc != 0)
		return refuse(book, number, rc,
		    is_active ? "rotate first, so that mail is signed on: "
				"backstop key rotate"
			      : "there is nothing to revoke");
	if ((status = bs_keybook_save(book)) != 0)
		return status;
	print_done(call, book, number,
	    "key %u is revoked; backstop key purge frees its number, from: %s",
	    number, bs_keybook_purge_text(book, key, text));
	return 0;
}

/* What a verb does to the key whose number is its argument. */
typedef int change(const struct bs_call *call, struct bs_keybook *book,
    unsigned number);

static int
change_key(const struct bs_call *call, change *verb)
{
	struct bs_keybook book;
	int number = bs_options_key(call->words[0]);
	int status;

	if (number < 0)
		return EX_USAGE;
	if ((status = bs_keybook_open(call, true, &book)) == 0)
		status = verb(call, &book, (unsigned)number);
	bs_keybook_close(&book);
	return status;
}

int
bs_cmd_key_activate(const struct bs_call *call)
{
	return change_key(call, activate);
}

int
bs_cmd_key_revoke(const struct bs_call *call)
{
	return change_key(call, revoke);
}

int
bs_cmd_key_unlend(const struct bs_call *call)
{
	struct bs_keybook book;
	char text[BS_TIME_TEXT];
	int number = bs_options_key(call->words[0]);
	int64_t since;
	int status;
	int rc;

	if (number < 0 || bs_options_day(call->words[1], &since) != 0)
		return EX_USAGE;
	if (since > call->now) {
		bs_complain("%s: is not over yet", call->words[1]);
		return BS_EXIT_NO;
	}
	if ((status = bs_keybook_open(call, true, &book)) != 0)
		goto out;
	rc = bs_keyring_unlend(&book.keyring, (unsigned)number, since);
	if (rc != 0)
		status = refuse(&book, (unsigned)number, rc,
		    "it is not lent; type: backstop key list");
	else if ((status = bs_keybook_save(&book)) == 0)
		print_done(call, &book, (unsigned)number,
		    "key %d is back since %s: coverage can be full when its "
		    "last tag of there has expired, %u days later",
		    number, bs_day_text(bs_day_of(since), text),
		    bs_day_window(book.lifetime_days));
out:
	bs_keybook_close(&book);
	return status;
}

static void
print_purged(const struct bs_call *call, unsigned number)
{
	struct bs_json *json;

	if (!call->json) {
		bs_print(stdout, "key %u is purged\n", number);
		return;
	}
	json = bs_json_object();
	bs_json_number(json, "key", number);
	bs_json_text(json, "state", "purged");
	bs_json_print(json);
}

static int
purge_one(const struct bs_call *call, struct bs_keybook *book, unsigned number)
{
	const struct bs_key *key = bs_keyring_find(&book->keyring, number);
	char text[BS_TIME_TEXT];
	char why[2 * BS_TIME_TEXT];
	int rc = bs_keyring_purge(&book->keyring, number, book->now,
	    book->lifetime_days);
	int status;

	if (rc == -EBUSY && key->state == BS_KEY_PENDING)
		return refuse(book, number, rc,
		    "revoke it first: backstop key revoke K");
	if (rc == -EBUSY && key->state == BS_KEY_ACTIVE)
		return refuse(book, number, rc,
		    "rotate first: backstop key rotate");
	if (rc == -EBUSY) {
		snprintf(why, sizeof(why),
		    "tags made with it may come home; wait until %s",
		    bs_keybook_purge_text(book, key, text));
		return refuse(book, number, rc, why);
	}
	if (rc != 0)
		return refuse(book, number, rc, "");
	if ((status = bs_keybook_save(book)) == 0)
		print_purged(call, number);
	return status;
}

/* Purges what is due, then says when the rest will be. */
static int
purge_due(const struct bs_call *call, struct bs_keybook *book)
{
	bool gone[BS_KEY_NUMBERS] = {false};
	char text[BS_TIME_TEXT];
	bool some = false;
	int status = 0;

	for (unsigned number = 0; number < BS_KEY_NUMBERS; number++) {
		gone[number] = bs_keyring_purge(&book->keyring, number,
				   book->now, book->lifetime_days) == 0;
		some = some || gone[number];
	}
	if (some && (status = bs_keybook_save(book)) != 0)
		return status;
	for (unsigned number = 0; number < BS_KEY_NUMBERS; number++)
		if (gone[number])
			print_purged(call, number);
	if (call->json)
		return 0;
	if (!some)
		puts("no key is due");
	for (size_t i = 0; i < book->keyring.count; i++) {
		const struct bs_key *key = &book->keyring.keys[i];

		if (bs_key_purge_time(key, book->lifetime_days) > 0)
			bs_print(stdout, "key %u can be purged from %s on\n",
			    key->number,
			    bs_keybook_purge_text(book, key, text));
	}
	return 0;
}

int
bs_cmd_key_purge(const struct bs_call *call)
{
	struct bs_keybook book;
	int number = -1;
	int status;

	if (call->count > 0 && (number = bs_options_key(call->words[0])) < 0)
		return EX_USAGE;
	if ((status = bs_keybook_open(call, true, &book)) == 0)
		status = number < 0 ? purge_due(call, &book)
				    : purge_one(call, &book, (unsigned)number);
	bs_keybook_close(&book);
	return status;
}
