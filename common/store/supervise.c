/* The store's life in a running engine: looked at, opened, lost, reopened. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "common/store/supervise.h"
#include "common/store/recovery.h"
#include "common/base/monotonic.h"

#define REOPEN_SECONDS 5

void
bs_supervise_warn(struct bs_supervisor *keeper, const char *what, int error)
{
	unsigned missed;

	if (bs_log_allowed(&keeper->limit, bs_monotonic_ms(), &missed))
		bs_log(BS_LOG_WARNING, "%s: %s (mail goes on; %u more)", what,
		    strerror(-error), missed);
}

void
bs_supervise_start(struct bs_supervisor *keeper, int64_t now)
{
	pid_t pid = bs_recovery_start(keeper->folder);

	keeper->reopen_at = now + REOPEN_SECONDS;
	if (pid < 0)
		bs_supervise_warn(keeper, "the store cannot be checked",
		    (int)pid);
	else
		keeper->child = pid;
}

/* Opens the store as the child's end allows. Returns whether it is open. */
static bool
open_store(struct bs_supervisor *keeper, int wait_status,
    unsigned lifetime_days, int64_t now)
{
	uint8_t boot[BS_BOOT_LEN];
	struct bs_store *store = NULL;
	enum bs_recovery outcome;
	int error;

	bs_recovery_boot_id(boot);
	outcome = bs_recovery_finish(keeper->folder, wait_status, now, &store,
	    &error);
	if (outcome != BS_RECOVERY_LATER)
		error = bs_writer_attach(keeper->writer, store, boot,
		    lifetime_days, now);
	if (error != 0) {
		bs_store_close(store);
		bs_supervise_warn(keeper, "the store cannot be opened", error);
		keeper->reopen_at = now + REOPEN_SECONDS;
		return false;
	}
	if (outcome == BS_RECOVERY_NEW)
		bs_log(BS_LOG_WARNING,
		    "the store was damaged: %s/data.mdb.damaged-%" PRId64
		    " keeps it, a new epoch begins",
		    keeper->folder, now);
	bs_log(BS_LOG_INFO, "store open");
	return true;
}

bool
bs_supervise_child_ended(struct bs_supervisor *keeper, unsigned lifetime_days,
    int64_t now)
{
	int status;

	if (keeper->child == 0 ||
	    waitpid(keeper->child, &status, WNOHANG) != keeper->child)
		return false;
	keeper->child = 0;
	return open_store(keeper, status, lifetime_days, now);
}

void
bs_supervise_tick(struct bs_supervisor *keeper, int64_t now)
{
	int error;

	if (bs_writer_is_failing(keeper->writer, &error) && error == -EUCLEAN) {
		bs_supervise_warn(keeper, "the store is opened anew", error);
		bs_store_close(bs_writer_detach(keeper->writer));
		keeper->reopen_at = now + REOPEN_SECONDS;
	}
	if (!bs_writer_has_store(keeper->writer) && keeper->child == 0 &&
	    now >= keeper->reopen_at)
		bs_supervise_start(keeper, now);
}

void
bs_supervise_stop(struct bs_supervisor *keeper, int64_t now)
{
	bs_writer_stop(keeper->writer, now);
	bs_store_close(bs_writer_detach(keeper->writer));
	if (keeper->child != 0)
		kill(keeper->child, SIGKILL);
}

const char *
bs_supervise_state(const struct bs_supervisor *keeper)
{
	int error;

	if (bs_writer_has_store(keeper->writer))
		return bs_writer_is_failing(keeper->writer, &error) ? "failing"
								    : "ok";
	return keeper->child != 0 ? "checking" : "absent";
}
