/* backstop doctor: the clock, by the kernel and by the store. */
#include <errno.h>
#include <string.h>
#ifdef __linux__
#include <sys/timex.h>
#endif

#include "common/cli/doctor/doctor.h"
#include "common/cli/output.h"

/* What the kernel was told by who keeps its clock, as chronyd. */
static void
check_sync(struct bs_doctor *doctor)
{
#ifdef __linux__
	struct timex timex = {0};
	int state = adjtimex(&timex);

	if (state < 0)
		bs_doctor_unseen(doctor, BS_CHECK_CLOCK_SYNC,
		    "the kernel does not say whether its clock is kept: %s",
		    strerror(errno));
	else if (state == TIME_ERROR || (timex.status & STA_UNSYNC) != 0) {
		bs_doctor_bad(doctor, BS_CHECK_CLOCK_SYNC,
		    "nobody keeps this host's clock: a tag is judged by the "
		    "day that it says");
		bs_doctor_fix(doctor,
		    "type: timedatectl set-ntp true (or install chrony)");
	} else
		bs_doctor_good(doctor, BS_CHECK_CLOCK_SYNC,
		    "the clock is kept by others");
#else
	(void)doctor;
#endif
}

void
bs_doctor_clock(struct bs_doctor *doctor)
{
	char text[BS_TIME_TEXT];

	check_sync(doctor);
	if (!doctor->has_look)
		return;
	if (!bs_look_doubts_clock(&doctor->look, doctor->call->now)) {
		bs_doctor_good(doctor, BS_CHECK_CLOCK_DOUBT,
		    "the engine does not doubt the date");
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_CLOCK_DOUBT,
	    "the clock says %s, which does not follow the days that the store "
	    "has seen: nothing is signed, refused or expired",
	    bs_day_text(bs_day_of(doctor->call->now), text));
	bs_doctor_fix(doctor,
	    "if that is today, type: backstop store confirm-clock; else set "
	    "the clock");
}
