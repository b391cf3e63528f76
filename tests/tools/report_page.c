/* Writes the page of a report that is made up, or prints it as JSON:
 * report_page SCENE FILE, report_page SCENE json.
 *
 *   attack   a quiet month with one attack of some 10^5 bounces
 *   quiet    a month without an attack
 *   empty    a store that has just begun, and no domain
 *   many     50 domains that differ, and attacks that go on
 *   hostile  names that strangers chose to do harm */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/report/json.h"
#include "common/cli/report/page.h"

#define NOW 1796040000 /* 2026-11-30T12:00:00Z */
#define HOUR 3600
#define DAYS 31
#define TODAY ((uint32_t)(NOW / BS_DAY_SECONDS))
#define FIRST_DAY (TODAY - DAYS + 1)
#define FIRST_HOUR ((int64_t)FIRST_DAY * BS_DAY_SECONDS)

/* The attack of the scene: hours from the first one. */
#define BEGAN (19 * 24 + 3)
#define ENDED (21 * 24 + 17)

/* The same numbers in each run. */
static uint32_t
chance(uint32_t below)
{
	static uint32_t state = 2463534242U;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % below;
}

static void
sum_up(struct bs_report *report)
{
	for (size_t i = 0; i < report->day_count; i++) {
		const struct bs_report_count *day = &report->days[i].count;
		struct bs_report_count *all = &report->count;

		all->left_signed += day->left_signed;
		all->left_unsigned += day->left_unsigned;
		all->genuine += day->genuine;
		all->genuine_by_id += day->genuine_by_id;
		all->forged += day->forged;
		all->suspect += day->suspect;
		all->unknown += day->unknown;
		all->rejected += day->rejected;
		all->junked += day->junked;
		all->deferred += day->deferred;
		all->would_reject += day->would_reject;
	}
}

static void
fill_hour(struct bs_report *report, size_t at, uint64_t attack)
{
	struct bs_report_hour *hour = &report->hours[at];
	struct bs_report_count *day = &report->days[at / 24].count;

	hour->genuine = chance(5) == 0 ? 1 + chance(3) : 0;
	hour->forged = attack + (chance(3) == 0 ? chance(4) : 0);
	hour->suspect = attack / 40 + (chance(9) == 0 ? 1 : 0);
	hour->unknown = chance(12) == 0 ? 1 : 0;
	hour->refused = hour->forged;
	day->genuine += hour->genuine;
	day->genuine_by_id += hour->genuine > 1 ? 1 : 0;
	day->forged += hour->forged;
	day->suspect += hour->suspect;
	day->unknown += hour->unknown;
	day->rejected += hour->refused;
	day->junked += hour->suspect;
	day->left_signed += 30 + chance(40);
	day->left_unsigned += chance(30) == 0 ? 1 : 0;
}

/* It grows fast and fades slowly. */
static uint64_t
strength(size_t hour)
{
	size_t since;

	if (hour < BEGAN || hour >= ENDED)
		return 0;
	since = hour - BEGAN;
	if (since < 5)
		return 400 + since * 900 + chance(300);
	return 4200 * (ENDED - hour) / (ENDED - BEGAN) + chance(500);
}

static void
fill_days(struct bs_report *report, bool is_attacked)
{
	report->from = FIRST_HOUR;
	report->to = NOW;
	report->kept_from = FIRST_HOUR - (int64_t)40 * BS_DAY_SECONDS;
	report->epoch = report->kept_from;
	report->day_count = DAYS;
	report->first_hour = FIRST_HOUR;
	report->hour_count = (size_t)((NOW - FIRST_HOUR) / HOUR) + 1;
	for (uint32_t i = 0; i < DAYS; i++) {
		report->days[i].day = FIRST_DAY + i;
		report->days[i].is_known = true;
	}
	for (size_t i = 0; i < report->hour_count; i++)
		fill_hour(report, i, is_attacked ? strength(i) : 0);
	sum_up(report);
	report->usual = 6;
}

static void
fill_attack(struct bs_report *report, size_t began, size_t ended)
{
	struct bs_report_attack *attack =
	    &report->attacks[report->attack_count++];

	attack->start = FIRST_HOUR + (int64_t)began * HOUR;
	attack->end = FIRST_HOUR + (int64_t)ended * HOUR;
	for (size_t i = began; i < ended; i++) {
		const struct bs_report_hour *hour = &report->hours[i];
		uint64_t all = hour->forged + hour->suspect + hour->unknown;

		attack->bounces += all;
		attack->forged += hour->forged;
		attack->refused += hour->refused;
		if (all <= attack->peak)
			continue;
		attack->peak = all;
		attack->peak_hour = FIRST_HOUR + (int64_t)i * HOUR;
	}
	if (attack->bounces > report->attacks[report->worst].bounces)
		report->worst = report->attack_count - 1;
}

static void
add_row(struct bs_report_top *top, const char *name, uint64_t count)
{
	struct bs_report_entry *row = &top->rows[top->count++];

	top->total += count;
	snprintf(row->name, sizeof(row->name), "%s", name);
	row->count = count;
	row->error = top->count > 6 ? count / 50 : 0;
}

static void
fill_names(struct bs_report *report)
{
	static const char *const networks[] = {"198.51.100.0/24",
	    "203.0.113.0/24", "2001:db8:4a11::/48", "192.0.2.0/24",
	    "198.18.7.0/24", "2001:db8:77::/48", "198.19.200.0/24",
	    "233.252.0.0/24"};
	static const char *const reporters[] = {"mx.bigmail.example",
	    "outlook.invalid", "smtp-in.carrier.example", "relay.uni.example",
	    "mail.a-rather-long-name-of-a-small-town.example", "mx1.test",
	    "gateway.hospital.example"};
	static const char *const users[] = {"info@example.org",
	    "alice@example.org", "", "newsletter@example.org", "", ""};
	static const char *const spf[] = {"example.org", "bank.example",
	    "parcels.example", "tax-office.example"};
	uint64_t all = report->count.forged;

	for (size_t i = 0; i < 8; i++)
		add_row(&report->networks, networks[i], all / (i * i + 3));
	for (size_t i = 0; i < 7; i++)
		add_row(&report->reporters, reporters[i], all / (2 * i + 3));
	for (size_t i = 0; i < 6; i++) {
		add_row(&report->users, users[i], all / (3 * i + 2));
		snprintf(report->users.rows[i].hash, 9, "%08x",
		    chance(1U << 31));
	}
	for (size_t i = 0; i < 4; i++)
		add_row(&report->spf_domains, spf[i], 900 / (i + 1));
	report->networks.total += 1234;
}

static void
fill_spf(struct bs_report *report)
{
	static const uint64_t results[BS_SPF_RESULTS] = {4120, 1210, 18730,
	    1985, 1320, 61, 207};

	report->checks_spf = true;
	for (unsigned i = 0; i < BS_SPF_RESULTS; i++)
		report->spf.results[i] = results[i];
	report->spf.rejected = 1102;
	report->spf.would_junk = 883;
}

static void
fill_keys(struct bs_report *report)
{
	report->key_count = 3;
	report->keys[0] = (struct bs_report_key){.number = 2,
	    .state = BS_KEY_VERIFY,
	    .created = NOW - (int64_t)96 * BS_DAY_SECONDS,
	    .activated = NOW - (int64_t)96 * BS_DAY_SECONDS,
	    .retired = NOW - (int64_t)6 * BS_DAY_SECONDS,
	    .purge = NOW + (int64_t)9 * BS_DAY_SECONDS};
	report->keys[1] = (struct bs_report_key){.number = 5,
	    .state = BS_KEY_ACTIVE,
	    .created = NOW - (int64_t)9 * BS_DAY_SECONDS,
	    .activated = NOW - (int64_t)6 * BS_DAY_SECONDS};
	report->keys[2] = (struct bs_report_key){.number = 7,
	    .state = BS_KEY_REVOKED,
	    .created = NOW - (int64_t)120 * BS_DAY_SECONDS,
	    .activated = NOW - (int64_t)118 * BS_DAY_SECONDS,
	    .retired = NOW - (int64_t)96 * BS_DAY_SECONDS,
	    .purge = NOW - (int64_t)80 * BS_DAY_SECONDS};
}

static void
fill_reasons(struct bs_report *report)
{
	static const enum bs_reason reasons[] = {BS_REASON_QUOTED,
	    BS_REASON_EXEMPT, BS_REASON_TOO_LONG, BS_REASON_NO_DOMAIN};
	uint64_t left = report->count.left_unsigned;

	report->reason_count = 4;
	for (size_t i = 0; i < 4; i++) {
		report->reasons[i].reason = reasons[i];
		report->reasons[i].count = i == 3 ? left : left / 2;
		left -= report->reasons[i].count;
	}
}

static void
fill_domain(struct bs_report *report, size_t at, const char *name,
    size_t partial_days, enum bs_reason reason)
{
	struct bs_report_domain *domain = &report->domains[at];

	snprintf(domain->name, sizeof(domain->name), "%s", name);
	domain->mode = (enum bs_mode)(3 - at % 4);
	domain->sign = true;
	domain->count = report->count;
	if (report->domain_count > 1) {
		domain->count.forged /= at + 2;
		domain->count.rejected /= at + 2;
		domain->count.suspect /= at + 2;
		domain->count.genuine /= report->domain_count;
		domain->count.unknown /= report->domain_count;
	}
	for (size_t i = 0; i < report->day_count; i++) {
		domain->days[i].is_full = i >= partial_days;
		domain->days[i].reason =
		    i >= partial_days ? BS_REASON_NONE : reason;
	}
	domain->window.is_full = partial_days < DAYS;
	domain->window.reason = partial_days < DAYS ? BS_REASON_NONE : reason;
	if (partial_days == DAYS && reason == BS_REASON_GAP)
		domain->full_at = NOW + (int64_t)4 * BS_DAY_SECONDS;
}

static struct bs_report *
make(size_t domains)
{
	struct bs_report *report = calloc(1,
	    sizeof(*report) + domains * sizeof(struct bs_report_domain));

	if (report == NULL)
		abort();
	report->domain_count = domains;
	snprintf(report->host, sizeof(report->host), "mail.example.org");
	report->from = (int64_t)FIRST_DAY * BS_DAY_SECONDS;
	report->to = NOW;
	report->keep = BS_KEEP_HOSTS;
	report->has_hours = true;
	return report;
}

static struct bs_report *
month(bool is_attacked, size_t domains)
{
	struct bs_report *report = make(domains);

	fill_days(report, is_attacked);
	fill_names(report);
	fill_spf(report);
	fill_keys(report);
	fill_reasons(report);
	return report;
}

static struct bs_report *
attack(void)
{
	struct bs_report *report = month(true, 3);

	fill_attack(report, BEGAN, ENDED);
	fill_domain(report, 0, "example.org", 0, BS_REASON_NONE);
	fill_domain(report, 1, "example.net", 0, BS_REASON_NONE);
	fill_domain(report, 2, "lists.example.org", 8,
	    BS_REASON_SIGNING_BEGAN_LATER);
	return report;
}

static struct bs_report *
quiet(void)
{
	struct bs_report *report = month(false, 1);

	report->is_of_one = true;
	report->networks.count = 0;
	report->reporters.count = 0;
	report->keep = BS_KEEP_COUNTS;
	fill_domain(report, 0, "example.org", DAYS, BS_REASON_GAP);
	report->count.refused_later_known = 2;
	report->gap_count = 2;
	report->gaps[0] = (struct bs_gap){NOW - 300000, NOW - 296000};
	report->gaps[1] = (struct bs_gap){NOW - 90000, NOW - 86000};
	for (size_t i = 0; i < 9; i++)
		report->days[i].is_known = false;
	report->kept_from = FIRST_HOUR + (int64_t)9 * BS_DAY_SECONDS;
	return report;
}

static struct bs_report *
empty(void)
{
	struct bs_report *report = make(0);

	report->from = NOW - NOW % BS_DAY_SECONDS;
	report->day_count = 1;
	report->days[0].day = TODAY;
	report->first_hour = report->from;
	report->hour_count = 13;
	return report;
}

static struct bs_report *
many(void)
{
	static const enum bs_reason reasons[] = {BS_REASON_GAP,
	    BS_REASON_OUTBOUND_ELSEWHERE, BS_REASON_UNSIGNED_IN_DOMAIN,
	    BS_REASON_YOUNG_STORE};
	struct bs_report *report = month(true, 50);
	char name[BS_REPORT_NAME];

	for (size_t i = (size_t)24 * (DAYS - 1); i < report->hour_count; i++) {
		uint64_t more = 12000 + chance(9000);

		report->hours[i].unknown += more;
		report->days[DAYS - 1].count.unknown += more;
		report->count.unknown += more;
	}
	fill_attack(report, BEGAN, ENDED);
	fill_attack(report, (size_t)24 * (DAYS - 1), report->hour_count);
	report->attacks[1].goes_on = true;
	for (size_t i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "customer-%02zu.example", i);
		fill_domain(report, i, name, i % 7 == 3 ? 5 + i / 2 : 0,
		    reasons[i % 4]);
	}
	return report;
}

static struct bs_report *
hostile(void)
{
	/* each letter as wide as two */
	static const char wide[] =
	    "\xe9\x9b\xbb\xe5\xad\x90\xe9\x83\xb5\xe4\xbb\xb6"
	    "\xe9\x9b\xbb\xe5\xad\x90\xe9\x83\xb5\xe4\xbb\xb6"
	    "\xe9\x9b\xbb\xe5\xad\x90\xe9\x83\xb5\xe4\xbb\xb6"
	    "\xe9\x9b\xbb\xe5\xad\x90\xe9\x83\xb5\xe4\xbb\xb6.example";
	static const char *const names[] = {"<script>alert(1)</script>",
	    "\"><img src=http://x.example/ onerror=alert(1)>",
	    "moc.\xe2\x80\xaegro.elpmaxe\xe2\x80\xac",
	    "</title></svg><h1>owned</h1>", "\xff\xfe not UTF-8 \xc3",
	    "&lt;&amp;&#60;",
	    "\xd7\x93\xd7\x95\xd7\x90\xd7\xa8.example \x1b[31mred", wide};
	struct bs_report *report = attack();
	struct bs_report_top *tops[] = {&report->networks, &report->users,
	    &report->reporters, &report->spf_domains};
	char longest[256];

	memset(longest, 'W', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (size_t i = 0; i < 4; i++) {
		tops[i]->count = 0;
		add_row(tops[i], longest, 123456789);
		for (size_t j = 0; j < 8; j++)
			add_row(tops[i], names[j], 98765432 / (j + 1));
		memset(tops[i]->rows[0].hash, 0, 9);
	}
	snprintf(report->host, sizeof(report->host), "%s", names[0]);
	snprintf(report->domains[0].name, BS_REPORT_NAME, "%s", longest);
	snprintf(report->domains[1].name, BS_REPORT_NAME, "%s", names[1]);
	snprintf(report->domains[2].name, BS_REPORT_NAME, "%s", names[2]);
	return report;
}

static const struct {
	const char *name;
	struct bs_report *(*make)(void);
} scenes[] = {
    {"attack", attack},
    {"quiet", quiet},
    {"empty", empty},
    {"many", many},
    {"hostile", hostile},
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < sizeof(scenes) / sizeof(scenes[0]);
	     i++) {
		struct bs_report *report;
		int status;

		if (strcmp(scenes[i].name, argv[1]) != 0)
			continue;
		report = scenes[i].make();
		if (strcmp(argv[2], "json") == 0) {
			bs_report_print_json(report);
			status = 0;
		} else {
			status = bs_page_write(report, argv[2]);
		}
		free(report);
		return status;
	}
	fputs("usage: report_page SCENE FILE, report_page SCENE json\n",
	    stderr);
	return 64;
}
