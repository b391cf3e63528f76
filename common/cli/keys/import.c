/* backstop key import and export: secrets that come from elsewhere, or go. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/cli/load.h"
#include "common/cli/options.h"
#include "common/base/ascii.h"
#include "common/base/file.h"
#include "common/cli/keys/import.h"
#include "common/cli/keys/keybook.h"
#include "common/cli/output.h"

/* Room for ten keys of an export and its comments. */
#define INPUT_MAX 8192

/* Exim's HMAC takes longer ones, but ${prvs} is documented with short
 * strings; 64 octets are HMAC-SHA1's block. */
#define EXIM_SECRET_MAX 64

/* A line of an export: this, the key number, the secret in hexadecimal. */
#define EXPORT_WORD "backstop-key-1"
#define VERIFY_WORD "backstop-verify-key-1"

struct input {
	const char *name;
	size_t len;
	char text[INPUT_MAX];
};

struct secret {
	enum bs_key_origin origin;
	size_t len;
	uint8_t octets[BS_KEY_SECRET_MAX];
};

/* Reads the file that was named, or standard input. Returns 0 or an exit
 * status after the complaint. */
static int
load_input(const struct bs_call *call, struct input *out)
{
	int fd = STDIN_FILENO;
	int rc;

	out->len = 0;
	out->name = call->count > 0 ? call->words[0] : "standard input";
	if (call->count > 0)
		fd = open(out->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	else if (isatty(fd))
		fputs("The secret, then Control-D:\n", stderr);
	if (fd < 0)
		rc = -errno;
	else
		rc = bs_file_read(fd, out->text, sizeof(out->text), &out->len);
	if (fd > STDIN_FILENO)
		close(fd);
	if (rc == -EFBIG) {
		bs_complain("%s: too long for a secret", out->name);
		return EX_DATAERR;
	}
	if (rc != 0)
		bs_complain("%s: %s", out->name, strerror(-rc));
	return bs_exit_of(rc);
}

/* Exim: a string, a single newline behind it is the file's. batv-tools: all
 * octets of the file, the newline too. */
static int
read_foreign(enum bs_dialect dialect, const struct input *input,
    struct secret *out)
{
	size_t max =
	    dialect == BS_DIALECT_EXIM ? EXIM_SECRET_MAX : BS_KEY_SECRET_MAX;
	size_t len = input->len;

	if (dialect == BS_DIALECT_EXIM) {
		if (len > 0 && input->text[len - 1] == '\n')
			len--;
		if (memchr(input->text, '\0', len) != NULL ||
		    memchr(input->text, '\n', len) != NULL) {
			bs_complain("%s: a secret of Exim's is one line "
				    "without a NUL",
			    input->name);
			return EX_DATAERR;
		}
	}
	if (len == 0 || len > max) {
		bs_complain("%s: the secret has %zu octets, must be 1 to %zu",
		    input->name, len, max);
		return EX_DATAERR;
	}
	out->len = len;
	memcpy(out->octets, input->text, len);
	return 0;
}

static bool
read_hex(const char *text, size_t len, struct secret *out)
{
	if (len == 0 || len % 2 != 0 || len / 2 > sizeof(out->octets))
		return false;
	out->len = len / 2;
	for (size_t i = 0; i < out->len; i++) {
		int high = bs_ascii_hex(text[2 * i]);
		int low = bs_ascii_hex(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out->octets[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool
begins(const char *line, size_t len, const char *word)
{
	size_t word_len = strlen(word);

	return len > word_len && memcmp(line, word, word_len) == 0;
}

/* "backstop-key-1 4 00ff...". Returns the key number or -1. */
static int
read_export_line(const char *line, size_t len, struct secret *out)
{
	bool signs = begins(line, len, EXPORT_WORD " ");
	size_t before;

	if (!signs && !begins(line, len, VERIFY_WORD " "))
		return -1;
	before = strlen(signs ? EXPORT_WORD " " : VERIFY_WORD " ");
	out->origin = signs ? BS_KEY_SHARED : BS_KEY_VERIFY_ONLY;
	if (len < before + 3 || !bs_ascii_is_digit(line[before]) ||
	    line[before + 1] != ' ' ||
	    !read_hex(line + before + 2, len - before - 2, out))
		return -1;
	return line[before] - '0';
}

/* Puts one key of an export in, unless it is here already. Returns 0 or an
 * exit status after the complaint. */
static int
add_shared(struct bs_keybook *book, unsigned number,
    const struct secret *secret, bool added[static BS_KEY_NUMBERS])
{
	const struct bs_key *here = bs_keyring_find(&book->keyring, number);
	int free_number;
	int rc;

	if (here != NULL && here->secret_len == secret->len &&
	    bs_mac_equal(here->secret, secret->octets, secret->len))
		return 0;
	if (here != NULL) {
		free_number = bs_keyring_free_number(&book->keyring);
		if (free_number < 0)
			(void)bs_keybook_number(book, -1);
		else
			bs_complain("key number %u is used here by another "
				    "key; %d is free: on the host that "
				    "exported, type: backstop key add -k %d",
			    number, free_number, free_number);
		return BS_EXIT_NO;
	}
	rc = bs_keyring_add(&book->keyring, number, secret->origin,
	    secret->octets, secret->len, book->now);
	if (rc != 0)
		bs_complain("key %u: %s", number, strerror(-rc));
	added[number] = true;
	return bs_exit_of(rc);
}

static int
add_export(struct bs_keybook *book, const struct input *input,
    bool added[static BS_KEY_NUMBERS])
{
	struct secret secret;
	const char *line = input->text;
	const char *end = input->text + input->len;
	unsigned lines = 0;
	bool some = false;
	int status = 0;

	while (line < end && status == 0) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)((stop == NULL ? end : stop) - line);
		int number;

		lines++;
		if (len > 0 && line[0] != '#') {
			some = true;
			number = read_export_line(line, len, &secret);
			if (number >= 0)
				status = add_shared(book, (unsigned)number,
				    &secret, added);
			else {
				bs_complain("%s:%u: not a line of 'backstop "
					    "key export' (for foreign secrets "
					    "there are --exim and "
					    "--batv-tools)",
				    input->name, lines);
				status = EX_DATAERR;
			}
		}
		line += len + 1;
	}
	bs_mac_wipe(&secret, sizeof(secret));
	if (status == 0 && !some) {
		bs_complain("%s: there is no key in it", input->name);
		status = EX_DATAERR;
	}
	return status;
}

static int
add_foreign(struct bs_keybook *book, const struct bs_call *call,
    const struct input *input, bool added[static BS_KEY_NUMBERS])
{
	struct secret secret;
	int number = bs_keybook_number(book, call->key);
	int status;
	int rc;

	if (number < 0)
		return BS_EXIT_NO;
	if ((status = read_foreign(call->dialect, input, &secret)) != 0)
		return status;
	rc = bs_keyring_add(&book->keyring, (unsigned)number,
	    call->dialect == BS_DIALECT_EXIM ? BS_KEY_EXIM : BS_KEY_BATV_TOOLS,
	    secret.octets, secret.len, book->now);
	bs_mac_wipe(&secret, sizeof(secret));
	if (rc != 0)
		bs_complain("key %d: %s", number, strerror(-rc));
	added[number] = true;
	return bs_exit_of(rc);
}

static void
print_pending(const struct bs_key *key)
{
	bs_print(stdout, "key %u is pending: it verifies", key->number);
	if (key->origin == BS_KEY_VERIFY_ONLY)
		puts(", and never signs here");
	else
		bs_print(stdout,
		    "; to sign with it, type: backstop key activate %u\n",
		    key->number);
}

static void
print_added(const struct bs_call *call, const struct bs_keybook *book,
    const bool added[static BS_KEY_NUMBERS])
{
	bool some = false;

	for (unsigned number = 0; number < BS_KEY_NUMBERS; number++) {
		if (!added[number])
			continue;
		some = true;
		if (call->json)
			bs_json_print(bs_keybook_json(
			    bs_keyring_find(&book->keyring, number)));
		else
			print_pending(bs_keyring_find(&book->keyring, number));
	}
	if (!some && !call->json)
		puts("all of it was here already");
}

static int
check_key_option(const struct bs_call *call)
{
	if (call->dialect != BS_DIALECT_NONE && call->key < 0) {
		bs_complain("key import: -k is missing: the secret alone does "
			    "not say the number of its key");
		return EX_USAGE;
	}
	if (call->dialect == BS_DIALECT_NONE && call->key >= 0) {
		bs_complain("key import: -k goes with --exim or --batv-tools; "
			    "an export has its numbers in it");
		return EX_USAGE;
	}
	return 0;
}

int
bs_cmd_key_import(const struct bs_call *call)
{
	struct bs_keybook book;
	struct input input;
	bool added[BS_KEY_NUMBERS] = {false};
	int status;

	if ((status = check_key_option(call)) != 0)
		return status;
	/* before the lock: a terminal may take its time */
	if ((status = load_input(call, &input)) != 0)
		goto wipe;
	if ((status = bs_keybook_open(call, true, &book)) == 0)
		status = call->dialect == BS_DIALECT_NONE
			     ? add_export(&book, &input, added)
			     : add_foreign(&book, call, &input, added);
	if (status == 0 && (status = bs_keybook_save(&book)) == 0)
		print_added(call, &book, added);
	bs_keybook_close(&book);
wipe:
	bs_mac_wipe(&input, sizeof(input));
	return status;
}

static void
print_secret(const struct bs_call *call, const struct bs_key *key)
{
	char hex[2 * BS_KEY_SECRET_MAX + 1] = "";
	struct bs_json *json;

	for (size_t i = 0; i < key->secret_len; i++)
		snprintf(hex + 2 * i, 3, "%02x", key->secret[i]);
	if (call->json) {
		json = bs_json_object();
		bs_json_number(json, "key", key->number);
		bs_json_text(json, "secret", hex);
		bs_json_print(json);
	} else
		bs_print(stdout, "%s %u %s\n",
		    call->verify_only ? VERIFY_WORD : EXPORT_WORD, key->number,
		    hex);
	bs_mac_wipe(hex, sizeof(hex));
}

/* What follows from an export, on standard error: the other is for a file. */
static void
tell_lent(const struct bs_call *call, const struct bs_keybook *book,
    unsigned number)
{
	if (call->verify_only) {
		bs_print(stderr,
		    "key %u: who imports this verifies with it, and cannot "
		    "activate it\n",
		    number);
		return;
	}
	bs_print(stderr,
	    "key %u is lent from now on: who imports it may sign with it, and "
	    "what he sends is not in this store.\n"
	    "Coverage is partial (lent-key): no bounce is called forged or "
	    "unissued for what this store lacks, until %u days after you "
	    "type:\n"
	    "    backstop key unlend %u DAY\n"
	    "For a host that takes in mail and sends none, type instead:\n"
	    "    backstop key export --verify-only %u\n",
	    number, bs_day_window(book->lifetime_days), number, number);
}

static bool
is_wanted(const struct bs_key *key, int wanted)
{
	return wanted < 0 ? key->state != BS_KEY_REVOKED
			  : key->number == (unsigned)wanted;
}

/* Prints the secrets, once it is kept that they are lent. */
static int
export_keys(const struct bs_call *call, struct bs_keybook *book, int wanted)
{
	const struct bs_keyring *keyring = &book->keyring;
	bool some = false;
	int status = 0;

	for (size_t i = 0; i < keyring->count; i++) {
		if (!is_wanted(&keyring->keys[i], wanted))
			continue;
		some = true;
		if (!call->verify_only &&
		    bs_keyring_lend(&book->keyring, keyring->keys[i].number,
			book->now) != 0)
			return BS_EXIT_NO;
	}
	if (!some) {
		bs_complain("there is no such key; type: backstop key list");
		return BS_EXIT_NO;
	}
	if (!call->verify_only && (status = bs_keybook_save(book)) != 0)
		return status;
	for (size_t i = 0; i < keyring->count; i++)
		if (is_wanted(&keyring->keys[i], wanted)) {
			print_secret(call, &keyring->keys[i]);
			tell_lent(call, book, keyring->keys[i].number);
		}
	return 0;
}

int
bs_cmd_key_export(const struct bs_call *call)
{
	struct bs_keybook book;
	int wanted = -1;
	int status;

	if (call->count > 0 && (wanted = bs_options_key(call->words[0])) < 0)
		return EX_USAGE;
	if ((status = bs_keybook_open(call, !call->verify_only, &book)) == 0)
		status = export_keys(call, &book, wanted);
	bs_keybook_close(&book);
	return status;
}
