/* Fills a report from the store, the keyring and the configuration. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/report/attack.h"
#include "common/cli/report/collect.h"
#include "common/cli/report/days.h"
#include "common/cli/report/tallies.h"
#include "common/cli/report/tops.h"
#include "common/cli/store/look.h"
#include "common/keys/day.h"

/* Up to so many days ago a report may begin at any hour. */
#define FINE_DAYS 7

/* Of many domains, the store has hours of the first ones, and of all others
 * together. */
static bool
has_hours(const struct bs_report_subject *subject)
{
	const struct bs_config *config = subject->book->config;

	if (config->report == BS_KEEP_OFF)
		return false;
	return subject->domain == NULL ||
	       subject->domain - config->domains < BS_TALLY_HOUR_DOMAINS;
}

/* Whether it can be told what came in the rest of a day, of each domain. */
static bool
may_begin_within_day(const struct bs_report_subject *subject)
{
	return has_hours(subject) && (subject->domain != NULL ||
					 subject->book->config->domain_count <=
					     BS_TALLY_HOUR_DOMAINS);
}

/* From when on, to the hour or, of long ago, to the day. */
static int64_t
begin_of(const struct bs_report_subject *subject)
{
	int64_t today = (int64_t)bs_day_of(subject->now) * BS_DAY_SECONDS;
	int64_t oldest = today - (int64_t)(BS_REPORT_DAYS - 1) * BS_DAY_SECONDS;
	int64_t from = subject->since;

	if (from == 0)
		from = today -
		       (int64_t)(BS_REPORT_DEFAULT_DAYS - 1) * BS_DAY_SECONDS;
	if (from > subject->now)
		from = subject->now;
	if (from < oldest)
		from = oldest;
	if (from < 0)
		from = 0;
	return may_begin_within_day(subject) &&
		       from >= today - FINE_DAYS * (int64_t)BS_DAY_SECONDS
		   ? from - from % BS_REPORT_HOUR_SECONDS
		   : from - from % BS_DAY_SECONDS;
}

/* The days and hours that the numbers go to. Hours are those of the whole time
 * for which they are kept: what is usual shows in all of them. */
static void
set_time(const struct bs_report_subject *subject, struct bs_report *report)
{
	int64_t hour = subject->now - subject->now % BS_REPORT_HOUR_SECONDS;
	uint32_t first;

	report->from = begin_of(subject);
	report->to = subject->now;
	first = bs_day_of(report->from);
	report->day_count = bs_day_of(subject->now) - first + 1;
	for (size_t i = 0; i < report->day_count; i++)
		report->days[i].day = first + (uint32_t)i;
	report->first_hour =
	    hour - (int64_t)(BS_REPORT_HOURS - 1) * BS_REPORT_HOUR_SECONDS;
	if (report->first_hour < 0)
		report->first_hour = 0;
	report->hour_count =
	    (size_t)((hour - report->first_hour) / BS_REPORT_HOUR_SECONDS) + 1;
}

/* What is not in the store. */
static void
take_settings(const struct bs_report_subject *subject, struct bs_report *report)
{
	if (gethostname(report->host, sizeof(report->host) - 1) != 0)
		snprintf(report->host, sizeof(report->host), "localhost");
	report->is_of_one = subject->domain != NULL;
	report->has_hours = has_hours(subject);
	report->keep = subject->book->config->report;
	report->checks_spf = subject->book->config->spf.check;
	for (size_t i = 0; i < report->domain_count; i++) {
		const struct bs_domain *domain =
		    bs_report_domain_at(subject, i);

		snprintf(report->domains[i].name,
		    sizeof(report->domains[i].name), "%s", domain->name);
		report->domains[i].mode = domain->mode;
		report->domains[i].sign = domain->sign;
	}
}

static void
take_keys(const struct bs_keybook *book, struct bs_report *report)
{
	report->key_count = book->keyring.count;
	for (size_t i = 0; i < book->keyring.count; i++) {
		const struct bs_key *key = &book->keyring.keys[i];
		int64_t purge = bs_key_purge_time(key, book->lifetime_days);

		report->keys[i] = (struct bs_report_key){
		    .number = key->number,
		    .state = key->state,
		    .origin = key->origin,
		    .created = key->created,
		    .activated = key->activated,
		    .retired = key->retired,
		    .lent = key->lent,
		    .returned = key->returned,
		    .purge = purge < 0 ? 0 : purge,
		};
	}
}

/* What the store has of its own history. Returns 0 or -errno. */
static int
take_meta(const struct bs_config *config, struct bs_report *report)
{
	struct bs_look look;
	const struct bs_meta *meta = &look.meta;
	int rc = bs_look_at_store(config, &look);

	if (rc != 0)
		return rc;
	report->epoch = meta->epoch;
	report->kept_from =
	    meta->epoch > report->from ? meta->epoch : report->from;
	for (size_t i = 0; i < report->day_count; i++)
		report->days[i].is_known =
		    meta->epoch != 0 &&
		    report->days[i].day >= bs_day_of(meta->epoch);
	for (size_t i = 0; i < meta->gap_count; i++)
		if (meta->gaps[i].end >= report->from &&
		    meta->gaps[i].start <= report->to)
			report->gaps[report->gap_count++] = meta->gaps[i];
	return 0;
}

/* How many hours lie before a time. */
static size_t
hours_before(const struct bs_report *report, int64_t when)
{
	int64_t hours = (when - report->first_hour) / BS_REPORT_HOUR_SECONDS;

	if (hours < 0)
		return 0;
	return (size_t)hours > report->hour_count ? report->hour_count
						  : (size_t)hours;
}

/* The attacks that touch the time of the report. */
static void
find_attacks(struct bs_report *report)
{
	struct bs_report_attack found[BS_REPORT_ATTACKS];
	size_t young = report->epoch == 0 ? report->hour_count
					  : hours_before(report, report->epoch);
	size_t count =
	    bs_attack_find(report->hours + young, report->hour_count - young,
		report->first_hour + (int64_t)young * BS_REPORT_HOUR_SECONDS,
		found, &report->usual);

	for (size_t i = 0; i < count; i++) {
		if (found[i].end <= report->from)
			continue;
		if (found[i].end > report->to)
			found[i].end = report->to;
		report->attacks[report->attack_count] = found[i];
		if (found[i].bounces > report->attacks[report->worst].bounces)
			report->worst = report->attack_count;
		report->attack_count++;
	}
}

/* Of the hours, those before the report have served. */
static void
drop_hours(struct bs_report *report)
{
	size_t early = report->has_hours ? hours_before(report, report->from)
					 : report->hour_count;

	memmove(report->hours, report->hours + early,
	    (report->hour_count - early) * sizeof(report->hours[0]));
	report->hour_count -= early;
	report->first_hour += (int64_t)early * BS_REPORT_HOUR_SECONDS;
}

static int
fill(const struct bs_report_subject *subject, struct bs_report *report)
{
	const struct bs_config *config = subject->book->config;
	int rc;

	set_time(subject, report);
	take_settings(subject, report);
	take_keys(subject->book, report);
	if ((rc = take_meta(config, report)) != 0 ||
	    (rc = bs_report_add_tallies(config, report)) != 0 ||
	    (rc = bs_report_add_coverage(subject, report)) != 0 ||
	    (report->keep == BS_KEEP_HOSTS &&
		(rc = bs_report_add_tops(config, report)) != 0))
		return rc;
	if (report->has_hours)
		find_attacks(report);
	drop_hours(report);
	return 0;
}

int
bs_report_collect(const struct bs_report_subject *subject,
    struct bs_report **out)
{
	size_t count =
	    subject->domain != NULL ? 1 : subject->book->config->domain_count;
	struct bs_report *report =
	    calloc(1, sizeof(*report) + count * sizeof(report->domains[0]));
	int rc;

	*out = NULL;
	if (report == NULL)
		return -ENOMEM;
	report->domain_count = count;
	if ((rc = fill(subject, report)) != 0) {
		free(report);
		return rc;
	}
	*out = report;
	return 0;
}
