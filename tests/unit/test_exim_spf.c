/* exim/spf.c: SPF is asked about once, and its answer kept for a while. */
#include "common/adapter/verdict.h"
#include "exim/spf.h"
#include "tests/unit/exim_engine.h"

static struct bs_envelope envelope;

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
	envelope = (struct bs_envelope){.listener = BS_LISTENER_IN,
	    .has_sender = true};
	snprintf(envelope.client, sizeof(envelope.client), "192.0.2.1");
	snprintf(envelope.helo, sizeof(envelope.helo), "mx.d.example");
	snprintf(envelope.receiver, sizeof(envelope.receiver),
	    "mx.example.org");
	snprintf(envelope.sender, sizeof(envelope.sender), "%s", sender);
}

static void
is_asked_once(void **state)
{
	const struct bs_answer *answer;
	bool unanswered;

	(void)state;
	engine_start(refuse);
	for (int i = 0; i < 3; i++) {
		begin("once@d.example");
		answer = bs_spf_of_envelope(&envelope, &unanswered);
		assert_false(unanswered);
		assert_non_null(answer);
		assert_string_equal(answer->reply,
		    "550 5.7.23 not once@d.example");
		assert_true(bs_verdict_refuses_sender(answer, envelope.sender));
	}
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.request[0].op, BS_OP_SPF);
	assert_string_equal(heard.request[0].client, "192.0.2.1");
	assert_string_equal(heard.request[0].helo, "mx.d.example");
	assert_string_equal(heard.request[0].receiver, "mx.example.org");
	assert_true(heard.request[0].deadline_ms > 20000);
	begin("other@d.example");
	answer = bs_spf_of_envelope(&envelope, &unanswered);
	assert_string_equal(answer->reply, "550 5.7.23 not other@d.example");
	assert_int_equal(heard.count, 2);
	engine_end();
}

static void
is_not_asked_of_mail_of_ours(void **state)
{
	bool unanswered;

	(void)state;
	engine_start(refuse);
	begin("due@d.example");
	envelope.listener = BS_LISTENER_LOCAL;
	assert_null(bs_spf_of_envelope(&envelope, &unanswered));
	envelope.listener = BS_LISTENER_OUT;
	envelope.auth = true;
	assert_null(bs_spf_of_envelope(&envelope, &unanswered));
	assert_false(unanswered);
	assert_int_equal(heard.count, 0);
	engine_end();
}

/* That there is no answer is remembered as well: local_scan does not wait for
 * what the ACL waited for. */
static void
no_answer_is_remembered(void **state)
{
	bool unanswered;

	(void)state;
	engine_start(say_error);
	begin("none@d.example");
	assert_null(bs_spf_of_envelope(&envelope, &unanswered));
	assert_true(unanswered);
	assert_null(bs_spf_of_envelope(&envelope, &unanswered));
	assert_false(unanswered);
	assert_int_equal(heard.count, 1);
	engine_end();
	/* an engine that has been away for a while is not waited for */
	begin("away@d.example");
	envelope.engine_is_away = true;
	assert_null(bs_spf_of_envelope(&envelope, &unanswered));
	assert_true(unanswered);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(is_asked_once),
	    TEST(is_not_asked_of_mail_of_ours),
	    TEST(no_answer_is_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
