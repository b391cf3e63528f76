/* Lines to type that fit this host and the configuration that was named. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/type.h"

static bool
is_usual(const struct bs_call *call)
{
	return strcmp(call->config_path, BS_CONFIG_PATH) == 0;
}

const char *
bs_type_backstop(const struct bs_call *call, const char *words,
    char out[static BS_TYPE_LINE])
{
	snprintf(out, BS_TYPE_LINE, "backstop%s%s %s",
	    is_usual(call) ? "" : " -c ",
	    is_usual(call) ? "" : call->config_path, words);
	return out;
}

const char *
bs_type_engine(const struct bs_call *call, const char *verb,
    char out[static BS_TYPE_LINE])
{
	if (is_usual(call) && access("/run/systemd/system", F_OK) == 0)
		snprintf(out, BS_TYPE_LINE, "systemctl %s backstopd", verb);
	else
		snprintf(out, BS_TYPE_LINE, "backstopd%s%s &",
		    is_usual(call) ? "" : " -c ",
		    is_usual(call) ? "" : call->config_path);
	return out;
}
