/* The adapter's end of the engine's socket: questions, deadlines, reconnects.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/adapter/client.h"

/* Between two attempts to connect: an engine that restarts is back within a
 * second, one that was stopped is not worth an attempt for each mail. */
#define RETRY_MS 50
#define RETRY_AWAY_MS 250

/* A restart may take this long before questions are given up early. */
#define AWAY_MS 2000

/* Reads in one pump: an engine that floods us must not hold up the sessions. */
#define READS_MAX 8

int
bs_client_init(struct bs_client *client, const char *path)
{
	size_t len = strlen(path);

	memset(client, 0, sizeof(*client));
	client->fd = -1;
	if (len >= sizeof(client->path))
		return -ENAMETOOLONG;
	memcpy(client->path, path, len + 1);
	return 0;
}

static void
append(struct bs_client *client, struct bs_question *question)
{
	question->next = NULL;
	question->pending = true;
	if (client->last == NULL)
		client->first = question;
	else
		client->last->next = question;
	client->last = question;
	if (client->unsent == NULL)
		client->unsent = question;
}

static void
unlink_question(struct bs_client *client, struct bs_question *question)
{
	struct bs_question *before = NULL;
	struct bs_question *at = client->first;

	while (at != NULL && at != question) {
		before = at;
		at = at->next;
	}
	if (at == NULL)
		return;
	if (before == NULL)
		client->first = question->next;
	else
		before->next = question->next;
	if (client->last == question)
		client->last = before;
	if (client->unsent == question)
		client->unsent = question->next;
	question->next = NULL;
	question->pending = false;
}

static void
trace(const struct bs_client *client, const char *what, uint64_t id,
    const char *frame, size_t len)
{
	if (client->trace != NULL)
		client->trace(what, id, frame, len);
}

static void
trace_lost(const struct bs_client *client, const struct bs_request *request)
{
	char frame[32];
	int len = snprintf(frame, sizeof(frame), "op=%s\n\n",
	    bs_op_name(request->op));

	trace(client, "no answer", request->id, frame, (size_t)len);
}

/* The question is the caller's again from here on. */
static void
end_question(struct bs_client *client, struct bs_question *question,
    const struct bs_answer *answer)
{
	unlink_question(client, question);
	if (answer == NULL)
		trace_lost(client, &question->request);
	question->done(question, answer);
}

static struct bs_question *
find(const struct bs_client *client, uint64_t id)
{
	struct bs_question *at = client->first;

	while (at != NULL && at->request.id != id)
		at = at->next;
	return at;
}

static bool
is_away(const struct bs_client *client, int64_t now_ms)
{
	return client->state != BS_CLIENT_UP && client->down_since != 0 &&
	       now_ms - client->down_since >= AWAY_MS;
}

/* Closes, and has all pending questions asked again on the next connection.
 */
static void
disconnect(struct bs_client *client, int64_t now_ms)
{
	if (client->fd != -1)
		close(client->fd);
	client->fd = -1;
	client->state = BS_CLIENT_IDLE;
	client->in_len = 0;
	client->out_len = 0;
	client->unsent = client->first;
	client->stalled = false;
	/* losing it while nothing is asked does not count as being away */
	if (client->down_since == 0 && client->first != NULL)
		client->down_since = now_ms;
	client->retry_at =
	    now_ms + (is_away(client, now_ms) ? RETRY_AWAY_MS : RETRY_MS);
}

/* The engine closed the connection, or is gone. One that answered until now may
 * have been restarted, so an attempt to connect is worth it at once. */
static void
lose(struct bs_client *client, int64_t now_ms)
{
	bool answered = client->down_since == 0;

	client->losses++;
	disconnect(client, now_ms);
	if (answered)
		client->retry_at = now_ms;
}

static void
connect_engine(struct bs_client *client, int64_t now_ms)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memcpy(address.sun_path, client->path, sizeof(client->path));
	client->connects++;
	client->fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client->fd == -1) {
		disconnect(client, now_ms);
		return;
	}
	/* Linux never says EINPROGRESS here; EAGAIN is a full backlog and as
	 * good as a refusal, for such a socket cannot be polled */
	if (connect(client->fd, (struct sockaddr *)&address, sizeof(address)) ==
	    0)
		client->state = BS_CLIENT_UP;
	else if (errno == EINPROGRESS || errno == EINTR)
		client->state = BS_CLIENT_CONNECTING;
	else
		disconnect(client, now_ms);
}

static void
finish_connect(struct bs_client *client, int64_t now_ms)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 ||
	    error != 0)
		disconnect(client, now_ms);
	else
		client->state = BS_CLIENT_UP;
}

/* Takes the whole answers out of client->in. The connection may be gone when
 * it returns: done may close it, and a peer that talks nonsense loses it. */
static void
take_answers(struct bs_client *client, int64_t now_ms)
{
	struct bs_answer answer;
	struct bs_question *question;
	size_t len = 0;
	int rc;

	while (client->state == BS_CLIENT_UP) {
		rc = bs_wire_frame(client->in, client->in_len, &len);
		if (rc == BS_WIRE_MORE)
			return;
		if (rc == 0)
			rc = bs_answer_decode(client->in, len, &answer);
		if (rc != 0) {
			disconnect(client, now_ms);
			return;
		}
		trace(client, "answer", answer.id, client->in, len);
		client->in_len -= len;
		memmove(client->in, client->in + len, client->in_len);
		client->down_since = 0;
		client->stalled = false;
		if (answer.asks != 0)
			client->asks = answer.asks;
		/* one that comes too late has no question any more */
		if ((question = find(client, answer.id)) != NULL)
			end_question(client, question, &answer);
	}
}

static void
receive(struct bs_client *client, int64_t now_ms)
{
	for (int i = 0; i < READS_MAX && client->state == BS_CLIENT_UP; i++) {
		size_t room = sizeof(client->in) - client->in_len;
		ssize_t n =
		    recv(client->fd, client->in + client->in_len, room, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n <= 0) {
			lose(client, now_ms);
			return;
		}
		client->in_len += (size_t)n;
		take_answers(client, now_ms);
		if ((size_t)n < room)
			return;
	}
}

static unsigned
remaining_ms(const struct bs_question *question, int64_t now_ms)
{
	int64_t left = question->deadline - now_ms;

	return left > 0 ? (unsigned)left : 1;
}

/* Encodes as many questions as there is room for. */
static void
fill(struct bs_client *client, int64_t now_ms)
{
	while (client->unsent != NULL) {
		struct bs_question *question = client->unsent;
		int len;

		question->request.deadline_ms = remaining_ms(question, now_ms);
		len = bs_request_encode(&question->request,
		    client->out + client->out_len,
		    sizeof(client->out) - client->out_len);
		if (len < 0)
			return;
		trace(client, "question", question->request.id,
		    client->out + client->out_len, (size_t)len);
		client->out_len += (size_t)len;
		client->unsent = question->next;
	}
}

/* Returns whether all that was encoded left. */
static bool
flush(struct bs_client *client, int64_t now_ms)
{
	while (client->out_len > 0) {
		ssize_t n = send(client->fd, client->out, client->out_len,
		    MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			if (errno != EAGAIN && errno != EWOULDBLOCK)
				lose(client, now_ms);
			return false;
		}
		client->out_len -= (size_t)n;
		memmove(client->out, client->out + n, client->out_len);
	}
	return true;
}

static void
transmit(struct bs_client *client, int64_t now_ms)
{
	do
		fill(client, now_ms);
	while (client->out_len > 0 && flush(client, now_ms) &&
	       client->unsent != NULL);
}

/* The first question to be given up now. Those asked since the pump began are
 * left for the next one, or a done that asks again would go on for ever. */
static struct bs_question *
first_late(const struct bs_client *client, uint64_t last_id, int64_t now_ms)
{
	bool away = is_away(client, now_ms);
	struct bs_question *at = client->first;

	for (; at != NULL; at = at->next)
		if (at->request.id <= last_id &&
		    (away || at->deadline <= now_ms))
			return at;
	return NULL;
}

static void
expire(struct bs_client *client, uint64_t last_id, int64_t now_ms)
{
	struct bs_question *late;

	while ((late = first_late(client, last_id, now_ms)) != NULL) {
		if (late->request.op != BS_OP_SPF &&
		    client->state == BS_CLIENT_UP)
			client->stalled = true;
		end_question(client, late, NULL);
	}
}

int
bs_client_ask(struct bs_client *client, struct bs_question *question,
    int64_t now_ms)
{
	char frame[BS_WIRE_MAX];
	int len;

	question->request.version = BS_WIRE_VERSION;
	question->request.id = ++client->last_id;
	len = bs_request_encode(&question->request, frame, sizeof(frame));
	if (len < 0)
		return len;
	question->deadline = now_ms + question->request.deadline_ms;
	append(client, question);
	return 0;
}

void
bs_client_cancel(struct bs_client *client, struct bs_question *question)
{
	if (question->pending)
		unlink_question(client, question);
}

int
bs_client_fd(const struct bs_client *client)
{
	return client->fd;
}

short
bs_client_events(const struct bs_client *client)
{
	switch (client->state) {
	case BS_CLIENT_IDLE:
		return 0;
	case BS_CLIENT_CONNECTING:
		return POLLOUT;
	case BS_CLIENT_UP:
		return client->out_len > 0 ? POLLIN | POLLOUT : POLLIN;
	}
	return 0;
}

int
bs_client_timeout_ms(const struct bs_client *client, int64_t now_ms)
{
	const struct bs_question *at = client->first;
	int64_t next = INT64_MAX;

	if (at == NULL)
		return -1;
	if (is_away(client, now_ms) ||
	    (client->state == BS_CLIENT_UP && client->unsent != NULL &&
		client->out_len == 0))
		return 0;
	if (client->state == BS_CLIENT_IDLE)
		next = client->retry_at;
	if (client->state != BS_CLIENT_UP && client->down_since != 0 &&
	    client->down_since + AWAY_MS < next)
		next = client->down_since + AWAY_MS;
	for (; at != NULL; at = at->next)
		if (at->deadline < next)
			next = at->deadline;
	if (next <= now_ms)
		return 0;
	return next - now_ms > INT_MAX ? INT_MAX : (int)(next - now_ms);
}

void
bs_client_pump(struct bs_client *client, short revents, int64_t now_ms)
{
	uint64_t last_id = client->last_id;

	if (client->state == BS_CLIENT_CONNECTING && revents != 0)
		finish_connect(client, now_ms);
	else if (client->state == BS_CLIENT_UP && (revents & ~POLLOUT) != 0)
		receive(client, now_ms);
	if (client->state == BS_CLIENT_IDLE && client->first != NULL &&
	    client->retry_at <= now_ms)
		connect_engine(client, now_ms);
	if (client->state == BS_CLIENT_UP)
		transmit(client, now_ms);
	expire(client, last_id, now_ms);
}

bool
bs_client_is_up(const struct bs_client *client)
{
	return client->state == BS_CLIENT_UP;
}

bool
bs_client_is_stalled(const struct bs_client *client)
{
	return client->stalled;
}

void
bs_client_close(struct bs_client *client)
{
	while (client->first != NULL)
		unlink_question(client, client->first);
	if (client->fd != -1)
		close(client->fd);
	client->fd = -1;
	client->state = BS_CLIENT_IDLE;
	client->in_len = 0;
	client->out_len = 0;
}
