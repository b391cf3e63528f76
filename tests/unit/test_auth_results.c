/* Authentication-Results: as RFC 8601 has it, and ours known among others. */
#include <errno.h>

#include "common/mail/auth_results.h"
#include "tests/unit/trace_grammar.h"
#include "tests/unit/unit.h"

static void
assert_writes(const char *id, const struct bs_auth_result *results,
    size_t count, const char *wanted)
{
	struct bs_auth_reader reader;
	char out[1024];
	size_t line;

	assert_int_equal(
	    bs_auth_results_write(id, results, count, out, sizeof(out)), 0);
	assert_string_equal(out, wanted);
	assert_true(is_auth_results(out));
	assert_true(is_folded(out));
	/* and it is recognised as ours */
	line = strcspn(out, "\n");
	assert_int_equal(bs_auth_begin(&reader, id, out, line), BS_AUTH_OURS);
	assert_int_equal(bs_auth_begin(&reader, "other.example", out, line),
	    BS_AUTH_OTHER);
}

static void
test_written(void **state)
{
	const struct bs_auth_result both[] = {
	    {BS_SPF_PASS, BS_SPF_MAILFROM, "d.example", NULL},
	    {BS_SPF_NONE, BS_SPF_HELO, "mx.d.example", NULL},
	};
	const struct bs_auth_result odd[] = {
	    {BS_SPF_PERMERROR, BS_SPF_HELO, "[192.0.2.1]", "a \"b\""},
	};
	const struct bs_auth_result bare[] = {
	    {BS_SPF_TEMPERROR, BS_SPF_MAILFROM, "", NULL},
	};

	(void)state;
	assert_writes("mx.example.org", both, 1,
	    "Authentication-Results: mx.example.org; spf=pass "
	    "smtp.mailfrom=d.example");
	assert_writes("mx.example.org", both, 2,
	    "Authentication-Results: mx.example.org; spf=pass "
	    "smtp.mailfrom=d.example;\n\tspf=none smtp.helo=mx.d.example");
	assert_writes("mx", odd, 1,
	    "Authentication-Results: mx; spf=permerror reason=\"a \\\"b\\\"\"\n"
	    "\tsmtp.helo=\"[192.0.2.1]\"");
	assert_writes("mx", bare, 1,
	    "Authentication-Results: mx; spf=temperror");
	assert_writes("mx", bare, 0, "Authentication-Results: mx; none");
}

/* Fields with what our authserv-id, mx.example.org, is to them. Lines are
 * joined by '\n'. */
static const struct {
	const char *field;
	enum bs_auth_match match;
} cases[] = {
    {"Authentication-Results: mx.example.org; spf=pass", BS_AUTH_OURS},
    {"authentication-RESULTS:MX.Example.ORG;spf=pass", BS_AUTH_OURS},
    {"Authentication-Results : mx.example.org; none", BS_AUTH_OURS},
    {"Authentication-Results:\t mx.example.org 1; none", BS_AUTH_OURS},
    {"Authentication-Results: mx.example.org", BS_AUTH_OURS},
    {"Authentication-Results: mx.example.org(1)1;none", BS_AUTH_OURS},
    {"Authentication-Results: \"mx.example.org\"; none", BS_AUTH_OURS},
    {"Authentication-Results: \"mx\\.Example.org\"; none", BS_AUTH_OURS},
    {"Authentication-Results: (a) mx.example.org; none", BS_AUTH_OURS},
    {"Authentication-Results: (a (b) \\) c)mx.example.org", BS_AUTH_OURS},
    {"Authentication-Results:\n mx.example.org; none", BS_AUTH_OURS},
    {"Authentication-Results:\n\t(a\n b)\n mx.example.org\n ; x", BS_AUTH_OURS},
    {"Authentication-Results: mx.example.org/; x", BS_AUTH_OURS},
    {"Authentication-Results: mx.example.org=1; x", BS_AUTH_OURS},
    {"Authentication-Results: other.example; x mx.example.org", BS_AUTH_OTHER},
    {"Authentication-Results: mx.example.org.uk; none", BS_AUTH_OTHER},
    {"Authentication-Results: mx.example.or; none", BS_AUTH_OTHER},
    {"Authentication-Results: x.mx.example.org; none", BS_AUTH_OTHER},
    {"Authentication-Results: (mx.example.org) a; none", BS_AUTH_OTHER},
    {"Authentication-Results: ; mx.example.org", BS_AUTH_OTHER},
    {"Authentication-Results: \"\" mx.example.org", BS_AUTH_OTHER},
    {"Authentication-Results: \"mx.example.org \"", BS_AUTH_OTHER},
    {"Authentication-Results: a\n mx.example.org", BS_AUTH_OTHER},
    {"Authentication-Results: (mx.example.org", BS_AUTH_MORE},
    {"Authentication-Results:", BS_AUTH_MORE},
    {"Authentication-Results", BS_AUTH_OTHER},
    {"Authentication-Results-X: mx.example.org", BS_AUTH_OTHER},
    {"X-Authentication-Results: mx.example.org", BS_AUTH_OTHER},
    {"ARC-Authentication-Results: i=1; mx.example.org", BS_AUTH_OTHER},
    {"Subject: mx.example.org", BS_AUTH_OTHER},
    {"", BS_AUTH_OTHER},
};

static enum bs_auth_match
read_field(const char *id, const char *text)
{
	struct bs_auth_reader reader;
	size_t len = strcspn(text, "\n");
	enum bs_auth_match match = bs_auth_begin(&reader, id, text, len);

	while (match == BS_AUTH_MORE && text[len] == '\n') {
		text += len + 1;
		len = strcspn(text, "\n");
		match = bs_auth_next(&reader, text, len);
	}
	return match;
}

static void
test_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum bs_auth_match match =
		    read_field("mx.example.org", cases[i].field);

		if (match != cases[i].match)
			fail_msg("'%s' is %d", cases[i].field, match);
		assert_int_equal(bs_auth_is_ours("mx.example.org",
				     cases[i].field, strlen(cases[i].field)),
		    match == BS_AUTH_OURS);
		/* an empty id matches nothing */
		assert_int_equal(read_field("", cases[i].field), BS_AUTH_OTHER);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_written),
	    cmocka_unit_test(test_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
