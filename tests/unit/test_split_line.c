/* Lines in pieces that smtpd can take back, as it reads them. */
#include "filter/split_line.h"
#include "tests/unit/unit.h"

#define MORE (2 * BS_SPLIT_LINE_MAX)

static char line[MORE + 1];
static struct bs_split_line piece;

static void
fill(size_t len, char octet)
{
	memset(line, octet, sizeof(line));
	line[len] = '\0';
}

static void
begin(size_t len, bool in_head)
{
	struct bs_text text = {line, len};

	bs_split_line_begin(&piece, text, in_head);
}

/* The next piece is so long, and begins and ends like this. */
static void
comes(size_t len, const char *begins, char ends)
{
	struct bs_text part;

	assert_true(bs_split_line_next(&piece, &part));
	assert_int_equal(part.len, len);
	assert_memory_equal(part.at, begins, strlen(begins));
	if (len > 0)
		assert_int_equal(part.at[len - 1], ends);
}

static void
ends(void)
{
	struct bs_text part;

	assert_false(bs_split_line_next(&piece, &part));
}

static void
short_lines_are_whole(void **state)
{
	(void)state;
	fill(MORE, 'x');
	for (int in_head = 0; in_head < 2; in_head++) {
		begin(0, in_head);
		comes(0, "", 0);
		ends();
		begin(1, in_head);
		comes(1, "x", 'x');
		ends();
		begin(BS_SPLIT_LINE_MAX, in_head);
		comes(BS_SPLIT_LINE_MAX, "x", 'x');
		ends();
	}
}

static void
a_field_goes_on_folded(void **state)
{
	(void)state;
	fill(MORE, 'x');
	line[BS_SPLIT_LINE_MAX] = 'y';
	begin(BS_SPLIT_LINE_MAX + 1, true);
	comes(BS_SPLIT_LINE_MAX, "x", 'x');
	comes(2, " y", 'y');
	ends();
	begin(MORE, true);
	comes(BS_SPLIT_LINE_MAX, "x", 'x');
	comes(BS_SPLIT_LINE_MAX, " y", 'x');
	comes(2, " x", 'x');
	ends();
}

static void
a_body_goes_on_in_another_line(void **state)
{
	(void)state;
	fill(MORE, 'x');
	begin(MORE, false);
	comes(BS_SPLIT_LINE_MAX, "x", 'x');
	comes(BS_SPLIT_LINE_MAX - 1, "x", 'x');
	comes(1, "x", 'x');
	ends();
}

/* RFC 5321 §4.5.2: what would be the end of the message is not. */
static void
a_dot_at_a_cut_is_doubled(void **state)
{
	(void)state;
	fill(MORE, 'x');
	line[BS_SPLIT_LINE_MAX] = '.';
	begin(BS_SPLIT_LINE_MAX + 1, false);
	comes(BS_SPLIT_LINE_MAX, "x", 'x');
	comes(2, "..", '.');
	ends();
	begin(MORE, false);
	comes(BS_SPLIT_LINE_MAX, "x", 'x');
	comes(BS_SPLIT_LINE_MAX, "..x", 'x');
	comes(1, "x", 'x');
	ends();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(short_lines_are_whole),
	    cmocka_unit_test(a_field_goes_on_folded),
	    cmocka_unit_test(a_body_goes_on_in_another_line),
	    cmocka_unit_test(a_dot_at_a_cut_is_doubled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
