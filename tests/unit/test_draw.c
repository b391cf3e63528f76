/* Bars, cells and names of the report's text. */
#include <stdio.h>
#include <stdlib.h>

#include "common/cli/report/draw.h"
#include "tests/unit/unit.h"

static struct bs_pen pen;
static char *text;
static size_t len;

static void
begin(bool is_utf8, size_t columns)
{
	pen = (struct bs_pen){.out = open_memstream(&text, &len),
	    .columns = columns,
	    .is_utf8 = is_utf8};
	assert_non_null(pen.out);
}

static void
expect(const char *what)
{
	assert_int_equal(fclose(pen.out), 0);
	assert_string_equal(text, what);
	free(text);
}

static void
bar(bool is_utf8, uint64_t value, uint64_t most, const char *what, size_t left)
{
	begin(is_utf8, 80);
	assert_int_equal(bs_pen_bar(&pen, BS_COLOUR_RED, value, most, 4), left);
	expect(what);
}

static void
test_bar(void **state)
{
	(void)state;
	bar(true, 0, 100, "", 4);
	bar(true, 5, 0, "", 4);
	bar(true, 100, 100, "\u2588\u2588\u2588\u2588", 0);
	bar(true, 50, 100, "\u2588\u2588", 2);
	bar(true, 53, 100, "\u2588\u2588", 2);
	bar(true, 54, 100, "\u2588\u2588\u258f", 1);
	bar(false, 54, 100, "##", 2);
	/* a little one is seen, a larger one than the most is as large */
	bar(true, 1, UINT64_MAX, "\u258f", 3);
	bar(false, 1, UINT64_MAX, "#", 3);
	bar(false, UINT64_MAX, 3, "####", 0);
}

static void
test_level(void **state)
{
	(void)state;
	begin(true, 80);
	for (uint64_t i = 0; i <= 8; i++)
		bs_pen_level(&pen, BS_COLOUR_RED, i * 10, 80);
	expect(" \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588");
	begin(false, 80);
	for (uint64_t i = 0; i <= 8; i++)
		bs_pen_level(&pen, BS_COLOUR_RED, i * 10, 80);
	expect(" .:-=+*%#");
	begin(false, 80);
	bs_pen_level(&pen, BS_COLOUR_RED, 1, 1000000);
	expect(".");
}

static void
name(const char *what, size_t columns, const char *shown)
{
	begin(true, 80);
	bs_pen_name(&pen, what, columns);
	expect(shown);
}

static void
test_names(void **state)
{
	char longest[301];

	(void)state;
	name("mx.example.org", 16, "mx.example.org  ");
	name("mx.example.org", 14, "mx.example.org");
	name("mx.example.org", 13, "mx.example...");
	name("", 3, "   ");
	name("<script>alert(1)</script>", 25, "<script>alert(1)</script>");
	/* what a terminal would obey; right-to-left letters and marks */
	name("\033[31mred\a", 20, "\\x1b[31mred\\x07     ");
	name("\u202egro\u202c", 27, "\\xe2\\x80\\xaegro\\xe2\\x80\\xac");
	name("\u05d0.example", 16, "\\xd7\\x90.example");
	name("a b\n", 12, "a\\x20b\\x0a  ");
	memset(longest, 'x', 300);
	longest[300] = '\0';
	name(longest, 12, "xxxxxxxxx...");
	memset(longest, '\x80', 300);
	name(longest, 12, "\\x80\\x80... ");
}

static void
test_text(void **state)
{
	(void)state;
	begin(false, 20);
	bs_pen_text(&pen, 2, "one two three %s five", "four");
	expect("  one two three four\n  five\n");
	begin(false, 10);
	bs_pen_text(&pen, 1, "%s and", "a-long-word-stays");
	expect(" a-long-word-stays\n and\n");
	begin(false, 40);
	bs_pen_text(&pen, 0, "a\033[1m b");
	expect("a\\x1b[1m b\n");
}

static void
test_colours(void **state)
{
	(void)state;
	begin(false, 80);
	pen.has_colours = true;
	bs_pen_level(&pen, BS_COLOUR_RED, 0, 1);
	(void)bs_pen_bar(&pen, BS_COLOUR_RED, 0, 1, 4);
	(void)bs_pen_bar(&pen, BS_COLOUR_RED, 1, 1, 2);
	expect(" \033[1;31m##\033[0m");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bar),
	    cmocka_unit_test(test_level),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_colours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
