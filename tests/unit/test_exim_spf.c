/* exim/spf.c: SPF is asked about once, and its answer kept for a while. */
#include "exim/spf.h"
#include "tests/unit/exim_engine.h"

static struct bs_envelope origin;

static bool
refuse(const struct bs_request *request, struct bs_answer *answer)
{
	answer->action = BS_ACTION_REJECT;
	snprintf(answer->verdict, sizeof(answer->verdict), "fail");
	snprintf(answer->reply, sizeof(answer->reply), "550 5.7.23 not %.99s",
	    request->sender);
	return true;
}

static bool
say_error(const struct bs_request *request, struct bs_answer *answer)
{
	(void)request;
	answer->status = BS_STATUS_ERROR;
	return true;
}

/* A message from a stranger. Each test has senders of its own. */
static void
begin(const char *sender)
{
	origin = (struct bs_envelope){.listener = BS_LISTENER_IN,
	    .has_sender = true};
	snprintf(origin.client, sizeof(origin.client), "192.0.2.1");
	snprintf(origin.helo, sizeof(origin.helo), "mx.d.example");
	snprintf(origin.receiver, sizeof(origin.receiver), "mx.example.org");
	snprintf(origin.sender, sizeof(origin.sender), "%s", sender);
}

static void
test_once(void **state)
{
	const struct bs_answer *answer;
	bool unanswered;

	(void)state;
	engine_start(refuse);
	for (int i = 0; i < 3; i++) {
		begin("once@d.example");
		answer = bs_exim_spf_ask(&origin, &unanswered);
		assert_false(unanswered);
		assert_non_null(answer);
		assert_string_equal(answer->reply,
		    "550 5.7.23 not once@d.example");
		assert_true(bs_exim_spf_refuses(answer));
	}
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.request[0].op, BS_OP_SPF);
	assert_string_equal(heard.request[0].client, "192.0.2.1");
	assert_string_equal(heard.request[0].helo, "mx.d.example");
	assert_string_equal(heard.request[0].receiver, "mx.example.org");
	assert_true(heard.request[0].deadline_ms > 20000);
	begin("other@d.example");
	answer = bs_exim_spf_ask(&origin, &unanswered);
	assert_string_equal(answer->reply, "550 5.7.23 not other@d.example");
	assert_int_equal(heard.count, 2);
	engine_end();
}

static void
test_not_due(void **state)
{
	bool unanswered;

	(void)state;
	engine_start(refuse);
	begin("due@d.example");
	origin.listener = BS_LISTENER_LOCAL;
	assert_null(bs_exim_spf_ask(&origin, &unanswered));
	origin.listener = BS_LISTENER_OUT;
	origin.auth = true;
	assert_null(bs_exim_spf_ask(&origin, &unanswered));
	assert_false(unanswered);
	assert_int_equal(heard.count, 0);
	engine_end();
}

/* That there is no answer is remembered as well: local_scan does not wait for
 * what the ACL waited for. */
static void
test_unanswered(void **state)
{
	bool unanswered;

	(void)state;
	engine_start(say_error);
	begin("none@d.example");
	assert_null(bs_exim_spf_ask(&origin, &unanswered));
	assert_true(unanswered);
	assert_null(bs_exim_spf_ask(&origin, &unanswered));
	assert_false(unanswered);
	assert_int_equal(heard.count, 1);
	engine_end();
	/* an engine that has been away for a while is not waited for */
	begin("away@d.example");
	origin.engine_is_away = true;
	assert_null(bs_exim_spf_ask(&origin, &unanswered));
	assert_true(unanswered);
}

static void
test_refusals(void **state)
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
		assert_int_equal(bs_exim_spf_refuses(&answer),
		    cases[i].refuses);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_once),
	    TEST(test_not_due),
	    TEST(test_unanswered),
	    TEST(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
