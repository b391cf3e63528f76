/* A client that guesses tags and recipients in the name of bounces has to wait;
 * nobody else ever has. */
#include "tests/unit/judging.h"

#define NOW ((int64_t)20000 * DAY + 3600)
#define LIMIT 3

static const char conf[] = "domains = example.org, example.net\n"
			   "sign = yes\n"
			   "mode = enforce\n"
			   "outbound = here\n"
			   "probe_limit = 3\n"
			   "gateways = 198.51.100.200\n"
			   "trusted = 192.0.2.0/24\n"
			   "[domain example.net]\n"
			   "mode = mark\n";
static const char bad_tag[] = "prvs=3010aaaaaa=alice@example.org";
static const char callout_to[] = "alice@example.org";
static char good_tag[BS_ADDRESS_MAX];

static int
set_up(void **state)
{
	(void)state;
	begin(conf, NOW, 40);
	assert_non_null(limits = bs_probe_limit_new());
	sign("alice@example.org", good_tag, NOW);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	end();
	bs_probe_limit_free(limits);
	limits = NULL;
	return 0;
}

static enum bs_action
rcpt(const char *client, const char *sender, const char *recipient)
{
	prepare(BS_OP_RCPT, BS_LISTENER_IN, client, sender, recipient);
	request.inspect = true;
	ask(NOW);
	return answer.action;
}

/* Recipients that the host itself refused, as there is no such user. */
static void
host_refuses(const char *client, const char *sender)
{
	prepare(BS_OP_SENT, BS_LISTENER_IN, client, sender,
	    "nobody@example.org");
	request.refused = true;
	ask(NOW);
}

static void
guess(const char *client)
{
	for (int i = 0; i <= LIMIT; i++)
		rcpt(client, "", bad_tag);
}

static void
whoever_guesses_tags_has_to_wait(void **state)
{
	(void)state;
	for (int i = 0; i < LIMIT; i++)
		assert_int_equal(rcpt(OUTSIDE, "", bad_tag), BS_ACTION_REJECT);
	assert_int_equal(rcpt(OUTSIDE, "", bad_tag), BS_ACTION_DEFER);
	assert_true(judgement.probing);
	assert_memory_equal(answer.reply, "451 4.7.1 ", 10);
	assert_int_equal(rcpt(OUTSIDE, "", callout_to), BS_ACTION_DEFER);
	assert_int_equal(rcpt("198.51.100.8", "", bad_tag), BS_ACTION_REJECT);
}

static void
whoever_tries_recipients_has_to_wait(void **state)
{
	(void)state;
	for (int i = 0; i < LIMIT; i++) {
		host_refuses(OUTSIDE, "");
		assert_int_not_equal(rcpt(OUTSIDE, "", callout_to),
		    BS_ACTION_DEFER);
	}
	host_refuses(OUTSIDE, "");
	assert_int_equal(rcpt(OUTSIDE, "", callout_to), BS_ACTION_DEFER);
}

/* A valid tag, ordinary mail and other people's domains pass as ever. */
static void
nothing_else_waits(void **state)
{
	(void)state;
	guess(OUTSIDE);
	assert_int_equal(rcpt(OUTSIDE, "", good_tag), BS_ACTION_REWRITE);
	assert_int_not_equal(rcpt(OUTSIDE, "carol@x.example", callout_to),
	    BS_ACTION_DEFER);
	assert_int_not_equal(rcpt(OUTSIDE, "carol@x.example", bad_tag),
	    BS_ACTION_DEFER);
	assert_int_equal(rcpt(OUTSIDE, "", "bob@y.example"), BS_ACTION_NONE);
}

static void
ordinary_mail_is_not_counted(void **state)
{
	(void)state;
	for (int i = 0; i < 10 * LIMIT; i++) {
		rcpt(OUTSIDE, "carol@x.example", bad_tag);
		host_refuses(OUTSIDE, "carol@x.example");
	}
	assert_int_not_equal(rcpt(OUTSIDE, "", callout_to), BS_ACTION_DEFER);
}

/* Those who relay other people's bounces guess nothing themselves. */
static void
gateways_and_the_trusted_do_not_wait(void **state)
{
	static const char *const clients[] = {"198.51.100.200", "192.0.2.9",
	    "local"};

	(void)state;
	for (size_t i = 0; i < COUNT(clients); i++) {
		guess(clients[i]);
		for (int n = 0; n <= LIMIT; n++)
			host_refuses(clients[i], "");
		assert_int_not_equal(rcpt(clients[i], "", callout_to),
		    BS_ACTION_DEFER);
	}
}

/* Only enforce refuses, so only enforce defers; the others tell of it. */
static void
other_modes_only_tell(void **state)
{
	(void)state;
	guess(OUTSIDE);
	assert_int_not_equal(rcpt(OUTSIDE, "", "bob@example.net"),
	    BS_ACTION_DEFER);
	assert_true(judgement.probing);
	assert_int_equal(judgement.would, BS_ACTION_DEFER);
}

static enum bs_action
data(const char *recipient)
{
	prepare_bounce(recipient, NULL);
	ask(NOW);
	return answer.action;
}

/* A host may ask about the whole message alone. A message that is read speaks
 * for itself, but for a bad tag. */
static void
at_data_as_at_rcpt(void **state)
{
	(void)state;
	for (int i = 0; i < LIMIT; i++)
		assert_int_equal(data(bad_tag), BS_ACTION_REJECT);
	assert_int_equal(data(bad_tag), BS_ACTION_DEFER);
	assert_memory_equal(answer.reply, "451 4.7.1 ", 10);
	assert_string_equal(answer.header, "");
	assert_int_not_equal(data(callout_to), BS_ACTION_DEFER);
	assert_int_not_equal(data(good_tag), BS_ACTION_DEFER);
	assert_int_equal(rcpt(OUTSIDE, "", callout_to), BS_ACTION_DEFER);
}

/* The same where RCPT leaves the verdict to DATA. */
static void
no_message_counts_twice(void **state)
{
	static const char marked[] = "prvs=3010aaaaaa=alice@example.net";

	(void)state;
	for (int i = 0; i < LIMIT; i++) {
		assert_int_equal(rcpt(OUTSIDE, "", marked), BS_ACTION_REWRITE);
		assert_int_equal(data(marked), BS_ACTION_HEADER);
	}
	assert_int_not_equal(rcpt(OUTSIDE, "", callout_to), BS_ACTION_DEFER);
	data(marked);
	assert_int_equal(rcpt(OUTSIDE, "", callout_to), BS_ACTION_DEFER);
}

static void
no_limit_no_wait(void **state)
{
	(void)state;
	config->probe_limit = 0;
	for (int i = 0; i < 10; i++)
		guess(OUTSIDE);
	assert_int_equal(rcpt(OUTSIDE, "", bad_tag), BS_ACTION_REJECT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(whoever_guesses_tags_has_to_wait),
	    TEST(whoever_tries_recipients_has_to_wait),
	    TEST(nothing_else_waits),
	    TEST(ordinary_mail_is_not_counted),
	    TEST(gateways_and_the_trusted_do_not_wait),
	    TEST(other_modes_only_tell),
	    TEST(at_data_as_at_rcpt),
	    TEST(no_message_counts_twice),
	    TEST(no_limit_no_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
