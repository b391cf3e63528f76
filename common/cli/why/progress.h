/* How far a long job has come, on a terminal. */
#ifndef BS_CLI_WHY_PROGRESS_H
#define BS_CLI_WHY_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct bs_progress {
	const char *name;
	uint64_t total;	 /* 0: nobody knows */
	int64_t next_ms; /* when to show it again; -1: never */
	bool is_shown;
};

/* Begins: nothing is shown in the first half second, nor where it is not wanted
 * or standard error is no terminal. */
void bs_progress_begin(struct bs_progress *progress, bool wanted,
    const char *name, uint64_t total);

/* Shows how much of the total is done, some times a second. */
void bs_progress_show(struct bs_progress *progress, int64_t done);

/* Takes the line away. */
void bs_progress_end(struct bs_progress *progress);

#endif
