/* Whether the clock leapt while the engine ran, and whether it is synchronised.
 *
 * A clock that leaps ahead by some weeks makes tags stale that were signed a
 * moment before, and their bounces are refused. Between two runs nobody can
 * tell a leap from a host that was off; while the engine runs the kernel counts
 * the seconds, whatever becomes of the date. */
#include <stddef.h>
#include <time.h>
#ifdef __linux__
#include <sys/timex.h>
#include <unistd.h>
#endif

#include "common/base/backstop.h"
#include "common/base/log.h"
#include "common/engine/clock.h"

#define LEAP_SECONDS ((int64_t)BS_SKEW_DAYS * BS_DAY_SECONDS)

static bool
is_far(int64_t difference)
{
	return difference > LEAP_SECONDS || difference < -LEAP_SECONDS;
}

bool
bs_clock_watch(struct bs_clock_watch *watch, int64_t date, int64_t boot,
    bool doubted)
{
	bool is_first = watch->date == 0;
	bool is_believed = watch->leapt && !doubted;

	if (boot == 0)
		return false;
	watch->leapt = !is_first && !is_believed &&
		       is_far(date - watch->date - (boot - watch->boot));
	if (!watch->leapt) {
		watch->date = date;
		watch->boot = boot;
	}
	return watch->leapt;
}

int64_t
bs_clock_boot_seconds(void)
{
#ifdef CLOCK_BOOTTIME
	struct timespec now;

	if (clock_gettime(CLOCK_BOOTTIME, &now) == 0)
		return (int64_t)now.tv_sec;
#endif
	return 0;
}

bool
bs_clock_is_synchronised(void)
{
#ifdef __linux__
	struct timex timex = {.modes = 0};
	int state = adjtimex(&timex);

	/* a stricter unit or container may forbid the call, as others can set
	 * the clock by it; systemd-timesyncd(8) makes this file when it has set
	 * it */
	if (state < 0)
		return access("/run/systemd/timesync/synchronized", F_OK) == 0;
	return state != TIME_ERROR && (timex.status & STA_UNSYNC) == 0;
#else
	return false;
#endif
}

void
bs_clock_log(bool in_doubt, bool is_synchronised)
{
	if (in_doubt && is_synchronised)
		bs_log(BS_LOG_ERR,
		    "the clock is in doubt: nothing is refused or expired "
		    "until two days agree, or until you type: backstop store "
		    "confirm-clock; mail is signed, as the kernel says that "
		    "its clock is synchronised");
	else if (in_doubt)
		bs_log(BS_LOG_ERR,
		    "the clock is in doubt: nothing is signed, refused or "
		    "expired until two days agree, or until you type: "
		    "backstop store confirm-clock");
	else
		bs_log(BS_LOG_INFO, "the clock is trusted again");
}
