/* What is called sound, LMDB can read and write; what LMDB wrote is called
 * sound. By chance: BACKSTOP_SEED repeats it, BACKSTOP_SECONDS goes on longer.
 */
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "common/store/meta.h"
#include "common/store/record.h"
#include "tests/unit/store_fixture.h"

#define PATIENCE_SECONDS 20
#define DAY 20000U

static uint64_t chance_state;

/* Below limit; the generator is Marsaglia's xorshift. */
static uint32_t
chance(size_t limit)
{
	chance_state ^= chance_state << 13;
	chance_state ^= chance_state >> 7;
	chance_state ^= chance_state << 17;
	return (uint32_t)((chance_state >> 16) % limit);
}

static int
check(void)
{
	struct bs_store *store = NULL;
	int rc = bs_store_open(folder, BS_STORE_PAGES, &store);

	if (rc == 0)
		rc = bs_store_check_pages(store);
	bs_store_close(store);
	return rc;
}

/* In a child: LMDB opens the file for it, and may not survive that. */
static bool
is_called_sound(void)
{
	int status;
	pid_t pid;

	let_children_crash();
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		alarm(PATIENCE_SECONDS);
		_exit(check() == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status == 0;
}

/* Some transactions, small and large, that put, change and delete. */
static int
write_much(struct bs_store *store, unsigned transactions)
{
	static struct bs_change changes[500];
	size_t deleted;
	int rc = 0;

	for (unsigned i = 0; i < transactions && rc == 0; i++) {
		size_t count =
		    chance(4) == 0 ? 1 + chance(COUNT(changes)) : 1 + chance(9);

		for (size_t k = 0; k < count; k++) {
			struct bs_entry entry =
			    tag_entry(DAY + chance(40), chance(300));

			if (chance(3) == 0)
				bs_change_delete(&changes[k], &entry);
			else
				bs_change_set(&changes[k], &entry);
			if (chance(5) == 0)
				bs_meta_number(&changes[k], "checked",
				    chance(9), 0);
		}
		rc = bs_store_apply(store, changes, count);
		if (rc == 0 && chance(12) == 0)
			rc = bs_store_expire(store, BS_TABLE_TAG,
			    DAY + chance(30), 1 + chance(4000), &deleted);
	}
	return rc;
}

/* A list of free pages that is longer than a page is among it. */
static void
all_that_was_written_is_sound(void **state)
{
	struct bs_store *store = open_store(BS_STORE_WRITE);
	size_t deleted;

	(void)state;
	for (int i = 0; i < 40; i++) {
		assert_int_equal(write_much(store, 10), 0);
		bs_store_close(store);
		assert_int_equal(check(), 0);
		store = open_store(BS_STORE_WRITE);
	}
	for (uint32_t i = 0; i < 60; i++)
		fill_at_once(store, DAY + 100 + i, 2000);
	assert_int_equal(
	    bs_store_expire(store, BS_TABLE_TAG, DAY + 200, 1000000, &deleted),
	    0);
	assert_true(deleted > 60000);
	bs_store_close(store);
	assert_int_equal(check(), 0);
	store = open_store(BS_STORE_WRITE);
	assert_int_equal(write_much(store, 20), 0);
	bs_store_close(store);
	assert_int_equal(check(), 0);
}

#define PAGE_BYTES 4096

struct file {
	uint8_t octets[1 << 20];
	size_t len;
};

static uint8_t *
any_page(struct file *file)
{
	return file->octets +
	       PAGE_BYTES * (2 + chance(file->len / PAGE_BYTES - 2));
}

static void
flip(uint8_t *octet)
{
	*octet ^= (uint8_t)(1U << chance(8));
}

static void
damage(struct file *file)
{
	uint8_t *page = any_page(file);
	uint8_t *other = any_page(file);
	uint8_t was[PAGE_BYTES];

	switch (chance(8)) {
	case 0:
		flip(&file->octets[chance(file->len)]);
		break;
	case 1:
		flip(page + chance(32));
		break;
	case 2:
		flip(page + 10);
		break;
	case 3: /* the first two pages, from the trees on */
		flip(file->octets + (size_t)PAGE_BYTES * chance(2) + 40 +
		     chance(120));
		break;
	case 4:
		memset(page, 0, PAGE_BYTES);
		break;
	case 5:
		memcpy(was, page, PAGE_BYTES);
		memcpy(page + 8, other + 8, PAGE_BYTES - 8);
		memcpy(other + 8, was + 8, PAGE_BYTES - 8);
		break;
	case 6:
		memcpy(page + 8, other + 8, PAGE_BYTES - 8);
		break;
	default: /* a number in a page */
		page[16 + chance(PAGE_BYTES - 16)] = (uint8_t)chance(256);
		break;
	}
}

/* All that an engine does with a store, in a child. */
static int
use_in_a_child(void)
{
	int status;
	pid_t pid;

	let_children_crash();
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		struct bs_store *store = NULL;
		uint64_t entries;
		uint64_t damaged;
		size_t deleted;

		alarm(PATIENCE_SECONDS);
		if (bs_store_open(folder, BS_STORE_WRITE, &store) != 0)
			_exit(1);
		if (bs_store_check(store, &entries, &damaged) != 0)
			_exit(2);
		if (write_much(store, 60) != 0)
			_exit(3);
		if (bs_store_expire(store, BS_TABLE_TAG, DAY + 20, 100000,
			&deleted) != 0)
			_exit(4);
		bs_store_close(store);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
put_file(const char *path, const struct file *file)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd != -1);
	assert_int_equal(write(fd, file->octets, file->len), file->len);
	close(fd);
}

static void
make_file(const char *path, struct file *out)
{
	struct bs_store *store = open_store(BS_STORE_WRITE);
	int fd;

	assert_int_equal(write_much(store, 30), 0);
	bs_store_close(store);
	assert_true((fd = open(path, O_RDONLY)) != -1);
	out->len = (size_t)read(fd, out->octets, sizeof(out->octets));
	assert_true(
	    out->len > 10 * PAGE_BYTES && out->len < sizeof(out->octets));
	close(fd);
}

static void
what_is_sound_can_be_used(void **state)
{
	static struct file file;
	static struct file changed;
	const char *seconds = getenv("BACKSTOP_SECONDS");
	time_t end =
	    time(NULL) + (seconds == NULL ? 2 : strtol(seconds, NULL, 10));
	char path[PATH_MAX + 16];
	unsigned sound = 0;
	unsigned all = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	make_file(path, &file);
	for (; time(NULL) < end; all++) {
		int status;

		changed = file;
		damage(&changed);
		put_file(path, &changed);
		if (!is_called_sound())
			continue;
		sound++;
		status = use_in_a_child();
		if (status != 0)
			fail_msg("damaged file %u: status %#x", all,
			    (unsigned)status);
	}
	printf("%u of %u damaged files are sound\n", sound, all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(all_that_was_written_is_sound,
		set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_is_sound_can_be_used, set_up,
		tear_down),
	};
	const char *seed = getenv("BACKSTOP_SEED");

	chance_state =
	    seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
	printf("BACKSTOP_SEED=%llu\n", (unsigned long long)chance_state);
	chance_state = chance_state * 0x9e3779b97f4a7c15U + 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
