/* backstop metrics: what a running engine counts, for Prometheus. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/load.h"
#include "common/cli/metrics/collect.h"
#include "common/cli/metrics/metrics.h"
#include "common/cli/output.h"

int
bs_cmd_metrics(const struct bs_call *call)
{
	struct bs_config *config = NULL;
	char *text = NULL;
	size_t len = 0;
	int status;
	int rc;

	if (call->json) {
		bs_complain("metrics takes no --json: what it prints is the "
			    "text that Prometheus reads");
		return EX_USAGE;
	}
	if ((status = bs_load_config(call, &config)) != 0)
		return status;
	rc = bs_metrics_collect(config, &text, &len);
	if (rc == -EACCES)
		bs_complain("%s: the engine does not answer this user; run as "
			    "root",
		    config->socket);
	else if (rc != 0)
		bs_complain("the metrics cannot be collected: %s",
		    strerror(-rc));
	else
		fwrite(text, 1, len, stdout);
	free(text);
	bs_config_free(config);
	if (rc == -EACCES)
		return EX_NOPERM;
	return rc == 0 ? BS_EXIT_YES : EX_OSERR;
}
