/* The closed table of what 'backstop spf lint' finds fault with. */
#include "common/spf/lint/flaws.h"

static const struct flaw {
	const char *name;
	enum bs_spf_weight weight;
} flaws[] = {
    {"dns-failed", BS_SPF_ERROR},
    {"no-name", BS_SPF_ERROR},
    {"no-record", BS_SPF_ERROR},
    {"several-records", BS_SPF_ERROR},
    {"misspelt-version", BS_SPF_ERROR},
    {"syntax", BS_SPF_ERROR},
    {"missing-space", BS_SPF_ERROR},
    {"long-string", BS_SPF_ERROR},
    {"too-many-lookups", BS_SPF_ERROR},
    {"too-many-voids", BS_SPF_ERROR},
    {"no-included-record", BS_SPF_ERROR},
    {"broken-include", BS_SPF_ERROR},
    {"loop", BS_SPF_ERROR},
    {"too-many-mx", BS_SPF_ERROR},
    {"passes-all", BS_SPF_ERROR},
    {"many-lookups", BS_SPF_WARNING},
    {"neutral-all", BS_SPF_WARNING},
    {"no-all", BS_SPF_WARNING},
    {"unreached", BS_SPF_WARNING},
    {"uses-ptr", BS_SPF_WARNING},
    {"local-part", BS_SPF_WARNING},
    {"no-address", BS_SPF_WARNING},
    {"duplicate", BS_SPF_WARNING},
    {"explanation", BS_SPF_WARNING},
    {"large-answer", BS_SPF_WARNING},
    {"wide-network", BS_SPF_WARNING},
    {"reserved-network", BS_SPF_WARNING},
    {"host-bits", BS_SPF_WARNING},
    {"no-modifier", BS_SPF_WARNING},
    {"unknown-modifier", BS_SPF_NOTE},
    {"redundant-length", BS_SPF_NOTE},
    {"overlap", BS_SPF_NOTE},
    {"macros", BS_SPF_NOTE},
    {"shared-answer", BS_SPF_NOTE},
    {"alias", BS_SPF_NOTE},
    {"ttl", BS_SPF_NOTE},
    {"wildcard", BS_SPF_NOTE},
    {"uncovered-name", BS_SPF_NOTE},
    {"obsolete", BS_SPF_NOTE},
};

_Static_assert(sizeof(flaws) / sizeof(flaws[0]) == BS_SPF_FLAWS,
    "each flaw has a row");

const char *
bs_spf_flaw_name(enum bs_spf_flaw flaw)
{
	return flaws[flaw].name;
}

enum bs_spf_weight
bs_spf_flaw_weight(enum bs_spf_flaw flaw)
{
	return flaws[flaw].weight;
}

const char *
bs_spf_weight_name(enum bs_spf_weight weight)
{
	static const char *const names[] = {"note", "warning", "error"};

	return names[weight];
}
