/* backstop spf sources: who sends in the name of a domain, by the reports of
 * those who got the mails. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/cli/output.h"
#include "common/cli/spf/batch.h"
#include "common/cli/spf/domain.h"
#include "common/cli/spf/lookup.h"
#include "common/cli/spf/sources.h"
#include "common/cli/spf/sources_show.h"
#include "common/cli/spf/tree.h"
#include "common/reports/value.h"
#include "common/spf/names.h"

/* Sources whose provider and name are looked for. */
#define PROVIDERS_MAX 200
#define NAMES_MAX 100

static void
complain(void *context, const char *path, const struct bs_fault *fault)
{
	(void)context;
	if (fault->line > 0)
		bs_complain("%.300s: line %u: %s", path, fault->line,
		    fault->text);
	else
		bs_complain("%.300s: %s", path, fault->text);
}

/* Many files take a while. */
static void
show_progress(void *context, const char *path, const struct bs_reports *so_far)
{
	(void)context;
	(void)path;
	if (so_far->files % 20 != 19 || !isatty(STDERR_FILENO))
		return;
	fputs("\r", stderr);
	bs_print(stderr, "reading: %u files, %u reports", so_far->files + 1,
	    so_far->reports);
}

/* Whether a source is of the domain, or of one below it. */
static bool
is_of(const struct bs_report_source *source, const char *domain)
{
	size_t len = strlen(source->domain);
	size_t domain_len = domain == NULL ? 0 : strlen(domain);

	return domain == NULL ||
	       (len >= domain_len &&
		   strcmp(source->domain + len - domain_len, domain) == 0 &&
		   (len == domain_len ||
		       source->domain[len - domain_len - 1] == '.'));
}

static const char *
domain_of(const struct bs_report_source *seen)
{
	return seen->spf_domain[0] != '\0' &&
		       bs_report_aligns(seen->spf_domain, seen->domain)
		   ? seen->spf_domain
		   : seen->domain;
}

static void
choose(struct bs_spf_sources *sources, const char *domain)
{
	char folded[BS_HOST_MAX];

	bs_report_domain(domain == NULL ? "" : domain, folded);
	sources->list = bs_spf_array(NULL, sources->reports.tally.count + 1,
	    sizeof(*sources->list));
	for (size_t i = 0; i < sources->reports.tally.count; i++) {
		const struct bs_report_source *seen =
		    &sources->reports.tally.list[i];

		if (is_of(seen, domain == NULL ? NULL : folded))
			sources->list[sources->count++] =
			    (struct bs_spf_source){.seen = seen,
				.domain = domain_of(seen)};
	}
}

int
bs_spf_sources_read(char *const *files, size_t count, const char *domain,
    struct bs_spf_sources *out)
{
	static const struct bs_report_listener listener = {.complain = complain,
	    .begin = show_progress};
	int status = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < count; i++) {
		int rc = bs_reports_read(files[i], &out->reports, &listener);

		if (rc == 0)
			continue;
		bs_complain("%.300s: %s", files[i], strerror(-rc));
		status = EX_NOINPUT;
	}
	if (out->reports.files >= 20 && isatty(STDERR_FILENO))
		fputc('\n', stderr);
	bs_reports_sort(&out->reports);
	choose(out, domain);
	if (status == 0 && out->reports.reports == 0) {
		bs_complain("no report was read");
		status = BS_EXIT_UNKNOWN;
	}
	return status;
}

const char *
bs_spf_sources_told_by(const struct bs_reports *reports,
    const struct bs_report_source *seen, char out[static BS_SPF_TOLD_BY])
{
	char begin[BS_TIME_TEXT];
	char end[BS_TIME_TEXT];
	size_t len = 0;

	for (size_t i = 0; i < seen->reporter_count; i++) {
		const char *name = reports->reporters[seen->reporters[i]];
		const char *lead = ", ";

		if (i == 0)
			lead = "";
		else if (i + 1 == seen->reporter_count &&
			 !seen->has_more_reporters)
			lead = " and ";
		len += (size_t)snprintf(out + len, BS_SPF_TOLD_BY - len, "%s%s",
		    lead, name[0] == '\0' ? "one without a name" : name);
	}
	if (seen->has_more_reporters || len == 0)
		len += (size_t)snprintf(out + len, BS_SPF_TOLD_BY - len, "%s",
		    len == 0 ? "others" : " and others");
	if (seen->begin > 0 && seen->end > 0)
		snprintf(out + len, BS_SPF_TOLD_BY - len, ", %.10s to %.10s",
		    bs_time_text(seen->begin, begin),
		    bs_time_text(seen->end, end));
	return out;
}

void
bs_spf_sources_free(struct bs_spf_sources *sources)
{
	free(sources->list);
	bs_reports_free(&sources->reports);
}

/* The first checks are of the domains' own records, the others of providers:
 * each source with each of them. */
struct asking {
	struct bs_spf_sources *sources;
	size_t count; /* of sources that are checked */
	size_t providers;
};

/* The provider that a check is about. */
static const struct bs_spf_provider *
provider_of(const struct asking *asking, size_t n)
{
	return bs_spf_provider_at((n - asking->count) % asking->providers);
}

static void
write_address(const struct bs_report_source *seen, char *out, size_t size)
{
	if (inet_ntop(seen->is_ip6 ? AF_INET6 : AF_INET, seen->address, out,
		(socklen_t)size) == NULL)
		out[0] = '\0';
}

static void
ask(void *context, size_t n, struct bs_spf_query *query)
{
	const struct asking *asking = context;
	bool is_own = n < asking->count;
	size_t at = is_own ? n : (n - asking->count) / asking->providers;
	const struct bs_report_source *seen = asking->sources->list[at].seen;
	const char *domain = is_own ? asking->sources->list[at].domain
				    : provider_of(asking, n)->include;

	query->identity = BS_SPF_MAILFROM;
	write_address(seen, query->client, sizeof(query->client));
	snprintf(query->helo, sizeof(query->helo), "%s", domain);
	snprintf(query->sender, sizeof(query->sender), "postmaster@%s", domain);
}

static void
found(void *context, size_t n, const struct bs_spf_finding *finding)
{
	const struct asking *asking = context;
	struct bs_spf_source *source;

	if (n < asking->count) {
		source = &asking->sources->list[n];
		source->is_checked = true;
		source->now = finding->result;
		snprintf(source->mechanism, sizeof(source->mechanism), "%s",
		    finding->mechanism);
		return;
	}
	source =
	    &asking->sources->list[(n - asking->count) / asking->providers];
	if (source->provider == NULL && finding->result == BS_SPF_PASS)
		source->provider = provider_of(asking, n);
}

static void
name_sources(struct bs_lookup *lookup, struct bs_spf_sources *sources)
{
	for (size_t i = 0; i < sources->count && i < NAMES_MAX; i++) {
		struct bs_spf_source *source = &sources->list[i];
		char name[BS_HOST_MAX];

		bs_spf_reverse_name(source->seen->is_ip6, source->seen->address,
		    name);
		if (!bs_dns_answer_name(bs_lookup_ask(lookup, name, BS_DNS_PTR),
			0, source->name))
			source->name[0] = '\0';
	}
}

int
bs_spf_sources_ask(const struct bs_call *call, struct bs_spf_sources *sources)
{
	struct asking asking = {.sources = sources};
	struct bs_spf_batch batch = {.ask = ask,
	    .found = found,
	    .context = &asking,
	    .progress = "checking"};
	struct bs_lookup *lookup;
	size_t guessed =
	    sources->count < PROVIDERS_MAX ? sources->count : PROVIDERS_MAX;
	int status;

	asking.count = sources->count < BS_SPF_SOURCES_MAX ? sources->count
							   : BS_SPF_SOURCES_MAX;
	while (bs_spf_provider_at(asking.providers) != NULL)
		asking.providers++;
	batch.count = asking.count + guessed * asking.providers;
	if ((status = bs_spf_batch(call, &batch)) != 0 ||
	    (status = bs_lookup_open(call, &lookup)) != 0)
		return status;
	name_sources(lookup, sources);
	bs_lookup_close(lookup);
	return 0;
}

int
bs_cmd_spf_sources(const struct bs_call *call)
{
	struct bs_spf_sources sources;
	int status =
	    call->domain == NULL ? 0 : bs_spf_domain_check(call->domain, false);

	if (status != 0)
		return status;
	status = bs_spf_sources_read(call->words, call->count, call->domain,
	    &sources);

	if (sources.reports.reports > 0) {
		int asked = bs_spf_sources_ask(call, &sources);

		status = status != 0 ? status : asked;
		if (call->json)
			bs_spf_sources_json(&sources);
		else
			bs_spf_sources_print(&sources);
	}
	bs_spf_sources_free(&sources);
	return status;
}
