/* The closed table of what 'backstop spf lint' finds fault with. */
#ifndef BS_SPF_LINT_FLAWS_H
#define BS_SPF_LINT_FLAWS_H

#include <stddef.h>

#include "common/base/backstop.h"

enum bs_spf_weight { BS_SPF_NOTE, BS_SPF_WARNING, BS_SPF_ERROR };

/* In the order of the table. */
enum bs_spf_flaw {
	BS_SPF_DNS_FAILED,
	BS_SPF_NO_NAME,
	BS_SPF_NO_RECORD,
	BS_SPF_SEVERAL_RECORDS,
	BS_SPF_MISSPELT_VERSION,
	BS_SPF_SYNTAX,
	BS_SPF_MISSING_SPACE,
	BS_SPF_LONG_STRING,
	BS_SPF_TOO_MANY_LOOKUPS,
	BS_SPF_TOO_MANY_VOIDS,
	BS_SPF_NO_INCLUDED_RECORD,
	BS_SPF_BROKEN_INCLUDE,
	BS_SPF_LOOP,
	BS_SPF_TOO_MANY_MX,
	BS_SPF_PASSES_ALL,
	BS_SPF_MANY_LOOKUPS,
	BS_SPF_NEUTRAL_ALL,
	BS_SPF_NO_ALL,
	BS_SPF_UNREACHED,
	BS_SPF_USES_PTR,
	BS_SPF_LOCAL_PART,
	BS_SPF_NO_ADDRESS,
	BS_SPF_DUPLICATE,
	BS_SPF_EXPLANATION,
	BS_SPF_LARGE_ANSWER,
	BS_SPF_WIDE_NETWORK,
	BS_SPF_RESERVED_NETWORK,
	BS_SPF_HOST_BITS,
	BS_SPF_NO_MODIFIER,
	BS_SPF_UNKNOWN_MODIFIER,
	BS_SPF_REDUNDANT_LENGTH,
	BS_SPF_OVERLAP,
	BS_SPF_MACROS,
	BS_SPF_SHARED_ANSWER,
	BS_SPF_ALIAS,
	BS_SPF_TTL,
	BS_SPF_WILDCARD,
	BS_SPF_UNCOVERED_NAME,
	BS_SPF_OBSOLETE,
};
#define BS_SPF_FLAWS (BS_SPF_OBSOLETE + 1)

#define BS_SPF_REMARK_TEXT 240

/* One flaw of one record. */
struct bs_spf_remark {
	enum bs_spf_flaw flaw;
	size_t column; /* octets of the record before it */
	size_t len;    /* of the record; 0: it is about the whole */
	char text[BS_SPF_REMARK_TEXT]; /* what it is and what to write */
};

/* Told of each remark, which lives until it returns. */
typedef void bs_spf_tell(void *context, const struct bs_spf_remark *remark);

/* The stable word of a flaw: "too-many-lookups"; its weight; "error". */
const char *bs_spf_flaw_name(enum bs_spf_flaw flaw);
enum bs_spf_weight bs_spf_flaw_weight(enum bs_spf_flaw flaw);
const char *bs_spf_weight_name(enum bs_spf_weight weight);

#endif
