/* The store's values: what is written is read, what is damaged is not. */
#include <errno.h>

#include "common/store/cursor.h"
#include "common/store/record.h"
#include "tests/unit/unit.h"

#define KEY "\x00\x00\x4e\x20\x03hash of a sender"
#define KEY_LEN (sizeof(KEY) - 1)

static const uint8_t *const key = (const uint8_t *)KEY;

static const struct bs_tag_record tag_record = {
    .issued = 1,
    .recipients = 0xfffefdfc,
    .bounces = 0x01020304,
    .first_use = INT64_MIN,
    .last_use = INT64_MAX,
    .state = BS_TAG_STATE_RESERVED,
};

static const struct bs_sender_record sender_record = {
    .first_signed_day = 20000,
    .last_unsigned_day = 0,
    .last_day = UINT32_MAX,
    .last_unrecorded_day = 20001,
    .last_stripped_day = 0x01020304,
    .last_elsewhere_day = 20002,
    .last_foreign_day = 20003,
};

/* Full sets; test_merge.c has the others. */
static const struct bs_msg_record msg_record = {
    .sent = INT64_MAX,
    .recipients = 0xfffefdfc,
    .bounces = 7,
    .fate = BS_MSG_RELAYED,
    .owner_count = BS_MSG_OWNERS,
    .domain_count = BS_MSG_DOMAINS,
    .owners = {"owner 1", "owner 2", "owner 3", "owner 4", "owner 5",
	"owner 6"},
    .domains = {"domain1", "domain2", "domain3", "domain4"},
};

static const struct bs_tally_record tally_record = {
    .counts = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, UINT32_MAX},
};

static const struct bs_refused_record refused_record = {
    .first = INT64_MAX,
    .bounces = 0x01020304,
    .is_known = true,
};

static const struct bs_clock clock_record = {
    .trusted_day = 20000,
    .seen_day = 21000,
    .in_doubt = true,
};

#define NUMBER_A (-1)
#define NUMBER_B ((int64_t)0x0102030405060708)

static size_t
write_tag(uint8_t out[static BS_RECORD_MAX])
{
	return bs_tag_record_write(key, KEY_LEN, &tag_record, out);
}

static size_t
write_sender(uint8_t out[static BS_RECORD_MAX])
{
	return bs_sender_record_write(key, KEY_LEN, &sender_record, out);
}

static size_t
write_msg(uint8_t out[static BS_RECORD_MAX])
{
	return bs_msg_record_write(key, KEY_LEN, &msg_record, out);
}

static size_t
write_tally(uint8_t out[static BS_RECORD_MAX])
{
	return bs_tally_record_write(key, KEY_LEN, &tally_record, out);
}

static size_t
write_refused(uint8_t out[static BS_RECORD_MAX])
{
	return bs_refused_record_write(key, KEY_LEN, &refused_record, out);
}

static size_t
write_clock(uint8_t out[static BS_RECORD_MAX])
{
	return bs_clock_record_write(key, KEY_LEN, &clock_record, out);
}

static size_t
write_numbers(uint8_t out[static BS_RECORD_MAX])
{
	return bs_number_record_write(key, KEY_LEN, NUMBER_A, NUMBER_B, out);
}

/* Each reads into a record of its own and compares where it could. */
static int
read_tag(const uint8_t *k, size_t k_len, const uint8_t *value, size_t len)
{
	struct bs_tag_record read;
	int rc = bs_tag_record_read(k, k_len, value, len, &read);

	if (rc != 0)
		return rc;
	assert_int_equal(read.issued, tag_record.issued);
	assert_int_equal(read.recipients, tag_record.recipients);
	assert_int_equal(read.bounces, tag_record.bounces);
	assert_true(read.first_use == tag_record.first_use);
	assert_true(read.last_use == tag_record.last_use);
	assert_int_equal(read.state, tag_record.state);
	return 0;
}

static int
read_sender(const uint8_t *k, size_t k_len, const uint8_t *value, size_t len)
{
	struct bs_sender_record read;
	int rc = bs_sender_record_read(k, k_len, value, len, &read);

	if (rc != 0)
		return rc;
	assert_memory_equal(&read, &sender_record, sizeof(read));
	return 0;
}

static int
read_msg(const uint8_t *k, size_t k_len, const uint8_t *value, size_t len)
{
	struct bs_msg_record read;
	int rc = bs_msg_record_read(k, k_len, value, len, &read);

	if (rc != 0)
		return rc;
	assert_true(read.sent == msg_record.sent);
	assert_int_equal(read.recipients, msg_record.recipients);
	assert_int_equal(read.bounces, msg_record.bounces);
	assert_int_equal(read.fate, msg_record.fate);
	assert_int_equal(read.owner_count, msg_record.owner_count);
	assert_int_equal(read.domain_count, msg_record.domain_count);
	assert_memory_equal(read.owners, msg_record.owners,
	    sizeof(read.owners));
	assert_memory_equal(read.domains, msg_record.domains,
	    sizeof(read.domains));
	return 0;
}

static int
read_tally(const uint8_t *k, size_t k_len, const uint8_t *value, size_t len)
{
	struct bs_tally_record read;
	int rc = bs_tally_record_read(k, k_len, value, len, &read);

	if (rc == 0)
		assert_memory_equal(&read, &tally_record, sizeof(read));
	return rc;
}

static int
read_refused(const uint8_t *k, size_t k_len, const uint8_t *value, size_t len)
{
	struct bs_refused_record read;
	int rc = bs_refused_record_read(k, k_len, value, len, &read);

	if (rc != 0)
		return rc;
	assert_true(read.first == refused_record.first);
	assert_int_equal(read.bounces, refused_record.bounces);
	assert_int_equal(read.is_known, refused_record.is_known);
	return 0;
}

static int
read_clock(const uint8_t *k, size_t k_len, const uint8_t *value, size_t len)
{
	struct bs_clock read;
	int rc = bs_clock_record_read(k, k_len, value, len, &read);

	if (rc != 0)
		return rc;
	assert_int_equal(read.trusted_day, clock_record.trusted_day);
	assert_int_equal(read.seen_day, clock_record.seen_day);
	assert_int_equal(read.in_doubt, clock_record.in_doubt);
	return 0;
}

static int
read_numbers(const uint8_t *k, size_t k_len, const uint8_t *value, size_t len)
{
	int64_t a;
	int64_t b;
	int rc = bs_number_record_read(k, k_len, value, len, &a, &b);

	if (rc != 0)
		return rc;
	assert_true(a == NUMBER_A && b == NUMBER_B);
	return 0;
}

/* The lengths are the format: they may not change. */
static const struct kind {
	size_t (*write)(uint8_t out[static BS_RECORD_MAX]);
	int (*read)(const uint8_t *key, size_t key_len, const uint8_t *value,
	    size_t len);
	size_t len;
} kinds[] = {
    {write_tag, read_tag, 37},
    {write_sender, read_sender, 40},
    {write_msg, read_msg, 107},
    {write_tally, read_tally, 68},
    {write_refused, read_refused, 21},
    {write_clock, read_clock, 17},
    {write_numbers, read_numbers, 24},
};

static void
comes_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		uint8_t value[BS_RECORD_MAX];

		assert_int_equal(kinds[i].write(value), kinds[i].len);
		assert_int_equal(
		    kinds[i].read(key, KEY_LEN, value, kinds[i].len), 0);
		assert_true(
		    bs_cursor_is_sound(key, KEY_LEN, value, kinds[i].len));
	}
}

/* Octets of a value that an earlier build may have written. */
static void
keeps_its_format(void **state)
{
	static const uint8_t want[] = {0, 0, 0, 1, 0xff, 0xfe, 0xfd, 0xfc, 1, 2,
	    3, 4, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff};
	/* FNV-1a of 64 bits over no octets and over "a" (its authors' tests) */
	static const uint8_t empty[] = {0xcb, 0xf2, 0x9c, 0xe4, 0x84, 0x22,
	    0x23, 0x25};
	static const uint8_t of_a[] = {0xaf, 0x63, 0xdc, 0x4c, 0x86, 0x01, 0xec,
	    0x8c};
	uint8_t value[BS_RECORD_MAX];

	(void)state;
	write_tag(value);
	assert_memory_equal(value, want, sizeof(want));
	assert_true(bs_cursor_is_sound(key, 0, empty, sizeof(empty)));
	assert_true(
	    bs_cursor_is_sound((const uint8_t *)"a", 1, of_a, sizeof(of_a)));
}

/* Puts the check behind octets of an older format. Returns the length. */
static size_t
seal(const uint8_t *old, size_t old_len, uint8_t out[static BS_RECORD_MAX])
{
	uint64_t check = 0xcbf29ce484222325ULL;
	size_t len = 0;

	for (size_t i = 0; i < KEY_LEN; i++)
		check = (check ^ key[i]) * 0x100000001b3ULL;
	for (; len < old_len; len++) {
		out[len] = old[len];
		check = (check ^ old[len]) * 0x100000001b3ULL;
	}
	for (int shift = 56; shift >= 0; shift -= 8)
		out[len++] = (uint8_t)(check >> shift);
	return len;
}

/* A tag as format 2 has it: without a state. */
static void
reads_older_tags(void **state)
{
	static const uint8_t old[28] =
	    {[3] = 2, [7] = 3, [11] = 4, [19] = 5, [27] = 6};
	struct bs_tag_record read;
	uint8_t value[BS_RECORD_MAX];
	size_t len = seal(old, sizeof(old), value);

	(void)state;
	memset(&read, 0xff, sizeof(read));
	assert_int_equal(bs_tag_record_read(key, KEY_LEN, value, len, &read),
	    0);
	assert_int_equal(read.issued, 2);
	assert_int_equal(read.recipients, 3);
	assert_int_equal(read.bounces, 4);
	assert_true(read.first_use == 5 && read.last_use == 6);
	assert_int_equal(read.state, BS_TAG_STATE_ISSUED);
}

/* Format 2 has 13 columns, a later program may have more than we know. */
static void
reads_shorter_and_longer_tallies(void **state)
{
	uint8_t columns[4 * 24] = {0};
	struct bs_tally_record read;
	uint8_t value[BS_RECORD_MAX];

	(void)state;
	for (size_t i = 0; i < 24; i++)
		columns[4 * i + 3] = (uint8_t)(i + 1);
	for (size_t count = 12; count <= 24; count++) {
		size_t len = seal(columns, 4 * count, value);
		int rc = bs_tally_record_read(key, KEY_LEN, value, len, &read);

		assert_int_equal(rc, count < 13 ? -EBADMSG : 0);
		for (size_t i = 0; rc == 0 && i < BS_TALLIES; i++)
			assert_int_equal(read.counts[i], i < count ? i + 1 : 0);
	}
}

/* A sender as version 1 wrote it: three days and the check. */
static void
reads_older_senders(void **state)
{
	static const uint8_t old[] = {0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x21, 0, 0,
	    0x4e, 0x22};
	struct bs_sender_record read;
	uint8_t value[BS_RECORD_MAX];
	size_t len = seal(old, sizeof(old), value);

	(void)state;
	memset(&read, 0xff, sizeof(read));
	assert_int_equal(bs_sender_record_read(key, KEY_LEN, value, len, &read),
	    0);
	assert_int_equal(read.first_signed_day, 20000);
	assert_int_equal(read.last_unsigned_day, 20001);
	assert_int_equal(read.last_day, 20002);
	assert_int_equal(read.last_unrecorded_day, 0);
	assert_int_equal(read.last_stripped_day, 0);
	value[0] ^= 1;
	assert_int_equal(bs_sender_record_read(key, KEY_LEN, value, len, &read),
	    -EBADMSG);
}

/* A sender as format 2 has it: six days. */
static void
reads_senders_of_six_days(void **state)
{
	static const uint8_t old[24] =
	    {[3] = 1, [7] = 2, [11] = 3, [15] = 4, [19] = 5, [23] = 6};
	struct bs_sender_record read;
	uint8_t value[BS_RECORD_MAX];
	size_t len = seal(old, sizeof(old), value);

	(void)state;
	memset(&read, 0xff, sizeof(read));
	assert_int_equal(bs_sender_record_read(key, KEY_LEN, value, len, &read),
	    0);
	assert_int_equal(read.first_signed_day, 1);
	assert_int_equal(read.last_elsewhere_day, 6);
	assert_int_equal(read.last_foreign_day, 0);
}

/* No longer than they must be: there are many. */
static void
messages_are_short(void **state)
{
	static const struct {
		uint8_t owners;
		uint8_t domains;
		size_t len;
	} cases[] = {
	    {0, 0, 27},
	    {1, 1, 43},
	    {2, 1, 51},
	    {BS_MSG_MANY, 2, 43},
	    {BS_MSG_MANY, BS_MSG_MANY, 27},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bs_msg_record record = msg_record;
		struct bs_msg_record read;
		uint8_t value[BS_RECORD_MAX];

		record.owner_count = cases[i].owners;
		record.domain_count = cases[i].domains;
		assert_int_equal(
		    bs_msg_record_write(key, KEY_LEN, &record, value),
		    cases[i].len);
		assert_int_equal(bs_msg_record_read(key, KEY_LEN, value,
				     cases[i].len, &read),
		    0);
		assert_int_equal(read.owner_count, cases[i].owners);
		assert_int_equal(read.domain_count, cases[i].domains);
		for (size_t n = 0; n < BS_MSG_OWNERS; n++)
			assert_int_equal(read.owners[n][0] != 0,
			    cases[i].owners <= BS_MSG_OWNERS &&
				n < cases[i].owners);
		assert_int_equal(
		    bs_msg_record_read(key, KEY_LEN, value, 0, &read),
		    -EBADMSG);
	}
}

/* Sound, but nothing that we would write: of another version, or worse. */
static void
refuses_strange_messages(void **state)
{
	static const struct {
		uint8_t fate;
		uint8_t owners;
		uint8_t domains;
		int rc;
	} cases[] = {
	    {BS_MSG_SIGNED, 0, 0, 0},
	    {BS_MSG_RELAYED, BS_MSG_MANY, BS_MSG_MANY, 0},
	    {BS_MSG_RELAYED + 1, 1, 1, -EBADMSG},
	    {BS_MSG_SIGNED, BS_MSG_OWNERS + 1, 1, -EBADMSG},
	    {BS_MSG_SIGNED, 1, BS_MSG_DOMAINS + 1, -EBADMSG},
	    {BS_MSG_SIGNED, BS_MSG_MANY - 1, 1, -EBADMSG},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bs_msg_record record = {.sent = 1};
		struct bs_msg_record read;
		uint8_t value[BS_RECORD_MAX];
		size_t len;

		record.fate = cases[i].fate;
		record.owner_count = cases[i].owners;
		record.domain_count = cases[i].domains;
		len = bs_msg_record_write(key, KEY_LEN, &record, value);
		assert_int_equal(
		    bs_msg_record_read(key, KEY_LEN, value, len, &read),
		    cases[i].rc);
	}
}

static void
notices_every_bit(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		uint8_t value[BS_RECORD_MAX];
		uint8_t other[KEY_LEN];
		size_t len = kinds[i].write(value);

		for (size_t bit = 0; bit < 8 * len; bit++) {
			value[bit / 8] ^= (uint8_t)(1U << bit % 8);
			assert_int_equal(
			    kinds[i].read(key, KEY_LEN, value, len), -EBADMSG);
			value[bit / 8] ^= (uint8_t)(1U << bit % 8);
		}
		memcpy(other, key, KEY_LEN);
		for (size_t bit = 0; bit < 8 * KEY_LEN; bit++) {
			other[bit / 8] ^= (uint8_t)(1U << bit % 8);
			assert_int_equal(
			    kinds[i].read(other, KEY_LEN, value, len),
			    -EBADMSG);
			other[bit / 8] ^= (uint8_t)(1U << bit % 8);
		}
	}
}

/* A value at another record's key is a damaged store, too. */
static void
belongs_to_its_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		uint8_t value[BS_RECORD_MAX];
		size_t len = kinds[i].write(value);

		assert_int_equal(kinds[i].read(key, KEY_LEN - 1, value, len),
		    -EBADMSG);
		assert_int_equal(
		    kinds[i].read(key + 1, KEY_LEN - 1, value, len), -EBADMSG);
	}
}

static void
refuses_wrong_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++)
		for (size_t len = 0; len <= BS_RECORD_MAX; len++) {
			uint8_t value[BS_RECORD_MAX] = {0};
			size_t written = kinds[i].write(value);

			if (len == written)
				continue;
			assert_int_equal(
			    kinds[i].read(key, KEY_LEN, value, len), -EBADMSG);
			assert_false(
			    bs_cursor_is_sound(key, KEY_LEN, value, len));
		}
}

/* Sound, but of another table: its length gives it away. */
static void
tells_kinds_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++)
		for (size_t j = 0; j < COUNT(kinds); j++) {
			uint8_t value[BS_RECORD_MAX];
			size_t len = kinds[i].write(value);

			if (i != j)
				assert_int_equal(
				    kinds[j].read(key, KEY_LEN, value, len),
				    -EBADMSG);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(comes_back),
	    cmocka_unit_test(keeps_its_format),
	    cmocka_unit_test(reads_older_tags),
	    cmocka_unit_test(reads_shorter_and_longer_tallies),
	    cmocka_unit_test(reads_older_senders),
	    cmocka_unit_test(reads_senders_of_six_days),
	    cmocka_unit_test(messages_are_short),
	    cmocka_unit_test(refuses_strange_messages),
	    cmocka_unit_test(notices_every_bit),
	    cmocka_unit_test(belongs_to_its_key),
	    cmocka_unit_test(refuses_wrong_lengths),
	    cmocka_unit_test(tells_kinds_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
