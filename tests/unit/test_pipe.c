/* The filter's two buffers: lines that come in, lines that go out. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "filter/pipe.h"
#include "filter/out.h"
#include "tests/unit/unit.h"

static int ends[2];

static int
set_up(void **state)
{
	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	close(ends[0]);
	close(ends[1]);
	return 0;
}

/* All zero, as it is when the program starts. */
static struct bs_pipe *
fresh_lines(void)
{
	static struct bs_pipe lines;

	memset(&lines, 0, sizeof(lines));
	return &lines;
}

/* Feeds octets in pieces and joins the lines that come out with '/'. */
static void
feed(struct bs_pipe *lines, const char *octets, size_t len, size_t piece,
    char *out)
{
	struct bs_text line;
	size_t at = 0;

	while (len > 0) {
		size_t n = len < piece ? len : piece;

		assert_int_equal(write(ends[1], octets, n), n);
		assert_int_equal(bs_pipe_read(lines, ends[0]), 0);
		while (bs_pipe_next(lines, &line)) {
			memcpy(out + at, line.at, line.len);
			at += line.len;
			out[at++] = '/';
		}
		octets += n;
		len -= n;
	}
	out[at] = '\0';
}

static void
cuts_lines(void **state)
{
	static const char octets[] = "one\n\ntwo three\r\nfour|\nhalf";
	char out[100];

	(void)state;
	for (size_t piece = 1; piece <= sizeof(octets); piece++) {
		feed(fresh_lines(), octets, sizeof(octets) - 1, piece, out);
		assert_string_equal(out, "one//two three\r/four|/");
	}
}

static void
leaves_out_what_is_too_long(void **state)
{
	static const size_t lengths[] = {BS_PIPE_MAX - 2, BS_PIPE_MAX - 1,
	    BS_PIPE_MAX, BS_PIPE_MAX + 1, 2 * BS_PIPE_MAX, 5 * BS_PIPE_MAX + 7};
	static char octets[6 * BS_PIPE_MAX];
	static char out[2 * BS_PIPE_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct bs_pipe *lines = fresh_lines();
		size_t len = lengths[i];

		memset(octets, 'x', len);
		memcpy(octets + len, "\nafter\n", 7);
		feed(lines, octets, len + 7, 4096, out);
		if (len < BS_PIPE_MAX) {
			assert_int_equal(strlen(out), len + 7);
			assert_string_equal(out + len, "/after/");
		} else {
			assert_string_equal(out, "after/");
		}
		feed(lines, "again\n", 6, 6, out);
		assert_string_equal(out, "again/");
	}
}

static void
tells_the_end(void **state)
{
	struct bs_pipe *lines = fresh_lines();
	struct bs_text line;

	(void)state;
	assert_int_equal(bs_pipe_read(lines, ends[0]), 0);
	assert_false(bs_pipe_next(lines, &line));
	assert_int_equal(write(ends[1], "half", 4), 4);
	assert_int_equal(bs_pipe_read(lines, ends[0]), 0);
	assert_false(bs_pipe_next(lines, &line));
	close(ends[1]);
	ends[1] = -1;
	assert_int_equal(bs_pipe_read(lines, ends[0]), BS_PIPE_END);
	assert_false(bs_pipe_next(lines, &line));
	assert_int_equal(bs_pipe_read(lines, -1), BS_PIPE_END);
}

static struct bs_out out;

static void
keeps_what_is_not_read(void **state)
{
	static char line[1000];
	static char got[2 * BS_OUT_MAX];
	size_t added = 0;
	size_t taken = 0;
	ssize_t n;

	(void)state;
	memset(line, 'x', sizeof(line));
	bs_out_init(&out, ends[1]);
	while (bs_out_add(&out, line, sizeof(line)) == 0) {
		added += sizeof(line);
		assert_int_equal(bs_out_is_high(&out), added > BS_OUT_HIGH);
		line[0] = (char)('a' + added / sizeof(line) % 26);
	}
	assert_in_range(added, BS_OUT_MAX - sizeof(line) + 1, BS_OUT_MAX);
	assert_int_equal(bs_out_add(&out, line, sizeof(line)), -ENOBUFS);
	do {
		bs_out_flush(&out);
		n = read(ends[0], got + taken, sizeof(got) - taken);
		assert_true(n > 0);
		taken += (size_t)n;
	} while (out.len > 0);
	while ((n = read(ends[0], got + taken, sizeof(got) - taken)) > 0)
		taken += (size_t)n;
	assert_int_equal(taken, added);
	assert_int_equal(got[0], 'x');
	for (size_t at = sizeof(line); at < taken; at += sizeof(line))
		assert_int_equal(got[at], (char)('a' + at / sizeof(line) % 26));
	assert_false(bs_out_is_high(&out));
}

static void
drops_what_nobody_will_read(void **state)
{
	(void)state;
	bs_out_init(&out, -1);
	assert_int_equal(bs_out_add(&out, "a\n", 2), 0);
	assert_false(out.dead);
	bs_out_flush(&out);
	assert_true(out.dead);
	assert_int_equal(out.len, 0);
	assert_int_equal(bs_out_add(&out, "a\n", 2), 0);
	assert_int_equal(out.len, 0);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(cuts_lines),
	    TEST(leaves_out_what_is_too_long),
	    TEST(tells_the_end),
	    TEST(keeps_what_is_not_read),
	    TEST(drops_what_nobody_will_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
