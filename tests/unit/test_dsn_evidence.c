/* The parser of bounces: where a returned Message-ID counts, and where not. */
#include "tests/unit/message.h"

#define DAEMON                                                                 \
	"From: MAILER-DAEMON@a.example\n"                                      \
	"Subject: Undelivered Mail\n"                                          \
	"Message-ID: <own@a.example>\n"

/* A returned message by its number. */
#define RETURNED(n)                                                            \
	"Received: from d.example ([192.0.2." #n "])\n"                        \
	"\tby a.example; Thu, 1 Jan 1970 00:00:01 +0000\n"                     \
	"Message-ID: <" #n "@d.example>\n"                                     \
	"From: al@d.example\n"                                                 \
	"To: bob@c.example\n"                                                  \
	"Subject: hello\n"                                                     \
	"\n"                                                                   \
	"text\n"

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"
#define PART(type) "--b\nContent-Type: " type "\n\n"

struct sample {
	const char *what;
	const char *text;
	const char *ids;
};

static void
check(const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct bs_dsn_facts *facts = facts_of(samples[i].text);

		if (!lists(&facts->message_ids, samples[i].ids))
			fail_msg("%s", samples[i].what);
	}
}

static void
parts_that_return(void **state)
{
	static const char *const types[] = {"message/rfc822",
	    "text/rfc822-headers", "message/global", "message/global-headers",
	    "Message/RFC822; name=x.eml", "message/partial; id=x; number=1",
	    "message/rfc822-headers", "text/rfc822-header"};
	char text[2048];

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		snprintf(text, sizeof(text),
		    DAEMON MIXED "--b\n\nSorry.\n--b\nContent-Type: %s\n\n%s"
				 "--b--\n",
		    types[i], RETURNED(1));
		assert_true(lists(&facts_of(text)->message_ids, "1@d.example"));
		/* it may end with its header, and with the message */
		snprintf(text, sizeof(text),
		    DAEMON MIXED "--b\n\nSorry.\n--b\nContent-Type: %s\n\n"
				 "Received: x\nMessage-ID: <2@d.example>\n%s",
		    types[i], i % 2 == 0 ? "--b--\n" : "");
		assert_true(lists(&facts_of(text)->message_ids, "2@d.example"));
	}
}

static const struct sample broken[] = {
    {"a boundary in quotes, with a space behind its lines",
	DAEMON "Content-Type: multipart/mixed; boundary=\"b ;=(\"\n\n"
	       "--b ;=( \nContent-Type: message/rfc822\n\n" RETURNED(1) "--b "
									";=(--"
									"\n",
	"1@d.example"},
    {"a boundary in sections (RFC 2231)",
	DAEMON "Content-Type: multipart/mixed; boundary*1=\"b\";\n"
	       " boundary*0*=us-ascii'en'%62\n\n"
	       "--bb\nContent-Type: message/rfc822\n\n" RETURNED(1) "--bb--\n",
	"1@d.example"},
    {"a boundary that is not the announced one",
	DAEMON MIXED "--c\nContent-Type: text/plain\n\nSorry.\n"
		     "--c\nContent-Type: message/rfc822\n\n" RETURNED(1) "--c-"
									 "-\n",
	"1@d.example"},
    {"another boundary for the last part",
	DAEMON MIXED PART(
	    "message/delivery-status") "Action: failed\n\n"
				       "--b2\nContent-Type: "
				       "message/rfc822\n\n" RETURNED(
					   1) "--b--\n",
	"1@d.example"},
    {"no boundary announced at all",
	DAEMON "Content-Type: multipart/report\n\n"
	       "--x\nContent-Type: text/plain\n\nSorry.\n"
	       "--x\nContent-Type: message/rfc822\n\n" RETURNED(1) "--x--\n",
	"1@d.example"},
    {"parts in what is said to be plain text",
	DAEMON "Content-Type: text/plain\n\n"
	       "--x\nContent-Description: Undelivered Message\n"
	       "Content-Type: message/rfc822\n\n" RETURNED(1) "--x--\n",
	"1@d.example"},
    {"the header of a part is the returned one",
	DAEMON MIXED "--b\n\nSorry.\n--b\n" RETURNED(1) "--b--\n",
	"1@d.example"},
    {"no empty line between the two",
	DAEMON MIXED
	"--b\n\nSorry.\n--b\nContent-Type: message/rfc822\n" RETURNED(
	    1) "--b--\n",
	"1@d.example"},
    {"lost folding",
	DAEMON MIXED PART("message/rfc822") "Received: from d.example\n"
					    "by a.example\nMessage-ID:\n"
					    "<1@d.example>\nSubject: a\nb\n\n"
					    "text\n--b--\n",
	"1@d.example"},
    {"a mailbox's line, and empty ones, before the header",
	DAEMON MIXED PART(
	    "message/rfc822") "\n \n"
			      "From al@d.example Thu Jan 1\n" RETURNED(
				  1) "--b--\n",
	"1@d.example"},
    {"quoted-printable",
	DAEMON MIXED "--b\nContent-Type: message/rfc822\n"
		     "Content-Transfer-Encoding: Quoted-Printable\n\n"
		     "Received: x\nMessage-ID: <1=40d.exam=\nple>\n"
		     "From: al=\n=40d.example\n\ntext\n--b--\n",
	"1@d.example"},
    {"base64",
	DAEMON MIXED "--b\nContent-Type: text/rfc822-headers\n"
		     "Content-Transfer-Encoding: base64\n\n"
		     "UmVjZWl2ZWQ6IHgKTWVzc2FnZS1JRDogPDFAZC5leGFtcGxl\n"
		     "PgpGcm9tOiBhbEBkLmV4YW1wbGUK\n--b--\n",
	"1@d.example"},
    {"base64 that is none",
	DAEMON MIXED "--b\nContent-Type: message/rfc822\n"
		     "Content-Transfer-Encoding: base64\n\n" RETURNED(1) "--b-"
									 "-\n",
	"1@d.example"},
    {"a part in a part in a part",
	DAEMON MIXED "--b\nContent-Type: multipart/mixed; boundary=c\n\n"
		     "--c\nContent-Type: multipart/mixed; boundary=d\n\n"
		     "--d\nContent-Type: message/rfc822\n\n" RETURNED(1) "--b-"
									 "-\n",
	"1@d.example"},
    {"parts of a digest",
	DAEMON MIXED "--b\nContent-Type: multipart/digest; boundary=c\n\n"
		     "--c\n\n" RETURNED(1) "--c--\n--b--\n",
	"1@d.example"},
    {"a header that names itself twice",
	DAEMON MIXED PART("message/rfc822") "Message-ID: <1@d.example>\n"
					    "Message-ID: <2@d.example>\n"
					    "From: al@d.example\n\n--b--\n",
	"1@d.example 2@d.example"},
};

static void
survives_what_is_broken(void **state)
{
	(void)state;
	check(broken, COUNT(broken));
}

static const struct sample texts[] = {
    {"qmail",
	DAEMON
	"\nHi.\n\n--- Below this line is a copy of the message.\n\n" RETURNED(
	    1),
	"1@d.example"},
    {"Exim",
	DAEMON "\n------ This is a copy of the message, including all the "
	       "headers. ------\n\n" RETURNED(1),
	"1@d.example"},
    {"Exim, of a large message",
	DAEMON "\n------ This is a copy of your message, including all the "
	       "headers.\n------ No more than 100K characters of the body are "
	       "included.\n\n" RETURNED(1),
	"1@d.example"},
    {"Sendmail", DAEMON "\n   ----- Unsent message follows -----\n" RETURNED(1),
	"1@d.example"},
    {"Gmail", DAEMON "\n----- Original message -----\n\n" RETURNED(1),
	"1@d.example"},
    {"OpenSMTPD",
	DAEMON "\n    Below is a copy of the original message:\n\n" RETURNED(1),
	"1@d.example"},
    {"DragonFly", DAEMON "\nMessage headers follow.\n\n" RETURNED(1),
	"1@d.example"},
    {"behind a banner few fields will do",
	DAEMON "\nOriginal message follows.\n\nMessage-ID: <1@d.example>\n"
	       "From: al@d.example\n",
	"1@d.example"},
    {"without a banner more must be there",
	DAEMON "\nMessage-ID: <1@d.example>\nFrom: al@d.example\n", ""},
    {"a header without a banner",
	DAEMON "\nYour mail came back.\n\n" RETURNED(1), "1@d.example"},
    {"quoted",
	DAEMON "\nThe message you sent follows:\n"
	       "> Received: from d.example\n>\tby a.example\n"
	       "> Message-ID: <1@d.example>\n> From: x\n",
	"1@d.example"},
    {"indented",
	DAEMON "\n--- Original message follows.\n"
	       "    Received: from d.example\n        by a.example\n"
	       "    Message-ID: <1@d.example>\n",
	"1@d.example"},
    {"lost folding",
	DAEMON "\n--- Original message follows.\n\nReceived: from d.example\n"
	       "by a.example\nMessage-ID:\n<1@d.example>\nFrom: x\n",
	"1@d.example"},
    {"in HTML",
	DAEMON "Content-Type: text/html\n\n<html><style>p: x</style><p>Your "
	       "message could not be delivered.</p><p>Original message "
	       "headers:</p><pre>Received: from d.example\n by a.example\n"
	       "Message-ID: &lt;1@d.example&gt;\nFrom: Al &lt;al@d.example&gt;"
	       "</pre></html>\n",
	"1@d.example"},
    {"in an encoded part for people, as Exchange Online has it",
	DAEMON MIXED "--b\nContent-Type: text/plain; charset=Windows-1252\n"
		     "Content-Transfer-Encoding: quoted-printable\n\n"
		     "Original message headers:\n\nReceived: from =\nx by y\n"
		     "Message-ID: <1@d.exam=\nple>\nDate: x\n\n--b--\n",
	"1@d.example"},
    {"a multipart whose boundaries are lost",
	DAEMON MIXED "Delivery failed.\n\nFinal-Recipient: rfc822; "
		     "bob@b.example\nStatus: 5.0.0\n\n" RETURNED(1),
	"1@d.example"},
    {"a multipart with an inner one's boundary alone",
	DAEMON MIXED "Delivery failed.\n--c\n"
		     "Content-Type: message/rfc822\n\n" RETURNED(1) "--c--\n",
	"1@d.example"},
};

static void
finds_it_in_text(void **state)
{
	(void)state;
	check(texts, COUNT(texts));
}

static const struct sample elsewhere[] = {
    {"preamble", DAEMON MIXED RETURNED(1) "\n--b\n\nSorry.\n--b--\n", ""},
    {"preamble with words, and no part that returns anything",
	DAEMON MIXED "Original message follows.\n\n" RETURNED(
	    1) "\n\n--b\nContent-Type: text/plain\n\nDelivery failed.\n",
	""},
    {"parts in the preamble that nothing announced",
	DAEMON MIXED "--c\nContent-Type: message/rfc822\n\n" RETURNED(
	    1) "--c--\n--b\n\nSorry.\n" PART("message/rfc822")
	    RETURNED(2) "--b--"
			"\n",
	"2@d.example"},
    {"epilogue", DAEMON MIXED "--b\n\nSorry.\n--b--\n\n" RETURNED(1), ""},
    {"parts in the epilogue",
	DAEMON MIXED "--b\n\nSorry.\n--b--\n--c\n"
		     "Content-Type: message/rfc822\n\n" RETURNED(1) "--c--\n",
	""},
    {"a word of it in text",
	DAEMON "\nMessage-ID <1@d.example> could not be delivered.\n"
	       "Message-ID: <1@d.example>\n",
	""},
    {"text, where a part returns another",
	DAEMON MIXED "--b\n\nOriginal message follows.\n\n" RETURNED(
	    1) "--b\n"
	       "Content-Type: message/rfc822\n\n" RETURNED(2) "--b--\n",
	"2@d.example"},
    {"text, where a part returns nothing that has one",
	DAEMON MIXED "--b\n\nOriginal message follows.\n\n" RETURNED(
	    1) "--b\n"
	       "Content-Type: message/rfc822\n\nFrom: al@d.example\n\n--b--\n",
	""},
    {"a part nobody announced, where another was announced",
	DAEMON MIXED
	"--b\n\nSorry.\n--c\nContent-Type: message/rfc822\n\n" RETURNED(1)
	    PART("message/rfc822") RETURNED(2) "--b--\n",
	"2@d.example"},
    {"a second returned message",
	DAEMON MIXED PART("message/rfc822") RETURNED(1) PART("message/rfc822")
	    RETURNED(2) "--b--\n",
	"1@d.example"},
    {"a message in the returned one",
	DAEMON MIXED PART(
	    "message/rfc822") "From: al@d.example\n"
			      "Content-Type: multipart/mixed; boundary=c\n\n"
			      "--c\nContent-Type: message/rfc822\n\n" RETURNED(
				  1) "--c--\n--b--\n",
	""},
    {"the text of the returned message",
	DAEMON MIXED PART("message/rfc822") "From: al@d.example\n\n" RETURNED(
	    1) "--b--\n",
	""},
    {"a second header in text",
	DAEMON "\nOriginal message follows.\n\n" RETURNED(1) "\n" RETURNED(2),
	"1@d.example"},
    {"other parts",
	DAEMON MIXED PART("application/octet-stream") RETURNED(1)
	    PART("message/external-body") RETURNED(2) "--b--\n",
	""},
    {"the report",
	DAEMON MIXED PART("message/delivery-status") RETURNED(1) "--b--\n", ""},
};

static void
does_not_count_elsewhere(void **state)
{
	(void)state;
	check(elsewhere, COUNT(elsewhere));
}

/* Webmail indents and quotes what it returns. */
static void
reads_behind_marks(void **state)
{
	static const char *const marks[] = {" ", "\t", "    ", "> ", ">", "| ",
	    " > "};
	char text[1024];

	(void)state;
	for (size_t i = 0; i < COUNT(marks); i++) {
		const char *m = marks[i];
		const struct bs_dsn_facts *facts;

		snprintf(text, sizeof(text),
		    DAEMON MIXED PART(
			"text/rfc822") "\n%sReceived:from d.example ([192.0.2.1])\n"
				       "%s by a.example\n%sMessage-ID:<1@d.example>\n"
				       "%sFrom:al@d.example\n\n--b--\n",
		    m, m, m, m);
		facts = facts_of(text);
		assert_true(lists(&facts->message_ids, "1@d.example"));
		assert_true(lists(&facts->received, "192.0.2.1"));
		assert_string_equal(facts->returned_from, "al@d.example");
	}
	/* where only the first line of each field is indented */
	assert_true(lists(
	    &facts_of(
		DAEMON MIXED PART(
		    "text/rfc822") "\n"
				   " Received:from d.example ([192.0.2.1])\n\tby a.example\n"
				   " Message-ID:<1@d.example>\n From:al@d.example\n\n--b--\n")
		 ->message_ids,
	    "1@d.example"));
}

/* An empty line that belongs to a broken field of the part is no end of the
 * returned header, which has not begun. */
static void
survives_an_open_quote(void **state)
{
	static const struct sample samples[] = {
	    {"in the header of a part",
		DAEMON MIXED
		"--b\nContent-Type: message/rfc822;\n"
		"  name=\"1LI\";\n  subject=\"\n\n"
		"Content-Transfer-Encoding: 8bit\n\n" RETURNED(1) "--b--\n",
		"1@d.example"},
	    {"before the boundary",
		DAEMON "Content-Type: multipart/mixed; charset=\"us-ascii;\n"
		       " boundary=b\n\n--b\n\nSorry.\n" PART("message/rfc822")
			   RETURNED(1) "--b--\n",
		"1@d.example"},
	};

	(void)state;
	check(samples, COUNT(samples));
}

static void
receipts_name_their_message(void **state)
{
	static const struct sample receipts[] = {
	    {"its field",
		"From: al@a.example\n" MIXED PART(
		    "message/disposition-notification") "Original-Message-ID: "
							"<1@d.example>\n\n"
							"--b--\n",
		"1@d.example"},
	    {"its field before a returned header",
		"From: al@a.example\n" MIXED PART("message/rfc822") RETURNED(2)
		    PART(
			"message/disposition-notification") "Original-Message-ID: <1@d.example>\n\n--b--\n",
		"1@d.example"},
	    {"a returned header, where it has none",
		"From: al@a.example\n" MIXED
		    PART("message/disposition-notification") "Disposition: x\n\n" PART(
			"message/rfc822") RETURNED(2) "--b--\n",
		"2@d.example"},
	};

	(void)state;
	check(receipts, COUNT(receipts));
}

/* What does not fit is left out, and the facts say so. */
static void
says_what_did_not_fit(void **state)
{
	char text[BS_MESSAGE_ID_MAX + 1024];
	char id[BS_MESSAGE_ID_MAX + 1];
	const struct bs_dsn_facts *facts;

	(void)state;
	memset(id, 'i', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	snprintf(text, sizeof(text),
	    DAEMON MIXED PART("message/rfc822") "Message-ID: <%s>\nFrom: x\n\n",
	    id);
	facts = facts_of(text);
	assert_int_equal(facts->message_ids.count, 0);
	assert_true(facts->message_ids.truncated);
	assert_true(facts->has_returned_header);
}

/* Multiparts beyond the limit are no parts; the limit itself is. */
static void
stops_at_its_depth(void **state)
{
	char text[4096];

	(void)state;
	for (unsigned depth = BS_DSN_DEPTH - 1; depth < BS_DSN_DEPTH + 2;
	     depth++) {
		size_t len = (size_t)snprintf(text, sizeof(text),
		    DAEMON "Content-Type: multipart/mixed; boundary=b0\n\n");

		for (unsigned i = 1; i < depth; i++)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    "--b%u\nContent-Type: multipart/mixed; "
			    "boundary=b%u\n\n",
			    i - 1, i);
		snprintf(text + len, sizeof(text) - len,
		    "--b%u\nContent-Type: message/rfc822\n\n%s", depth - 1,
		    RETURNED(1));
		assert_true(lists(&facts_of(text)->message_ids,
		    depth <= BS_DSN_DEPTH ? "1@d.example" : ""));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parts_that_return),
	    cmocka_unit_test(survives_what_is_broken),
	    cmocka_unit_test(finds_it_in_text),
	    cmocka_unit_test(does_not_count_elsewhere),
	    cmocka_unit_test(reads_behind_marks),
	    cmocka_unit_test(survives_an_open_quote),
	    cmocka_unit_test(receipts_name_their_message),
	    cmocka_unit_test(says_what_did_not_fit),
	    cmocka_unit_test(stops_at_its_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
