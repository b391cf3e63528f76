/* Who sends by DMARC reports, proposed to 'backstop spf make'. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/output.h"
#include "common/cli/spf/evidence.h"
#include "common/cli/spf/own.h"
#include "common/cli/spf/take.h"
#include "common/spf/lint/net.h"

/* Sources that are asked about; forgers are many. Of those that neither SPF nor
 * DKIM speaks for, only those with so many percent of the mails. */
#define ASKED_MAX 25
#define FOREIGN_PERCENT 1

static bool
is_same(const char *a, const char *b)
{
	size_t len = strlen(a);

	return len == strlen(b) && bs_ascii_same(a, b, len);
}

static struct bs_spf_net
net_of(const struct bs_report_source *seen)
{
	struct bs_spf_net net = {.is_ip6 = seen->is_ip6,
	    .prefix = seen->is_ip6 ? 128 : 32};

	memcpy(net.address, seen->address, seen->is_ip6 ? 16 : 4);
	return net;
}

/* Adds those who told of another source. */
static void
join_reporters(struct bs_report_source *sum,
    const struct bs_report_source *other)
{
	for (size_t i = 0; i < other->reporter_count; i++) {
		size_t at = 0;

		while (at < sum->reporter_count &&
		       sum->reporters[at] != other->reporters[i])
			at++;
		if (at == BS_REPORT_NAMED)
			sum->has_more_reporters = true;
		else if (at == sum->reporter_count)
			sum->reporters[sum->reporter_count++] =
			    other->reporters[i];
	}
	sum->has_more_reporters =
	    sum->has_more_reporters || other->has_more_reporters;
	if (other->begin > 0 && (sum->begin == 0 || other->begin < sum->begin))
		sum->begin = other->begin;
	if (other->end > sum->end)
		sum->end = other->end;
}

/* Sums up a source's mails into that of its provider, if it has one. */
static struct bs_report_source
sum_of(const struct bs_spf_wizard *wizard, const struct bs_spf_sources *sources,
    size_t at)
{
	const struct bs_spf_source *first = &sources->list[at];
	struct bs_report_source sum = *first->seen;

	for (size_t i = at + 1; first->provider != NULL && i < sources->count;
	     i++) {
		const struct bs_spf_source *other = &sources->list[i];

		if (other->provider != first->provider ||
		    !is_same(other->seen->domain, wizard->domain))
			continue;
		sum.mails += other->seen->mails;
		sum.spf_aligned += other->seen->spf_aligned;
		sum.dkim_aligned += other->seen->dkim_aligned;
		join_reporters(&sum, other->seen);
	}
	return sum;
}

/* Whether a source of the same provider came before. */
static bool
is_repeated(const struct bs_spf_wizard *wizard,
    const struct bs_spf_sources *sources, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (sources->list[at].provider != NULL &&
		    sources->list[i].provider == sources->list[at].provider &&
		    is_same(sources->list[i].seen->domain, wizard->domain))
			return true;
	return false;
}

/* What the return path's domain means for our record; NULL: it decides. */
static const char *
why_not_needed(const struct bs_spf_wizard *wizard,
    const struct bs_report_source *seen)
{
	if (seen->spf_domain[0] == '\0' ||
	    is_same(seen->spf_domain, wizard->domain))
		return NULL;
	if (bs_spf_wizard_is_ours(wizard, seen->spf_domain))
		return "its return path has a record of its own, which counts "
		       "in the place of this one";
	if (2 * seen->dkim_aligned >= seen->mails)
		return "its return path is another domain's, and DMARC passes "
		       "by DKIM: it needs no SPF here";
	return "its return path is another domain's, whose record counts; to "
	       "pass DMARC it must sign with DKIM";
}

/* Whether a source is an address of this host that others see. */
static bool
is_own(const struct bs_report_source *seen)
{
	struct bs_spf_own own[BS_SPF_OWN_MAX];
	size_t count = bs_spf_own_addresses(own);

	for (size_t i = 0; i < count; i++)
		if (own[i].net.is_ip6 == seen->is_ip6 &&
		    own[i].reserved == NULL &&
		    memcmp(own[i].net.address, seen->address,
			seen->is_ip6 ? 16 : 4) == 0)
			return true;
	return false;
}

/* Whether the record in DNS lets the source send now, and all else that its
 * term would let send. */
static bool
passes_now(const struct bs_spf_source *source)
{
	const struct bs_spf_provider *provider = source->provider;

	return source->is_checked && source->now == BS_SPF_PASS &&
	       (provider == NULL ||
		   (strncmp(source->mechanism, "include:", 8) == 0 &&
		       is_same(source->mechanism + 8, provider->include)));
}

/* Whether Enter takes a source in. A report is anybody's mail, and says of
 * itself who wrote it: none of them, nor many, may let somebody send whom the
 * record does not let send now. */
static bool
is_taken_by_enter(const struct bs_spf_wizard *wizard,
    const struct bs_spf_source *source, const struct bs_report_source *sum)
{
	if (why_not_needed(wizard, sum) != NULL)
		return false;
	if (passes_now(source))
		return sum->spf_aligned > 0;
	return !wizard->has_present && !wizard->is_unknown &&
	       is_own(source->seen);
}

/* What the record in DNS says of a source, as a clause. */
static const char *
now_of(const struct bs_spf_wizard *wizard, const struct bs_spf_source *source,
    char *out, size_t size)
{
	if (!wizard->has_present && !wizard->is_unknown)
		return "the domain has no record now";
	if (!source->is_checked || source->now == BS_SPF_TEMPERROR ||
	    wizard->is_unknown)
		return "what the record says of it now is not known";
	snprintf(out, size, "today's record says %s for it",
	    bs_spf_result_name(source->now));
	return out;
}

static void
show_source(const struct bs_spf_wizard *wizard,
    const struct bs_reports *reports, const struct bs_spf_source *source,
    const struct bs_report_source *sum)
{
	char told_by[BS_SPF_TOLD_BY];
	struct bs_spf_net net = net_of(source->seen);
	char text[BS_SPF_NET_TEXT];
	char now[64];
	const char *note = why_not_needed(wizard, sum);
	FILE *out = wizard->talk.out;

	bs_print(out, "\n%s",
	    source->provider != NULL ? source->provider->name
				     : bs_spf_net_text(&net, text));
	if (source->provider == NULL && source->name[0] != '\0')
		bs_print(out, " (%s)", source->name);
	bs_print(out,
	    ": %" PRIu64 " mail%s; SPF passed for %" PRIu64
	    ", DKIM of the domain for %" PRIu64 ".\n",
	    sum->mails, bs_plural(sum->mails), sum->spf_aligned,
	    sum->dkim_aligned);
	bs_print(out, "  So say reports of %s;\n  %s.\n",
	    bs_spf_sources_told_by(reports, sum, told_by),
	    now_of(wizard, source, now, sizeof(now)));
	if (sum->spf_domain[0] != '\0' && note != NULL)
		bs_print(out, "  Return path at %s: %s.\n", sum->spf_domain,
		    note);
}

/* Asks whose a source is. Returns whether it is not the domain's. */
static bool
ask_source(struct bs_spf_wizard *wizard, const struct bs_reports *reports,
    const struct bs_spf_source *source, const struct bs_report_source *sum)
{
	struct bs_spf_net net = net_of(source->seen);
	char text[BS_SPF_NET_TEXT];
	char term[BS_SPF_DRAFT_TERM];
	char question[BS_SPF_DRAFT_TERM + BS_HOST_MAX + 64];

	if (source->provider != NULL)
		snprintf(term, sizeof(term), "include:%s",
		    source->provider->include);
	else
		snprintf(term, sizeof(term), "%s:%s",
		    net.is_ip6 ? "ip6" : "ip4", bs_spf_net_text(&net, text));
	show_source(wizard, reports, source, sum);
	snprintf(question, sizeof(question),
	    "Is it yours, to send as %s? y: mine (%s), n: not mine",
	    wizard->domain, term);
	if (!bs_spf_talk_agrees(&wizard->talk, question,
		is_taken_by_enter(wizard, source, sum)))
		return true;
	if (bs_spf_wizard_add(wizard, term) && source->provider == NULL &&
	    source->name[0] != '\0')
		bs_spf_wizard_note_helo(wizard, source->name, " a");
	return false;
}

/* Whether a source is worth a question. */
static bool
is_worth_it(const struct bs_report_source *sum, uint64_t mails)
{
	return sum->spf_aligned > 0 || sum->dkim_aligned > 0 ||
	       sum->mails * 100 >= mails * FOREIGN_PERCENT;
}

void
bs_spf_wizard_evidence(struct bs_spf_wizard *wizard,
    const struct bs_spf_sources *sources)
{
	uint64_t mails = sources->reports.mails;
	uint64_t listed = 0;
	uint64_t foreign = 0;
	uint64_t rest = 0;
	unsigned asked = 0;

	bs_print(wizard->talk.out,
	    "\nReports of %" PRIu64 " mails in the name of %s or others say "
	    "who sent them. Anybody\ncan mail you a report, and write in it "
	    "what he likes: it is a hint, no proof. So Enter\ntakes in nobody "
	    "whom the record in DNS does not let send now.\n",
	    mails, wizard->domain);
	for (size_t i = 0; i < sources->count; i++) {
		const struct bs_spf_source *source = &sources->list[i];
		struct bs_spf_net net = net_of(source->seen);
		struct bs_report_source sum;

		if (!is_same(source->seen->domain, wizard->domain))
			continue;
		if (bs_spf_wizard_lets_pass(wizard, &net)) {
			listed += source->seen->mails;
			continue;
		}
		if (is_repeated(wizard, sources, i))
			continue;
		sum = sum_of(wizard, sources, i);
		if (asked == ASKED_MAX || !is_worth_it(&sum, mails))
			rest += sum.mails;
		else if (asked++,
		    ask_source(wizard, &sources->reports, source, &sum))
			foreign += sum.mails;
	}
	bs_print(wizard->talk.out,
	    "\nListed by the record: %" PRIu64 " mails; not yours, by your "
	    "word: %" PRIu64 "; not asked about,\nas too few: %" PRIu64
	    ". All of them: backstop spf sources\n",
	    listed, foreign, rest);
}
