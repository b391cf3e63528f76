/* What a filter did not tell the engine, kept on the disk beyond its end. */
#ifndef BS_FILTER_KEPT_H
#define BS_FILTER_KEPT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "common/base/backstop.h"

/* All filters of a host share a folder. In it are:
 *
 *	since	empty; changed last when the first filter came: since then, all
 *		that was not told is known here
 *	PID.SECONDS.NANOSECONDS
 *		of a filter, which holds a lock on it while it lives; it says
 *		until when all mail was told, and what the filter has settled.
 *		One without a lock is of a filter that was killed, or that ended
 *		with something untold. */
struct bs_kept {
	int folder_fd; /* -1: nothing can be kept */
	int fd;
	char name[64];
	uint64_t settled;
};

/* Opens the folder, and makes this process's file. Without that, nothing is
 * kept. */
void bs_kept_open(struct bs_kept *kept, const char *folder, time_t now);

bool bs_kept_is_open(const struct bs_kept *kept);

/* Since when the folder has known what was missed; now if it does not. */
time_t bs_kept_since(const struct bs_kept *kept, time_t now);

/* Says until when all mail was told. */
void bs_kept_until(const struct bs_kept *kept, time_t until);

/* Takes over what filters that are gone left untold. Returns whether there was
 * any, and since when in *until. It is this process's from then on. */
bool bs_kept_inherit(const struct bs_kept *kept, time_t *until);

/* Notes that this process has told all that came before the engine asked with
 * this number. Returns whether all living filters have. */
bool bs_kept_settle(struct bs_kept *kept, uint64_t asks);

/* Ends with all told, or with what is untold left to others. */
void bs_kept_close(struct bs_kept *kept, bool is_told, time_t until);

#endif
