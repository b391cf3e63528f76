/* Days since 1970-01-01 UTC, their last three digits, and the doubtful clock.
 */
#include "common/keys/day.h"

uint32_t
bs_day_of(int64_t epoch_seconds)
{
	if (epoch_seconds < 0)
		return 0;
	return (uint32_t)(epoch_seconds / BS_DAY_SECONDS);
}

/* How many days after today the digits are next, 0 to 999. */
static unsigned
days_ahead(unsigned digits, uint32_t today)
{
	return (digits + BS_DAY_TURN - today % BS_DAY_TURN) % BS_DAY_TURN;
}

enum bs_day_state
bs_day_state(unsigned digits, uint32_t today, unsigned lifetime_days)
{
	unsigned ahead = days_ahead(digits, today);

	if (ahead <= lifetime_days + BS_SKEW_DAYS)
		return BS_DAY_CURRENT;
	if (BS_DAY_TURN - ahead <= BS_GRACE_DAYS)
		return BS_DAY_GRACE;
	return BS_DAY_STALE;
}

uint32_t
bs_day_expand(unsigned digits, uint32_t today, unsigned lifetime_days)
{
	unsigned ahead = days_ahead(digits, today);

	if (ahead <= lifetime_days + BS_SKEW_DAYS ||
	    today < BS_DAY_TURN - ahead)
		return today + ahead;
	return today - (BS_DAY_TURN - ahead);
}

unsigned
bs_day_window(unsigned lifetime_days)
{
	return lifetime_days + BS_SKEW_DAYS + BS_GRACE_DAYS;
}

static bool
is_plausible(uint32_t trusted_day, uint32_t today, unsigned leap_days)
{
	return today + BS_SKEW_DAYS >= trusted_day &&
	       today <= trusted_day + leap_days;
}

bool
bs_clock_look(struct bs_clock *clock, uint32_t today, unsigned leap_days,
    bool leapt)
{
	bool turned = clock->in_doubt && today == clock->seen_day + 1;

	if (clock->trusted_day == 0 || turned ||
	    (!leapt && is_plausible(clock->trusted_day, today, leap_days))) {
		/* a step back within the skew is no new day */
		bool later = turned || today > clock->trusted_day;

		if (!later && !clock->in_doubt)
			return false;
		if (later)
			clock->trusted_day = today;
		clock->in_doubt = false;
		clock->seen_day = 0;
		return true;
	}
	if (clock->in_doubt && clock->seen_day == today)
		return false;
	clock->in_doubt = true;
	clock->seen_day = today;
	return true;
}

void
bs_clock_confirm(struct bs_clock *clock, uint32_t today)
{
	clock->trusted_day = today;
	clock->seen_day = 0;
	clock->in_doubt = false;
}
