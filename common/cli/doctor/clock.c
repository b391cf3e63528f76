/* backstop doctor: the clock, by the kernel, by the store, and by others. */
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/timex.h>
#endif

#include "common/cli/doctor/doctor.h"
#include "common/cli/output.h"
#include "common/cli/doctor/time_ask.h"

/* A tag is judged by the day: a minute is of no account, but no clock that is
 * kept is off by one. */
#define OFF_MS (60 * 1000)

#define ADDRESSES_MAX 2
#define SERVERS_MAX 8

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

/* A span of time as a person says it. */
static const char *
span_text(int64_t ms, char *out, size_t size)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"days", INT64_C(86400000)}, {"hours", 3600000},
	    {"minutes", 60000}, {"seconds", 1000}, {"ms", 1}};
	size_t i = 0;

	while (units[i].ms > 1 && ms < 2 * units[i].ms)
		i++;
	snprintf(out, size, "%" PRId64 " %s",
	    (ms + units[i].ms / 2) / units[i].ms, units[i].name);
	return out;
}

static void
tell_answer(struct bs_doctor *doctor, const char *server,
    const struct bs_sntp_answer *answer)
{
	bool is_behind = answer->ahead_ms > 0;
	int64_t off_ms = is_behind ? answer->ahead_ms : -answer->ahead_ms;
	char text[64];

	span_text(off_ms, text, sizeof(text));
	/* half of the way is what the answer cannot know */
	if (off_ms - answer->delay_ms / 2 < OFF_MS) {
		bs_doctor_good(doctor, BS_CHECK_CLOCK_PEERS,
		    "the clock is within %s of that of %s", text, server);
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_CLOCK_PEERS,
	    "the clock is %s %s that of %s: tags are dated and judged by the "
	    "day that it says",
	    text, is_behind ? "behind" : "ahead of", server);
	bs_doctor_fix(doctor,
	    "see which of the two is right (type: date -u), and have it kept: "
	    "timedatectl set-ntp true (or install chrony)");
}

/* Asks at the addresses of a server, until one answers. */
static void
ask_server(struct bs_doctor *doctor, const char *server)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
	struct addrinfo *list = NULL;
	struct bs_sntp_answer answer;
	int rc = getaddrinfo(server, "123", &hints, &list);
	const char *reason = rc == 0 ? NULL : gai_strerror(rc);
	unsigned count = 0;

	rc = rc == 0 ? -ETIMEDOUT : -EHOSTUNREACH;
	for (const struct addrinfo *at = list;
	     rc != 0 && at != NULL && count < ADDRESSES_MAX; at = at->ai_next) {
		rc = bs_time_ask(at->ai_addr, at->ai_addrlen, &answer);
		/* where there is no IPv6, that is not the reason */
		if (count++ == 0)
			reason = rc == -ENODATA ? "it does not know the time"
						: strerror(-rc);
	}
	if (list != NULL)
		freeaddrinfo(list);
	if (rc == 0) {
		tell_answer(doctor, server, &answer);
		return;
	}
	bs_doctor_unseen(doctor, BS_CHECK_CLOCK_PEERS,
	    "%s was asked for the time in vain: %s", server, reason);
	bs_doctor_fix(doctor,
	    "name a server of NTP that this host may ask: --ask-time=SERVER");
}

/* Servers are parted by commas. */
static void
ask_servers(struct bs_doctor *doctor)
{
	char *list = strdup(doctor->call->ask_time);
	char *rest = list;
	char *server;

	if (list == NULL)
		bs_doctor_unseen(doctor, BS_CHECK_CLOCK_PEERS, "out of memory");
	for (int i = 0; i < SERVERS_MAX && rest != NULL; i++)
		if (*(server = strsep(&rest, ",")) != '\0')
			ask_server(doctor, server);
	free(list);
}

void
bs_doctor_clock(struct bs_doctor *doctor)
{
	char text[BS_TIME_TEXT];

	check_sync(doctor);
	if (doctor->call->ask_time != NULL)
		ask_servers(doctor);
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
