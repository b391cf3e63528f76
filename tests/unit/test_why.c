/* Lines of the engine's log, found and taken apart. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/why/line.h"
#include "common/cli/why/search.h"
#include "common/cli/why/tell.h"
#include "common/policy/bounce.h"
#include "tests/unit/unit.h"

#define WRITTEN 1796040000 /* 2026-11-30T12:00:00Z */

struct sample {
	const char *text;
	int64_t when; /* -1: no decision */
};

static void
reads_times(void **state)
{
	static const struct sample samples[] = {
	    {"verdict=forged", 0},
	    {"info: verdict=forged", 0},
	    {"<6>verdict=forged", 0},
	    {"2026-11-30_08:21:47.12345 info: verdict=forged", 0},
	    {"1796026907.123456 mx backstopd[812]: verdict=forged", 1796026907},
	    {"1796026907.123456 mx backstopd[812]: info: event=unsigned",
		1796026907},
	    {"2026-11-30T08:21:47.123456+00:00 mx backstopd[812]: spf=fail",
		1796026907},
	    {"2026-11-30T09:21:47+0100 mx backstopd[812]: spf=fail",
		1796026907},
	    {"2026-11-30T08:21:47Z mx backstopd: spf=fail", 1796026907},
	    {"Nov 30 08:21:47 mx backstopd[812]: spf=fail", 1796026907},
	    /* a day ahead, as a clock may be, and the year before */
	    {"Dec  1 08:21:47 mx backstopd[812]: spf=fail", 1796113307},
	    {"Dec  2 08:21:47 mx backstopd[812]: spf=fail",
		1796199707 - 365 * 86400},
	    {"Nov 31 08:21:47 mx", -1},
	};
	struct bs_why_line line;

	(void)state;
	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < COUNT(samples); i++) {
		int rc = bs_why_line_parse(samples[i].text,
		    strlen(samples[i].text), WRITTEN, &line);

		assert_int_equal(rc, samples[i].when < 0 ? -EINVAL : 0);
		if (rc == 0)
			assert_int_equal(line.when, samples[i].when);
	}
}

/* What a stranger can write into the lines of another program is no decision of
 * the engine's. */
static void
believes_the_engine_alone(void **state)
{
	static const char *const others[] = {
	    "",
	    "info: keyring read: 1 keys",
	    "debug: answer peer=3 verdict=forged",
	    "debug: verdict=forged",
	    "x verdict=forged",
	    "Nov 30 08:21:47 mx exim[9]: H=x backstopd[1]: verdict=genuine",
	    "Nov 30 08:21:47 mx exim[9]: verdict=genuine",
	    "Nov 30 08:21:47 mx notbackstopd[9]: verdict=genuine",
	    "Nov 30 08:21:47 mx backstopd[9: verdict=genuine",
	    "Nov 30 08:21:47 mx 9]: verdict=genuine",
	    "]: verdict=genuine",
	    ": verdict=genuine",
	};
	struct bs_why_line line;

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_equal(bs_why_line_parse(others[i], strlen(others[i]),
				     WRITTEN, &line),
		    -EINVAL);
	assert_int_equal(bs_why_line_parse("verdict=a\0b", 11, WRITTEN, &line),
	    -EINVAL);
}

static void
takes_words_apart(void **state)
{
	static const char text[] =
	    "verdict=forged row=13 odd helo=a\\x20b\\x00\\xzz recipient=x=y "
	    "empty= row=14";
	struct bs_why_line line;

	(void)state;
	assert_int_equal(
	    bs_why_line_parse(text, sizeof(text) - 1, WRITTEN, &line), 0);
	assert_int_equal(line.count, 6);
	assert_string_equal(bs_why_line_value(&line, "helo"), "a b\\x00\\xzz");
	assert_string_equal(bs_why_line_value(&line, "recipient"), "x=y");
	assert_string_equal(bs_why_line_value(&line, "empty"), "");
	assert_string_equal(bs_why_line_value(&line, "odd"), "");
	assert_string_equal(bs_why_line_value(&line, "row"), "13");
}

static void
reads_no_more_than_fits(void **state)
{
	char text[4 * BS_LOG_LINE];
	struct bs_why_line line;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "verdict=", 8);
	assert_int_equal(bs_why_line_parse(text, sizeof(text), WRITTEN, &line),
	    0);
	assert_int_equal(strlen(bs_why_line_value(&line, "verdict")),
	    BS_LOG_LINE - 8);
	for (size_t i = 8; i + 4 <= sizeof(text); i += 4)
		memcpy(text + i, " a=b", 4);
	assert_int_equal(bs_why_line_parse(text, sizeof(text), WRITTEN, &line),
	    0);
	assert_int_equal(line.count, BS_WHY_WORDS);
}

static unsigned
count_lines(const char *text)
{
	struct bs_why_line line;
	char told[BS_WHY_TOLD];
	unsigned lines = 0;

	assert_int_equal(bs_why_line_parse(text, strlen(text), WRITTEN, &line),
	    0);
	bs_why_tell(&line, told);
	for (const char *at = told; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	return lines;
}

/* Who came, what was done, why, and which row that is. */
static void
every_verdict_has_its_sentence(void **state)
{
	const struct bs_row *row;
	char text[200];

	(void)state;
	for (unsigned i = 0; (row = bs_policy_row_at(i)) != NULL; i++) {
		snprintf(text, sizeof(text), "verdict=%s%s%s action=none",
		    row->verdict,
		    row->reason == BS_REASON_NONE ? "" : " reason=",
		    bs_reason_word(row->reason));
		if (row->reason != BS_REASON_NO_ROW)
			assert_int_equal(count_lines(text), 4);
	}
}

static void
every_reason_has_its_sentence(void **state)
{
	char text[200];

	(void)state;
	for (int i = BS_REASON_UNRECORDED; i <= BS_REASON_NO_DOMAIN; i++) {
		snprintf(text, sizeof(text), "event=unsigned reason=%s",
		    bs_reason_word((enum bs_reason)i));
		if (!bs_reason_is_usual((enum bs_reason)i))
			assert_int_equal(count_lines(text), 2);
	}
	for (int i = BS_REASON_OUTBOUND_ELSEWHERE; i < BS_REASON_SWEPT; i++) {
		snprintf(text, sizeof(text), "verdict=unknown coverage=%s",
		    bs_reason_word((enum bs_reason)i));
		assert_int_equal(count_lines(text), 4);
	}
}

/* Below limit; the generator is Marsaglia's xorshift. */
static size_t
draw(uint64_t *state, size_t limit)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (size_t)(*state % limit);
}

/* Against a search that looks everywhere. */
static void
finds_the_first_place(void **state)
{
	static const char letters[] = "abAB";
	struct bs_why_needle needle;
	char text[64];
	char wanted[8];
	size_t found = 0;
	uint64_t random = 88172645463325252;

	(void)state;
	for (int turn = 0; turn < 50000; turn++) {
		size_t len = draw(&random, sizeof(text));
		size_t wanted_len = 1 + draw(&random, sizeof(wanted) - 1);
		size_t at = 0;

		for (size_t i = 0; i < len; i++)
			text[i] = letters[draw(&random, 4)];
		for (size_t i = 0; i < wanted_len; i++)
			wanted[i] = letters[draw(&random, 4)];
		wanted[wanted_len] = '\0';
		bs_why_needle_set(&needle, wanted);
		while (at + wanted_len <= len &&
		       !bs_ascii_same(text + at, wanted, wanted_len))
			at++;
		if (at + wanted_len > len)
			at = len;
		found += at < len;
		assert_int_equal(bs_why_needle_find(&needle, text, len), at);
	}
	assert_true(found > 10000 && found < 40000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_times),
	    cmocka_unit_test(believes_the_engine_alone),
	    cmocka_unit_test(takes_words_apart),
	    cmocka_unit_test(reads_no_more_than_fits),
	    cmocka_unit_test(every_verdict_has_its_sentence),
	    cmocka_unit_test(every_reason_has_its_sentence),
	    cmocka_unit_test(finds_the_first_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
