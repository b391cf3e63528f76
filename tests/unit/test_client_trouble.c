/* The client and an engine that is absent, restarts or lies. */
#include "tests/unit/engine_end.h"

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

/* A connection that is seldom used may be dead, as the engine was restarted
 * since. It is there, and answers within the shortest wait. */
static void
a_kept_connection_that_died_costs_no_wait(void **state)
{
	static struct bs_question question;
	struct bs_request request;

	(void)state;
	connect_client(1000);
	engine_stop();
	engine_listen(8);
	ask(&question, 50, 900000);
	bs_client_pump(&client, 0, 900000);
	assert_int_equal(bs_client_timeout_ms(&client, 900000), 0);
	bs_client_pump(&client, 0, 900000);
	assert_true(bs_client_is_up(&client));
	engine_accept();
	assert_true(engine_hears(&request));
	engine_answers(request.id, "");
	bs_client_pump(&client, POLLIN, 900001);
	assert_int_equal(last.count, 1);
	assert_true(last.has_answer);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(tries_again_and_gives_up_after_two_seconds),
	    TEST(asks_again_after_a_restart),
	    TEST(a_kept_connection_that_died_costs_no_wait),
	    TEST(a_loss_while_nobody_asks_is_no_outage),
	    TEST(leaves_a_peer_that_talks_nonsense),
	    TEST(an_engine_that_only_hangs_up_is_away),
	    TEST(ignores_answers_of_unknown_ids),
	    TEST(a_write_to_nobody_raises_no_signal),
	    TEST(a_full_backlog_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
