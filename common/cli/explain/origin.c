/* From where the returned mail came, and whether that is us. */
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/netblock.h"
#include "common/cli/explain/origin.h"
#include "common/config/config.h"

static bool
is_private(const char *address)
{
	static const char *const networks[] = {"127.0.0.0/8", "10.0.0.0/8",
	    "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
	    "100.64.0.0/10", "::1/128", "fc00::/7", "fe80::/10"};
	struct bs_netblock block;

	for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++)
		if (bs_netblock_parse(networks[i], &block) == 0 &&
		    bs_netblock_has(&block, address))
			return true;
	return false;
}

/* Whether it is an address of this host. */
static bool
is_of_this_host(const char *address)
{
	struct ifaddrs *list;
	bool found = false;

	if (getifaddrs(&list) != 0)
		return false;
	for (struct ifaddrs *at = list; at != NULL && !found;
	     at = at->ifa_next) {
		char text[NI_MAXHOST];
		struct bs_netblock block;
		socklen_t len;

		if (at->ifa_addr == NULL ||
		    (at->ifa_addr->sa_family != AF_INET &&
			at->ifa_addr->sa_family != AF_INET6))
			continue;
		len = at->ifa_addr->sa_family == AF_INET
			  ? sizeof(struct sockaddr_in)
			  : sizeof(struct sockaddr_in6);
		found = getnameinfo(at->ifa_addr, len, text, sizeof(text), NULL,
			    0, NI_NUMERICHOST) == 0 &&
			bs_netblock_parse(text, &block) == 0 &&
			bs_netblock_has(&block, address);
	}
	freeifaddrs(list);
	return found;
}

/* Whether a host bears the name of a domain of ours, or one in it. */
static bool
is_our_name(const struct bs_config *config, const char *host)
{
	for (const char *at = host; at != NULL && *at != '\0';
	     at = strchr(at, '.')) {
		if (*at == '.')
			at++;
		if (bs_config_domain(config, at, strlen(at)) != NULL)
			return true;
	}
	return false;
}

/* Whether a mail server of ours wrote the notice, by its own word. */
static bool
is_our_notice(const struct bs_explained *explained)
{
	const struct bs_dsn_facts *facts = &explained->message->facts;
	const char *at = strrchr(facts->own_from, '@');

	return is_our_name(explained->ground->config, facts->reporting_mta) ||
	       (at != NULL && is_our_name(explained->ground->config, at + 1));
}

/* From where the returned mail came: the last hop outside of private networks.
 * Fields below that one may be made up by the sender. */
void
bs_explain_origin(struct bs_explained *out)
{
	const struct bs_list *received = &out->message->facts.received;
	const struct bs_config *config = out->ground->config;
	const char *hop = NULL;
	struct bs_netblock host;

	out->notice_is_ours = config != NULL && is_our_notice(out);
	while ((hop = bs_list_next(received, hop)) != NULL)
		if (bs_netblock_parse(hop, &host) == 0 && !is_private(hop))
			break;
	if (hop == NULL)
		return;
	snprintf(out->origin, sizeof(out->origin), "%s", hop);
	out->origin_is_ours =
	    config != NULL &&
	    (bs_config_trusts(config, hop) || is_of_this_host(hop));
}
