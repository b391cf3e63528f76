/* exim/ask.c: rounds of questions to an engine that answers, or does not. */
#include <sys/wait.h>

#include "exim/ask.h"
#include "tests/unit/exim_engine.h"

#define MANY 20 /* more than are in flight at a time */

/* What the round was given back. */
static struct {
	unsigned answered[MANY];
	unsigned unanswered[MANY];
	unsigned wrong; /* the answer to another question */
} taken;

static jmp_buf away;
static unsigned leave_at = UINT_MAX;
static bool too_long;
static enum bs_op op = BS_OP_SIGN;

static void
fill(void *context, unsigned n, struct bs_request *request)
{
	(void)context;
	if (n == leave_at)
		longjmp(away, 1);
	request->op = op;
	request->has_sender = true;
	snprintf(request->sender, sizeof(request->sender), "u%u@example.org",
	    n);
	if (too_long && n == 1)
		memset(request->sender, 0x01, sizeof(request->sender) - 1);
}

static void
take(void *context, unsigned n, const struct bs_answer *answer)
{
	char expected[32];

	(void)context;
	snprintf(expected, sizeof(expected), "u%u@example.org", n);
	if (answer == NULL)
		taken.unanswered[n]++;
	else if (strcmp(answer->address, expected) == 0)
		taken.answered[n]++;
	else
		taken.wrong++;
}

static unsigned
ask(unsigned count, unsigned deadline_ms, bool is_away)
{
	struct bs_round round = {.count = count,
	    .deadline_ms = deadline_ms,
	    .is_away = is_away,
	    .fill = fill,
	    .take = take};

	memset(&taken, 0, sizeof(taken));
	return bs_ask_round(&round);
}

/* Each question has come to exactly one end. */
static void
assert_taken(unsigned count, unsigned answered)
{
	unsigned good = 0;

	for (unsigned n = 0; n < count; n++) {
		assert_int_equal(taken.answered[n] + taken.unanswered[n], 1);
		good += taken.answered[n];
	}
	assert_int_equal(taken.wrong, 0);
	assert_int_equal(good, answered);
}

static bool
echo(const struct bs_request *request, struct bs_answer *answer)
{
	snprintf(answer->address, sizeof(answer->address), "%s",
	    request->sender);
	return true;
}

static bool
say_nothing(const struct bs_request *request, struct bs_answer *answer)
{
	(void)request;
	(void)answer;
	return false;
}

static bool
fail_the_third(const struct bs_request *request, struct bs_answer *answer)
{
	if (strcmp(request->sender, "u2@example.org") == 0)
		answer->status = BS_STATUS_ERROR;
	return echo(request, answer);
}

static void
answers_come_to_their_questions(void **state)
{
	(void)state;
	engine_start(echo);
	for (unsigned round = 1; round <= 3; round++) {
		assert_int_equal(ask(MANY, 5000, false), 0);
		assert_taken(MANY, MANY);
		assert_int_equal(heard.count, round * MANY);
	}
	assert_int_equal(heard.connections, 1);
	for (unsigned n = 0; n < heard.count; n++) {
		assert_in_range(heard.request[n].deadline_ms, 1, 5000);
		assert_int_equal(heard.request[n].version, BS_WIRE_VERSION);
	}
}

static void
no_questions_need_no_engine(void **state)
{
	(void)state;
	assert_int_equal(ask(0, 5000, false), 0);
}

static void
an_engine_that_is_absent_owes_every_answer(void **state)
{
	(void)state;
	assert_int_equal(ask(MANY, 50, false), MANY);
	assert_taken(MANY, 0);
}

static void
an_engine_that_is_silent_owes_every_answer(void **state)
{
	(void)state;
	engine_start(say_nothing);
	assert_int_equal(ask(MANY, 50, false), MANY);
	assert_taken(MANY, 0);
}

static void
one_that_is_away_gets_a_tenth_of_the_time(void **state)
{
	(void)state;
	engine_start(echo);
	assert_int_equal(ask(1, 5000, true), 0);
	assert_in_range(heard.request[0].deadline_ms, 1, 500);
}

static void
an_error_of_the_engines_is_no_answer(void **state)
{
	(void)state;
	engine_start(fail_the_third);
	assert_int_equal(ask(5, 5000, false), 1);
	assert_taken(5, 4);
	assert_int_equal(taken.unanswered[2], 1);
}

static void
asks_again_where_the_engine_hangs_up(void **state)
{
	(void)state;
	engine.hang_up_after = 3;
	engine_start(echo);
	assert_int_equal(ask(MANY, 5000, false), 0);
	assert_taken(MANY, MANY);
	assert_int_equal(heard.connections, 2);
}

/* The engine has not failed, but mail left that it does not know of. */
static void
a_question_too_long_counts_for_mail_that_leaves(void **state)
{
	static const struct {
		enum bs_op op;
		unsigned owed;
	} cases[] = {{BS_OP_SIGN, 1}, {BS_OP_SENT, 1}, {BS_OP_RCPT, 0},
	    {BS_OP_DATA, 0}};

	(void)state;
	engine_start(echo);
	too_long = true;
	for (size_t i = 0; i < COUNT(cases); i++) {
		op = cases[i].op;
		assert_int_equal(ask(3, 5000, false), cases[i].owed);
		assert_taken(3, 2);
		assert_int_equal(taken.unanswered[1], 1);
	}
	op = BS_OP_SIGN;
	too_long = false;
}

/* As when Exim's own time-out strikes. */
static void
a_longjmp_leaves_nothing_behind(void **state)
{
	struct bs_round round = {.count = MANY,
	    .deadline_ms = 5000,
	    .fill = fill,
	    .take = take};

	(void)state;
	engine_start(echo);
	leave_at = 5;
	if (setjmp(away) == 0) {
		unsigned owed = bs_ask_round(&round);

		fail_msg("the round was not left, %u are owed", owed);
	}
	leave_at = UINT_MAX;
	assert_int_equal(ask(3, 5000, false), 0);
	assert_taken(3, 3);
}

/* An answer that comes later does no harm. */
static void
one_way_questions_are_not_waited_for(void **state)
{
	struct bs_round round = {.count = MANY,
	    .deadline_ms = 5000,
	    .one_way = true,
	    .fill = fill,
	    .take = take};

	(void)state;
	engine_start(echo);
	assert_int_equal(bs_ask_round(&round), 0);
	assert_int_equal(ask(3, 5000, false), 0);
	assert_taken(3, 3);
	assert_int_equal(heard.count, MANY + 3);
	assert_int_equal(heard.connections, 1);
	engine_end();
	round.deadline_ms = 50;
	assert_int_equal(bs_ask_round(&round), MANY);
}

static void
a_child_has_a_connection_of_its_own(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	engine_start(echo);
	assert_int_equal(ask(1, 5000, false), 0);
	/* the engine serves one at a time, and the child waits in vain: what
	 * it must not do is speak on the parent's connection */
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(ask(3, 50, false) == 3 ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(ask(2, 5000, false), 0);
	assert_taken(2, 2);
	assert_int_equal(heard.connections, 1);
	assert_int_equal(heard.count, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(answers_come_to_their_questions),
	    TEST(no_questions_need_no_engine),
	    TEST(an_engine_that_is_absent_owes_every_answer),
	    TEST(an_engine_that_is_silent_owes_every_answer),
	    TEST(one_that_is_away_gets_a_tenth_of_the_time),
	    TEST(an_error_of_the_engines_is_no_answer),
	    TEST(asks_again_where_the_engine_hangs_up),
	    TEST(a_question_too_long_counts_for_mail_that_leaves),
	    TEST(a_longjmp_leaves_nothing_behind),
	    TEST(one_way_questions_are_not_waited_for),
	    TEST(a_child_has_a_connection_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
