/* Adds up what the store counted by the day and by the hour.
 *
 * A report may begin within a day. What came in the rest of that day the
 * tallies of its hours say. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/cli/report/tallies.h"
#include "common/cli/store/history.h"
#include "common/keys/day.h"

/* The names that are asked for. The domains stand behind them: of hours, those
 * that have their own, and all others have one together. */
enum { SPF, OTHERS, DOMAINS };

struct sum {
	const struct bs_config *config;
	struct bs_report *report;
	const char **names;
};

static void
add_count(struct bs_report_count *out, const uint32_t *tally)
{
	out->left_signed += tally[BS_TALLY_SIGNED];
	out->left_unsigned += tally[BS_TALLY_UNSIGNED];
	out->genuine +=
	    (uint64_t)tally[BS_TALLY_TAG_HOME] + tally[BS_TALLY_ID_HOME];
	out->genuine_by_id += tally[BS_TALLY_ID_HOME];
	out->lost_tag += tally[BS_TALLY_STRIPPED];
	out->forged += tally[BS_TALLY_FORGED];
	out->suspect += tally[BS_TALLY_SUSPECT];
	out->unknown += tally[BS_TALLY_UNKNOWN];
	out->rejected += tally[BS_TALLY_REJECTED];
	out->junked += tally[BS_TALLY_JUNKED];
	out->deferred += tally[BS_TALLY_DEFERRED];
	out->would_reject += tally[BS_TALLY_WOULD_REJECT];
	out->would_junk += tally[BS_TALLY_WOULD_JUNK];
	out->refused_later_known += tally[BS_TALLY_REFUSED_LATER_KNOWN];
	out->nameless += tally[BS_TALLY_NAMELESS];
}

static void
add_spf(struct bs_report_spf *out, const uint32_t *tally)
{
	for (size_t i = 0; i < BS_SPF_RESULTS; i++)
		out->results[i] += tally[BS_TALLY_SPF_RESULT + i];
	out->rejected += tally[BS_TALLY_SPF_REJECTED];
	out->junked += tally[BS_TALLY_SPF_JUNKED];
	out->deferred += tally[BS_TALLY_SPF_DEFERRED];
	out->would_reject += tally[BS_TALLY_SPF_WOULD_REJECT];
	out->would_junk += tally[BS_TALLY_SPF_WOULD_JUNK];
	out->would_defer += tally[BS_TALLY_SPF_WOULD_DEFER];
	out->no_dsn += tally[BS_TALLY_SPF_NO_DSN];
}

static void
add_to_day(struct sum *sum, size_t day, size_t name, const uint32_t *tally)
{
	struct bs_report *report = sum->report;

	if (name == SPF) {
		add_spf(&report->spf, tally);
		add_spf(&report->days[day].spf, tally);
	} else if (name >= DOMAINS) {
		add_count(&report->count, tally);
		add_count(&report->days[day].count, tally);
		add_count(&report->domains[name - DOMAINS].count, tally);
	}
}

static void
add_day(struct sum *sum, size_t day, size_t name, const uint32_t *tally)
{
	int64_t start = (int64_t)sum->report->days[day].day * BS_DAY_SECONDS;

	if (start >= sum->report->from)
		add_to_day(sum, day, name, tally);
}

static void
add_hour(struct sum *sum, size_t hour, size_t name, const uint32_t *tally)
{
	struct bs_report *report = sum->report;
	struct bs_report_hour *out = &report->hours[hour];
	int64_t start =
	    report->first_hour + (int64_t)hour * BS_REPORT_HOUR_SECONDS;
	uint32_t day = bs_day_of(start);

	if (day == report->days[0].day && start >= report->from &&
	    (int64_t)day * BS_DAY_SECONDS < report->from)
		add_to_day(sum, 0, name, tally);
	if (name == SPF || (name == OTHERS && report->is_of_one))
		return;
	out->genuine +=
	    (uint64_t)tally[BS_TALLY_TAG_HOME] + tally[BS_TALLY_ID_HOME];
	out->forged += tally[BS_TALLY_FORGED];
	out->suspect += tally[BS_TALLY_SUSPECT];
	out->unknown += tally[BS_TALLY_UNKNOWN];
	out->refused +=
	    (uint64_t)tally[BS_TALLY_REJECTED] + tally[BS_TALLY_DEFERRED];
}

static void
add_reason(struct bs_report_reason *reasons, size_t *count,
    enum bs_reason reason, uint32_t number)
{
	size_t at = 0;

	while (at < *count && reasons[at].reason != reason)
		at++;
	if (number == 0 || at == BS_REPORT_REASON_COUNT)
		return;
	if (at == *count)
		reasons[(*count)++] =
		    (struct bs_report_reason){.reason = reason};
	reasons[at].count += number;
}

/* Mail went where others of the domain may have gone: it was not for us to
 * sign. */
static bool
went_past(const uint32_t *left)
{
	return left[BS_LEFT_ELSEWHERE] > 0 || left[BS_LEFT_SIGN_OFF] > 0;
}

static void
add_left(struct sum *sum, size_t day, size_t name, const uint32_t *left)
{
	struct bs_report *report = sum->report;
	struct bs_report_domain *domain;

	if (name < DOMAINS)
		return;
	domain = &report->domains[name - DOMAINS];
	for (unsigned i = 0; i < BS_LEFTS; i++) {
		enum bs_reason reason =
		    bs_tally_left_reason((enum bs_tally_left)i);

		add_reason(report->reasons, &report->reason_count, reason,
		    left[i]);
		add_reason(domain->reasons, &domain->reason_count, reason,
		    left[i]);
	}
	if (went_past(left))
		domain->days[day].reason = BS_REASON_UNSIGNED_IN_DOMAIN;
}

/* Adds all of a kind. */
static int
add_all(struct sum *sum, enum bs_tally_kind kind, size_t name_count,
    uint32_t first, size_t units,
    void (
	*add)(struct sum *sum, size_t unit, size_t name, const uint32_t *tally))
{
	const struct bs_history_query query = {.kind = kind,
	    .names = sum->names,
	    .name_count = name_count,
	    .first = first,
	    .units = units};
	struct bs_tally_record *tallies =
	    calloc(name_count * units, sizeof(*tallies));
	int rc;

	if (tallies == NULL)
		return -ENOMEM;
	if ((rc = bs_history_read(sum->config, &query, tallies)) == 0)
		for (size_t i = 0; i < name_count * units; i++)
			add(sum, i % units, i / units, tallies[i].counts);
	free(tallies);
	return rc;
}

static int
by_count(const void *a, const void *b)
{
	const struct bs_report_reason *one = a;
	const struct bs_report_reason *other = b;

	return (one->count < other->count) - (one->count > other->count);
}

/* How many of the names have hours. */
static size_t
hour_names(const struct sum *sum)
{
	size_t count = sum->report->domain_count;

	return DOMAINS +
	       (count < BS_TALLY_HOUR_DOMAINS ? count : BS_TALLY_HOUR_DOMAINS);
}

static int
add_kinds(struct sum *sum)
{
	struct bs_report *report = sum->report;
	size_t names = DOMAINS + report->domain_count;
	uint32_t day = report->days[0].day;
	int rc = add_all(sum, BS_TALLY_OF_DAY, names, day, report->day_count,
	    add_day);

	if (rc == 0)
		rc = add_all(sum, BS_TALLY_OF_HOUR, hour_names(sum),
		    (uint32_t)(report->first_hour / BS_REPORT_HOUR_SECONDS),
		    report->hour_count, add_hour);
	if (rc == 0)
		rc = add_all(sum, BS_TALLY_OF_LEFT, names, day,
		    report->day_count, add_left);
	qsort(report->reasons, report->reason_count, sizeof(report->reasons[0]),
	    by_count);
	return rc;
}

int
bs_report_add_tallies(const struct bs_config *config, struct bs_report *report)
{
	struct sum sum = {.config = config, .report = report};
	int rc;

	sum.names = calloc(DOMAINS + report->domain_count, sizeof(*sum.names));
	if (sum.names == NULL)
		return -ENOMEM;
	sum.names[SPF] = BS_TALLY_SPF;
	sum.names[OTHERS] = BS_TALLY_OTHERS;
	for (size_t i = 0; i < report->domain_count; i++)
		sum.names[DOMAINS + i] = report->domains[i].name;
	rc = add_kinds(&sum);
	free(sum.names);
	return rc;
}
