/* Markup, scales and words of the report's page. */
#include <inttypes.h>

#include "common/cli/report/html.h"
#include "common/cli/report/scale.h"
#include "common/cli/report/style.h"
#include "tests/unit/unit.h"

#define DAY 86400
#define NOVEMBER 1793491200 /* 2026-11-01T00:00:00Z, a Sunday */

static void
expect(const char *text, const char *wanted)
{
	struct bs_html html;

	assert_int_equal(bs_html_begin(&html), 0);
	bs_html_add(&html, "<b>%s</b>", text);
	assert_int_equal(bs_html_finish(&html), 0);
	assert_string_equal(html.text, wanted);
	assert_int_equal(html.len, strlen(wanted));
	free(html.text);
}

static void
escapes_text(void **state)
{
	(void)state;
	expect("a.example", "<b>a.example</b>");
	expect("<script>&amp;", "<b>&lt;script&gt;&amp;amp;</b>");
	expect("\"'", "<b>&quot;&#39;</b>");
	expect("\xc3\xa4 \xff \x1b[1m\n",
	    "<b>\xc3\xa4 \\xff \\x1b[1m\\x0a</b>");
	expect("a\xe2\x80\xae!\xe2\x80\xac",
	    "<b>a\\xe2\\x80\\xae!\\xe2\\x80\\xac</b>");
	expect("%s%n", "<b>%s%n</b>");
}

static void
writes_numbers(void **state)
{
	struct bs_html html;
	char text[BS_HTML_NUMBER];

	(void)state;
	assert_int_equal(bs_html_begin(&html), 0);
	bs_html_add(&html, "%d %u %zu %" PRIu64 " %f %f %f %f 100%%", -1234,
	    1234U, (size_t)999, UINT64_C(12345678), 0.0, 12.5, 33.3333, 100.0);
	assert_int_equal(bs_html_finish(&html), 0);
	assert_string_equal(html.text,
	    "-1234 1,234 999 12,345,678 0 12.5 33.33 100 100%");
	free(html.text);
	assert_string_equal(bs_html_number(UINT64_MAX, text),
	    "18,446,744,073,709,551,615");
}

static void
shortens(void **state)
{
	char out[BS_HTML_SHORT];
	char longest[5000];

	(void)state;
	assert_string_equal(bs_html_short("example", 7, out), "example");
	assert_string_equal(bs_html_short("examples", 7, out),
	    "exampl\xe2\x80\xa6");
	/* what is shown as \xNN is as wide as that */
	assert_string_equal(bs_html_short("\xff\xff", 8, out), "\\xff\\xff");
	assert_string_equal(bs_html_short("\xff\xff", 7, out),
	    "\\xff\\x\xe2\x80\xa6");
	/* characters of two columns */
	assert_string_equal(
	    bs_html_short("\xe9\x9b\xbb\xe9\x9b\xbb\xe9\x9b\xbb", 5, out),
	    "\xe9\x9b\xbb\xe9\x9b\xbb\xe2\x80\xa6");
	memset(longest, 'W', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	bs_html_short(longest, 100000, out);
	assert_int_equal(strlen(out), BS_HTML_SHORT - 1);
}

static void
scales_are_round(void **state)
{
	static const struct {
		uint64_t greatest;
		uint64_t step;
		uint64_t top;
	} samples[] = {{0, 1, 1}, {1, 1, 1}, {4, 1, 4}, {5, 2, 6}, {9, 5, 10},
	    {20, 5, 20}, {21, 10, 30}, {71688, 20000, 80000},
	    {100000, 50000, 100000}};

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		struct bs_scale scale = bs_scale_of(samples[i].greatest, 4);

		assert_int_equal(scale.step, samples[i].step);
		assert_int_equal(scale.top, samples[i].top);
	}
	assert_true(bs_scale_of(UINT64_MAX, 4).top > 0);
}

static void
names_times(void **state)
{
	struct bs_scale_tick ticks[BS_SCALE_TICKS];

	(void)state;
	/* Mondays of a month */
	assert_int_equal(
	    bs_scale_times(NOVEMBER, NOVEMBER + 30 * DAY, 1, ticks), 5);
	assert_string_equal(ticks[0].label, "2 Nov");
	assert_string_equal(ticks[4].label, "30 Nov");
	assert_true(ticks[1].is_minor);
	/* hours; midnights are what a telephone shows */
	assert_int_equal(
	    bs_scale_times(NOVEMBER - 4 * 3600, NOVEMBER + 2 * DAY, 1, ticks),
	    8);
	assert_string_equal(ticks[0].label, "1 Nov");
	assert_false(ticks[0].is_minor);
	assert_string_equal(ticks[1].label, "06:00");
	assert_true(ticks[1].is_minor);
	/* days that are not taken apart */
	assert_int_equal(bs_scale_times(NOVEMBER, NOVEMBER + DAY, DAY, ticks),
	    1);
	assert_string_equal(ticks[0].label, "1 Nov");
	/* months, and quarters that begin in January */
	assert_int_equal(
	    bs_scale_times(NOVEMBER - 200 * DAY, NOVEMBER, 1, ticks), 6);
	assert_string_equal(ticks[0].label, "May 2026");
	assert_int_equal(
	    bs_scale_times(NOVEMBER - 700 * DAY, NOVEMBER, 1, ticks), 8);
	assert_string_equal(ticks[0].label, "Jan 2025");
	for (int64_t days = 1; days < 20000; days += 7)
		assert_in_range(
		    bs_scale_times(NOVEMBER - days * DAY, NOVEMBER, 1, ticks),
		    1, 14);
}

/* The hash is that of what stands between the tags. */
static void
style_is_plain(void **state)
{
	char hash[BS_SHA256_BASE64];
	char out[BS_SHA256_BASE64];

	(void)state;
	/* RFC 6234's vector "abc" */
	bs_mac_sha256_base64("abc", 3, out);
	assert_string_equal(out,
	    "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
	assert_int_equal(strlen(bs_style_hash(hash)), BS_SHA256_BASE64 - 1);
	assert_null(strchr(bs_style_sheet, '<'));
	assert_null(strstr(bs_style_sheet, "@import"));
	assert_null(strstr(bs_style_sheet, "url(h"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(escapes_text),
	    cmocka_unit_test(writes_numbers),
	    cmocka_unit_test(shortens),
	    cmocka_unit_test(scales_are_round),
	    cmocka_unit_test(names_times),
	    cmocka_unit_test(style_is_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
