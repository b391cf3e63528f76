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
	assert_int_equal(reports.count, 1);
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
	assert_int_equal(strlen(reports.sources[0].spf_domain),
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
