/* Messages that the engine was not told of, remembered in Exim's spool. */
#ifndef BS_MISSED_H
#define BS_MISSED_H

#include <stdbool.h>
#include <time.h>

#include "common/backstop.h"

/* A process of Exim lives for one connection, so that no memory of it would
 * last: an empty file in the spool folder does, whose mtime is when the first
 * message was missed, and whose atime is when that was last logged. */

/* Notes that the engine did not answer. Returns whether to log it: at first,
 * and then once a minute on this host. */
bool bs_missed_note(const char *spool, time_t now);

/* Whether the engine has not answered for two seconds or more: it is not
 * worth a long wait then. */
bool bs_missed_is_away(const char *spool, time_t now);

/* Forgets what was missed. Returns for how many seconds something was, or 0
 * for nothing. */
unsigned bs_missed_take(const char *spool, time_t now);

/* Remembers again what could not be told after all. */
void bs_missed_put_back(const char *spool, unsigned seconds, time_t now);

#endif
