/* Where Exim delivers a recipient to, by its own lists of domains. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LOCAL_SCAN
#include <local_scan.h>

#include "common/base/backstop.h"
#include "exim/relay.h"

/* Exim panics if it is asked to match a list that is not defined. To expand its
 * content first does no harm. */
static bool
matches(uschar *domain, uschar *content, uschar *list)
{
	const uschar *text = expand_string(content);

	return text != NULL && *text != '\0' &&
	       lss_match_domain(domain, list) == OK;
}

enum bs_relay
bs_relay_to(const char *recipient)
{
	const char *at = strrchr(recipient, '@');
	char domain[BS_ADDRESS_MAX];

	if (at == NULL || strlen(at + 1) >= sizeof(domain))
		return BS_RELAY_HERE;
	snprintf(domain, sizeof(domain), "%s", at + 1);
	if (matches(US domain, US "${listnamed_d:local_domains}",
		US "+local_domains"))
		return BS_RELAY_HERE;
	if (matches(US domain, US "${listnamed_d:relay_to_domains}",
		US "+relay_to_domains"))
		return BS_RELAY_NEXT;
	return BS_RELAY_BEYOND;
}
