/* Whether all mail of a user is known: for a date, and for the whole window. */
#include "common/config/read.h"
#include "common/judge/coverage.h"
#include "tests/unit/judging.h"

#define TODAY 20000
#define T0 ((int64_t)TODAY * DAY + 3600)
#define FIRST (TODAY - WINDOW) /* the first day of the whole window */

static const char config_text[] = "domains = example.org, example.net\n"
				  "sign = yes\n"
				  "mode = enforce\n"
				  "outbound = here\n"
				  "exempt = noreply@example.org\n";

static int
set_up(void **state)
{
	(void)state;
	begin(config_text, T0, 40);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	end();
	return 0;
}

static void
note(const char *text, enum bs_note what, uint32_t day)
{
	const struct bs_judge judge = judge_now();
	uint8_t hash[BS_RECORD_HASH];
	struct bs_view view;

	bs_case_view(&judge, &view);
	bs_view_hash(&view, text, strlen(text), hash);
	bs_writer_note(writer, hash, what, (int64_t)day * DAY);
}

/* Asks about a message that was not sent, with a date or without one. */
static void
expect(const char *user, int64_t date, const char *coverage,
    const char *evidence)
{
	prepare_bounce(user, "never-sent@example.org");
	request.date = (uint64_t)date;
	find(T0);
	if (coverage == NULL)
		assert_reason(known.coverage_reason, "");
	else
		assert_reason(known.coverage_reason, coverage);
	assert_int_equal(known.facts.coverage,
	    coverage == NULL ? BS_COVERAGE_FULL : BS_COVERAGE_PARTIAL);
	assert_reason(known.evidence_reason, evidence);
	assert_int_equal(known.facts.evidence,
	    strcmp(evidence, "not-found") == 0 ? BS_EVIDENCE_NO
					       : BS_EVIDENCE_NONE);
}

#define ALICE "alice@example.org"

/* The same for evidence, where recording is what is amiss. */
static void
expect_both(const char *reason)
{
	expect(ALICE, 0, reason, reason);
}

static void
all_is_known(void **state)
{
	(void)state;
	expect(ALICE, 0, NULL, "not-found");
	expect(ALICE, T0 - 5 * DAY, NULL, "not-found");
	expect("never.seen@example.net", 0, NULL, "not-found");
}

static void
by_the_settings(void **state)
{
	(void)state;
	domain("example.org")->outbound_here = false;
	expect_both("outbound-elsewhere");
	expect("bob@example.net", 0, NULL, "not-found");
	domain("example.org")->outbound_here = true;
	domain("example.org")->sign = false;
	expect_both("sign-off");
	domain("example.org")->sign = true;
	config->messages = false;
	expect(ALICE, 0, NULL, "messages-off");
	config->messages = true;
	expect("noreply@example.org", 0, "exempt", "not-found");
	expect("NoReply@Example.org", 0, "exempt", "not-found");
}

/* Somebody else who has the key may send, too. */
static void
by_the_keys(void **state)
{
	static const struct {
		enum bs_key_origin origin;
		enum bs_key_state state;
		const char *reason;
	} cases[] = {
	    {BS_KEY_MADE, BS_KEY_ACTIVE, NULL},
	    {BS_KEY_REMADE, BS_KEY_VERIFY, NULL},
	    {BS_KEY_EXIM, BS_KEY_ACTIVE, "foreign-key"},
	    {BS_KEY_BATV_TOOLS, BS_KEY_VERIFY, "foreign-key"},
	    {BS_KEY_SHARED, BS_KEY_REVOKED, "foreign-key"},
	    {BS_KEY_SHARED, BS_KEY_PENDING, NULL},
	};
	int64_t activated = keyring.keys[0].activated;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		keyring.keys[0].origin = cases[i].origin;
		keyring.keys[0].state = cases[i].state;
		expect(ALICE, 0, cases[i].reason,
		    cases[i].reason == NULL ? "not-found" : cases[i].reason);
	}
	/* nobody else signed while we did: it came to verify old tags */
	keyring.keys[0].state = BS_KEY_REVOKED;
	keyring.keys[0].activated = 0;
	expect(ALICE, 0, NULL, "not-found");
	keyring.keys[0].activated = activated;
}

/* Who has a key that was exported may sign with it, and send, until his last
 * tag has expired. */
static void
by_a_key_that_is_lent(void **state)
{
	(void)state;
	assert_int_equal(bs_keyring_lend(&keyring, 3, T0 - 30 * DAY), 0);
	expect_both("lent-key");
	assert_int_equal(bs_keyring_unlend(&keyring, 3, T0 - 17 * DAY), 0);
	expect_both("lent-key");
	assert_int_equal(bs_keyring_unlend(&keyring, 3, T0 - 19 * DAY), 0);
	all_is_known(state);
}

/* Nobody said that the key is elsewhere, too; a tag shows it. */
static void
by_a_tag_that_was_never_issued(void **state)
{
	const struct bs_judge judge = judge_now();
	uint8_t hash[BS_RECORD_HASH];
	struct bs_view view;

	(void)state;
	bs_case_view(&judge, &view);
	assert_int_equal(bs_view_hash_domain(&view, "example.org", 11, hash),
	    0);
	bs_writer_note(writer, hash, BS_NOTE_FOREIGN, T0 - 2 * DAY);
	expect_both("someone-else-signs");
	expect("bob@example.net", 0, NULL, "not-found");
	assert_true(
	    bs_someone_else_signs(&view, domain("example.org"), TODAY - 5));
	assert_false(
	    bs_someone_else_signs(&view, domain("example.org"), TODAY));
}

static void
by_the_clock(void **state)
{
	(void)state;
	bs_writer_tick(writer, config->lifetime_days, T0 - 100 * DAY);
	assert_true(bs_writer_meta(writer)->clock.in_doubt);
	expect_both("clock");
}

static void
by_a_gap(void **state)
{
	(void)state;
	bs_writer_gap(writer, T0 - 6 * DAY, T0 - 6 * DAY + 60);
	expect_both("gap");
	/* a date that lies behind it is not touched by it */
	expect(ALICE, T0 - 3 * DAY, NULL, "not-found");
	expect(ALICE, T0 - 5 * DAY + 120, NULL, "not-found");
	expect(ALICE, T0 - 5 * DAY, "gap", "gap");
	expect(ALICE, T0 - 6 * DAY, "gap", "gap");
	/* what was written before it may have been sent in it */
	expect(ALICE, T0 - 7 * DAY, "gap", "gap");
	expect(ALICE, T0 - 9 * DAY, "gap", "gap");
	/* an impossible date counts as none */
	expect(ALICE, T0 + 60, "gap", "gap");
	expect(ALICE, T0 - (WINDOW * DAY + 60), "gap", "gap");
	expect(ALICE, 1, "gap", "gap");
	prepare_bounce(ALICE, "never-sent@example.org");
	request.date = UINT64_MAX;
	find(T0);
	assert_reason(known.coverage_reason, "gap");
}

/* While the store fails, nobody knows what it will contain. */
static void
by_a_failing_store(void **state)
{
	(void)state;
	detach();
	bs_writer_gap(writer, T0 - 100, T0);
	attach(T0);
	expect_both("store-trouble");
	expect(ALICE, T0 - 5 * DAY, "store-trouble", "store-trouble");
	settle(T0 + 1);
	prepare_bounce(ALICE, "never-sent@example.org");
	find(T0 + 1);
	assert_reason(known.coverage_reason, "gap");
	/* an engine that died a minute ago has recorded nothing since */
	find(T0 + 3 * DAY);
	assert_reason(known.coverage_reason, "engine-away");
}

static void
by_a_young_store(void **state)
{
	(void)state;
	end();
	begin(config_text, T0, WINDOW);
	/* it signed from that day on, but not from its first hour */
	expect_both("signing-began-later");
	expect(ALICE, T0 - 3 * DAY, NULL, "not-found");
	expect(ALICE, T0 - (WINDOW - 2) * DAY, NULL, "not-found");
	end();
	begin(config_text, T0, WINDOW + 1);
	expect(ALICE, 0, NULL, "not-found");
	end();
	begin(config_text, T0, 2);
	expect_both("young-store");
}

static void
by_when_the_domain_began(void **state)
{
	static const char text[] = "domains = example.org, new.example\n"
				   "sign = yes\n"
				   "outbound = here\n";
	struct bs_config *old = config;

	(void)state;
	assert_int_equal(bs_config_parse(text, sizeof(text) - 1, &config,
			     report_fault, NULL),
	    0);
	expect("alice@new.example", 0, "signing-began-later",
	    "signing-began-later");
	note("@new.example", BS_NOTE_SIGNS, FIRST);
	expect("alice@new.example", 0, "signing-began-later",
	    "signing-began-later");
	note("@new.example", BS_NOTE_SIGNS, FIRST - 1);
	expect("alice@new.example", 0, NULL, "not-found");
	/* the administrator said so later */
	note("@new.example", BS_NOTE_ELSEWHERE, FIRST - 2);
	expect("alice@new.example", 0, NULL, "not-found");
	note("@new.example", BS_NOTE_ELSEWHERE, FIRST - 1);
	expect("alice@new.example", 0, "outbound-began-later",
	    "outbound-began-later");
	expect("alice@new.example", T0 - 5 * DAY, NULL, "not-found");
	bs_config_free(config);
	config = old;
}

/* The edges, by the day before the first of the range. */
static void
by_unsigned_mail(void **state)
{
	(void)state;
	note(ALICE, BS_NOTE_SIGNS, FIRST - 9);
	note(ALICE, BS_NOTE_UNSIGNED, FIRST - 2);
	expect(ALICE, 0, NULL, "not-found");
	note(ALICE, BS_NOTE_UNSIGNED, FIRST - 1);
	expect(ALICE, 0, "unsigned-mail", "not-found");
	expect(ALICE, T0 - 5 * DAY, NULL, "not-found");
	/* mail later than the message may have hidden earlier mail */
	note(ALICE, BS_NOTE_UNSIGNED, TODAY);
	expect(ALICE, T0 - 5 * DAY, "unsigned-mail", "not-found");
	/* only her own mail counts */
	expect("bob@example.org", 0, NULL, "not-found");
	expect("never.seen@example.org", 0, NULL, "not-found");
}

static void
by_unsigned_mail_of_the_domain(void **state)
{
	(void)state;
	note(ALICE, BS_NOTE_SIGNS, FIRST - 9);
	note("@example.org", BS_NOTE_UNSIGNED, TODAY - 2);
	expect(ALICE, 0, NULL, "not-found");
	expect("never.seen@example.org", 0, "unsigned-in-domain", "not-found");
	expect("never.seen@example.org", T0 - 1 * DAY, "unsigned-in-domain",
	    "not-found");
	expect("never.seen@example.net", 0, NULL, "not-found");
	/* a record alone does not show that she signs */
	note("carol@example.org", BS_NOTE_UNRECORDED, TODAY - 15);
	expect("carol@example.org", 0, "unsigned-in-domain", "not-found");
}

static void
by_a_stripped_tag(void **state)
{
	(void)state;
	note(ALICE, BS_NOTE_STRIPPED, TODAY - 2);
	expect(ALICE, 0, "stripped", "not-found");
	expect("bob@example.org", 0, NULL, "not-found");
}

/* Mail that was not read left signed, but nobody knows its Message-ID. */
static void
by_mail_that_was_not_read(void **state)
{
	(void)state;
	note("@example.org", BS_NOTE_UNRECORDED, FIRST - 2);
	expect(ALICE, 0, NULL, "not-found");
	note("@example.org", BS_NOTE_UNRECORDED, FIRST - 1);
	expect(ALICE, 0, NULL, "unrecorded");
	expect(ALICE, T0 - 5 * DAY, NULL, "not-found");
	expect("bob@example.net", 0, NULL, "not-found");
}

/* Whether the whole domain would be covered at a day's first second, if all
 * goes well until then. */
static bool
is_full_on(uint32_t day)
{
	const struct bs_judge judge = judge_now();
	struct bs_meta meta = *bs_writer_meta(writer);
	int64_t now = (int64_t)day * DAY;
	struct bs_span span;
	struct bs_view view;

	bs_case_view(&judge, &view);
	meta.alive = now;
	view.meta = &meta;
	bs_span_of(0, now, config->lifetime_days, &span);
	return bs_coverage_fault(&view, domain("example.org"), NULL, &span) ==
	       BS_REASON_NONE;
}

static void
expect_full_from(uint32_t day)
{
	const struct bs_judge judge = judge_now();
	struct bs_view view;

	bs_case_view(&judge, &view);
	assert_int_equal(bs_coverage_day(&view, domain("example.org"), T0,
			     config->lifetime_days),
	    day);
	assert_true(is_full_on(day));
	assert_false(is_full_on(day - 1));
}

/* "backstop status" names the day: it must be kept. */
static void
foretells_the_day(void **state)
{
	(void)state;
	expect_full_from(TODAY - 40 + 1 + WINDOW);
	note("@example.org", BS_NOTE_UNSIGNED, TODAY - 9);
	expect_full_from(TODAY - 9 + 2 + WINDOW);
	bs_writer_gap(writer, T0 - 6 * DAY, T0 - 6 * DAY + 60);
	expect_full_from(TODAY - 6 + 1 + WINDOW);
	note("@example.org", BS_NOTE_ELSEWHERE, TODAY);
	expect_full_from(TODAY + 2 + WINDOW);
	domain("example.org")->outbound_here = false;
	assert_false(is_full_on(TODAY + 100));
}

static void
notes_what_the_settings_say(void **state)
{
	const struct bs_judge judge = judge_now();
	struct bs_sender_record record;

	(void)state;
	assert_true(find_sender("@example.org", &record));
	assert_int_equal(record.first_signed_day, TODAY - 40);
	assert_int_equal(record.last_day, TODAY);
	assert_int_equal(record.last_unsigned_day, 0);
	assert_int_equal(record.last_elsewhere_day, 0);
	assert_int_equal(record.last_unrecorded_day, 0);
	domain("example.org")->sign = false;
	domain("example.net")->outbound_here = false;
	bs_judge_note_domains(&judge, T0 + DAY);
	config->messages = false;
	domain("example.org")->sign = true;
	bs_judge_note_domains(&judge, T0 + 2 * DAY);
	assert_true(find_sender("@example.org", &record));
	assert_int_equal(record.last_unsigned_day, TODAY + 1);
	assert_int_equal(record.last_unrecorded_day, TODAY + 2);
	assert_int_equal(record.last_elsewhere_day, 0);
	assert_true(find_sender("@example.net", &record));
	assert_int_equal(record.last_elsewhere_day, TODAY + 2);
	assert_int_equal(record.last_unsigned_day, 0);
	/* for a day it was not among our domains, so its mail of that day is
	 * unknown */
	domain("example.net")->outbound_here = true;
	bs_judge_note_domains(&judge, T0 + 4 * DAY);
	assert_true(find_sender("@example.net", &record));
	assert_int_equal(record.last_elsewhere_day, TODAY + 4);
	bs_judge_note_domains(&judge, T0 + 5 * DAY);
	assert_true(find_sender("@example.net", &record));
	assert_int_equal(record.last_elsewhere_day, TODAY + 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(all_is_known),
	    TEST(by_the_settings),
	    TEST(by_the_keys),
	    TEST(by_a_key_that_is_lent),
	    TEST(by_a_tag_that_was_never_issued),
	    TEST(by_the_clock),
	    TEST(by_a_gap),
	    TEST(by_a_failing_store),
	    TEST(by_a_young_store),
	    TEST(by_when_the_domain_began),
	    TEST(by_unsigned_mail),
	    TEST(by_unsigned_mail_of_the_domain),
	    TEST(by_a_stripped_tag),
	    TEST(by_mail_that_was_not_read),
	    TEST(foretells_the_day),
	    TEST(notes_what_the_settings_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
