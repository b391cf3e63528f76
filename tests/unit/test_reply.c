/* Replies to smtpd: exact lines, and what may not become one. */
#include <errno.h>

#include "filter/reply.h"
#include "tests/unit/unit.h"

#define IDS "0000000000000abc|1ef1c203cc576e5d|"
#define SWAPPED "1ef1c203cc576e5d|0000000000000abc|"

static const struct bs_proto_asker asker = {0xabc, 0x1ef1c203cc576e5d, false};
static const struct bs_proto_asker old = {0xabc, 0x1ef1c203cc576e5d, true};
static const struct bs_text none = {"", 0};

static struct bs_text
text_of(const char *text)
{
	struct bs_text out = {text, strlen(text)};

	return out;
}

static void
check(const char *line, int len, const char *wanted)
{
	assert_int_equal(len, strlen(wanted));
	assert_string_equal(line, wanted);
}

static void
lines(void **state)
{
	char out[BS_REPLY_MAX];

	(void)state;
	check(out, bs_reply_proceed(&asker, out, sizeof(out)),
	    "filter-result|" IDS "proceed\n");
	check(out, bs_reply_proceed(&old, out, sizeof(out)),
	    "filter-result|" SWAPPED "proceed\n");
	check(out, bs_reply_junk(&asker, out, sizeof(out)),
	    "filter-result|" IDS "junk\n");
	check(out, bs_reply_reject(&asker, "550 5.7.1 No", out, sizeof(out)),
	    "filter-result|" IDS "reject|550 5.7.1 No\n");
	check(out, bs_reply_rewrite(&asker, "a|b@x", none, out, sizeof(out)),
	    "filter-result|" IDS "rewrite|<a|b@x>\n");
	check(out,
	    bs_reply_rewrite(&old, "a@x", text_of(" RET=HDRS"), out,
		sizeof(out)),
	    "filter-result|" SWAPPED "rewrite|<a@x> RET=HDRS\n");
}

static void
too_long(void **state)
{
	char out[BS_REPLY_MAX];
	char long_text[BS_REPLY_MAX];
	struct bs_text params;
	int len;

	(void)state;
	memset(long_text, 'x', sizeof(long_text));
	long_text[0] = ' ';
	params.at = long_text;
	params.len = sizeof(long_text);
	assert_int_equal(
	    bs_reply_rewrite(&asker, "a@x", params, out, sizeof(out)),
	    -EMSGSIZE);
	len = bs_reply_rewrite(&asker, "a@x", none, out, sizeof(out));
	assert_true(len > 0);
	/* what is left for the parameters, with the NUL after the line */
	params.len = sizeof(out) - (size_t)len - 1;
	assert_int_equal(
	    bs_reply_rewrite(&asker, "a@x", params, out, sizeof(out)),
	    sizeof(out) - 1);
	assert_int_equal(out[sizeof(out) - 2], '\n');
	params.len++;
	assert_int_equal(
	    bs_reply_rewrite(&asker, "a@x", params, out, sizeof(out)),
	    -EMSGSIZE);
	for (size_t size = 0; size < 10; size++)
		assert_int_equal(bs_reply_proceed(&asker, out, size),
		    -EMSGSIZE);
}

static void
nothing_breaks_the_line(void **state)
{
	static const char *const addresses[] = {"", "a\nb@x", "a b@x", "<a@x>",
	    "a@x>", "a\x7f@x", "\xc3\xa9@x", "a\r@x"};
	static const char *const replies[] = {"", "5", "550", "550 ",
	    "550-5.7.1 a", "550_a", "250 2.0.0 a", "354 a", "421 4.3.0 a",
	    "650 a", "5x0 a", "55x a", "550 a\nb", "550 a\tb", "550 \xc3\xa9",
	    " 550 a"};
	static const char nul[] = " A\0B";
	struct bs_text params = {nul, sizeof(nul) - 1};
	char out[BS_REPLY_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		assert_false(bs_reply_is_address(addresses[i]));
		assert_int_equal(bs_reply_rewrite(&asker, addresses[i], none,
				     out, sizeof(out)),
		    -EINVAL);
	}
	assert_true(bs_reply_is_address("a|b=c+d@[IPv6:::1]"));
	for (size_t i = 0; i < COUNT(replies); i++) {
		assert_int_equal(
		    bs_reply_reject(&asker, replies[i], out, sizeof(out)),
		    -EINVAL);
	}
	assert_true(bs_reply_reject(&asker, "450 a", out, sizeof(out)) > 0);
	assert_int_equal(
	    bs_reply_rewrite(&asker, "a@x", params, out, sizeof(out)), -EINVAL);
	assert_int_equal(
	    bs_reply_rewrite(&asker, "a@x", text_of(" A\nB"), out, sizeof(out)),
	    -EINVAL);
}

static bool
registers(enum bs_listener mode, bool inspect, const char *what)
{
	const char *line;

	for (size_t n = 0;
	     (line = bs_reply_registration(mode, inspect, n)) != NULL; n++)
		if (strstr(line, what) != NULL)
			return true;
	return false;
}

/* By mode: what is registered in any case, and what only where messages are
 * read. */
static void
registers_by_mode(void **state)
{
	static const struct {
		enum bs_listener mode;
		size_t count;
		size_t inspecting;
		bool rcpt;
		bool in;
	} cases[] = {
	    {BS_LISTENER_OUT, 10, 11, false, false},
	    {BS_LISTENER_IN, 13, 15, true, true},
	    {BS_LISTENER_LOCAL, 11, 12, true, false},
	    {BS_LISTENER_UNTAG, 11, 11, true, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (int inspect = 0; inspect < 2; inspect++) {
			enum bs_listener mode = cases[i].mode;
			size_t count =
			    inspect ? cases[i].inspecting : cases[i].count;
			bool reads = inspect == 1 && mode != BS_LISTENER_UNTAG;

			assert_string_equal(
			    bs_reply_registration(mode, inspect, count - 1),
			    "register|ready\n");
			assert_null(
			    bs_reply_registration(mode, inspect, count));
			assert_int_equal(registers(mode, inspect, "|rcpt-to"),
			    cases[i].rcpt);
			assert_int_equal(registers(mode, inspect, "|data\n"),
			    cases[i].in);
			assert_int_equal(
			    registers(mode, inspect, "|protocol-server"),
			    cases[i].in);
			assert_int_equal(registers(mode, inspect, "|data-line"),
			    reads);
			assert_int_equal(
			    registers(mode, inspect, "p-in|commit"),
			    reads && cases[i].in);
			assert_false(
			    registers(mode, inspect, "filter|smtp-in|auth"));
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines),
	    cmocka_unit_test(too_long),
	    cmocka_unit_test(nothing_breaks_the_line),
	    cmocka_unit_test(registers_by_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
