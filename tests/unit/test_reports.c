/* The process that reads reports: what it may do, and what is believed of it.
 * Its own work is not linked in: it does what a file tells it to. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/reports/jail.h"
#include "common/reports/reader.h"
#include "common/reports/unpack.h"
#include "tests/unit/unit.h"

/* A row that no honest reader tells, else a good one. */
static void
tell_row(bs_report_tell *tell, void *context, char what)
{
	struct bs_report_said said = {.kind = BS_REPORT_ROW};
	struct bs_report_row *row = &said.is.row;

	row->mails = 1;
	memcpy(row->domain, "a.example", 10);
	if (what == 'k')
		said.kind = (enum bs_report_kind)77;
	if (what == 'f')
		row->fate = (enum bs_report_fate)1000000;
	if (what == 's')
		row->spf = (enum bs_spf_result) - 1;
	if (what == 'b')
		memset(&row->spf_aligned, 0x80, 1);
	if (what == 'e') /* without an end */
		memset(row->spf_domain, 'x', sizeof(row->spf_domain));
	(void)tell(context, &said);
}

int
bs_report_unpack(int fd, bs_report_tell *tell, void *context)
{
	char what[16] = "";
	ssize_t len = read(fd, what, sizeof(what) - 1);

	for (ssize_t i = 0; i < len; i++) {
		if (what[i] == 'C') {
			/* not to cmocka's */
			(void)signal(SIGSEGV, SIG_DFL);
			abort();
		}
		if (what[i] == 'H') {
			struct bs_report_said said = {.kind = BS_REPORT_HEAD,
			    .is.head = {.begin = -5, .end = INT64_MAX}};

			(void)tell(context, &said);
			continue;
		}
		tell_row(tell, context, what[i]);
	}
	return 0;
}

static char complaint[300];
static unsigned complaints;

static void
complain(void *context, const char *path, const struct bs_fault *fault)
{
	(void)context;
	(void)path;
	snprintf(complaint, sizeof(complaint), "%s", fault->text);
	complaints++;
}

/* Reads a file with these orders. */
static struct bs_reports
read_orders(const char *orders)
{
	static const struct bs_report_listener listener = {
	    .complain = complain};
	char path[] = "/tmp/backstop-test-XXXXXX";
	struct bs_reports reports = {0};
	int fd = mkstemp(path);

	complaints = 0;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, orders, strlen(orders)), strlen(orders));
	close(fd);
	assert_int_equal(bs_reports_read(path, &reports, &listener), 0);
	unlink(path);
	return reports;
}

static void
test_honest(void **state)
{
	struct bs_reports reports = read_orders("Hggg");

	(void)state;
	assert_int_equal(complaints, 0);
	assert_int_equal(reports.tally.count, 1);
	assert_int_equal(reports.mails, 3);
	assert_int_equal(reports.reports, 1);
	/* no time that somebody could have */
	assert_int_equal(reports.begin, 0);
	assert_int_equal(reports.end, 0);
	bs_reports_free(&reports);
}

static void
test_taken_over(void **state)
{
	struct bs_reports reports = read_orders("gkfsbg");

	(void)state;
	assert_int_equal(complaints, 4);
	assert_string_equal(complaint, "what its reader says makes no sense");
	assert_int_equal(reports.mails, 2);
	bs_reports_free(&reports);
	reports = read_orders("e");
	assert_int_equal(complaints, 0);
	assert_int_equal(strlen(reports.tally.list[0].spf_domain),
	    BS_HOST_MAX - 1);
	bs_reports_free(&reports);
}

static void
test_crash(void **state)
{
	struct bs_reports reports = read_orders("ggC");

	(void)state;
	assert_int_equal(complaints, 1);
	assert_string_equal(complaint, "its reader crashed: not all was read");
	bs_reports_free(&reports);
}

/* Counts mails of the source with this number. */
static void
count(struct bs_report_tally *tally, uint32_t source, uint32_t mails)
{
	struct bs_report_row row = {.mails = mails, .domain = "a.example"};

	memcpy(row.address, &source, sizeof(source));
	assert_non_null(bs_report_tally_count(tally, &row));
}

static uint32_t
number_of(const struct bs_report_source *source)
{
	uint32_t number;

	memcpy(&number, source->address, sizeof(number));
	return number;
}

/* Many that came first do not keep out who sends most, though each of its rows
 * is smaller than what they have. */
static void
test_newcomer(void **state)
{
	struct bs_report_tally tally = {0};
	uint64_t mails = 0;

	(void)state;
	for (uint32_t i = 0; i < BS_REPORT_SOURCES_MAX; i++)
		count(&tally, 1000000 + i, 2);
	for (uint32_t i = 0; i < 50000; i++) {
		count(&tally, 7, 1);
		count(&tally, 2000000 + i, 1);
	}
	bs_report_tally_sort(&tally);
	assert_int_equal(tally.count, BS_REPORT_SOURCES_MAX);
	assert_int_equal(number_of(&tally.list[0]), 7);
	assert_int_equal(tally.list[0].mails, 50000);
	assert_int_equal(tally.list[0].missed, 2);
	for (size_t i = 0; i < tally.count; i++)
		mails += tally.list[i].mails;
	assert_int_equal(mails + tally.other_mails, 300000);
	assert_int_equal(tally.missed_max, 2);
	bs_report_tally_free(&tally);
}

/* Those with fewest mails give their places, in whatever order they came. */
static void
test_fewest_go(void **state)
{
	struct bs_report_tally tally = {0};
	const uint32_t more = 1000;

	(void)state;
	/* 7919 divides no such number: each source comes once */
	for (uint32_t i = 0; i < BS_REPORT_SOURCES_MAX; i++)
		count(&tally, i,
		    1 + (uint32_t)((uint64_t)i * 7919 % BS_REPORT_SOURCES_MAX));
	for (uint32_t i = 0; i < more; i++)
		count(&tally, 2000000 + i, 5000000);
	bs_report_tally_sort(&tally);
	for (uint32_t i = 0; i < more; i++)
		assert_true(number_of(&tally.list[i]) >= 2000000);
	assert_int_equal(tally.list[more].mails, BS_REPORT_SOURCES_MAX);
	assert_int_equal(tally.list[tally.count - 1].mails, more + 1);
	assert_int_equal(tally.missed_max, more);
	bs_report_tally_free(&tally);
}

static bool
is_open(int fd)
{
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* In the jail: a bit for each thing that can still be done. */
static _Noreturn void
try_all(int in, int out)
{
	unsigned can = 0;
	char c = 0;

	if (bs_report_jail_enter(in, out) != 0)
		_exit(100);
	if (is_open(open("/etc/passwd", O_RDONLY)))
		can |= 1;
	if (is_open(socket(AF_INET, SOCK_DGRAM, 0)) ||
	    is_open(socket(AF_UNIX, SOCK_STREAM, 0)))
		can |= 2;
	if (is_open(dup(0)))
		can |= 4;
	if (fork() >= 0)
		can |= 8;
	if (execl("/bin/true", "true", (char *)NULL) == 0)
		can |= 16;
	if (read(0, &c, 1) != 1 || write(1, &c, 1) != 1)
		can |= 32;
	if (fcntl(in, F_GETFD) >= 0 || fcntl(out, F_GETFD) >= 0)
		can |= 64;
	_exit((int)can);
}

static void
test_jail(void **state)
{
	int in[2], out[2];
	int status;
	char c = 0;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	assert_int_equal(write(in[1], "x", 1), 1);
	if ((pid = fork()) == 0)
		try_all(in[0], out[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(read(out[0], &c, 1), 1);
	assert_int_equal(c, 'x');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_honest),
	    cmocka_unit_test(test_taken_over),
	    cmocka_unit_test(test_crash),
	    cmocka_unit_test(test_jail),
	    cmocka_unit_test(test_newcomer),
	    cmocka_unit_test(test_fewest_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
