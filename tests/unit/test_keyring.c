/* The life of keys, which tags are valid, and vectors of the real Exim. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/keys/day.h"
#include "common/keys/keyring.h"
#include "common/keys/keyring_file.h"
#include "common/keys/mac.h"
#include "tests/unit/unit.h"

#define L 10
#define DAY BS_DAY_SECONDS
#define T0 ((int64_t)20000 * DAY)

static const uint8_t secret[] = "0123456789abcdef0123456789abcdef";

/* A keyring with one active key, made at T0. */
static struct bs_keyring
ring(unsigned number, enum bs_key_origin origin)
{
	struct bs_keyring keyring = {0};

	assert_int_equal(
	    bs_keyring_add(&keyring, number, origin, secret, 32, T0), 0);
	assert_int_equal(bs_keyring_activate(&keyring, number, T0), 0);
	return keyring;
}

static struct bs_tag
signed_tag(const struct bs_keyring *keyring, const char *address,
    uint32_t today)
{
	struct bs_tag tag = {.form = BS_FORM_PRVS};

	assert_int_equal(bs_address_parse(address, strlen(address), &tag.plain),
	    0);
	assert_int_equal(bs_keyring_sign(keyring, &tag, today, L), 0);
	return tag;
}

/* Takes one line of the vectors apart and compares. Returns whether it was a
 * vector. */
static bool
check_vector(char *line)
{
	char *columns[5];
	char *rest = line;
	struct tm when = {0};
	struct bs_keyring keyring = {0};
	struct bs_tag tag = {.form = BS_FORM_PRVS};
	char out[BS_ADDRESS_MAX];
	char input[BS_TAG_INPUT_MAX];
	uint32_t today;
	int len;

	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '#')
		return false;
	for (size_t i = 0; i < 5; i++)
		assert_non_null(columns[i] = strsep(&rest, "\t"));
	assert_non_null(strptime(columns[0], "%Y-%m-%dT%H:%M:%SZ", &when));
	today = bs_day_of(timegm(&when));
	assert_int_equal(bs_keyring_add(&keyring,
			     (unsigned)(columns[3][0] - '0'), BS_KEY_EXIM,
			     (const uint8_t *)columns[2], strlen(columns[2]),
			     timegm(&when)),
	    0);
	assert_int_equal(bs_keyring_activate(&keyring,
			     (unsigned)(columns[3][0] - '0'), timegm(&when)),
	    0);
	assert_int_equal(
	    bs_address_parse(columns[1], strlen(columns[1]), &tag.plain), 0);
	assert_int_equal(bs_keyring_sign(&keyring, &tag, today, 7), 0);
	if (strcmp(columns[1], "Alice@Example.COM") == 0) {
		/* Exim signed it as it stood: so must we read it */
		len = bs_tag_mac_input(&tag, true, input);
		assert_true(len > 0);
		bs_mac_tag((const uint8_t *)columns[2], strlen(columns[2]),
		    input, (size_t)len, tag.mac);
	}
	assert_int_equal(bs_tag_write(&tag, out, sizeof(out)), 0);
	assert_memory_equal(out, "prvs=", 5);
	assert_memory_equal(out + 5, columns[4], BS_TAG_DIGITS);
	assert_int_equal(bs_keyring_verify(&keyring, &tag, today, 7),
	    BS_TAG_VALID);
	return true;
}

static void
agrees_with_exim(void **state)
{
	const char *root = getenv("BS_SOURCE_ROOT");
	char path[4096];
	char line[512];
	unsigned vectors = 0;
	FILE *file;

	(void)state;
	assert_non_null(root);
	snprintf(path, sizeof(path), "%s/tests/vectors/exim-prvs.tsv", root);
	assert_non_null(file = fopen(path, "r"));
	while (fgets(line, sizeof(line), file) != NULL)
		vectors += check_vector(line);
	fclose(file);
	assert_int_equal(vectors, 6);
}

static void
ages(void **state)
{
	struct bs_keyring keyring = ring(3, BS_KEY_MADE);
	struct bs_tag tag = signed_tag(&keyring, "alice@example.org", 20000);

	(void)state;
	for (uint32_t day = 19999; day <= 20010; day++)
		assert_int_equal(bs_keyring_verify(&keyring, &tag, day, L),
		    BS_TAG_VALID);
	for (uint32_t day = 20011; day <= 20017; day++)
		assert_int_equal(bs_keyring_verify(&keyring, &tag, day, L),
		    BS_TAG_GRACE);
	/* stale until the digits come round: Exim and Halon take half */
	for (uint32_t day = 20018; day <= 20968; day++)
		assert_int_equal(bs_keyring_verify(&keyring, &tag, day, L),
		    BS_TAG_STALE);
	/* but for as many days as a clock may leap ahead unnoticed */
	for (uint32_t day = 20969; day <= 20998; day++)
		assert_int_equal(bs_keyring_verify(&keyring, &tag, day, L),
		    BS_TAG_UNKNOWN);
}

/* The clock leapt ahead, mail left, and the clock was set back: the tags of
 * that time are not stale, whatever their digits would mean in the past. */
static void
a_clock_that_was_ahead_makes_no_tag_stale(void **state)
{
	static const uint32_t leaps[] = {2, 12, 30, 31, 45, 400, 900};
	struct bs_keyring keyring = ring(3, BS_KEY_MADE);

	(void)state;
	for (size_t i = 0; i < COUNT(leaps); i++) {
		uint32_t then = 20001 + leaps[i];
		struct bs_tag tag =
		    signed_tag(&keyring, "alice@example.org", then);

		assert_int_equal(bs_keyring_verify(&keyring, &tag, 20001, L),
		    BS_TAG_UNKNOWN);
		if (leaps[i] < 500)
			assert_int_equal(
			    bs_keyring_expiry(&keyring, &tag, 20001, L),
			    then + L);
		/* a wrong MAC is no better for it */
		tag.mac[0] ^= 1;
		assert_int_not_equal(
		    bs_keyring_verify(&keyring, &tag, 20001, L), BS_TAG_VALID);
	}
	/* a key of three years ago, and a leap that nobody noticed */
	for (uint32_t leap = 2; leap <= 30; leap++) {
		uint32_t then = 21100 + leap;
		struct bs_tag tag =
		    signed_tag(&keyring, "alice@example.org", then);

		assert_int_equal(bs_keyring_verify(&keyring, &tag, 21100, L),
		    BS_TAG_UNKNOWN);
		assert_int_equal(bs_keyring_expiry(&keyring, &tag, 21100, L),
		    then + L);
	}
}

/* The key was made while the clock was ahead. */
static void
a_key_of_tomorrow_makes_no_tag_stale(void **state)
{
	struct bs_keyring keyring = ring(3, BS_KEY_MADE);
	struct bs_keyring imported = ring(3, BS_KEY_EXIM);
	struct bs_tag tag = signed_tag(&keyring, "alice@example.org", 19970);

	(void)state;
	assert_int_equal(bs_keyring_verify(&keyring, &tag, 20001, L),
	    BS_TAG_UNKNOWN);
	assert_int_equal(bs_keyring_expiry(&keyring, &tag, 20001, L), 19980);
	/* what is current stays so */
	tag = signed_tag(&keyring, "alice@example.org", 19999);
	assert_int_equal(bs_keyring_verify(&keyring, &tag, 20001, L),
	    BS_TAG_VALID);
	/* an imported key signed elsewhere before it came here */
	tag = signed_tag(&imported, "alice@example.org", 19970);
	assert_int_equal(bs_keyring_verify(&imported, &tag, 20001, L),
	    BS_TAG_STALE);
}

static void
folds_case(void **state)
{
	struct bs_keyring keyring = ring(3, BS_KEY_MADE);
	struct bs_tag tag = signed_tag(&keyring, "Alice@Example.org", 20000);
	struct bs_tag same = signed_tag(&keyring, "alice@example.ORG", 20000);

	(void)state;
	assert_memory_equal(tag.mac, same.mac, sizeof(tag.mac));
}

/* A keyring that was lost and made anew must not call old tags bad. */
static void
bad_needs_the_key_of_the_day(void **state)
{
	struct bs_keyring made = ring(3, BS_KEY_MADE);
	struct bs_keyring remade = ring(3, BS_KEY_REMADE);
	struct bs_tag tag = signed_tag(&made, "alice@example.org", 20000);

	(void)state;
	tag.mac[1] ^= 1;
	assert_int_equal(bs_keyring_verify(&made, &tag, 20000, L), BS_TAG_BAD);
	assert_int_equal(bs_keyring_verify(&remade, &tag, 20000, L),
	    BS_TAG_UNKNOWN);
	tag.digits = (20001 + L) % 1000;
	assert_int_equal(bs_keyring_verify(&remade, &tag, 20001, L),
	    BS_TAG_BAD);
	tag.digits = (19999 + L) % 1000;
	assert_int_equal(bs_keyring_verify(&made, &tag, 20000, L),
	    BS_TAG_UNKNOWN);
	/* no such key, and a revoked one */
	tag.key = 4;
	assert_int_equal(bs_keyring_verify(&made, &tag, 20000, L),
	    BS_TAG_UNKNOWN);
}

static void
every_state_but_revoked_verifies(void **state)
{
	struct bs_keyring keyring = ring(3, BS_KEY_MADE);
	struct bs_tag tag = signed_tag(&keyring, "alice@example.org", 20000);

	(void)state;
	assert_int_equal(bs_keyring_make(&keyring, 7, BS_KEY_MADE, T0), 0);
	assert_int_equal(bs_keyring_activate(&keyring, 7, T0), 0);
	assert_int_equal(bs_keyring_verify(&keyring, &tag, 20000, L),
	    BS_TAG_VALID);
	assert_int_equal(bs_keyring_revoke(&keyring, 3, T0), 0);
	assert_int_equal(bs_keyring_verify(&keyring, &tag, 20000, L),
	    BS_TAG_UNKNOWN);
}

static void
keeps_the_rules_of_states(void **state)
{
	struct bs_keyring keyring = ring(3, BS_KEY_MADE);
	int64_t due = (20000 + L + 1 + 7 + 1) * (int64_t)DAY;

	(void)state;
	assert_int_equal(bs_keyring_make(&keyring, 3, BS_KEY_MADE, T0),
	    -EEXIST);
	assert_int_equal(bs_keyring_activate(&keyring, 3, T0), -EBUSY);
	assert_int_equal(bs_keyring_activate(&keyring, 5, T0), -ENOENT);
	assert_int_equal(bs_keyring_revoke(&keyring, 3, T0), -EBUSY);
	assert_int_equal(bs_keyring_purge(&keyring, 3, T0, L), -EBUSY);
	assert_int_equal(bs_keyring_make(&keyring, 5, BS_KEY_MADE, T0), 0);
	assert_int_equal(bs_keyring_purge(&keyring, 5, T0, L), -EBUSY);
	assert_int_equal(bs_keyring_activate(&keyring, 5, T0 + 60), 0);
	assert_int_equal(bs_keyring_active(&keyring)->number, 5);
	assert_int_equal(bs_keyring_find(&keyring, 3)->state, BS_KEY_VERIFY);
	assert_int_equal(bs_key_purge_time(bs_keyring_find(&keyring, 3), L),
	    due);
	assert_int_equal(bs_keyring_purge(&keyring, 3, due - 1, L), -EBUSY);
	assert_int_equal(bs_keyring_purge(&keyring, 3, due, L), 0);
	assert_null(bs_keyring_find(&keyring, 3));
	assert_int_equal(keyring.count, 1);
	/* one that never signed goes at once, an imported one does not */
	assert_int_equal(bs_keyring_make(&keyring, 1, BS_KEY_MADE, T0), 0);
	assert_int_equal(bs_keyring_revoke(&keyring, 1, T0), 0);
	assert_int_equal(bs_keyring_purge(&keyring, 1, T0, L), 0);
	assert_int_equal(
	    bs_keyring_add(&keyring, 1, BS_KEY_EXIM, secret, 5, T0), 0);
	assert_int_equal(bs_keyring_revoke(&keyring, 1, T0), 0);
	assert_int_equal(bs_keyring_purge(&keyring, 1, T0, L), -EBUSY);
}

static void
runs_out_of_numbers(void **state)
{
	struct bs_keyring keyring = {0};

	(void)state;
	for (int i = 0; i < BS_KEY_NUMBERS; i++) {
		int number = bs_keyring_free_number(&keyring);

		assert_in_range(number, 0, 9);
		assert_int_equal(bs_keyring_make(&keyring, (unsigned)number,
				     BS_KEY_MADE, T0),
		    0);
	}
	assert_int_equal(bs_keyring_free_number(&keyring), -1);
}

static void
survives_its_file(void **state)
{
	char path[] = "/tmp/backstop-keyring.XXXXXX";
	struct bs_keyring keyring = ring(3, BS_KEY_MADE);
	struct bs_keyring read;
	struct bs_fault fault;
	struct stat st;

	(void)state;
	assert_int_not_equal(close(mkstemp(path)), -1);
	assert_int_equal(bs_keyring_make(&keyring, 9, BS_KEY_REMADE, T0), 0);
	assert_int_equal(bs_keyring_save(path, &keyring, (gid_t)-1), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(bs_keyring_load(path, &read, &fault), 0);
	assert_memory_equal(&read, &keyring, sizeof(read));

	static const mode_t open_modes[] = {0644, 0660, 0641, 0642};
	for (size_t i = 0; i < COUNT(open_modes); i++) {
		assert_int_equal(chmod(path, open_modes[i]), 0);
		assert_int_equal(bs_keyring_load(path, &read, &fault), -EPERM);
		assert_non_null(strstr(fault.text, "chmod 0640"));
	}
	unlink(path);
	assert_int_equal(bs_keyring_load(path, &read, &fault), -ENOENT);
}

static void
refuses_bad_files(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} cases[] = {
	    {"3 active 1 1 - 6b made", 1},	 /* no end */
	    {"3 active 1 1 - 6b\n", 1},		 /* no origin */
	    {"3 active 1 1 - 6b made x\n", 1},	 /* too many */
	    {"#\n33 active 1 1 - 6b made\n", 2}, /* number */
	    {"3 aktive 1 1 - 6b made\n", 1},	 /* state */
	    {"3 active - 1 - 6b made\n", 1},	 /* not created */
	    {"3 active 1 -1 - 6b made\n", 1},	 /* time */
	    {"3 active 1 - - 6b made\n", 1},	 /* not activated */
	    {"3 verify 1 1 - 6b made\n", 1},	 /* not retired */
	    {"3 active 1 1 - 6 made\n", 1},	 /* half an octet */
	    {"3 active 1 1 - 6g made\n", 1},	 /* not hex */
	    {"3 active 1 1 - 6b found\n", 1},	 /* origin */
	    {"3 active 1 1 - 6b made\n"
	     "4 active 1 1 - 6b made\n",
		2}, /* two active */
	    {"3 active 1 1 - 6b made\n"
	     "3 verify 1 1 1 6b made\n",
		2}, /* twice */
	};
	struct bs_keyring keyring;
	struct bs_fault fault;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(bs_keyring_parse(cases[i].text,
				     strlen(cases[i].text), &keyring, &fault),
		    -EINVAL);
		assert_int_equal(fault.line, cases[i].line);
		assert_int_equal(keyring.count, 0);
	}
	assert_int_equal(bs_keyring_parse("3 active 1 1 - 6b made\n\0\n", 25,
			     &keyring, &fault),
	    -EINVAL);
}

/* A keyring of two keys, as the file has it. */
static size_t
file_text(char *out, size_t size)
{
	char path[] = "/tmp/backstop-keyring.XXXXXX";
	struct bs_keyring keyring = ring(3, BS_KEY_MADE);
	size_t len;
	FILE *file;

	assert_int_not_equal(close(mkstemp(path)), -1);
	assert_int_equal(
	    bs_keyring_add(&keyring, 7, BS_KEY_SHARED, secret, 20, T0), 0);
	assert_int_equal(bs_keyring_save(path, &keyring, (gid_t)-1), 0);
	assert_non_null(file = fopen(path, "r"));
	len = fread(out, 1, size, file);
	assert_true(len > 0 && len < size);
	fclose(file);
	unlink(path);
	return len;
}

/* Whatever bit flips in a key's line: the key is as it was, or is not there,
 * and that is told. The other key is as it was. */
static void
no_flipped_bit_is_believed(void **state)
{
	const struct bs_keyring whole = ring(3, BS_KEY_MADE);
	char text[1024];
	size_t len = file_text(text, sizeof(text));
	const char *begin = strstr(text, "\n3 active") + 1;
	struct bs_keyring read;
	struct bs_fault fault;

	(void)state;
	for (size_t i = (size_t)(begin - text); i < len; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			const struct bs_key *key;

			text[i] = (char)(text[i] ^ 1 << bit);
			assert_int_equal(
			    bs_keyring_parse(text, len, &read, &fault), 0);
			assert_int_not_equal(read.damaged, 0);
			assert_true(read.count <= 1);
			if ((key = bs_keyring_find(&read, 3)) != NULL)
				assert_memory_equal(key, &whole.keys[0],
				    sizeof(*key));
			text[i] = (char)(text[i] ^ 1 << bit);
		}
	assert_int_equal(bs_keyring_parse(text, len, &read, &fault), 0);
	assert_int_equal(read.damaged, 0);
	assert_int_equal(read.count, 2);
}

/* An older version's file has no checks: it is read as ever. */
static void
reads_a_file_without_checks(void **state)
{
	static const char text[] = "# number state created activated retired "
				   "secret origin\n3 active 1 1 - 6b made\n";
	struct bs_keyring read;
	struct bs_fault fault;

	(void)state;
	assert_int_equal(bs_keyring_parse(text, strlen(text), &read, &fault),
	    0);
	assert_int_equal(read.count, 1);
	assert_int_equal(read.damaged, 0);
	assert_int_equal(read.keys[0].lent, 0);
}

/* The time at which a key was made may be written by hand as 1: it was here
 * before any tag. No other may be. */
static void
takes_a_time_that_a_hand_wrote(void **state)
{
	char text[1024];
	size_t len = file_text(text, sizeof(text));
	char *created = strstr(text, "\n3 active ") + strlen("\n3 active ");
	char *rest = strchr(created, ' ');
	struct bs_keyring read;
	struct bs_fault fault;

	(void)state;
	for (int digit = '1'; digit <= '2'; digit++) {
		char other[1024];
		int head = (int)(created - text);
		int size = snprintf(other, sizeof(other), "%.*s%c%.*s", head,
		    text, digit, (int)(len - (size_t)(rest - text)), rest);

		assert_int_equal(
		    bs_keyring_parse(other, (size_t)size, &read, &fault), 0);
		assert_int_equal(read.damaged != 0, digit == '2');
		assert_int_equal(bs_keyring_find(&read, 3) != NULL,
		    digit == '1');
	}
}

/* A tag with a MAC that the key did not make. */
static struct bs_tag
forged_tag(uint32_t today)
{
	struct bs_keyring keyring = ring(4, BS_KEY_MADE);
	struct bs_tag tag = signed_tag(&keyring, "alice@example.org", today);

	tag.mac[0] ^= 1;
	return tag;
}

/* Keys that were made since a copy was are unknown, whatever has their numbers
 * now. */
static void
calls_nothing_bad_between_copy_and_restore(void **state)
{
	struct bs_keyring keyring = ring(4, BS_KEY_MADE);
	const uint32_t day = bs_day_of(T0);
	struct bs_tag tag;

	(void)state;
	bs_keyring_mark_restored(&keyring, T0 + 10 * DAY, T0 + 13 * DAY);
	for (uint32_t signing = day; signing < day + 20; signing++) {
		bool is_between = signing >= day + 10 && signing <= day + 13;

		tag = forged_tag(signing);
		assert_int_equal(bs_keyring_verify(&keyring, &tag, signing, L),
		    is_between ? BS_TAG_UNKNOWN : BS_TAG_BAD);
		tag = signed_tag(&keyring, "alice@example.org", signing);
		assert_int_equal(bs_keyring_verify(&keyring, &tag, signing, L),
		    BS_TAG_VALID);
	}
	/* a second time, from an older copy; and with a clock that went back */
	bs_keyring_mark_restored(&keyring, T0 + 5 * DAY, T0 + 14 * DAY);
	assert_int_equal(keyring.restored_from, day + 5);
	assert_int_equal(keyring.restored_to, day + 14);
	bs_keyring_mark_restored(&keyring, T0 + 16 * DAY, T0 + 3 * DAY);
	assert_int_equal(keyring.restored_from, day + 3);
	assert_int_equal(keyring.restored_to, day + 16);
}

/* One bit of the line flips, or one octet is gone: no tag is bad then. */
static void
believes_no_damaged_line_about_a_restore(void **state)
{
	struct bs_keyring keyring = ring(4, BS_KEY_MADE);
	struct bs_keyring loaded;
	struct bs_fault fault;
	char path[] = "/tmp/backstop-keyring.XXXXXX";
	char text[4096];
	char *line;
	struct bs_tag tag = forged_tag(bs_day_of(T0) + 4);
	size_t len;
	int fd = mkstemp(path);

	(void)state;
	bs_keyring_mark_restored(&keyring, T0 + 3 * DAY, T0 + 5 * DAY);
	assert_int_equal(bs_keyring_save(path, &keyring, (gid_t)-1), 0);
	close(fd);
	assert_int_equal(bs_keyring_load(path, &loaded, &fault), 0);
	assert_int_equal(loaded.restored_from, keyring.restored_from);
	assert_int_equal(loaded.restored_to, keyring.restored_to);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_true(
	    (len = (size_t)read(fd, text, sizeof(text) - 1)) < sizeof(text));
	text[len] = '\0';
	close(fd);
	unlink(path);
	line = strstr(text, "restored ");
	assert_non_null(line);
	for (size_t i = 0; line[i] != '\n'; i++) {
		for (int bit = 0; bit < 8; bit++) {
			line[i] = (char)(line[i] ^ (1 << bit));
			if (line[i] != '\n' && line[i] != '\0') {
				assert_int_equal(bs_keyring_parse(text, len,
						     &loaded, &fault),
				    0);
				assert_int_not_equal(loaded.damaged, 0);
				assert_int_equal(bs_keyring_verify(&loaded,
						     &tag, bs_day_of(T0) + 4,
						     L),
				    BS_TAG_UNKNOWN);
			}
			line[i] = (char)(line[i] ^ (1 << bit));
		}
	}
}

static void
keeps_what_a_damaged_file_lacks(void **state)
{
	const struct bs_keyring before = ring(3, BS_KEY_MADE);
	struct bs_keyring empty = {.damaged = 3};
	struct bs_keyring rotated = ring(5, BS_KEY_MADE);

	(void)state;
	bs_keyring_keep(&empty, &before, T0 + 9);
	assert_int_equal(empty.count, 1);
	assert_memory_equal(&empty.keys[0], &before.keys[0],
	    sizeof(empty.keys[0]));
	/* one key signs: the newer one */
	bs_keyring_keep(&rotated, &before, T0 + 9);
	assert_int_equal(rotated.count, 2);
	assert_int_equal(bs_keyring_active(&rotated)->number, 5);
	assert_int_equal(bs_keyring_find(&rotated, 3)->state, BS_KEY_VERIFY);
	assert_true(bs_keyring_find(&rotated, 3)->retired == T0 + 9);
}

static void
is_lent_until_its_tags_are_old(void **state)
{
	struct bs_keyring keyring = ring(3, BS_KEY_MADE);
	const struct bs_key *key = &keyring.keys[0];

	(void)state;
	assert_false(bs_key_is_lent(key, L, 20000));
	assert_int_equal(bs_keyring_unlend(&keyring, 3, T0), -EBUSY);
	assert_int_equal(bs_keyring_lend(&keyring, 4, T0), -ENOENT);
	assert_int_equal(bs_keyring_lend(&keyring, 3, T0), 0);
	assert_true(bs_key_is_lent(key, L, 20000));
	assert_true(bs_key_is_lent(key, L, 30000));
	assert_int_equal(bs_keyring_unlend(&keyring, 3, T0 + 5 * DAY), 0);
	assert_true(bs_key_is_lent(key, L, 20005 + L + 8));
	assert_false(bs_key_is_lent(key, L, 20005 + L + 9));
	/* lent once more */
	assert_int_equal(bs_keyring_lend(&keyring, 3, T0 + 9 * DAY), 0);
	assert_true(bs_key_is_lent(key, L, 30000));
	assert_true(key->lent == T0);
}

static void
a_key_to_verify_with_never_signs(void **state)
{
	struct bs_keyring keyring = ring(3, BS_KEY_MADE);
	struct bs_tag tag = signed_tag(&keyring, "alice@example.org", 20000);

	(void)state;
	assert_int_equal(
	    bs_keyring_add(&keyring, 5, BS_KEY_VERIFY_ONLY, secret, 32, T0), 0);
	assert_int_equal(bs_keyring_activate(&keyring, 5, T0), -EPERM);
	assert_int_equal(bs_keyring_active(&keyring)->number, 3);
	tag.key = 5;
	assert_int_not_equal(bs_keyring_verify(&keyring, &tag, 20000, L),
	    BS_TAG_VALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(agrees_with_exim),
	    cmocka_unit_test(ages),
	    cmocka_unit_test(a_clock_that_was_ahead_makes_no_tag_stale),
	    cmocka_unit_test(a_key_of_tomorrow_makes_no_tag_stale),
	    cmocka_unit_test(folds_case),
	    cmocka_unit_test(bad_needs_the_key_of_the_day),
	    cmocka_unit_test(every_state_but_revoked_verifies),
	    cmocka_unit_test(keeps_the_rules_of_states),
	    cmocka_unit_test(runs_out_of_numbers),
	    cmocka_unit_test(survives_its_file),
	    cmocka_unit_test(refuses_bad_files),
	    cmocka_unit_test(no_flipped_bit_is_believed),
	    cmocka_unit_test(reads_a_file_without_checks),
	    cmocka_unit_test(takes_a_time_that_a_hand_wrote),
	    cmocka_unit_test(calls_nothing_bad_between_copy_and_restore),
	    cmocka_unit_test(believes_no_damaged_line_about_a_restore),
	    cmocka_unit_test(keeps_what_a_damaged_file_lacks),
	    cmocka_unit_test(is_lent_until_its_tags_are_old),
	    cmocka_unit_test(a_key_to_verify_with_never_signs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
