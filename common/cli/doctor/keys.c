/* backstop doctor: the keys, and who may get at them. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cli/doctor/keys.h"
#include "common/cli/load.h"
#include "common/cli/output.h"
#include "common/keys/keyring_file.h"

/* Days after which a key should be replaced. */
#define KEY_DAYS 180

/* Who a file or folder should belong to, and its mode. */
struct rule {
	enum bs_check check;
	const char *path;
	mode_t mode;
	const char *owner;
	const char *group;
};

static void
tell_wrong(struct bs_doctor *doctor, const struct rule *rule,
    const struct stat *st, bool is_owned)
{
	const char *what = rule->mode & S_IXUSR ? "folder" : "file";

	if (is_owned)
		bs_doctor_bad(doctor, rule->check,
		    "%s: the mode of this %s is %04o, not %04o", rule->path,
		    what, (unsigned)(st->st_mode & 07777),
		    (unsigned)rule->mode);
	else
		bs_doctor_bad(doctor, rule->check,
		    "%s: this %s is of user %u, group %u, mode %04o, not "
		    "%s:%s %04o",
		    rule->path, what, (unsigned)st->st_uid,
		    (unsigned)st->st_gid, (unsigned)(st->st_mode & 07777),
		    rule->owner, rule->group, (unsigned)rule->mode);
	bs_doctor_fix(doctor, "type: chown %s:%s %s && chmod %04o %s",
	    rule->owner, rule->group, rule->path, (unsigned)rule->mode,
	    rule->path);
}

/* Whether it belongs to whom it should. Where no root has set it up, all is the
 * caller's. */
static bool
has_owners(const struct rule *rule, const struct stat *st)
{
	const struct passwd *pw = getpwnam(rule->owner);
	const struct group *gr = getgrnam(rule->group);

	if (geteuid() != 0 && st->st_uid == geteuid())
		return true;
	return (pw == NULL || st->st_uid == pw->pw_uid) &&
	       (gr == NULL || st->st_gid == gr->gr_gid);
}

/* The group of the engine's user. */
static const char *
group_of(const char *user)
{
	const struct passwd *pw = getpwnam(user);
	const struct group *gr = pw != NULL ? getgrgid(pw->pw_gid) : NULL;

	return gr != NULL ? gr->gr_name : user;
}

static void
check_rule(struct bs_doctor *doctor, const struct rule *rule)
{
	struct stat st;
	bool is_owned;

	if (lstat(rule->path, &st) != 0) {
		if (errno == EACCES) {
			bs_doctor_unseen(doctor, rule->check, "%s: %s",
			    rule->path, strerror(errno));
			bs_doctor_fix(doctor, "run as root");
		} else {
			bs_doctor_bad(doctor, rule->check, "%s: %s", rule->path,
			    strerror(errno));
			bs_doctor_fix(doctor, "type: backstop init");
		}
		return;
	}
	is_owned = has_owners(rule, &st);
	if (!is_owned || (st.st_mode & 07777) != rule->mode)
		tell_wrong(doctor, rule, &st, is_owned);
	else
		bs_doctor_good(doctor, rule->check, "%s: mode %04o", rule->path,
		    (unsigned)rule->mode);
}

/* What must be in store.key. A wrong mode of it is another finding. */
static int
check_store_key(struct bs_doctor *doctor, const char *path)
{
	struct bs_store_key_fault fault;
	int rc = bs_check_store_key(path, &fault);

	if (rc == 0) {
		bs_doctor_good(doctor, BS_CHECK_STORE_KEY, "%s holds a key",
		    path);
	} else if (rc == -EACCES) {
		bs_doctor_unseen(doctor, BS_CHECK_STORE_KEY, "%s", fault.what);
		bs_doctor_fix(doctor, "%s", fault.fix);
	} else if (rc != -EPERM) {
		bs_doctor_bad(doctor, BS_CHECK_STORE_KEY,
		    "%s; the engine cannot start", fault.what);
		bs_doctor_fix(doctor, "%s", fault.fix);
	}
	return rc;
}

void
bs_doctor_modes(struct bs_doctor *doctor)
{
	const char *state = doctor->config->state;
	const char *user = doctor->config->user;
	struct bs_state_folder_paths paths;
	char group[64];

	if (bs_state_folder_paths(state, &paths) != 0)
		return;
	snprintf(group, sizeof(group), "%s", group_of(user));
	check_rule(doctor,
	    &(struct rule){BS_CHECK_STATE_MODE, state, 0750, "root", group});
	/* then nothing in it can be seen either */
	if (access(state, X_OK) != 0)
		return;
	check_rule(doctor, &(struct rule){BS_CHECK_KEYRING_MODE, paths.keyring,
			       0640, "root", group});
	if (check_store_key(doctor, paths.store_key) != -ENOENT)
		check_rule(doctor, &(struct rule){BS_CHECK_KEYRING_MODE,
				       paths.store_key, 0640, "root", group});
	check_rule(doctor, &(struct rule){BS_CHECK_STATE_MODE, paths.store,
			       0700, user, group});
}

/* Returns whether there is a keyring. */
static bool
load(struct bs_doctor *doctor)
{
	struct bs_state_folder_paths paths;
	struct bs_fault fault = {0};
	int rc = bs_state_folder_paths(doctor->config->state, &paths);

	if (rc == 0)
		rc = bs_keyring_load(paths.keyring, &doctor->keyring, &fault);
	if (rc == 0 && doctor->keyring.damaged != 0) {
		bs_doctor_bad(doctor, BS_CHECK_KEYRING,
		    "%s:%u: the line is damaged: its key is taken for unknown",
		    paths.keyring, doctor->keyring.damaged);
		bs_doctor_fix(doctor,
		    "take the keyring from a backup, or delete the line and "
		    "type: backstop key rotate");
	}
	if (rc == 0)
		return true;
	if (rc == -EACCES) {
		bs_doctor_unseen(doctor, BS_CHECK_KEYRING,
		    "%s: keys are for root alone", paths.keyring);
		bs_doctor_fix(doctor, "run as root");
		return false;
	}
	bs_doctor_bad(doctor, BS_CHECK_KEYRING, "%s cannot be used: %s",
	    paths.keyring, fault.text[0] != '\0' ? fault.text : strerror(-rc));
	if (rc == -ENOENT)
		bs_doctor_fix(doctor, "type: backstop init");
	else if (rc == -EPERM)
		bs_doctor_fix(doctor, "type: chown root:%s %s && chmod 0640 %s",
		    doctor->config->user, paths.keyring, paths.keyring);
	else
		bs_doctor_fix(doctor,
		    "take it from a backup, or move it away and type: "
		    "backstop init");
	return false;
}

static void
check_active(struct bs_doctor *doctor)
{
	const struct bs_keyring *keyring = &doctor->keyring;
	unsigned active = 0;

	for (size_t i = 0; i < keyring->count; i++)
		active += keyring->keys[i].state == BS_KEY_ACTIVE;
	if (active == 1)
		bs_doctor_good(doctor, BS_CHECK_ACTIVE_KEY, "key %u is active",
		    bs_keyring_active(keyring)->number);
	else {
		bs_doctor_bad(doctor, BS_CHECK_ACTIVE_KEY,
		    "%u keys are active, not one%s", active,
		    active == 0 ? ": nothing is signed" : "");
		bs_doctor_fix(doctor, "type: backstop key rotate");
	}
}

static void
check_age(struct bs_doctor *doctor, const struct bs_key *key)
{
	int64_t since = key->activated != 0 ? key->activated : key->created;
	int64_t days = (doctor->call->now - since) / BS_DAY_SECONDS;

	if (key->state != BS_KEY_ACTIVE)
		return;
	if (days <= KEY_DAYS) {
		bs_doctor_good(doctor, BS_CHECK_KEY_AGE,
		    "key %u has been active for %lld days", key->number,
		    (long long)days);
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_KEY_AGE,
	    "key %u has been active for %lld days, more than %d", key->number,
	    (long long)days, KEY_DAYS);
	bs_doctor_fix(doctor, "type: backstop key rotate");
}

static void
check_purge(struct bs_doctor *doctor, const struct bs_key *key)
{
	int64_t due = bs_key_purge_time(key, doctor->lifetime_days);

	if (due < 0 || due > doctor->call->now)
		return;
	bs_doctor_bad(doctor, BS_CHECK_KEY_PURGE,
	    "key %u: no tag of it can come home any more", key->number);
	bs_doctor_fix(doctor, "type: backstop key purge");
}

static void
check_lent(struct bs_doctor *doctor, const struct bs_key *key)
{
	if (!bs_key_is_lent(key, doctor->lifetime_days,
		bs_day_of(doctor->call->now)))
		return;
	bs_doctor_bad(doctor, BS_CHECK_KEY_LENT,
	    "key %u was exported to somebody who may sign with it: no bounce is "
	    "called forged for what this store lacks",
	    key->number);
	if (key->returned == 0)
		bs_doctor_fix(doctor,
		    "if nobody else has signed with it since a day, type: "
		    "backstop key unlend %u DAY",
		    key->number);
}

void
bs_doctor_keys(struct bs_doctor *doctor)
{
	if (!load(doctor))
		return;
	doctor->has_keyring = true;
	if (doctor->keyring.damaged == 0)
		bs_doctor_good(doctor, BS_CHECK_KEYRING,
		    "keys in the keyring: %zu", doctor->keyring.count);
	check_active(doctor);
	for (size_t i = 0; i < doctor->keyring.count; i++) {
		check_age(doctor, &doctor->keyring.keys[i]);
		check_purge(doctor, &doctor->keyring.keys[i]);
		check_lent(doctor, &doctor->keyring.keys[i]);
	}
}
