/* What changes make of records: what adds up, which claim remains, what is
 * removed. */
#include "common/store/change.h"
#include "tests/unit/unit.h"

static void
counts_and_times_of_tags(void **state)
{
	struct bs_tag_record a = {1, 2, UINT32_MAX - 1, 100, 200, 0};
	const struct bs_tag_record b = {1, 3, 5, 50, 150, 0};
	const struct bs_tag_record counted = {.bounces = 1, .last_use = 300};

	(void)state;
	bs_tag_record_merge(&a, &b);
	assert_int_equal(a.issued, 2);
	assert_int_equal(a.recipients, 5);
	assert_int_equal(a.bounces, UINT32_MAX);
	assert_true(a.first_use == 50);
	assert_true(a.last_use == 200);
	/* a count alone is no first use */
	bs_tag_record_merge(&a, &counted);
	assert_true(a.first_use == 50);
	assert_true(a.last_use == 300);
}

/* A tag that was promised is one until it is issued. */
static void
states_of_tags(void **state)
{
	struct bs_tag_record a = {0};
	const struct bs_tag_record reserved = {.state = BS_TAG_STATE_RESERVED};
	const struct bs_tag_record bounced = {.bounces = 1};
	const struct bs_tag_record issued = {.issued = 1};

	(void)state;
	bs_tag_record_merge(&a, &reserved);
	bs_tag_record_merge(&a, &bounced);
	assert_int_equal(a.state, BS_TAG_STATE_RESERVED);
	bs_tag_record_merge(&a, &issued);
	assert_int_equal(a.state, BS_TAG_STATE_ISSUED);
	/* promised once more, it stays issued */
	bs_tag_record_merge(&a, &reserved);
	assert_int_equal(a.state, BS_TAG_STATE_ISSUED);
	assert_int_equal(a.bounces, 1);
}

static void
refusals_add_up(void **state)
{
	struct bs_refused_record a = {.first = 200, .bounces = 1};
	const struct bs_refused_record b = {.first = 100, .bounces = 2};
	const struct bs_refused_record known = {.is_known = true};

	(void)state;
	bs_refused_record_merge(&a, &b);
	assert_true(a.first == 100);
	assert_int_equal(a.bounces, 3);
	assert_false(a.is_known);
	bs_refused_record_merge(&a, &known);
	bs_refused_record_merge(&a, &b);
	assert_true(a.is_known);
	assert_true(a.first == 100);
	assert_int_equal(a.bounces, 5);
}

static void
days_of_senders(void **state)
{
	struct bs_sender_record a = {0, 10, 20, 0, 0, 4, 2};
	const struct bs_sender_record b = {15, 5, 30, 7, 8, 3, 0};
	const struct bs_sender_record c = {12, 0, 0, 6, 9, 5, 6};

	(void)state;
	bs_sender_record_merge(&a, &b);
	bs_sender_record_merge(&a, &c);
	assert_int_equal(a.first_signed_day, 12);
	assert_int_equal(a.last_unsigned_day, 10);
	assert_int_equal(a.last_day, 30);
	assert_int_equal(a.last_unrecorded_day, 7);
	assert_int_equal(a.last_stripped_day, 9);
	assert_int_equal(a.last_elsewhere_day, 5);
	assert_int_equal(a.last_foreign_day, 6);
}

static void
numbered(uint8_t number, uint8_t out[static BS_MSG_SHORT])
{
	memset(out, 0, BS_MSG_SHORT);
	out[BS_MSG_SHORT - 1] = number;
}

static struct bs_msg_record
with_owners(uint8_t first, uint8_t count)
{
	struct bs_msg_record record = {.sent = 100, .recipients = 1};
	uint8_t hash[BS_MSG_SHORT];

	for (uint8_t i = 0; i < count; i++) {
		numbered((uint8_t)(first + i), hash);
		bs_msg_add_owner(&record, hash);
		/* once more changes nothing */
		bs_msg_add_owner(&record, hash);
	}
	return record;
}

static bool
has_owner(const struct bs_msg_record *record, uint8_t number)
{
	uint8_t hash[BS_MSG_SHORT];

	numbered(number, hash);
	return bs_msg_has_owner(record, hash);
}

/* One Message-ID may leave twice, as a list sends it again. */
static void
owners_add_up(void **state)
{
	struct bs_msg_record a = with_owners(1, 4);
	struct bs_msg_record b = with_owners(3, 4);
	const struct bs_msg_record c = with_owners(9, 1);

	(void)state;
	bs_msg_record_merge(&a, &b);
	assert_int_equal(a.owner_count, BS_MSG_OWNERS);
	assert_int_equal(a.recipients, 2);
	assert_true(has_owner(&a, 1) && has_owner(&a, 6));
	assert_false(has_owner(&a, 7));
	assert_false(has_owner(&a, 0));
	/* one too many: everybody's, and nothing is left of the set */
	bs_msg_record_merge(&a, &c);
	assert_int_equal(a.owner_count, BS_MSG_MANY);
	assert_true(has_owner(&a, 7));
	bs_msg_record_merge(&b, &a);
	assert_int_equal(b.owner_count, BS_MSG_MANY);
	bs_msg_record_merge(&b, &c);
	assert_int_equal(b.owner_count, BS_MSG_MANY);
	assert_memory_equal(a.owners, b.owners, sizeof(a.owners));
}

static void
domains_add_up(void **state)
{
	struct bs_msg_record a = {.sent = 1};
	uint8_t hash[BS_MSG_SHORT];

	(void)state;
	numbered(1, hash);
	assert_false(bs_msg_has_domain(&a, hash));
	for (uint8_t i = 0; i < BS_MSG_DOMAINS; i++) {
		numbered(i, hash);
		bs_msg_add_domain(&a, hash);
	}
	assert_int_equal(a.domain_count, BS_MSG_DOMAINS);
	assert_true(bs_msg_has_domain(&a, hash));
	numbered(99, hash);
	assert_false(bs_msg_has_domain(&a, hash));
	bs_msg_add_domain(&a, hash);
	assert_int_equal(a.domain_count, BS_MSG_MANY);
	numbered(98, hash);
	assert_true(bs_msg_has_domain(&a, hash));
	assert_int_equal(a.owner_count, 0);
}

static void
the_weaker_fate_stays(void **state)
{
	struct bs_msg_record a = {.sent = 200, .fate = BS_MSG_SIGNED};
	const struct bs_msg_record relayed = {.sent = 100,
	    .fate = BS_MSG_RELAYED};
	const struct bs_msg_record bounce = {.bounces = 1};

	(void)state;
	bs_msg_record_merge(&a, &bounce);
	assert_int_equal(a.fate, BS_MSG_SIGNED);
	assert_true(a.sent == 200);
	bs_msg_record_merge(&a, &relayed);
	assert_int_equal(a.fate, BS_MSG_RELAYED);
	assert_true(a.sent == 100);
	bs_msg_record_merge(&a, &bounce);
	assert_int_equal(a.fate, BS_MSG_RELAYED);
	assert_int_equal(a.bounces, 2);
}

static void
tallies_add_up(void **state)
{
	struct bs_tally_record a = {{0}};
	const struct bs_tally_record b = {{1, 2, 3, [BS_TALLIES - 1] = 9}};

	(void)state;
	bs_tally_record_merge(&a, &b);
	bs_tally_record_merge(&a, &b);
	assert_int_equal(a.counts[0], 2);
	assert_int_equal(a.counts[1], 4);
	assert_int_equal(a.counts[BS_TALLIES - 1], 18);
	a.counts[1] = UINT32_MAX;
	bs_tally_record_merge(&a, &b);
	assert_int_equal(a.counts[1], UINT32_MAX);
}

static struct bs_entry
msg_entry(const struct bs_msg_record *record)
{
	struct bs_entry entry = {.table = BS_TABLE_MSG, .key_len = 20};

	entry.value_len =
	    bs_msg_record_write(entry.key, entry.key_len, record, entry.value);
	return entry;
}

/* A message loses one owner; with the last one it goes. */
static void
owners_are_taken_off(void **state)
{
	const struct bs_msg_record sent = with_owners(1, 2);
	struct bs_entry entry = msg_entry(&sent);
	struct bs_change change;
	struct bs_msg_record left;

	(void)state;
	bs_change_delete(&change, &entry);
	change.kind = BS_CHANGE_DISOWN;
	numbered(9, change.owner);
	assert_false(bs_change_apply(&change, &entry));
	numbered(1, change.owner);
	assert_true(bs_change_apply(&change, &entry));
	assert_int_equal(bs_msg_record_read(entry.key, entry.key_len,
			     entry.value, entry.value_len, &left),
	    0);
	assert_int_equal(left.owner_count, 1);
	assert_true(has_owner(&left, 2));
	numbered(2, change.owner);
	assert_true(bs_change_apply(&change, &entry));
	assert_int_equal(entry.value_len, 0);
	assert_false(bs_change_apply(&change, &entry));
}

/* Of too many owners none is known, so none can be taken off. */
static void
of_too_many_owners_none_goes(void **state)
{
	struct bs_msg_record sent = with_owners(1, BS_MSG_OWNERS + 1);
	struct bs_entry entry = msg_entry(&sent);
	struct bs_change change;

	(void)state;
	bs_change_delete(&change, &entry);
	change.kind = BS_CHANGE_DISOWN;
	numbered(1, change.owner);
	assert_false(bs_change_apply(&change, &entry));
	assert_true(entry.value_len > 0);
}

/* A sender who sent again between the look and the change stays. */
static void
senders_expire_by_their_last_day(void **state)
{
	const struct bs_sender_record seen = {.last_day = 20000};
	struct bs_entry entry = {.table = BS_TABLE_SENDER,
	    .key_len = BS_RECORD_HASH};
	struct bs_change change;

	(void)state;
	entry.value_len = bs_sender_record_write(entry.key, entry.key_len,
	    &seen, entry.value);
	bs_change_delete(&change, &entry);
	change.kind = BS_CHANGE_EXPIRE;
	change.day = 20000;
	assert_false(bs_change_apply(&change, &entry));
	change.day = 20001;
	assert_true(bs_change_apply(&change, &entry));
	assert_int_equal(entry.value_len, 0);
	assert_false(bs_change_apply(&change, &entry));
}

/* A record whose check fails proved nothing: what is added begins anew. */
static void
adds_to_a_damaged_record(void **state)
{
	struct bs_change change = {.table = BS_TABLE_TAG,
	    .key_len = 21,
	    .tag = {.issued = 1}};
	struct bs_entry entry = {.table = BS_TABLE_TAG, .key_len = 21};
	struct bs_tag_record record;

	(void)state;
	assert_true(bs_change_apply(&change, &entry));
	assert_true(bs_change_apply(&change, &entry));
	assert_int_equal(bs_tag_record_read(entry.key, entry.key_len,
			     entry.value, entry.value_len, &record),
	    0);
	assert_int_equal(record.issued, 2);
	entry.value[0] ^= 1;
	assert_true(bs_change_apply(&change, &entry));
	assert_int_equal(bs_tag_record_read(entry.key, entry.key_len,
			     entry.value, entry.value_len, &record),
	    0);
	assert_int_equal(record.issued, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_and_times_of_tags),
	    cmocka_unit_test(states_of_tags),
	    cmocka_unit_test(refusals_add_up),
	    cmocka_unit_test(days_of_senders),
	    cmocka_unit_test(owners_add_up),
	    cmocka_unit_test(domains_add_up),
	    cmocka_unit_test(the_weaker_fate_stays),
	    cmocka_unit_test(tallies_add_up),
	    cmocka_unit_test(owners_are_taken_off),
	    cmocka_unit_test(of_too_many_owners_none_goes),
	    cmocka_unit_test(senders_expire_by_their_last_day),
	    cmocka_unit_test(adds_to_a_damaged_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
