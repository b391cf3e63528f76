/* Whether the engine answers: one question, one loop. */
#include <poll.h>
#include <string.h>
#include <time.h>

#include "common/cli/ping.h"
#include "common/client.h"

/* The engine answers within a commit, some 20 ms: this is for a slow disk. */
#define DEADLINE_MS 2000

/* For an engine that restarts; where nobody listens, nobody will answer. */
#define CONNECT_MS 300

struct waiting {
	bool done;
	bool answered;
	struct bs_answer answer;
};

static void
take(struct bs_question *question, const struct bs_answer *answer)
{
	struct waiting *waiting = question->context;

	waiting->done = true;
	waiting->answered = answer != NULL;
	if (answer != NULL)
		waiting->answer = *answer;
}

static int64_t
monotonic_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
is_hopeless(const struct bs_client *client, int64_t asked_ms)
{
	return client->state == BS_CLIENT_IDLE &&
	       monotonic_ms() > asked_ms + CONNECT_MS;
}

bool
bs_ping(const char *socket, char reason[static BS_PING_REASON])
{
	static struct bs_client client; /* too large for a stack */
	struct waiting waiting = {0};
	struct bs_question question = {
	    .request = {.op = BS_OP_PING, .deadline_ms = DEADLINE_MS},
	    .done = take,
	    .context = &waiting,
	};
	struct pollfd pollfd;
	int64_t asked_ms = monotonic_ms();

	reason[0] = '\0';
	if (bs_client_init(&client, socket) != 0 ||
	    bs_client_ask(&client, &question, asked_ms) != 0)
		return false;
	while (!waiting.done && !is_hopeless(&client, asked_ms)) {
		pollfd = (struct pollfd){.fd = bs_client_fd(&client),
		    .events = bs_client_events(&client)};
		if (poll(&pollfd, 1,
			bs_client_timeout_ms(&client, monotonic_ms())) <= 0)
			pollfd.revents = 0;
		bs_client_pump(&client, pollfd.revents, monotonic_ms());
	}
	bs_client_close(&client);
	memcpy(reason, waiting.answer.reason, sizeof(waiting.answer.reason));
	return waiting.answered;
}
