/* exim/scan.c: what is asked about one message, and what follows. */
#include "exim/report_sent.h"
#include "tests/unit/exim_message.h"

static bool
judge_bad_tags_alone(const struct bs_request *request, struct bs_answer *answer)
{
	return strcmp(request->recipient, BAD_TAG) == 0 &&
	       judge(request, answer);
}

static void
mail_that_leaves_is_signed(void **state)
{
	static const char *const to[] = {"bob@remote.example"};

	(void)state;
	engine_start(judge);
	begin(PLAIN, to, 1);
	assert_false(bs_scan_wants_body(&envelope));
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.request[0].op, BS_OP_SIGN);
	assert_string_equal(heard.request[0].sender, PLAIN);
	assert_string_equal(scan.signed_as, TAG);
	assert_true(scan.leaves && scan.trusted);
	assert_int_equal(scan.verdict.action, BS_ACTION_NONE);
}

static void
mail_of_strangers_is_not_signed(void **state)
{
	static const char *const to[] = {PLAIN};

	(void)state;
	engine_start(know_strangers);
	begin("carol@remote.example", to, 1);
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_string_equal(scan.signed_as, "");
	assert_false(scan.leaves || scan.trusted || scan.verdict.is_weighed);
	assert_false(scan.doubted);
}

static void
a_tag_comes_off_a_reply(void **state)
{
	static const char *const to[] = {"bob@example.org", TAG};
	char plain[BS_ADDRESS_MAX];

	(void)state;
	engine_start(judge);
	begin("carol@remote.example", to, 2);
	scan.leaves_as = NULL;
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(heard.count, 1);
	assert_false(heard.request[0].inspect);
	assert_int_equal(scan.asked_count, 1);
	assert_int_equal(scan.asked[0].recipient, 1);
	assert_int_equal(bs_scan_strip(&scan, 0, plain), 0);
	assert_string_equal(plain, PLAIN);
	assert_int_equal(scan.verdict.action, BS_ACTION_NONE);
}

static void
a_bad_tag_of_a_reply_is_not_refused(void **state)
{
	static const char *const to[] = {BAD_TAG};
	char plain[BS_ADDRESS_MAX];

	(void)state;
	engine_start(judge);
	begin("carol@remote.example", to, 1);
	scan.leaves_as = NULL;
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(scan.verdict.action, BS_ACTION_NONE);
	assert_int_equal(bs_scan_strip(&scan, 0, plain), -EINVAL);
}

static void
a_bounce_is_judged_by_tag_and_message(void **state)
{
	static const char *const to[] = {TAG};
	char plain[BS_ADDRESS_MAX];

	(void)state;
	engine_start(judge);
	begin("", to, 1);
	facts.kind = BS_KIND_DSN;
	facts.returned_date = 42;
	assert_int_equal(bs_list_add(&facts.message_ids, "id@x", 4), 0);
	facts.message_ids.truncated = true;
	assert_true(bs_scan_wants_body(&envelope));
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.request[0].op, BS_OP_DATA);
	assert_int_equal(heard.request[0].kind, BS_KIND_DSN);
	assert_int_equal(heard.request[0].date, 42);
	assert_true(heard.request[0].partial);
	assert_string_equal(bs_list_next(&heard.request[0].message_ids, NULL),
	    "id@x");
	assert_int_equal(bs_scan_strip(&scan, 0, plain), 0);
	assert_string_equal(plain, PLAIN);
	assert_int_equal(scan.verdict.action, BS_ACTION_HEADER);
	assert_string_equal(scan.verdict.header, "X-Backstop: for p");
}

/* A stranger writes the returned header, too. */
static void
a_long_return_path_does_not_save_it(void **state)
{
	static const char *const to[] = {BAD_TAG};

	(void)state;
	engine_start(judge);
	begin("", to, 1);
	facts.kind = BS_KIND_DSN;
	memset(facts.return_path, 0xe9, 450);
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(heard.count, 1);
	assert_true(heard.request[0].partial);
	assert_string_equal(heard.request[0].return_path, "");
	assert_int_equal(scan.verdict.action, BS_ACTION_REJECT);
}

static void
a_mailer_daemon_sends_bounces(void **state)
{
	static const char *const to[] = {PLAIN};

	(void)state;
	engine_start(judge);
	begin("MAILER-DAEMON@remote.example", to, 1);
	assert_true(bs_scan_wants_body(&envelope));
	envelope.listener = BS_LISTENER_LOCAL;
	assert_false(bs_scan_wants_body(&envelope));
	envelope.listener = BS_LISTENER_IN;
	envelope.has_sender = false;
	assert_false(bs_scan_wants_body(&envelope));
}

static void
a_bounce_to_a_bad_tag_is_refused(void **state)
{
	static const char *const to[] = {BAD_TAG};

	(void)state;
	engine_start(judge);
	begin("", to, 1);
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(heard.count, 1);
	assert_int_equal(scan.verdict.action, BS_ACTION_REJECT);
	assert_string_equal(scan.verdict.reply, "550 5.7.1 bad");
}

/* A message has one fate, so no recipient may lose mail because of another one.
 */
static void
the_mildest_of_several_verdicts_counts(void **state)
{
	static const struct {
		const char *to[3];
		unsigned count;
		enum bs_action action;
	} cases[] = {
	    {{"r@example.org", "r@example.org"}, 2, BS_ACTION_REJECT},
	    {{"r@example.org", "d@example.org"}, 2, BS_ACTION_DEFER},
	    {{"r@example.org", "j@example.org", "d@example.org"}, 3,
		BS_ACTION_JUNK},
	    {{"j@example.org", PLAIN, "r@example.org"}, 3, BS_ACTION_HEADER},
	    {{BAD_TAG, "r@example.org"}, 2, BS_ACTION_REJECT},
	    {{BAD_TAG, "j@example.org"}, 2, BS_ACTION_JUNK},
	    {{BAD_TAG, TAG, "r@example.org"}, 3, BS_ACTION_HEADER},
	};

	(void)state;
	engine_start(judge);
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin("", cases[i].to, cases[i].count);
		assert_int_equal(bs_scan_ask(&scan), 0);
		assert_int_equal(scan.verdict.action, cases[i].action);
	}
}

/* The engine is told of each recipient what became of the message, after all
 * answers were weighed. */
static void
the_outcome_of_several_verdicts_is_reported(void **state)
{
	static const char *const to[] = {BAD_TAG, "j@example.org"};

	(void)state;
	engine_start(judge);
	begin("", to, 1);
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_false(bs_scan_is_weighed(&scan));
	assert_false(heard.request[0].weighs);
	begin("", to, 2);
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_true(bs_scan_is_weighed(&scan));
	bs_report_sent_weighed(&scan);
	/* nobody waited for answers, but the next question is behind it */
	begin("", to, 1);
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(heard.count, 6);
	for (size_t i = 1; i < 5; i++) {
		const struct bs_request *request = &heard.request[i];

		assert_int_equal(request->op, BS_OP_DATA);
		assert_int_equal(request->weighs, i < 3);
		assert_int_equal(request->weighed, i >= 3);
		assert_int_equal(request->outcome,
		    i < 3 ? BS_ACTION_NONE : BS_ACTION_JUNK);
		assert_string_equal(request->recipient, to[(i - 1) % 2]);
	}
}

static void
nothing_is_refused_for_want_of_an_answer(void **state)
{
	static const char *const to[] = {BAD_TAG, PLAIN};

	(void)state;
	engine_start(judge_bad_tags_alone);
	begin("", to, 2);
	envelope.engine_is_away = true; /* and a short wait will do */
	assert_int_equal(bs_scan_ask(&scan), 1);
	assert_int_equal(scan.verdict.action, BS_ACTION_NONE);
	assert_string_equal(scan.verdict.header, "");
	engine_end();
	begin("", to, 2);
	envelope.engine_is_away = true;
	assert_int_equal(bs_scan_ask(&scan), 2);
	assert_int_equal(scan.verdict.action, BS_ACTION_NONE);
}

/* One of those who were not asked about may be a reason to let it pass. */
static void
too_many_recipients_are_put_off_if_all_asked_are_refused(void **state)
{
	static const char *to[BS_SCAN_ASKED + 1];

	(void)state;
	engine_start(judge);
	for (size_t n = 0; n < COUNT(to); n++)
		to[n] = "r@example.org";
	begin("", to, BS_SCAN_ASKED);
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(heard.count, BS_SCAN_ASKED);
	assert_int_equal(scan.verdict.action, BS_ACTION_REJECT);
	begin("", to, BS_SCAN_ASKED + 1);
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(scan.asked_count, BS_SCAN_ASKED);
	assert_int_equal(scan.verdict.action, BS_ACTION_DEFER);
	assert_string_equal(scan.verdict.reply, bs_verdict_too_many);
	engine_end();
}

static void
too_many_recipients_pass_if_one_is_good_or_unanswered(void **state)
{
	static const char *to[BS_SCAN_ASKED + 1];

	(void)state;
	for (size_t n = 0; n < COUNT(to); n++)
		to[n] = "r@example.org";
	to[BS_SCAN_ASKED - 1] = PLAIN;
	engine_start(judge);
	begin("", to, BS_SCAN_ASKED + 1);
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_false(bs_policy_refuses(scan.verdict.action));
	engine_end();
	begin("", to, BS_SCAN_ASKED + 1);
	envelope.engine_is_away = true;
	assert_true(bs_scan_ask(&scan) > 0);
	assert_int_equal(scan.verdict.action, BS_ACTION_NONE);
}

static bool
goes_on(const char *to)
{
	return strstr(to, "@example.org") != NULL;
}

static bool
know_two(const struct bs_request *request, struct bs_answer *answer)
{
	(void)answer;
	return heard.count <= 2 && request->op == BS_OP_RCPT;
}

static void
a_tag_without_an_answer_must_not_go_on(void **state)
{
	static const char *to[BS_SCAN_ASKED + 2];
	static const char *const others[] = {PLAIN,
	    "prvs=1234abcdef=joe@elsewhere.example", TAG};

	(void)state;
	engine_start(judge);
	for (size_t n = 0; n < COUNT(to); n++)
		to[n] = n == 0 ? PLAIN : TAG;
	begin("carol@remote.example", to, BS_SCAN_ASKED + 1);
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_false(bs_scan_keeps_tag(&scan, goes_on));
	begin("carol@remote.example", to, BS_SCAN_ASKED + 2);
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_true(bs_scan_keeps_tag(&scan, goes_on));
	engine_end();
	heard.count = 0;
	engine_start(know_two);
	begin("carol@remote.example", to, 4);
	scan.leaves_as = NULL;
	envelope.engine_is_away = true;
	assert_int_equal(bs_scan_ask(&scan), 1);
	assert_true(bs_scan_keeps_tag(&scan, goes_on));
	engine_end();
	begin("", others, 2);
	envelope.engine_is_away = true;
	assert_int_equal(bs_scan_ask(&scan), 2);
	assert_false(bs_scan_keeps_tag(&scan, goes_on));
	scan.recipients = 3;
	assert_true(bs_scan_keeps_tag(&scan, goes_on));
}

/* Mail may have left that the store does not know of. */
static void
nothing_is_refused_where_the_store_lacks_mail(void **state)
{
	static const char *const to[] = {"r@example.org"};
	static const char *const bad[] = {BAD_TAG};

	(void)state;
	engine_start(judge);
	begin("", to, 1);
	scan.store_lacks_mail = true;
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(scan.verdict.action, BS_ACTION_NONE);
	assert_string_equal(scan.verdict.header, "");
	begin("", bad, 1);
	scan.store_lacks_mail = true;
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(scan.verdict.action, BS_ACTION_REJECT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(mail_that_leaves_is_signed),
	    TEST(mail_of_strangers_is_not_signed),
	    TEST(a_tag_comes_off_a_reply),
	    TEST(a_bad_tag_of_a_reply_is_not_refused),
	    TEST(a_bounce_is_judged_by_tag_and_message),
	    TEST(a_long_return_path_does_not_save_it),
	    TEST(a_mailer_daemon_sends_bounces),
	    TEST(a_bounce_to_a_bad_tag_is_refused),
	    TEST(the_mildest_of_several_verdicts_counts),
	    TEST(the_outcome_of_several_verdicts_is_reported),
	    TEST(nothing_is_refused_for_want_of_an_answer),
	    TEST(too_many_recipients_are_put_off_if_all_asked_are_refused),
	    TEST(too_many_recipients_pass_if_one_is_good_or_unanswered),
	    TEST(a_tag_without_an_answer_must_not_go_on),
	    TEST(nothing_is_refused_where_the_store_lacks_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
