/* The parser of bounces: what makes a message a bounce, and what does not. */
#include "common/bounce/phrase_tables.h"
#include "tests/unit/message.h"

#define RETURNED                                                               \
	"Return-Path: <al@d.example>\n"                                        \
	"Received: from d.example ([192.0.2.1]) by a.example\n"                \
	"Message-ID: <1@d.example>\n"                                          \
	"From: al@d.example\n"                                                 \
	"To: bob@c.example\n"                                                  \
	"Subject: hello\n"                                                     \
	"\n"                                                                   \
	"text\n"

#define STATUS                                                                 \
	"Content-Type: message/delivery-status\n\n"                            \
	"Reporting-MTA: dns; a.example\n\n"                                    \
	"Final-Recipient: rfc822; bob@c.example\n"                             \
	"Action: failed\n"                                                     \
	"Status: 5.1.1\n\n"

#define MULTIPART(type) "Content-Type: " type "; boundary=b\n\n"

struct sample {
	const char *what;
	const char *text;
	enum bs_dsn_class class;
	enum bs_kind kind;
};

static const struct sample bounces[] = {
    {"a title of notices, from a robot",
	"From: noreply@a.example\nSubject: Non-Delivery Report\n\n"
	"The mail could not be delivered.\n",
	BS_DSN_NONSTANDARD, BS_KIND_OTHER},
    {"from nobody who could be answered",
	"From: mx.a.example\nSubject: Undelivered Mail Returned to Sender\n\n"
	"An error occurred while trying to deliver the mail.\n"
	"Action: failed\nFinal-Recipient: rfc822; bob@c.example\n"
	"Diagnostic-Code: smtp; 550 user unknown\n",
	BS_DSN_NONSTANDARD, BS_KIND_OTHER},
    {"a report, from whomever",
	"From: al@a.example\nSubject: hm\n" MULTIPART(
	    "multipart/report") "--b"
				"\n" STATUS "--b-"
				"-\n",
	BS_DSN_REPORT, BS_KIND_DSN},
    {"a report part in another multipart, as OpenSMTPD has it",
	"From: Mailer Daemon <MAILER-DAEMON@a.example>\n" MULTIPART(
	    "multipart/mixed") "--b\n" STATUS "--b--\n",
	BS_DSN_NONSTANDARD, BS_KIND_DSN},
    {"a report in a multipart in another",
	MULTIPART("multipart/mixed") "--b\n"
				     "Content-Type: multipart/report; "
				     "boundary=c\n\n--c\n" STATUS
				     "--c--\n--b--\n",
	BS_DSN_NONSTANDARD, BS_KIND_DSN},
    {"a report alone", STATUS, BS_DSN_NONSTANDARD, BS_KIND_DSN},
    {"Exim's field",
	"From: Mail Delivery System <Mailer-Daemon@a.example>\n"
	"X-Failed-Recipients: bob@c.example\n\nshort\n",
	BS_DSN_NONSTANDARD, BS_KIND_DSN},
    {"qmail",
	"From: MAILER-DAEMON@a.example\nSubject: failure notice\n\n"
	"Hi. This is the qmail-send program at a.example.\n"
	"<bob@c.example>:\nSorry, no mailbox here by that name.\n\n"
	"--- Below this line is a copy of the message.\n\n" RETURNED,
	BS_DSN_NONSTANDARD, BS_KIND_DSN},
    {"a returned part without a report",
	"From: postmaster@a.example\nSubject: Undeliverable: hello\n" MULTIPART(
	    "multipart/mixed") "--b\n\nYour message did not reach bob.\n"
			       "--b\nContent-Type: message/rfc822\n\n" RETURNED
			       "--b--\n",
	BS_DSN_NONSTANDARD, BS_KIND_DSN},
    {"in German, by a daemon of another name",
	"From: Mail Delivery Subsystem <system@a.example>\n"
	"Subject: =?iso-8859-1?Q?Nachricht_nicht_zustellbar_f=FCr_Bob?=\n\n"
	"Ihre Nachricht konnte nicht zugestellt werden.\n\n"
	"----- Original message follows -----\n\n" RETURNED,
	BS_DSN_NONSTANDARD, BS_KIND_DSN},
    {"in Japanese, base64",
	"From: postmaster@a.example\n"
	"Subject: =?utf-8?B?6YWN5L+h44Gn44GN44G+44Gb44KT?=\n"
	"Content-Transfer-Encoding: base64\n\n"
	"6YWN5L+h44Gn44GN44G+44Gb44KTCgpSZWNlaXZlZDogZnJvbSBhIGJ5IGIKTWVzc2Fn\n"
	"ZS1JRDogPDFAZC5leGFtcGxlPgpGcm9tOiBhbEBkLmV4YW1wbGUKVG86IGJvYkBjLmV4\n"
	"YW1wbGUKClgK\n",
	BS_DSN_NONSTANDARD, BS_KIND_DSN},
    {"a daemon that returns nothing is a notice, but proves nothing",
	"From: MAILER-DAEMON@a.example\nSubject: Delivery failure\n\n"
	"bob@c.example: user unknown\n",
	BS_DSN_NONSTANDARD, BS_KIND_OTHER},
    {"no author at all, a null return path, and what happened",
	"Return-Path: <>\nSubject: failure notice\n\n"
	"Could not be delivered: mailbox is full\n"
	"bob@c.example: user unknown\n\n"
	"--- Original message follows.\n\n" RETURNED,
	BS_DSN_NONSTANDARD, BS_KIND_DSN},
    {"no person, who returns a message",
	"From: no-reply@a.example\nSubject: Mail\n" MULTIPART(
	    "multipart/mixed") "--b\n\nCould not be delivered:\n"
			       "mailbox is full\n--b\n"
			       "Content-Type: message/rfc822\n\n" RETURNED
			       "--b--\n",
	BS_DSN_NONSTANDARD, BS_KIND_DSN},
};

static const struct sample others[] = {
    {"a read receipt",
	"From: bob@c.example\n" MULTIPART(
	    "multipart/report; report-type=disposition-notification") "--b\n"
								      "Content-Type: message/disposition-notification\n\n"
								      "Original-Message-ID: <1@d.example>\n"
								      "Disposition: manual-action/MDN-sent-manually; displayed\n"
								      "--b--\n",
	BS_DSN_MDN, BS_KIND_MDN},
    {"a receipt before all else, whatever it also holds",
	"From: MAILER-DAEMON@c.example\n" MULTIPART(
	    "multipart/report") "--b\n"
				"Content-Type: "
				"message/disposition-notification\n\n"
				"Original-Message-ID: <1@d.example>\n--b\n" STATUS
				"--b--\n",
	BS_DSN_MDN, BS_KIND_MDN},
    {"a complaint",
	"From: feedback@c.example\n" MULTIPART(
	    "multipart/report; report-type=feedback-report") "--b\n"
							     "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
							     "--b\nContent-Type: message/rfc822\n\n" RETURNED
							     "--b--\n",
	BS_DSN_ARF, BS_KIND_OTHER},
    {"a complaint of the older sort",
	"From: staff@c.example\n"
	"Subject: complaint about message from 192.0.2.1\n" MULTIPART(
	    "multipart/mixed") "--b\nContent-Type: message/rfc822\n\n" RETURNED
			       "--b--\n",
	BS_DSN_ARF, BS_KIND_OTHER},
    {"RFC 3834", "From: bob@c.example\nAuto-Submitted: auto-replied\n\nhi\n",
	BS_DSN_AUTOREPLY, BS_KIND_AUTO},
    {"away, by the Subject alone",
	"From: bob@c.example\nSubject: Out of Office: hello\n\nback soon\n",
	BS_DSN_AUTOREPLY, BS_KIND_AUTO},
    {"away, in German, as Exchange sends it with a null sender",
	"Return-Path: <>\nFrom: bob@c.example\n"
	"Subject: Automatische Antwort: hello\n\nIch bin nicht im Haus.\n",
	BS_DSN_AUTOREPLY, BS_KIND_AUTO},
    {"away, and quoting what it answers",
	"From: bob@c.example\nSubject: Automatic reply: hello\n"
	"Auto-Submitted: auto-replied\n\nMail to me is not delivered.\n\n"
	"----- Original message -----\n" RETURNED,
	BS_DSN_AUTOREPLY, BS_KIND_AUTO},
    {"an older field of autoresponders",
	"From: bob@c.example\nX-Autoreply: yes\nSubject: thanks\n\nhi\n",
	BS_DSN_AUTOREPLY, BS_KIND_AUTO},
    {"made by a machine, for people",
	"From: news@c.example\nAuto-Submitted: auto-generated\n\nnews\n",
	BS_DSN_ORDINARY, BS_KIND_AUTO},
    {"Auto-Submitted: no", "From: bob@c.example\nAuto-Submitted: no (me)\n\n",
	BS_DSN_ORDINARY, BS_KIND_OTHER},
    {"a person forwards a notice",
	"From: Bob <bob@c.example>\nSubject: Fwd: failure notice\n\n"
	"What is this?\n\n> Hi. This is the qmail-send program.\n"
	"> I'm afraid I wasn't able to deliver your message.\n"
	"> This is a permanent error; I've given up.\n\n"
	"> --- Below this line is a copy of the message.\n>\n"
	"> Received: from d.example\n> Message-ID: <1@d.example>\n"
	"> From: al@d.example\n> Subject: x\n",
	BS_DSN_ORDINARY, BS_KIND_OTHER},
    {"a person forwards a message as it is",
	"From: Bob <bob@c.example>\nSubject: Fwd: hello\n" MULTIPART(
	    "multipart/mixed") "--b\n\nSee below.\n--b\n"
			       "Content-Type: message/rfc822\n\n" RETURNED
			       "--b--\n",
	BS_DSN_ORDINARY, BS_KIND_OTHER},
    {"a person forwards a report as an attachment",
	"From: Bob <bob@c.example>\nSubject: Fwd: Undelivered Mail\n" MULTIPART(
	    "multipart/mixed") "--b\n\nDelivery failed. Why?\n--b\n"
			       "Content-Type: message/rfc822\n\n"
			       "From: MAILER-DAEMON@a.example\n" MULTIPART(
				   "multipart/report") "--b2\n" STATUS "--b2--"
						       "\n--b--\n",
	BS_DSN_ORDINARY, BS_KIND_OTHER},
    {"a postmaster writes",
	"From: postmaster@c.example\nSubject: Re: your account\n\n"
	"Dear Al, we have looked into it.\n",
	BS_DSN_ORDINARY, BS_KIND_OTHER},
    {"a report about DMARC",
	"From: postmaster@c.example\nSubject: Report Domain: d.example\n"
	"Auto-Submitted: auto-generated\n" MULTIPART(
	    "multipart/mixed") "--b\n\nThis is an aggregate report.\n--b\n"
			       "Content-Type: application/gzip\n\nxx\n--b--\n",
	BS_DSN_ORDINARY, BS_KIND_AUTO},
    {"multipart/report without its part",
	"From: al@a.example\n" MULTIPART("multipart/report") "--b\n\nbla\n"
							     "--b--\n",
	BS_DSN_ORDINARY, BS_KIND_OTHER},
    {"a title of notices, by a person",
	"From: al@a.example\nSubject: Returned mail\n\nI got this.\n",
	BS_DSN_ORDINARY, BS_KIND_OTHER},
    {"auto: in the middle of a subject",
	"From: al@a.example\nSubject: Re: arm-smmu.1.auto: Unhandled fault\n\n"
	"Looks odd.\n",
	BS_DSN_ORDINARY, BS_KIND_OTHER},
    {"auto: at the beginning of one",
	"From: al@a.example\nSubject: Auto: gone fishing\n\nBye.\n",
	BS_DSN_AUTOREPLY, BS_KIND_AUTO},
    {"words of failure far down",
	"From: al@a.example\nSubject: story\n\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"
	"user unknown\nmailbox is full\ndelivery failed\n",
	BS_DSN_ORDINARY, BS_KIND_OTHER},
};

static void
check(const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct bs_dsn_facts *facts = facts_of(samples[i].text);

		if (facts->class != samples[i].class ||
		    facts->kind != samples[i].kind)
			fail_msg("%s: %s, kind %d", samples[i].what,
			    bs_dsn_class_name(facts->class), (int)facts->kind);
	}
}

static void
knows_bounces(void **state)
{
	(void)state;
	check(bounces, COUNT(bounces));
}

static void
knows_what_is_none(void **state)
{
	(void)state;
	check(others, COUNT(others));
}

/* Whatever ordinary mail quotes, it returns nothing. */
static void
ordinary_mail_returns_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		const struct bs_dsn_facts *facts;

		if (others[i].class != BS_DSN_ORDINARY)
			continue;
		facts = facts_of(others[i].text);
		assert_false(facts->has_returned_header);
		assert_int_equal(facts->message_ids.count, 0);
		assert_int_equal(facts->final_recipients.count, 0);
		assert_string_equal(facts->status, "");
	}
}

/* They are searched by halves. */
static void
phrases_are_sorted(void **state)
{
	const struct bs_phrase_table *const tables[] = {
	    &bs_phrase_table_failure, &bs_phrase_table_subject,
	    &bs_phrase_table_automatic, &bs_phrase_table_banner,
	    &bs_phrase_table_daemon, &bs_phrase_table_system};

	(void)state;
	for (size_t i = 0; i < COUNT(tables); i++)
		for (size_t n = 1; n < tables[i]->count; n++)
			if (strcmp(tables[i]->phrases[n - 1],
				tables[i]->phrases[n]) >= 0)
				fail_msg("%s stands before %s",
				    tables[i]->phrases[n - 1],
				    tables[i]->phrases[n]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_bounces),
	    cmocka_unit_test(knows_what_is_none),
	    cmocka_unit_test(ordinary_mail_returns_nothing),
	    cmocka_unit_test(phrases_are_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
