/* The store's keys: what is written is read, and they sort as they must. */
#include <errno.h>

#include "common/store/record.h"
#include "tests/unit/unit.h"

static void
keys_sort_by_day(void **state)
{
	static const uint32_t days[] = {0, 255, 256, 20999, 21000, UINT32_MAX};
	struct bs_tag_key tag_key = {.key = 9};
	struct bs_tag_key read;
	uint8_t before[BS_RECORD_KEY_MAX] = {0};
	uint8_t now[BS_RECORD_KEY_MAX] = {0};
	size_t len = 0;

	(void)state;
	memset(tag_key.sender, 0xee, sizeof(tag_key.sender));
	for (size_t i = 0; i < COUNT(days); i++) {
		tag_key.day = days[i];
		len = bs_tag_key_write(&tag_key, now);
		assert_int_equal(len, 21);
		assert_int_equal(bs_tag_key_read(now, len, &read), 0);
		assert_int_equal(read.day, days[i]);
		assert_int_equal(read.key, 9);
		assert_memory_equal(read.sender, tag_key.sender,
		    BS_RECORD_HASH);
		if (i > 0)
			assert_true(memcmp(before, now, len) < 0);
		memcpy(before, now, sizeof(now));
	}
	assert_int_equal(bs_tag_key_read(now, len - 1, &read), -EBADMSG);
	assert_int_equal(bs_tag_key_read(now, len + 1, &read), -EBADMSG);
	assert_int_equal(bs_tag_key_read(now, 0, &read), -EBADMSG);
}

static void
keys_of_messages(void **state)
{
	static const uint32_t days[] = {0, 255, 256, 20999, 21000, UINT32_MAX};
	struct bs_msg_key msg_key;
	struct bs_msg_key read;
	uint8_t before[BS_RECORD_KEY_MAX] = {0};
	uint8_t now[BS_RECORD_KEY_MAX] = {0};
	size_t len = 0;

	(void)state;
	memset(msg_key.message_id, 0xee, sizeof(msg_key.message_id));
	for (size_t i = 0; i < COUNT(days); i++) {
		msg_key.day = days[i];
		len = bs_msg_key_write(&msg_key, now);
		assert_int_equal(len, 20);
		assert_int_equal(bs_msg_key_read(now, len, &read), 0);
		assert_int_equal(read.day, days[i]);
		assert_memory_equal(read.message_id, msg_key.message_id,
		    BS_RECORD_HASH);
		if (i > 0)
			assert_true(memcmp(before, now, len) < 0);
		memcpy(before, now, sizeof(now));
	}
	assert_int_equal(bs_msg_key_read(now, len - 1, &read), -EBADMSG);
	assert_int_equal(bs_msg_key_read(now, len + 1, &read), -EBADMSG);
}

/* They lie behind all else in meta, the oldest first. */
static void
keys_of_tallies(void **state)
{
	static const uint32_t days[] = {0, 255, 256, 20999, 21000, UINT32_MAX};
	uint8_t domain[BS_RECORD_HASH];
	uint8_t read[BS_RECORD_HASH];
	uint8_t before[BS_RECORD_KEY_MAX] = "stop";
	uint8_t now[BS_RECORD_KEY_MAX] = {0};
	size_t len = 0;
	uint32_t day;

	(void)state;
	memset(domain, 0xee, sizeof(domain));
	for (size_t i = 0; i < COUNT(days); i++) {
		len = bs_tally_key_write(BS_TALLY_OF_DAY, days[i], domain, now);
		assert_int_equal(len, 25);
		assert_int_equal(
		    bs_tally_key_read(BS_TALLY_OF_DAY, now, len, &day, read),
		    0);
		assert_int_equal(day, days[i]);
		assert_memory_equal(read, domain, sizeof(read));
		assert_true(memcmp(before, now, sizeof(now)) < 0);
		memcpy(before, now, sizeof(now));
	}
	assert_int_equal(
	    bs_tally_key_read(BS_TALLY_OF_DAY, now, len - 1, &day, read),
	    -EBADMSG);
	assert_int_equal(
	    bs_tally_key_read(BS_TALLY_OF_DAY, now, len + 1, &day, read),
	    -EBADMSG);
	now[0] = 'g';
	assert_int_equal(
	    bs_tally_key_read(BS_TALLY_OF_DAY, now, len, &day, read), -EBADMSG);
}

static void
keys_of_gaps(void **state)
{
	static const int64_t starts[] = {0, 1, 1767225600, INT64_MAX};
	uint8_t gap[BS_RECORD_KEY_MAX] = {0};
	size_t len = 0;
	int64_t start;

	(void)state;
	for (size_t i = 0; i < COUNT(starts); i++) {
		len = bs_gap_key_write(starts[i], gap);
		assert_int_equal(len, 11);
		assert_int_equal(bs_gap_key_read(gap, len, &start), 0);
		assert_true(start == starts[i]);
	}
	assert_int_equal(bs_gap_key_read(gap, len - 1, &start), -EBADMSG);
	assert_int_equal(bs_gap_key_read(gap, len + 1, &start), -EBADMSG);
	gap[0] = 'm';
	assert_int_equal(bs_gap_key_read(gap, len, &start), -EBADMSG);
}

/* They lie before the tallies of days, the oldest first. */
static void
keys_of_hours(void **state)
{
	static const uint32_t hours[] = {0, 255, 256, 500000, UINT32_MAX};
	uint8_t domain[BS_RECORD_HASH] = {0xee};
	uint8_t read[BS_RECORD_HASH];
	uint8_t before[BS_RECORD_KEY_MAX] = "gap";
	uint8_t now[BS_RECORD_KEY_MAX] = {0};
	uint32_t hour;
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(hours); i++) {
		len =
		    bs_tally_key_write(BS_TALLY_OF_HOUR, hours[i], domain, now);
		assert_int_equal(len, 24);
		assert_int_equal(
		    bs_tally_key_read(BS_TALLY_OF_HOUR, now, len, &hour, read),
		    0);
		assert_int_equal(hour, hours[i]);
		assert_memory_equal(read, domain, sizeof(read));
		assert_true(memcmp(before, now, sizeof(now)) < 0);
		memcpy(before, now, sizeof(now));
	}
	assert_true(memcmp(now, "tally", 5) < 0);
	assert_int_equal(
	    bs_tally_key_read(BS_TALLY_OF_HOUR, now, len - 1, &hour, read),
	    -EBADMSG);
	assert_int_equal(
	    bs_tally_key_read(BS_TALLY_OF_DAY, now, len, &hour, read),
	    -EBADMSG);
}

static void
keys_of_refusals(void **state)
{
	struct bs_refused_key refused = {{1, [15] = 2}, {3, [7] = 4}};
	struct bs_refused_key read;
	uint8_t octets[BS_RECORD_KEY_MAX];
	size_t len = bs_refused_key_write(&refused, octets);

	(void)state;
	assert_int_equal(len, 24);
	assert_int_equal(bs_refused_key_read(octets, len, &read), 0);
	assert_memory_equal(&read, &refused, sizeof(read));
	assert_int_equal(bs_refused_key_read(octets, len - 1, &read), -EBADMSG);
	assert_int_equal(bs_refused_key_read(octets, len + 1, &read), -EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_sort_by_day),
	    cmocka_unit_test(keys_of_messages),
	    cmocka_unit_test(keys_of_tallies),
	    cmocka_unit_test(keys_of_gaps),
	    cmocka_unit_test(keys_of_hours),
	    cmocka_unit_test(keys_of_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
