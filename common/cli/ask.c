/* One question to the engine: one connection, one loop. */
#include <poll.h>
#include <string.h>

#include "common/cli/ask.h"
#include "common/adapter/client.h"
#include "common/base/monotonic.h"

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

static bool
is_hopeless(const struct bs_client *client, int64_t asked_ms)
{
	return client->state == BS_CLIENT_IDLE &&
	       bs_monotonic_ms() > asked_ms + CONNECT_MS;
}

bool
bs_ask_request(const char *socket, const struct bs_request *request,
    struct bs_answer *answer)
{
	static struct bs_client client; /* too large for a stack */
	struct waiting waiting = {0};
	struct bs_question question = {
	    .request = *request,
	    .done = take,
	    .context = &waiting,
	};
	struct pollfd pollfd;
	int64_t asked_ms = bs_monotonic_ms();

	question.request.deadline_ms = DEADLINE_MS;
	memset(answer, 0, sizeof(*answer));
	if (bs_client_init(&client, socket) != 0 ||
	    bs_client_ask(&client, &question, asked_ms) != 0)
		return false;
	while (!waiting.done && !is_hopeless(&client, asked_ms)) {
		pollfd = (struct pollfd){.fd = bs_client_fd(&client),
		    .events = bs_client_events(&client)};
		if (poll(&pollfd, 1,
			bs_client_timeout_ms(&client, bs_monotonic_ms())) <= 0)
			pollfd.revents = 0;
		bs_client_pump(&client, pollfd.revents, bs_monotonic_ms());
	}
	bs_client_close(&client);
	*answer = waiting.answer;
	return waiting.answered;
}

bool
bs_ask(const char *socket, enum bs_op op, struct bs_answer *answer)
{
	const struct bs_request request = {.op = op};

	return bs_ask_request(socket, &request, answer);
}
