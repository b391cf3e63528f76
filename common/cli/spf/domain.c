/* A domain that was typed. */
#include <arpa/inet.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/ascii.h"
#include "common/cli/output.h"
#include "common/cli/spf/domain.h"
#include "common/dns/reply.h"
#include "common/spf/record.h"

/* The domain in an address of mail or of a web page; empty where there is
 * none. */
static void
find_domain(const char *typed, char out[static BS_HOST_MAX])
{
	const char *at = strrchr(typed, '@');
	const char *scheme = strstr(typed, "://");
	size_t len;

	out[0] = '\0';
	if (at == NULL && scheme == NULL)
		return;
	typed = at != NULL ? at + 1 : scheme + 3;
	len = strcspn(typed, "/:>?# ");
	if (len == 0 || len >= BS_HOST_MAX)
		return;
	memcpy(out, typed, len);
	out[len] = '\0';
	if (!bs_dns_is_name(out))
		out[0] = '\0';
}

static bool
is_address(const char *typed)
{
	uint8_t address[16];

	return inet_pton(AF_INET, typed, address) == 1 ||
	       inet_pton(AF_INET6, typed, address) == 1;
}

int
bs_spf_domain_check(const char *typed, bool takes_record)
{
	static const char version[] = "v=spf1";
	char domain[BS_HOST_MAX];

	find_domain(typed, domain);
	if (domain[0] != '\0')
		bs_complain("%.200s: is an address; its domain is %s", typed,
		    domain);
	else if (strlen(typed) >= sizeof(version) - 1 &&
		 bs_ascii_same(typed, version, sizeof(version) - 1))
		bs_complain("%.200s: is a record, no domain%s", typed,
		    takes_record ? "; use --record: backstop spf lint "
				   "--record 'v=spf1 ...' --domain example.org"
				 : "");
	else if (is_address(typed))
		bs_complain("%.200s: is the address of a host; name the domain "
			    "behind the @ of its mail",
		    typed);
	else if (!bs_dns_is_name(typed) || strchr(typed, ' ') != NULL)
		bs_complain("%.200s: is no domain (as example.org)%s", typed,
		    takes_record ? "; a record stands behind --record" : "");
	else
		return 0;
	return EX_USAGE;
}
