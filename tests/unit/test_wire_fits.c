/* What fits a line of the wire, percent-encoded. */
#include "common/pure/wire.h"
#include "tests/unit/unit.h"

/* What is said to fit does, in the longest line of an answer. */
static void
what_fits_is_written(void **state)
{
	struct bs_answer changed = {.id = 1};
	char frame[BS_WIRE_MAX];

	(void)state;
	for (size_t i = 1; i < sizeof(changed.results); i++) {
		memset(changed.results, i % 2 ? ' ' : 'a', i);
		changed.results[i] = '\0';
		snprintf(changed.header, sizeof(changed.header), "%s",
		    changed.results);
		assert_int_equal(
		    bs_answer_encode(&changed, frame, sizeof(frame)) > 0 ||
			!bs_wire_fits(changed.results),
		    1);
	}
	assert_true(bs_wire_fits("Authentication-Results: a; none"));
	memset(changed.results, ' ', 400);
	changed.results[400] = '\0';
	assert_false(bs_wire_fits(changed.results));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_fits_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
