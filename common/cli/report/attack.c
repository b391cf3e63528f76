/* Finds the attacks in the bounces of each hour.
 *
 * What is usual differs from host to host, and by the time of day. So each day
 * is measured by its worst hour, and of the days the one counts that is worse
 * than a third of them: a host that has no mail at weekends has its usual day
 * in the week, and an attack of weeks does not become usual. A young store has
 * too few days for that, and there the median of its hours speaks, too. */
#include <stdbool.h>
#include <string.h>

#include "common/cli/report/attack.h"

#define DAY_HOURS 24

/* Fewer in an hour, or in all, are no attack, whatever is usual. */
#define HOUR_MIN 15
#define ATTACK_MIN 50

/* Times of what is usual: in the worst hour of an attack, and in that of a
 * store with few days, by the median hour. */
#define TIMES_DAY 3
#define TIMES_MEDIAN 8
#define FEW_DAYS 7

/* An attack has hours with less. So many in a row end it. */
#define QUIET_HOURS 6

static uint64_t
unproven(const struct bs_report_hour *hour)
{
	return hour->forged + hour->suspect + hour->unknown;
}

/* The number that so many of all are smaller than, or as large as: counted, as
 * there are few. */
static uint64_t
rank(const uint64_t *numbers, size_t count, size_t at)
{
	for (size_t i = 0; i < count; i++) {
		size_t smaller = 0;
		size_t same = 0;

		for (size_t j = 0; j < count; j++) {
			smaller += numbers[j] < numbers[i];
			same += numbers[j] == numbers[i];
		}
		if (smaller <= at && at < smaller + same)
			return numbers[i];
	}
	return 0;
}

static uint64_t
median_hour(const struct bs_report_hour *hours, size_t count)
{
	uint64_t numbers[BS_REPORT_HOURS];

	for (size_t i = 0; i < count; i++)
		numbers[i] = unproven(&hours[i]);
	return rank(numbers, count, (count - 1) / 2);
}

/* What the worst hour of a usual day has. Days are those that end with the last
 * hour, so that only the first may be short. Sets *days to how many. */
static uint64_t
worst_of_usual_day(const struct bs_report_hour *hours, size_t count,
    size_t *days)
{
	uint64_t worst[BS_REPORT_HOURS / DAY_HOURS + 1] = {0};

	*days = (count + DAY_HOURS - 1) / DAY_HOURS;
	for (size_t i = 0; i < count; i++) {
		uint64_t *day = &worst[(count - 1 - i) / DAY_HOURS];
		uint64_t number = unproven(&hours[i]);

		if (number > *day)
			*day = number;
	}
	return rank(worst, *days, (*days - 1) / 3);
}

/* What the worst hour of an attack has at least. */
static uint64_t
find_limit(const struct bs_report_hour *hours, size_t count, uint64_t *usual)
{
	size_t days;
	uint64_t median = median_hour(hours, count);
	uint64_t limit;

	*usual = worst_of_usual_day(hours, count, &days);
	limit = TIMES_DAY * *usual;
	/* all of a young store may be an attack but its first hours */
	if (days < FEW_DAYS && TIMES_MEDIAN * median < limit) {
		limit = TIMES_MEDIAN * median;
		*usual = median;
	}
	return limit < HOUR_MIN ? HOUR_MIN : limit;
}

/* The attack whose first hour is this one: up to the last hour before a rest,
 * with more than low. Returns that behind it. */
static size_t
measure(const struct bs_report_hour *hours, size_t count, size_t first,
    uint64_t low, struct bs_report_attack *out)
{
	size_t behind = first + 1;

	for (size_t i = first; i < count && i < behind + QUIET_HOURS; i++)
		if (unproven(&hours[i]) > low)
			behind = i + 1;
	*out = (struct bs_report_attack){.goes_on = behind + 1 >= count};
	for (size_t i = first; i < behind; i++) {
		uint64_t number = unproven(&hours[i]);

		out->bounces += number;
		out->forged += hours[i].forged;
		out->refused += hours[i].refused;
		if (number > out->peak) {
			out->peak = number;
			out->peak_hour = (int64_t)i;
		}
	}
	out->start = (int64_t)first;
	out->end = (int64_t)behind;
	return behind;
}

/* Keeps it; where there is no room, the smallest one goes. */
static size_t
keep(struct bs_report_attack *attacks, size_t count,
    const struct bs_report_attack *attack)
{
	size_t smallest = 0;

	if (count == BS_REPORT_ATTACKS) {
		for (size_t i = 1; i < count; i++)
			if (attacks[i].bounces < attacks[smallest].bounces)
				smallest = i;
		if (attacks[smallest].bounces >= attack->bounces)
			return count;
		count--;
		memmove(attacks + smallest, attacks + smallest + 1,
		    (count - smallest) * sizeof(*attacks));
	}
	attacks[count] = *attack;
	return count + 1;
}

size_t
bs_attack_find(const struct bs_report_hour *hours, size_t count,
    int64_t first_hour, struct bs_report_attack out[static BS_REPORT_ATTACKS],
    uint64_t *usual)
{
	struct bs_report_attack attack;
	uint64_t limit;
	size_t found = 0;
	size_t at = 0;

	*usual = 0;
	if (count == 0 || count > BS_REPORT_HOURS)
		return 0;
	limit = find_limit(hours, count, usual);
	while (at < count) {
		if (unproven(&hours[at]) <= limit / 3) {
			at++;
			continue;
		}
		at = measure(hours, count, at, limit / 3, &attack);
		if (attack.peak < limit || attack.bounces < ATTACK_MIN)
			continue;
		attack.start =
		    first_hour + attack.start * BS_REPORT_HOUR_SECONDS;
		attack.end = first_hour + attack.end * BS_REPORT_HOUR_SECONDS;
		attack.peak_hour =
		    first_hour + attack.peak_hour * BS_REPORT_HOUR_SECONDS;
		found = keep(out, found, &attack);
	}
	return found;
}

bool
bs_attack_knows_usual(const struct bs_report *report)
{
	return report->epoch == 0 ||
	       report->to - report->epoch >=
		   FEW_DAYS * DAY_HOURS * BS_REPORT_HOUR_SECONDS;
}
