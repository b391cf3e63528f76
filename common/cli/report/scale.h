/* The scales of pictures: round numbers, and times that people name. */
#ifndef BS_CLI_REPORT_SCALE_H
#define BS_CLI_REPORT_SCALE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From 0 to top, which is a multiple of step and at least the greatest value.
 */
struct bs_scale {
	uint64_t step; /* 1, 2 or 5 times a power of ten */
	uint64_t top;  /* never 0 */
};

/* With so many steps at most. */
struct bs_scale bs_scale_of(uint64_t greatest, unsigned most_steps);

#define BS_SCALE_TICKS 16
#define BS_SCALE_LABEL 16

/* A time, and what an axis calls it: "06:00", "24 Nov", "Nov 2026", "2026". */
struct bs_scale_tick {
	int64_t when;
	char label[BS_SCALE_LABEL];
	bool is_minor; /* on a telephone there is no room for its label */
};

/* Ten ticks or so from a time up to another, before it: hours, days, Mondays,
 * months or years, and none nearer than that. Returns how many. */
size_t bs_scale_times(int64_t from, int64_t to, int64_t least_seconds,
    struct bs_scale_tick out[static BS_SCALE_TICKS]);

/* Writes "2026-11-24 14:00", in UTC; returns out. */
#define BS_SCALE_MOMENT 32

const char *bs_scale_moment(int64_t when, char out[static BS_SCALE_MOMENT]);

#endif
