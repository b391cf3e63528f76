/* Finds the attacks in the bounces of each hour. */
#ifndef BS_CLI_REPORT_ATTACK_H
#define BS_CLI_REPORT_ATTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cli/report/report.h"

/* Finds the hours in which far more bounces came that nothing proved genuine
 * than is usual here; the largest such times, in the order of their start. The
 * hours are count in a row, at most BS_REPORT_HOURS; the first begins at
 * first_hour, and none lies before the store began. Returns how many; sets
 * *usual to what the worst hour of a usual day has. */
size_t bs_attack_find(const struct bs_report_hour *hours, size_t count,
    int64_t first_hour, struct bs_report_attack out[static BS_REPORT_ATTACKS],
    uint64_t *usual);

/* Whether the store is old enough to know what is usual. One that was made in
 * the middle of an attack finds none. */
bool bs_attack_knows_usual(const struct bs_report *report);

#endif
