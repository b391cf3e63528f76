/* The words of SPF (RFC 7208); what a check is asked, and what it finds. */
#ifndef BS_POLICY_SPF_WORDS_H
#define BS_POLICY_SPF_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

/* RFC 7208 §2.6. */
enum bs_spf_result {
	BS_SPF_NONE,
	BS_SPF_NEUTRAL,
	BS_SPF_PASS,
	BS_SPF_FAIL,
	BS_SPF_SOFTFAIL,
	BS_SPF_TEMPERROR,
	BS_SPF_PERMERROR,
};
#define BS_SPF_RESULTS 7

enum bs_spf_identity {
	BS_SPF_HELO,	 /* RFC 7208 §2.3: postmaster@HELO */
	BS_SPF_MAILFROM, /* §2.4; postmaster@HELO for the null reverse-path */
};

/* Octets of an explanation with its NUL; a longer one is cut. */
#define BS_SPF_EXPLANATION_MAX 512

/* One check, RFC 7208 §4.1. Strings are NUL-terminated. */
struct bs_spf_query {
	enum bs_spf_identity identity;
	char client[BS_HOST_MAX]; /* address of either family, no brackets */
	char helo[BS_HOST_MAX];
	char sender[BS_ADDRESS_MAX]; /* empty: the null reverse-path */
	char receiver[BS_HOST_MAX];  /* our name, for %{r} in explanations */
	unsigned deadline_ms;
};

/* What a check found. Strings are NUL-terminated, empty where there is
 * nothing to say, printable ASCII. */
struct bs_spf_finding {
	enum bs_spf_result result;
	enum bs_spf_identity identity;
	char domain[BS_HOST_MAX];    /* whose record was asked for first */
	char sender[BS_ADDRESS_MAX]; /* as it was checked, never empty */
	char mechanism[BS_HOST_MAX]; /* the term that matched; "default"
				      * where none did */
	char problem[160];	     /* of none, temperror and permerror */
	char explanation[BS_SPF_EXPLANATION_MAX]; /* of a fail, by its domain */
	bool denies_all;     /* the deciding record ends in -all */
	unsigned lookups;    /* terms that ask DNS; RFC 7208 §4.6.4: 10 */
	unsigned voids;	     /* of their answers, those without records */
	unsigned queries;    /* sent or found in the cache */
	unsigned elapsed_ms; /* from the question to the answer */
};

/* The domain whose record is asked for first (RFC 7208 §2.4); a view. */
const char *bs_spf_query_domain(const struct bs_spf_query *query);

/* Makes printable ASCII of what strangers wrote, for replies and fields. */
void bs_spf_clean(char *text);

/* Writes the finding of a check that could not be made: temperror, and why. */
void bs_spf_finding_fail(const struct bs_spf_query *query, const char *why,
    struct bs_spf_finding *out);

/* "none", "neutral" ...; never NULL. bs_spf_result_parse() returns 0 or
 * -EINVAL. */
const char *bs_spf_result_name(enum bs_spf_result result);
BS_MUST_USE int bs_spf_result_parse(const char *text, enum bs_spf_result *out);

/* "helo" or "mailfrom", as RFC 7208 §9.1 has them. */
const char *bs_spf_identity_name(enum bs_spf_identity identity);

#endif
