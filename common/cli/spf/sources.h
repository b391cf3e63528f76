/* backstop spf sources: who sends in the name of a domain, by the reports of
 * those who got the mails. */
#ifndef BS_CLI_SPF_SOURCES_H
#define BS_CLI_SPF_SOURCES_H

#include "common/cli/cli.h"
#include "common/reports/reader.h"
#include "common/spf/lint/provider.h"

/* What is known of a source besides its reports. */
struct bs_spf_source {
	const struct bs_report_source *seen;
	const char *domain; /* whose record decides: that of the envelope, if
			     * DMARC takes it for the domain's own */
	bool is_checked;
	enum bs_spf_result now;			/* by today's record */
	char mechanism[BS_HOST_MAX];		/* that matched, or empty */
	const struct bs_spf_provider *provider; /* or NULL */
	char name[BS_HOST_MAX]; /* by its PTR record, or empty */
};

/* Sources with more are not looked at: reports name many forgers. */
#define BS_SPF_SOURCES_MAX 2000

/* Sources of all domains, or of one and those below it; most mails first. */
struct bs_spf_sources {
	struct bs_reports reports;
	size_t count;
	struct bs_spf_source *list;
};

/* Reads files and complains of what it cannot read; domain NULL: all. Returns
 * 0, or an exit status after the complaint; free it in any case. */
BS_MUST_USE int bs_spf_sources_read(char *const *files, size_t count,
    const char *domain, struct bs_spf_sources *out);

/* Asks DNS about them: now, mechanism, provider and name. Returns 0, or an exit
 * status after the complaint. */
BS_MUST_USE int bs_spf_sources_ask(const struct bs_call *call,
    struct bs_spf_sources *sources);

/* Who told of a source, and when: "google.com and Yahoo, 2026-11-01 to
 * 2026-11-02". Returns out. */
#define BS_SPF_TOLD_BY (BS_REPORT_NAMED * (BS_REPORT_TEXT + 8) + 64)
const char *bs_spf_sources_told_by(const struct bs_reports *reports,
    const struct bs_report_source *seen, char out[static BS_SPF_TOLD_BY]);

void bs_spf_sources_free(struct bs_spf_sources *sources);

int bs_cmd_spf_sources(const struct bs_call *call);

#endif
