/* The settings of backstop.conf in memory: what they say of a domain or a
 * client. */
#ifndef BS_CONFIG_CONFIG_H
#define BS_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/base/netblock.h"
#include "common/policy/bounce.h"
#include "common/policy/spf.h"
#include "common/keys/tag.h"
#include "common/config/words.h"

#define BS_LIFETIME_MIN_DAYS 2
#define BS_LIFETIME_MAX_DAYS 60
#define BS_PROBE_LIMIT_MAX 1000000
#define BS_SPF_DEADLINE_MAX_SECONDS 60

/* What may differ by domain. */
struct bs_domain {
	char *name; /* lower case */
	bool sign;
	bool strict;
	bool outbound_here;
	enum bs_mode mode;
	enum bs_tag_form form;
	struct bs_words exempt; /* canonical addresses, '*' any run */
};

/* [spf] and [dns]. */
struct bs_spf_config {
	bool check;
	bool has_mode; /* it was given; else rules.mode is the host's */
	struct bs_spf_rules rules;
	struct bs_words forwarders; /* lower case */
	size_t skip_count;
	struct bs_netblock *skip;
	size_t results_from_count;
	struct bs_netblock *results_from; /* hosts that add fields for us */
	bool received_spf;		  /* which header fields are added */
	bool auth_results;
	char *authserv_id; /* empty: the host's name */
	unsigned deadline_seconds;
	struct bs_words servers; /* address or address:port, [v6]:port */
};

struct bs_config {
	uint64_t digest; /* of the text it was read from; never 0 */
	size_t domain_count;
	struct bs_domain *domains; /* sorted by name */
	size_t trusted_count;
	struct bs_netblock *trusted;
	size_t gateway_count;
	struct bs_netblock *gateways;
	unsigned lifetime_days;
	bool messages;	      /* remember Message-IDs of what is sent */
	unsigned probe_limit; /* an hour and client; 0: none */
	enum bs_keep report;  /* what is kept for "backstop report" */
	char *state;	      /* folder */
	char *socket;	      /* of the engine */
	char *user;
	struct bs_words clients; /* users who may ask */
	struct bs_spf_config spf;
};

/* Takes NULL. */
void bs_config_free(struct bs_config *config);

/* The settings of a domain of ours, in any case, or NULL. A view. */
const struct bs_domain *bs_config_domain(const struct bs_config *config,
    const char *domain, size_t len);

/* Whether mail of this canonical address leaves unsigned on purpose. */
bool bs_domain_exempts(const struct bs_domain *domain, const char *canonical);

/* Whether an address (text, without brackets) is in our networks. */
bool bs_config_trusts(const struct bs_config *config, const char *client);

/* Whether an address is one that relays other people's bounces to us. */
bool bs_config_is_gateway(const struct bs_config *config, const char *client);

/* Whether an address is one that adds Authentication-Results for us. */
bool bs_config_adds_results(const struct bs_config *config, const char *client);

/* Whether SPF is not asked about an address: it is trusted, a gateway or
 * among those to skip. Returns why, a constant word, or NULL. */
const char *bs_config_spf_skips(const struct bs_config *config,
    const char *client);

/* Whether a domain is a trusted forwarder's, or lies below one. */
bool bs_config_is_forwarder(const struct bs_config *config, const char *domain);

#endif
