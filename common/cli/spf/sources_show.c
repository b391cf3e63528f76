/* What spf sources shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/output.h"
#include "common/cli/spf/sources.h"
#include "common/cli/spf/sources_show.h"
#include "common/cli/spf/tree.h"
#include "common/spf/lint/net.h"

/* Neighbours with the same result are one line. */
#define GROUP_PREFIX4 24
#define GROUP_PREFIX6 64

/* Lines for a domain; forgers are many, and the rest is in --json. */
#define LINES_MAX 40

/* Sources that are shown together. */
struct group {
	const struct bs_spf_source *first; /* with most mails */
	struct bs_spf_net net;
	size_t addresses;
	uint64_t mails;
	uint64_t spf_aligned;
	uint64_t dkim_aligned;
	uint64_t passed;
	uint64_t forwarded;
};

static struct bs_spf_net
net_of(const struct bs_report_source *seen, bool is_group)
{
	struct bs_spf_net net = {.is_ip6 = seen->is_ip6};

	memcpy(net.address, seen->address, sizeof(net.address));
	net.prefix = seen->is_ip6 ? 128 : 32;
	if (is_group)
		net.prefix = seen->is_ip6 ? GROUP_PREFIX6 : GROUP_PREFIX4;
	(void)bs_spf_net_mask(&net);
	return net;
}

/* Whether a source belongs to a group: it is of the same provider, or a
 * neighbour of none, and today's record says the same of it. */
static bool
belongs(const struct group *group, const struct bs_spf_source *source)
{
	const struct bs_spf_source *first = group->first;
	struct bs_spf_net net = net_of(source->seen, true);

	return source->provider == first->provider &&
	       source->is_checked == first->is_checked &&
	       source->now == first->now &&
	       (source->provider != NULL || bs_spf_net_has(&group->net, &net));
}

static void
join(struct group *group, const struct bs_report_source *seen)
{
	group->addresses++;
	group->mails += seen->mails;
	group->spf_aligned += seen->spf_aligned;
	group->dkim_aligned += seen->dkim_aligned;
	group->passed += seen->passed;
	group->forwarded += seen->forwarded;
}

static int
by_mails(const void *a, const void *b)
{
	const struct group *x = a;
	const struct group *y = b;

	if (x->mails != y->mails)
		return x->mails > y->mails ? -1 : 1;
	return memcmp(x->net.address, y->net.address, sizeof(x->net.address));
}

/* The groups of a domain's sources. Returns how many. */
static size_t
make_groups(const struct bs_spf_sources *sources, const char *domain,
    struct group *groups)
{
	size_t count = 0;
	size_t at;

	for (size_t i = 0; i < sources->count; i++) {
		const struct bs_spf_source *source = &sources->list[i];

		if (!source->is_checked ||
		    strcmp(source->seen->domain, domain) != 0)
			continue;
		for (at = 0; at < count && !belongs(&groups[at], source); at++)
			;
		if (at == count) {
			memset(&groups[at], 0, sizeof(groups[at]));
			groups[at].first = source;
			groups[at].net = net_of(source->seen, true);
			count++;
		}
		join(&groups[at], source->seen);
	}
	qsort(groups, count, sizeof(*groups), by_mails);
	return count;
}

static unsigned
percent(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 0 : (unsigned)(part * 100 / whole);
}

static void
print_group(const struct group *group)
{
	const struct bs_spf_source *first = group->first;
	const struct bs_spf_net net = net_of(first->seen,
	    group->addresses > 1 && first->provider == NULL);
	char text[BS_SPF_NET_TEXT];

	bs_print(stdout, "%9llu  %3u%%  %3u%%  %-9s  %s",
	    (unsigned long long)group->mails,
	    percent(group->spf_aligned, group->mails),
	    percent(group->dkim_aligned, group->mails),
	    bs_spf_result_name(first->now), bs_spf_net_text(&net, text));
	if (group->addresses > 1)
		bs_print(stdout,
		    first->provider != NULL ? " and %zu more"
					    : " (%zu addresses)",
		    group->addresses - (first->provider != NULL));
	if (first->provider != NULL)
		bs_print(stdout, ", %s (include:%s)", first->provider->name,
		    first->provider->include);
	else if (first->name[0] != '\0')
		bs_print(stdout, ", %s", first->name);
	if (strcmp(first->domain, first->seen->domain) != 0)
		bs_print(stdout, ", by the record of %s", first->domain);
	if (group->forwarded > 0)
		bs_print(stdout, ", %u%% forwarded",
		    percent(group->forwarded, group->mails));
	puts("");
}

/* What is to be done about those that today's record does not pass. */
static void
print_advice(const struct group *groups, size_t count, const char *domain)
{
	uint64_t by_dkim = 0;
	uint64_t lost = 0;
	uint64_t by_spf = 0;

	for (size_t i = 0; i < count; i++) {
		const struct group *group = &groups[i];

		if (group->first->now == BS_SPF_PASS)
			continue;
		by_spf += group->spf_aligned;
		by_dkim += group->dkim_aligned;
		lost += group->mails - group->passed;
	}
	if (by_spf > 0)
		bs_print(stdout,
		    "  %llu mails passed SPF when they were sent, and would "
		    "not now.\n",
		    (unsigned long long)by_spf);
	if (by_dkim > 0)
		bs_print(stdout,
		    "  %llu mails from sources that the record does not pass "
		    "have a DKIM signature of the domain: for DMARC these need "
		    "no SPF.\n",
		    (unsigned long long)by_dkim);
	if (lost > 0)
		bs_print(stdout,
		    "  %llu mails passed by neither: forgers, forwarders, or "
		    "senders of yours that nobody told you of. Those of yours "
		    "belong in the record: backstop spf make %s --reports FILE\n",
		    (unsigned long long)lost, domain);
}

static void
print_domain(const struct bs_spf_sources *sources, const char *domain,
    struct group *groups)
{
	size_t count = make_groups(sources, domain, groups);
	uint64_t mails = 0;
	uint64_t rest = 0;

	for (size_t i = 0; i < count; i++) {
		mails += groups[i].mails;
		rest += i < LINES_MAX ? 0 : groups[i].mails;
	}
	bs_print(stdout, "\n%s: %llu mails\n", domain,
	    (unsigned long long)mails);
	puts("    mails   SPF  DKIM  now        source");
	for (size_t i = 0; i < count && i < LINES_MAX; i++)
		print_group(&groups[i]);
	if (count > LINES_MAX)
		bs_print(stdout,
		    "%9llu                         from %zu more "
		    "(--json shows all)\n",
		    (unsigned long long)rest, count - LINES_MAX);
	print_advice(groups, count, domain);
}

static bool
is_first_of_domain(const struct bs_spf_sources *sources, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(sources->list[i].seen->domain,
			sources->list[at].seen->domain) == 0)
			return false;
	return sources->list[at].is_checked;
}

/* What is not known by its source. */
static void
print_others(const struct bs_report_tally *tally)
{
	if (tally->other_mails == 0)
		return;
	bs_print(stdout,
	    "\n%llu mail%s came from still more sources, which are not told "
	    "apart, as the reports\nname more than %d: none of these sent more "
	    "than %llu, and a source above may have\nsent up to %llu more than "
	    "it says.\n",
	    (unsigned long long)tally->other_mails,
	    bs_plural(tally->other_mails), BS_REPORT_SOURCES_MAX,
	    (unsigned long long)tally->missed_max,
	    (unsigned long long)tally->missed_max);
}

void
bs_spf_sources_print(const struct bs_spf_sources *sources)
{
	const struct bs_reports *reports = &sources->reports;
	size_t checked = 0;
	uint64_t unchecked_mails = 0;
	struct group *groups =
	    bs_spf_array(NULL, sources->count + 1, sizeof(*groups));
	char begin[BS_TIME_TEXT];
	char end[BS_TIME_TEXT];

	bs_print(stdout, "%u report%s of %llu mails", reports->reports,
	    reports->reports == 1 ? "" : "s",
	    (unsigned long long)reports->mails);
	if (reports->begin > 0 && reports->end > 0)
		bs_print(stdout, ", %.10s to %.10s",
		    bs_time_text(reports->begin, begin),
		    bs_time_text(reports->end, end));
	puts("");
	if (reports->repeated > 0)
		bs_print(stdout,
		    "%u report%s came again, and %s counted once.\n",
		    reports->repeated, bs_plural(reports->repeated),
		    reports->repeated == 1 ? "is" : "are");
	for (size_t i = 0; i < sources->count; i++) {
		if (is_first_of_domain(sources, i))
			print_domain(sources, sources->list[i].seen->domain,
			    groups);
		if (sources->list[i].is_checked)
			checked++;
		else
			unchecked_mails += sources->list[i].seen->mails;
	}
	if (checked < sources->count)
		bs_print(stdout,
		    "\n%zu sources with fewest mails, %llu in all, were not "
		    "looked up (--json names them).\n",
		    sources->count - checked,
		    (unsigned long long)unchecked_mails);
	print_others(&reports->tally);
	if (sources->count > 0)
		puts("\nSPF and DKIM: of the mails, those that passed DMARC by "
		     "it. now: what the record\nin DNS says today of the "
		     "source.");
	free(groups);
}

static struct bs_json *
reporters_json(const struct bs_reports *reports,
    const struct bs_report_source *seen)
{
	struct bs_json *array = bs_json_array();

	for (size_t i = 0; i < seen->reporter_count; i++)
		bs_json_append_text(array,
		    reports->reporters[seen->reporters[i]]);
	return array;
}

static struct bs_json *
json_of(const struct bs_reports *reports, const struct bs_spf_source *source)
{
	const struct bs_report_source *seen = source->seen;
	const struct bs_spf_net net = net_of(seen, false);
	struct bs_json *object = bs_json_object();
	char text[BS_SPF_NET_TEXT];

	bs_json_text(object, "domain", seen->domain);
	bs_json_text(object, "address", bs_spf_net_text(&net, text));
	bs_json_text(object, "name",
	    source->name[0] == '\0' ? NULL : source->name);
	bs_json_text(object, "provider",
	    source->provider == NULL ? NULL : source->provider->name);
	bs_json_text(object, "include",
	    source->provider == NULL ? NULL : source->provider->include);
	bs_json_number(object, "mails", (int64_t)seen->mails);
	bs_json_number(object, "missed", (int64_t)seen->missed);
	bs_json_number(object, "spf_aligned", (int64_t)seen->spf_aligned);
	bs_json_number(object, "dkim_aligned", (int64_t)seen->dkim_aligned);
	bs_json_number(object, "passed", (int64_t)seen->passed);
	bs_json_number(object, "forwarded", (int64_t)seen->forwarded);
	bs_json_number(object, "quarantined",
	    (int64_t)seen->fates[BS_REPORT_QUARANTINED]);
	bs_json_number(object, "rejected",
	    (int64_t)seen->fates[BS_REPORT_REJECTED]);
	bs_json_text(object, "spf_domain",
	    seen->spf_domain[0] == '\0' ? NULL : seen->spf_domain);
	bs_json_text(object, "dkim_domain",
	    seen->dkim_domain[0] == '\0' ? NULL : seen->dkim_domain);
	bs_json_text(object, "now",
	    source->is_checked ? bs_spf_result_name(source->now) : NULL);
	bs_json_text(object, "mechanism",
	    source->mechanism[0] == '\0' ? NULL : source->mechanism);
	bs_json_put(object, "reporters", reporters_json(reports, seen));
	bs_json_time(object, "begin", seen->begin);
	bs_json_time(object, "end", seen->end);
	return object;
}

void
bs_spf_sources_json(const struct bs_spf_sources *sources)
{
	const struct bs_reports *reports = &sources->reports;
	struct bs_json *object = bs_json_object();
	struct bs_json *list = bs_json_array();

	bs_json_number(object, "files", reports->files);
	bs_json_number(object, "reports", reports->reports);
	bs_json_number(object, "repeated", reports->repeated);
	bs_json_number(object, "faults", reports->faults);
	bs_json_number(object, "mails", (int64_t)reports->mails);
	bs_json_number(object, "other_mails",
	    (int64_t)reports->tally.other_mails);
	bs_json_time(object, "begin", reports->begin);
	bs_json_time(object, "end", reports->end);
	for (size_t i = 0; i < sources->count; i++)
		bs_json_append(list, json_of(reports, &sources->list[i]));
	bs_json_put(object, "sources", list);
	bs_json_print(object);
}
