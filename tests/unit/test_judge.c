/* From questions to verdicts, over a real store. */
#include <limits.h>

#include "common/config/read.h"
#include "common/judge/judge.h"
#include "common/keys/day.h"
#include "tests/unit/folder.h"

#define DAY ((int64_t)BS_DAY_SECONDS)
#define T0 ((int64_t)20000 * DAY + 3600)
#define OUTSIDE "198.51.100.7"

static const char config_text[] =
    "domains = example.org, example.net, example.com\n"
    "sign = yes\n"
    "mode = enforce\n"
    "outbound = here\n"
    "exempt = noreply@example.org\n"
    "[domain example.net]\n"
    "form = subaddress\n"
    "mode = observe\n"
    "[domain example.com]\n"
    "sign = no\n"
    "strict = yes\n";

static char folder[PATH_MAX];
static struct bs_config *config;
static struct bs_keyring keyring;
static struct bs_writer *writer;
static struct bs_store *store;
static struct bs_answer answer;
static struct bs_judgement judgement;

static void
report(void *context, const struct bs_fault *fault, bool is_warning)
{
	(void)context;
	(void)is_warning;
	fail_msg("line %u: %s", fault->line, fault->text);
}

static int
set_up(void **state)
{
	static const uint8_t store_key[BS_STORE_KEY_LEN];
	static const uint8_t boot[BS_BOOT_LEN];
	int64_t before = T0 - 5 * DAY;
	struct bs_change marks[2];

	(void)state;
	folder_make(folder, sizeof(folder));
	assert_int_equal(bs_config_parse(config_text, sizeof(config_text) - 1,
			     &config, report, NULL),
	    0);
	memset(&keyring, 0, sizeof(keyring));
	assert_int_equal(bs_keyring_make(&keyring, 3, BS_KEY_MADE, before), 0);
	assert_int_equal(bs_keyring_activate(&keyring, 3, before), 0);
	assert_int_equal(bs_store_open(folder, BS_STORE_HOLD, &store), 0);
	/* an engine that has been here for five days, without a gap */
	bs_meta_number(&marks[0], "epoch", before, 0);
	bs_meta_number(&marks[1], "alive", T0, 0);
	assert_int_equal(bs_store_apply(store, marks, 2), 0);
	assert_non_null(writer = bs_writer_new(store_key));
	assert_int_equal(
	    bs_writer_attach(writer, store, boot, config->lifetime_days, T0),
	    0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	bs_store_close(bs_writer_detach(writer));
	bs_writer_free(writer);
	bs_config_free(config);
	folder_remove(folder);
	return 0;
}

static void
ask(enum bs_op op, enum bs_listener listener, const char *client,
    const char *sender, const char *recipient, int64_t now)
{
	const struct bs_judge judge = {.config = config,
	    .keyring = &keyring,
	    .writer = writer};
	struct bs_request request = {
	    .version = BS_WIRE_VERSION,
	    .id = 1,
	    .op = op,
	    .listener = listener,
	    .has_sender = true,
	    .recipients = 1,
	};

	snprintf(request.client, sizeof(request.client), "%s", client);
	snprintf(request.sender, sizeof(request.sender), "%s", sender);
	snprintf(request.recipient, sizeof(request.recipient), "%s", recipient);
	bs_judge(&judge, &request, now, &answer, &judgement);
	assert_int_equal(answer.status, BS_STATUS_OK);
}

/* Signs, records, and hands back the signed address. */
static void
sign(const char *sender, char out[static BS_ADDRESS_MAX], int64_t now)
{
	ask(BS_OP_SIGN, BS_LISTENER_OUT, "local", sender, "", now);
	assert_string_equal(answer.reason, "signed");
	assert_int_equal(answer.action, BS_ACTION_REWRITE);
	if (judgement.wait)
		assert_int_equal(bs_writer_flush(writer, now), 0);
	memcpy(out, answer.address, BS_ADDRESS_MAX);
}

static void
bounce(const char *sender, const char *recipient, int64_t now)
{
	ask(BS_OP_RCPT, BS_LISTENER_IN, OUTSIDE, sender, recipient, now);
}

static void
expect(unsigned row, enum bs_action action, const char *address)
{
	assert_non_null(judgement.row);
	assert_int_equal(judgement.row->number, row);
	assert_int_equal(answer.action, action);
	assert_string_equal(answer.address, address);
	/* the header is for the message, which RCPT does not see */
	assert_string_equal(answer.header, "");
}

/* Spoils one digit of the MAC. */
static void
spoil(char *tagged)
{
	char *digit = strstr(tagged, "prvs=") + 5 + 4;

	*digit = *digit == '0' ? '1' : '0';
}

static void
signs_what_it_can(void **state)
{
	static const struct {
		const char *sender;
		const char *reason;
	} cases[] = {
	    {"", "null"},
	    {"nobody@", "malformed"},
	    {"alice@elsewhere.example", "not-ours"},
	    {"alice@example.com", "sign-off"},
	    {"NoReply@Example.org", "exempt"},
	    {"\"a b\"@example.org", "quoted"},
	    {"j\xc3\xb6rg@example.org", "non-ascii"},
	    {"@relay:alice@example.org", "source-route"},
	    {"prvs=3010abcdef=alice@example.org", "tagged"},
	    {"SRS0=x=y=z=w@example.org", "foreign-tag"},
	    {"a23456789012345678901234567890123456789012345678x"
	     "@example.org",
		"too-long"},
	};
	char tagged[BS_ADDRESS_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		ask(BS_OP_SIGN, BS_LISTENER_OUT, "local", cases[i].sender, "",
		    T0);
		assert_string_equal(answer.reason, cases[i].reason);
		assert_int_equal(answer.action, BS_ACTION_NONE);
		assert_string_equal(answer.address, "");
	}
	sign("Alice@Example.org", tagged, T0);
	assert_memory_equal(tagged, "prvs=3010", 9);
	assert_string_equal(tagged + 15, "=Alice@Example.org");
	sign("bob@example.net", tagged, T0);
	assert_memory_equal(tagged, "bob+prvs=3010", 13);
}

static void
rows_of_a_good_tag(void **state)
{
	char tagged[BS_ADDRESS_MAX];

	(void)state;
	sign("alice@example.org", tagged, T0);
	bounce("", tagged, T0);
	expect(4, BS_ACTION_REWRITE, "alice@example.org");
	bounce("MAILER-DAEMON@x.example", tagged, T0);
	expect(4, BS_ACTION_REWRITE, "alice@example.org");
	bounce("friend@x.example", tagged, T0);
	expect(2, BS_ACTION_REWRITE, "alice@example.org");
	bounce("friend@x.example", tagged, T0 + 300 * DAY);
	expect(2, BS_ACTION_REWRITE, "alice@example.org");
	ask(BS_OP_RCPT, BS_LISTENER_LOCAL, "local", "", tagged, T0);
	expect(0, BS_ACTION_REWRITE, "alice@example.org");
	ask(BS_OP_RCPT, BS_LISTENER_IN, "127.0.0.1", "", tagged, T0);
	expect(0, BS_ACTION_REWRITE, "alice@example.org");
}

static void
rows_of_old_and_bad_tags(void **state)
{
	char tagged[BS_ADDRESS_MAX];

	(void)state;
	sign("alice@example.org", tagged, T0);
	bounce("", tagged, T0 + 12 * DAY);
	expect(9, BS_ACTION_JUNK, "alice@example.org");
	bounce("", tagged, T0 + 18 * DAY);
	expect(10, BS_ACTION_REJECT, "");
	assert_memory_equal(answer.reply, "550 5.7.1 ", 10);
	bounce("postmaster@x.example", tagged, T0 + 18 * DAY);
	expect(9, BS_ACTION_JUNK, "alice@example.org");
	spoil(tagged);
	bounce("", tagged, T0);
	expect(11, BS_ACTION_REJECT, "");
	assert_memory_equal(answer.reply, "550 5.7.1 ", 10);
	bounce("postmaster@x.example", tagged, T0);
	expect(3, BS_ACTION_NONE, "");
	bounce("friend@x.example", tagged, T0);
	expect(3, BS_ACTION_NONE, "");
	ask(BS_OP_RCPT, BS_LISTENER_LOCAL, "local", "", tagged, T0);
	expect(0, BS_ACTION_REWRITE, "alice@example.org");
	/* a key that we never had */
	memcpy(tagged + 5, "8", 1);
	bounce("", tagged, T0);
	expect(9, BS_ACTION_JUNK, "alice@example.org");
}

static void
observe_only_strips(void **state)
{
	char tagged[BS_ADDRESS_MAX];

	(void)state;
	sign("bob@example.net", tagged, T0);
	bounce("", tagged, T0 + 18 * DAY);
	expect(10, BS_ACTION_REWRITE, "bob@example.net");
	assert_int_equal(judgement.would, BS_ACTION_REJECT);
	spoil(tagged);
	bounce("", tagged, T0);
	expect(11, BS_ACTION_REWRITE, "bob@example.net");
}

static void
rows_without_a_tag(void **state)
{
	(void)state;
	bounce("", "alice@example.org", T0);
	expect(16, BS_ACTION_HEADER, "");
	bounce("friend@x.example", "alice@example.org", T0);
	expect(1, BS_ACTION_NONE, "");
	bounce("", "alice@elsewhere.example", T0);
	expect(1, BS_ACTION_NONE, "");
	bounce("", "prvs=3010abcdef=alice@elsewhere.example", T0);
	expect(1, BS_ACTION_NONE, "");
	bounce("", "SRS0=x=y=z=w@example.org", T0);
	expect(1, BS_ACTION_NONE, "");
	bounce("", "prvs=alice=3010abcdef@example.org", T0);
	expect(1, BS_ACTION_NONE, "");
}

/* The recording of the day decides between rows 5 and 6. */
static void
rows_of_what_was_never_issued(void **state)
{
	struct bs_tag tag = {.form = BS_FORM_PRVS};
	char tagged[BS_ADDRESS_MAX];

	(void)state;
	assert_int_equal(bs_address_parse("carol@example.org", 17, &tag.plain),
	    0);
	assert_int_equal(bs_keyring_sign(&keyring, &tag, 19998, 10), 0);
	assert_int_equal(bs_tag_write(&tag, tagged, sizeof(tagged)), 0);
	bounce("", tagged, T0);
	expect(5, BS_ACTION_JUNK, "carol@example.org");
	/* on the day on which recording began, nobody can say */
	assert_int_equal(bs_keyring_sign(&keyring, &tag, 19995, 10), 0);
	assert_int_equal(bs_tag_write(&tag, tagged, sizeof(tagged)), 0);
	bounce("", tagged, T0);
	expect(6, BS_ACTION_REWRITE, "carol@example.org");
	/* strict, and elsewhere */
	assert_int_equal(bs_address_parse("carol@example.com", 17, &tag.plain),
	    0);
	assert_int_equal(bs_keyring_sign(&keyring, &tag, 19998, 10), 0);
	assert_int_equal(bs_tag_write(&tag, tagged, sizeof(tagged)), 0);
	bounce("", tagged, T0);
	expect(5, BS_ACTION_REJECT, "");
	((struct bs_domain *)bs_config_domain(config, "example.com", 11))
	    ->outbound_here = false;
	bounce("", tagged, T0);
	expect(6, BS_ACTION_REWRITE, "carol@example.com");
	/* an imported key signs elsewhere, too */
	keyring.keys[0].origin = BS_KEY_EXIM;
	((struct bs_domain *)bs_config_domain(config, "example.com", 11))
	    ->outbound_here = true;
	bounce("", tagged, T0);
	expect(6, BS_ACTION_REWRITE, "carol@example.com");
}

static void
caps_replays(void **state)
{
	char tagged[BS_ADDRESS_MAX];

	(void)state;
	sign("alice@example.org", tagged, T0);
	for (int i = 0; i < 20; i++) {
		bounce("", tagged, T0);
		expect(4, BS_ACTION_REWRITE, "alice@example.org");
		ask(BS_OP_SENT, BS_LISTENER_IN, OUTSIDE, "", tagged, T0);
	}
	bounce("", tagged, T0);
	expect(7, BS_ACTION_JUNK, "alice@example.org");
	/* more recipients, more bounces */
	for (int i = 0; i < 10; i++)
		ask(BS_OP_SENT, BS_LISTENER_OUT, "local", tagged, "", T0);
	bounce("", tagged, T0);
	expect(4, BS_ACTION_REWRITE, "alice@example.org");
	/* mail that is no bounce does not count */
	for (int i = 0; i < 30; i++)
		ask(BS_OP_SENT, BS_LISTENER_IN, OUTSIDE, "a@b", tagged, T0);
	bounce("", tagged, T0);
	expect(4, BS_ACTION_REWRITE, "alice@example.org");
}

static uint32_t
last_unsigned_day(const char *address)
{
	struct bs_entry entry = {.table = BS_TABLE_SENDER,
	    .key_len = BS_RECORD_HASH};
	struct bs_sender_record record;

	bs_writer_tick(writer, config->lifetime_days, T0);
	bs_mac_hash(bs_writer_key(writer), address, strlen(address), entry.key);
	if (bs_store_get(store, &entry) != 0)
		return 0;
	assert_int_equal(bs_sender_record_read(entry.key, entry.key_len,
			     entry.value, entry.value_len, &record),
	    0);
	return record.last_unsigned_day;
}

static void
notes_what_leaves_unsigned(void **state)
{
	(void)state;
	ask(BS_OP_SIGN, BS_LISTENER_OUT, "local", "noreply@example.org", "",
	    T0);
	assert_int_equal(last_unsigned_day("noreply@example.org"), 20000);
	/* relayed by a trusted client through the listener for the world */
	ask(BS_OP_SENT, BS_LISTENER_IN, "127.0.0.1", "dave@example.org", "",
	    T0);
	assert_int_equal(last_unsigned_day("dave@example.org"), 20000);
	/* a stranger who uses our address */
	ask(BS_OP_SENT, BS_LISTENER_IN, OUTSIDE, "erin@example.org", "", T0);
	assert_int_equal(last_unsigned_day("erin@example.org"), 0);
}

/* A host may let mail out that we do not trust. */
static void
tells_a_stranger_from_one_in_our_name(void **state)
{
	static const struct {
		const char *sender;
		const char *reason;
	} cases[] = {
	    {"carol@elsewhere.example", "stranger"},
	    {"alice@example.org", "untrusted"},
	    {"alice@example.com", "untrusted"},
	    {"prvs=3010abcdef=alice@example.org", "untrusted"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		ask(BS_OP_SIGN, BS_LISTENER_IN, OUTSIDE, cases[i].sender, "",
		    T0);
		assert_string_equal(answer.reason, cases[i].reason);
		assert_int_equal(answer.action, BS_ACTION_NONE);
	}
	assert_int_equal(last_unsigned_day("alice@example.org"), 0);
	/* it left without passing a listener that signs */
	ask(BS_OP_SENT, BS_LISTENER_UNTAG, OUTSIDE, "alice@example.org", "",
	    T0);
	assert_int_equal(last_unsigned_day("alice@example.org"), 20000);
}

static void
a_doubtful_clock_refuses_nothing(void **state)
{
	char tagged[BS_ADDRESS_MAX];
	int64_t back = T0 - 100 * DAY;

	(void)state;
	sign("alice@example.org", tagged, T0);
	bs_writer_tick(writer, config->lifetime_days, back);
	assert_true(bs_writer_meta(writer)->clock.in_doubt);
	bounce("", tagged, back);
	expect(9, BS_ACTION_HEADER, "alice@example.org");
	spoil(tagged);
	bounce("", tagged, T0);
	expect(11, BS_ACTION_HEADER, "alice@example.org");
	/* a tag of a wrong day would be stale in the right one */
	ask(BS_OP_SIGN, BS_LISTENER_OUT, "local", "alice@example.org", "",
	    back);
	assert_string_equal(answer.reason, "clock");
	/* but a host that was off for weeks, and asked others for the date,
	 * has the right one */
	bs_writer_set_clock(writer, false, true);
	ask(BS_OP_SIGN, BS_LISTENER_OUT, "local", "alice@example.org", "",
	    back);
	assert_string_equal(answer.reason, "signed");
	assert_true(bs_writer_meta(writer)->clock.in_doubt);
}

/* It leapt while the engine ran: by less than any stop may take, but a tag that
 * is some days old would be stale. */
static void
a_leap_refuses_nothing(void **state)
{
	char tagged[BS_ADDRESS_MAX];

	(void)state;
	sign("alice@example.org", tagged, T0);
	/* two weeks later, in truth a moment */
	bs_writer_set_clock(writer, true, true);
	bs_writer_tick(writer, config->lifetime_days, T0 + 15 * DAY);
	assert_true(bs_writer_meta(writer)->clock.in_doubt);
	spoil(tagged);
	bounce("", tagged, T0 + 15 * DAY);
	assert_int_equal(answer.action, BS_ACTION_HEADER);
	/* it came back */
	bs_writer_set_clock(writer, false, true);
	bs_writer_tick(writer, config->lifetime_days, T0);
	assert_false(bs_writer_meta(writer)->clock.in_doubt);
	bounce("", tagged, T0);
	assert_int_equal(answer.action, BS_ACTION_REJECT);
}

static void
a_lost_store_refuses_nothing_more(void **state)
{
	char tagged[BS_ADDRESS_MAX];

	(void)state;
	sign("alice@example.org", tagged, T0);
	bs_store_close(bs_writer_detach(writer));
	bounce("", tagged, T0);
	expect(6, BS_ACTION_REWRITE, "alice@example.org");
	assert_int_equal(bs_store_open(folder, BS_STORE_HOLD, &store), 0);
	static const uint8_t boot[BS_BOOT_LEN];
	assert_int_equal(bs_writer_attach(writer, store, boot, 10, T0), 0);
}

static void
a_lost_key_harms_no_bounce(void **state)
{
	char tagged[BS_ADDRESS_MAX];

	(void)state;
	sign("alice@example.org", tagged, T0);
	/* one that lost another key knows this one */
	keyring.damaged = 3;
	tagged[5] = '8';
	bounce("", tagged, T0);
	expect(16, BS_ACTION_HEADER, "alice@example.org");
	tagged[5] = '3';
	bounce("", tagged, T0);
	expect(4, BS_ACTION_REWRITE, "alice@example.org");
	bs_keyring_wipe(&keyring);
	bounce("", tagged, T0);
	expect(16, BS_ACTION_HEADER, "alice@example.org");
	ask(BS_OP_SIGN, BS_LISTENER_OUT, "local", "alice@example.org", "", T0);
	assert_string_equal(answer.reason, "no-key");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(signs_what_it_can),
	    TEST(rows_of_a_good_tag),
	    TEST(rows_of_old_and_bad_tags),
	    TEST(observe_only_strips),
	    TEST(rows_without_a_tag),
	    TEST(rows_of_what_was_never_issued),
	    TEST(caps_replays),
	    TEST(notes_what_leaves_unsigned),
	    TEST(tells_a_stranger_from_one_in_our_name),
	    TEST(a_doubtful_clock_refuses_nothing),
	    TEST(a_leap_refuses_nothing),
	    TEST(a_lost_store_refuses_nothing_more),
	    TEST(a_lost_key_harms_no_bounce),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
