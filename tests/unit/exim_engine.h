/* An engine for the parts of Exim's module, which ask and wait: it answers
 * from a thread, as the test has it. */
#ifndef BS_EXIM_ENGINE_H
#define BS_EXIM_ENGINE_H

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>

#include "common/adapter/wire.h"
#include "tests/unit/folder.h"

#define HEARD_MAX 600

/* Answers a request in answer, whose id and status are set; returns false to
 * say nothing. */
typedef bool engine_script(const struct bs_request *request,
    struct bs_answer *answer);

/* What the engine heard; to be looked at when it owes nothing. */
static struct {
	unsigned count;
	struct bs_request request[HEARD_MAX];
	unsigned connections;
} heard;

static struct {
	char folder[PATH_MAX];
	engine_script *script;
	unsigned hang_up_after; /* requests; 0: never */
	int listener;
	int ends[2]; /* a pipe: closed to end it */
	pthread_t thread;
	bool runs;
} engine;

static inline void
engine_send(int peer, const struct bs_answer *answer)
{
	char frame[BS_WIRE_MAX];
	int len = bs_answer_encode(answer, frame, sizeof(frame));

	assert_true(len > 0);
	/* a client that has gone away did not wait for the answer */
	(void)send(peer, frame, (size_t)len, MSG_NOSIGNAL);
}

static inline void
engine_serve(int peer)
{
	static char buf[4 * BS_WIRE_MAX];
	size_t used = 0;
	size_t len;

	for (;;) {
		struct pollfd fds[] = {{.fd = peer, .events = POLLIN},
		    {.fd = engine.ends[0], .events = POLLIN}};
		ssize_t got;

		(void)poll(fds, 2, -1);
		if (fds[1].revents != 0)
			return;
		got = recv(peer, buf + used, sizeof(buf) - used, 0);
		if (got <= 0)
			return;
		used += (size_t)got;
		while (bs_wire_frame(buf, used, &len) == 0) {
			struct bs_request *request =
			    &heard.request[heard.count];
			struct bs_answer answer;

			assert_true(heard.count < HEARD_MAX);
			assert_int_equal(bs_request_decode(buf, len, request),
			    0);
			used -= len;
			memmove(buf, buf + len, used);
			heard.count++;
			answer = (struct bs_answer){.id = request->id,
			    .status = BS_STATUS_OK};
			if (engine.script(request, &answer))
				engine_send(peer, &answer);
			if (heard.count == engine.hang_up_after)
				return;
		}
	}
}

static inline void *
engine_thread(void *unused)
{
	(void)unused;
	for (;;) {
		struct pollfd fds[] = {
		    {.fd = engine.listener, .events = POLLIN},
		    {.fd = engine.ends[0], .events = POLLIN}};
		int peer;

		(void)poll(fds, 2, -1);
		if (fds[1].revents != 0)
			return NULL;
		peer = accept4(engine.listener, NULL, NULL, SOCK_CLOEXEC);
		if (peer == -1)
			continue;
		heard.connections++;
		engine_serve(peer);
		close(peer);
	}
}

static inline void
engine_start(engine_script *script)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX,
	    .sun_path = BS_SOCKET_PATH};

	engine.script = script;
	engine.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(engine.listener, (struct sockaddr *)&address, sizeof(address)),
	    0);
	assert_int_equal(listen(engine.listener, 8), 0);
	assert_int_equal(pipe(engine.ends), 0);
	assert_int_equal(
	    pthread_create(&engine.thread, NULL, engine_thread, NULL), 0);
	engine.runs = true;
}

static inline void
engine_end(void)
{
	if (!engine.runs)
		return;
	engine.runs = false;
	close(engine.ends[1]);
	assert_int_equal(pthread_join(engine.thread, NULL), 0);
	close(engine.ends[0]);
	close(engine.listener);
	assert_int_equal(unlink(BS_SOCKET_PATH), 0);
}

static inline int
set_up(void **state)
{
	(void)state;
	memset(&heard, 0, sizeof(heard));
	memset(&engine, 0, sizeof(engine));
	folder_make(engine.folder, sizeof(engine.folder));
	return chdir(engine.folder);
}

static inline int
tear_down(void **state)
{
	(void)state;
	engine_end();
	assert_int_equal(chdir("/"), 0);
	folder_remove(engine.folder);
	return 0;
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

#endif
