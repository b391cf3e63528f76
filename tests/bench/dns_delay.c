/* Hands DNS questions on by UDP and lets each answer wait.
 *
 * usage: dns_delay ADDRESS PORT SERVER_ADDRESS SERVER_PORT MILLISECONDS
 *
 * Each question gets an id of ours, by which the answer finds its asker. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/bench/bench.h"

#define IDS 65536
#define MESSAGE_MAX 1500

struct waiting {
	int64_t due_ns;
	struct sockaddr_in asker;
	size_t len;
	unsigned char message[MESSAGE_MAX];
};

static struct {
	struct sockaddr_in asker;
	unsigned char id[2];
} asked[IDS];
static uint16_t last_id;
/* All wait as long, so the first that came is the first to go. */
static struct waiting queue[IDS];
static size_t first, count;

static int
socket_to(const char *address, const char *port, bool is_server)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 1 << 22;

	to.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		exit(2);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if ((is_server
		    ? bind(fd, (struct sockaddr *)&to, sizeof(to))
		    : connect(fd, (struct sockaddr *)&to, sizeof(to))) != 0) {
		perror(address);
		exit(1);
	}
	return fd;
}

static void
hand_on(int front, int back)
{
	unsigned char message[MESSAGE_MAX];
	struct sockaddr_in asker;
	socklen_t size = sizeof(asker);
	ssize_t len;

	while ((len = recvfrom(front, message, sizeof(message), MSG_DONTWAIT,
		    (struct sockaddr *)&asker, &size)) >= 12) {
		uint16_t id = ++last_id;

		asked[id].asker = asker;
		memcpy(asked[id].id, message, 2);
		message[0] = (unsigned char)(id >> 8);
		message[1] = (unsigned char)id;
		(void)!send(back, message, (size_t)len, 0);
		size = sizeof(asker);
	}
}

static void
keep(int back, int64_t delay_ns)
{
	while (count < IDS) {
		struct waiting *kept = &queue[(first + count) % IDS];
		ssize_t len = recv(back, kept->message, sizeof(kept->message),
		    MSG_DONTWAIT);
		size_t id;

		if (len < 12)
			return;
		id = (size_t)(kept->message[0] << 8 | kept->message[1]);
		kept->len = (size_t)len;
		kept->asker = asked[id].asker;
		memcpy(kept->message, asked[id].id, 2);
		kept->due_ns = bench_now_ns() + delay_ns;
		count++;
	}
}

/* Returns milliseconds until the next is due, -1 for none. */
static int
let_go(int front)
{
	int64_t now = bench_now_ns();

	while (count > 0 && queue[first].due_ns <= now) {
		(void)!sendto(front, queue[first].message, queue[first].len, 0,
		    (struct sockaddr *)&queue[first].asker,
		    sizeof(queue[first].asker));
		first = (first + 1) % IDS;
		count--;
	}
	return count == 0 ? -1
			  : (int)((queue[first].due_ns - now) / 1000000) + 1;
}

int
main(int argc, char **argv)
{
	struct pollfd fds[2] = {{.events = POLLIN}, {.events = POLLIN}};
	int64_t delay_ns;

	if (argc != 6)
		return 2;
	fds[0].fd = socket_to(argv[1], argv[2], true);
	fds[1].fd = socket_to(argv[3], argv[4], false);
	delay_ns = strtol(argv[5], NULL, 10) * 1000000;
	puts("ready");
	fflush(stdout);
	for (;;) {
		poll(fds, 2, let_go(fds[0].fd));
		hand_on(fds[0].fd, fds[1].fd);
		keep(fds[1].fd, delay_ns);
	}
}
