/* The state folder: the names in it, how it is made, and who owns what. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/ascii.h"
#include "common/base/fault.h"
#include "common/engine/state_folder.h"
#include "common/keys/keyring_file.h"
#include "common/store/recovery.h"

/* store.key: hexadecimal digits and a newline. */
#define KEY_FILE_LEN (2 * BS_STORE_KEY_LEN + 1)

/* The owner of the files; -1 leaves it as it is. */
struct owner {
	uid_t uid; /* of store/ alone: all else is root's */
	gid_t gid;
};

static int BS_PRINTF(3, 4)
    refuse(struct bs_fault *fault, int rc, const char *format, ...)
{
	va_list args;

	fault->line = 0;
	va_start(args, format);
	vsnprintf(fault->text, sizeof(fault->text), format, args);
	va_end(args);
	return rc;
}

static int
refuse_path(struct bs_fault *fault, int rc, const char *path)
{
	return refuse(fault, rc, "%s: %s", path, strerror(-rc));
}

static int
join(char out[static PATH_MAX], const char *folder, const char *name)
{
	int len = snprintf(out, PATH_MAX, "%s/%s", folder, name);

	return len < 0 || len >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int
bs_state_folder_paths(const char *state, struct bs_state_folder_paths *out)
{
	int rc;

	if ((rc = join(out->accepted, state, "accepted")) != 0 ||
	    (rc = join(out->keyring, state, "keyring")) != 0 ||
	    (rc = join(out->store_key, state, "store.key")) != 0)
		return rc;
	return join(out->store, state, "store");
}

static int
find_owner(const struct bs_config *config, struct owner *out,
    struct bs_fault *fault)
{
	const struct passwd *pw;

	*out = (struct owner){.uid = (uid_t)-1, .gid = (gid_t)-1};
	if (geteuid() != 0)
		return 0;
	if ((pw = getpwnam(config->user)) == NULL)
		return refuse(fault, -ENOENT,
		    "there is no user %s; type: adduser --system --group "
		    "--no-create-home %s",
		    config->user, config->user);
	out->uid = pw->pw_uid;
	out->gid = pw->pw_gid;
	return 0;
}

int
bs_state_folder_group(const struct bs_config *config, gid_t *out,
    struct bs_fault *fault)
{
	struct owner owner;
	int rc = find_owner(config, &owner, fault);

	*out = owner.gid;
	return rc;
}

int
bs_state_folder_lock(const char *state, int *out)
{
	int fd = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*out = -1;
	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX) != 0) {
		int rc = -errno;

		if (rc != -EINTR) {
			close(fd);
			return rc;
		}
	}
	*out = fd;
	return 0;
}

/* Whether a folder holds nothing, or something of ours: else it was named by
 * a slip, and taking it over could lock a whole system out of /var/lib.
 * Returns 0, -ENOTEMPTY or -errno. */
static int
check_folder(const char *path)
{
	static const char *const ours[] = {"keyring", "store.key", "store"};
	const struct dirent *entry;
	bool found = false;
	bool other = false;
	DIR *folder;

	if ((folder = opendir(path)) == NULL)
		return -errno;
	while ((entry = readdir(folder)) != NULL) {
		const char *name = entry->d_name;

		for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
			found = found || strcmp(name, ours[i]) == 0;
		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
		    strcmp(name, "lost+found") != 0)
			other = true;
	}
	closedir(folder);
	return found || !other ? 0 : -ENOTEMPTY;
}

static int
set_owner(const char *path, mode_t mode, uid_t uid, gid_t gid)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (fchown(fd, uid, gid) != 0 || fchmod(fd, mode) != 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* Makes a folder, or takes one that is there already. */
static int
make_folder(const char *path, mode_t mode, uid_t uid, gid_t gid,
    struct bs_fault *fault)
{
	int rc;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return refuse_path(fault, -errno, path);
	if ((rc = set_owner(path, mode, uid, gid)) != 0)
		return refuse_path(fault, rc, path);
	return 0;
}

static int
make_state(const char *path, gid_t gid, struct bs_fault *fault)
{
	uid_t uid = gid == (gid_t)-1 ? (uid_t)-1 : 0;
	int rc = check_folder(path);

	if (rc == -ENOTEMPTY)
		return refuse(fault, rc,
		    "%s is there and holds other things: give 'state' a "
		    "folder of its own",
		    path);
	if (rc != 0 && rc != -ENOENT)
		return refuse_path(fault, rc, path);
	return make_folder(path, 0750, uid, gid, fault);
}

/* A file with secrets may be read by its owner and group, and by nobody else
 * (backstop(8), FILES). */
static int
check_mode(int fd, struct bs_fault *fault)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return refuse(fault, -errno, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(fault, -EPERM, "not a file");
	if ((st.st_mode & (S_IWGRP | S_IRWXO)) != 0)
		return refuse(fault, -EPERM,
		    "mode %04o lets others at it: chmod 0640 it",
		    (unsigned)(st.st_mode & 07777));
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return refuse(fault, -EPERM, "owned by uid %u, must be root's",
		    (unsigned)st.st_uid);
	return 0;
}

static bool
read_key(const char text[static KEY_FILE_LEN],
    uint8_t out[static BS_STORE_KEY_LEN])
{
	for (size_t i = 0; i < BS_STORE_KEY_LEN; i++) {
		int high = bs_ascii_hex(text[2 * i]);
		int low = bs_ascii_hex(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return text[KEY_FILE_LEN - 1] == '\n';
}

int
bs_state_folder_parse_key(const char *text, size_t len,
    uint8_t out[static BS_STORE_KEY_LEN])
{
	return len == KEY_FILE_LEN && read_key(text, out) ? 0 : -EINVAL;
}

int
bs_state_folder_store_key(const char *path,
    uint8_t out[static BS_STORE_KEY_LEN], struct bs_fault *fault)
{
	char text[KEY_FILE_LEN + 1];
	ssize_t len;
	int fd;
	int rc;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) < 0)
		return refuse(fault, -errno, "%s", strerror(errno));
	if ((rc = check_mode(fd, fault)) != 0)
		goto out;
	if ((len = read(fd, text, sizeof(text))) < 0)
		rc = refuse(fault, -errno, "%s", strerror(errno));
	else if (bs_state_folder_parse_key(text, (size_t)len, out) != 0)
		rc = refuse(fault, -EINVAL,
		    "must be %d hexadecimal digits and a newline; if it is "
		    "lost, remove it and type: backstop init",
		    2 * BS_STORE_KEY_LEN);
out:
	bs_mac_wipe(text, sizeof(text));
	close(fd);
	return rc;
}

/* Writes a new key file and has it synced to the disk. */
static int
write_key(int fd, const uint8_t key[static BS_STORE_KEY_LEN], gid_t gid)
{
	char text[KEY_FILE_LEN + 1];
	ssize_t len;
	int rc = 0;

	for (size_t i = 0; i < BS_STORE_KEY_LEN; i++)
		snprintf(text + 2 * i, 3, "%02x", key[i]);
	text[KEY_FILE_LEN - 1] = '\n';
	len = write(fd, text, KEY_FILE_LEN);
	bs_mac_wipe(text, sizeof(text));
	if (len >= 0 && len != KEY_FILE_LEN)
		rc = -ENOSPC;
	else if (len < 0 || fchown(fd, (uid_t)-1, gid) != 0 ||
		 fchmod(fd, 0640) != 0 || fsync(fd) != 0)
		rc = -errno;
	return rc;
}

/* Makes store.key; folder is the state folder's descriptor. */
static int
make_store_key(const char *path, int folder, gid_t gid)
{
	uint8_t key[BS_STORE_KEY_LEN];
	char fresh[PATH_MAX + 8];
	int fd;
	int rc;

	if ((rc = bs_mac_random(key, sizeof(key))) != 0)
		return rc;
	snprintf(fresh, sizeof(fresh), "%s.XXXXXX", path);
	if ((fd = mkostemp(fresh, O_CLOEXEC)) < 0) {
		rc = -errno;
		goto out;
	}
	rc = write_key(fd, key, gid);
	close(fd);
	if (rc == 0 && rename(fresh, path) != 0)
		rc = -errno;
	if (rc != 0)
		unlink(fresh);
	else if (fsync(folder) != 0)
		rc = -errno;
out:
	bs_mac_wipe(key, sizeof(key));
	return rc;
}

static bool
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static bool
has_store(const struct bs_state_folder_paths *paths)
{
	char file[PATH_MAX];

	return join(file, paths->store, "data.mdb") == 0 && exists(file);
}

/* Makes a store key where there is none. Without its key nothing can be found
 * in a store: it would say that nothing was ever signed. So that store is set
 * aside, and a new one begins. */
static int
renew_store_key(const struct bs_state_folder_paths *paths, int folder,
    gid_t gid, int64_t now, struct bs_fault *fault)
{
	uint8_t key[BS_STORE_KEY_LEN];
	struct bs_fault why = {0};
	int rc;

	if (exists(paths->store_key)) {
		rc = bs_state_folder_store_key(paths->store_key, key, &why);
		bs_mac_wipe(key, sizeof(key));
		return rc == 0 ? 0
			       : refuse(fault, rc, "%s: %.150s",
				     paths->store_key, why.text);
	}
	if (has_store(paths) &&
	    (rc = bs_recovery_set_aside(paths->store, "damaged", now)) != 0)
		return refuse_path(fault, rc, paths->store);
	if ((rc = make_store_key(paths->store_key, folder, gid)) != 0)
		return refuse_path(fault, rc, paths->store_key);
	return 0;
}

static int
make_keyring(const char *path, int number, enum bs_key_origin origin, gid_t gid,
    int64_t now)
{
	struct bs_keyring keyring = {0};
	int rc;

	if (number < 0)
		number = bs_keyring_free_number(&keyring);
	if (number < 0)
		return -EIO;
	rc = bs_keyring_make(&keyring, (unsigned)number, origin, now);
	if (rc == 0)
		rc = bs_keyring_activate(&keyring, (unsigned)number, now);
	if (rc == 0)
		rc = bs_keyring_save(path, &keyring, gid);
	bs_keyring_wipe(&keyring);
	return rc != 0 ? rc : number;
}

/* Makes a keyring where there is none. One that is there is only checked. */
static int
renew_keyring(const struct bs_state_folder_paths *paths, int number,
    enum bs_key_origin origin, gid_t gid, int64_t now, int *made_key,
    struct bs_fault *fault)
{
	struct bs_keyring keyring;
	struct bs_fault why = {0};
	char line[BS_FAULT_LINE];
	int rc = bs_keyring_load(paths->keyring, &keyring, &why);

	bs_keyring_wipe(&keyring);
	if (rc == 0)
		return 0;
	if (rc != -ENOENT)
		return refuse(fault, rc, "%s%s: %.150s", paths->keyring,
		    bs_fault_line(&why, line), why.text);
	rc = make_keyring(paths->keyring, number, origin, gid, now);
	if (rc < 0)
		return refuse_path(fault, rc, paths->keyring);
	*made_key = rc;
	return 0;
}

/* The folder in which the filter keeps what it could not tell the engine, where
 * this host has the filter's user. Without it each stop is a gap, which is no
 * reason to fail. */
static void
make_filter_folder(void)
{
	const struct passwd *pw;
	struct bs_fault unused = {0};

	if (geteuid() == 0 && (pw = getpwnam(BS_FILTER_USER)) != NULL)
		(void)!make_folder(BS_FILTER_STATE_PATH, 0700, pw->pw_uid,
		    pw->pw_gid, &unused);
}

int
bs_state_folder_init(const struct bs_config *config, int number, int64_t now,
    int *made_key, struct bs_fault *fault)
{
	struct bs_state_folder_paths paths;
	struct owner owner;
	enum bs_key_origin origin;
	int lock;
	int rc;

	*made_key = -1;
	make_filter_folder();
	if ((rc = bs_state_folder_paths(config->state, &paths)) != 0)
		return refuse_path(fault, rc, config->state);
	if ((rc = find_owner(config, &owner, fault)) != 0 ||
	    (rc = make_state(config->state, owner.gid, fault)) != 0)
		return rc;
	if ((rc = bs_state_folder_lock(config->state, &lock)) != 0)
		return refuse_path(fault, rc, config->state);
	origin = exists(paths.store_key) || has_store(&paths) ? BS_KEY_REMADE
							      : BS_KEY_MADE;
	if ((rc = make_folder(paths.store, 0700, owner.uid, owner.gid,
		 fault)) == 0 &&
	    (rc = renew_store_key(&paths, lock, owner.gid, now, fault)) == 0)
		rc = renew_keyring(&paths, number, origin, owner.gid, now,
		    made_key, fault);
	close(lock);
	return rc;
}

int
bs_state_folder_make(const struct bs_config *config, struct bs_fault *fault)
{
	struct bs_state_folder_paths paths;
	struct owner owner;
	int rc;

	if ((rc = bs_state_folder_paths(config->state, &paths)) != 0)
		return refuse_path(fault, rc, config->state);
	if ((rc = find_owner(config, &owner, fault)) != 0 ||
	    (rc = make_state(config->state, owner.gid, fault)) != 0)
		return rc;
	return make_folder(paths.store, 0700, owner.uid, owner.gid, fault);
}
