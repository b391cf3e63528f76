/* What a returned Message-ID proves, and what its absence does. */
#include <errno.h>

#include "tests/unit/judging.h"

#define TODAY 20000
#define T0 ((int64_t)TODAY * DAY + 3600)

static const char config_text[] = "domains = example.org, example.net\n"
				  "sign = yes\n"
				  "mode = enforce\n"
				  "outbound = here\n";

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
expect(enum bs_evidence evidence, const char *reason)
{
	assert_reason(known.evidence_reason, reason);
	assert_int_equal(known.facts.evidence, evidence);
}

/* m1: alice to x.example. m2: alice for bob, to many. m3: everybody's. m4:
 * dave's. */
static void
send_some(void)
{
	static const char *const many[] = {"a.example", "b.example",
	    "c.example", "d.example", "e.example"};
	char name[64];

	send_signed("Alice@example.org", "m1@example.org", T0 - DAY);
	prepare_sent("alice@example.org", "bob@example.org", "m2@example.org");
	for (size_t i = 0; i < COUNT(many); i++)
		add(&request.recipient_domains, many[i]);
	ask(T0 - DAY);
	prepare_sent("dave@example.org", "", "m4@example.org");
	ask(T0 - DAY);
	for (int i = 0; i <= BS_MSG_OWNERS; i++) {
		snprintf(name, sizeof(name), "user%d@example.org", i);
		prepare_sent(name, "", "m3@example.org");
		ask(T0 - DAY);
	}
}

static const struct asked {
	const char *user;
	const char *ids[2];
	const char *original;
	const char *final;
	enum bs_evidence evidence;
	const char *reason;
} questions[] = {
    {"alice@example.org", {"m1@example.org"}, NULL, NULL, BS_EVIDENCE_YES,
	"found"},
    {"ALICE@Example.Org", {"m1@example.org"}, NULL, NULL, BS_EVIDENCE_YES,
	"found"},
    {"alice@example.org", {"no@x", "m1@example.org"}, NULL, NULL,
	BS_EVIDENCE_YES, "found"},
    {"alice@example.org", {"M1@example.org"}, NULL, NULL, BS_EVIDENCE_NO,
	"not-found"},
    {"alice@example.org", {"m1@example.org "}, NULL, NULL, BS_EVIDENCE_NO,
	"not-found"},
    {"alice@example.org", {"no@x", "nor@x"}, NULL, NULL, BS_EVIDENCE_NO,
	"not-found"},
    {"alice@example.org", {NULL}, NULL, NULL, BS_EVIDENCE_NONE,
	"no-message-id"},
    /* sent, but not by them */
    {"bob@example.org", {"m1@example.org"}, NULL, NULL, BS_EVIDENCE_NONE,
	"not-theirs"},
    {"alice@example.net", {"m1@example.org"}, NULL, NULL, BS_EVIDENCE_NONE,
	"not-theirs"},
    {"alice+x@example.org", {"m1@example.org"}, NULL, NULL, BS_EVIDENCE_NONE,
	"not-theirs"},
    {"bob@example.org", {"no@x", "m1@example.org"}, NULL, NULL,
	BS_EVIDENCE_NONE, "not-theirs"},
    /* two owners: reverse-path and header From */
    {"alice@example.org", {"m2@example.org"}, NULL, NULL, BS_EVIDENCE_YES,
	"found"},
    {"bob@example.org", {"m2@example.org"}, NULL, NULL, BS_EVIDENCE_YES,
	"found"},
    /* more than are kept */
    {"erin@example.org", {"m3@example.org"}, NULL, NULL, BS_EVIDENCE_YES,
	"found"},
    /* the recipient of the bounced message */
    {"alice@example.org", {"m1@example.org"}, "joe@X.example", NULL,
	BS_EVIDENCE_YES, "found"},
    {"alice@example.org", {"m1@example.org"}, NULL, "joe@x.Example",
	BS_EVIDENCE_YES, "found"},
    {"alice@example.org", {"m1@example.org"}, "joe@y.example", NULL,
	BS_EVIDENCE_ELSEWHERE, "other-recipient"},
    {"alice@example.org", {"m1@example.org"}, NULL, "joe@y.example",
	BS_EVIDENCE_ELSEWHERE, "other-recipient"},
    {"alice@example.org", {"m1@example.org"}, "joe@x.example", "joe@y.example",
	BS_EVIDENCE_YES, "found"},
    {"alice@example.org", {"m1@example.org"}, "joe@y.example", "joe@x.example",
	BS_EVIDENCE_YES, "found"},
    {"alice@example.org", {"m1@example.org"}, "joe@y.example", "joe@z.example",
	BS_EVIDENCE_ELSEWHERE, "other-recipient"},
    {"alice@example.org", {"m1@example.org"}, "joe", "joe@z.example",
	BS_EVIDENCE_ELSEWHERE, "other-recipient"},
    /* of several, the one that says most */
    {"alice@example.org", {"m1@example.org", "no@x"}, NULL, "joe@y.example",
	BS_EVIDENCE_ELSEWHERE, "other-recipient"},
    {"alice@example.org", {"m1@example.org", "m4@example.org"}, NULL,
	"joe@y.example", BS_EVIDENCE_ELSEWHERE, "other-recipient"},
    {"alice@example.org", {"m4@example.org", "m1@example.org"}, NULL,
	"joe@y.example", BS_EVIDENCE_ELSEWHERE, "other-recipient"},
    {"alice@example.org", {"m1@example.org"}, NULL, "joe", BS_EVIDENCE_YES,
	"found"},
    {"alice@example.org", {"m1@example.org"}, NULL, "|/bin/sh -c",
	BS_EVIDENCE_YES, "found"},
    {"alice@example.org", {"m2@example.org"}, NULL, "joe@y.example",
	BS_EVIDENCE_YES, "found"},
};

static void
by_owner_and_recipient(void **state)
{
	(void)state;
	send_some();
	for (size_t round = 0; round < 2; round++) {
		for (size_t i = 0; i < COUNT(questions); i++) {
			prepare_bounce(questions[i].user, questions[i].ids[0]);
			add(&request.message_ids, questions[i].ids[1]);
			add(&request.original_recipients,
			    questions[i].original);
			add(&request.final_recipients, questions[i].final);
			find(T0);
			expect(questions[i].evidence, questions[i].reason);
			assert_int_equal(known.has_msg,
			    questions[i].evidence == BS_EVIDENCE_YES ||
				strcmp(questions[i].reason, "not-theirs") ==
				    0 ||
				strcmp(questions[i].reason,
				    "other-recipient") == 0);
		}
		/* what waits for the disk counts like what lies there */
		settle(T0);
	}
}

/* Where not all was told, what is found proves as ever, and what is not found
 * proves nothing. */
static void
what_was_left_out_proves_no_absence(void **state)
{
	char id[16];

	(void)state;
	send_some();
	prepare_bounce("alice@example.org", "no@x");
	request.partial = true;
	find(T0);
	expect(BS_EVIDENCE_FAILED, "partial");
	prepare_bounce("alice@example.org", "m1@example.org");
	request.partial = true;
	find(T0);
	expect(BS_EVIDENCE_YES, "found");
	/* what was left out may have proved it, whatever the rest says */
	prepare_bounce("bob@example.org", "m1@example.org");
	request.partial = true;
	find(T0);
	expect(BS_EVIDENCE_FAILED, "partial");
	prepare_bounce("alice@example.org", NULL);
	request.partial = true;
	find(T0);
	expect(BS_EVIDENCE_FAILED, "partial");
	prepare_bounce("alice@example.org", NULL);
	for (int i = 0; i <= BS_LIST_ITEMS; i++) {
		snprintf(id, sizeof(id), "no%d@x", i);
		add(&request.message_ids, id);
	}
	find(T0);
	expect(BS_EVIDENCE_FAILED, "partial");
	/* what a bounce only refers to proves nothing either where it is not
	 * found, but that is not for want of a place to look */
	prepare_bounce("alice@example.org", "no@x");
	request.only_refers = true;
	request.partial = true;
	find(T0);
	expect(BS_EVIDENCE_NONE, "no-message-id");
	prepare_bounce("alice@example.org", "m1@example.org");
	request.only_refers = true;
	request.partial = true;
	find(T0);
	expect(BS_EVIDENCE_YES, "found");
	/* recipients that there was no room for may have been the one */
	prepare_bounce("alice@example.org", "m1@example.org");
	add(&request.final_recipients, "joe@y.example");
	request.final_recipients.truncated = true;
	find(T0);
	expect(BS_EVIDENCE_YES, "found");
}

/* Only messages that may be judged are looked up. */
static void
only_who_is_judged_is_looked_up(void **state)
{
	(void)state;
	send_some();
	prepare_bounce("alice@example.org", "m1@example.org");
	SET(request.sender, "MAILER-DAEMON@x.example");
	find(T0);
	expect(BS_EVIDENCE_YES, "found");
	SET(request.sender, "joe@x.example");
	find(T0);
	assert_reason(known.evidence_reason, "");
	SET(request.sender, "");
	request.auth = true;
	find(T0);
	assert_reason(known.evidence_reason, "");
	prepare_bounce("alice@elsewhere.example", "m1@example.org");
	find(T0);
	assert_reason(known.evidence_reason, "");
	prepare_bounce("alice@example.org", "m1@example.org");
	request.kind = BS_KIND_UNREAD;
	find(T0);
	assert_reason(known.evidence_reason, "");
	assert_int_equal(known.facts.evidence, BS_EVIDENCE_NONE);
	assert_int_equal(known.facts.coverage, BS_COVERAGE_PARTIAL);
	/* the tag is no part of the user */
	prepare_bounce("prvs=3010abcdef=alice@example.org", "m1@example.org");
	find(T0);
	expect(BS_EVIDENCE_YES, "found");
	prepare_bounce("alice+prvs=3010abcdef@example.org", "m1@example.org");
	find(T0);
	expect(BS_EVIDENCE_YES, "found");
}

/* From tomorrow to the last day on which a tag could still be judged. What a
 * wrong clock dated otherwise counts, too, for as long as it is in the store.
 */
static void
whatever_its_date(void **state)
{
	static const struct {
		int days_ago;
		bool is_far; /* and only known once it is on disk */
	} cases[] = {
	    {-400, true},
	    {-2, true},
	    {-1, false},
	    {0, false},
	    {1, false},
	    {9, false},
	    {WINDOW, false},
	    {WINDOW + 1, true},
	    {45, true},
	};
	static const int64_t bases[] = {0, 999, 1000, 1001, 1009};
	char id[32];

	(void)state;
	for (size_t b = 0; b < COUNT(bases); b++)
		for (size_t i = 0; i < COUNT(cases); i++) {
			/* across day 21000, where the digits turn over */
			int64_t now = T0 + bases[b] * DAY;

			snprintf(id, sizeof(id), "w%zu-%zu@example.org", b, i);
			prepare_sent("alice@example.org", "", id);
			ask(now - cases[i].days_ago * DAY);
			if (cases[i].is_far)
				settle(T0);
			prepare_bounce("alice@example.org", id);
			find(now);
			expect(BS_EVIDENCE_YES, "found");
			assert_int_equal(known.msg_key.day,
			    bs_day_of(now) - (uint32_t)cases[i].days_ago);
		}
}

/* Sent again on another day, by a list or by hand: any record will do. */
static void
sent_on_several_days(void **state)
{
	(void)state;
	prepare_sent("bob@example.org", "", "again@example.org");
	ask(T0 - DAY);
	prepare_sent("alice@example.org", "", "again@example.org");
	ask(T0 - 5 * DAY);
	prepare_sent("bob@example.org", "", "again@example.org");
	ask(T0 - 9 * DAY);
	prepare_bounce("alice@example.org", "again@example.org");
	find(T0);
	expect(BS_EVIDENCE_YES, "found");
	assert_int_equal(known.msg_key.day, TODAY - 5);
}

/* backstopd(8), LIMITS: 3 x recipients + 5. */
static void
a_message_has_only_so_many_bounces(void **state)
{
	static const unsigned recipients[] = {1, 2, 20};
	char id[32];

	(void)state;
	for (size_t i = 0; i < COUNT(recipients); i++) {
		snprintf(id, sizeof(id), "cap%zu@example.org", i);
		prepare_sent("alice@example.org", "", id);
		request.recipients = recipients[i];
		ask(T0);
		for (unsigned n = 0; n < 3 * recipients[i] + 5; n++) {
			prepare_bounce("alice@example.org", id);
			find(T0);
			expect(BS_EVIDENCE_YES, "found");
			request.op = BS_OP_SENT;
			ask(T0);
			if (n % 3 == 0)
				settle(T0);
		}
		prepare_bounce("alice@example.org", id);
		find(T0);
		expect(BS_EVIDENCE_NONE, "over-cap");
		/* a bounce that proved nothing does not use up the cap */
		request.op = BS_OP_SENT;
		ask(T0);
		find(T0);
		assert_int_equal(known.msg.bounces, 3 * recipients[i] + 5);
	}
}

static void
what_proves_nothing_uses_nothing_up(void **state)
{
	struct bs_msg_record record;

	(void)state;
	prepare_sent("alice@example.org", "", "m@example.org");
	ask(T0);
	for (int i = 0; i < 9; i++) {
		prepare_bounce("alice@example.org", "m@example.org");
		add(&request.final_recipients, "joe@y.example");
		request.op = BS_OP_SENT;
		ask(T0);
		prepare_bounce("bob@example.org", "m@example.org");
		request.op = BS_OP_SENT;
		ask(T0);
		prepare_bounce("alice@example.org", "m@example.org");
		SET(request.sender, "joe@x.example");
		request.op = BS_OP_SENT;
		ask(T0);
		prepare_bounce("alice@example.org", "m@example.org");
		request.op = BS_OP_SENT;
		request.refused = true;
		ask(T0);
	}
	assert_true(find_msg("m@example.org", TODAY, &record));
	assert_int_equal(record.bounces, 0);
}

/* A record that cannot be read is not one that is not there. */
static void
a_damaged_record_proves_nothing(void **state)
{
	(void)state;
	damage_msg("d@example.org", TODAY);
	prepare_bounce("alice@example.org", "d@example.org");
	find(T0);
	expect(BS_EVIDENCE_FAILED, "store-trouble");
	/* one that could be read proves no more than that it is another's */
	prepare_sent("bob@example.org", "", "e@example.org");
	ask(T0 - DAY);
	prepare_bounce("alice@example.org", "d@example.org");
	add(&request.message_ids, "e@example.org");
	find(T0);
	expect(BS_EVIDENCE_FAILED, "store-trouble");
	/* another day's record, or another message, proves as before */
	send_signed("alice@example.org", "f@example.org", T0 - DAY);
	prepare_bounce("alice@example.org", "d@example.org");
	add(&request.message_ids, "f@example.org");
	find(T0);
	expect(BS_EVIDENCE_YES, "found");
	prepare_sent("alice@example.org", "", "d@example.org");
	ask(T0 - DAY);
	prepare_bounce("alice@example.org", "d@example.org");
	find(T0);
	expect(BS_EVIDENCE_YES, "found");
}

static void
without_messages(void **state)
{
	(void)state;
	send_some();
	config->messages = false;
	prepare_bounce("alice@example.org", "m1@example.org");
	find(T0);
	expect(BS_EVIDENCE_NONE, "messages-off");
	/* nothing is recorded then */
	prepare_sent("alice@example.org", "", "off@example.org");
	ask(T0);
	config->messages = true;
	prepare_bounce("alice@example.org", "off@example.org");
	find(T0);
	assert_int_not_equal(known.facts.evidence, BS_EVIDENCE_YES);
}

static void
without_a_store(void **state)
{
	(void)state;
	send_some();
	detach();
	prepare_bounce("alice@example.org", "m1@example.org");
	find(T0);
	expect(BS_EVIDENCE_FAILED, "store-trouble");
	assert_reason(known.coverage_reason, "no-store");
	attach(T0);
	find(T0);
	expect(BS_EVIDENCE_YES, "found");
}

/* A read receipt names its message as a bounce does. */
static void
a_read_receipt_is_looked_up_too(void **state)
{
	(void)state;
	send_some();
	prepare_bounce("alice@example.org", "m1@example.org");
	request.kind = BS_KIND_MDN;
	add(&request.final_recipients, "joe@x.example");
	find(T0);
	expect(BS_EVIDENCE_YES, "found");
}

/* To a host that asks about the whole message alone, the answer says where it
 * goes, too. */
static void
the_answer_has_the_plain_address(void **state)
{
	char tagged[BS_ADDRESS_MAX];

	(void)state;
	sign("Alice@example.org", tagged, T0);
	prepare_bounce(tagged, NULL);
	ask(T0);
	assert_int_equal(answer.action, BS_ACTION_HEADER);
	assert_string_equal(answer.address, "Alice@example.org");
	domain("example.org")->mode = BS_OBSERVE;
	ask(T0);
	assert_int_equal(answer.action, BS_ACTION_NONE);
	assert_string_equal(answer.address, "Alice@example.org");
	domain("example.org")->mode = BS_MARK;
	prepare_bounce("prvs=3010aaaaaa=alice@example.org", NULL);
	ask(T0);
	assert_string_equal(answer.address, "alice@example.org");
	domain("example.org")->mode = BS_ENFORCE;
	ask(T0);
	assert_int_equal(answer.action, BS_ACTION_REJECT);
	assert_string_equal(answer.address, "");
	/* a person's to a bad tag is left to the host, as at RCPT */
	SET(request.sender, "carol@x.example");
	ask(T0);
	assert_string_equal(answer.address, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(by_owner_and_recipient),
	    TEST(what_was_left_out_proves_no_absence),
	    TEST(only_who_is_judged_is_looked_up),
	    TEST(whatever_its_date),
	    TEST(sent_on_several_days),
	    TEST(a_message_has_only_so_many_bounces),
	    TEST(what_proves_nothing_uses_nothing_up),
	    TEST(a_damaged_record_proves_nothing),
	    TEST(without_messages),
	    TEST(without_a_store),
	    TEST(a_read_receipt_is_looked_up_too),
	    TEST(the_answer_has_the_plain_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
