/* How far a long job has come, on a terminal. */
#ifndef BS_CLI_PROGRESS_H
#define BS_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct bs_progress {
	const char *name;
	int64_t next_ms; /* when to show it again; -1: never */
	bool is_shown;
};

/* Begins: nothing is shown in the first half second, nor where it is not wanted
 * or standard error is no terminal. */
void bs_progress_begin(struct bs_progress *progress, bool wanted,
    const char *name);

/* Shows how many octets of the whole are done, some times a second; nothing
 * where progress is NULL. A whole of 0 is one that nobody knows. */
void bs_progress_show(struct bs_progress *progress, uint64_t done,
    uint64_t whole);

/* Takes the line away. */
void bs_progress_end(struct bs_progress *progress);

#endif
