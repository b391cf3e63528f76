/* The words of SPF (RFC 7208); what a check is asked, and what it finds. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/policy/spf_words.h"

static const char *const names[BS_SPF_RESULTS] = {
    [BS_SPF_NONE] = "none",
    [BS_SPF_NEUTRAL] = "neutral",
    [BS_SPF_PASS] = "pass",
    [BS_SPF_FAIL] = "fail",
    [BS_SPF_SOFTFAIL] = "softfail",
    [BS_SPF_TEMPERROR] = "temperror",
    [BS_SPF_PERMERROR] = "permerror",
};

const char *
bs_spf_result_name(enum bs_spf_result result)
{
	return (unsigned)result < BS_SPF_RESULTS ? names[result] : "none";
}

int
bs_spf_result_parse(const char *text, enum bs_spf_result *out)
{
	for (unsigned i = 0; i < BS_SPF_RESULTS; i++)
		if (strcmp(text, names[i]) == 0) {
			*out = (enum bs_spf_result)i;
			return 0;
		}
	return -EINVAL;
}

const char *
bs_spf_identity_name(enum bs_spf_identity identity)
{
	return identity == BS_SPF_HELO ? "helo" : "mailfrom";
}

const char *
bs_spf_query_domain(const struct bs_spf_query *query)
{
	const char *at = strrchr(query->sender, '@');

	if (query->identity == BS_SPF_HELO || query->sender[0] == '\0')
		return query->helo;
	return at == NULL ? query->sender : at + 1;
}

void
bs_spf_finding_fail(const struct bs_spf_query *query, const char *why,
    struct bs_spf_finding *out)
{
	const char *domain = bs_spf_query_domain(query);
	bool has_local = query->identity == BS_SPF_MAILFROM &&
			 strchr(query->sender, '@') != NULL;

	memset(out, 0, sizeof(*out));
	out->result = BS_SPF_TEMPERROR;
	out->identity = query->identity;
	snprintf(out->domain, sizeof(out->domain), "%.255s", domain);
	snprintf(out->sender, sizeof(out->sender), "%s%.500s",
	    has_local ? "" : "postmaster@", has_local ? query->sender : domain);
	snprintf(out->problem, sizeof(out->problem), "%s", why);
	bs_spf_clean(out->domain);
	bs_spf_clean(out->sender);
}

void
bs_spf_clean(char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}
