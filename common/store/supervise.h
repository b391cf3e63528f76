/* Supervises the store of a running engine: has it looked at, opens it, and
 * opens it again where it was lost. */
#ifndef BS_STORE_SUPERVISE_H
#define BS_STORE_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/backstop.h"
#include "common/store/writer.h"
#include "common/base/log.h"

/* At first all zero but for folder and writer. Times are epoch seconds. */
struct bs_supervisor {
	const char *folder;	  /* borrowed */
	struct bs_writer *writer; /* borrowed: gets the store */
	pid_t child;		  /* which looks at the store, or 0 */
	bool is_reading;	  /* it reads a store that is open */
	int64_t reopen_at;
	int error; /* -errno of the last trouble before it was open, or 0 */
	struct bs_log_limit limit;
};

/* Starts the child that looks at the store before we open it. */
void bs_supervise_start(struct bs_supervisor *supervisor, int64_t now);

/* To be called on SIGCHLD. Returns whether the store is open now. */
bool bs_supervise_child_ended(struct bs_supervisor *supervisor,
    unsigned lifetime_days, int64_t now);

/* To be called every second: closes a store that turned out to be damaged, and
 * opens one that is due. It ends the process by SIGVTALRM when a minute of work
 * went by since the last call: then the store leads us in a circle, and is
 * looked at before the next engine opens it. */
void bs_supervise_tick(struct bs_supervisor *supervisor, int64_t now);

/* Logs that recording fails, at most once a minute. */
void bs_supervise_warn(struct bs_supervisor *supervisor, const char *what,
    int error);

/* Writes the clean-stop mark and closes the store for good. */
void bs_supervise_stop(struct bs_supervisor *supervisor, int64_t now);

/* "ok", "checking", "failing" or "absent". */
const char *bs_supervise_state(const struct bs_supervisor *supervisor);

/* Why it is failing or absent: -errno, for bs_store_error(); 0 where it is
 * neither, or where nothing has been tried yet. */
int bs_supervise_error(const struct bs_supervisor *supervisor);

#endif
