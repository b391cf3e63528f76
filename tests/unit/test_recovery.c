/* A store that is damaged: refused, found so by a child, and set aside. */
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/store/recovery.h"
#include "tests/unit/leaves.h"
#include "tests/unit/store_fixture.h"

static void
refuses_a_truncated_file(void **state)
{
	struct bs_store *store = open_store(BS_STORE_HOLD);
	char path[PATH_MAX + 16];
	struct stat st;

	(void)state;
	fill(store, 20000, 300);
	bs_store_close(store);
	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	assert_int_equal(stat(path, &st), 0);
	for (off_t size = 1; size < st.st_size; size += 4095) {
		assert_int_equal(truncate(path, st.st_size - size), 0);
		store = NULL;
		assert_int_equal(bs_store_open(folder, BS_STORE_HOLD, &store),
		    -EUCLEAN);
	}
}

/* The last page of both headers is far away. LMDB would map that much, and
 * lacks the memory: it is the file that is wrong, not the host. */
static void
refuses_a_header_that_promises_too_much(void **state)
{
	static const size_t last_page_at = 120 + 2 * sizeof(size_t);
	struct bs_store *store = open_store(BS_STORE_WRITE);
	struct bs_store *none = NULL;
	size_t last_page = SIZE_MAX >> 14;
	char path[PATH_MAX + 16];
	off_t page;
	int fd;

	(void)state;
	fill(store, 20000, 3);
	bs_store_close(store);
	if (sizeof(size_t) != 8)
		skip(); /* the header is another one */
	page = sysconf(_SC_PAGESIZE);
	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	assert_true((fd = open(path, O_RDWR)) != -1);
	for (off_t at = 0; at <= page; at += page)
		assert_int_equal(pwrite(fd, &last_page, sizeof(last_page),
				     at + (off_t)last_page_at),
		    sizeof(last_page));
	close(fd);
	assert_int_equal(bs_store_open(folder, BS_STORE_READ, &none), -EUCLEAN);
}

/* LMDB follows the page numbers of a damaged list wherever they lead: the file
 * becomes one hole. What a write left that was cut short is no damage. */
static void
refuses_a_file_that_is_one_hole(void **state)
{
	struct bs_store *store = open_store(BS_STORE_WRITE);
	struct bs_store *none = NULL;
	char path[PATH_MAX + 16];

	(void)state;
	fill(store, 20000, 3);
	bs_store_close(store);
	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	assert_int_equal(truncate(path, (off_t)1 << 30), 0);
	bs_store_close(open_store(BS_STORE_READ));
	assert_int_equal(truncate(path, (off_t)1 << 35), 0);
	assert_int_equal(bs_store_open(folder, BS_STORE_READ, &none), -EUCLEAN);
}

static bool
child_finds_damage(void)
{
	pid_t child;
	int status;

	let_children_crash();
	child = bs_recovery_start_reading(folder);
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return bs_recovery_found_damage(status);
}

/* Whatever bit is wrong in the kind of a page: a store that is called sound
 * finds all that it holds. A walk through the tree is not enough: it reads a
 * leaf that is called a branch, too, and a search leaves it. */
static void
finds_all_if_called_sound(void **state)
{
	static const off_t flags_at = sizeof(size_t) + 2;
	enum { TAGS = 300, KINDS = 5 };
	struct bs_store *store = open_store(BS_STORE_WRITE);
	off_t page = sysconf(_SC_PAGESIZE);
	char path[PATH_MAX + 16];
	struct stat st;
	int damaged = 0;
	int fd;

	(void)state;
	fill(store, 20000, TAGS);
	bs_store_close(store);
	assert_false(child_finds_damage());
	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	assert_true((fd = open(path, O_RDWR)) != -1);
	assert_int_equal(fstat(fd, &st), 0);
	for (off_t at = 2 * page; at < st.st_size; at += page)
		for (unsigned kind = 0; kind < KINDS; kind++) {
			uint8_t was;
			uint8_t is;

			assert_int_equal(pread(fd, &was, 1, at + flags_at), 1);
			is = (uint8_t)(was ^ 1U << kind);
			assert_int_equal(pwrite(fd, &is, 1, at + flags_at), 1);
			if (child_finds_damage())
				damaged++;
			else {
				store = open_store(BS_STORE_READ);
				for (uint32_t i = 0; i < TAGS; i++) {
					struct bs_entry entry =
					    tag_entry(20000, i);

					assert_int_equal(
					    bs_store_get(store, &entry), 0);
				}
				bs_store_close(store);
			}
			assert_int_equal(pwrite(fd, &was, 1, at + flags_at), 1);
		}
	close(fd);
	assert_true(damaged >= KINDS);
}

static void
finds_damaged_records(void **state)
{
	struct bs_store *store = open_store(BS_STORE_HOLD);
	struct bs_entry entry = tag_entry(20000, 500);
	uint64_t entries;
	uint64_t damaged;

	(void)state;
	fill(store, 20000, 5);
	bs_store_close(store);
	assert_int_equal(bs_recovery_check(folder, &entries, &damaged), 0);
	assert_int_equal(entries, 5 + 1); /* and the format */
	assert_int_equal(damaged, 0);
	store = open_store(BS_STORE_WRITE);
	entry.value[2] ^= 4;
	put(store, &entry);
	bs_store_close(store);
	assert_int_equal(bs_recovery_check(folder, &entries, &damaged), 0);
	assert_int_equal(damaged, 1);
}

/* As a write that never came: the page is as it was one record before. */
static void
lose(struct page *a, struct page *b)
{
	(void)b;
	a->lower = (uint16_t)(a->lower - 2);
}

/* The whole way of a start: the child looks, the parent opens. */
static enum bs_recovery
recover(struct bs_store **out, int *error)
{
	pid_t pid;
	int status;

	let_children_crash();
	pid = bs_recovery_start(folder);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return bs_recovery_finish(folder, status, 1000, out, error);
}

/* A circle in a damaged file is work that does not end. */
static void
a_circle_is_damage(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		bs_recovery_limit_work(1);
		for (volatile unsigned i = 0;; i++)
			;
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(bs_recovery_found_damage(status));
}

/* A lock that another holds, or a slow disk, says nothing of the file. */
static void
a_wait_is_no_damage(void **state)
{
	struct bs_store *store = open_store(BS_STORE_WRITE);
	struct bs_store *none = NULL;
	pid_t pid;
	int status;
	int error;

	(void)state;
	bs_store_close(store);
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		raise(SIGALRM);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(
	    bs_recovery_finish(folder, status, 1000, &none, &error),
	    BS_RECOVERY_LATER);
	assert_int_equal(error, -ETIMEDOUT);
	assert_null(none);
}

static void
recovers(void **state)
{
	struct bs_store *store = NULL;
	struct bs_entry entry = tag_entry(20000, 1);
	char path[PATH_MAX + 32];
	int error;

	(void)state;
	assert_int_equal(recover(&store, &error), BS_RECOVERY_OPENED);
	put(store, &entry);
	bs_store_close(store);
	assert_int_equal(recover(&store, &error), BS_RECOVERY_OPENED);
	assert_int_equal(bs_store_get(store, &entry), 0);
	bs_store_close(store);

	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	assert_int_equal(truncate(path, 9000), 0);
	assert_int_equal(recover(&store, &error), BS_RECOVERY_NEW);
	assert_int_equal(bs_store_get(store, &entry), BS_STORE_ABSENT);
	bs_store_close(store);
	snprintf(path, sizeof(path), "%s/data.mdb.damaged-1000", folder);
	assert_int_equal(access(path, F_OK), 0);
}

/* All but the pages that say where everything is: LMDB itself trips. */
static void
recovers_from_scribbling(void **state)
{
	struct bs_store *store = open_store(BS_STORE_HOLD);
	char path[PATH_MAX + 16];
	uint8_t octets[4096];
	struct stat st;
	int error;
	int fd;

	(void)state;
	fill(store, 20000, 300);
	bs_store_close(store);
	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_not_equal(fd = open(path, O_WRONLY), -1);
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 2654435761U >> 13);
	for (off_t at = 2 * 4096; at < st.st_size; at += 4096)
		assert_int_equal(pwrite(fd, octets, sizeof(octets), at),
		    sizeof(octets));
	close(fd);
	store = NULL;
	assert_int_equal(recover(&store, &error), BS_RECOVERY_NEW);
	bs_store_close(store);
}

/* The check of each record is right: only order and number show the damage. */
static void
finds_pages_that_moved_or_are_lost(void **state)
{
	void (*const changes[])(struct page *, struct page *) = {swap_leaves,
	    lose};
	uint64_t entries;
	uint64_t damaged;

	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		struct bs_store *store = open_store(BS_STORE_HOLD);
		char path[PATH_MAX + 32];
		int error;

		fill_at_once(store, 20000, 300);
		bs_store_close(store);
		assert_int_equal(bs_recovery_check(folder, &entries, &damaged),
		    0);
		change_leaves(folder, changes[i]);
		assert_int_equal(bs_recovery_check(folder, &entries, &damaged),
		    -EUCLEAN);
		assert_int_equal(damaged, 0);
		store = NULL;
		assert_int_equal(recover(&store, &error), BS_RECOVERY_NEW);
		bs_store_close(store);
		snprintf(path, sizeof(path), "%s/data.mdb.damaged-1000",
		    folder);
		assert_int_equal(unlink(path), 0);
		snprintf(path, sizeof(path), "%s/data.mdb", folder);
		assert_int_equal(unlink(path), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(refuses_a_truncated_file, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(
		refuses_a_header_that_promises_too_much, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(refuses_a_file_that_is_one_hole,
		set_up, tear_down),
	    cmocka_unit_test_setup_teardown(finds_all_if_called_sound, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(finds_damaged_records, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(a_circle_is_damage, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(a_wait_is_no_damage, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(recovers, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(recovers_from_scribbling, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(finds_pages_that_moved_or_are_lost,
		set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
