/* The keyring's file: a line a key with a check over it, replaced by rename,
 * kept from others.
 *
 * A keyring with a flipped bit must not be believed: another secret, or another
 * day, calls the tags of the right one bad. A line that fails its check is left
 * out, so that its key is unknown, and nothing is refused. A file without
 * checks is of an older version. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/ascii.h"
#include "common/base/file.h"
#include "common/keys/keyring.h"
#include "common/keys/keyring_file.h"
#include "common/keys/mac.h"

#define OLD_COLUMNS 7 /* without lent, returned and check */
#define COLUMNS 10
#define CHECK_DIGITS 16
#define LINE_MAX_OCTETS 1024
#define FILE_MAX_OCTETS 16384

static const char heading[] =
    "# Backstop's keys. Secret. Change them with \"backstop key\" alone.\n"
    "# number state created activated retired secret origin lent returned "
    "check\n";

/* The line of a keyring that is a copy put back: two days and a check. */
#define RESTORED "restored"
#define RESTORED_COLUMNS 4

static int BS_PRINTF(4, 5) refuse(struct bs_fault *fault, int rc, unsigned line,
    const char *format, ...)
{
	va_list ap;

	fault->line = line;
	va_start(ap, format);
	vsnprintf(fault->text, sizeof(fault->text), format, ap);
	va_end(ap);
	return rc;
}

/* Splits a line at its spaces, in place. Returns how many columns there are,
 * or more than max. */
static size_t
split(char *line, char *columns[], size_t max)
{
	size_t count = 0;
	char *rest = line;
	char *column;

	while ((column = strsep(&rest, " \t")) != NULL) {
		if (*column == '\0')
			continue;
		if (count == max)
			return max + 1;
		columns[count++] = column;
	}
	return count;
}

static bool
read_time(const char *text, int64_t *out)
{
	int64_t value = 0;

	*out = 0;
	if (strcmp(text, "-") == 0)
		return true;
	if (*text == '\0' || strlen(text) > 12)
		return false;
	for (; *text != '\0'; text++) {
		if (!bs_ascii_is_digit(*text))
			return false;
		value = value * 10 + (*text - '0');
	}
	*out = value;
	return value > 0;
}

static bool
read_secret(const char *text, struct bs_key *key)
{
	size_t len = strlen(text);

	if (len == 0 || len % 2 != 0 || len / 2 > BS_KEY_SECRET_MAX)
		return false;
	for (size_t i = 0; i < len / 2; i++) {
		int high = bs_ascii_hex(text[2 * i]);
		int low = bs_ascii_hex(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		key->secret[i] = (uint8_t)(high << 4 | low);
	}
	key->secret_len = len / 2;
	return true;
}

static bool
read_state(const char *text, enum bs_key_state *out)
{
	for (int i = BS_KEY_PENDING; i <= BS_KEY_REVOKED; i++)
		if (strcmp(text, bs_key_state_name((enum bs_key_state)i)) ==
		    0) {
			*out = (enum bs_key_state)i;
			return true;
		}
	return false;
}

static bool
read_origin(const char *text, enum bs_key_origin *out)
{
	for (int i = BS_KEY_MADE; i <= BS_KEY_VERIFY_ONLY; i++)
		if (strcmp(text, bs_key_origin_name((enum bs_key_origin)i)) ==
		    0) {
			*out = (enum bs_key_origin)i;
			return true;
		}
	return false;
}

/* Whether the key has the times that its state needs, and no others. */
static bool
has_lived(const struct bs_key *key)
{
	switch (key->state) {
	case BS_KEY_PENDING:
		return key->activated == 0 && key->retired == 0;
	case BS_KEY_ACTIVE:
		return key->activated != 0 && key->retired == 0;
	case BS_KEY_VERIFY:
		return key->activated != 0 && key->retired != 0;
	case BS_KEY_REVOKED:
		return key->retired != 0;
	}
	return false;
}

/* A time as it stands in the file; out has TIME_LEN octets. */
#define TIME_LEN 24

static const char *
time_text(int64_t when, char out[static TIME_LEN])
{
	if (when == 0)
		return "-";
	snprintf(out, TIME_LEN, "%" PRId64, when);
	return out;
}

/* FNV-1a of 32 bits, which no flipped bit leaves as it was. It is no guard
 * against those who can write the file: they have the keys. */
static uint32_t
check_of(const char *text)
{
	uint32_t hash = 0x811c9dc5U;

	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * 0x01000193U;
	return hash;
}

/* Writes the two halves of a key's check: over its line without the time at
 * which it was made, and over that time. */
static void
format_check(const struct bs_key *key, const char *hex,
    char out[static CHECK_DIGITS + 1])
{
	char rest[LINE_MAX_OCTETS];
	char times[4][TIME_LEN];
	char created[TIME_LEN];

	snprintf(rest, sizeof(rest), "%u %s %s %s %s %s %s %s", key->number,
	    bs_key_state_name(key->state), time_text(key->activated, times[0]),
	    time_text(key->retired, times[1]), hex,
	    bs_key_origin_name(key->origin), time_text(key->lent, times[2]),
	    time_text(key->returned, times[3]));
	snprintf(out, CHECK_DIGITS + 1, "%08" PRIx32 "%08" PRIx32,
	    check_of(rest), check_of(time_text(key->created, created)));
	bs_mac_wipe(rest, sizeof(rest));
}

static void
format_hex(const struct bs_key *key, char out[static 2 * BS_KEY_SECRET_MAX + 1])
{
	out[0] = '\0';
	for (size_t i = 0; i < key->secret_len; i++)
		snprintf(out + 2 * i, 3, "%02x", key->secret[i]);
}

/* Whether the check in a line's last column is the one that its key has. A key
 * made at 1 was here before any tag; somebody wrote that by hand, for a key
 * that came from another host, and no flipped bit writes it. */
static bool
is_sound(const struct bs_key *key, const char *text)
{
	char hex[2 * BS_KEY_SECRET_MAX + 1];
	char check[CHECK_DIGITS + 1];

	format_hex(key, hex);
	format_check(key, hex, check);
	bs_mac_wipe(hex, sizeof(hex));
	if (key->created == 1 && strlen(text) == CHECK_DIGITS)
		return memcmp(text, check, CHECK_DIGITS / 2) == 0;
	return strcmp(text, check) == 0;
}

static int
parse_columns(char *const columns[], unsigned number, struct bs_key *key,
    struct bs_fault *fault)
{
	if (!bs_ascii_is_digit(columns[0][0]) || columns[0][1] != '\0')
		return refuse(fault, -EINVAL, number,
		    "the key number is one digit");
	key->number = (unsigned)(columns[0][0] - '0');
	if (!read_state(columns[1], &key->state))
		return refuse(fault, -EINVAL, number,
		    "the state is pending, active, verify or revoked");
	if (!read_time(columns[2], &key->created) || key->created == 0 ||
	    !read_time(columns[3], &key->activated) ||
	    !read_time(columns[4], &key->retired))
		return refuse(fault, -EINVAL, number,
		    "a time is seconds since 1970, or - for none");
	if (!read_secret(columns[5], key))
		return refuse(fault, -EINVAL, number,
		    "the secret is 1 to %d octets in hexadecimal",
		    BS_KEY_SECRET_MAX);
	if (!read_origin(columns[6], &key->origin))
		return refuse(fault, -EINVAL, number,
		    "the origin is made, remade, exim, batv-tools, shared or "
		    "verify-only");
	if (!has_lived(key))
		return refuse(fault, -EINVAL, number,
		    "the times do not fit the state %s",
		    bs_key_state_name(key->state));
	return 0;
}

/* Returns 0; -EBADMSG for a line that was written with a check and fails it; or
 * -EINVAL for one without. */
static int
parse_line(char *line, bool has_checks, unsigned number, struct bs_key *key,
    struct bs_fault *fault)
{
	char *columns[COLUMNS];
	size_t count = split(line, columns, COLUMNS);
	struct bs_fault unused;

	memset(key, 0, sizeof(*key));
	if (has_checks || count == COLUMNS)
		return count == COLUMNS &&
			       parse_columns(columns, number, key, &unused) ==
				   0 &&
			       read_time(columns[7], &key->lent) &&
			       read_time(columns[8], &key->returned) &&
			       is_sound(key, columns[9])
			   ? 0
			   : -EBADMSG;
	if (count != OLD_COLUMNS)
		return refuse(fault, -EINVAL, number,
		    "a key has %d columns: number state created activated "
		    "retired secret origin lent returned check",
		    COLUMNS);
	return parse_columns(columns, number, key, fault);
}

/* Puts a key of a file into the keyring. */
static int
take_key(struct bs_keyring *keyring, const struct bs_key *key, unsigned line,
    struct bs_fault *fault)
{
	if (key->state == BS_KEY_ACTIVE && bs_keyring_active(keyring) != NULL)
		return refuse(fault, -EINVAL, line, "a second key is active");
	if (bs_keyring_add(keyring, key->number, key->origin, key->secret,
		key->secret_len, key->created) != 0)
		return refuse(fault, -EINVAL, line, "key %u stands twice",
		    key->number);
	for (size_t i = 0; i < keyring->count; i++)
		if (keyring->keys[i].number == key->number)
			keyring->keys[i] = *key;
	return 0;
}

static void
format_restored(const struct bs_keyring *keyring,
    char out[static LINE_MAX_OCTETS])
{
	int len =
	    snprintf(out, LINE_MAX_OCTETS, RESTORED " %" PRIu32 " %" PRIu32,
		keyring->restored_from, keyring->restored_to);

	snprintf(out + len, LINE_MAX_OCTETS - (size_t)len, " %08" PRIx32,
	    check_of(out));
}

/* Takes a line that is no key's, as a key has many more columns. One that was
 * the above until it was damaged might have named any day: then no tag is
 * called bad. Returns 0, -EBADMSG for a damaged one, or -ENOENT for a key's. */
static int
take_restored(struct bs_keyring *keyring, const char *line)
{
	char copy[LINE_MAX_OCTETS];
	char again[LINE_MAX_OCTETS] = "";
	char *columns[COLUMNS - 2];
	int64_t from = 0;
	int64_t to = 0;
	size_t count;

	snprintf(copy, sizeof(copy), "%s", line);
	count = split(copy, columns, COLUMNS - 2);
	if (count > COLUMNS - 2)
		return -ENOENT;
	if (count == RESTORED_COLUMNS && read_time(columns[1], &from) &&
	    read_time(columns[2], &to) && from <= to && to < UINT32_MAX) {
		keyring->restored_from = (uint32_t)from;
		keyring->restored_to = (uint32_t)to;
		format_restored(keyring, again);
	}
	bs_mac_wipe(copy, sizeof(copy));
	if (strcmp(again, line) == 0)
		return 0;
	keyring->restored_from = 0;
	keyring->restored_to = UINT32_MAX;
	return -EBADMSG;
}

/* Whether the file has checks. Its second line says so; if that one is damaged,
 * the first key does. */
static bool
has_checks(const char *text, size_t len)
{
	static const char word[] = " returned check\n";

	return memmem(text, len, word, sizeof(word) - 1) != NULL;
}

/* A comment that was a key until a bit of its first octet flipped. */
static bool
was_key(const char *line)
{
	const char *last = line;
	size_t spaces = 0;

	for (; *line != '\0'; line++)
		if (*line == ' ') {
			spaces++;
			last = line;
		}
	return spaces == COLUMNS - 1 && line - last == 1 + CHECK_DIGITS;
}

/* Cuts a line off the text. Returns 0, or -EINVAL for what is none. */
static int
cut_line(const char **text, size_t *len, char line[static LINE_MAX_OCTETS])
{
	const char *end = memchr(*text, '\n', *len);
	size_t line_len = end == NULL ? *len : (size_t)(end - *text);
	const char *start = *text;

	*text += line_len + (end != NULL ? 1 : 0);
	*len -= line_len + (end != NULL ? 1 : 0);
	if (end == NULL || line_len >= LINE_MAX_OCTETS ||
	    memchr(start, '\0', line_len) != NULL)
		return -EINVAL;
	memcpy(line, start, line_len);
	line[line_len] = '\0';
	return 0;
}

/* Takes the line of a key. */
static int
take_line(struct bs_keyring *keyring, char *line, bool checked, unsigned number,
    struct bs_fault *fault)
{
	struct bs_key key;
	int rc = parse_line(line, checked, number, &key, fault);

	if (rc == 0)
		rc = take_key(keyring, &key, number, fault);
	bs_mac_wipe(&key, sizeof(key));
	return rc;
}

int
bs_keyring_parse(const char *text, size_t len, struct bs_keyring *out,
    struct bs_fault *fault)
{
	char line[LINE_MAX_OCTETS];
	bool checked = has_checks(text, len);
	unsigned number = 0;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	while (len > 0 && rc == 0) {
		number++;
		rc = cut_line(&text, &len, line);
		if (rc != 0 && !checked)
			rc = refuse(fault, rc, number,
			    "the line has no end, is too long or holds a NUL");
		else if (rc != 0 || (line[0] == '#' && was_key(line)))
			rc = -EBADMSG;
		else if (line[0] == '#' || line[strspn(line, " \t")] == '\0')
			continue;
		else if (!checked || (rc = take_restored(out, line)) == -ENOENT)
			rc = take_line(out, line, checked, number, fault);
		if (rc == -EBADMSG) {
			rc = 0;
			if (out->damaged == 0)
				out->damaged = number;
		}
	}
	bs_mac_wipe(line, sizeof(line));
	if (rc != 0)
		bs_keyring_wipe(out);
	return rc;
}

/* Nobody but root may write keys, and nobody but the group may read them. */
static int
check_mode(int fd, struct bs_fault *fault)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return refuse(fault, -errno, 0, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(fault, -EPERM, 0, "not a file");
	if ((st.st_mode & (S_IWGRP | S_IRWXO)) != 0)
		return refuse(fault, -EPERM, 0,
		    "mode %04o lets others at the keys: chmod 0640 it, and "
		    "rotate if they may have been read",
		    (unsigned)(st.st_mode & 07777));
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return refuse(fault, -EPERM, 0,
		    "owned by uid %u: only root may write keys",
		    (unsigned)st.st_uid);
	return 0;
}

int
bs_keyring_load(const char *path, struct bs_keyring *out,
    struct bs_fault *fault)
{
	char text[FILE_MAX_OCTETS];
	size_t len;
	int fd;
	int rc;

	memset(out, 0, sizeof(*out));
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1)
		return refuse(fault, -errno, 0, "%s", strerror(errno));
	if ((rc = check_mode(fd, fault)) != 0)
		goto out;
	if ((rc = bs_file_read(fd, text, sizeof(text), &len)) == -EFBIG)
		rc = refuse(fault, -EINVAL, 0, "too long");
	else if (rc != 0)
		rc = refuse(fault, rc, 0, "%s", strerror(-rc));
	else
		rc = bs_keyring_parse(text, len, out, fault);
out:
	bs_mac_wipe(text, sizeof(text));
	close(fd);
	return rc;
}

_Static_assert(sizeof(heading) + (BS_KEY_NUMBERS + 1) * LINE_MAX_OCTETS <=
		   FILE_MAX_OCTETS,
    "all keys have room");

/* Writes the line of a key without its end. */
static void
format_line(const struct bs_key *key, char out[static LINE_MAX_OCTETS])
{
	char hex[2 * BS_KEY_SECRET_MAX + 1];
	char check[CHECK_DIGITS + 1];
	char times[5][TIME_LEN];

	format_hex(key, hex);
	format_check(key, hex, check);
	snprintf(out, LINE_MAX_OCTETS, "%u %s %s %s %s %s %s %s %s %s",
	    key->number, bs_key_state_name(key->state),
	    time_text(key->created, times[0]),
	    time_text(key->activated, times[1]),
	    time_text(key->retired, times[2]), hex,
	    bs_key_origin_name(key->origin), time_text(key->lent, times[3]),
	    time_text(key->returned, times[4]), check);
	bs_mac_wipe(hex, sizeof(hex));
}

int
bs_keyring_save(const char *path, const struct bs_keyring *keyring, gid_t gid)
{
	char text[FILE_MAX_OCTETS];
	char line[LINE_MAX_OCTETS];
	size_t len = (size_t)snprintf(text, sizeof(text), "%s", heading);
	int rc;

	if (keyring->restored_to != 0) {
		format_restored(keyring, line);
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\n",
		    line);
	}
	for (size_t i = 0; i < keyring->count; i++) {
		format_line(&keyring->keys[i], line);
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\n",
		    line);
	}
	rc = bs_file_replace(path, text, len, 0640, gid);
	bs_mac_wipe(line, sizeof(line));
	bs_mac_wipe(text, sizeof(text));
	return rc;
}
