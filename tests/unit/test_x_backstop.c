/* The X-Backstop field: written, and recognised however it is written. */
#include <errno.h>

#include "common/mail/x_backstop.h"
#include "tests/unit/unit.h"

static void
writes(void **state)
{
	static const char want[] = "X-Backstop: genuine reason=tag row=4";
	char out[64];

	(void)state;
	assert_int_equal(
	    bs_x_backstop_write("genuine", "tag", 4, out, sizeof(out)), 0);
	assert_string_equal(out, want);
	assert_int_equal(
	    bs_x_backstop_write("genuine", "tag", 4, out, sizeof(want)), 0);
	assert_int_equal(
	    bs_x_backstop_write("genuine", "tag", 4, out, sizeof(want) - 1),
	    -EMSGSIZE);
	assert_int_equal(bs_x_backstop_write("genuine", "tag", 4, out, 0),
	    -EMSGSIZE);
}

static void
recognises(void **state)
{
	static const struct {
		const char *line;
		bool ours;
	} cases[] = {
	    {"X-Backstop: genuine reason=tag row=4", true},
	    {"x-backstop:genuine", true},
	    {"X-BACKSTOP:", true},
	    {"X-Backstop \t : forged by a spammer", true},
	    {"X-Backstop", false},
	    {"X-Backstop ", false},
	    {"X-Backstop genuine: x", false},
	    {"X-Backstop-Note: x", false},
	    {"X-Backstops: x", false},
	    {"X-Backsto: x", false},
	    {" X-Backstop: folded, so of the field before", false},
	    {"Subject: X-Backstop: x", false},
	    {"", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    bs_x_backstop_is_ours(cases[i].line, strlen(cases[i].line)),
		    cases[i].ours);
	/* what we write, we recognise */
	for (unsigned row = 0; row < 20; row++) {
		char out[64];

		assert_int_equal(
		    bs_x_backstop_write("unknown", "", row, out, sizeof(out)),
		    0);
		assert_true(bs_x_backstop_is_ours(out, strlen(out)));
		assert_null(strpbrk(out, "\r\n"));
	}
}

/* The length counts, not a NUL that may not be there. */
static void
stays_within_the_line(void **state)
{
	static const char line[] = "X-Backstop: genuine";

	(void)state;
	for (size_t len = 0; len < sizeof(line); len++) {
		char *copy = malloc(len + 1); /* for ASan to guard its end */

		assert_non_null(copy);
		memcpy(copy + 1, line, len);
		assert_int_equal(bs_x_backstop_is_ours(copy + 1, len),
		    len >= 11);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(writes),
	    cmocka_unit_test(recognises),
	    cmocka_unit_test(stays_within_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
