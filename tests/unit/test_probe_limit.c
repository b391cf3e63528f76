/* Attempts of a client within an hour, in a table that never grows. */
#include <arpa/inet.h>

#include "common/judge/probe.h"
#include "tests/unit/unit.h"

#define HOUR 3600
#define T0 ((int64_t)480000 * HOUR)

static struct bs_probe_limit *limits;

static int
set_up(void **state)
{
	(void)state;
	return (limits = bs_probe_limit_new()) == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	bs_probe_limit_free(limits);
	return 0;
}

static void
count(const char *client, unsigned times, int64_t now)
{
	for (unsigned i = 0; i < times; i++)
		bs_probe_limit_count(limits, client, now);
}

static void
attempts_are_counted_by_client(void **state)
{
	(void)state;
	assert_int_equal(bs_probe_limit_attempts(limits, "192.0.2.1", T0), 0);
	count("192.0.2.1", 5, T0);
	count("192.0.2.2", 2, T0);
	assert_int_equal(bs_probe_limit_attempts(limits, "192.0.2.1", T0), 5);
	assert_int_equal(bs_probe_limit_attempts(limits, "192.0.2.2", T0), 2);
	assert_int_equal(bs_probe_limit_attempts(limits, "192.0.2.3", T0), 0);
}

/* A client with an IPv6 network has any number of addresses. */
static void
an_ipv6_network_is_one_client(void **state)
{
	(void)state;
	count("2001:db8:1:2::1", 3, T0);
	count("2001:db8:1:2:ffff::9", 4, T0);
	assert_int_equal(
	    bs_probe_limit_attempts(limits, "2001:db8:1:2:3::", T0), 7);
	assert_int_equal(bs_probe_limit_attempts(limits, "2001:db8:1:3::1", T0),
	    0);
	/* a mapped address is the one of IPv4 */
	count("::ffff:192.0.2.1", 2, T0);
	assert_int_equal(bs_probe_limit_attempts(limits, "192.0.2.1", T0), 2);
	assert_int_equal(bs_probe_limit_attempts(limits, "192.0.2.2", T0), 0);
}

static void
what_is_no_address_is_not_counted(void **state)
{
	static const char *const words[] = {"", "local", "192.0.2", "::g",
	    "192.0.2.1 ", "/run/socket"};

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		count(words[i], 3, T0);
		assert_int_equal(bs_probe_limit_attempts(limits, words[i], T0),
		    0);
	}
}

/* They fade in the hour after their own, and never come back. */
static void
attempts_are_forgotten(void **state)
{
	unsigned last = 100;

	(void)state;
	count("192.0.2.1", 100, T0 + HOUR - 1);
	assert_int_equal(
	    bs_probe_limit_attempts(limits, "192.0.2.1", T0 + HOUR - 1), 100);
	for (int64_t now = T0 + HOUR; now < T0 + 4 * HOUR; now += 60) {
		unsigned left =
		    bs_probe_limit_attempts(limits, "192.0.2.1", now);

		assert_true(left <= last);
		assert_int_equal(left != 0, now < T0 + 2 * HOUR - 36);
		last = left;
	}
	count("192.0.2.1", 1, T0 + 4 * HOUR);
	assert_int_equal(
	    bs_probe_limit_attempts(limits, "192.0.2.1", T0 + 4 * HOUR), 1);
}

/* Spread evenly they are told as they were, but for one. */
static void
an_hour_is_never_exceeded(void **state)
{
	(void)state;
	for (int64_t now = T0; now < T0 + 5 * HOUR; now += 10) {
		count("192.0.2.1", 1, now);
		assert_true(bs_probe_limit_attempts(limits, "192.0.2.1", now) <=
			    HOUR / 10 + 1);
	}
	assert_true(bs_probe_limit_attempts(limits, "192.0.2.1",
			T0 + 5 * HOUR - 10) >= HOUR / 10 - 1);
}

/* A clock that is set back neither loses the table nor blames anybody. */
static void
a_clock_that_steps_back_forgives(void **state)
{
	(void)state;
	count("192.0.2.1", 50, T0);
	assert_int_equal(
	    bs_probe_limit_attempts(limits, "192.0.2.1", T0 - 2 * HOUR), 0);
	count("192.0.2.1", 1, T0 - 2 * HOUR);
	assert_int_equal(
	    bs_probe_limit_attempts(limits, "192.0.2.1", T0 - 2 * HOUR), 1);
}

/* More clients than there is room for push out those with the fewest
 * attempts, and nobody is given another's. */
static void
a_full_table_keeps_the_worst(void **state)
{
	char client[INET_ADDRSTRLEN];
	unsigned known = 0;

	(void)state;
	count("192.0.2.1", 1000, T0);
	for (unsigned i = 0; i < 20 * BS_PROBE_CLIENTS; i++) {
		struct in_addr address = {.s_addr = htonl(0x0a000000 + i)};

		inet_ntop(AF_INET, &address, client, sizeof(client));
		count(client, 1, T0);
		assert_int_equal(bs_probe_limit_attempts(limits, client, T0),
		    1);
	}
	assert_int_equal(bs_probe_limit_attempts(limits, "192.0.2.1", T0),
	    1000);
	for (unsigned i = 0; i < 20 * BS_PROBE_CLIENTS; i++) {
		struct in_addr address = {.s_addr = htonl(0x0a000000 + i)};

		inet_ntop(AF_INET, &address, client, sizeof(client));
		known += bs_probe_limit_attempts(limits, client, T0);
	}
	assert_true(known <= BS_PROBE_CLIENTS);
}

/* Only who is beyond the limit, within the hour that slides. */
static void
counts_clients_beyond_a_limit(void **state)
{
	(void)state;
	assert_int_equal(bs_probe_limit_beyond(limits, 3, T0), 0);
	count("192.0.2.1", 4, T0);
	count("192.0.2.2", 3, T0);
	count("2001:db8::1", 2, T0);
	count("2001:db8::2", 2, T0);
	assert_int_equal(bs_probe_limit_beyond(limits, 3, T0), 2);
	assert_int_equal(bs_probe_limit_beyond(limits, 4, T0), 0);
	assert_int_equal(bs_probe_limit_beyond(limits, 3, T0 + 2 * HOUR), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(attempts_are_counted_by_client),
	    TEST(an_ipv6_network_is_one_client),
	    TEST(what_is_no_address_is_not_counted),
	    TEST(attempts_are_forgotten),
	    TEST(an_hour_is_never_exceeded),
	    TEST(a_clock_that_steps_back_forgives),
	    TEST(a_full_table_keeps_the_worst),
	    TEST(counts_clients_beyond_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
