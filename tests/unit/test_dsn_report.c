/* The parser of bounces: whom they name, why, and by which way it went. */
#include "common/bounce/received.h"
#include "tests/unit/message.h"

#define REPORT                                                                 \
	"From: MAILER-DAEMON@a.example\n"                                      \
	"Content-Type: multipart/report; boundary=b\n\n"                       \
	"--b\nContent-Type: message/delivery-status\n\n"

#define DAEMON "From: MAILER-DAEMON@a.example\nSubject: Returned mail\n\n"

static void
reads_recipients_of_a_report(void **state)
{
	static const struct {
		const char *field;
		const char *recipient;
	} cases[] = {
	    {"rfc822; bob@c.example", "bob@c.example"},
	    {"RFC822;bob@c.example", "bob@c.example"},
	    {"rfc822; <bob@c.example>", "bob@c.example"},
	    {"<bob@c.example>", "bob@c.example"},
	    {"bob@c.example", "bob@c.example"},
	    {"rfc822; Bob <bob@c.example> (away)", "bob@c.example"},
	    {"rfc822; bob@c.example (Bob)", "bob@c.example"},
	    {"utf-8; b\xc3\xb6@c.example", "b\xc3\xb6@c.example"},
	    {"rfc822; \"bob at home\"@c.example", "\"bob at home\"@c.example"},
	    {"X-Local; |/usr/bin/vacation bob", "|/usr/bin/vacation bob"},
	    {"rfc822;\n bob@c.example", "bob@c.example"},
	    {"rfc822;", ""},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct bs_dsn_facts *facts;

		snprintf(text, sizeof(text),
		    REPORT "Reporting-MTA: dns;a\n\nFinal-Recipient: %s\n"
			   "Original-Recipient: %s\n\n--b--\n",
		    cases[i].field, cases[i].field);
		facts = facts_of(text);
		if (strchr(cases[i].recipient, ' ') == NULL) {
			assert_true(lists(&facts->final_recipients,
			    cases[i].recipient));
			assert_true(lists(&facts->original_recipients,
			    cases[i].recipient));
			continue;
		}
		assert_int_equal(facts->final_recipients.count, 1);
		assert_string_equal(
		    bs_list_next(&facts->final_recipients, NULL),
		    cases[i].recipient);
	}
}

static void
reads_every_group(void **state)
{
	const struct bs_dsn_facts *facts =
	    facts_of(REPORT "Reporting-MTA: dns; mx.a.example\n"
			    "Final-Recipient: rfc822; in-the-first@group\n\n"
			    "Original-Recipient: rfc822; bob@d.example\n"
			    "Final-Recipient: rfc822; bob@c.example\n"
			    "Action: Failed (bad mailbox)\n"
			    "Status: 5.1.1 (no user)\n"
			    "Diagnostic-Code: smtp; 550 no\nsuch user\n"
			    " \n"
			    "final-recipient : rfc822; eve@c.example\n"
			    "Action: delayed\n"
			    "Status: 4.0.0\n\n"
			    "Final-Recipient: rfc822; bob@c.example\n--b--\n");

	(void)state;
	assert_true(lists(&facts->final_recipients,
	    "in-the-first@group bob@c.example eve@c.example"));
	assert_true(lists(&facts->original_recipients, "bob@d.example"));
	assert_string_equal(facts->status, "5.1.1");
	assert_string_equal(facts->action, "failed");
	assert_string_equal(facts->reporting_mta, "mx.a.example");
	assert_string_equal(facts->diagnostic, "550 no such user");
}

/* Whom a notice is for is no recipient of the mail that it returns, unless it
 * names nobody else. */
static void
its_own_recipient_did_not_fail(void **state)
{
	static const struct {
		const char *text;
		const char *recipients;
	} cases[] = {
	    {"The message was received from al@d.example\n\nbob@c.example "
	     "[User unknown]\n",
		"bob@c.example"},
	    {">>> MAIL From:<al@d.example>\n<<< 550 Insecure Mail Relay\n"
	     "554 <bob@c.example>... Remote protocol error\n",
		"bob@c.example"},
	    {"Dear al@d.example,\nbob@c.example does not exist.\n",
		"bob@c.example"},
	    {"from prvs=461a1b2c3d=al@d.example to bob@c.example\n",
		"bob@c.example"},
	    {"<al@d.example>: mailbox full\n\nThe postmaster\n",
		"al@d.example"},
	    {"AL@d.example is full\n", "al@d.example"},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text),
		    "From: MAILER-DAEMON@a.example\nTo: Al <al@d.example>\n"
		    "Subject: Returned mail\n\n%s",
		    cases[i].text);
		if (!lists(&facts_of(text)->final_recipients,
			cases[i].recipients))
			fail_msg("%s", cases[i].text);
	}
}

/* "Status: 550" is no status of RFC 3463. */
static void
reads_no_other_status(void **state)
{
	static const struct {
		const char *field;
		const char *status;
	} cases[] = {
	    {"550", ""},
	    {"553 5.3.0", "5.3.0"},
	    {"5.1.1 (no user)", "5.1.1"},
	    {"smtp; 5.7.606", "5.7.606"},
	    {"5.1", ""},
	    {"3.1.1", ""},
	    {"failed", ""},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text), REPORT "Status: %s\n--b--\n",
		    cases[i].field);
		assert_string_equal(facts_of(text)->status, cases[i].status);
	}
}

static void
reads_encoded_recipients(void **state)
{
	static const struct {
		const char *field;
		const char *recipient;
	} cases[] = {
	    {"utf-8; b\\x{FC}b@b\\x{FC}cher.example", "b\xc3\xbc"
						      "b@b\xc3\xbc"
						      "cher.example"},
	    {"utf-8; bob@b\xc3\xbc"
	     "cher.example",
		"bob@b\xc3\xbc"
		"cher.example"},
	    {"rfc822; bob+40c.example", "bob@c.example"},
	    {"rfc822; bob+40@c.example", "bob+40@c.example"},
	    {"rfc822; SMTP:bob@c.example", "bob@c.example"},
	    {"SMTP=bob@c.example", "bob@c.example"},
	};
	const struct bs_dsn_facts *facts;
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text),
		    REPORT "Final-Recipient: %s\n--b--\n", cases[i].field);
		if (!lists(&facts_of(text)->final_recipients,
			cases[i].recipient))
			fail_msg("%s", cases[i].field);
	}
	facts = facts_of("From: MAILER-DAEMON@a.example\n"
			 "X-Failed-Recipients: "
			 "=?UTF-8?B?asO8cmdlbkBjLmV4YW1wbGU=?=, bob@c.example\n"
			 "\nSorry.\n");
	assert_true(lists(&facts->final_recipients,
	    "j\xc3\xbcrgen@c.example bob@c.example"));
}

static void
keeps_eight_recipients(void **state)
{
	char text[1024];
	size_t len = (size_t)snprintf(text, sizeof(text), REPORT);
	const struct bs_dsn_facts *facts;

	(void)state;
	for (int i = 0; i < BS_DSN_RECIPIENTS + 1; i++) {
		facts = facts_of(text);
		assert_int_equal(facts->final_recipients.count, i);
		assert_false(facts->final_recipients.truncated);
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "Final-Recipient: rfc822; u%d@c.example\n", i);
	}
	facts = facts_of(text);
	assert_int_equal(facts->final_recipients.count, BS_DSN_RECIPIENTS);
	assert_true(facts->final_recipients.truncated);
}

static void
reads_an_encoded_report(void **state)
{
	static const char text[] =
	    "From: MAILER-DAEMON@a.example\n"
	    "Content-Type: multipart/report; boundary=b\n\n"
	    "--b\nContent-Type: message/delivery-status\n"
	    "Content-Transfer-Encoding: %s\n\n%s\n--b--\n";
	static const struct {
		const char *encoding;
		const char *body;
	} cases[] = {
	    {"base64", "RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGJvYkBjLmV4YW1wbGUK"},
	    {"quoted-printable", "Final-Recipient: rfc822; bo=\nb=40c.example"},
	};
	char message[512];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(message, sizeof(message), text, cases[i].encoding,
		    cases[i].body);
		assert_true(lists(&facts_of(message)->final_recipients,
		    "bob@c.example"));
	}
}

static void
reads_recipients_in_text(void **state)
{
	static const struct {
		const char *text;
		const char *recipients;
	} cases[] = {
	    {"<bob@c.example>:\nno such user\n", "bob@c.example"},
	    {"<bob@c.example>: host mx said: 550 <x@y.example> no\n",
		"bob@c.example"},
	    {"  bob@c.example\n    no such user\n", "bob@c.example"},
	    {"bob@c.example: Domain does not exist\n", "bob@c.example"},
	    {"> bob@c.example\n", "bob@c.example"},
	    {"   * bob@c.example\n", "bob@c.example"},
	    {"bob@c.example ... unknown host\n", "bob@c.example"},
	    {"bob@c.example on Thu, 1 Jan 1970\n", "bob@c.example"},
	    {"bob@c.example,\neve@c.example\n", "bob@c.example eve@c.example"},
	    {"Delivery failed 20 attempts: bob@c.example\n", "bob@c.example"},
	    {"Recipient: [SMTP:bob@c.example]\n", "bob@c.example"},
	    {"Failed Recipient: bob@c.example\n", "bob@c.example"},
	    {"Sent <<< RCPT TO:<bob@c.example>\n", "bob@c.example"},
	    {"Your message to bob@c.example bounced\n", "bob@c.example"},
	    {"Final-Recipient: rfc822; bob@c.example\n", "bob@c.example"},
	    /* named in passing: only used if nothing better is found */
	    {"Sorry, bob@c.example has moved to eve@c.example.\n",
		"bob@c.example"},
	    {"Sorry, bob@c.example has moved.\n\n<eve@c.example>:\nno\n",
		"eve@c.example"},
	    {"Your message\n\n  To:      Bob <bob@c.example>\n  Subject: x\n\n"
	     "did not reach its reader.\n",
		"bob@c.example"},
	    /* the helper's and the reporter's addresses did not fail */
	    {"please send mail to <postmaster@a.example>\n", ""},
	    {"MAILER-DAEMON@a.example\n", ""},
	    /* nor did an address after the banner */
	    {"Message headers follow.\n\n<eve@c.example>:\n", ""},
	    /* a sentence of Postfix's that only looks like a banner */
	    {"You can delete your own text from the attached returned "
	     "message.\n\n<bob@c.example>: host mx said: 550 no\n",
		"bob@c.example"},
	    {"It is in the returned message.\n\n"
	     "<bob@c.example>: host mx said: 550 no\n",
		"bob@c.example"},
	    /* several, each in its own way */
	    {"Unknown user: bob@c.example\n\nRCPT TO generated following "
	     "response:\n553 5.3.0 <eve@c.example>... Addressee unknown\n",
		"bob@c.example eve@c.example"},
	    {"The message failed for: bob@c.example\nUser eve@c.example is "
	     "unknown\n",
		"eve@c.example"},
	    {"Recipients: bob@c.example, <eve@c.example>; al@c.example\n",
		"bob@c.example eve@c.example al@c.example"},
	    {"bob@c.example, eve@c.example\n", "bob@c.example eve@c.example"},
	    {"bob@c.example [User unknown]\n", "bob@c.example"},
	    {"550 <bob@c.example>... User unknown\n", "bob@c.example"},
	    {"550 5.1.1 <bob@c.example>: no such user\n", "bob@c.example"},
	    {"250 <bob@c.example>... ok\n<eve@c.example>: no\n",
		"eve@c.example"},
	    {"SMTP=bob@c.example\n", "bob@c.example"},
	    {"an undisclosed address\n  (generated from bob@c.example)\n",
		"bob@c.example"},
	    {"found virus W32/Netsky.p@MM\n", ""},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct bs_dsn_facts *facts;

		snprintf(text, sizeof(text), DAEMON "%s", cases[i].text);
		facts = facts_of(text);
		assert_int_equal(facts->class, BS_DSN_NONSTANDARD);
		if (!lists(&facts->final_recipients, cases[i].recipients))
			fail_msg("%s", cases[i].text);
	}
}

/* What the failed address was before an alias, as far as text tells. */
static void
reads_originals_in_text(void **state)
{
	static const char *const texts[] = {
	    "  bob@c.example\n    (generated from eve@c.example)\n",
	    "<bob@c.example> (expanded from <eve@c.example>): no\n",
	    "<bob@c.example>\n    (expanded from: <eve@c.example>)\n",
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		const struct bs_dsn_facts *facts;

		snprintf(text, sizeof(text), DAEMON "%s", texts[i]);
		facts = facts_of(text);
		assert_true(lists(&facts->final_recipients, "bob@c.example"));
		assert_true(
		    lists(&facts->original_recipients, "eve@c.example"));
	}
}

/* Fields in any order, groups that no empty line parts, a recipient without
 * fields, and one that is named again. */
static void
keeps_the_fate_of_each_recipient(void **state)
{
	static const struct {
		const char *action;
		const char *status;
		const char *diagnostic;
	} fates[] = {
	    {"failed", "5.1.1", "550 no such user"},
	    {"delayed", "4.4.1", ""},
	    {"delivered", "2.0.0", "250 taken"},
	    {"", "", ""},
	    {"failed", "5.2.2", ""},
	};
	const struct bs_dsn_facts *facts = facts_of(
	    REPORT "Final-Recipient: rfc822; a@c.example\nAction: failed\n"
		   "Status: 5.1.1\nDiagnostic-Code: smtp; 550 no such user\n\n"
		   "Action: delayed\nFinal-Recipient: rfc822; b@c.example\n"
		   "Status: 4.4.1 (timeout)\n"
		   "Final-Recipient: rfc822; c@c.example\nAction: delivered\n"
		   "Status: 2.0.0\nDiagnostic-Code: smtp; 250 taken\n\n"
		   "Final-Recipient: rfc822; d@c.example\n\n"
		   "Final-Recipient: rfc822; a@c.example\nAction: delivered\n\n"
		   "Final-Recipient: rfc822; e@c.example\nAction: failed\n"
		   "Status: 5.2.2\n--b--\n");

	(void)state;
	assert_true(lists(&facts->final_recipients,
	    "a@c.example b@c.example c@c.example d@c.example e@c.example"));
	for (size_t i = 0; i < COUNT(fates); i++) {
		assert_string_equal(facts->fates[i].action, fates[i].action);
		assert_string_equal(facts->fates[i].status, fates[i].status);
		assert_string_equal(facts->fates[i].diagnostic,
		    fates[i].diagnostic);
	}
}

static void
reads_what_a_receipt_says(void **state)
{
	const struct bs_dsn_facts *facts = facts_of(
	    "From: postmaster@c.example\nContent-Type: multipart/report; "
	    "report-type=disposition-notification; boundary=b\n\n--b\n"
	    "Content-Type: message/disposition-notification\n\n"
	    "Final-Recipient: rfc822; bob@c.example\n"
	    "Original-Message-ID: <1@d.example>\n"
	    "Disposition: automatic-action/MDN-sent-automatically; deleted\n"
	    "Failure: quota exceeded\n--b\n"
	    "Content-Type: text/rfc822-headers\n\n"
	    "Message-ID: <2@d.example>\nSubject: hello\n--b--\n");

	(void)state;
	assert_int_equal(facts->class, BS_DSN_MDN);
	assert_string_equal(facts->disposition,
	    "automatic-action/MDN-sent-automatically; deleted");
	assert_string_equal(facts->diagnostic, "quota exceeded");
	assert_true(lists(&facts->message_ids, "1@d.example"));
}

/* Why it failed stands behind the address, in a line or in several. */
static void
reads_the_reason_in_text(void **state)
{
	static const struct {
		const char *text;
		const char *diagnostic;
	} cases[] = {
	    {"  bob@c.example\n    Unrouteable address\n",
		"Unrouteable address"},
	    {"<bob@c.example>:\nSorry, no such host here.\n",
		"Sorry, no such host here."},
	    {"  bob@c.example\n    (generated from eve@c.example)\n"
	     "    retry timeout exceeded\n",
		"retry timeout exceeded"},
	    {"<al@a.example>:\nMailbox is frozen now.\n",
		"Mailbox is frozen now."},
	    {"bob@c.example\n\nFor the following reason:\n\n"
	     "Mail size limit exceeded.\nSee there.\n",
		"Mail size limit exceeded."},
	    {"  Recipient: bob@c.example\n  Reason: over disk quota\n",
		"over disk quota"},
	    /* a reply says more */
	    {"  bob@c.example\n    SMTP error after RCPT TO:\n"
	     "    host mx.c.example: 550 unknown:\n    no such user\n",
		"host mx.c.example: 550 unknown: no such user"},
	    {"<bob@c.example>:\nIt does not like recipient.\n"
	     "Remote host said: 552 quota\nGiving up.\n",
		"Remote host said: 552 quota"},
	    {"bob@c.example\n\nTechnical details of the failure:\n"
	     "We tried to deliver it.\n\nThe error was:\n550 5.1.1 none\n",
		"550 5.1.1 none"},
	    {"<bob@c.example>: host mx said: 550 no\n    (in reply to RCPT)\n",
		"<bob@c.example>: host mx said: 550 no (in reply to RCPT)"},
	    /* of the first recipient alone */
	    {"  bob@c.example\n    forced to fail\n  eve@c.example\n"
	     "    unrouteable\n",
		"forced to fail"},
	    /* what is none */
	    {"  bob@c.example\n\nThis is a copy of it.\n", ""},
	    {"  bob@c.example\n  eve@c.example\n", ""},
	    {"  bob@c.example\n    SENDER=al@d.example\n", ""},
	    {"For tips see DSN 5.1.10 Errors\n\n"
	     "Remote server returned '550 5.1.10 none'\n",
		"Remote server returned '550 5.1.10 none'"},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct bs_dsn_facts *facts;

		snprintf(text, sizeof(text), DAEMON "%s", cases[i].text);
		facts = facts_of(text);
		assert_string_equal(facts->diagnostic, cases[i].diagnostic);
	}
}

static void
a_long_sentence_begins_at_the_reply(void **state)
{
	char text[1024];
	int len = snprintf(text, sizeof(text), DAEMON);

	(void)state;
	memset(text + len, 'x', 300);
	snprintf(text + len + 300, sizeof(text) - (size_t)len - 300,
	    " returned was: 550 5.1.1 no such user\n");
	assert_string_equal(facts_of(text)->diagnostic,
	    "550 5.1.1 no such user");
}

static void
prefers_the_report(void **state)
{
	const struct bs_dsn_facts *facts = facts_of(
	    "From: MAILER-DAEMON@a.example\n"
	    "X-Failed-Recipients: two@c.example,\n three@c.example\n"
	    "Content-Type: multipart/report; boundary=b\n\n"
	    "--b\n\n<one@c.example>:\n554 5.4.4 no\n"
	    "--b\nContent-Type: message/delivery-status\n\n"
	    "Final-Recipient: rfc822; four@c.example\nStatus: 5.1.1\n\n--b--\n");

	(void)state;
	assert_true(lists(&facts->final_recipients, "four@c.example"));
	assert_string_equal(facts->status, "5.1.1");
	facts =
	    facts_of("From: MAILER-DAEMON@a.example\n"
		     "X-Failed-Recipients: two@c.example,\n three@c.example\n\n"
		     "<one@c.example>:\n554 5.4.4 no\n");
	assert_true(
	    lists(&facts->final_recipients, "two@c.example three@c.example"));
	assert_string_equal(facts->status, "5.4.4");
	assert_string_equal(facts->diagnostic, "554 5.4.4 no");
}

static void
reads_codes_in_text(void **state)
{
	static const struct {
		const char *line;
		const char *status;
		const char *diagnostic;
	} cases[] = {
	    {"550 5.1.1 no such user", "5.1.1", "550 5.1.1 no such user"},
	    {"  host mx said: 450-4.7.1 later", "4.7.1",
		"host mx said: 450-4.7.1 later"},
	    {"Sorry, no mailbox. (#5.1.1)", "5.1.1",
		"Sorry, no mailbox. (#5.1.1)"},
	    {"said: 550 no such user", "", "said: 550 no such user"},
	    {"host 5.1.1.1 and 15.1.1 and 5.1", "", ""},
	    {"at 5:50 on 550 Main Street5.1.1.", "5.1.1",
		"at 5:50 on 550 Main Street5.1.1."},
	    {"about 250 2.0.0 users", "2.0.0", "about 250 2.0.0 users"},
	    {"3.1.1", "", ""},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct bs_dsn_facts *facts;

		snprintf(text, sizeof(text), DAEMON "%s\n", cases[i].line);
		facts = facts_of(text);
		assert_string_equal(facts->status, cases[i].status);
		assert_string_equal(facts->diagnostic, cases[i].diagnostic);
	}
}

static void
reads_the_client_of_received(void **state)
{
	static const struct {
		const char *value;
		const char *client; /* NULL: none is named */
	} cases[] = {
	    {"from a.example (a.example [192.0.2.1]) by b.example",
		"192.0.2.1"},
	    {"from [10.0.0.1] (unknown [192.0.2.1])\tby b.example",
		"192.0.2.1"},
	    {"from [192.0.2.1] (helo=a.example) by b.example", "192.0.2.1"},
	    {"from [192.0.2.1] (helo=[10.0.0.1]) by b.example", "192.0.2.1"},
	    {"from a.example ([192.0.2.1]:54514 helo=[10.0.0.1])", "192.0.2.1"},
	    {"from unknown (HELO a.example) (192.0.2.1) by b.example",
		"192.0.2.1"},
	    {"from unknown (HELO [10.0.0.1]) (192.0.2.1) by b", "192.0.2.1"},
	    {"from a.example (192.0.2.1) by b.example (192.0.2.2) with SMTP",
		"192.0.2.1"},
	    {"from a.example (a [IPv6:2001:db8::1]) by b.example",
		"2001:db8::1"},
	    {"from a.example (2001:db8::1) by b.example", "2001:db8::1"},
	    {"from 192.0.2.1 by b.example", "192.0.2.1"},
	    {"FROM [192.0.2.1] BY b.example", "192.0.2.1"},
	    {"from 192-0-2-1.a.example by [192.0.2.2]", NULL},
	    {"from a.example (192.0.2.1.a.example) by b.example", NULL},
	    {"from a.example ([999.0.2.1]) by b.example", NULL},
	    {"by b.example (Postfix, from userid 0) id [192.0.2.1]", NULL},
	    {"(qmail 1 invoked from network); 1 Jan 1970", NULL},
	    {"from", NULL},
	    {"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].value);
		char *copy = malloc(len + 1); /* its end for ASan to guard */
		char client[64];
		bool found;

		assert_non_null(copy);
		memcpy(copy + 1, cases[i].value, len);
		found =
		    bs_received_client(copy + 1, len, client, sizeof(client));
		free(copy);
		assert_int_equal(found, cases[i].client != NULL);
		if (found)
			assert_string_equal(client, cases[i].client);
	}
}

static void
reads_what_people_ask_for(void **state)
{
	const struct bs_dsn_facts *facts =
	    facts_of(REPORT "Action: failed\n\n"
			    "--b\nContent-Type: message/rfc822\n\n"
			    "Return-Path: <>\n"
			    "Received: from a ([192.0.2.1]) by b\n"
			    "Received: by a with local\n"
			    "Received: from c ([192.0.2.3]) by a\n"
			    "From: \"Al, the first\" <al@d.example>, b@d\n"
			    "Subject: =?utf-8?Q?caf=C3=A9?=\n"
			    "Date: Sun, 6 Nov 1994 08:49:37 GMT\n\n--b--\n");

	(void)state;
	assert_true(facts->has_return_path);
	assert_string_equal(facts->return_path, "");
	assert_true(lists(&facts->received, "192.0.2.1 192.0.2.3"));
	assert_int_equal(facts->received_count, 3);
	assert_string_equal(facts->returned_from, "al@d.example");
	assert_string_equal(facts->returned_subject, "caf\xc3\xa9");
	assert_int_equal(facts->returned_date, 784111777);
	assert_int_equal(facts->message_ids.count, 0);
	assert_true(facts->has_returned_header);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_recipients_of_a_report),
	    cmocka_unit_test(reads_every_group),
	    cmocka_unit_test(its_own_recipient_did_not_fail),
	    cmocka_unit_test(reads_no_other_status),
	    cmocka_unit_test(reads_encoded_recipients),
	    cmocka_unit_test(keeps_eight_recipients),
	    cmocka_unit_test(reads_an_encoded_report),
	    cmocka_unit_test(reads_recipients_in_text),
	    cmocka_unit_test(reads_originals_in_text),
	    cmocka_unit_test(keeps_the_fate_of_each_recipient),
	    cmocka_unit_test(reads_what_a_receipt_says),
	    cmocka_unit_test(reads_the_reason_in_text),
	    cmocka_unit_test(a_long_sentence_begins_at_the_reply),
	    cmocka_unit_test(prefers_the_report),
	    cmocka_unit_test(reads_codes_in_text),
	    cmocka_unit_test(reads_the_client_of_received),
	    cmocka_unit_test(reads_what_people_ask_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
