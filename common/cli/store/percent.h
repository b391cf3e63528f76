/* How far long work has come, on a terminal. */
#ifndef BS_CLI_STORE_PERCENT_H
#define BS_CLI_STORE_PERCENT_H

#include <stdint.h>

/* Shows a percentage, at most a few times a second and never for what is done
 * within one. */
void bs_percent_show(const char *what, uint64_t done, uint64_t whole);

/* Ends the line, if there is one. */
void bs_percent_end(void);

#endif
