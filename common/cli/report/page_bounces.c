/* Bounces by day, the attack by the hour, and the domains. */
#include <inttypes.h>

#include "common/cli/output.h"
#include "common/cli/report/attack.h"
#include "common/cli/report/columns.h"
#include "common/cli/report/page_bounces.h"
#include "common/cli/report/scale.h"

#define HOUR BS_REPORT_HOUR_SECONDS
#define LARGE 220 /* pixels */
#define SMALL 120

/* What is shown of the time before and after an attack. */
#define LEAST_MARGIN 12
#define MARGIN_SHARE 4

static bool
forged_of_day(const void *of, size_t at, uint64_t out[static BS_COLUMNS_PARTS])
{
	const struct bs_report *report = of;
	const struct bs_report_day *day = &report->days[at];

	out[0] = day->count.forged;
	out[1] = day->count.suspect;
	out[2] = day->count.rejected;
	out[3] = day->count.junked;
	out[4] = day->count.deferred;
	return day->is_known;
}

static bool
genuine_of_day(const void *of, size_t at, uint64_t out[static BS_COLUMNS_PARTS])
{
	const struct bs_report *report = of;

	out[0] = report->days[at].count.genuine;
	return report->days[at].is_known;
}

static bool
unknown_of_day(const void *of, size_t at, uint64_t out[static BS_COLUMNS_PARTS])
{
	const struct bs_report *report = of;

	out[0] = report->days[at].count.unknown;
	return report->days[at].is_known;
}

/* A picture, or a sentence where all of it is 0. */
static void
add_days(struct bs_html *html, const struct bs_columns *columns,
    const char *empty)
{
	if (bs_columns_show_something(columns))
		bs_columns_add(html, columns);
	else
		bs_html_add(html,
		    "<div class=\"card\"><h3>%s</h3><p class=\"none\">%s</p>"
		    "</div>\n",
		    columns->picture.title, empty);
}

static struct bs_columns
days_of(const struct bs_report *report)
{
	return (struct bs_columns){
	    .from = (int64_t)report->days[0].day * BS_DAY_SECONDS,
	    .step = BS_DAY_SECONDS,
	    .count = report->day_count,
	    .of = report,
	};
}

static void
add_forged(struct bs_html *html, const struct bs_report *report)
{
	static const struct bs_picture_part parts[] = {
	    {"forged", "forged"},
	    {"suspect", "suspect"},
	    {"refused", NULL},
	    {"to junk", NULL},
	    {"put off", NULL},
	};
	struct bs_columns columns = days_of(report);

	columns.picture = (struct bs_picture){"forged", "Forged and suspect",
	    "Bounces of mail that did not leave here, or most probably did "
	    "not.",
	    "columns"};
	columns.parts = parts;
	columns.part_count = 5;
	columns.drawn = 2;
	columns.height = LARGE;
	columns.row = forged_of_day;
	add_days(html, &columns, "No bounce was judged forged or suspect.");
}

static void
add_genuine(struct bs_html *html, const struct bs_report *report)
{
	static const struct bs_picture_part part = {"genuine", "genuine"};
	struct bs_columns columns = days_of(report);

	columns.picture = (struct bs_picture){"genuine", "Genuine",
	    "Bounces of mail that did leave here.", "columns"};
	columns.parts = &part;
	columns.part_count = columns.drawn = 1;
	columns.height = SMALL;
	columns.row = genuine_of_day;
	add_days(html, &columns, "No bounce of mail of yours came.");
}

static void
add_unknown(struct bs_html *html, const struct bs_report *report)
{
	static const struct bs_picture_part part = {"unknown", "unknown"};
	struct bs_columns columns = days_of(report);

	columns.picture = (struct bs_picture){"unknown", "Unknown",
	    "Bounces of which nobody can tell.", "columns"};
	columns.parts = &part;
	columns.part_count = columns.drawn = 1;
	columns.height = SMALL;
	columns.row = unknown_of_day;
	add_days(html, &columns, "Of every bounce it is known what it was.");
}

static void
add_by_day(struct bs_html *html, const struct bs_report *report)
{
	bs_html_add(html,
	    "<section aria-labelledby=\"days\">\n"
	    "<h2 id=\"days\">Bounces by day</h2>\n"
	    "<p>Each picture has a scale of its own. Days are those of "
	    "UTC; the last one is not over yet.</p>\n");
	add_forged(html, report);
	bs_html_add(html, "<div class=\"pair\">\n");
	add_genuine(html, report);
	add_unknown(html, report);
	bs_html_add(html, "</div>\n</section>\n");
}

/* The hours that a picture of an attack shows. */
struct hours {
	const struct bs_report_hour *first;
};

static bool
attack_of_hour(const void *of, size_t at, uint64_t out[static BS_COLUMNS_PARTS])
{
	const struct hours *hours = of;
	const struct bs_report_hour *hour = &hours->first[at];

	out[0] = hour->forged;
	out[1] = hour->suspect;
	out[2] = hour->unknown;
	out[3] = hour->refused;
	out[4] = hour->genuine;
	return true;
}

static void
add_hours(struct bs_html *html, const struct bs_report *report,
    const struct bs_report_attack *attack)
{
	static const struct bs_picture_part parts[] = {
	    {"forged", "forged"},
	    {"suspect", "suspect"},
	    {"unknown", "unknown"},
	    {"refused", NULL},
	    {"genuine", NULL},
	};
	int64_t first = (attack->start - report->first_hour) / HOUR;
	int64_t end = (attack->end - report->first_hour) / HOUR;
	int64_t margin = (end - first) / MARGIN_SHARE;
	struct hours hours;
	struct bs_columns columns = {
	    .picture = {"hours", "The attack, hour by hour",
		"Bounces that nothing proved genuine, in each hour of UTC; "
		"lines mark where the attack began and ended.",
		"columns"},
	    .parts = parts,
	    .part_count = 5,
	    .drawn = 3,
	    .step = HOUR,
	    .height = LARGE,
	    .mark_from = attack->start,
	    .mark_to = attack->end,
	    .mark_goes_on = attack->goes_on,
	    .of = &hours,
	    .row = attack_of_hour,
	};

	if (margin < LEAST_MARGIN)
		margin = LEAST_MARGIN;
	first = first > margin ? first - margin : 0;
	end += margin;
	if (end > (int64_t)report->hour_count)
		end = (int64_t)report->hour_count;
	if (end <= first)
		return;
	hours.first = &report->hours[first];
	columns.from = report->first_hour + first * HOUR;
	columns.count = (size_t)(end - first);
	bs_columns_add(html, &columns);
}

static void
add_all_attacks(struct bs_html *html, const struct bs_report *report)
{
	char start[BS_SCALE_MOMENT];
	char end[BS_SCALE_MOMENT];

	bs_html_add(html,
	    "<div class=\"card\"><h3>All attacks</h3>"
	    "<div class=\"wide\" role=\"region\" tabindex=\"0\" "
	    "aria-label=\"All attacks\"><table><thead><tr>"
	    "<th scope=\"col\">began</th><th scope=\"col\">ended</th>"
	    "<th scope=\"col\">bounces</th><th scope=\"col\">forged</th>"
	    "<th scope=\"col\">refused</th>"
	    "<th scope=\"col\">worst hour</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < report->attack_count; i++) {
		const struct bs_report_attack *attack = &report->attacks[i];

		bs_html_add(html,
		    "<tr><th scope=\"row\">%s</th><td>%s</td>"
		    "<td>%" PRIu64 "</td><td>%" PRIu64 "</td>"
		    "<td>%" PRIu64 "</td><td>%" PRIu64 "</td></tr>\n",
		    bs_scale_moment(attack->start, start),
		    attack->goes_on ? "it goes on"
				    : bs_scale_moment(attack->end, end),
		    attack->bounces, attack->forged, attack->refused,
		    attack->peak);
	}
	bs_html_add(html, "</tbody></table></div></div>\n");
}

static void
add_usual(struct bs_html *html, const struct bs_report *report)
{
	if (report->usual > 0)
		bs_html_add(html,
		    " In the worst hour of a usual day %" PRIu64
		    " such bounces come.",
		    report->usual);
}

static void
add_attacks(struct bs_html *html, const struct bs_report *report)
{
	bs_html_add(html, "<section aria-labelledby=\"attack\">\n"
			  "<h2 id=\"attack\">The attack by the hour</h2>\n");
	if (!report->has_hours) {
		bs_html_add(html,
		    "<div class=\"card\"><p class=\"none\">Only days are "
		    "recorded here, and no hours.</p></div>\n");
	} else if (report->attack_count == 0 &&
		   !bs_attack_knows_usual(report)) {
		bs_html_add(html,
		    "<div class=\"card\"><p class=\"none\">No hour stands out, "
		    "but what is usual here is known only after a week.</p>"
		    "</div>\n");
	} else if (report->attack_count == 0) {
		bs_html_add(html,
		    "<div class=\"card\"><p class=\"none\">There was none: in "
		    "no hour did far more bounces come than usual that nothing "
		    "proved genuine.");
		add_usual(html, report);
		bs_html_add(html, "</p></div>\n");
	} else {
		bs_html_add(html,
		    "<p>Mail was sent in your name by strangers, and its "
		    "bounces came to you.");
		add_usual(html, report);
		bs_html_add(html, "</p>\n");
		add_hours(html, report, &report->attacks[report->worst]);
	}
	if (report->attack_count > 1)
		add_all_attacks(html, report);
	bs_html_add(html, "</section>\n");
}

static void
add_domains(struct bs_html *html, const struct bs_report *report)
{
	bs_html_add(html,
	    "<section aria-labelledby=\"domains\">\n"
	    "<h2 id=\"domains\">Domain by domain</h2>\n"
	    "<div class=\"card\"><div class=\"wide\" role=\"region\" "
	    "tabindex=\"0\" aria-labelledby=\"domains\"><table><thead><tr>"
	    "<th scope=\"col\">domain</th>"
	    "<th scope=\"col\" class=\"words\">mode</th>"
	    "<th scope=\"col\">forged</th><th scope=\"col\">suspect</th>"
	    "<th scope=\"col\">refused</th><th scope=\"col\">genuine</th>"
	    "<th scope=\"col\">unknown</th>"
	    "<th scope=\"col\">refused, but ours</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < report->domain_count; i++) {
		const struct bs_report_domain *domain = &report->domains[i];
		const struct bs_report_count *count = &domain->count;

		bs_html_add(html,
		    "<tr><th scope=\"row\">%s</th><td class=\"words\">%s</td>"
		    "<td>%" PRIu64 "</td><td>%" PRIu64 "</td>"
		    "<td>%" PRIu64 "</td><td>%" PRIu64 "</td>",
		    domain->name, bs_mode_name(domain->mode), count->forged,
		    count->suspect, count->rejected, count->genuine);
		bs_html_add(html,
		    "<td>%" PRIu64 "</td><td>%" PRIu64 "</td></tr>\n",
		    count->unknown, count->refused_later_known);
	}
	bs_html_add(html, "</tbody></table></div></div>\n</section>\n");
}

void
bs_page_bounces(struct bs_html *html, const struct bs_report *report)
{
	if (report->day_count > 0)
		add_by_day(html, report);
	add_attacks(html, report);
	if (report->domain_count > 1)
		add_domains(html, report);
}
