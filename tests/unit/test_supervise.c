/* The store of a running engine: read while it is used, and left where it is
 * damaged. */
#include <sys/time.h>
#include <sys/wait.h>

#include "common/store/recovery.h"
#include "common/store/supervise.h"
#include "tests/unit/leaves.h"
#include "tests/unit/writing.h"

#define SENDERS 400

/* A store with some leaves, after a clean stop. Without a writer. */
static int
set_up_stopped(void **state)
{
	static struct bs_change changes[SENDERS];

	(void)set_up(state);
	for (size_t i = 0; i < SENDERS; i++) {
		char text[32];
		int len = snprintf(text, sizeof(text), "user%zu@x", i);

		changes[i].table = BS_TABLE_SENDER;
		changes[i].key_len = BS_RECORD_HASH;
		bs_mac_hash(store_key, text, (size_t)len, changes[i].key);
		changes[i].sender.last_day = 20000;
	}
	assert_int_equal(bs_store_apply(store, changes, SENDERS), 0);
	stop(T0);
	return 0;
}

static int
tear_down_folder(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

/* The engine opened the store while a child began to read it. */
static struct bs_supervisor
read_beside(void)
{
	struct bs_supervisor supervisor = {.folder = folder,
	    .is_reading = true};

	supervisor.child = bs_recovery_start_reading(folder);
	assert_true(supervisor.child > 0);
	start(T0 + 1);
	supervisor.writer = writer;
	bs_writer_set_unread(writer, true);
	return supervisor;
}

/* Waits for the child's end, without taking its status. */
static void
await(const struct bs_supervisor *supervisor)
{
	siginfo_t info;

	assert_int_equal(
	    waitid(P_PID, (id_t)supervisor->child, &info, WEXITED | WNOWAIT),
	    0);
}

static void
a_sound_store_is_believed_once_read(void **state)
{
	struct bs_supervisor supervisor = read_beside();
	const struct bs_meta *meta = bs_writer_meta(writer);

	(void)state;
	assert_false(bs_meta_is_complete(meta, T0 + 1, T0 + 2));
	await(&supervisor);
	assert_false(bs_supervise_child_ended(&supervisor, L, T0 + 2));
	assert_true(bs_meta_is_complete(meta, T0 + 1, T0 + 2));
	assert_string_equal(bs_supervise_state(&supervisor), "ok");
	assert_int_equal(meta->epoch, T0);
	bs_supervise_stop(&supervisor, T0 + 3);
	bs_writer_free(writer);
}

static void
a_damaged_store_is_left(void **state)
{
	char path[PATH_MAX + 32];
	struct bs_supervisor supervisor;

	(void)state;
	change_leaves(folder, swap_leaves);
	supervisor = read_beside();
	await(&supervisor);
	assert_true(bs_supervise_child_ended(&supervisor, L, T0 + 2));
	assert_string_equal(bs_supervise_state(&supervisor), "ok");
	assert_int_equal(bs_writer_meta(writer)->epoch, T0 + 2);
	snprintf(path, sizeof(path), "%s/data.mdb.damaged-%lld", folder,
	    (long long)T0 + 2);
	assert_int_equal(access(path, F_OK), 0);
	bs_supervise_stop(&supervisor, T0 + 3);
	bs_writer_free(writer);
}

/* A small store is read before it is opened, after a clean stop, too. */
static void
damage_is_found_after_a_clean_stop(void **state)
{
	struct bs_supervisor supervisor = {.folder = folder};

	(void)state;
	change_leaves(folder, swap_leaves);
	assert_non_null(writer = bs_writer_new(store_key));
	supervisor.writer = writer;
	bs_supervise_start(&supervisor, T0 + 1);
	await(&supervisor);
	assert_true(bs_supervise_child_ended(&supervisor, L, T0 + 2));
	assert_int_equal(bs_writer_meta(writer)->epoch, T0 + 2);
	bs_supervise_stop(&supervisor, T0 + 3);
	bs_writer_free(writer);
}

/* A store that leads the engine in a circle ends it. */
static void
a_tick_limits_the_work_until_the_next(void **state)
{
	struct bs_supervisor supervisor = {.folder = folder};
	struct itimerval left;

	(void)state;
	assert_non_null(supervisor.writer = bs_writer_new(store_key));
	supervisor.reopen_at = T0 + 9;
	bs_supervise_tick(&supervisor, T0);
	assert_int_equal(getitimer(ITIMER_VIRTUAL, &left), 0);
	assert_in_range(left.it_value.tv_sec, 1, 60);
	bs_recovery_limit_work(0);
	bs_writer_free(supervisor.writer);
}

#define TEST_STOPPED(name)                                                     \
	cmocka_unit_test_setup_teardown(name, set_up_stopped, tear_down_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_STOPPED(a_sound_store_is_believed_once_read),
	    TEST_STOPPED(a_damaged_store_is_left),
	    TEST_STOPPED(damage_is_found_after_a_clean_stop),
	    TEST_STOPPED(a_tick_limits_the_work_until_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
