/* backstop report as text: numbers, days, hours, tables. */
#include <inttypes.h>
#include <string.h>

#include "common/cli/output.h"
#include "common/cli/report/attack.h"
#include "common/cli/report/chosen.h"
#include "common/cli/report/show.h"
#include "common/cli/report/show_state.h"
#include "common/cli/report/times.h"
#include "common/keys/day.h"
#include "common/policy/spf.h"

#define DAY_COLUMNS 10
#define DAY_NARROW 6 /* without the day of the week */
#define NARROW 60
#define HOURS 24
#define ATTACK_DAYS 14 /* that are drawn */
#define NAME_MAX_COLUMNS 44
#define NUMBER_COLUMNS 9
#define DOMAIN_NUMBER 7 /* at least, of the domains' table */
#define QUIET_DAYS 3	/* in a row become one line */

static void
print_title(const struct bs_pen *pen, const struct bs_report *report)
{
	char from[BS_TIME_TEXT];
	char to[BS_TIME_TEXT];

	bs_pen_text(pen, 0, "Backstop on %s, %s to %s UTC", report->host,
	    bs_short_time(report->from, from), bs_short_time(report->to, to));
	if (report->is_of_one)
		bs_pen_text(pen, 0,
		    "Bounces and mail of %s alone; networks, users, mail "
		    "servers and SPF are those of all domains.",
		    report->domains[0].name);
	if (report->epoch == 0)
		bs_pen_text(pen, 0, "Nothing is recorded yet.");
	else if (report->kept_from > report->from)
		bs_pen_text(pen, 0, "Nothing was recorded before %s.",
		    bs_short_time(report->kept_from, from));
	fputc('\n', pen->out);
}

static void
print_number(const struct bs_pen *pen, uint64_t number, const char *text)
{
	bs_print(pen->out, "%*" PRIu64 "  %s\n", pen->columns < NARROW ? 6 : 10,
	    number, text);
}

static void
print_numbers(const struct bs_pen *pen, const struct bs_report *report)
{
	const struct bs_report_count *count = &report->count;

	print_number(pen, count->rejected, "bounces refused as forged");
	if (count->would_reject > 0)
		print_number(pen, count->would_reject,
		    "more that enforce would refuse");
	print_number(pen, count->genuine, "genuine bounces delivered");
	print_number(pen, count->refused_later_known,
	    "refused, later known to be ours");
	print_number(pen, count->unknown, "unknown bounces passed");
}

static void
print_attack(const struct bs_pen *pen, const struct bs_report_attack *attack,
    uint64_t usual)
{
	char start[BS_TIME_TEXT];
	char end[BS_TIME_TEXT];

	bs_pen_text(pen, 4,
	    "attack  from %s to %s: %" PRIu64 " bounces, %" PRIu64
	    " refused; %" PRIu64 " in its worst hour (in that of a usual day: "
	    "%" PRIu64 ")",
	    bs_short_time(attack->start, start),
	    attack->goes_on ? "now" : bs_short_time(attack->end, end),
	    attack->bounces, attack->refused, attack->peak, usual);
}

static void
print_attacks(const struct bs_pen *pen, const struct bs_report *report)
{
	if (!report->has_hours)
		bs_pen_text(pen, 4,
		    "attack  not known: no hours are kept here");
	else if (report->attack_count == 0 && bs_attack_knows_usual(report))
		bs_pen_text(pen, 4, "attack  none");
	else if (report->attack_count == 0)
		bs_pen_text(pen, 4,
		    "attack  none stands out, but what is usual here is known "
		    "only after a week");
	for (size_t i = 0; i < report->attack_count; i++)
		print_attack(pen, &report->attacks[i], report->usual);
}

/* The four verdicts: each has a picture of its own, as an attack would flatten
 * all others. */
struct verdict {
	const char *name;
	enum bs_colour colour;
	size_t offset; /* in struct bs_report_count */
	uint64_t most; /* in a day */
};
#define VERDICTS 4

static uint64_t
number_of(const struct bs_report_count *count, const struct verdict *verdict)
{
	uint64_t number;

	memcpy(&number, (const char *)count + verdict->offset, sizeof(number));
	return number;
}

static bool
is_quiet(const struct bs_report_day *day)
{
	return day->count.forged + day->count.suspect + day->count.genuine +
		   day->count.unknown ==
	       0;
}

/* Days in a row without a bounce, all recorded or all not. */
static size_t
quiet_days(const struct bs_report *report, size_t at)
{
	size_t count = 0;

	while (at + count < report->day_count &&
	       is_quiet(&report->days[at + count]) &&
	       report->days[at + count].is_known == report->days[at].is_known)
		count++;
	return count;
}

static size_t
day_columns(const struct bs_pen *pen)
{
	return pen->columns < NARROW ? DAY_NARROW : DAY_COLUMNS;
}

static void
print_day(const struct bs_pen *pen, const struct bs_report_day *day,
    const struct verdict *verdicts)
{
	size_t columns = (pen->columns - day_columns(pen)) / VERDICTS;
	size_t number = columns < NUMBER_COLUMNS ? columns : NUMBER_COLUMNS;
	size_t blanks = 0;
	char text[BS_TIME_TEXT];

	bs_short_day(day->day, text);
	fputs(text + DAY_COLUMNS - day_columns(pen), pen->out);
	for (size_t i = 0; i < VERDICTS; i++) {
		uint64_t value = number_of(&day->count, &verdicts[i]);

		bs_print(pen->out, "%*s%*" PRIu64, (int)blanks, "", (int)number,
		    value);
		blanks = columns - number;
		if (value == 0 || columns < number + 2)
			continue;
		fputc(' ', pen->out);
		blanks = bs_pen_bar(pen, verdicts[i].colour, value,
		    verdicts[i].most, columns - number - 1);
	}
	fputc('\n', pen->out);
}

static void
print_days(const struct bs_pen *pen, const struct bs_report *report)
{
	struct verdict verdicts[VERDICTS] = {
	    {"forged", BS_COLOUR_RED, offsetof(struct bs_report_count, forged),
		0},
	    {"suspect", BS_COLOUR_YELLOW,
		offsetof(struct bs_report_count, suspect), 0},
	    {"genuine", BS_COLOUR_GREEN,
		offsetof(struct bs_report_count, genuine), 0},
	    {"unknown", BS_COLOUR_CYAN,
		offsetof(struct bs_report_count, unknown), 0},
	};
	size_t columns = (pen->columns - day_columns(pen)) / VERDICTS;
	size_t number = columns < NUMBER_COLUMNS ? columns : NUMBER_COLUMNS;

	bs_pen_heading(pen, "Bounces by day (UTC), each in its scale");
	bs_print(pen->out, "%*s", (int)day_columns(pen), "");
	for (size_t i = 0; i < VERDICTS; i++) {
		bs_print(pen->out, "%*s", (int)number, verdicts[i].name);
		if (i + 1 < VERDICTS)
			bs_print(pen->out, "%*s", (int)(columns - number), "");
		for (size_t j = 0; j < report->day_count; j++) {
			uint64_t value =
			    number_of(&report->days[j].count, &verdicts[i]);

			if (value > verdicts[i].most)
				verdicts[i].most = value;
		}
	}
	fputc('\n', pen->out);
	for (size_t i = 0; i < report->day_count; i++) {
		size_t quiet = quiet_days(report, i);

		if (quiet < QUIET_DAYS && report->days[i].is_known) {
			print_day(pen, &report->days[i], verdicts);
			continue;
		}
		bs_print(pen->out, "%*s%zu day%s %s\n",
		    (int)day_columns(pen) + 1, "", quiet, bs_plural(quiet),
		    report->days[i].is_known ? "without a bounce"
					     : "not recorded");
		i += quiet - 1;
	}
}

static uint64_t
unproven(const struct bs_report_hour *hour)
{
	return hour->forged + hour->suspect + hour->unknown;
}

/* A day's hours in a line. */
static void
print_hours(const struct bs_pen *pen, const struct bs_report *report,
    uint32_t day, uint64_t most)
{
	size_t wide = pen->columns >= 72 ? 2 : 1;
	int64_t first = ((int64_t)day * BS_DAY_SECONDS - report->first_hour) /
			BS_REPORT_HOUR_SECONDS;
	uint64_t sum = 0;
	char text[BS_TIME_TEXT];

	bs_short_day(day, text);
	bs_print(pen->out, "%s  ", text + DAY_COLUMNS - day_columns(pen));
	for (int64_t i = first; i < first + HOURS; i++) {
		bool is_there = i >= 0 && i < (int64_t)report->hour_count;
		uint64_t value = is_there ? unproven(&report->hours[i]) : 0;

		sum += value;
		for (size_t j = 0; j < wide; j++)
			bs_pen_level(pen, BS_COLOUR_RED, value, most);
	}
	bs_print(pen->out, "%*" PRIu64 "\n", wide == 2 ? 10 : 8, sum);
}

static void
print_attack_hours(const struct bs_pen *pen, const struct bs_report *report)
{
	const struct bs_report_attack *attack = &report->attacks[report->worst];
	size_t wide = pen->columns >= 72 ? 2 : 1;
	uint32_t day;
	uint32_t last;

	if (report->attack_count == 0)
		return;
	day = bs_day_of(attack->start);
	last = bs_day_of(attack->end - 1);
	bs_pen_heading(pen, report->attack_count == 1
				? "The attack by the hour (UTC)"
				: "The largest attack by the hour (UTC)");
	bs_print(pen->out, "%*s", (int)day_columns(pen) + 2, "");
	for (int hour = 0; hour < HOURS; hour += 6)
		bs_print(pen->out, "%-*d", (int)(6 * wide), hour);
	bs_print(pen->out, "%*s\n", wide == 2 ? 10 : 8, "unproven");
	for (unsigned i = 0; day + i <= last && i < ATTACK_DAYS; i++)
		print_hours(pen, report, day + i, attack->peak);
	if (last - day >= ATTACK_DAYS)
		bs_pen_text(pen, DAY_COLUMNS + 2,
		    "and %" PRIu32 " more days: --json",
		    last - day + 1 - ATTACK_DAYS);
}

/* The columns of names, of a table with numbers and bars behind them. */
static size_t
name_columns(const struct bs_pen *pen)
{
	size_t columns = pen->columns / 2;

	return columns > NAME_MAX_COLUMNS ? NAME_MAX_COLUMNS : columns;
}

static void
print_row(const struct bs_pen *pen, const char *name, uint64_t value,
    uint64_t most, enum bs_colour colour)
{
	size_t names = name_columns(pen);

	fputc(' ', pen->out);
	bs_pen_name(pen, name, names);
	bs_print(pen->out, "%*" PRIu64 "%s", NUMBER_COLUMNS, value,
	    value == 0 ? "" : " ");
	(void)bs_pen_bar(pen, colour, value, most,
	    pen->columns - names - NUMBER_COLUMNS - 2);
	fputc('\n', pen->out);
}

/* What a row of users is called. */
static const char *
name_of(const struct bs_report_entry *row, char out[static 32])
{
	if (row->name[0] != '\0')
		return row->name;
	if (row->hash[0] == '\0')
		return "(forgotten)";
	snprintf(out, 32, "user-%s", row->hash);
	return out;
}

static void
print_top(const struct bs_pen *pen, const struct bs_report *report,
    const struct bs_report_top *top, const char *title)
{
	uint64_t error = 0;
	char name[32];

	bs_pen_heading(pen, title);
	if (report->keep != BS_KEEP_HOSTS) {
		bs_pen_text(pen, 1, "Not kept: report = %s",
		    report->keep == BS_KEEP_OFF ? "off" : "counts");
		return;
	}
	if (top->count == 0 && top->is_crowded)
		bs_pen_text(pen, 1,
		    "none stands out: there were too many different ones to "
		    "count each");
	else if (top->count == 0)
		fputs(" none\n", pen->out);
	for (size_t i = 0; i < top->count; i++) {
		print_row(pen, name_of(&top->rows[i], name), top->rows[i].count,
		    top->rows[0].count, BS_COLOUR_RED);
		if (top->rows[i].error > error)
			error = top->rows[i].error;
	}
	if (error > 0)
		bs_pen_text(pen, 1,
		    "There were too many to count each: a number may be too "
		    "high, by %" PRIu64 " at most.",
		    error);
}

static void
print_users(const struct bs_pen *pen, const struct bs_report *report)
{
	bool is_named = false;

	print_top(pen, report, &report->users, "Whose names were used");
	for (size_t i = 0; i < report->users.count; i++)
		is_named = is_named || report->users.rows[i].name[0] != '\0';
	if (report->users.count > 0 && !is_named)
		bs_pen_text(pen, 1,
		    "The store knows no addresses. To name them, type: "
		    "backstop report --users FILE (an address a line)");
}

static void
print_spf(const struct bs_pen *pen, const struct bs_report *report)
{
	const struct bs_report_spf *spf = &report->spf;
	uint64_t most = 0;

	bs_pen_heading(pen, "SPF results");
	for (unsigned i = 0; i < BS_SPF_RESULTS; i++)
		most = spf->results[i] > most ? spf->results[i] : most;
	if (most == 0) {
		fputs(report->checks_spf ? " none\n" : " SPF is not checked\n",
		    pen->out);
		return;
	}
	for (unsigned i = 0; i < BS_SPF_RESULTS; i++)
		print_row(pen, bs_spf_result_name((enum bs_spf_result)i),
		    spf->results[i], most, BS_COLOUR_CYAN);
	bs_pen_text(pen, 1,
	    "refused %" PRIu64 ", junked %" PRIu64 ", deferred %" PRIu64
	    "; enforce would have refused %" PRIu64 ", junked %" PRIu64
	    " and deferred %" PRIu64 " more",
	    spf->rejected, spf->junked, spf->deferred, spf->would_reject,
	    spf->would_junk, spf->would_defer);
	if (spf->no_dsn > 0)
		bs_pen_text(pen, 1,
		    "of %" PRIu64 " taken, the sender is told of nothing (dsn)",
		    spf->no_dsn);
	print_top(pen, report, &report->spf_domains, "Domains that failed SPF");
}

/* The columns of a domain's number, below its title and behind a blank. */
static size_t
number_columns(const char *title)
{
	size_t len = strlen(title);

	return len > DOMAIN_NUMBER ? len : DOMAIN_NUMBER;
}

static void
print_domains(const struct bs_pen *pen, const struct bs_report *report)
{
	/* a narrow terminal has the last ones alone */
	static const char *const titles[] = {"signed", "unsigned", "unknown",
	    "forged", "suspect", "genuine", "refused"};
	size_t count = sizeof(titles) / sizeof(titles[0]);
	size_t first = pen->columns >= 72 ? 0 : 4;
	size_t names = pen->columns - 1;
	size_t chosen[BS_REPORT_CHOSEN];
	size_t chosen_count = bs_report_choose(report, chosen);

	if (report->domain_count < 2)
		return;
	for (size_t i = first; i < count; i++)
		names -= 1 + number_columns(titles[i]);
	if (names > NAME_MAX_COLUMNS)
		names = NAME_MAX_COLUMNS;
	bs_pen_heading(pen, "Domains");
	bs_print(pen->out, "%*s", (int)names + 1, "");
	for (size_t i = first; i < count; i++)
		bs_print(pen->out, " %*s", (int)number_columns(titles[i]),
		    titles[i]);
	fputc('\n', pen->out);
	for (size_t i = 0; i < chosen_count; i++) {
		const struct bs_report_domain *domain =
		    &report->domains[chosen[i]];
		const struct bs_report_count *all = &domain->count;
		const uint64_t numbers[] = {all->left_signed,
		    all->left_unsigned, all->unknown, all->forged, all->suspect,
		    all->genuine, all->rejected};

		fputc(' ', pen->out);
		bs_pen_name(pen, domain->name, names);
		for (size_t j = first; j < count; j++)
			bs_print(pen->out, " %*" PRIu64,
			    (int)number_columns(titles[j]), numbers[j]);
		fputc('\n', pen->out);
	}
	if (chosen_count < report->domain_count)
		bs_pen_text(pen, 1, "and %zu domains with less: --json",
		    report->domain_count - chosen_count);
}

void
bs_report_print(const struct bs_pen *pen, const struct bs_report *report)
{
	print_title(pen, report);
	print_numbers(pen, report);
	print_attacks(pen, report);
	print_days(pen, report);
	print_attack_hours(pen, report);
	print_top(pen, report, &report->networks,
	    "Networks that sent forged bounces");
	print_users(pen, report);
	print_top(pen, report, &report->reporters,
	    "Mail servers that reported them");
	print_spf(pen, report);
	print_domains(pen, report);
	bs_report_print_coverage(pen, report);
	bs_report_print_keys(pen, report);
	bs_report_print_unsigned(pen, report);
}
