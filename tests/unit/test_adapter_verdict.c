/* common/adapter/verdict.c: what every adapter makes of the engine's answers.
 */
#include <errno.h>

#include "common/adapter/verdict.h"
#include "tests/unit/unit.h"

static struct bs_answer
answer_of(enum bs_action action, const char *verdict, const char *header)
{
	struct bs_answer answer = {.action = action};

	snprintf(answer.verdict, sizeof(answer.verdict), "%s", verdict);
	snprintf(answer.header, sizeof(answer.header), "%s", header);
	return answer;
}

static void
mail_systems_send_bounces(void **state)
{
	(void)state;
	assert_true(bs_verdict_may_be_bounce(""));
	assert_true(bs_verdict_may_be_bounce("MAILER-DAEMON@x.example"));
	assert_true(bs_verdict_may_be_bounce("postmaster"));
	assert_true(bs_verdict_may_be_bounce("double-bounce@x.example"));
	assert_false(bs_verdict_may_be_bounce("alice@x.example"));
	assert_false(bs_verdict_may_be_bounce("@"));
}

static void
a_tag_comes_off(void **state)
{
	static const char tag[] = "PRVS=1234abcdef=Alice@example.org";
	static const char *const plain[] = {"", "alice@example.org",
	    "prvs=123=alice@example.org", "btv1==1234abcdef=a@example.org"};
	char out[BS_ADDRESS_MAX];

	(void)state;
	assert_true(bs_verdict_is_tagged(tag));
	assert_int_equal(bs_verdict_untag(tag, out), 0);
	assert_string_equal(out, "Alice@example.org");
	for (size_t i = 0; i < COUNT(plain); i++) {
		assert_false(bs_verdict_is_tagged(plain[i]));
		assert_int_equal(bs_verdict_untag(plain[i], out), -EINVAL);
	}
}

static void
all_evidence_is_told(void **state)
{
	static struct bs_dsn_facts facts;
	static struct bs_request request;

	(void)state;
	facts.kind = BS_KIND_DSN;
	facts.returned_date = 42;
	facts.message_ids.truncated = true;
	assert_int_equal(bs_list_add(&facts.message_ids, "id@x", 4), 0);
	assert_int_equal(bs_list_add(&facts.final_recipients, "f@x", 3), 0);
	assert_int_equal(bs_list_add(&facts.original_recipients, "o@x", 3), 0);
	snprintf(facts.reporting_mta, sizeof(facts.reporting_mta),
	    "MX.Example.net");
	snprintf(facts.return_path, sizeof(facts.return_path), "r@x");
	bs_verdict_evidence(&facts, &request);
	assert_int_equal(request.kind, BS_KIND_DSN);
	assert_int_equal(request.date, 42);
	assert_true(request.partial);
	assert_false(request.only_refers);
	assert_string_equal(bs_list_next(&request.message_ids, NULL), "id@x");
	assert_string_equal(bs_list_next(&request.final_recipients, NULL),
	    "f@x");
	assert_string_equal(bs_list_next(&request.original_recipients, NULL),
	    "o@x");
	assert_string_equal(request.reporting_mta, "mx.example.net");
	assert_string_equal(request.return_path, "r@x");
	facts.returned_date = -1;
	facts.message_ids.truncated = false;
	bs_verdict_evidence(&facts, &request);
	assert_int_equal(request.date, 0);
	assert_false(request.partial);
	/* an engine that knows the second alone must not refuse */
	facts.only_refers = true;
	bs_verdict_evidence(&facts, &request);
	assert_true(request.only_refers);
	assert_true(request.partial);
}

static void
the_mildest_answer_counts(void **state)
{
	struct bs_answer reject = answer_of(BS_ACTION_REJECT, "forged", "");
	struct bs_answer junk = answer_of(BS_ACTION_JUNK, "suspect", "A: j");
	struct bs_answer mild = answer_of(BS_ACTION_HEADER, "genuine", "A: m");
	struct bs_answer fault = answer_of(BS_ACTION_REJECT, "forged", "");
	struct bs_verdict verdict = {0};

	(void)state;
	bs_verdict_weigh(&verdict, &reject);
	assert_int_equal(verdict.action, BS_ACTION_REJECT);
	bs_verdict_weigh(&verdict, &junk);
	bs_verdict_weigh(&verdict, &reject);
	assert_int_equal(verdict.action, BS_ACTION_JUNK);
	assert_string_equal(verdict.header, "A: j");
	assert_false(verdict.is_genuine);
	bs_verdict_weigh(&verdict, &mild);
	assert_true(verdict.is_genuine);
	/* what was answered stands, as it is as mild */
	bs_verdict_weigh(&verdict, NULL);
	assert_true(verdict.is_genuine);
	assert_string_equal(verdict.header, "A: m");
	verdict = (struct bs_verdict){0};
	bs_verdict_weigh(&verdict, &reject);
	fault.status = BS_STATUS_ERROR;
	bs_verdict_weigh(&verdict, &fault);
	assert_int_equal(verdict.action, BS_ACTION_NONE);
	verdict = (struct bs_verdict){0};
	bs_verdict_weigh(&verdict, NULL);
	bs_verdict_weigh(&verdict, &reject);
	assert_int_equal(verdict.action, BS_ACTION_NONE);
}

/* All of a gateway's recipients get the message, and its header is for all. */
static void
the_strictest_row_is_named_to_a_gateway(void **state)
{
	struct bs_answer reject = answer_of(BS_ACTION_REJECT, "forged", "A: r");
	struct bs_answer mild = answer_of(BS_ACTION_NONE, "genuine", "A: m");
	struct bs_verdict verdict = {0};

	(void)state;
	reject.company = mild.company = BS_COMPANY_GATEWAY;
	bs_verdict_weigh(&verdict, &mild);
	assert_string_equal(verdict.header, "A: m");
	bs_verdict_weigh(&verdict, &reject);
	assert_string_equal(verdict.header, "A: r");
	assert_int_equal(verdict.action, BS_ACTION_NONE);
	assert_true(verdict.is_genuine);
	verdict = (struct bs_verdict){0};
	bs_verdict_weigh(&verdict, &reject);
	bs_verdict_weigh(&verdict, &mild);
	assert_string_equal(verdict.header, "A: r");
	assert_int_equal(verdict.action, BS_ACTION_NONE);
}

/* The engine is trusted to judge, not to write headers of two lines. */
static void
a_header_is_one_line(void **state)
{
	struct bs_answer answer = answer_of(BS_ACTION_HEADER, "", "A: b\n c");
	struct bs_verdict verdict = {0};

	(void)state;
	bs_verdict_weigh(&verdict, &answer);
	assert_string_equal(verdict.header, "");
	assert_true(bs_verdict_is_field("A: b\n c"));
	assert_false(bs_verdict_is_field(""));
	assert_false(bs_verdict_is_field("A b"));
	assert_false(bs_verdict_is_field(": b"));
	assert_false(bs_verdict_is_field("A: b\nB: c"));
	assert_false(bs_verdict_is_field("A: b\n \n c"));
	assert_false(bs_verdict_is_field("A: b\n"));
	assert_false(bs_verdict_is_field("A: b\r\n c"));
	assert_false(bs_verdict_is_field("A: \xc3\xa9"));
}

static void
a_refusal_has_a_reply_in_any_case(void **state)
{
	static const struct {
		enum bs_action action;
		const char *reply;
		const char *said;
	} cases[] = {
	    {BS_ACTION_REJECT, "550 5.7.1 No", "550 5.7.1 No"},
	    {BS_ACTION_REJECT, "450 4.7.1 Soon", "450 4.7.1 Soon"},
	    {BS_ACTION_DEFER, "451 4.7.1 Soon", "451 4.7.1 Soon"},
	    {BS_ACTION_DEFER, "550 5.7.1 No",
		"451 4.7.1 Please try again later"},
	    {BS_ACTION_DEFER, "", "451 4.7.1 Please try again later"},
	    {BS_ACTION_REJECT, "",
		"550 5.7.1 This host did not send the message that you return"},
	    {BS_ACTION_REJECT, "250 Fine",
		"550 5.7.1 This host did not send the message that you return"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(
		    bs_verdict_reply(cases[i].action, cases[i].reply),
		    cases[i].said);
	assert_true(bs_verdict_is_reply(bs_verdict_unanswered));
}

static void
no_other_reply_is_given(void **state)
{
	static const char *const replies[] = {"", "5", "550", "550 ",
	    "550-5.7.1 a", "550_a", "250 2.0.0 a", "354 a", "421 4.3.0 a",
	    "650 a", "5x0 a", "55x a", "550 a\nb", "550 a\tb", "550 \xc3\xa9",
	    " 550 a"};

	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++)
		assert_false(bs_verdict_is_reply(replies[i]));
	assert_true(bs_verdict_is_reply("450 a"));
}

static void
a_sender_is_refused_with_a_reply_that_fits(void **state)
{
	static const struct {
		enum bs_action action;
		const char *reply;
		bool refuses;
	} cases[] = {
	    {BS_ACTION_REJECT, "550 5.7.23 no", true},
	    {BS_ACTION_DEFER, "451 4.7.24 later", true},
	    {BS_ACTION_REJECT, "451 4.7.24 later", false},
	    {BS_ACTION_DEFER, "550 5.7.23 no", false},
	    {BS_ACTION_REJECT, "", false},
	    {BS_ACTION_REJECT, "550", false},
	    {BS_ACTION_REJECT, "550 ", false},
	    {BS_ACTION_REJECT, "5x0 no", false},
	    {BS_ACTION_JUNK, "550 5.7.23 no", false},
	    {BS_ACTION_HEADER, "", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bs_answer answer = {.action = cases[i].action};

		snprintf(answer.reply, sizeof(answer.reply), "%s",
		    cases[i].reply);
		assert_int_equal(bs_verdict_refuses_sender(&answer, "a@b"),
		    cases[i].refuses);
		assert_false(bs_verdict_refuses_sender(&answer, ""));
		assert_false(
		    bs_verdict_refuses_sender(&answer, "POSTMASTER@b"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mail_systems_send_bounces),
	    cmocka_unit_test(a_tag_comes_off),
	    cmocka_unit_test(all_evidence_is_told),
	    cmocka_unit_test(the_mildest_answer_counts),
	    cmocka_unit_test(the_strictest_row_is_named_to_a_gateway),
	    cmocka_unit_test(a_header_is_one_line),
	    cmocka_unit_test(a_refusal_has_a_reply_in_any_case),
	    cmocka_unit_test(no_other_reply_is_given),
	    cmocka_unit_test(a_sender_is_refused_with_a_reply_that_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
