/* RFC 7208: the words of SPF, a check and what it finds. */
#include <errno.h>
#include <string.h>

#include "common/pure/spf.h"

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
