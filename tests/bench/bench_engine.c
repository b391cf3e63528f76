/* The real backstopd over its socket: first signatures, many in flight.
 *
 * usage: bench_engine BACKSTOPD */
#include <inttypes.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/config/read.h"
#include "common/store/meta.h"
#include "common/engine/state_folder.h"
#include "common/store/lmdb.h"
#include "common/adapter/wire.h"
#include "tests/bench/bench.h"

#define ROUNDS 5
#define RUN_NS 600000000
#define PEERS_MAX 10
#define IN_FLIGHT_MAX 100
#define ANSWERS_MAX 200000 /* of a run */
#define START_TRIES 500	   /* of 20 ms */

/* A connection. All questions of a turn of the loop leave in one write. */
struct peer {
	int fd;
	size_t in_len;
	size_t out_len;
	char in[2 * BS_WIRE_MAX];
	char out[IN_FLIGHT_MAX * 512];
};

struct kind {
	size_t peers;
	size_t in_flight;
	double rates[ROUNDS];
	double p50_us[ROUNDS];
	double p99_us[ROUNDS];
};

static char folder[PATH_MAX];
static char conf_path[PATH_MAX];
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static pid_t engine;
static struct peer peers[PEERS_MAX];
static int64_t sent_ns[IN_FLIGHT_MAX]; /* by the id of the question */
static double latency_us[ANSWERS_MAX];
static uint64_t next_sender;

static void
end_engine(void)
{
	int status;

	if (engine <= 0)
		return;
	kill(engine, SIGTERM);
	if (waitpid(engine, &status, 0) != engine || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != 0)
		fprintf(stderr, "backstopd did not end well\n");
	engine = 0;
}

static _Noreturn void
fail(const char *what)
{
	end_engine();
	bench_fail(what);
}

static void
report(void *context, const struct bs_fault *fault, bool is_warning)
{
	(void)context;
	(void)is_warning;
	fprintf(stderr, "%u: %s\n", fault->line, fault->text);
}

/* A configuration and a state folder of our own user's. */
static void
make_state(void)
{
	const struct passwd *pw = getpwuid(geteuid());
	struct bs_config *config;
	struct bs_fault fault = {0};
	FILE *file;
	int key;

	if (snprintf(conf_path, sizeof(conf_path), "%s/conf", folder) >=
		(int)sizeof(conf_path) ||
	    pw == NULL || (file = fopen(conf_path, "w")) == NULL)
		fail("conf");
	fprintf(file,
	    "domains = example.org\nsign = yes\noutbound = here\n"
	    "state = %s/state\nsocket = %s\nuser = %s\nclients = %s\n",
	    folder, address.sun_path, pw->pw_name, pw->pw_name);
	if (fclose(file) != 0)
		fail("conf");
	bench_must(bs_config_load(conf_path, &config, report, NULL), conf_path);
	bench_must(bs_state_folder_init(config, -1, time(NULL), &key, &fault),
	    fault.text);
	bs_config_free(config);
}

static void
start_engine(const char *program)
{
	if ((engine = fork()) == -1)
		fail("fork");
	if (engine == 0) {
		execl(program, program, "-c", conf_path, (char *)NULL);
		_exit(127);
	}
}

/* Returns a connection to the engine, or -1. */
static int
try_connect(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		fail("socket");
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
ask(struct peer *peer, uint64_t id)
{
	struct bs_request request = {
	    .version = BS_WIRE_VERSION,
	    .id = id,
	    .op = BS_OP_SIGN,
	    .listener = BS_LISTENER_OUT,
	    .client = "127.0.0.1",
	    .has_sender = true,
	    .deadline_ms = 20000,
	};
	int len;

	bench_sender(next_sender++, request.sender);
	len = bs_request_encode(&request, peer->out + peer->out_len,
	    sizeof(peer->out) - peer->out_len);
	if (len < 0)
		fail("request");
	peer->out_len += (size_t)len;
	sent_ns[id] = bench_now_ns();
}

static void
send_all(struct peer *peer)
{
	size_t at = 0;

	while (at < peer->out_len) {
		ssize_t sent = send(peer->fd, peer->out + at,
		    peer->out_len - at, MSG_NOSIGNAL);

		if (sent <= 0)
			fail("send");
		at += (size_t)sent;
	}
	peer->out_len = 0;
}

/* Takes the answers that have come. Returns how many; their ids in ids. */
static size_t
receive(struct peer *peer, uint64_t ids[static IN_FLIGHT_MAX])
{
	struct bs_answer answer;
	ssize_t got;
	size_t at = 0;
	size_t len;
	size_t count = 0;

	got = recv(peer->fd, peer->in + peer->in_len,
	    sizeof(peer->in) - peer->in_len, 0);
	if (got <= 0)
		fail("recv");
	peer->in_len += (size_t)got;
	while (bs_wire_frame(peer->in + at, peer->in_len - at, &len) == 0) {
		if (bs_answer_decode(peer->in + at, len, &answer) != 0 ||
		    answer.id >= IN_FLIGHT_MAX || count == IN_FLIGHT_MAX)
			fail("answer");
		if (answer.action != BS_ACTION_REWRITE ||
		    strcmp(answer.reason, "signed") != 0)
			fail(answer.reason);
		ids[count++] = answer.id;
		at += len;
	}
	peer->in_len -= at;
	memmove(peer->in, peer->in + at, peer->in_len);
	return count;
}

/* Asks until the time is over; each answer makes room for a question.
 * Returns the number of answers. */
static size_t
run_load(const struct kind *kind)
{
	struct pollfd polls[PEERS_MAX];
	int64_t end = bench_now_ns() + RUN_NS;
	size_t in_flight = kind->in_flight;
	size_t answers = 0;

	for (uint64_t id = 0; id < kind->in_flight; id++)
		ask(&peers[id % kind->peers], id);
	while (in_flight > 0) {
		for (size_t i = 0; i < kind->peers; i++) {
			send_all(&peers[i]);
			polls[i].fd = peers[i].fd;
			polls[i].events = POLLIN;
		}
		if (poll(polls, kind->peers, 10000) <= 0)
			fail("no answer");
		for (size_t i = 0; i < kind->peers; i++) {
			uint64_t ids[IN_FLIGHT_MAX];
			size_t count =
			    polls[i].revents == 0 ? 0 : receive(&peers[i], ids);
			int64_t now = bench_now_ns();

			for (size_t n = 0; n < count; n++) {
				if (answers == ANSWERS_MAX)
					fail("more answers than expected");
				latency_us[answers++] =
				    (double)(now - sent_ns[ids[n]]) / 1e3;
				if (now < end)
					ask(&peers[i], ids[n]);
				else
					in_flight--;
			}
		}
	}
	return answers;
}

static void
measure(struct kind *kind, size_t round)
{
	int64_t begin;
	size_t answers;

	for (size_t i = 0; i < kind->peers; i++)
		if ((peers[i].fd = try_connect()) == -1)
			fail("connect");
	begin = bench_now_ns();
	answers = run_load(kind);
	kind->rates[round] =
	    (double)answers * 1e9 / (double)(bench_now_ns() - begin);
	kind->p50_us[round] = bench_percentile(latency_us, answers, 50);
	kind->p99_us[round] = bench_percentile(latency_us, answers, 99);
	for (size_t i = 0; i < kind->peers; i++)
		close(peers[i].fd);
}

/* Until the store is open a signature is not recorded: wait for it. */
static void
wait_for_engine(void)
{
	static const char ping[] = "version=1\nid=1\nop=ping\nhost=opensmtpd\n"
				   "mode=out\n\n";
	const struct timespec pause = {.tv_nsec = 20000000};
	char answer[BS_WIRE_MAX];

	for (int i = 0; i < START_TRIES; i++) {
		int fd = try_connect();
		ssize_t got = 0;

		if (fd != -1 && send(fd, ping, sizeof(ping) - 1,
				    MSG_NOSIGNAL) == sizeof(ping) - 1)
			got = recv(fd, answer, sizeof(answer) - 1, 0);
		if (fd != -1)
			close(fd);
		answer[got > 0 ? got : 0] = '\0';
		if (strstr(answer, "reason=store-ok\n") != NULL)
			return;
		nanosleep(&pause, NULL);
	}
	fail("the engine's start");
}

/* Every answer promised a record, and the store must say that no other is
 * missing. */
static void
check_store(void)
{
	static struct bs_meta meta;
	struct bs_store_stat stat;
	struct bs_store *store;
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/state/store", folder);
	bench_must(bs_store_open(path, BS_STORE_READ, &store), path);
	bench_must(bs_store_stat(store, &stat), "stat");
	bench_must(bs_meta_load(store, &meta), "meta");
	bs_store_close(store);
	printf("%" PRIu64 " senders signed, %" PRIu64 " tag and %" PRIu64
	       " sender records, %zu gaps\n",
	    next_sender, stat.entries[BS_TABLE_TAG],
	    stat.entries[BS_TABLE_SENDER], meta.gap_count);
	if (stat.entries[BS_TABLE_TAG] != next_sender)
		fail("signatures were lost");
}

int
main(int argc, char *argv[])
{
	static struct kind kinds[] = {
	    {.peers = 1, .in_flight = 1},
	    {.peers = 1, .in_flight = 10},
	    {.peers = 1, .in_flight = 100},
	    {.peers = 10, .in_flight = 10},
	    {.peers = 10, .in_flight = 100},
	};
	enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

	if (argc != 2) {
		fprintf(stderr, "usage: bench_engine BACKSTOPD\n");
		return 64;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	bench_folder_make(folder);
	if (chmod(folder, 0755) != 0 ||
	    snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket",
		folder) >= (int)sizeof(address.sun_path))
		fail(folder);
	make_state();
	start_engine(argv[1]);
	wait_for_engine();
	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < KINDS; i++)
			measure(&kinds[i], round);
	end_engine();
	for (size_t i = 0; i < KINDS; i++)
		printf("%2zu connections, %3zu in flight: %6.0f answers/s, "
		       "p50 %5.0f us, p99 %5.0f us\n",
		    kinds[i].peers, kinds[i].in_flight,
		    bench_percentile(kinds[i].rates, ROUNDS, 50),
		    bench_percentile(kinds[i].p50_us, ROUNDS, 50),
		    bench_percentile(kinds[i].p99_us, ROUNDS, 50));
	check_store();
	bench_folder_remove(folder);
	return EXIT_SUCCESS;
}
