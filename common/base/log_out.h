/* Where lines of the log go: never waited for, queued for a while, then lost.
 */
#ifndef BS_BASE_LOG_OUT_H
#define BS_BASE_LOG_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lines go to standard error from now on; or, if program is not NULL, to syslog
 * under that name, which lives for ever. */
void bs_log_out_open(const char *program);

/* Writes a line, without a newline, of less than 1,024 octets. Where its reader
 * is behind, it waits in a queue of some hundred lines; beyond them it is
 * lost. priority is of syslog(3). */
void bs_log_out_write(int priority, const char *line, size_t len);

/* Writes what waits, as far as that can be done at once. Returns whether
 * anything still waits. */
bool bs_log_out_flush(void);

/* How many lines were lost, all in all; and how many of them since the last
 * call of bs_log_out_take_lost(), once lines can be written again (else 0). */
uint64_t bs_log_out_lost(void);
uint64_t bs_log_out_take_lost(void);

#endif
