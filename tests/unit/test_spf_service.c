/* The spf child as the engine sees it: it crashes, hangs, ends, and is
 * replaced. */
#include <arpa/inet.h>
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/spf/service.h"
#include "common/spf/message.h"
#include "common/base/ascii.h"
#include "common/base/log.h"
#include "tests/unit/unit.h"

#define NAMES_MAX 64

/* A server of DNS that hears and says nothing, until it is told to answer
 * that there is no such name. A child asks again after a while: a name counts
 * once. */
static struct {
	int fd;
	char address[32];
	struct event *event;
	bool answers;
	unsigned heard; /* names, of the child that lives */
	char names[NAMES_MAX][64];
} server;

static struct event_base *base;
static struct bs_spf *spf;
static unsigned done_count;
static struct bs_spf_finding last;

/* Counts the name of a question, its first label in any case of letters. */
static void
count_name(const uint8_t *packet, ssize_t len)
{
	char name[64] = "";
	size_t label = packet[12] & 63U;

	if (len < (ssize_t)(13 + label))
		return;
	for (size_t i = 0; i < label; i++)
		name[i] = (char)bs_ascii_lower((char)packet[13 + i]);
	for (unsigned i = 0; i < server.heard; i++)
		if (strcmp(server.names[i], name) == 0)
			return;
	assert_true(server.heard < NAMES_MAX);
	memcpy(server.names[server.heard++], name, sizeof(name));
}

static void
on_question(evutil_socket_t fd, short what, void *context)
{
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	uint8_t packet[600];
	ssize_t len = recvfrom(fd, packet, sizeof(packet), 0,
	    (struct sockaddr *)&from, &from_len);

	(void)what;
	(void)context;
	if (len < 13)
		return;
	count_name(packet, len);
	if (!server.answers)
		return;
	packet[2] = 0x81;
	packet[3] = 0x83;
	/* but for the EDNS record at its end */
	packet[11] = 0;
	len = 12;
	while (packet[len] != 0)
		len += 1 + packet[len];
	len += 5;
	(void)!sendto(fd, packet, (size_t)len, 0, (struct sockaddr *)&from,
	    from_len);
}

static void
on_done(void *context, const struct bs_spf_finding *finding)
{
	(void)context;
	done_count++;
	last = *finding;
}

static struct bs_spf_query
query_of(const char *domain)
{
	struct bs_spf_query query = {
	    .identity = BS_SPF_MAILFROM,
	    .client = "192.0.2.1",
	    .helo = "mail.example.org",
	    .deadline_ms = 20000,
	};

	snprintf(query.sender, sizeof(query.sender), "a@%s", domain);
	return query;
}

static struct bs_spf_check *
ask(const char *domain)
{
	struct bs_spf_query query = query_of(domain);
	struct bs_spf_check *check = bs_spf_ask(spf, &query, on_done, NULL);

	assert_non_null(check);
	return check;
}

/* Runs the loop until a count is reached, for a minute at most: a busy machine
 * is no fault. */
static void
wait_for(const unsigned *count, unsigned wanted)
{
	const struct timeval step = {0, 20000};

	for (int i = 0; *count < wanted && i < 3000; i++) {
		(void)event_base_loopexit(base, &step);
		(void)event_base_dispatch(base);
	}
	assert_true(*count >= wanted);
}

/* What /proc says of a process behind its name: its state, a space, its
 * parent. Empty: it is gone. */
static void
read_stat(const char *pid, char out[static 512])
{
	char path[300];
	char text[512];
	const char *end;
	FILE *file;
	size_t len;

	out[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	if ((file = fopen(path, "r")) == NULL)
		return;
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[len] = '\0';
	if ((end = strrchr(text, ')')) != NULL && end[1] == ' ')
		snprintf(out, 512, "%s", end + 2);
}

/* The one process whose parent has a pid, or 0. */
static pid_t
child_of(pid_t parent)
{
	struct dirent *entry;
	pid_t found = 0;
	DIR *proc = opendir("/proc");

	assert_non_null(proc);
	while (found == 0 && (entry = readdir(proc)) != NULL) {
		char stat[512];

		read_stat(entry->d_name, stat);
		if (stat[0] != '\0' && stat[0] != 'Z' &&
		    strtol(stat + 1, NULL, 10) == parent)
			found = (pid_t)strtol(entry->d_name, NULL, 10);
	}
	closedir(proc);
	return found;
}

static pid_t
worker(void)
{
	return child_of(child_of(getpid()));
}

/* What it had asked is forgotten; the next one is made by the loop alone. */
static void
kill_worker(void)
{
	pid_t pid = worker();
	uint8_t packet[600];

	assert_true(pid > 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	while (worker() == pid)
		usleep(1000);
	while (recv(server.fd, packet, sizeof(packet), MSG_DONTWAIT) >= 0)
		;
	server.heard = 0;
}

/* It does nothing more, but lives. */
static void
stop_worker(void)
{
	char pid[16];
	char stat[512];

	snprintf(pid, sizeof(pid), "%d", (int)worker());
	assert_int_equal(kill((pid_t)strtol(pid, NULL, 10), SIGSTOP), 0);
	do
		read_stat(pid, stat);
	while (stat[0] != 'T' && usleep(1000) == 0);
}

/* The board that the children share with us: they have no other memory of that
 * kind. */
static struct bs_spf_board *
find_board(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long first = 0;
	char line[512];

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps) != NULL)
		if (strstr(line, " rw-s ") != NULL &&
		    strstr(line, "/dev/zero (deleted)") != NULL)
			first = strtoul(line, NULL, 16);
	fclose(maps);
	assert_true(first != 0);
	return (struct bs_spf_board *)first;
}

/* A check is asked again of the next child, whichever check the first child was
 * at work on. */
static void
test_lost_child(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		char domain[40];

		snprintf(domain, sizeof(domain), "d%d.example", i);
		ask(domain);
	}
	wait_for(&server.heard, 50);
	kill_worker();
	server.answers = true;
	wait_for(&done_count, 50);
	assert_int_equal(last.result, BS_SPF_NONE);
}

/* Lost twice, it is not asked a third time. */
static void
test_lost_children(void **state)
{
	(void)state;
	ask("first.example");
	wait_for(&server.heard, 1);
	kill_worker();
	wait_for(&server.heard, 1);
	ask("second.example");
	wait_for(&server.heard, 2);
	kill_worker();
	wait_for(&done_count, 1);
	assert_string_equal(last.domain, "first.example");
	assert_int_equal(last.result, BS_SPF_TEMPERROR);
	server.answers = true;
	wait_for(&done_count, 2);
	assert_string_equal(last.domain, "second.example");
	assert_int_equal(last.result, BS_SPF_NONE);
	/* nobody is to blame */
	ask("first.example");
	wait_for(&done_count, 3);
	assert_int_equal(last.result, BS_SPF_NONE);
}

/* A check that brings one child down after the other is given up, and its
 * domain left alone; its neighbour is not to blame. */
static void
test_poison(void **state)
{
	unsigned heard;

	(void)state;
	ask("poison.example");
	ask("good.example");
	for (unsigned i = 1; i <= 2; i++) {
		wait_for(&server.heard, 2);
		stop_worker();		   /* or it writes there, too */
		find_board()->at_work = 1; /* the first check */
		kill_worker();
		if (i == 1)
			assert_int_equal(done_count, 0);
	}
	wait_for(&done_count, 1);
	assert_int_equal(last.result, BS_SPF_TEMPERROR);
	assert_string_equal(last.domain, "poison.example");
	server.answers = true;
	wait_for(&done_count, 2);
	assert_string_equal(last.domain, "good.example");
	assert_int_equal(last.result, BS_SPF_NONE);
	heard = server.heard;
	ask("Poison.Example");
	wait_for(&done_count, 3);
	assert_int_equal(last.result, BS_SPF_TEMPERROR);
	assert_int_equal(server.heard, heard);
}

/* One that hangs: the deadline is kept without it, and it is replaced. */
static void
test_hung_child(void **state)
{
	struct bs_spf_query query = query_of("slow.example");
	pid_t pid;

	(void)state;
	ask("first.example");
	wait_for(&server.heard, 1);
	pid = worker();
	assert_true(pid > 1);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	query.deadline_ms = 100;
	assert_non_null(bs_spf_ask(spf, &query, on_done, NULL));
	wait_for(&done_count, 1);
	assert_int_equal(last.result, BS_SPF_TEMPERROR);
	assert_string_equal(last.domain, "slow.example");
	server.answers = true;
	wait_for(&done_count, 2);
	assert_string_equal(last.domain, "first.example");
	assert_int_equal(last.result, BS_SPF_NONE);
	assert_true(worker() != pid);
}

/* Nor does the engine wait for the process that makes children. */
static void
test_hung_spawner(void **state)
{
	struct bs_spf_query query = query_of("second.example");
	pid_t spawner = child_of(getpid());

	(void)state;
	ask("first.example");
	wait_for(&server.heard, 1);
	assert_int_equal(kill(spawner, SIGSTOP), 0);
	kill_worker();
	query.deadline_ms = 100;
	assert_non_null(bs_spf_ask(spf, &query, on_done, NULL));
	wait_for(&done_count, 1);
	assert_string_equal(last.domain, "second.example");
	assert_int_equal(last.result, BS_SPF_TEMPERROR);
	server.answers = true;
	assert_int_equal(kill(spawner, SIGCONT), 0);
	wait_for(&done_count, 2);
	assert_int_equal(last.result, BS_SPF_NONE);
}

/* Without it there are no more checks, and that is said at once. */
static void
test_lost_spawner(void **state)
{
	(void)state;
	ask("first.example");
	wait_for(&server.heard, 1);
	assert_int_equal(kill(child_of(getpid()), SIGKILL), 0);
	wait_for(&done_count, 1);
	ask("second.example");
	wait_for(&done_count, 2);
	assert_int_equal(last.result, BS_SPF_TEMPERROR);
}

static void
test_cancel(void **state)
{
	struct bs_spf_check *check;

	(void)state;
	check = ask("cancelled.example");
	ask("kept.example");
	wait_for(&server.heard, 2);
	bs_spf_cancel(spf, check);
	server.answers = true;
	wait_for(&done_count, 1);
	assert_string_equal(last.domain, "kept.example");
}

static void
test_renew(void **state)
{
	const char *const servers[] = {server.address};
	pid_t before;

	(void)state;
	ask("renewed.example");
	wait_for(&server.heard, 1);
	before = worker();
	server.answers = true;
	bs_spf_renew(spf, servers, 1);
	wait_for(&done_count, 1);
	assert_int_equal(last.result, BS_SPF_NONE);
	assert_true(worker() != before);
}

/* DNS that is silent: the check's own deadline, within the first try. */
static void
test_deadline(void **state)
{
	struct bs_spf_query query = query_of("silent.example");

	(void)state;
	query.deadline_ms = 300;
	assert_non_null(bs_spf_ask(spf, &query, on_done, NULL));
	wait_for(&done_count, 1);
	assert_int_equal(last.result, BS_SPF_TEMPERROR);
	assert_true(last.elapsed_ms > 0);
}

/* Whether a process has a descriptor of ours. */
static bool
has_fd(pid_t pid, int fd)
{
	char path[64];
	char ours[128] = "";
	char link[128];
	struct dirent *entry;
	bool found = false;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_true(readlink(path, ours, sizeof(ours) - 1) > 0);
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	folder = opendir(path);
	if (folder == NULL && geteuid() != 0)
		return false; /* it is not for us to see */
	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		ssize_t len = readlinkat(dirfd(folder), entry->d_name, link,
		    sizeof(link) - 1);

		link[len < 0 ? 0 : len] = '\0';
		found = found || strcmp(link, ours) == 0;
	}
	closedir(folder);
	return found;
}

/* The child has no descriptor of the engine's. */
static void
test_walls(void **state)
{
	char path[64];
	char line[256];
	bool seccomp = false;
	bool no_new = false;
	FILE *file;

	(void)state;
	ask("walls.example");
	wait_for(&server.heard, 1);
	assert_false(has_fd(worker(), server.fd));
	assert_false(has_fd(child_of(getpid()), server.fd));
	snprintf(path, sizeof(path), "/proc/%d/status", (int)worker());
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "Seccomp:\t2", 10) == 0)
			seccomp = true;
		if (strncmp(line, "NoNewPrivs:\t1", 13) == 0)
			no_new = true;
		if (geteuid() == 0 && strncmp(line, "Uid:", 4) == 0)
			assert_true(strtol(line + 4, NULL, 10) != 0);
	}
	fclose(file);
	assert_true(no_new);
	if (!seccomp)
		print_message("this kernel has no seccomp for it\n");
	server.answers = true;
	wait_for(&done_count, 1);
}

static int
set_up(void **state)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	const char *const servers[] = {server.address};
	const struct bs_spf_settings settings = {
	    .servers = servers,
	    .server_count = 1,
	    .user = "nobody",
	};

	(void)state;
	memset(&server, 0, sizeof(server));
	done_count = 0;
	server.fd = socket(AF_INET, SOCK_DGRAM, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(server.fd, (struct sockaddr *)&address, len) != 0 ||
	    getsockname(server.fd, (struct sockaddr *)&address, &len) != 0)
		return -1;
	snprintf(server.address, sizeof(server.address), "127.0.0.1:%u",
	    ntohs(address.sin_port));
	if (bs_spf_start(&settings, &spf) != 0)
		return -1;
	base = event_base_new();
	server.event =
	    event_new(base, server.fd, EV_READ | EV_PERSIST, on_question, NULL);
	event_add(server.event, NULL);
	return bs_spf_attach(spf, base);
}

static int
tear_down(void **state)
{
	(void)state;
	bs_spf_free(spf);
	event_free(server.event);
	event_base_free(base);
	close(server.fd);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_lost_child),
	    TEST(test_lost_children),
	    TEST(test_poison),
	    TEST(test_hung_child),
	    TEST(test_hung_spawner),
	    TEST(test_lost_spawner),
	    TEST(test_cancel),
	    TEST(test_renew),
	    TEST(test_deadline),
	    TEST(test_walls),
	};

	bs_log_open("test", BS_LOG_STDERR, false);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
