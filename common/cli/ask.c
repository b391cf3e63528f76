/* One question to the engine: one connection, one loop. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/cli/ask.h"
#include "common/adapter/client.h"
#include "common/base/monotonic.h"
#include "common/cli/output.h"

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

/* Returns whether there was an answer. */
static bool
ask_over(struct bs_client *client, const struct bs_request *request,
    struct bs_answer *answer)
{
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
	if (bs_client_ask(client, &question, asked_ms) != 0)
		return false;
	while (!waiting.done && !is_hopeless(client, asked_ms)) {
		pollfd = (struct pollfd){.fd = bs_client_fd(client),
		    .events = bs_client_events(client)};
		if (poll(&pollfd, 1,
			bs_client_timeout_ms(client, bs_monotonic_ms())) <= 0)
			pollfd.revents = 0;
		bs_client_pump(client, pollfd.revents, bs_monotonic_ms());
	}
	bs_client_cancel(client, &question);
	*answer = waiting.answer;
	return waiting.answered;
}

static struct bs_client the_client; /* too large for a stack */

/* Sets *dropped to whether somebody took the connection and closed it unasked,
 * as the engine does to whom it does not answer. */
static bool
ask(const char *socket, const struct bs_request *request,
    struct bs_answer *answer, bool *dropped)
{
	bool answered;

	memset(answer, 0, sizeof(*answer));
	*dropped = false;
	if (bs_client_init(&the_client, socket) != 0)
		return false;
	answered = ask_over(&the_client, request, answer);
	*dropped = the_client.losses > 0;
	bs_client_close(&the_client);
	return answered;
}

bool
bs_ask_request(const char *socket, const struct bs_request *request,
    struct bs_answer *answer)
{
	bool unused;

	return ask(socket, request, answer, &unused);
}

/* Whether the socket, or a folder on the way to it, is closed to us. */
static bool
is_closed(const char *socket)
{
	return access(socket, W_OK) != 0 && (errno == EACCES || errno == EPERM);
}

static bool
is_refused(const char *socket, bool dropped)
{
	return geteuid() != 0 && (dropped || is_closed(socket));
}

int
bs_ask_each(const char *socket, struct bs_request *request, bs_ask_take *next,
    void *context)
{
	struct bs_answer answer;
	bool answered;
	bool dropped;

	if (bs_client_init(&the_client, socket) != 0)
		return -ETIMEDOUT;
	do {
		answered = ask_over(&the_client, request, &answer);
	} while (answered && next(context, &answer, request));
	dropped = the_client.losses > 0;
	bs_client_close(&the_client);
	if (answered)
		return 0;
	return is_refused(socket, dropped) ? -EACCES : -ETIMEDOUT;
}

int
bs_ask_or_tell(const char *socket, const struct bs_request *request,
    struct bs_answer *answer)
{
	bool dropped;

	if (ask(socket, request, answer, &dropped))
		return 0;
	if (is_refused(socket, dropped)) {
		bs_complain("%s: the engine does not answer this user; run as "
			    "root",
		    socket);
		return EX_NOPERM;
	}
	bs_complain("%s: no engine answers there", socket);
	return EX_UNAVAILABLE;
}

bool
bs_ask(const char *socket, enum bs_op op, struct bs_answer *answer)
{
	const struct bs_request request = {.op = op};

	return bs_ask_request(socket, &request, answer);
}
