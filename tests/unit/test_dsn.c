/* The parser of bounces: its calls, line ends, and the message's own header. */
#include "tests/unit/message.h"

static void
reads_its_own_header(void **state)
{
	static const struct {
		const char *text;
		const char *message_id;
		const char *from;
	} cases[] = {
	    {"Message-ID: <a@b.example>\nFrom: Al <al@b.example>\n\n",
		"a@b.example", "al@b.example"},
	    /* folded, without brackets, in any case */
	    {"message-id:\n\t<a@b.example>\nFROM: al@b.example (Al)\n\n",
		"a@b.example", "al@b.example"},
	    {"Message-Id: a@b.example \nFrom: \"Al <x@y>\" <al@b.example>\n\n",
		"a@b.example", "al@b.example"},
	    /* refolded inside; the first one counts */
	    {"Message-ID: <a@b.\n example> (made up)\nMessage-ID: <c@d>\n\n",
		"a@b.example", ""},
	    {"Message-ID : <a@b>\nFrom: <>\n\nMessage-ID: <c@d>\n", "a@b", ""},
	    {"Subject: x\n\nMessage-ID: <a@b>\nFrom: al@b.example\n", "", ""},
	    /* cut off within */
	    {"Message-ID: <a@b", "a@b", ""},
	    /* a mailbox's line, a byte order mark */
	    {"From al Thu Jan  1 00:00:00 1970\nMessage-ID: <a@b>\n\n", "a@b",
		""},
	    {"\xef\xbb\xbfMessage-ID: <a@b>\n\n", "a@b", ""},
	    /* lost folding */
	    {"Message-ID:\n<a@b>\nFrom: Al\n<al@b>\n\n", "a@b", "al@b"},
	    {"", "", ""},
	    {"no header at all\nMessage-ID: <a@b>\n", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct bs_dsn_facts *facts = facts_of(cases[i].text);

		assert_string_equal(facts->own_message_id, cases[i].message_id);
		assert_int_equal(facts->has_own_message_id,
		    cases[i].message_id[0] != '\0');
		assert_string_equal(facts->own_from, cases[i].from);
		assert_int_equal(facts->class, BS_DSN_ORDINARY);
		assert_int_equal(facts->kind, BS_KIND_OTHER);
	}
}

/* A Message-ID behind the header is not the message's own. */
static void
reads_own_id_in_the_header_alone(void **state)
{
	static const char *const headers[] = {
	    "Subject: x\n",
	    "Subject: x\r\n \r\n",
	    "\tfolded: though nothing stands before it\n",
	};
	struct bs_dsn dsn;

	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		bs_dsn_begin(&dsn);
		bs_dsn_push(&dsn, headers[i], strlen(headers[i]));
		bs_dsn_push(&dsn, "\r\nMessage-ID: <late@b>\n\n", 24);
		bs_dsn_end(&dsn);
		assert_false(dsn.facts.has_own_message_id);
	}
}

/* An MTA takes the first line for the body: so no Message-ID is the message's
 * own. People paste notices with empty lines before them, though. */
static void
an_empty_header_has_ended(void **state)
{
	static const char notice[] =
	    "\r\nFrom: mailer-daemon@a.example\r\nMessage-ID: <a@b>\r\n"
	    "X-Failed-Recipients: c@d.example\r\n\r\ntext\r\n";
	struct bs_dsn dsn;

	(void)state;
	bs_dsn_begin(&dsn);
	bs_dsn_push(&dsn, notice, 2);
	bs_dsn_push(&dsn, notice + 2, sizeof(notice) - 3);
	bs_dsn_end(&dsn);
	assert_false(dsn.facts.has_own_message_id);
	assert_int_equal(dsn.facts.class, BS_DSN_NONSTANDARD);
}

/* A Message-ID that no field of ours can hold is there all the same. */
static void
knows_of_what_does_not_fit(void **state)
{
	char text[BS_MESSAGE_ID_MAX + 64];
	char id[BS_MESSAGE_ID_MAX + 1];

	(void)state;
	for (size_t len = BS_MESSAGE_ID_MAX - 1; len <= BS_MESSAGE_ID_MAX;
	     len++) {
		const struct bs_dsn_facts *facts;

		memset(id, 'i', len);
		id[len] = '\0';
		snprintf(text, sizeof(text), "Message-ID: <%s>\n\n", id);
		facts = facts_of(text);
		assert_true(facts->has_own_message_id);
		assert_string_equal(facts->own_message_id,
		    len < BS_MESSAGE_ID_MAX ? id : "");
	}
}

static const char notice[] =
    "From: MAILER-DAEMON@a.example (Mail Delivery System)\n"
    "Subject: Undelivered Mail Returned to Sender\n"
    "Message-ID: <own@a.example>\n"
    "Content-Type: multipart/report; report-type=delivery-status;\n"
    "\tboundary=\"b/1\"\n"
    "\n"
    "--b/1\n"
    "Content-Type: text/plain\n"
    "\n"
    "Sorry.\n"
    "--b/1\n"
    "Content-Type: message/delivery-status\n"
    "\n"
    "Reporting-MTA: dns; a.example\n"
    "\n"
    "Final-Recipient: rfc822; bob@c.example\n"
    "Action: failed\n"
    "Status: 5.1.1\n"
    "\n"
    "--b/1\n"
    "Content-Type: message/rfc822\n"
    "\n"
    "Return-Path: <al@d.example>\n"
    "Received: from d.example (d.example [192.0.2.1])\n"
    "\tby a.example; Thu, 1 Jan 1970 00:00:01 +0000\n"
    "Message-ID: <1@d.example>\n"
    "From: Al <al@d.example>\n"
    "Subject: hello\n"
    "Date: Thu, 1 Jan 1970 00:00:10 +0000\n"
    "\n"
    "text\n"
    "--b/1--\n";

static void
is_the_notice(const struct bs_dsn_facts *facts)
{
	assert_int_equal(facts->class, BS_DSN_REPORT);
	assert_int_equal(facts->kind, BS_KIND_DSN);
	assert_string_equal(facts->own_message_id, "own@a.example");
	assert_true(lists(&facts->final_recipients, "bob@c.example"));
	assert_string_equal(facts->status, "5.1.1");
	assert_string_equal(facts->action, "failed");
	assert_string_equal(facts->reporting_mta, "a.example");
	assert_true(facts->has_returned_header);
	assert_true(lists(&facts->message_ids, "1@d.example"));
	assert_true(facts->has_return_path);
	assert_string_equal(facts->return_path, "al@d.example");
	assert_string_equal(facts->returned_from, "al@d.example");
	assert_string_equal(facts->returned_subject, "hello");
	assert_int_equal(facts->returned_date, 10);
	assert_true(lists(&facts->received, "192.0.2.1"));
	assert_int_equal(facts->received_count, 1);
}

/* Replaces each LF; NULs are strewn in between where asked. */
static size_t
with_line_ends(const char *end, bool nuls, char *out)
{
	size_t len = 0;

	for (const char *at = notice; *at != '\0'; at++) {
		if (nuls && (at - notice) % 5 == 0)
			out[len++] = '\0';
		if (*at != '\n') {
			out[len++] = *at;
			continue;
		}
		memcpy(out + len, end, strlen(end));
		len += strlen(end);
	}
	return len;
}

static void
reads_any_line_ends(void **state)
{
	static const char *const ends[] = {"\n", "\r\n", "\r", "\r\r\n"};
	char text[3 * sizeof(notice)];

	(void)state;
	is_the_notice(facts_of(notice));
	for (size_t i = 0; i < COUNT(ends); i++) {
		for (int nuls = 0; nuls < 2; nuls++) {
			size_t len = with_line_ends(ends[i], nuls != 0, text);

			is_the_notice(facts_of_octets(text, len));
		}
	}
}

/* Every end before the end, each with the facts of its own. */
static void
ends_anywhere(void **state)
{
	const struct bs_dsn_facts *facts;

	(void)state;
	for (size_t len = 0; len < sizeof(notice); len++) {
		facts = facts_of_octets(notice, len);
		assert_true(facts->kind != BS_KIND_UNREAD);
		assert_true(facts->message_ids.count <= 1);
	}
}

/* A line of any length is one line. */
static void
reads_long_lines(void **state)
{
	const size_t padding = 100000;
	const char head[] = "X-Long: ";
	const char tail[] = "\nFrom: al@b.example\n\n--x\n";
	char *text = malloc(padding + 64);
	const struct bs_dsn_facts *facts;

	(void)state;
	assert_non_null(text);
	memcpy(text, head, sizeof(head));
	memset(text + sizeof(head) - 1, 'x', padding);
	memcpy(text + sizeof(head) - 1 + padding, tail, sizeof(tail));
	facts = facts_of(text);
	assert_string_equal(facts->own_from, "al@b.example");
	free(text);
}

static void
names_the_classes(void **state)
{
	static const char *const names[] = {"ordinary", "dsn", "nonstandard",
	    "mdn", "autoreply", "arf"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_string_equal(bs_dsn_class_name((enum bs_dsn_class)i),
		    names[i]);
	assert_true(sizeof(struct bs_dsn) < (size_t)48 * 1024);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_its_own_header),
	    cmocka_unit_test(reads_own_id_in_the_header_alone),
	    cmocka_unit_test(an_empty_header_has_ended),
	    cmocka_unit_test(knows_of_what_does_not_fit),
	    cmocka_unit_test(reads_any_line_ends),
	    cmocka_unit_test(ends_anywhere),
	    cmocka_unit_test(reads_long_lines),
	    cmocka_unit_test(names_the_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
