/* Providers of mail that many domains use, and the name that each tells its
 * customers to include. */
#ifndef BS_SPF_LINT_PROVIDER_H
#define BS_SPF_LINT_PROVIDER_H

#include <stddef.h>

#include "common/base/backstop.h"

struct bs_spf_provider {
	const char *name;	/* "Google Workspace" */
	const char *short_name; /* as people type it: "google" */
	const char *include;	/* "_spf.google.com" */
	const char *hosts; /* what its MX hosts end in; NULL: it takes none */
};

/* Find the provider of an MX host, of an included name, and of what somebody
 * typed ("Mailchimp", "google workspace"). NULL: it is not known. Providers
 * change: look at the record of the name before it is proposed. */
const struct bs_spf_provider *bs_spf_provider_of_host(const char *host);
const struct bs_spf_provider *bs_spf_provider_of_include(const char *name);
const struct bs_spf_provider *bs_spf_provider_typed(const char *text);

/* The n-th of those that differ in the name to include; NULL behind the last.
 */
const struct bs_spf_provider *bs_spf_provider_at(size_t n);

#endif
