/* The settings in memory: what they say of a domain or a client. */
#include <stdlib.h>
#include <string.h>

#include "common/config/config.h"
#include "common/base/ascii.h"

void
bs_config_free(struct bs_config *config)
{
	if (config == NULL)
		return;
	for (size_t i = 0; i < config->domain_count; i++) {
		free(config->domains[i].name);
		bs_words_clear(&config->domains[i].exempt);
	}
	free(config->domains);
	free(config->trusted);
	free(config->gateways);
	free(config->state);
	free(config->socket);
	free(config->user);
	bs_words_clear(&config->clients);
	bs_words_clear(&config->spf.forwarders);
	bs_words_clear(&config->spf.servers);
	free(config->spf.skip);
	free(config->spf.results_from);
	free(config->spf.authserv_id);
	free(config);
}

/* Orders a name that need not end in a NUL, of any case, against a lower-case
 * string. */
static int
compare_name(const char *name, size_t len, const char *string)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char a = (unsigned char)bs_ascii_lower(name[i]);
		unsigned char b = (unsigned char)string[i];

		if (a != b)
			return a < b ? -1 : 1;
		/* a NUL in the name would run past the end of the string */
		if (b == '\0')
			return 1;
	}
	return string[len] == '\0' ? 0 : -1;
}

const struct bs_domain *
bs_config_domain(const struct bs_config *config, const char *domain, size_t len)
{
	size_t low = 0;
	size_t high = config->domain_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct bs_domain *found = &config->domains[middle];
		int order = compare_name(domain, len, found->name);

		if (order == 0)
			return found;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

bool
bs_domain_exempts(const struct bs_domain *domain, const char *canonical)
{
	for (size_t i = 0; i < domain->exempt.count; i++)
		if (bs_address_matches(canonical, domain->exempt.words[i]))
			return true;
	return false;
}

static bool
is_in(const struct bs_netblock *blocks, size_t count, const char *client)
{
	for (size_t i = 0; i < count; i++)
		if (bs_netblock_has(&blocks[i], client))
			return true;
	return false;
}

bool
bs_config_trusts(const struct bs_config *config, const char *client)
{
	return is_in(config->trusted, config->trusted_count, client);
}

bool
bs_config_is_gateway(const struct bs_config *config, const char *client)
{
	return is_in(config->gateways, config->gateway_count, client);
}

bool
bs_config_adds_results(const struct bs_config *config, const char *client)
{
	return is_in(config->spf.results_from, config->spf.results_from_count,
	    client);
}

const char *
bs_config_spf_skips(const struct bs_config *config, const char *client)
{
	if (bs_config_trusts(config, client))
		return "trusted";
	if (bs_config_is_gateway(config, client))
		return "gateway";
	if (is_in(config->spf.skip, config->spf.skip_count, client))
		return "skipped";
	return NULL;
}

bool
bs_config_is_forwarder(const struct bs_config *config, const char *domain)
{
	const struct bs_words *words = &config->spf.forwarders;
	size_t len = strlen(domain);

	for (size_t i = 0; i < words->count; i++) {
		size_t tail = strlen(words->words[i]);

		if (tail <= len &&
		    bs_ascii_same(domain + len - tail, words->words[i], tail) &&
		    (tail == len || domain[len - tail - 1] == '.'))
			return true;
	}
	return false;
}
