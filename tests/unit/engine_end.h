/* A client and the engine's end of its socket, which the test serves. Time is
 * a number of the test's. */
#ifndef BS_ENGINE_END_H
#define BS_ENGINE_END_H

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "common/adapter/client.h"
#include "tests/unit/folder.h"

static struct bs_client client;
static char folder[PATH_MAX];
static char path[PATH_MAX + 16];
static int listener;
static int peer;
static char heard[4 * BS_WIRE_MAX];
static size_t heard_len;

/* What done was last called with. */
static struct {
	unsigned count;
	struct bs_question *question;
	bool has_answer;
	struct bs_answer answer;
} last;

static inline void
note(struct bs_question *question, const struct bs_answer *answer)
{
	last.count++;
	last.question = question;
	last.has_answer = answer != NULL;
	if (answer != NULL)
		last.answer = *answer;
}

static inline void
engine_listen(int backlog)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memcpy(address.sun_path, path, strlen(path) + 1);
	(void)unlink(path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, backlog), 0);
}

static inline void
engine_accept(void)
{
	peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(peer >= 0);
	heard_len = 0;
}

static inline void
engine_hang_up(void)
{
	if (peer != -1)
		close(peer);
	peer = -1;
}

static inline void
engine_stop(void)
{
	engine_hang_up();
	if (listener != -1)
		close(listener);
	listener = -1;
	(void)unlink(path);
}

/* The next request, or false when none is whole yet. */
static inline bool
engine_hears(struct bs_request *out)
{
	size_t len;
	ssize_t n;

	if (bs_wire_frame(heard, heard_len, &len) != 0) {
		n = recv(peer, heard + heard_len, sizeof(heard) - heard_len, 0);
		if (n > 0)
			heard_len += (size_t)n;
		if (bs_wire_frame(heard, heard_len, &len) != 0)
			return false;
	}
	assert_int_equal(bs_request_decode(heard, len, out), 0);
	heard_len -= len;
	memmove(heard, heard + len, heard_len);
	return true;
}

static inline void
engine_says(const char *octets, size_t len)
{
	assert_int_equal(send(peer, octets, len, MSG_NOSIGNAL), len);
}

static inline void
engine_answers(uint64_t id, const char *address)
{
	struct bs_answer answer = {.id = id, .status = BS_STATUS_OK};
	char frame[BS_WIRE_MAX];
	int len;

	snprintf(answer.address, sizeof(answer.address), "%s", address);
	len = bs_answer_encode(&answer, frame, sizeof(frame));
	assert_true(len > 0);
	engine_says(frame, (size_t)len);
}

/* Questions outlive their test: tear_down() finds them pending. */
static inline void
prepare(struct bs_question *question, unsigned deadline_ms)
{
	memset(question, 0, sizeof(*question));
	question->request.op = BS_OP_SIGN;
	question->request.deadline_ms = deadline_ms;
	question->request.has_sender = true;
	snprintf(question->request.sender, BS_ADDRESS_MAX, "a@example.org");
	question->done = note;
}

static inline void
ask(struct bs_question *question, unsigned deadline_ms, int64_t now)
{
	prepare(question, deadline_ms);
	assert_int_equal(bs_client_ask(&client, question, now), 0);
}

static inline int
set_up(void **state)
{
	(void)state;
	folder_make(folder, sizeof(folder));
	snprintf(path, sizeof(path), "%s/engine.sock", folder);
	memset(&last, 0, sizeof(last));
	listener = peer = -1;
	assert_int_equal(bs_client_init(&client, path), 0);
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	bs_client_close(&client);
	engine_stop();
	folder_remove(folder);
	return 0;
}

/* A client that is connected and was answered once. */
static inline void
connect_client(int64_t now)
{
	struct bs_question question;
	struct bs_request request;

	engine_listen(8);
	ask(&question, 500, now);
	bs_client_pump(&client, 0, now);
	engine_accept();
	assert_true(engine_hears(&request));
	engine_answers(request.id, "");
	bs_client_pump(&client, POLLIN, now);
	assert_int_equal(last.count, 1);
	memset(&last, 0, sizeof(last));
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

#endif
