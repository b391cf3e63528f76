/* exim/report_sent.c: an accepted message is reported to the engine. */
#include "exim/report_sent.h"
#include "tests/unit/exim_message.h"

/* Exim may let it leave: it may trust clients that the engine does not. */
static void
mail_of_strangers_in_our_name_is_doubted(void **state)
{
	static const char *const to[] = {"carol@remote.example"};
	static const struct bs_sent_message message = {.message_id = "one@x"};

	(void)state;
	engine_start(know_strangers);
	begin(PLAIN, to, 1);
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_true(scan.doubted);
	assert_false(scan.leaves || scan.trusted);
	scan.leaves = true;
	assert_int_equal(bs_report_sent(&scan, &message), 0);
	assert_int_equal(heard.request[1].op, BS_OP_SENT);
	assert_int_equal(heard.request[1].listener, BS_LISTENER_UNTAG);
	assert_string_equal(heard.request[1].sender, PLAIN);
}

static void
mail_that_leaves_is_reported(void **state)
{
	static const char *const to[] = {"b@Remote.Example", "c@remote.example",
	    "d@sink.example"};
	struct bs_sent_message message = {.message_id = "one@example.org",
	    .from = "Alice@example.org"};
	const struct bs_request *told = &heard.request[1];
	const char *domain;

	(void)state;
	engine_start(judge);
	begin(PLAIN, to, 3);
	envelope.listener = BS_LISTENER_LOCAL;
	envelope.signer = BS_LISTENER_OUT;
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(bs_report_sent(&scan, &message), 0);
	assert_int_equal(heard.count, 2);
	assert_int_equal(heard.request[0].listener, BS_LISTENER_OUT);
	assert_int_equal(told->op, BS_OP_SENT);
	assert_int_equal(told->listener, BS_LISTENER_OUT);
	assert_string_equal(told->sender, TAG);
	assert_string_equal(told->header_from, "Alice@example.org");
	assert_string_equal(bs_list_next(&told->message_ids, NULL),
	    "one@example.org");
	assert_int_equal(told->recipients, 3);
	assert_int_equal(told->recipient_domains.count, 2);
	domain = bs_list_next(&told->recipient_domains, NULL);
	assert_string_equal(domain, "remote.example");
	assert_int_equal(told->missed_seconds, 0);
}

/* The report names no sender, as it is about no message. */
static void
missed_mail_is_reported(void **state)
{
	(void)state;
	engine_start(judge);
	assert_int_equal(bs_report_sent_missed(7, false), 0);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.request[0].op, BS_OP_SENT);
	assert_int_equal(heard.request[0].missed_seconds, 7);
	assert_int_equal(heard.request[0].recipients, 0);
	assert_false(heard.request[0].has_sender);
	assert_int_equal(bs_report_sent_missed(0, false), 0);
	assert_int_equal(heard.request[1].op, BS_OP_PING);
	engine_end();
	assert_int_equal(bs_report_sent_missed(7, true), 1);
}

static void
hello_is_said(void **state)
{
	(void)state;
	engine_start(judge);
	assert_int_equal(bs_report_sent_hello(0x1234567890, 77), 0);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.request[0].op, BS_OP_SENT);
	assert_int_equal(heard.request[0].host, BS_HOST_EXIM);
	assert_true(heard.request[0].hello == 0x1234567890);
	assert_int_equal(heard.request[0].knows_seconds, 77);
	assert_int_equal(heard.request[0].missed_seconds, 0);
	assert_false(heard.request[0].has_sender);
}

static void
a_bounce_is_reported_for_each_recipient(void **state)
{
	static const char *const to[] = {TAG, "bob@example.org"};
	static const struct bs_sent_message none;

	(void)state;
	engine_start(judge);
	begin("", to, 2);
	facts.kind = BS_KIND_DSN;
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(bs_report_sent(&scan, &none), 0);
	/* nobody waited for answers, but the next question is behind it */
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(heard.count, 6);
	for (unsigned n = 0; n < 2; n++) {
		const struct bs_request *told = &heard.request[2 + n];

		assert_int_equal(told->op, BS_OP_SENT);
		assert_string_equal(told->recipient, to[n]);
		assert_int_equal(told->kind, BS_KIND_DSN);
		assert_int_equal(told->recipients, 1);
		assert_false(heard.request[n].accepts);
	}
}

/* The answer alone decides about it, and so counts it. */
static void
a_bounce_to_one_is_counted_by_its_answer(void **state)
{
	static const char *const to[] = {TAG};
	static const char *const refused[] = {"refused@example.org"};
	static const struct bs_sent_message none;

	(void)state;
	engine_start(judge);
	begin("", to, 1);
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_true(heard.request[0].accepts);
	assert_int_equal(bs_report_sent(&scan, &none), 0);
	assert_int_equal(heard.count, 1);
	/* accepted, though the engine refuses it: it does not know that */
	begin("", refused, 1);
	scan.store_lacks_mail = true;
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(scan.verdict.action, BS_ACTION_NONE);
	assert_int_equal(bs_report_sent(&scan, &none), 0);
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(heard.count, 4);
	assert_int_equal(heard.request[2].op, BS_OP_SENT);
	/* SPF may refuse a name */
	begin("mailer-daemon@remote.example", to, 1);
	scan.leaves_as = NULL;
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(heard.request[4].op, BS_OP_DATA);
	assert_false(heard.request[4].accepts);
}

static void
mail_of_strangers_is_not_reported(void **state)
{
	static const char *const to[] = {"bob@example.org"};
	static const struct bs_sent_message none;

	(void)state;
	begin("carol@remote.example", to, 1);
	assert_int_equal(bs_report_sent(&scan, &none), 0);
	assert_int_equal(heard.count, 0);
}

/* Of more than one domain it keeps a few, and then that there were more. */
static void
many_domains_are_cut_short(void **state)
{
	static const char *const to[] = {"a@a.example", "a@b.example",
	    "a@c.example", "a@d.example", "a@e.example", "a@f.example"};
	static const struct bs_sent_message none;

	(void)state;
	engine_start(judge);
	begin(PLAIN, to, COUNT(to));
	envelope.listener = BS_LISTENER_LOCAL;
	assert_int_equal(bs_scan_ask(&scan), 0);
	assert_int_equal(bs_report_sent(&scan, &none), 0);
	assert_int_equal(heard.request[1].recipient_domains.count, 5);
	assert_int_equal(heard.request[1].message_ids.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(mail_of_strangers_in_our_name_is_doubted),
	    TEST(mail_that_leaves_is_reported),
	    TEST(missed_mail_is_reported),
	    TEST(hello_is_said),
	    TEST(a_bounce_is_reported_for_each_recipient),
	    TEST(a_bounce_to_one_is_counted_by_its_answer),
	    TEST(mail_of_strangers_is_not_reported),
	    TEST(many_domains_are_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
