/* The scales of pictures: round numbers, and times that people name. */
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "common/base/backstop.h"
#include "common/cli/report/scale.h"

#define MOST_TICKS 10
#define FEW_TICKS 4
#define MOST (UINT64_MAX / 4) /* so that nothing overflows */
#define HOUR 3600
#define MONTH_DAYS 30
#define YEAR_MONTHS 12

/* 1970-01-05 was a Monday. */
#define MONDAY (4 * (int64_t)BS_DAY_SECONDS)

static uint64_t
steps_to(uint64_t greatest, uint64_t step)
{
	return greatest / step + (greatest % step != 0 ? 1 : 0);
}

struct bs_scale
bs_scale_of(uint64_t greatest, unsigned most_steps)
{
	static const uint64_t next[] = {2, 5, 10};
	struct bs_scale scale = {.step = 1};
	uint64_t power = 1;

	if (greatest > MOST)
		greatest = MOST;
	for (unsigned i = 0; steps_to(greatest, scale.step) > most_steps; i++) {
		scale.step = power * next[i % 3];
		if (i % 3 == 2)
			power *= 10;
	}
	scale.top = scale.step * steps_to(greatest, scale.step);
	if (scale.top == 0)
		scale.top = scale.step;
	return scale;
}

static struct tm
utc(int64_t when)
{
	time_t seconds = (time_t)when;
	struct tm tm = {0};

	(void)gmtime_r(&seconds, &tm);
	return tm;
}

/* Names a day "4 Nov": strftime() would put a space before it. Another time is
 * named by its hour. */
static void
set_hour(struct bs_scale_tick *tick, int64_t when)
{
	struct tm tm = utc(when);
	size_t len = when % BS_DAY_SECONDS != 0
			 ? strftime(tick->label, BS_SCALE_LABEL, "%H:%M", &tm)
			 : strftime(tick->label, BS_SCALE_LABEL, "%e %b", &tm);

	tick->when = when;
	tick->label[len] = '\0';
	if (tick->label[0] == ' ')
		memmove(tick->label, tick->label + 1, len);
}

static void
set_month(struct bs_scale_tick *tick, int64_t when, bool is_year)
{
	struct tm tm = utc(when);
	size_t len = is_year
			 ? strftime(tick->label, BS_SCALE_LABEL, "%Y", &tm)
			 : strftime(tick->label, BS_SCALE_LABEL, "%b %Y", &tm);

	tick->when = when;
	tick->label[len] = '\0';
}

/* The first multiple of step, counted from origin, that is not before from. */
static int64_t
first_tick(int64_t from, int64_t origin, int64_t step)
{
	return origin + (from - origin + step - 1) / step * step;
}

/* The first of the month that is so many months behind that of a time. */
static int64_t
month(int64_t when, int months)
{
	struct tm tm = utc(when);

	tm.tm_mday = 1;
	tm.tm_mon += months;
	tm.tm_hour = 0;
	tm.tm_min = 0;
	tm.tm_sec = 0;
	return (int64_t)timegm(&tm);
}

/* Every so many months, counted from a January. */
static size_t
by_months(int64_t from, int64_t to, int months,
    struct bs_scale_tick out[static BS_SCALE_TICKS])
{
	struct tm tm = utc(from);
	int64_t when =
	    month(from, -((tm.tm_year * YEAR_MONTHS + tm.tm_mon) % months));
	size_t count = 0;

	for (; when < to && count < BS_SCALE_TICKS; when = month(when, months))
		if (when >= from)
			set_month(&out[count++], when, months >= YEAR_MONTHS);
	return count;
}

static size_t
by_seconds(int64_t from, int64_t to, int64_t origin, int64_t step,
    struct bs_scale_tick out[static BS_SCALE_TICKS])
{
	int64_t when = first_tick(from, origin, step);
	size_t count = 0;

	for (; when < to && count < BS_SCALE_TICKS; when += step)
		set_hour(&out[count++], when);
	return count;
}

static size_t
fill(int64_t from, int64_t to, int64_t least_seconds,
    struct bs_scale_tick out[static BS_SCALE_TICKS])
{
	static const int hours[] = {1, 2, 3, 6, 12, 24, 48};
	static const int months[] = {1, 3, 6, 12, 24, 60};
	int64_t days = (to - from) / BS_DAY_SECONDS;

	for (size_t i = 0; i < sizeof(hours) / sizeof(hours[0]); i++) {
		int64_t step = (int64_t)hours[i] * HOUR;

		if (step >= least_seconds && to - from <= step * MOST_TICKS)
			return by_seconds(from, to, 0, step, out);
	}
	for (int weeks = 1; weeks <= 2; weeks++)
		if (days <= (int64_t)weeks * 7 * MOST_TICKS)
			return by_seconds(from, to, MONDAY,
			    (int64_t)weeks * 7 * BS_DAY_SECONDS, out);
	for (size_t i = 0; i < sizeof(months) / sizeof(months[0]); i++)
		if (days <= (int64_t)months[i] * MONTH_DAYS * MOST_TICKS)
			return by_months(from, to, months[i], out);
	return by_months(from, to, 120, out);
}

/* Of hours midnights are named first, as they have a date; of others each
 * second or third one. */
static void
find_minor(struct bs_scale_tick *ticks, size_t count)
{
	size_t each = count <= FEW_TICKS ? 1 : count <= 2 * FEW_TICKS ? 2 : 3;
	size_t midnights = 0;
	size_t first = 0;

	for (size_t i = count; i-- > 0;) {
		if (ticks[i].when % BS_DAY_SECONDS != 0)
			continue;
		midnights++;
		first = i;
	}
	for (size_t i = 0; i < count; i++)
		ticks[i].is_minor =
		    each > 1 && midnights > 1 && midnights < count
			? ticks[i].when % BS_DAY_SECONDS != 0
			: (i + count * each - first) % each != 0;
}

size_t
bs_scale_times(int64_t from, int64_t to, int64_t least_seconds,
    struct bs_scale_tick out[static BS_SCALE_TICKS])
{
	size_t count = fill(from, to, least_seconds, out);

	find_minor(out, count);
	return count;
}

const char *
bs_scale_moment(int64_t when, char out[static BS_SCALE_MOMENT])
{
	struct tm tm = utc(when);

	if (strftime(out, BS_SCALE_MOMENT, "%Y-%m-%d %H:%M", &tm) == 0)
		out[0] = '\0';
	return out;
}
