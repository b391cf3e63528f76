/* Days and hours as people read them, in UTC. */
#ifndef BS_CLI_REPORT_TIMES_H
#define BS_CLI_REPORT_TIMES_H

#include <stdint.h>

#include "common/cli/output.h"

/* "Mon 04 Jun" and "2035-06-04 03:00". They return out. */
const char *bs_short_day(uint32_t day, char out[static BS_TIME_TEXT]);
const char *bs_short_time(int64_t when, char out[static BS_TIME_TEXT]);

#endif
