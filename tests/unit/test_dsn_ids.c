/* The reader of bounces: where a Message-ID may stand besides the returned
 * header, and notices that return notices. */
#include "tests/unit/message.h"

#define DAEMON                                                                 \
	"Return-Path: <>\n"                                                    \
	"From: MAILER-DAEMON@a.example\n"                                      \
	"Subject: Undelivered Mail\n"                                          \
	"Message-ID: <own@a.example>\n"
#define MIXED "Content-Type: multipart/mixed; boundary=o\n\n"
#define WRAPPED "--o\nContent-Type: message/rfc822\n\n"
#define REPORT(boundary)                                                       \
	"Content-Type: multipart/report; report-type=delivery-status;\n"       \
	" boundary=" boundary "\n\n"
#define STATUS(recipient)                                                      \
	"Content-Type: message/delivery-status\n\n"                            \
	"Reporting-MTA: dns; mx.example\n\n"                                   \
	"Final-Recipient: rfc822; " recipient "\n"                             \
	"Action: failed\n"                                                     \
	"Status: 5.1.1\n\n"
#define RETURNED(fields)                                                       \
	"Content-Type: message/rfc822\n\n"                                     \
	"From: al@d.example\n" fields "Subject: hello\n\ntext\n"

struct sample {
	const char *what;
	const char *text;
	const char *ids;
	bool truncated;
};

static void
check(const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct bs_dsn_facts *facts = facts_of(samples[i].text);

		if (!lists(&facts->message_ids, samples[i].ids) ||
		    facts->message_ids.truncated != samples[i].truncated)
			fail_msg("%s", samples[i].what);
	}
}

static void
other_fields_have_an_id(void **state)
{
	static const struct sample samples[] = {
	    {"Google's, of a Message-ID that it replaced",
		DAEMON REPORT("r") "--r\n" RETURNED(
		    "X-Google-Original-Message-ID: noat\n"
		    "Message-ID: <new@mx.google.example>\n") "--r--\n",
		"new@mx.google.example noat", false},
	    {"other names for it",
		DAEMON REPORT("r") "--r\n" RETURNED(
		    "Message-ID: <new@c.example>\n"
		    "X-Original-Message-ID: <1@d.example>\n"
		    "Old-Message-ID: <2@d.example>\n") "--r--\n",
		"new@c.example 1@d.example 2@d.example", false},
	    {"a report without a returned message",
		DAEMON REPORT(
		    "r") "--r\nContent-Type: message/delivery-status\n\n"
			 "X-Original-Message-ID: <1@d.example>\n\n"
			 "Action: failed\n\n--r--\n",
		"1@d.example", false},
	    {"behind that of the returned header",
		DAEMON REPORT(
		    "r") "--r\nContent-Type: message/delivery-status\n\n"
			 "Original-Message-ID: <1@d.example>\n\n"
			 "Action: failed\n\n--r\n" RETURNED(
			     "Message-ID: <2@d.example>\n") "--r--\n",
		"2@d.example 1@d.example", false},
	    {"what the bounce refers to: no proof against it",
		DAEMON "References: <1@d.example> <2@d.example>\n"
		       "In-Reply-To: <3@d.example>\n\nDelivery failed.\n",
		"1@d.example 2@d.example 3@d.example", false},
	    {"what the bounce refers to, behind all others",
		DAEMON
		"In-Reply-To: <1@d.example>\n" REPORT("r") "--r\n" RETURNED(
		    "Message-ID: <2@d.example>\n") "--r--\n",
		"2@d.example 1@d.example", false},
	    {"the bounce itself",
		DAEMON
		"References: <own@a.example>\n" REPORT("r") "--r\n" RETURNED(
		    "Message-ID: <2@d.example>\n") "--r--\n",
		"2@d.example", false},
	    {"words that are no Message-ID",
		DAEMON "In-Reply-To: your message of Friday\n\nSorry, delivery "
		       "failed.\n",
		"", false},
	};

	(void)state;
	check(samples, COUNT(samples));
}

static void
knows_what_is_only_referred_to(void **state)
{
	static const char refers[] =
	    DAEMON "References: <1@d.example>\n\nDelivery failed.\n";
	static const char quotes[] =
	    DAEMON "\nDelivery failed.\nOriginal-Message-ID: <1@d.example>\n";
	static const char returns[] =
	    DAEMON "References: <1@d.example>\n" REPORT("r") "--r\n" RETURNED(
		"Message-ID: <2@d.example>\n") "--r--\n";
	static const char itself[] =
	    DAEMON "References: <own@a.example>\n\nDelivery failed.\n";

	(void)state;
	assert_true(facts_of(refers)->only_refers);
	assert_true(facts_of(quotes)->only_refers);
	assert_false(facts_of(returns)->only_refers);
	assert_false(facts_of(itself)->only_refers);
}

/* More References than there is room for leave the returned message's own
 * Message-ID as good a proof as it was. */
static void
many_references_open_no_door(void **state)
{
	const struct bs_dsn_facts *facts;
	char text[8192];
	size_t len = (size_t)snprintf(text, sizeof(text), DAEMON "References:");

	(void)state;
	for (unsigned i = 0; i < 2 * BS_LIST_ITEMS; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "\n <ref-%u@d.example>", i);
	snprintf(text + len, sizeof(text) - len,
	    "\n" REPORT("r") "--r\n" RETURNED("Message-ID: <1@d.example>\n"));
	facts = facts_of(text);
	assert_int_equal(facts->message_ids.count, BS_LIST_ITEMS);
	assert_string_equal(bs_list_next(&facts->message_ids, NULL),
	    "1@d.example");
	assert_false(facts->message_ids.truncated);
}

#define INNER(header)                                                          \
	header REPORT("r") "--r\nContent-Type: text/plain\n\n"                 \
			   "Delivery to bob@c.example failed.\n"               \
			   "--r\n" STATUS("bob@c.example") "--r\n" RETURNED(   \
			       "Message-ID: <1@d.example>\n") "--r--\n"

static void
a_wrapped_notice_is_read(void **state)
{
	static const char *const texts[] = {
	    DAEMON MIXED "--o\n\nDisclaimer.\n" WRAPPED INNER(DAEMON) "--o--\n",
	    /* by its type alone */
	    DAEMON MIXED WRAPPED INNER("Message-ID: <own@a.example>\n"
				       "From: al@a.example\n") "--o--\n",
	    /* what the gateway adds behind it is none of it */
	    DAEMON MIXED WRAPPED INNER(DAEMON) "--o\n" STATUS(
		"x@y.example") "--o--\n",
	    /* in the text of the outer one */
	    DAEMON "\n--- The message follows ---\n\n" INNER(DAEMON),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		const struct bs_dsn_facts *facts = facts_of(texts[i]);

		assert_true(lists(&facts->message_ids, "1@d.example"));
		assert_false(facts->message_ids.truncated);
		assert_true(lists(&facts->final_recipients, "bob@c.example"));
		assert_string_equal(facts->status, "5.1.1");
		assert_int_equal(facts->class, BS_DSN_REPORT);
		assert_int_equal(facts->kind, BS_KIND_DSN);
	}
}

static void
a_wrapped_text_is_read(void **state)
{
	const struct bs_dsn_facts *facts = facts_of(DAEMON MIXED WRAPPED DAEMON
	    "Content-Transfer-Encoding: quoted-printable\n\n"
	    "Sorry, this could not be delivered:\n<bob=40c.example>:\n"
	    "550 5.1.1 no such user\n\n--- Below this line is a copy of the "
	    "message.\n\nReturn-Path: <al@d.example>\n"
	    "Message-ID: <1@d.example>\nFrom: al@d.example\n\n--o--\n");

	(void)state;
	assert_true(lists(&facts->message_ids, "1@d.example"));
	assert_true(lists(&facts->final_recipients, "bob@c.example"));
	assert_string_equal(facts->status, "5.1.1");
	assert_string_equal(facts->return_path, "al@d.example");
}

/* A Message-ID that may be missing proves nothing. */
static void
a_wrapped_notice_may_prove_nothing(void **state)
{
	static const struct sample samples[] = {
	    {"the outer report names another message",
		DAEMON REPORT("o") "--o\n"
				   "Content-Type: message/delivery-status\n\n"
				   "X-Original-Message-ID: <3@d.example>\n\n"
				   "Action: failed\n\n" WRAPPED INNER(
				       DAEMON) "--o--\n",
		"1@d.example 3@d.example", true},
	    {"it returns nothing",
		DAEMON MIXED WRAPPED DAEMON "\nDelivery failed.\n--o--\n", "",
		true},
	    {"it was cut off in its header", DAEMON MIXED WRAPPED DAEMON, "",
		true},
	    {"its body is left out",
		DAEMON MIXED
		"--o\nContent-Type: text/rfc822-headers\n\n" DAEMON REPORT(
		    "r") "--o--\n",
		"", true},
	    {"it is encoded as a whole",
		DAEMON MIXED
		"--o\nContent-Type: message/rfc822\n"
		"Content-Transfer-Encoding: quoted-printable\n\n" INNER(
		    DAEMON) "--o--\n",
		"", true},
	    {"a third level",
		DAEMON MIXED WRAPPED DAEMON
		"Content-Type: multipart/mixed; boundary=m\n\n"
		"--m\nContent-Type: message/rfc822\n\n" INNER(
		    "Return-Path: <>\nFrom: MAILER-DAEMON@b.example\n"
		    "Message-ID: <3@b.example>\n") "--m--\n--o--\n",
		"3@b.example", true},
	};

	(void)state;
	check(samples, COUNT(samples));
}

/* A report on a notice is about that notice; whom this one names may be whom
 * our mail went to. */
static void
a_bounced_notice_names_both(void **state)
{
	const struct bs_dsn_facts *facts = facts_of(
	    DAEMON REPORT("o") "--o\n" STATUS("alice@in.example")
		WRAPPED INNER("Return-Path: <>\nFrom: MAILER-DAEMON@b.example\n"
			      "Message-ID: <2@b.example>\n") "--o--\n");

	(void)state;
	assert_true(lists(&facts->message_ids, "2@b.example 1@d.example"));
	assert_false(facts->message_ids.truncated);
	assert_true(lists(&facts->final_recipients, "alice@in.example"));
	assert_true(lists(&facts->original_recipients, "bob@c.example"));
}

/* Postmasters write mail, and people forward notices. */
static void
other_mail_is_not_gone_into(void **state)
{
	static const struct sample samples[] = {
	    {"from a postmaster",
		DAEMON MIXED WRAPPED "From: postmaster@d.example\n"
				     "Message-ID: <1@d.example>\n"
				     "Subject: hello\n\ntext\n--o--\n",
		"1@d.example", false},
	    {"about a failure",
		DAEMON MIXED WRAPPED "From: al@d.example\n"
				     "Message-ID: <1@d.example>\n"
				     "Subject: Delivery failure\n\n"
				     "text\n--o--\n",
		"1@d.example", false},
	};
	const struct bs_dsn_facts *facts =
	    facts_of("From: al@d.example\nSubject: Fwd: help\n" MIXED
		     "--o\n\nWhat is this?\n" WRAPPED INNER(DAEMON) "--o--\n");

	(void)state;
	assert_int_equal(facts->class, BS_DSN_ORDINARY);
	check(samples, COUNT(samples));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(other_fields_have_an_id),
	    cmocka_unit_test(knows_what_is_only_referred_to),
	    cmocka_unit_test(many_references_open_no_door),
	    cmocka_unit_test(a_wrapped_notice_is_read),
	    cmocka_unit_test(a_wrapped_text_is_read),
	    cmocka_unit_test(a_wrapped_notice_may_prove_nothing),
	    cmocka_unit_test(a_bounced_notice_names_both),
	    cmocka_unit_test(other_mail_is_not_gone_into),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
