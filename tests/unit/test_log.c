/* Log lines as they reach standard error. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/log.h"
#include "tests/unit/unit.h"

static int saved;
static int reader;

/* Standard error becomes a pipe that does not block. */
static int
set_up(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	saved = dup(STDERR_FILENO);
	assert_true(saved >= 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	close(ends[1]);
	reader = ends[0];
	bs_log_open("test", BS_LOG_STDERR, false);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	close(reader);
	return 0;
}

/* All that was written since the last call. */
static const char *
written(void)
{
	static char text[128 * 1024];
	size_t len = 0;
	ssize_t n;

	while ((n = read(reader, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	return text;
}

static void
names_the_level(void **state)
{
	(void)state;
	bs_log(BS_LOG_ERR, "a %d", 1);
	bs_log(BS_LOG_WARNING, "b");
	bs_log(BS_LOG_INFO, "c");
	bs_log(BS_LOG_DEBUG, "not shown");
	assert_string_equal(written(), "error: a 1\nwarning: b\ninfo: c\n");
	bs_log_open("test", BS_LOG_STDERR, true);
	bs_log(BS_LOG_DEBUG, "d");
	assert_string_equal(written(), "debug: d\n");
	bs_log_open("test", BS_LOG_JOURNAL, true);
	bs_log(BS_LOG_ERR, "a");
	bs_log(BS_LOG_WARNING, "b");
	bs_log(BS_LOG_INFO, "c");
	bs_log(BS_LOG_DEBUG, "d");
	assert_string_equal(written(), "<3>a\n<4>b\n<6>c\n<7>d\n");
}

static void
escapes_what_is_not_printable(void **state)
{
	(void)state;
	bs_log(BS_LOG_INFO, "%s", "a\nb\r\x1b[0m\x7f\xc3\xa9\t\"\\x");
	assert_string_equal(written(),
	    "info: a\\x0ab\\x0d\\x1b[0m\\x7f\\xc3\\xa9\\x09\"\\x\n");
}

static void
cuts_what_is_long(void **state)
{
	static char text[5000];
	const char *line;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	bs_log(BS_LOG_INFO, "%s", text);
	line = written();
	assert_int_equal(strlen(line), BS_LOG_LINE);
	assert_ptr_equal(strchr(line, '\n'), line + BS_LOG_LINE - 1);

	/* an escape is whole or not there */
	for (size_t i = 0; i < 4; i++) {
		size_t len;

		memset(text, '\n', sizeof(text) - 1);
		memset(text, 'x', i);
		bs_log(BS_LOG_INFO, "%s", text);
		line = written();
		len = strlen(line);
		assert_in_range(len, BS_LOG_LINE - 4 - 6, BS_LOG_LINE);
		assert_memory_equal(line + len - 5, "\\x0a\n", 5);
	}
}

static void
pairs_cannot_be_forged(void **state)
{
	struct bs_log_line line;

	(void)state;
	bs_log_begin(&line);
	bs_log_add(&line, "sender", "");
	bs_log_add(&line, "recipient", "prvs=1=a b\"c'd\\e\nf@x");
	bs_log_add_number(&line, "count", -7);
	bs_log_add_number(&line, "big", INT64_MIN);
	bs_log_end(&line, BS_LOG_INFO);
	assert_string_equal(written(),
	    "info: sender= recipient=prvs=1=a\\x20b\\x22c\\x27d\\x5ce\\x0af@x "
	    "count=-7 big=-9223372036854775808\n");
}

static void
pairs_that_do_not_fit_are_cut(void **state)
{
	struct bs_log_line line;
	char text[BS_LOG_LINE + 50];
	size_t len;

	(void)state;
	memset(text, ' ', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	bs_log_begin(&line);
	bs_log_add(&line, "a", text);
	len = line.len;
	assert_in_range(len, BS_LOG_LINE - 5, BS_LOG_LINE - 1);
	assert_int_equal(strlen(line.text), len);
	assert_string_equal(line.text + len - 4, "\\x20");
	bs_log_add(&line, "key", "value");
	assert_int_equal(line.len, len);
	assert_int_equal(strlen(line.text), len);
}

static void
blots_what_would_sign(void **state)
{
	static const char *const cases[][2] = {
	    {"prvs=1234abcdef=alice@example.org",
		"prvs=1234xxxxxx=alice@example.org"},
	    {"PRVS=1234ABCDEF=alice@example.org",
		"PRVS=1234xxxxxx=alice@example.org"},
	    {"<alice+prvs=1234abcdef@example.org>",
		"<alice+prvs=1234xxxxxx@example.org>"},
	    {"prvs=alice/1234abcdef@example.org",
		"prvs=alice/1234xxxxxx@example.org"},
	    {"prvs=1111aaaaaa=prvs=1234abcdef=alice",
		"prvs=1111xxxxxx=prvs=1234xxxxxx=alice"},
	    {"prvs=zz=prvs=1234abcdef=alice", "prvs=zz=prvs=1234xxxxxx=alice"},
	    /* the day is spoilt, the rest a whole MAC */
	    {"prvs=12e4abcdef=alice", "prvs=12e4xxxxxx=alice"},
	    {"prvs=12e4abcdefa=alice", "prvs=12e4abcdefa=alice"},
	    {"SRS0=a=b=x.example=prvs=1234abcdef=alice@y.example",
		"SRS0=a=b=x.example=prvs=1234xxxxxx=alice@y.example"},
	    {"mail from prvs=1234abcdef=a@b, to prvs=1234123456=c@d",
		"mail from prvs=1234xxxxxx=a@b, to prvs=1234xxxxxx=c@d"},
	    {"prvs=3D1234abcdef=3Da%20prvs%3d1234abcdef",
		"prvs=3D1234xxxxxx=3Da%20prvs%3d1234xxxxxx"},
	    /* the text was cut */
	    {"prvs=1234abc", "prvs=1234xxx"},
	    {"prvs=1234", "prvs=1234"},
	    {"prvs=", "prvs="},
	    {"prv", "prv"},
	    {"", ""},
	    /* no tag */
	    {"prvs=alice@example.org", "prvs=alice@example.org"},
	    {"prvs=123abcdefg=alice", "prvs=123abcdefg=alice"},
	    {"1234abcdef=alice@example.org", "1234abcdef=alice@example.org"},
	    {"prvs=a@b row=11 id=1234abcdef", "prvs=a@b row=11 id=1234abcdef"},
	};
	char text[100];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "%s", cases[i][0]);
		bs_log_blot(text);
		assert_string_equal(text, cases[i][1]);
	}
}

static void
traces_for_a_time(void **state)
{
	(void)state;
	bs_log(BS_LOG_DEBUG, "before");
	bs_log_trace(true);
	assert_true(bs_log_is_debug());
	bs_log(BS_LOG_DEBUG, "meanwhile");
	bs_log_trace(false);
	assert_false(bs_log_is_debug());
	bs_log(BS_LOG_DEBUG, "after");
	assert_string_equal(written(), "debug: meanwhile\n");
}

/* Counts lines "info: line ..." in a text that begins with them; *rest is what
 * follows. */
static size_t
count_lines(const char *text, const char **rest)
{
	size_t lines = 0;

	while (strncmp(text, "info: line 0", 12) == 0) {
		assert_ptr_equal(strchr(text, '\n'), text + 511);
		text += 512;
		lines++;
	}
	*rest = text;
	return lines;
}

/* The reader is behind: lines wait for it, as many as there is room for, the
 * others are lost and counted. */
static void
never_waits(void **state)
{
	const char *rest;
	char said[100];
	uint64_t before = bs_log_lost();
	size_t lines = 0;

	(void)state;
	for (int i = 0; i < 10000; i++)
		bs_log(BS_LOG_INFO, "line %0500d", 0);
	assert_true(bs_log_flush());
	do {
		lines += count_lines(written(), &rest);
		assert_string_equal(rest, "");
	} while (bs_log_flush());
	lines += count_lines(written(), &rest);
	assert_in_range(lines, 128, 9999);
	assert_int_equal(bs_log_lost() - before, 10000 - lines);
	snprintf(said, sizeof(said),
	    "warning: %zu lines of the log were lost: nobody read them\n",
	    10000 - lines);
	assert_string_equal(rest, said);
	bs_log(BS_LOG_INFO, "after");
	assert_string_equal(written(), "info: after\n");
}

/* A pipe or socket that others hold, too, as smtpd its filters': it stays as it
 * was, though its reader stops and nothing waits. */
static void
sets_no_flag(int ends[2])
{
	int mine = dup(STDERR_FILENO);

	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	bs_log_open("test", BS_LOG_STDERR, false);
	for (int i = 0; i < 10000; i++)
		bs_log(BS_LOG_INFO, "line %0500d", 0);
	assert_int_equal(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
	assert_true(dup2(mine, STDERR_FILENO) >= 0);
	close(mine);
	close(ends[0]);
	close(ends[1]);
	bs_log_open("test", BS_LOG_STDERR, false);
	while (bs_log_flush())
		(void)written();
	(void)written();
}

static void
sets_no_flag_of_others(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	sets_no_flag(ends);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	sets_no_flag(ends);
}

/* What waits is written by whom it belongs to alone. */
static void
a_child_begins_anew(void **state)
{
	const char *rest;
	size_t lines;
	int status;
	pid_t child;

	(void)state;
	for (int i = 0; i < 200; i++)
		bs_log(BS_LOG_INFO, "line %0500d", 0);
	assert_true(bs_log_flush());
	lines = count_lines(written(), &rest);
	if ((child = fork()) == 0) {
		bs_log(BS_LOG_INFO, "from the child");
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_string_equal(written(), "info: from the child\n");
	while (bs_log_flush())
		lines += count_lines(written(), &rest);
	lines += count_lines(written(), &rest);
	assert_int_equal(lines, 200);
}

static void
once_a_minute(void **state)
{
	struct bs_log_limit limit = {0};
	unsigned missed = 99;

	(void)state;
	assert_true(bs_log_allowed(&limit, 5000, &missed));
	assert_int_equal(missed, 0);
	assert_false(bs_log_allowed(&limit, 5000, &missed));
	assert_false(bs_log_allowed(&limit, 64999, &missed));
	assert_int_equal(missed, 0);
	assert_true(bs_log_allowed(&limit, 65000, &missed));
	assert_int_equal(missed, 2);
	assert_true(bs_log_allowed(&limit, 900000, &missed));
	assert_int_equal(missed, 0);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

/* A tag in a log could be used by whoever reads it. */
static void
blots_the_mac_of_every_tag(void **state)
{
	static const struct {
		const char *text;
		const char *logged;
	} cases[] = {
	    {"prvs=1234abcdef=a@x", "prvs=1234xxxxxx=a@x"},
	    {"<PRVS=1234ABCDEF=a@x>", "<PRVS=1234xxxxxx=a@x>"},
	    {"a+prvs=1234abcdef@x", "a+prvs=1234xxxxxx@x"},
	    {"SRS0=k=tt=x=prvs=1234abcdef=a@y",
		"SRS0=k=tt=x=prvs=1234xxxxxx=a@y"},
	    {"prvs=0000aaaaaa=prvs=1234abcdef=a@x",
		"prvs=0000xxxxxx=prvs=1234xxxxxx=a@x"},
	    {"prvs=1234abcdef99", "prvs=1234xxxxxx99"},
	    {"prvs=1234ab", "prvs=1234xx"},
	    {"prvs=12345", "prvs=1234x"},
	    {"prvs=1234", "prvs=1234"},
	    {"prvs=123", "prvs=123"},
	    {"prvs=12a4abcdef", "prvs=12a4xxxxxx"},
	    {"prvs=12a4abcdeg", "prvs=12a4abcdeg"},
	    {"pprvs=1234abcdef=a", "pprvs=1234xxxxxx=a"},
	};
	struct bs_log_line line;
	char wanted[64];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(wanted, sizeof(wanted), "info: %s\n", cases[i].logged);
		bs_log(BS_LOG_INFO, "%s", cases[i].text);
		assert_string_equal(written(), wanted);
	}
	bs_log_begin(&line);
	bs_log_add(&line, "sender", "\"prvs=1234abcdef=a\"@x");
	bs_log_end(&line, BS_LOG_INFO);
	assert_string_equal(written(),
	    "info: sender=\\x22prvs=1234xxxxxx=a\\x22@x\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(names_the_level),
	    TEST(escapes_what_is_not_printable),
	    TEST(cuts_what_is_long),
	    TEST(pairs_cannot_be_forged),
	    TEST(pairs_that_do_not_fit_are_cut),
	    TEST(blots_the_mac_of_every_tag),
	    cmocka_unit_test(blots_what_would_sign),
	    TEST(traces_for_a_time),
	    TEST(never_waits),
	    TEST(sets_no_flag_of_others),
	    TEST(a_child_begins_anew),
	    cmocka_unit_test(once_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
