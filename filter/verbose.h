/* Each question and each answer in the log, while somebody wants to see them.
 */
#ifndef BS_FILTER_VERBOSE_H
#define BS_FILTER_VERBOSE_H

#include "filter/filter.h"

/* For how long SIGUSR1 turns it on. */
#define BS_VERBOSE_MS (10 * 60 * 1000)

/* Opens the log. filter->verbose: all is traced from now on. */
void bs_verbose_begin(struct bs_filter *filter);

/* To be called in each turn of the loop, with filter->now_ms set: turns on what
 * SIGUSR1 has asked for, and off again when its time is over. */
void bs_verbose_turn(struct bs_filter *filter);

#endif
