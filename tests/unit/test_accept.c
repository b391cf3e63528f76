/* New connections: a few at a time, after everything else, and none where there
 * is no room. */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/base/log.h"
#include "common/engine/accept.h"
#include "tests/unit/unit.h"

#define CONNECTIONS 100
#define ROUND_MAX 16

static struct {
	struct event_base *base;
	struct bs_accept *accept;
	struct sockaddr_un address;
	socklen_t address_len;
	bool is_full;
	unsigned asked; /* whether there is room */
	unsigned came;
	unsigned others; /* calls of another event */
	int order;	 /* came after so many of those */
} here;

static bool
has_room(void *context)
{
	(void)context;
	here.asked++;
	return !here.is_full;
}

static void
came(void *context, int fd)
{
	(void)context;
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	here.came++;
	here.order = (int)here.others;
	close(fd);
}

static int
set_up(void **state)
{
	static const struct bs_accept_events events = {
	    .has_room = has_room,
	    .came = came,
	};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	(void)state;
	memset(&here, 0, sizeof(here));
	here.base = event_base_new();
	assert_int_equal(
	    event_base_priority_init(here.base, BS_ACCEPT_PRIORITIES), 0);
	/* a name that the kernel chooses */
	here.address.sun_family = AF_UNIX;
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&here.address, sizeof(sa_family_t)), 0);
	here.address_len = sizeof(here.address);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&here.address,
			     &here.address_len),
	    0);
	assert_int_equal(listen(fd, 2 * CONNECTIONS), 0);
	here.accept = bs_accept_new(here.base, fd, &events, NULL);
	assert_non_null(here.accept);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	bs_accept_free(here.accept);
	event_base_free(here.base);
	return 0;
}

/* Connections of somebody who does not wait for them to be taken. */
static void
connect_many(void)
{
	for (int i = 0; i < CONNECTIONS; i++) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

		assert_int_equal(connect(fd, (struct sockaddr *)&here.address,
				     here.address_len),
		    0);
		close(fd);
	}
}

static void
one_round(void)
{
	event_base_loop(here.base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
}

static void
a_few_at_a_time(void **state)
{
	(void)state;
	connect_many();
	one_round();
	assert_int_equal(here.came, ROUND_MAX);
	for (int i = 0; i < CONNECTIONS / ROUND_MAX; i++)
		one_round();
	assert_int_equal(here.came, CONNECTIONS);
}

static void
on_other(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
	here.others++;
}

static void
after_everything_else(void **state)
{
	struct event *other = event_new(here.base, -1, 0, on_other, NULL);

	(void)state;
	connect_many();
	event_active(other, EV_READ, 0);
	one_round();
	assert_int_equal(here.others, 1);
	one_round();
	assert_true(here.came > 0);
	assert_int_equal(here.order, 1);
	event_free(other);
}

/* A peer that always has something to say. */
static void
on_busy(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
	here.others++;
	bs_accept_owe_turn(here.accept);
	(void)event_base_loopbreak(here.base);
}

static void
in_the_end_also_of_a_busy_loop(void **state)
{
	int ends[2];
	struct event *busy;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	busy =
	    event_new(here.base, ends[0], EV_READ | EV_PERSIST, on_busy, NULL);
	assert_int_equal(event_add(busy, NULL), 0);
	connect_many();
	/* ends only if connections are taken all the same */
	while (here.came < CONNECTIONS)
		event_base_dispatch(here.base);
	assert_true(here.others > here.came / ROUND_MAX);
	event_free(busy);
	close(ends[0]);
	close(ends[1]);
}

/* A full house is not asked again and again. */
static void
none_without_room(void **state)
{
	(void)state;
	here.is_full = true;
	connect_many();
	for (int i = 0; i < 100; i++)
		one_round();
	assert_int_equal(here.came, 0);
	assert_int_equal(here.asked, 1);
	here.is_full = false;
	while (here.came < CONNECTIONS)
		event_base_loop(here.base, EVLOOP_ONCE);
}

static void
none_once_stopped(void **state)
{
	(void)state;
	connect_many();
	bs_accept_owe_turn(here.accept);
	bs_accept_stop(here.accept);
	for (int i = 0; i < 10; i++)
		event_base_loop(here.base, EVLOOP_NONBLOCK);
	assert_int_equal(here.came, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_few_at_a_time),
	    TEST(after_everything_else),
	    TEST(in_the_end_also_of_a_busy_loop),
	    TEST(none_without_room),
	    TEST(none_once_stopped),
	};

	bs_log_open("test", BS_LOG_STDERR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
