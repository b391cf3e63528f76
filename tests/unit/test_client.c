/* The client: questions and answers, pieces and deadlines. */
#include "tests/unit/engine_end.h"

static void
a_question_gets_its_answer(void **state)
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

	/* its answer is dropped, the other's still counts */
	engine_answers(request.id, "");
	assert_true(engine_hears(&request));
	engine_answers(request.id, "");
	bs_client_pump(&client, POLLIN, 1600);
	assert_int_equal(last.count, 2);
	assert_ptr_equal(last.question, &second);
	assert_true(last.has_answer);
}

/* An answer that arrived in time is not late, however late we read it. */
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
done_may_free_and_ask(void **state)
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_question_gets_its_answer),
	    TEST(sends_what_remains_of_the_deadline),
	    TEST(ends_what_is_late),
	    TEST(reads_before_it_gives_up),
	    TEST(reads_answers_in_pieces),
	    TEST(writes_in_pieces),
	    TEST(takes_many_answers_at_once),
	    TEST(forgets_what_is_cancelled),
	    TEST(done_may_free_and_ask),
	    TEST(done_may_close),
	    TEST(refuses_what_does_not_fit),
	    TEST(close_forgets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
