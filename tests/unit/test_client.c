/* The client's state machine against a socket that the test serves; the clock
 * is a number of the test's. */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "common/client.h"
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

static void
note(struct bs_question *question, const struct bs_answer *answer)
{
	last.count++;
	last.question = question;
	last.has_answer = answer != NULL;
	if (answer != NULL)
		last.answer = *answer;
}

static void
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

static void
engine_accept(void)
{
	peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(peer >= 0);
	heard_len = 0;
}

static void
engine_hang_up(void)
{
	if (peer != -1)
		close(peer);
	peer = -1;
}

static void
engine_stop(void)
{
	engine_hang_up();
	if (listener != -1)
		close(listener);
	listener = -1;
	(void)unlink(path);
}

/* The next request, or false when none is whole yet. */
static bool
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

static void
engine_says(const char *octets, size_t len)
{
	assert_int_equal(send(peer, octets, len, MSG_NOSIGNAL), len);
}

static void
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
static void
prepare(struct bs_question *question, unsigned deadline_ms)
{
	memset(question, 0, sizeof(*question));
	question->request.op = BS_OP_SIGN;
	question->request.deadline_ms = deadline_ms;
	question->request.has_sender = true;
	snprintf(question->request.sender, BS_ADDRESS_MAX, "a@example.org");
	question->done = note;
}

static void
ask(struct bs_question *question, unsigned deadline_ms, int64_t now)
{
	prepare(question, deadline_ms);
	assert_int_equal(bs_client_ask(&client, question, now), 0);
}

static int
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

static int
tear_down(void **state)
{
	(void)state;
	bs_client_close(&client);
	engine_stop();
	folder_remove(folder);
	return 0;
}

/* A client that is connected and was answered once. */
static void
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

static void
asks_and_hears(void **state)
{
	static struct bs_question question;
	struct bs_request request;

	(void)state;
	assert_int_equal(bs_client_fd(&client), -1);
	assert_int_equal(bs_client_events(&client), 0);
	assert_int_equal(bs_client_timeout_ms(&client, 1000), -1);
	assert_false(bs_client_is_up(&client));
	engine_listen(8);
	ask(&question, 500, 1000);
	assert_int_equal(bs_client_timeout_ms(&client, 1000), 0);
	bs_client_pump(&client, 0, 1000);
	assert_true(bs_client_is_up(&client));
	assert_true(bs_client_fd(&client) >= 0);
	assert_int_equal(bs_client_events(&client), POLLIN);
	assert_int_equal(bs_client_timeout_ms(&client, 1100), 400);
	assert_int_equal(last.count, 0);

	engine_accept();
	assert_true(engine_hears(&request));
	assert_int_equal(request.version, BS_WIRE_VERSION);
	assert_string_equal(request.sender, "a@example.org");
	engine_answers(request.id, "b@example.org");
	bs_client_pump(&client, POLLIN, 1200);
	assert_int_equal(last.count, 1);
	assert_ptr_equal(last.question, &question);
	assert_true(last.has_answer);
	assert_string_equal(last.answer.address, "b@example.org");
	assert_int_equal(bs_client_timeout_ms(&client, 1200), -1);
}

static void
sends_what_remains_of_the_deadline(void **state)
{
	static struct bs_question question;
	struct bs_request request;

	(void)state;
	ask(&question, 500, 1000);
	bs_client_pump(&client, 0, 1000);
	engine_listen(8);
	bs_client_pump(&client, 0, 1200);
	engine_accept();
	assert_true(engine_hears(&request));
	assert_int_equal(request.deadline_ms, 300);
	engine_hang_up();
	bs_client_pump(&client, POLLIN | POLLHUP, 1300);
	bs_client_pump(&client, 0, 1400);
	engine_accept();
	assert_true(engine_hears(&request));
	assert_int_equal(request.deadline_ms, 100);
	assert_int_equal(last.count, 0);
}

static void
ends_what_is_late(void **state)
{
	static struct bs_question first;
	static struct bs_question second;
	struct bs_request request;

	(void)state;
	connect_client(1000);
	ask(&first, 500, 1000);
	ask(&second, 800, 1000);
	bs_client_pump(&client, 0, 1000);
	assert_true(engine_hears(&request));
	bs_client_pump(&client, 0, 1499);
	assert_int_equal(last.count, 0);
	bs_client_pump(&client, 0, 1500);
	assert_int_equal(last.count, 1);
	assert_ptr_equal(last.question, &first);
	assert_false(last.has_answer);
	assert_int_equal(bs_client_timeout_ms(&client, 1500), 300);

	/* its answer is nobody's, the other's still counts */
	engine_answers(request.id, "");
	assert_true(engine_hears(&request));
	engine_answers(request.id, "");
	bs_client_pump(&client, POLLIN, 1600);
	assert_int_equal(last.count, 2);
	assert_ptr_equal(last.question, &second);
	assert_true(last.has_answer);
}

/* An answer that arrived is not late, however late we look. */
static void
reads_before_it_gives_up(void **state)
{
	static struct bs_question question;
	struct bs_request request;

	(void)state;
	connect_client(1000);
	ask(&question, 500, 1000);
	bs_client_pump(&client, 0, 1000);
	assert_true(engine_hears(&request));
	engine_answers(request.id, "");
	bs_client_pump(&client, POLLIN, 9000);
	assert_int_equal(last.count, 1);
	assert_true(last.has_answer);
}

static void
tries_again_and_gives_up_after_two_seconds(void **state)
{
	static struct bs_question question;

	(void)state;
	ask(&question, 60000, 1000);
	for (int64_t now = 1000; now < 3000; now += 50) {
		bs_client_pump(&client, 0, now);
		assert_int_equal(bs_client_timeout_ms(&client, now), 50);
	}
	assert_int_equal(last.count, 0);
	bs_client_pump(&client, 0, 3000);
	assert_int_equal(last.count, 1);
	assert_false(last.has_answer);
	assert_int_equal(bs_client_timeout_ms(&client, 3000), -1);

	/* from now on a question ends at the next pump */
	ask(&question, 60000, 3100);
	assert_int_equal(last.count, 1);
	assert_int_equal(bs_client_timeout_ms(&client, 3100), 0);
	bs_client_pump(&client, 0, 3100);
	assert_int_equal(last.count, 2);

	/* and the engine is found again, 250 ms after the last connect */
	engine_listen(8);
	ask(&question, 60000, 3249);
	bs_client_pump(&client, 0, 3249);
	assert_int_equal(last.count, 3);
	ask(&question, 60000, 3250);
	bs_client_pump(&client, 0, 3250);
	assert_int_equal(last.count, 3);
	assert_true(bs_client_is_up(&client));
}

static void
asks_again_after_a_restart(void **state)
{
	static struct bs_question questions[3];
	struct bs_request request;

	(void)state;
	connect_client(1000);
	for (size_t i = 0; i < COUNT(questions); i++)
		ask(&questions[i], 60000, 1000);
	bs_client_pump(&client, 0, 1000);
	assert_true(engine_hears(&request));
	engine_answers(request.id, "");
	engine_stop();
	bs_client_pump(&client, POLLIN | POLLHUP, 1001); /* the answer */
	bs_client_pump(&client, POLLIN | POLLHUP, 1001); /* the end */
	assert_int_equal(last.count, 1);
	assert_ptr_equal(last.question, &questions[0]);
	assert_false(bs_client_is_up(&client));

	bs_client_pump(&client, 0, 1100);
	engine_listen(8);
	bs_client_pump(&client, 0, 1200);
	engine_accept();
	for (size_t i = 1; i < COUNT(questions); i++) {
		assert_true(engine_hears(&request));
		engine_answers(request.id, "");
		bs_client_pump(&client, POLLIN, 1200);
		assert_int_equal(last.count, i + 1);
		assert_ptr_equal(last.question, &questions[i]);
		assert_true(last.has_answer);
	}
	assert_false(engine_hears(&request));
}

/* The two seconds begin when somebody wanted an answer. */
static void
a_loss_while_nobody_asks_is_no_outage(void **state)
{
	static struct bs_question question;

	(void)state;
	connect_client(1000);
	engine_stop();
	bs_client_pump(&client, POLLIN | POLLHUP, 1001);
	assert_int_equal(bs_client_timeout_ms(&client, 1001), -1);
	ask(&question, 60000, 900000);
	bs_client_pump(&client, 0, 900000);
	assert_int_equal(last.count, 0);
	bs_client_pump(&client, 0, 902000);
	assert_int_equal(last.count, 1);
}

static void
leaves_a_peer_that_talks_nonsense(void **state)
{
	static char long_line[BS_WIRE_LINE + 2];
	static char many_lines[(BS_WIRE_LINES + 1) * 4 + 1];
	static const char *const cases[] = {"\n", "id=1\n\n", "x\n\n",
	    "id=1\nstatus=perhaps\n\n", "220 mx.example.org ESMTP\n\n",
	    long_line, many_lines};
	static struct bs_question question;
	struct bs_request request;

	(void)state;
	memset(long_line, 'x', sizeof(long_line) - 1);
	for (size_t i = 0; i + 4 < sizeof(many_lines); i += 4)
		memcpy(many_lines + i, "a=b\n", 5);
	connect_client(1000);
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t now = 2000 + 1000 * (int64_t)i;

		memset(&last, 0, sizeof(last));
		ask(&question, 60000, now);
		bs_client_pump(&client, 0, now);
		assert_true(engine_hears(&request));
		engine_says(cases[i], strlen(cases[i]));
		bs_client_pump(&client, POLLIN, now + 1);
		assert_false(bs_client_is_up(&client));
		assert_int_equal(last.count, 0);
		assert_int_equal(bs_client_timeout_ms(&client, now + 1), 50);
		engine_hang_up();

		bs_client_pump(&client, 0, now + 51);
		engine_accept();
		assert_true(engine_hears(&request));
		engine_answers(request.id, "");
		bs_client_pump(&client, POLLIN, now + 60);
		assert_int_equal(last.count, 1);
		assert_true(last.has_answer);
	}
}

/* A service that takes every connection and says nothing sensible is as good
 * as none. */
static void
an_engine_that_only_hangs_up_is_away(void **state)
{
	static struct bs_question question;
	int64_t now = 1000;

	(void)state;
	engine_listen(8);
	ask(&question, 60000, now);
	while (last.count == 0 && now < 10000) {
		bs_client_pump(&client, 0, now);
		if (bs_client_is_up(&client)) {
			engine_accept();
			engine_hang_up();
			bs_client_pump(&client, POLLIN | POLLHUP, now);
		}
		now += 50;
	}
	assert_int_equal(last.count, 1);
	assert_false(last.has_answer);
	assert_in_range(now, 3000, 3200);
}

static void
ignores_answers_of_unknown_ids(void **state)
{
	static struct bs_question question;
	struct bs_request request;

	(void)state;
	connect_client(1000);
	ask(&question, 500, 1000);
	bs_client_pump(&client, 0, 1000);
	assert_true(engine_hears(&request));
	engine_answers(0, "");
	engine_answers(request.id + 1, "");
	engine_answers(request.id - 1, "");
	engine_answers(UINT64_MAX, "");
	engine_answers(request.id, "yes@example.org");
	engine_answers(request.id, "no@example.org");
	bs_client_pump(&client, POLLIN, 1000);
	assert_int_equal(last.count, 1);
	assert_string_equal(last.answer.address, "yes@example.org");
	assert_true(bs_client_is_up(&client));
}

static void
reads_answers_in_pieces(void **state)
{
	static const char tail[] = "\nstatus=ok\naction=none\nlater=thing\n\n";
	static struct bs_question question;
	struct bs_request request;
	char frame[100];
	int len;

	(void)state;
	connect_client(1000);
	ask(&question, 500, 1000);
	bs_client_pump(&client, 0, 1000);
	assert_true(engine_hears(&request));
	len = snprintf(frame, sizeof(frame), "id=%llu%s",
	    (unsigned long long)request.id, tail);
	for (int i = 0; i < len; i++) {
		assert_int_equal(last.count, 0);
		engine_says(frame + i, 1);
		bs_client_pump(&client, POLLIN, 1000);
	}
	assert_int_equal(last.count, 1);
	assert_true(last.has_answer);
}

/* More than the client's buffer and the socket's hold: nothing is torn, lost
 * or out of order. */
static void
writes_in_pieces(void **state)
{
	static struct bs_question questions[3000];
	struct bs_request request;
	size_t count = 0;
	uint64_t first_id = 0;

	(void)state;
	connect_client(1000);
	for (size_t i = 0; i < COUNT(questions); i++) {
		prepare(&questions[i], 60000);
		memset(questions[i].request.helo, 'h', 200);
		assert_int_equal(bs_client_ask(&client, &questions[i], 1000),
		    0);
	}
	bs_client_pump(&client, 0, 1000);
	assert_int_equal(bs_client_events(&client), POLLIN | POLLOUT);
	assert_int_equal(bs_client_timeout_ms(&client, 1000), 60000);
	while (count < COUNT(questions)) {
		if (!engine_hears(&request)) {
			bs_client_pump(&client, POLLOUT, 1000);
			continue;
		}
		if (count == 0)
			first_id = request.id;
		assert_int_equal(request.id, first_id + count);
		count++;
	}
	assert_int_equal(bs_client_events(&client), POLLIN);
	assert_int_equal(last.count, 0);
}

static void
takes_many_answers_at_once(void **state)
{
	static struct bs_question questions[200];
	struct bs_request request;

	(void)state;
	connect_client(1000);
	for (size_t i = 0; i < COUNT(questions); i++)
		ask(&questions[i], 500, 1000);
	bs_client_pump(&client, 0, 1000);
	while (engine_hears(&request))
		engine_answers(request.id, "");
	bs_client_pump(&client, POLLIN, 1000);
	assert_int_equal(last.count, COUNT(questions));
	assert_int_equal(bs_client_timeout_ms(&client, 1000), -1);
}

static void
forgets_what_is_cancelled(void **state)
{
	static struct bs_question questions[4];
	struct bs_request request;

	(void)state;
	connect_client(1000);
	for (size_t i = 0; i < 3; i++)
		ask(&questions[i], 500, 1000);
	bs_client_cancel(&client, &questions[0]); /* the first, unsent */
	bs_client_pump(&client, 0, 1000);
	ask(&questions[3], 500, 1000);
	bs_client_cancel(&client, &questions[3]); /* the last, unsent */
	bs_client_cancel(&client, &questions[3]);
	bs_client_cancel(&client, &questions[1]); /* sent */
	bs_client_pump(&client, 0, 1000);
	for (size_t i = 1; i < 3; i++) {
		assert_true(engine_hears(&request));
		assert_int_equal(request.id, questions[i].request.id);
		engine_answers(request.id, "");
	}
	assert_false(engine_hears(&request));
	bs_client_pump(&client, POLLIN, 1000);
	assert_int_equal(last.count, 1);
	assert_ptr_equal(last.question, &questions[2]);

	/* the list still takes new ones */
	ask(&questions[0], 500, 2000);
	bs_client_pump(&client, 0, 2000);
	assert_true(engine_hears(&request));
	assert_int_equal(request.id, questions[0].request.id);
}

static struct bs_question *victim;

static void
free_and_ask_again(struct bs_question *question, const struct bs_answer *answer)
{
	note(question, answer);
	free(question);
	if (victim != NULL) {
		bs_client_cancel(&client, victim);
		free(victim);
		victim = NULL;
	}
	if (last.count < 3) {
		question = malloc(sizeof(*question));
		assert_non_null(question);
		ask(question, 0, 2000);
		question->done = free_and_ask_again;
	}
}

/* done may free its question and others, and ask: one that is late at once
 * must not hold the pump. */
static void
done_may_do_what_it_likes(void **state)
{
	struct bs_question *question = malloc(sizeof(*question));

	(void)state;
	victim = malloc(sizeof(*victim));
	assert_non_null(question);
	assert_non_null(victim);
	connect_client(1000);
	ask(question, 500, 1000);
	question->done = free_and_ask_again;
	ask(victim, 500, 1000);
	bs_client_pump(&client, 0, 2000);
	assert_int_equal(last.count, 1);
	bs_client_pump(&client, 0, 2000);
	assert_int_equal(last.count, 2);
	bs_client_pump(&client, 0, 2000);
	assert_int_equal(last.count, 3);
	bs_client_pump(&client, 0, 2000);
	assert_int_equal(last.count, 3);
}

static void
close_and_count(struct bs_question *question, const struct bs_answer *answer)
{
	note(question, answer);
	bs_client_close(&client);
}

static void
done_may_close(void **state)
{
	static struct bs_question questions[3];
	struct bs_request request;

	(void)state;
	connect_client(1000);
	for (size_t i = 0; i < COUNT(questions); i++) {
		ask(&questions[i], 500, 1000);
		questions[i].done = close_and_count;
	}
	bs_client_pump(&client, 0, 1000);
	while (engine_hears(&request))
		engine_answers(request.id, "");
	bs_client_pump(&client, POLLIN, 1000);
	assert_int_equal(last.count, 1);
	assert_int_equal(bs_client_fd(&client), -1);
	assert_int_equal(bs_client_timeout_ms(&client, 1000), -1);
}

/* Without a handler the signal would end this test. */
static void
a_write_to_nobody_raises_no_signal(void **state)
{
	static struct bs_question question;

	(void)state;
	connect_client(1000);
	engine_stop();
	ask(&question, 60000, 1000);
	bs_client_pump(&client, 0, 1000);
	assert_false(bs_client_is_up(&client));
	assert_int_equal(last.count, 0);
	engine_listen(8);
	bs_client_pump(&client, 0, 1050);
	assert_true(bs_client_is_up(&client));
}

/* A stopped engine whose queue of connections is full. */
static void
a_full_backlog_is_tried_again(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	static struct bs_question question;
	int others[16];
	size_t count = 0;

	(void)state;
	engine_listen(0);
	memcpy(address.sun_path, path, strlen(path) + 1);
	for (; count < COUNT(others); count++) {
		others[count] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(others[count], (struct sockaddr *)&address,
			sizeof(address)) != 0)
			break;
	}
	assert_in_range(count, 1, COUNT(others) - 1);
	ask(&question, 60000, 1000);
	bs_client_pump(&client, 0, 1000);
	assert_false(bs_client_is_up(&client));
	assert_int_equal(bs_client_timeout_ms(&client, 1000), 50);
	for (size_t i = 0; i < count; i++) {
		engine_accept();
		engine_hang_up();
	}
	bs_client_pump(&client, 0, 1050);
	assert_true(bs_client_is_up(&client));
	for (size_t i = 0; i <= count; i++)
		close(others[i]);
}

static void
refuses_what_does_not_fit(void **state)
{
	static struct bs_question question;
	struct bs_client other;
	char too_long[sizeof(other.path) + 1];

	(void)state;
	memset(too_long, 'x', sizeof(too_long));
	too_long[sizeof(other.path)] = '\0';
	assert_int_equal(bs_client_init(&other, too_long), -ENAMETOOLONG);
	too_long[sizeof(other.path) - 1] = '\0';
	assert_int_equal(bs_client_init(&other, too_long), 0);

	/* each octet takes three on the wire, more than a line holds */
	prepare(&question, 500);
	memset(question.request.sender, 0xe9, BS_ADDRESS_MAX - 1);
	assert_int_equal(bs_client_ask(&client, &question, 1000), -EMSGSIZE);
	assert_int_equal(bs_client_timeout_ms(&client, 1000), -1);
	bs_client_cancel(&client, &question);
	bs_client_pump(&client, 0, 5000);
	assert_int_equal(last.count, 0);
}

static void
close_forgets(void **state)
{
	static struct bs_question questions[2];

	(void)state;
	connect_client(1000);
	for (size_t i = 0; i < COUNT(questions); i++)
		ask(&questions[i], 500, 1000);
	bs_client_close(&client);
	bs_client_close(&client);
	bs_client_pump(&client, 0, 9000);
	assert_int_equal(last.count, 0);
	assert_false(questions[0].pending);
	assert_false(questions[1].pending);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(asks_and_hears),
	    TEST(sends_what_remains_of_the_deadline),
	    TEST(ends_what_is_late),
	    TEST(reads_before_it_gives_up),
	    TEST(tries_again_and_gives_up_after_two_seconds),
	    TEST(asks_again_after_a_restart),
	    TEST(a_loss_while_nobody_asks_is_no_outage),
	    TEST(leaves_a_peer_that_talks_nonsense),
	    TEST(an_engine_that_only_hangs_up_is_away),
	    TEST(ignores_answers_of_unknown_ids),
	    TEST(reads_answers_in_pieces),
	    TEST(writes_in_pieces),
	    TEST(takes_many_answers_at_once),
	    TEST(forgets_what_is_cancelled),
	    TEST(done_may_do_what_it_likes),
	    TEST(done_may_close),
	    TEST(a_write_to_nobody_raises_no_signal),
	    TEST(a_full_backlog_is_tried_again),
	    TEST(refuses_what_does_not_fit),
	    TEST(close_forgets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
