/* Days since 1970-01-01 UTC, their last three digits, and the doubtful clock.
 */
#ifndef BS_KEYS_DAY_H
#define BS_KEYS_DAY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"

/* How far the clock may leap ahead across a stop before it is in doubt: with a
 * longer leap, a tag that was signed just before would be stale. A host may
 * have been switched off for that long, or its clock is wrong. */
#define BS_CLOCK_LEAP_DAYS(lifetime_days) ((lifetime_days) + BS_GRACE_DAYS)

/* Days until the digits come again. */
#define BS_DAY_TURN 1000

enum bs_day_state { BS_DAY_CURRENT, BS_DAY_GRACE, BS_DAY_STALE };

/* The day in which epoch seconds lie; 0 for times before 1970. */
uint32_t bs_day_of(int64_t epoch_seconds);

/* Whether a tag that expires on a day ending in the digits (0 to 999) is
 * current, in grace or stale on the given day. */
enum bs_day_state bs_day_state(unsigned digits, uint32_t today,
    unsigned lifetime_days);

/* The day that three digits mean when they are read on the given day: one at
 * most lifetime + skew days ahead, or else the last one before. */
uint32_t bs_day_expand(unsigned digits, uint32_t today, unsigned lifetime_days);

/* Days for which a key must verify after it last signed: L + S + G. */
unsigned bs_day_window(unsigned lifetime_days);

/* What is remembered of the clock. All zero: never looked. */
struct bs_clock {
	uint32_t trusted_day; /* the last day that was believed */
	uint32_t seen_day;    /* in doubt: the last day that the clock said */
	bool in_doubt;
};

/* Looks at the clock. A day that lies more than the skew before the trusted
 * one, or more than leap_days after it, puts the clock in doubt, and so does a
 * leap that was seen while it ran (leapt). It is trusted again once it is seen
 * to turn from one day to the next, or comes back. Returns whether *clock
 * changed. */
bool bs_clock_look(struct bs_clock *clock, uint32_t today, unsigned leap_days,
    bool leapt);

/* The administrator says that today is right. */
void bs_clock_confirm(struct bs_clock *clock, uint32_t today);

#endif
