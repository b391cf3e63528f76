/* Supervises the store of a running engine: has it looked at, opens it, and
 * opens it again where it was lost. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "common/base/monotonic.h"
#include "common/store/recovery.h"
#include "common/store/supervise.h"

#define REOPEN_SECONDS 5
#define TICK_WORK_SECONDS 60

void
bs_supervise_warn(struct bs_supervisor *supervisor, const char *what, int error)
{
	unsigned missed;

	supervisor->error = error;
	if (bs_log_allowed(&supervisor->limit, bs_monotonic_ms(), &missed))
		bs_log(BS_LOG_WARNING, "%s: %s (mail goes on; %u more)", what,
		    bs_store_error(error), missed);
}

void
bs_supervise_start(struct bs_supervisor *supervisor, int64_t now)
{
	pid_t pid = bs_recovery_start(supervisor->folder);

	supervisor->is_reading = false;
	supervisor->reopen_at = now + REOPEN_SECONDS;
	if (pid < 0)
		bs_supervise_warn(supervisor, "the store cannot be checked",
		    (int)pid);
	else
		supervisor->child = pid;
}

/* Moves a store away that cannot be used, and begins a new one. */
static int
begin_anew(struct bs_supervisor *supervisor, const char *why,
    struct bs_store **store, int64_t now)
{
	int rc;

	bs_store_close(*store);
	*store = NULL;
	rc = bs_recovery_set_aside(supervisor->folder, why, now);
	if (rc != 0)
		return rc;
	bs_log(BS_LOG_WARNING,
	    "the store %s: %s/data.mdb.%s-%" PRId64
	    " keeps it, a new epoch begins",
	    strcmp(why, "damaged") == 0 ? "was damaged"
					: "is one of another store.key",
	    supervisor->folder, why, now);
	return bs_store_open(supervisor->folder, BS_STORE_HOLD, store);
}

static int
attach(struct bs_supervisor *supervisor, struct bs_store **store,
    unsigned lifetime_days, int64_t now)
{
	uint8_t boot[BS_BOOT_LEN];
	int rc;

	bs_recovery_boot_id(boot);
	rc = bs_writer_attach(supervisor->writer, *store, boot, lifetime_days,
	    now);
	if (rc == -EKEYREJECTED)
		rc = begin_anew(supervisor, "other-key", store, now);
	else if (rc == -EBADMSG || rc == -EUCLEAN)
		rc = begin_anew(supervisor, "damaged", store, now);
	else
		return rc;
	return rc != 0 ? rc
		       : bs_writer_attach(supervisor->writer, *store, boot,
			     lifetime_days, now);
}

/* The child has read a store that is open. Returns whether another one is open
 * now. */
static bool
finish_reading(struct bs_supervisor *supervisor, int wait_status,
    unsigned lifetime_days, int64_t now)
{
	struct bs_store *store;
	int error;

	supervisor->is_reading = false;
	if (!bs_writer_has_store(supervisor->writer))
		return false;
	if (!bs_recovery_found_damage(wait_status)) {
		if (WIFEXITED(wait_status))
			bs_writer_set_unread(supervisor->writer, false);
		return false;
	}
	store = bs_writer_detach(supervisor->writer);
	if ((error = begin_anew(supervisor, "damaged", &store, now)) == 0)
		error = attach(supervisor, &store, lifetime_days, now);
	if (error == 0)
		return true;
	bs_store_close(store);
	bs_supervise_warn(supervisor, "the store cannot be opened", error);
	supervisor->reopen_at = now + REOPEN_SECONDS;
	return false;
}

/* Begins to read a store that was left unread. If that fails it stays so. */
static void
start_reading(struct bs_supervisor *supervisor)
{
	pid_t pid = bs_recovery_start_reading(supervisor->folder);

	supervisor->is_reading = true;
	if (pid < 0)
		bs_supervise_warn(supervisor, "the store cannot be checked",
		    (int)pid);
	else
		supervisor->child = pid;
}

/* Opens the store, if what the child found allows that. Returns whether it is
 * open. */
static bool
open_store(struct bs_supervisor *supervisor, int wait_status,
    unsigned lifetime_days, int64_t now)
{
	struct bs_store *store = NULL;
	enum bs_recovery outcome;
	int error;

	if (bs_recovery_left_unread(wait_status))
		start_reading(supervisor);
	outcome = bs_recovery_finish(supervisor->folder, wait_status, now,
	    &store, &error);
	if (outcome == BS_RECOVERY_NEW)
		bs_log(BS_LOG_WARNING,
		    "the store was damaged: %s/data.mdb.damaged-%" PRId64
		    " keeps it, a new epoch begins",
		    supervisor->folder, now);
	if (outcome != BS_RECOVERY_LATER)
		error = attach(supervisor, &store, lifetime_days, now);
	if (error != 0) {
		bs_store_close(store);
		bs_supervise_warn(supervisor, "the store cannot be opened",
		    error);
		supervisor->reopen_at = now + REOPEN_SECONDS;
		return false;
	}
	supervisor->error = 0;
	bs_writer_set_unread(supervisor->writer, supervisor->is_reading);
	bs_log(BS_LOG_INFO, "store open");
	return true;
}

bool
bs_supervise_child_ended(struct bs_supervisor *supervisor,
    unsigned lifetime_days, int64_t now)
{
	int status;

	if (supervisor->child == 0 ||
	    waitpid(supervisor->child, &status, WNOHANG) != supervisor->child)
		return false;
	supervisor->child = 0;
	if (supervisor->is_reading)
		return finish_reading(supervisor, status, lifetime_days, now);
	return open_store(supervisor, status, lifetime_days, now);
}

void
bs_supervise_tick(struct bs_supervisor *supervisor, int64_t now)
{
	int error;

	/* a store that is read while it is open may be damaged */
	bs_recovery_limit_work(TICK_WORK_SECONDS);
	if (bs_writer_is_failing(supervisor->writer, &error) &&
	    error == -EUCLEAN) {
		bs_supervise_warn(supervisor, "the store is opened anew",
		    error);
		bs_store_close(bs_writer_detach(supervisor->writer));
		supervisor->reopen_at = now + REOPEN_SECONDS;
	}
	if (bs_writer_lost_store(supervisor->writer, supervisor->folder, now))
		bs_supervise_warn(supervisor,
		    "nothing is recorded until backstopd is restarted",
		    -ESTALE);
	if (!bs_writer_has_store(supervisor->writer) &&
	    supervisor->child == 0 && now >= supervisor->reopen_at)
		bs_supervise_start(supervisor, now);
}

void
bs_supervise_stop(struct bs_supervisor *supervisor, int64_t now)
{
	bs_writer_stop(supervisor->writer, now);
	bs_store_close(bs_writer_detach(supervisor->writer));
	if (supervisor->child != 0)
		kill(supervisor->child, SIGKILL);
}

const char *
bs_supervise_state(const struct bs_supervisor *supervisor)
{
	int error;

	if (bs_writer_has_store(supervisor->writer))
		return bs_writer_is_failing(supervisor->writer, &error)
			   ? "failing"
			   : "ok";
	return supervisor->child != 0 ? "checking" : "absent";
}

int
bs_supervise_error(const struct bs_supervisor *supervisor)
{
	int error;

	if (!bs_writer_has_store(supervisor->writer))
		return supervisor->error;
	return bs_writer_is_failing(supervisor->writer, &error) ? error : 0;
}
