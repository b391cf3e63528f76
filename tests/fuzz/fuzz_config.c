/* Any octets as backstop.conf: an answer, its mistakes in order, no more. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct report {
	unsigned last_line;
	size_t faults;
};

static void
take(void *context, const struct bs_fault *fault, bool is_warning)
{
	struct report *report = context;

	if (fault->line != 0 && fault->line < report->last_line)
		abort();
	report->last_line = fault->line;
	if (memchr(fault->text, '\0', sizeof(fault->text)) == NULL ||
	    fault->text[0] == '\0')
		abort();
	if (!is_warning)
		report->faults++;
}

/* What is taken holds what others rely on. */
static void
check(const struct bs_config *config)
{
	for (size_t i = 0; i < config->domain_count; i++) {
		const struct bs_domain *domain = &config->domains[i];

		if (bs_config_domain(config, domain->name,
			strlen(domain->name)) != domain)
			abort();
		for (size_t j = 0; j < domain->exempt.count; j++)
			(void)bs_domain_exempts(domain,
			    domain->exempt.words[j]);
	}
	for (size_t i = 0; i < config->trusted_count; i++)
		if (config->trusted[i].prefix > 128)
			abort();
	(void)bs_config_trusts(config, "192.0.2.1");
	(void)bs_config_trusts(config, "2001:db8::1");
	if (config->state[0] != '/' || config->socket[0] != '/' ||
	    config->user[0] == '\0' ||
	    config->lifetime_days < BS_LIFETIME_MIN_DAYS ||
	    config->lifetime_days > BS_LIFETIME_MAX_DAYS)
		abort();
	(void)bs_config_is_forwarder(config, "mx.forwarder.example");
	(void)bs_config_spf_skips(config, "192.0.2.1");
	if (config->spf.authserv_id == NULL ||
	    config->spf.deadline_seconds == 0 ||
	    config->spf.deadline_seconds > BS_SPF_DEADLINE_MAX_SECONDS)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report report = {0};
	struct bs_config *config = NULL;
	int rc =
	    bs_config_parse((const char *)data, size, &config, take, &report);

	if (rc != 0 && rc != -EINVAL && rc != -ENOMEM)
		abort();
	if ((rc == 0) != (config != NULL) ||
	    (rc != -ENOMEM && (rc == 0) != (report.faults == 0)))
		abort();
	if (config != NULL)
		check(config);
	bs_config_free(config);
	return 0;
}
