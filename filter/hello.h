/* The engine is told what it missed while it was away, also by filters that are
 * gone. */
#ifndef BS_FILTER_HELLO_H
#define BS_FILTER_HELLO_H

#include "filter/filter.h"

/* Begins, with the folder in which filters keep what they did not tell. */
void bs_hello_begin(struct bs_filter *filter, const char *folder);

/* One turn of the loop: tells what is due. */
void bs_hello_turn(struct bs_filter *filter);

/* How many ms until the next turn is due; -1: none is. */
int bs_hello_timeout_ms(const struct bs_filter *filter);

/* smtpd is gone: waits for reports on their way, for a moment, and leaves on
 * the disk what is still untold. */
void bs_hello_end(struct bs_filter *filter);

#endif
