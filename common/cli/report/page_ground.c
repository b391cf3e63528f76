/* What the verdicts rest on: coverage, keys, mail without a tag. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/output.h"
#include "common/cli/report/bars.h"
#include "common/cli/report/page_ground.h"
#include "common/cli/report/scale.h"
#include "common/cli/report/spans.h"
#include "common/cli/report/words.h"

/* Rows of domains that have the same coverage are drawn once; where too many
 * differ, the table has the rest. */
#define MOST_DRAWN 20

/* Older than that nothing of a key matters. */
#define LONGEST_DAYS 400

#define KEY_SPANS 3

#define MOST_GAPS 20

static bool
is_same(const struct bs_report_coverage *a, const struct bs_report_coverage *b)
{
	return a->is_full == b->is_full && a->reason == b->reason;
}

static bool
are_same(const struct bs_report *report, size_t a, size_t b)
{
	const struct bs_report_domain *first = &report->domains[a];
	const struct bs_report_domain *second = &report->domains[b];
	bool same = is_same(&first->window, &second->window) &&
		    first->full_at == second->full_at;

	for (size_t i = 0; same && i < report->day_count; i++)
		same = is_same(&first->days[i], &second->days[i]);
	return same;
}

/* The first domain whose coverage is that of this one. */
static size_t
leader(const struct bs_report *report, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (are_same(report, i, at))
			return i;
	return at;
}

/* Days in a row that are alike become a span. Returns how many. */
static size_t
fill_spans(const struct bs_report *report,
    const struct bs_report_domain *domain, struct bs_span_shown *out)
{
	size_t count = 0;

	for (size_t i = 0; i < report->day_count; i++) {
		const struct bs_report_coverage *day = &domain->days[i];
		int64_t from = (int64_t)report->days[i].day * BS_DAY_SECONDS;

		if (i == 0 || !is_same(day, &domain->days[i - 1]))
			out[count++] = (struct bs_span_shown){
			    .from = from,
			    .state = day->is_full ? "full"
						  : bs_report_coverage_words(
							day->reason),
			    .style = day->is_full ? "genuine" : "suspect",
			};
		out[count - 1].to = from + BS_DAY_SECONDS;
	}
	return count;
}

static void
note_coverage(const struct bs_report *report,
    const struct bs_report_domain *domain, char out[static BS_SPANS_TEXT])
{
	const struct bs_report_coverage *last_partial = NULL;
	uint32_t last_partial_day = 0;
	char day[BS_TIME_TEXT];

	for (size_t i = 0; i < report->day_count; i++) {
		if (domain->days[i].is_full)
			continue;
		last_partial = &domain->days[i];
		last_partial_day = report->days[i].day;
	}

	if (domain->window.is_full && last_partial == NULL)
		snprintf(out, BS_SPANS_TEXT, "full on all days");
	else if (domain->window.is_full)
		snprintf(out, BS_SPANS_TEXT, "until %s: %s",
		    bs_day_text(last_partial_day, day),
		    bs_report_coverage_words(last_partial->reason));
	else if (domain->full_at != 0)
		snprintf(out, BS_SPANS_TEXT, "full from %s; %s",
		    bs_day_text((uint32_t)(domain->full_at / BS_DAY_SECONDS),
			day),
		    bs_report_coverage_words(domain->window.reason));
	else
		snprintf(out, BS_SPANS_TEXT, "partial: %s",
		    bs_report_coverage_words(domain->window.reason));
}

/* "example.org and 12 more" */
static void
name_group(const struct bs_report *report, size_t at,
    char out[static BS_SPANS_TEXT])
{
	size_t others = 0;

	for (size_t i = at + 1; i < report->domain_count; i++)
		others += leader(report, i) == at ? 1 : 0;
	if (others == 0)
		snprintf(out, BS_SPANS_TEXT, "%s", report->domains[at].name);
	else
		snprintf(out, BS_SPANS_TEXT, "%.24s and %zu more",
		    report->domains[at].name, others);
}

/* Returns how many rows are drawn. */
static size_t
fill_rows(const struct bs_report *report, struct bs_spans_row *rows,
    struct bs_span_shown *spans)
{
	size_t drawn = 0;

	for (size_t i = 0; i < report->domain_count; i++) {
		const struct bs_report_domain *domain = &report->domains[i];
		struct bs_spans_row *row = &rows[i];

		row->spans = spans + i * BS_REPORT_DAYS;
		row->count =
		    fill_spans(report, domain, spans + i * BS_REPORT_DAYS);
		row->is_drawn = drawn < MOST_DRAWN && leader(report, i) == i;
		snprintf(row->name, sizeof(row->name), "%s", domain->name);
		if (!row->is_drawn)
			continue;
		drawn++;
		name_group(report, i, row->shown);
		note_coverage(report, domain, row->note);
	}
	return drawn;
}

static int
add_coverage(struct bs_html *html, const struct bs_report *report)
{
	static const struct bs_picture_part parts[] = {
	    {"full: all mail that left is known", "genuine"},
	    {"partial: not all of it is", "suspect"},
	};
	struct bs_spans picture = {
	    .picture = {"coverage", "Coverage by day",
		"Where all mail that left on a day is known, a bounce that "
		"returns none of it is forged. Where it is not, such a bounce "
		"is never refused.",
		"spans"},
	    .parts = parts,
	    .part_count = 2,
	    .name_head = "domain",
	    .from = (int64_t)report->days[0].day * BS_DAY_SECONDS,
	    .count = report->domain_count,
	};
	struct bs_spans_row *rows = calloc(report->domain_count, sizeof(*rows));
	struct bs_span_shown *spans =
	    calloc(report->domain_count, BS_REPORT_DAYS * sizeof(*spans));
	int rc = -ENOMEM;

	if (rows == NULL || spans == NULL)
		goto out;
	picture.to = picture.from + (int64_t)report->day_count * BS_DAY_SECONDS;
	picture.rows = rows;
	(void)fill_rows(report, rows, spans);
	bs_spans_add(html, &picture);
	rc = 0;
out:
	free(rows);
	free(spans);
	return rc;
}

/* Times of which nothing is known, the last ones. */
static void
add_gaps(struct bs_html *html, const struct bs_report *report)
{
	size_t first =
	    report->gap_count > MOST_GAPS ? report->gap_count - MOST_GAPS : 0;
	char start[BS_SCALE_MOMENT];
	char end[BS_SCALE_MOMENT];

	if (report->gap_count == 0)
		return;
	bs_html_add(html,
	    "<div class=\"card\"><h3 id=\"gaps\">Gaps: times that were not "
	    "recorded</h3><div class=\"wide\" role=\"region\" "
	    "tabindex=\"0\" aria-labelledby=\"gaps\"><table><thead><tr>"
	    "<th scope=\"col\">from</th>"
	    "<th scope=\"col\" class=\"words\">to</th></tr></thead><tbody>\n");
	for (size_t i = first; i < report->gap_count; i++)
		bs_html_add(html,
		    "<tr><th scope=\"row\">%s</th>"
		    "<td class=\"words\">%s</td></tr>\n",
		    bs_scale_moment(report->gaps[i].start, start),
		    bs_scale_moment(report->gaps[i].end, end));
	bs_html_add(html, "</tbody></table></div></div>\n");
}

/* Whether and how a key was used, one span behind the other. Returns how many.
 */
static size_t
key_spans(const struct bs_report_key *key, int64_t now,
    struct bs_span_shown out[static KEY_SPANS])
{
	int64_t retired = key->retired != 0 ? key->retired : now;
	int64_t end = key->purge != 0 && key->purge < now ? key->purge : now;
	size_t count = 0;

	if (key->activated == 0 || key->activated > key->created)
		out[count++] = (struct bs_span_shown){key->created,
		    key->activated != 0 ? key->activated : retired,
		    "pending: nothing is signed with it", "hollow"};
	if (key->activated != 0)
		out[count++] = (struct bs_span_shown){key->activated, retired,
		    "signs", "accent"};
	if (key->retired != 0)
		out[count++] = (struct bs_span_shown){key->retired, end,
		    key->state == BS_KEY_REVOKED
			? "revoked: its tags are not accepted"
			: "verifies: its tags may still come home",
		    key->state == BS_KEY_REVOKED ? "revoked" : "unknown"};
	return count;
}

static void
fill_key(const struct bs_report_key *key, int64_t now, struct bs_spans_row *row,
    struct bs_span_shown spans[static KEY_SPANS])
{
	char day[BS_TIME_TEXT];

	row->is_drawn = true;
	row->spans = spans;
	row->count = key_spans(key, now, spans);
	snprintf(row->name, sizeof(row->name), "key %u", key->number);
	snprintf(row->shown, sizeof(row->shown), "key %u", key->number);
	bs_day_text((uint32_t)(key->created / BS_DAY_SECONDS), day);
	snprintf(row->note, sizeof(row->note), "%s, made %s",
	    bs_key_state_name(key->state), day);
	if (key->purge == 0)
		return;
	bs_day_text((uint32_t)(key->purge / BS_DAY_SECONDS), day);
	snprintf(row->note, sizeof(row->note), "%s, not needed from %s on",
	    bs_key_state_name(key->state), day);
}

static void
add_keys(struct bs_html *html, const struct bs_report *report)
{
	static const struct bs_picture_part parts[] = {
	    {"pending", "hollow"},
	    {"signs", "accent"},
	    {"verifies", "unknown"},
	    {"revoked", "revoked"},
	};
	struct bs_span_shown spans[BS_KEY_NUMBERS][KEY_SPANS];
	struct bs_spans_row rows[BS_KEY_NUMBERS] = {0};
	struct bs_spans picture = {
	    .picture = {"keys", "Keys",
		"With which key mail was signed, and which still prove "
		"bounces genuine.",
		"spans"},
	    .parts = parts,
	    .part_count = 4,
	    .name_head = "key",
	    .from = report->from,
	    .to = report->to,
	    .rows = rows,
	    .count = report->key_count,
	};

	if (report->key_count == 0) {
		bs_html_add(html,
		    "<div class=\"card\"><h3>Keys</h3><p class=\"none\">There "
		    "is no key yet: nothing is signed. Your administrator "
		    "types <code>backstop init</code>.</p></div>\n");
		return;
	}
	for (size_t i = 0; i < report->key_count; i++) {
		fill_key(&report->keys[i], report->to, &rows[i], spans[i]);
		if (report->keys[i].created < picture.from)
			picture.from = report->keys[i].created;
	}
	if (picture.from < picture.to - (int64_t)LONGEST_DAYS * BS_DAY_SECONDS)
		picture.from =
		    picture.to - (int64_t)LONGEST_DAYS * BS_DAY_SECONDS;
	bs_spans_add(html, &picture);
}

static void
add_unsigned(struct bs_html *html, const struct bs_report *report)
{
	const struct bs_report_count *count = &report->count;
	struct bs_bar bars[BS_REPORT_REASON_COUNT];
	struct bs_bars picture = {
	    .picture = {"unsigned", "Mail that left unsigned, and why",
		"No tag can prove the bounces of such mail genuine.", "bars"},
	    .name_head = "why",
	    .count_head = "mails",
	    .style = "suspect",
	    .are_words = true,
	    .bars = bars,
	    .count = report->reason_count,
	};

	bs_html_add(html,
	    "<p>%" PRIu64 " mails left with a tag, and %" PRIu64
	    " without one that were to have it.</p>\n",
	    count->left_signed, count->left_unsigned);
	if (report->reason_count == 0) {
		bs_html_add(html,
		    "<div class=\"card\"><h3>%s</h3><p class=\"none\">%s</p>"
		    "</div>\n",
		    picture.picture.title,
		    count->left_unsigned == 0 ? "No mail left unsigned."
					      : "Why is not recorded.");
		return;
	}
	for (size_t i = 0; i < report->reason_count; i++)
		bars[i] = (struct bs_bar){
		    bs_report_unsigned_words(report->reasons[i].reason),
		    report->reasons[i].count, 0};
	bs_bars_add(html, &picture);
}

int
bs_page_ground(struct bs_html *html, const struct bs_report *report)
{
	int rc = 0;

	bs_html_add(html, "<section aria-labelledby=\"ground\">\n"
			  "<h2 id=\"ground\">What the verdicts rest on</h2>\n");
	if (report->domain_count > 0 && report->day_count > 0)
		rc = add_coverage(html, report);
	else
		bs_html_add(html,
		    "<div class=\"card\"><p class=\"none\">No domain is "
		    "configured: nothing is signed or judged.</p></div>\n");
	add_gaps(html, report);
	add_keys(html, report);
	bs_html_add(html, "</section>\n<section aria-labelledby=\"left\">\n"
			  "<h2 id=\"left\">Mail that left</h2>\n");
	add_unsigned(html, report);
	bs_html_add(html, "</section>\n");
	return rc;
}
