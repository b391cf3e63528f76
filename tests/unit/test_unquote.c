/* Texts as people paste them: cleaned, unquoted, taken apart. */
#include "common/mail/head.h"
#include "common/mail/parts.h"
#include "common/mail/unquote.h"
#include "tests/unit/unit.h"

#define ROOM 2048

/* A text and what becomes of it; lengths, as there may be NULs. */
struct change {
	const char *before;
	size_t len;
	const char *after;
};
#define CHANGE(before, after)                                                  \
	{                                                                      \
		before, sizeof(before) - 1, after                              \
	}

static void
check_changes(const struct change *changes, size_t count,
    size_t change(char *text, size_t len))
{
	char text[ROOM];

	for (size_t i = 0; i < count; i++) {
		size_t len;

		memcpy(text, changes[i].before, changes[i].len);
		len = change(text, changes[i].len);
		assert_int_equal(len, strlen(changes[i].after));
		assert_memory_equal(text, changes[i].after, len);
	}
}

static void
cleans(void **state)
{
	static const struct change changes[] = {
	    CHANGE("", ""),
	    CHANGE("a\nb\n", "a\nb\n"),
	    CHANGE("a\r\nb\r\n", "a\nb\n"),
	    CHANGE("a\rb\r", "a\nb\n"),
	    CHANGE("a\r\n\r\nb\rc\n", "a\n\nb\nc\n"),
	    CHANGE("\xef\xbb\xbf"
		   "a\n",
		"a\n"),
	    CHANGE("\xff\xfe"
		   "a\0\r\0\n\0\xe4\0\x20\x20",
		"a\n??"),
	    CHANGE("\xfe\xff"
		   "\0a\0\n\0\xe4\x20\x20z",
		"a\n??"),
	    CHANGE("\xff\xfe", ""),
	};

	(void)state;
	check_changes(changes, COUNT(changes), bs_unquote_clean);
}

static void
unquotes(void **state)
{
	static const struct change changes[] = {
	    CHANGE("", ""),
	    CHANGE("\n\n", "\n\n"),
	    CHANGE("From: a\nTo: b\n\ntext\n", "From: a\nTo: b\n\ntext\n"),
	    /* one level, two, and mixed with indentation */
	    CHANGE("> From: a\n> To: b\n>\n> text\n",
		"From: a\nTo: b\n\ntext\n"),
	    CHANGE(">> From: a\n>> To: b\n>>\n>> text\n",
		"From: a\nTo: b\n\ntext\n"),
	    CHANGE("> > From: a\n> > To: b\n> >\n> > text\n",
		"From: a\nTo: b\n\ntext\n"),
	    CHANGE("  > From: a\n  > To: b\n  > text\n",
		"From: a\nTo: b\ntext\n"),
	    CHANGE("| From: a\n| To: b\n| text\n", "From: a\nTo: b\ntext\n"),
	    /* folded lines keep their fold */
	    CHANGE("    A: b\n      c\n\n    D: e\n", "A: b\n  c\n\nD: e\n"),
	    CHANGE("\tA: b\n\t\tc\n", "A: b\n\tc\n"),
	    CHANGE("> A: b\n>  c\n> D: e\n", "A: b\n c\nD: e\n"),
	    /* a greeting above, a line that the quoting program broke */
	    CHANGE("Look what I got:\n\n> A: b\n> long\nline\n> D: e\n> F\n",
		"A: b\nlong\nline\nD: e\nF\n"),
	    /* a text that quotes is not quoted itself */
	    CHANGE("A: b\n\nHello,\nyou wrote\n> x\n> y\n> z\nso what\n",
		"A: b\n\nHello,\nyou wrote\n> x\n> y\n> z\nso what\n"),
	    CHANGE("> x\n> y\n", "> x\n> y\n"),
	};

	(void)state;
	check_changes(changes, COUNT(changes), bs_unquote_text);
}

static void
knows_headers(void **state)
{
	static const struct {
		const char *text;
		bool has;
	} cases[] = {
	    {"From: a\nTo: b\n\ntext", true},
	    {"From: a\n folded\nX-9: b", true},
	    {"Return-Path:<>\nDelivered-To: b\n", true},
	    {"From: a\n\ntext", true},
	    {"Content-Type: text/plain\n\ntext", true},
	    {"Note: a\n\ntext", false},
	    {"From: a\nhello\nTo: b\n\n", true},
	    {"From: a\nlost\nfolding\nTo: b\n\n", false},
	    {"From : a\nX_Y.Z: b\n\n", true},
	    {"hello\nFrom: a\nTo: b\n\n", false},
	    {"http://example.org/\nTo: b\n\n", false},
	    {"14:02: it came\nTo: b\n", false},
	    {" From: a\nTo: b\n\n", false},
	    {"\nFrom: a\nTo: b\n\n", false},
	    {"", false},
	    {"From", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    bs_unquote_has_header(cases[i].text, strlen(cases[i].text)),
		    cases[i].has);
}

/* What bs_unquote_next() gives of a text: "envelope|message|" each. */
static void
check_messages(const char *text, const char *want)
{
	struct bs_slice envelope;
	struct bs_slice message;
	char got[ROOM] = "";
	size_t at = 0;

	while (bs_unquote_next(text, strlen(text), &at, &envelope, &message)) {
		size_t len = strlen(got);

		snprintf(got + len, sizeof(got) - len, "%.*s|%.*s|",
		    (int)envelope.len, envelope.text, (int)message.len,
		    message.text);
	}
	assert_string_equal(got, want);
}

#define LINE_A "From MAILER-DAEMON Tue Nov 24 14:02:11 2026"
#define LINE_B "From b@example.org Tue Nov 24 14:02:12 2026"

/* "From " lines that begin no message. */
static void
keeps_messages_whole(void **state)
{
	static const char line[] = "From x@a.example Sat Oct  4 08:00:09 2025";
	static const char *const whole[] = {
	    /* what a notice returns, said so by the line before it */
	    "From: MAILER-DAEMON@a.example\n\nSorry.\nYour message:\n\n"
	    "From y@a.example Sat Oct  4 08:00:07 2025\nSubject: hi\n",
	    "From: MAILER-DAEMON@a.example\n\n--- Message follows ---\n\n"
	    "From y@a.example Sat Oct  4 08:00:07 2025\nSubject: hi\n",
	    /* inside a multipart */
	    "From: x\nContent-Type: multipart/mixed; boundary=b\n\n"
	    "--b\nContent-Type: message/rfc822\n\n"
	    "From y@a.example Sat Oct  4 08:00:07 2025\nSubject: hi\n\n"
	    "--b--\n",
	};
	char text[1024];
	char want[1024];

	(void)state;
	for (size_t i = 0; i < COUNT(whole); i++) {
		snprintf(text, sizeof(text), "%s\n%s\n%s\nSubject: 2\n", line,
		    whole[i], line);
		snprintf(want, sizeof(want), "%s|%s\n|%s|Subject: 2\n|", line,
		    whole[i], line);
		check_messages(text, want);
	}
	/* the first one may be without a time, if a header follows */
	check_messages("From x@a.example\nFrom: x\n\nx\n",
	    "From x@a.example|From: x\n\nx\n|");
	check_messages("From here on: nothing\n", "|From here on: nothing\n|");
}

static void
splits_mailboxes(void **state)
{
	(void)state;
	check_messages("", "");
	check_messages("\n\n", "");
	check_messages("   \n\t\n", "");
	check_messages("   \nA: b\n", "|A: b\n|");
	check_messages("A: b\n\nc\n", "|A: b\n\nc\n|");
	check_messages(LINE_A "\nA: b\n\nc\n", LINE_A "|A: b\n\nc\n|");
	check_messages(LINE_A "\nA: b\n\nc\n\n" LINE_B "\nD: e\n",
	    LINE_A "|A: b\n\nc\n\n|" LINE_B "|D: e\n|");
	/* no empty line before it, no time in it, no mailbox at all */
	check_messages(LINE_A "\nA: b\n\nc\n" LINE_B "\nD: e\n",
	    LINE_A "|A: b\n\nc\n" LINE_B "\nD: e\n|");
	check_messages(LINE_A "\nA: b\n\nc\n\nFrom here on it rains\n",
	    LINE_A "|A: b\n\nc\n\nFrom here on it rains\n|");
	check_messages("A: b\n\nc\n\n" LINE_B "\nD: e\n",
	    "|A: b\n\nc\n\n" LINE_B "\nD: e\n|");
	check_messages("\n\n" LINE_A "\n", LINE_A "||");
}

static void
finds_forwarded_notices(void **state)
{
	static const struct {
		const char *text;
		bool from_start;
		int at; /* -1: nowhere */
	} cases[] = {
	    {"hello\n\nFrom: MAILER-DAEMON@x.example\nTo: a\n\nno", false, 7},
	    {"hello\n\nVon: MAILER-DAEMON@x.example\nAn: a\n\nno", false, 7},
	    {"hello\n\nFrom: Mail <postmaster@x.example>\nTo: a\n", false, 7},
	    {"hello\n\nFrom: a@x.example\nTo: b\n\nno", false, -1},
	    {"hello\n\nFrom: a@x.example\nTo: postmaster@x.example\n", false,
		-1},
	    {"From: MAILER-DAEMON@x.example\nTo: a\n\nno", false, -1},
	    {"From: MAILER-DAEMON@x.example\nTo: a\n\nno", true, 0},
	    {"x\nFrom: MAILER-DAEMON@x.example\n\nno", false, 2},
	    {"x\nVon: MAILER-DAEMON@x.example\n\nno", false, -1},
	    {"", true, -1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].text);
		size_t at = bs_unquote_find_notice(cases[i].text, len,
		    cases[i].from_start);

		assert_int_equal(at,
		    cases[i].at < 0 ? len : (size_t)cases[i].at);
	}
}

static void
reads_fields(void **state)
{
	static const char text[] =
	    "Subject:  one\n two\nno field\nTO: a\n\nX: y\n";
	struct bs_head_field field;
	char value[32];
	size_t at = 0;

	(void)state;
	assert_true(bs_head_next(text, sizeof(text) - 1, &at, &field));
	assert_true(bs_head_is(&field, "subject"));
	bs_head_copy(field.value, value, sizeof(value));
	assert_string_equal(value, "one two");
	bs_head_copy(field.value, value, 4);
	assert_string_equal(value, "one");
	assert_true(bs_head_next(text, sizeof(text) - 1, &at, &field));
	assert_true(bs_head_is(&field, "To"));
	assert_false(bs_head_is(&field, "T"));
	assert_false(bs_head_next(text, sizeof(text) - 1, &at, &field));
	assert_string_equal(text + at, "X: y\n");
}

static void
reads_addresses(void **state)
{
	static const struct {
		const char *value;
		const char *want;
	} cases[] = {
	    {"a@x.example", "a@x.example|"},
	    {"<>", ""},
	    {"Alice (at home) <a@x.example>, b@y.example;\n c@z.example",
		"a@x.example|b@y.example|c@z.example|"},
	    {"\"a@b\" <prvs=4123abcdef=a@x.example>",
		"a@b|prvs=4123abcdef=a@x.example|"},
	    {"nobody, @x.example, a@", ""},
	    {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bs_slice value = {cases[i].value,
		    strlen(cases[i].value)};
		struct bs_slice found;
		char got[256] = "";
		size_t at = 0;

		while (bs_head_address(value, &at, &found)) {
			size_t len = strlen(got);

			snprintf(got + len, sizeof(got) - len, "%.*s|",
			    (int)found.len, found.text);
		}
		assert_string_equal(got, cases[i].want);
	}
}

static const char letter[] =
    "From: a@x.example\n"
    "Content-Type: multipart/mixed; boundary=one\n"
    "\n"
    "--one\n"
    "Content-Type: text/plain\n"
    "Content-Transfer-Encoding: quoted-printable\n"
    "\n"
    "gr=C3=BC=\n"
    "n =3D\n"
    "--one\n"
    "Content-Type: message/rfc822\n"
    "Content-Transfer-Encoding: base64\n"
    "\n"
    "QTogYgpDOiBk\n"
    "--one\n"
    "Content-Type: application/octet-stream; name=\"notice.EML\"\n"
    "\n"
    "E: f\n"
    "--one\n"
    "Content-Type: message/delivery-status\n"
    "\n"
    "G: h\n"
    "--one--\n"
    "-----Original Message-----\n"
    "From: b\n"
    "\n"
    "text\n";

static void
takes_parts(void **state)
{
	static const struct {
		enum bs_part_type type;
		const char *body; /* decoded */
	} want[] = {
	    {BS_PART_TEXT, "gr\xc3\xbcn =\n"},
	    {BS_PART_MESSAGE, "A: b\nC: d"},
	    {BS_PART_MESSAGE, "E: f\n"},
	    {BS_PART_OTHER, "G: h\n"},
	};
	struct bs_part part;
	char body[ROOM];
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(want); i++) {
		size_t len;

		assert_true(
		    bs_part_next(letter, sizeof(letter) - 1, &at, &part));
		assert_int_equal(part.type, want[i].type);
		len = bs_part_decode(&part, body);
		assert_true(len <= part.body.len + BS_PART_SLACK);
		assert_int_equal(len, strlen(want[i].body));
		assert_memory_equal(body, want[i].body, len);
	}
	assert_false(bs_part_next(letter, sizeof(letter) - 1, &at, &part));
}

static void
takes_wholes(void **state)
{
	static const struct {
		const char *text;
		enum bs_part_type type;
		const char *body;
	} cases[] = {
	    {"A: b\n\nc\n", BS_PART_TEXT, "c\n"},
	    {"Content-Type: text/plain\n\nc\n", BS_PART_TEXT, "c\n"},
	    {"Content-Type: text/html\n\nc\n", BS_PART_OTHER, "c\n"},
	    {"Content-Type: message/rfc822\n\nc\n", BS_PART_MESSAGE, "c\n"},
	    {"A: b\n", BS_PART_TEXT, ""},
	};
	struct bs_part part;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bs_part_whole(cases[i].text, strlen(cases[i].text), &part);
		assert_int_equal(part.type, cases[i].type);
		assert_int_equal(part.body.len, strlen(cases[i].body));
		assert_memory_equal(part.body.text, cases[i].body,
		    part.body.len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cleans),
	    cmocka_unit_test(unquotes),
	    cmocka_unit_test(knows_headers),
	    cmocka_unit_test(splits_mailboxes),
	    cmocka_unit_test(keeps_messages_whole),
	    cmocka_unit_test(finds_forwarded_notices),
	    cmocka_unit_test(reads_fields),
	    cmocka_unit_test(reads_addresses),
	    cmocka_unit_test(takes_parts),
	    cmocka_unit_test(takes_wholes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
