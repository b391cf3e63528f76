/* The state folder: its making, its owners, and what is refused. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/engine/state_folder.h"
#include "common/keys/day.h"
#include "common/keys/keyring_file.h"
#include "common/store/lmdb.h"
#include "tests/unit/folder.h"
#include "tests/unit/unit.h"

#define NOW ((int64_t)1750000000)

/* There on every system, and not root. */
static char other_user[] = "nobody";

struct fixture {
	char base[PATH_MAX];
	char state[PATH_MAX];
	struct bs_config config;
	struct bs_state_folder_paths paths;
};

static int
set_up(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof(fixture));
	folder_make(fixture.base, sizeof(fixture.base) - 16);
	/* the other user has to get through */
	assert_int_equal(chmod(fixture.base, 0755), 0);
	assert_true(snprintf(fixture.state, sizeof(fixture.state), "%.*s/state",
			(int)sizeof(fixture.base) - 16, fixture.base) > 0);
	fixture.config.state = fixture.state;
	fixture.config.user = other_user;
	fixture.config.lifetime_days = 10;
	assert_int_equal(bs_state_folder_paths(fixture.state, &fixture.paths),
	    0);
	*state = &fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	if (access(fixture->paths.store, F_OK) == 0)
		folder_remove(fixture->paths.store);
	if (access(fixture->state, F_OK) == 0)
		folder_remove(fixture->state);
	folder_remove(fixture->base);
	return 0;
}

static void
init(struct fixture *fixture, int number, int expected_key)
{
	struct bs_fault fault = {0};
	int key = -2;

	if (bs_state_folder_init(&fixture->config, number, NOW, &key, &fault) !=
	    0)
		fail_msg("%s", fault.text);
	if (expected_key == -2)
		assert_in_range(key, 0, 9);
	else
		assert_int_equal(key, expected_key);
}

static void
assert_mode(const char *path, mode_t mode, bool is_users)
{
	const struct passwd *pw = getpwnam(other_user);
	struct stat st;

	assert_non_null(pw);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
	if (geteuid() != 0)
		return;
	assert_int_equal(st.st_gid, pw->pw_gid);
	assert_int_equal(st.st_uid, is_users ? pw->pw_uid : 0);
}

static void
put_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static struct bs_key
only_key(const struct fixture *fixture)
{
	struct bs_keyring keyring;
	struct bs_fault fault;

	assert_int_equal(
	    bs_keyring_load(fixture->paths.keyring, &keyring, &fault), 0);
	assert_int_equal(keyring.count, 1);
	assert_int_equal(keyring.keys[0].state, BS_KEY_ACTIVE);
	return keyring.keys[0];
}

static void
test_made(void **state)
{
	struct fixture *fixture = *state;
	uint8_t key[BS_STORE_KEY_LEN];
	struct bs_fault fault;

	init(fixture, 7, 7);
	assert_mode(fixture->state, 0750, false);
	assert_mode(fixture->paths.store, 0700, true);
	assert_mode(fixture->paths.keyring, 0640, false);
	assert_mode(fixture->paths.store_key, 0640, false);
	assert_int_equal(only_key(fixture).number, 7);
	assert_int_equal(only_key(fixture).origin, BS_KEY_MADE);
	assert_int_equal(only_key(fixture).created, NOW);
	assert_int_equal(only_key(fixture).secret_len, BS_KEY_SECRET_NEW);
	assert_int_equal(
	    bs_state_folder_store_key(fixture->paths.store_key, key, &fault),
	    0);
}

static void
test_twice(void **state)
{
	struct fixture *fixture = *state;
	uint8_t before[BS_STORE_KEY_LEN];
	uint8_t after[BS_STORE_KEY_LEN];
	struct bs_fault fault;
	struct bs_key key;

	init(fixture, -1, -2);
	key = only_key(fixture);
	assert_int_equal(
	    bs_state_folder_store_key(fixture->paths.store_key, before, &fault),
	    0);
	assert_int_equal(chmod(fixture->state, 0700), 0);
	init(fixture, (int)(key.number + 1) % 10, -1);
	assert_int_equal(only_key(fixture).number, key.number);
	assert_memory_equal(only_key(fixture).secret, key.secret,
	    key.secret_len);
	assert_int_equal(
	    bs_state_folder_store_key(fixture->paths.store_key, after, &fault),
	    0);
	assert_memory_equal(before, after, sizeof(before));
	assert_mode(fixture->state, 0750, false);
}

/* Two hosts must not both make a key 1. */
static void
test_random_number(void **state)
{
	struct fixture *fixture = *state;
	unsigned seen = 0;

	/* the chance that forty draws of ten are all the same: 10^-39 */
	for (int i = 0; i < 40; i++) {
		init(fixture, -1, -2);
		seen |= 1U << only_key(fixture).number;
		assert_int_equal(unlink(fixture->paths.keyring), 0);
	}
	assert_true((seen & (seen - 1)) != 0);
}

/* Old tags may bear the new key's number: they must not be called bad. */
static void
test_keyring_lost(void **state)
{
	struct fixture *fixture = *state;

	init(fixture, 3, 3);
	assert_int_equal(unlink(fixture->paths.keyring), 0);
	init(fixture, 3, 3);
	assert_int_equal(only_key(fixture).origin, BS_KEY_REMADE);
}

static void
make_store(const struct fixture *fixture)
{
	struct bs_store *store;

	assert_int_equal(
	    bs_store_open(fixture->paths.store, BS_STORE_WRITE, &store), 0);
	bs_store_close(store);
}

static void
test_keyring_and_store_key_lost(void **state)
{
	struct fixture *fixture = *state;

	init(fixture, 3, 3);
	make_store(fixture);
	assert_int_equal(unlink(fixture->paths.keyring), 0);
	assert_int_equal(unlink(fixture->paths.store_key), 0);
	init(fixture, 4, 4);
	assert_int_equal(only_key(fixture).origin, BS_KEY_REMADE);
}

/* Under a new store key an old store would deny all that was signed. */
static void
test_store_key_lost(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_MAX + 64];

	init(fixture, 3, 3);
	make_store(fixture);
	assert_int_equal(unlink(fixture->paths.store_key), 0);
	init(fixture, 4, -1);
	snprintf(path, sizeof(path), "%s/data.mdb", fixture->paths.store);
	assert_int_equal(access(path, F_OK), -1);
	snprintf(path, sizeof(path), "%s/data.mdb.damaged-%lld",
	    fixture->paths.store, (long long)NOW);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(only_key(fixture).number, 3);
	assert_int_equal(only_key(fixture).origin, BS_KEY_MADE);
}

static void
refuse(struct fixture *fixture, int rc, const char *says)
{
	struct bs_fault fault = {0};
	int key;

	assert_int_equal(
	    bs_state_folder_init(&fixture->config, 1, NOW, &key, &fault), rc);
	assert_int_equal(key, -1);
	if (strstr(fault.text, says) == NULL)
		fail_msg("%s", fault.text);
}

/* "state = /var/lib" must not close /var/lib to everybody. */
static void
test_folder_of_others(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_MAX + 16];

	assert_int_equal(mkdir(fixture->state, 0755), 0);
	snprintf(path, sizeof(path), "%s/other", fixture->state);
	put_file(path, "x", 0644);
	refuse(fixture, -ENOTEMPTY, "holds other things");
	assert_int_equal(access(fixture->paths.keyring, F_OK), -1);
	assert_int_equal(unlink(path), 0);
	init(fixture, 1, 1);
	/* beside ours, others may lie */
	put_file(path, "x", 0644);
	init(fixture, 1, -1);
}

static void
test_no_folder_above(void **state)
{
	struct fixture *fixture = *state;
	char deep[PATH_MAX + 16];

	snprintf(deep, sizeof(deep), "%s/deeper", fixture->state);
	fixture->config.state = deep;
	refuse(fixture, -ENOENT, "No such file");
	fixture->config.state = fixture->state;
	put_file(fixture->state, "x", 0644);
	refuse(fixture, -ENOTDIR, "Not a directory");
	assert_int_equal(unlink(fixture->state), 0);
}

static void
test_no_such_user(void **state)
{
	struct fixture *fixture = *state;
	char nobody[] = "_no_such_user";
	gid_t gid;
	struct bs_fault fault;

	fixture->config.user = nobody;
	if (geteuid() != 0) {
		assert_int_equal(
		    bs_state_folder_group(&fixture->config, &gid, &fault), 0);
		assert_int_equal(gid, (gid_t)-1);
		return;
	}
	refuse(fixture, -ENOENT,
	    "type: adduser --system --group --no-create-home _no_such_user");
	assert_int_equal(access(fixture->state, F_OK), -1);
	assert_int_equal(bs_state_folder_group(&fixture->config, &gid, &fault),
	    -ENOENT);
}

static void
test_bad_keyring_is_left(void **state)
{
	struct fixture *fixture = *state;
	char text[16] = "";
	int fd;

	init(fixture, 3, 3);
	put_file(fixture->paths.keyring, "nonsense\n", 0640);
	refuse(fixture, -EINVAL, "keyring:1:");
	fd = open(fixture->paths.keyring, O_RDONLY);
	assert_int_equal(read(fd, text, sizeof(text)), 9);
	close(fd);
	assert_string_equal(text, "nonsense\n");
	assert_int_equal(chmod(fixture->paths.keyring, 0644), 0);
	refuse(fixture, -EPERM, "keyring");
}

static void
test_store_key_modes(void **state)
{
	static const mode_t bad[] = {0644, 0660, 0641, 0642, 0620};
	static const mode_t good[] = {0600, 0400, 0640, 0440};
	struct fixture *fixture = *state;
	const char *path = fixture->paths.store_key;
	uint8_t key[BS_STORE_KEY_LEN];
	struct bs_fault fault;

	init(fixture, 3, 3);
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(chmod(path, bad[i]), 0);
		assert_int_equal(bs_state_folder_store_key(path, key, &fault),
		    -EPERM);
		assert_non_null(strstr(fault.text, "chmod 0640"));
		refuse(fixture, -EPERM, "store.key");
	}
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_int_equal(chmod(path, good[i]), 0);
		assert_int_equal(bs_state_folder_store_key(path, key, &fault),
		    0);
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(bs_state_folder_store_key(path, key, &fault), -ENOENT);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(bs_state_folder_store_key(path, key, &fault), -EPERM);
	assert_int_equal(rmdir(path), 0);
}

static void
test_store_key_owner(void **state)
{
	struct fixture *fixture = *state;
	const struct passwd *pw = getpwnam(other_user);
	uint8_t key[BS_STORE_KEY_LEN];
	struct bs_fault fault;

	if (geteuid() != 0)
		skip();
	init(fixture, 3, 3);
	assert_int_equal(chown(fixture->paths.store_key, pw->pw_uid, (gid_t)-1),
	    0);
	assert_int_equal(
	    bs_state_folder_store_key(fixture->paths.store_key, key, &fault),
	    -EPERM);
	assert_non_null(strstr(fault.text, "must be root's"));
}

static void
test_store_key_garbage(void **state)
{
	static const char *const bad[] = {
	    "",
	    "\n",
	    "00ff\n",
	    "00112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff",
	    "00112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff ",
	    "00112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeefg\n",
	    "00112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff\n\n",
	    "00112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff00\n",
	};
	struct fixture *fixture = *state;
	const char *path = fixture->paths.store_key;
	uint8_t key[BS_STORE_KEY_LEN];
	struct bs_fault fault;

	init(fixture, 3, 3);
	for (size_t i = 0; i < COUNT(bad); i++) {
		put_file(path, bad[i], 0640);
		if (bs_state_folder_store_key(path, key, &fault) != -EINVAL)
			fail_msg("'%s' was taken for a key", bad[i]);
	}
	put_file(path,
	    "00112233445566778899AABBCCDDEEFF"
	    "00112233445566778899aabbccddeeff\n",
	    0640);
	assert_int_equal(bs_state_folder_store_key(path, key, &fault), 0);
	assert_int_equal(key[1], 0x11);
	assert_int_equal(key[31], 0xff);
}

static void
test_long_path(void **state)
{
	char path[PATH_MAX + 1];
	struct bs_state_folder_paths paths;

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(bs_state_folder_paths(path, &paths), -ENAMETOOLONG);
	path[PATH_MAX - 9] = '\0';
	assert_int_equal(bs_state_folder_paths(path, &paths), -ENAMETOOLONG);
	path[PATH_MAX - 11] = '\0';
	assert_int_equal(bs_state_folder_paths(path, &paths), 0);
}

/* A second writer waits for the first. */
static void
test_lock(void **state)
{
	struct fixture *fixture = *state;
	int first;
	int second;
	int status;
	pid_t child;

	assert_int_equal(bs_state_folder_lock(fixture->state, &first), -ENOENT);
	init(fixture, 1, 1);
	assert_int_equal(bs_state_folder_lock(fixture->state, &first), 0);
	if ((child = fork()) == 0) {
		alarm(1);
		if (bs_state_folder_lock(fixture->state, &second) == 0)
			_exit(0);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
	close(first);
	assert_int_equal(bs_state_folder_lock(fixture->state, &second), 0);
	close(second);
}

#define test(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    test(test_made),
	    test(test_twice),
	    test(test_random_number),
	    test(test_keyring_lost),
	    test(test_keyring_and_store_key_lost),
	    test(test_store_key_lost),
	    test(test_folder_of_others),
	    test(test_no_folder_above),
	    test(test_no_such_user),
	    test(test_bad_keyring_is_left),
	    test(test_store_key_modes),
	    test(test_store_key_owner),
	    test(test_store_key_garbage),
	    test(test_long_path),
	    test(test_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
