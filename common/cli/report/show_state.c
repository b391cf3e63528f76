/* backstop report as text: coverage, keys, and mail that left unsigned. */
#include <inttypes.h>

#include "common/cli/output.h"
#include "common/cli/report/chosen.h"
#include "common/cli/report/show_state.h"
#include "common/cli/report/times.h"
#include "common/cli/report/words.h"
#include "common/keys/day.h"

#define NAME_COLUMNS 24
#define RUNS_MAX 6
#define GAPS_MAX 10

/* Days or parts of a line of time, as many as find room. */
static size_t
cells(const struct bs_pen *pen, size_t wanted)
{
	size_t room = pen->columns - NAME_COLUMNS - 2;

	return wanted < room ? wanted : room;
}

static void
print_coverage_line(const struct bs_pen *pen, const struct bs_report *report,
    const struct bs_report_domain *domain)
{
	size_t count = cells(pen, report->day_count);

	fputc(' ', pen->out);
	bs_pen_name(pen, domain->name, NAME_COLUMNS);
	fputc(' ', pen->out);
	for (size_t i = report->day_count - count; i < report->day_count; i++) {
		if (!report->days[i].is_known)
			bs_pen_cell(pen, BS_COLOUR_NONE, BS_CELL_WAIT);
		else if (domain->days[i].is_full)
			bs_pen_cell(pen, BS_COLOUR_GREEN, BS_CELL_FULL);
		else
			bs_pen_cell(pen, BS_COLOUR_YELLOW, BS_CELL_PART);
	}
	fputc('\n', pen->out);
}

/* Days in a row that are not known for the same reason. */
static void
print_run(const struct bs_pen *pen, const struct bs_report *report,
    size_t first, size_t last, enum bs_reason reason)
{
	char from[BS_TIME_TEXT];
	char to[BS_TIME_TEXT];

	bs_short_day(report->days[first].day, from);
	bs_short_day(report->days[last].day, to);
	bs_pen_text(pen, 4, "%s%s%s: %s (%s)", from,
	    first == last ? "" : " to ", first == last ? "" : to,
	    bs_report_coverage_words(reason), bs_reason_word(reason));
}

static void
print_runs(const struct bs_pen *pen, const struct bs_report *report,
    const struct bs_report_domain *domain)
{
	size_t runs = 0;
	size_t first = 0;
	size_t next;

	while (first < report->day_count && !report->days[first].is_known)
		first++;
	for (size_t i = first; i < report->day_count; i = next) {
		enum bs_reason reason = domain->days[i].reason;

		for (next = i + 1; next < report->day_count &&
				   domain->days[next].reason == reason;)
			next++;
		if (reason == BS_REASON_NONE)
			continue;
		if (runs++ < RUNS_MAX)
			print_run(pen, report, i, next - 1, reason);
	}
	if (runs > RUNS_MAX)
		bs_pen_text(pen, 4, "and %zu more: --json", runs - RUNS_MAX);
}

static void
print_window(const struct bs_pen *pen, const struct bs_report_domain *domain)
{
	char text[BS_TIME_TEXT];

	if (domain->window.is_full)
		bs_pen_text(pen, 4, "now full");
	else if (domain->full_at != 0)
		bs_pen_text(pen, 4, "now partial, full from %s on",
		    bs_short_time(domain->full_at, text));
	else
		bs_pen_text(pen, 4, "now partial: %s (%s)",
		    bs_report_coverage_words(domain->window.reason),
		    bs_reason_word(domain->window.reason));
}

static void
print_gaps(const struct bs_pen *pen, const struct bs_report *report)
{
	char start[BS_TIME_TEXT];
	char end[BS_TIME_TEXT];
	size_t first =
	    report->gap_count > GAPS_MAX ? report->gap_count - GAPS_MAX : 0;

	for (size_t i = first; i < report->gap_count; i++)
		bs_pen_text(pen, 1, "gap from %s to %s",
		    bs_short_time(report->gaps[i].start, start),
		    bs_short_time(report->gaps[i].end, end));
	if (first > 0)
		bs_pen_text(pen, 1, "and %zu gaps before: --json", first);
}

void
bs_report_print_coverage(const struct bs_pen *pen,
    const struct bs_report *report)
{
	size_t chosen[BS_REPORT_CHOSEN];
	size_t count = bs_report_choose(report, chosen);

	bs_pen_heading(pen, "Coverage: is all mail of a day known?");
	bs_print(pen->out, " %s full  %s partial  %s not recorded\n",
	    bs_pen_sign(pen, BS_CELL_FULL), bs_pen_sign(pen, BS_CELL_PART),
	    bs_pen_sign(pen, BS_CELL_WAIT));
	for (size_t i = 0; i < count; i++) {
		const struct bs_report_domain *domain =
		    &report->domains[chosen[i]];

		print_coverage_line(pen, report, domain);
		print_runs(pen, report, domain);
		print_window(pen, domain);
	}
	if (count < report->domain_count)
		bs_pen_text(pen, 1, "and %zu domains with less: --json",
		    report->domain_count - count);
	print_gaps(pen, report);
}

/* What a key did at a time. Since when one is revoked is not known: its line
 * ends where it ceased to sign. */
static enum bs_pen_cell
key_at(const struct bs_report_key *key, int64_t when)
{
	if (when < key->created)
		return BS_CELL_NONE;
	if (key->activated == 0 || when < key->activated)
		return BS_CELL_WAIT;
	if (key->retired == 0 || when < key->retired)
		return BS_CELL_FULL;
	return key->state == BS_KEY_REVOKED ? BS_CELL_NONE : BS_CELL_PART;
}

static void
print_key(const struct bs_pen *pen, const struct bs_report *report,
    const struct bs_report_key *key)
{
	size_t count = cells(pen, pen->columns);
	char text[BS_TIME_TEXT];

	bs_print(pen->out, " %u %-8s %-*.10s ", key->number,
	    bs_key_state_name(key->state), NAME_COLUMNS - 11,
	    bs_short_time(key->created, text));
	for (size_t i = 1; i <= count; i++) {
		/* what was at the end of the part of time */
		int64_t when = report->from + (report->to - report->from) *
						  (int64_t)i / (int64_t)count;
		enum bs_pen_cell cell = key_at(key, when);

		bs_pen_cell(pen,
		    cell == BS_CELL_FULL ? BS_COLOUR_GREEN : BS_COLOUR_CYAN,
		    cell);
	}
	fputc('\n', pen->out);
}

void
bs_report_print_keys(const struct bs_pen *pen, const struct bs_report *report)
{
	bs_pen_heading(pen, "Keys, and when each was made");
	bs_print(pen->out, " %s pending  %s signs  %s verifies\n",
	    bs_pen_sign(pen, BS_CELL_WAIT), bs_pen_sign(pen, BS_CELL_FULL),
	    bs_pen_sign(pen, BS_CELL_PART));
	if (report->key_count == 0)
		fputs(" none: nothing is signed\n", pen->out);
	for (size_t i = 0; i < report->key_count; i++)
		print_key(pen, report, &report->keys[i]);
}

void
bs_report_print_unsigned(const struct bs_pen *pen,
    const struct bs_report *report)
{
	bs_pen_heading(pen, "Mail that left without a tag");
	bs_pen_text(pen, 1,
	    "%" PRIu64 " mails left with a tag, %" PRIu64
	    " without one that were to have it",
	    report->count.left_signed, report->count.left_unsigned);
	if (report->count.nameless > 0)
		bs_pen_text(pen, 1,
		    "%" PRIu64 " left from an address without a domain",
		    report->count.nameless);
	if (report->keep == BS_KEEP_OFF)
		bs_pen_text(pen, 1, "Why is not kept: report = off");
	for (size_t i = 0; i < report->reason_count; i++) {
		const struct bs_report_reason *one = &report->reasons[i];

		bs_pen_text(pen, 4, "%" PRIu64 ": %s (%s)", one->count,
		    bs_report_unsigned_words(one->reason),
		    bs_reason_word(one->reason));
	}
}
