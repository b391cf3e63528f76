/* The store's life in a running engine: looked at, opened, lost, reopened. */
#ifndef BS_STORE_SUPERVISE_H
#define BS_STORE_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/backstop.h"
#include "common/store/writer.h"
#include "common/base/log.h"

/* All zero but for folder and writer at first. Times are epoch seconds. */
struct bs_supervisor {
	const char *folder;	  /* borrowed */
	struct bs_writer *writer; /* borrowed: gets the store */
	pid_t child;		  /* that looks at the store, or 0 */
	int64_t reopen_at;
	struct bs_log_limit limit;
};

/* Starts the child that looks at the store before we open it. */
void bs_supervise_start(struct bs_supervisor *keeper, int64_t now);

/* SIGCHLD came. Returns whether the store is open now. */
bool bs_supervise_child_ended(struct bs_supervisor *keeper,
    unsigned lifetime_days, int64_t now);

/* Now and then: closes a store that turned out to be damaged, and opens one
 * that is due. */
void bs_supervise_tick(struct bs_supervisor *keeper, int64_t now);

/* Logs that recording fails, at most once a minute. */
void bs_supervise_warn(struct bs_supervisor *keeper, const char *what,
    int error);

/* Closes the store for good, after the clean-stop mark. */
void bs_supervise_stop(struct bs_supervisor *keeper, int64_t now);

/* "ok", "checking", "failing" or "absent". */
const char *bs_supervise_state(const struct bs_supervisor *keeper);

#endif
