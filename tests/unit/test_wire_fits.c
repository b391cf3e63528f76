/* Percent-encoding on the wire, and what fits a line of it. */
#include "common/adapter/wire.h"
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

/* Every octet but NUL, in a value: encoded where backstop-protocol(7) says so.
 */
static void
encodes_by_percent(void **state)
{
	for (int octet = 1; octet < 256; octet++) {
		struct bs_request sent = {.version = BS_WIRE_VERSION};
		struct bs_request read;
		char frame[BS_WIRE_MAX];
		char want[8];
		char *value;
		int written;

		(void)state;
		sent.helo[0] = (char)octet;
		written = bs_request_encode(&sent, frame, sizeof(frame) - 1);
		assert_true(written > 0);
		frame[written] = '\0';
		if (octet < 0x21 || octet >= 0x7f || octet == '%')
			snprintf(want, sizeof(want), "%%%02X\n",
			    (unsigned)octet);
		else
			snprintf(want, sizeof(want), "%c\n", octet);
		value = strstr(frame, "\nhelo=");
		assert_non_null(value);
		assert_memory_equal(value + 6, want, strlen(want));
		assert_int_equal(
		    bs_request_decode(frame, (size_t)written, &read), 0);
		assert_string_equal(read.helo, sent.helo);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(encodes_by_percent),
	    cmocka_unit_test(what_fits_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
