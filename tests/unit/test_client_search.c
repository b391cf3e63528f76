/* Users are looked for in a child, which may hang. */
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/engine/client_search.h"
#include "tests/unit/unit.h"

#define PATIENCE_MS 20000

/* In the place of the C library's: the host's users, as a directory server
 * that is not well would tell them. */
struct passwd *
getpwnam(const char *name)
{
	static struct passwd far = {.pw_uid = 64200};

	if (strcmp(name, "_far") == 0)
		return &far;
	if (strcmp(name, "_hangs") == 0)
		pause();
	errno = strcmp(name, "_fails") == 0 ? EIO : 0;
	return NULL;
}

static struct {
	struct event_base *base;
	struct bs_client_search *search;
	size_t count;
	char names[4][40];
	uid_t uids[4]; /* 0: no user */
} it;

static void
note(void *context, const char *name, const uid_t *uid)
{
	assert_ptr_equal(context, &it);
	assert_true(it.count < COUNT(it.names));
	snprintf(it.names[it.count], sizeof(it.names[0]), "%s", name);
	it.uids[it.count++] = uid == NULL ? 0 : *uid;
}

static int
set_up(void **state)
{
	(void)state;
	memset(&it, 0, sizeof(it));
	it.base = event_base_new();
	it.search = bs_client_search_new(it.base, note, &it);
	return it.search == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	bs_client_search_free(it.search);
	event_base_free(it.base);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return 0;
}

static bool
begin(char *first, char *second, char *third)
{
	char *words[] = {first, second, third};
	const struct bs_words names = {.words = words, .count = 3};

	return bs_client_search_begin(it.search, &names);
}

/* What could not be asked is not told: the last answer stays. */
static void
tells_who_is_a_user(void **state)
{
	char far[] = "_far";
	char fails[] = "_fails";
	char none[] = "_none";

	(void)state;
	assert_false(bs_client_search_is_recent(it.search, PATIENCE_MS));
	assert_true(begin(fails, far, none));
	assert_true(bs_client_search_is_recent(it.search, PATIENCE_MS));
	bs_client_search_wait(it.search, PATIENCE_MS);
	assert_int_equal(it.count, 2);
	assert_string_equal(it.names[0], "_far");
	assert_int_equal(it.uids[0], 64200);
	assert_string_equal(it.names[1], "_none");
	assert_int_equal(it.uids[1], 0);
}

/* The loop goes on, what was found before counts, and there is one at a time.
 */
static void
waits_for_nobody_who_hangs(void **state)
{
	char far[] = "_far";
	char hangs[] = "_hangs";
	char none[] = "_none";

	(void)state;
	assert_true(begin(far, hangs, none));
	while (it.count == 0)
		assert_int_equal(event_base_loop(it.base, EVLOOP_ONCE), 0);
	assert_int_equal(it.uids[0], 64200);
	assert_false(begin(far, none, none));
	bs_client_search_wait(it.search, 1);
	assert_int_equal(it.count, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(tells_who_is_a_user, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(waits_for_nobody_who_hangs, set_up,
		tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
