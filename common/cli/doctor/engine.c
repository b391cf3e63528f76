/* backstop doctor: the engine, its store and its clock. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/timex.h>
#endif
#include <unistd.h>

#include "common/cli/ask.h"
#include "common/cli/doctor/engine.h"
#include "common/cli/doctor/files.h"
#include "common/cli/doctor/process.h"
#include "common/engine/listen.h"
#include "common/cli/output.h"
#include "common/cli/store/look.h"
#include "common/cli/type.h"
#include "common/store/lock.h"

static void
fix_by_start(struct bs_doctor *doctor, const char *verb)
{
	char line[BS_TYPE_LINE];

	/* its finding says what to do; starting the engine does not help */
	if (bs_doctor_has(doctor, BS_CHECK_STORE_KEY))
		bs_doctor_fix(doctor,
		    "mend store.key (see store-key), then %s the engine", verb);
	else
		bs_doctor_fix(doctor, "type: %s",
		    bs_type_engine(doctor->call, verb, line));
}

/* Whether there is a socket to ask at. */
static bool
check_socket(struct bs_doctor *doctor)
{
	const char *path = doctor->config->socket;
	struct stat st;

	if (lstat(path, &st) != 0) {
		if (errno == EACCES)
			bs_doctor_unseen(doctor, BS_CHECK_ENGINE_SOCKET,
			    "%s: %s", path, strerror(errno));
		else
			bs_doctor_bad(doctor, BS_CHECK_ENGINE_SOCKET,
			    "%s: %s: the engine does not run", path,
			    strerror(errno));
		fix_by_start(doctor, "start");
		return false;
	}
	if (!S_ISSOCK(st.st_mode)) {
		bs_doctor_bad(doctor, BS_CHECK_ENGINE_SOCKET,
		    "%s is not a socket", path);
		bs_doctor_fix(doctor, "move it away and start the engine");
		return false;
	}
	if (bs_listen_is_narrowed(path))
		bs_doctor_good(doctor, BS_CHECK_ENGINE_SOCKET,
		    "%s is open to 'clients' alone", path);
	else if ((st.st_mode & 0666) != 0666) {
		bs_doctor_bad(doctor, BS_CHECK_ENGINE_SOCKET,
		    "%s: mode %04o keeps mail servers out; the engine itself "
		    "knows who may ask",
		    path, (unsigned)(st.st_mode & 07777));
		bs_doctor_fix(doctor, "type: chmod 0666 %s", path);
	} else
		bs_doctor_good(doctor, BS_CHECK_ENGINE_SOCKET,
		    "%s is open to all", path);
	return true;
}

static void
check_version(struct bs_doctor *doctor, const struct bs_answer *answer)
{
	const char *version = answer->version;

	if (strcmp(version, BS_VERSION) == 0) {
		bs_doctor_good(doctor, BS_CHECK_ENGINE_VERSION,
		    "the engine has this version, %s", version);
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_ENGINE_VERSION,
	    "the running engine is version %s, this is %s",
	    version[0] != '\0' ? version : "0.1 or older", BS_VERSION);
	bs_doctor_fix(doctor, "end the old engine, and start the new one");
}

static void
check_store_word(struct bs_doctor *doctor, const struct bs_answer *answer)
{
	if (strcmp(answer->reason, "store-ok") == 0) {
		bs_doctor_good(doctor, BS_CHECK_ENGINE_STORE,
		    "the engine has its store");
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_ENGINE_STORE,
	    "the engine answers, but without its store: %s", answer->reason);
	if (strcmp(answer->reason, "store-checking") == 0)
		bs_doctor_fix(doctor, "wait until it is checked");
	else
		bs_doctor_fix(doctor, "type: df %s; its log says more",
		    doctor->config->state);
}

/* Whether an engine holds our store: 1, 0, or -errno where that cannot be
 * seen. */
static int
is_store_held(const struct bs_doctor *doctor)
{
	struct bs_state_folder_paths paths;
	int rc = bs_state_folder_paths(doctor->config->state, &paths);

	return rc != 0 ? rc : bs_lock_is_held(paths.store, "engine.lock");
}

/* Whether there is an engine to ask. Behind systemd's socket there may be none,
 * and a question would start one: whoever looks must not change what is so. */
static bool
check_runs(struct bs_doctor *doctor, int is_held)
{
	enum bs_socket_holder holder;

	if (is_held == 1)
		return true;
	holder = bs_process_listens(doctor->config->socket);
	if (holder == BS_SOCKET_SYSTEMD) {
		bs_doctor_bad(doctor, BS_CHECK_ENGINE,
		    "the engine does not run: systemd alone holds %s, so mail "
		    "waits for an answer, leaves unsigned and passes unjudged",
		    doctor->config->socket);
		bs_doctor_fix(doctor,
		    "type: systemctl start backstopd; if that does not help: "
		    "journalctl -u backstopd");
		return false;
	}
	if (holder == BS_SOCKET_UNSEEN && geteuid() != 0 &&
	    access("/run/systemd/system", F_OK) == 0) {
		bs_doctor_unseen(doctor, BS_CHECK_ENGINE,
		    "whether the engine runs behind systemd's socket is for "
		    "root to see");
		bs_doctor_fix(doctor, "run as root");
		return false;
	}
	return true;
}

/* It may have been started with another configuration. */
static void
check_state(struct bs_doctor *doctor, const struct bs_answer *answer,
    int is_held)
{
	const char *state = doctor->config->state;

	if (strcmp(answer->reason, "store-ok") != 0 ||
	    (is_held != 0 && is_held != 1 && is_held != -ENOENT))
		return;
	if (is_held == 1) {
		bs_doctor_good(doctor, BS_CHECK_ENGINE_STATE,
		    "an engine works in %s", state);
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_ENGINE_STATE,
	    "the engine that answers does not work in %s: it was started with "
	    "another configuration, so other keys",
	    state);
	fix_by_start(doctor, "restart");
}

/* It reads its configuration when it starts, and when it is told to. */
static void
check_stale(struct bs_doctor *doctor, const struct bs_answer *answer)
{
	const char *path = doctor->call->config_path;
	char line[BS_TYPE_LINE];

	if (answer->config == 0)
		return; /* an older engine does not say */
	if (answer->config == doctor->config->digest) {
		bs_doctor_good(doctor, BS_CHECK_ENGINE_STALE,
		    "the engine works by %s as it is now", path);
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_ENGINE_STALE,
	    "the engine works by another text than %s has now: what was "
	    "changed in it does not hold yet",
	    path);
	bs_doctor_fix(doctor, "type: %s",
	    bs_type_backstop(doctor->call, "reload", line));
}

void
bs_doctor_engine(struct bs_doctor *doctor)
{
	const char *path = doctor->config->socket;
	struct bs_answer answer;
	int is_held = is_store_held(doctor);

	if (!check_socket(doctor) || !check_runs(doctor, is_held))
		return;
	if (!bs_ask(path, BS_OP_PING, &answer)) {
		/* it answers only root and the mail servers */
		if (geteuid() != 0) {
			bs_doctor_unseen(doctor, BS_CHECK_ENGINE,
			    "the engine gives no answer at %s to this user",
			    path);
			bs_doctor_fix(doctor, "run as root");
			return;
		}
		bs_doctor_bad(doctor, BS_CHECK_ENGINE,
		    "the engine does not answer at %s: mail leaves unsigned "
		    "and passes unjudged",
		    path);
		fix_by_start(doctor, "restart");
		return;
	}
	bs_doctor_good(doctor, BS_CHECK_ENGINE, "the engine answers at %s",
	    path);
	check_version(doctor, &answer);
	check_store_word(doctor, &answer);
	check_state(doctor, &answer, is_held);
	check_stale(doctor, &answer);
}

void
bs_doctor_reach(struct bs_doctor *doctor, const char *user)
{
	const char *socket = doctor->config->socket;
	int error = bs_doctor_try(user, socket, W_OK);
	char line[BS_TYPE_LINE];

	/* a socket that is none has its own finding */
	if (error == 0 || error == ENOENT ||
	    bs_doctor_has(doctor, BS_CHECK_ENGINE_SOCKET)) {
		bs_doctor_good(doctor, BS_CHECK_FILTER_USER,
		    "%s may ask the engine", user);
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_FILTER_USER,
	    "%s cannot connect to %s: %s: nothing is signed or judged", user,
	    socket, strerror(error));
	bs_doctor_fix(doctor,
	    "type: %s; if that does not help, the folder must be open: "
	    "chmod 0755 %.*s",
	    bs_type_backstop(doctor->call, "reload", line),
	    (int)(strrchr(socket, '/') - socket), socket);
}

static void
tell_no_store(struct bs_doctor *doctor, const char *folder, int rc)
{
	if (rc == -EACCES || rc == -EPERM) {
		bs_doctor_unseen(doctor, BS_CHECK_STORE, "%s: %s", folder,
		    strerror(-rc));
		bs_doctor_fix(doctor, "run as root");
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_STORE, "%s: %s", folder,
	    rc == -ENOENT		       ? "there is no store yet"
	    : rc == -EPROTO		       ? "a newer version wrote it"
	    : rc == -EUCLEAN || rc == -EBADMSG ? "it is damaged"
					       : strerror(-rc));
	if (rc == -ENOENT)
		fix_by_start(doctor, "start");
	else if (rc == -EPROTO)
		bs_doctor_fix(doctor, "install that version again");
	else
		fix_by_start(doctor, "restart");
}

/* Gaps in which the mail was sent that bounces today. */
static void
check_gaps(struct bs_doctor *doctor)
{
	const struct bs_meta *meta = &doctor->look.meta;
	unsigned days = bs_day_window(doctor->lifetime_days);
	int64_t from = doctor->call->now - (int64_t)days * BS_DAY_SECONDS;
	const struct bs_gap *last = NULL;
	unsigned count = 0;
	char start[BS_TIME_TEXT];
	char end[BS_TIME_TEXT];

	for (size_t i = 0; i < meta->gap_count; i++)
		if (meta->gaps[i].end > from) {
			last = &meta->gaps[i];
			count++;
		}
	if (last == NULL) {
		bs_doctor_good(doctor, BS_CHECK_STORE_GAPS,
		    "nothing was missed in the last %u days", days);
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_STORE_GAPS,
	    "%u gap%s in the last %u days, the last from %s to %s: coverage is "
	    "partial until they are older",
	    count, count == 1 ? "" : "s", days,
	    bs_time_text(last->start, start), bs_time_text(last->end, end));
	bs_doctor_fix(doctor,
	    "keep the engine running; for all gaps, type: backstop status");
}

void
bs_doctor_store(struct bs_doctor *doctor)
{
	const struct bs_config *config = doctor->config;
	struct bs_state_folder_paths paths;
	char text[BS_TIME_TEXT];
	int rc = bs_state_folder_paths(config->state, &paths);

	doctor->lifetime_days = config->lifetime_days;
	if (rc != 0 || (rc = bs_look_at_store(config, &doctor->look)) != 0) {
		tell_no_store(doctor, paths.store, rc);
		return;
	}
	doctor->has_look = true;
	doctor->lifetime_days = bs_meta_lifetime(&doctor->look.meta,
	    config->lifetime_days, bs_day_of(doctor->call->now));
	if (doctor->look.meta.epoch == 0)
		bs_doctor_good(doctor, BS_CHECK_STORE, "the store is empty");
	else
		bs_doctor_good(doctor, BS_CHECK_STORE,
		    "the store has recorded since %s",
		    bs_time_text(doctor->look.meta.epoch, text));
	check_gaps(doctor);
}

/* chronyd and the like tell the kernel that they keep its clock. */
static void
check_sync(struct bs_doctor *doctor)
{
#ifdef __linux__
	struct timex timex = {0};
	int state = adjtimex(&timex);

	if (state < 0)
		bs_doctor_unseen(doctor, BS_CHECK_CLOCK_SYNC,
		    "the kernel does not say whether its clock is synchronised: %s",
		    strerror(errno));
	else if (state == TIME_ERROR || (timex.status & STA_UNSYNC) != 0) {
		bs_doctor_bad(doctor, BS_CHECK_CLOCK_SYNC,
		    "this host's clock is not synchronised: tags are judged by its "
		    "date");
		bs_doctor_fix(doctor,
		    "type: timedatectl set-ntp true (or install chrony)");
	} else
		bs_doctor_good(doctor, BS_CHECK_CLOCK_SYNC,
		    "the clock is synchronised");
#else
	(void)doctor;
#endif
}

void
bs_doctor_clock(struct bs_doctor *doctor)
{
	char text[BS_TIME_TEXT];

	check_sync(doctor);
	if (!doctor->has_look)
		return;
	if (!bs_look_doubts_clock(&doctor->look, doctor->call->now)) {
		bs_doctor_good(doctor, BS_CHECK_CLOCK_DOUBT,
		    "the engine does not doubt the date");
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_CLOCK_DOUBT,
	    "the clock says %s, which does not follow the days that the store "
	    "has seen: nothing is signed, refused or expired",
	    bs_day_text(bs_day_of(doctor->call->now), text));
	bs_doctor_fix(doctor,
	    "if that is today, type: backstop store confirm-clock; else set "
	    "the clock");
}
