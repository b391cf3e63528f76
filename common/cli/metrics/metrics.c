/* backstop metrics: what a running engine counts, for Prometheus. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/cli/load.h"
#include "common/cli/metrics/collect.h"
#include "common/cli/metrics/metrics.h"
#include "common/cli/metrics/serve.h"
#include "common/cli/metrics/textfile.h"
#include "common/cli/output.h"
#include "common/cli/type.h"

/* Returns what bs_metrics_collect() does, after the complaint. */
static int
collect(const struct bs_config *config, char **text, size_t *len, bool *is_old)
{
	int rc = bs_metrics_collect(config, text, len, is_old);

	if (rc == -EACCES)
		bs_complain("%s: the engine does not answer this user; run as "
			    "root, or name the user in \"clients\"",
		    config->socket);
	else if (rc != 0)
		bs_complain("the metrics cannot be collected: %s",
		    strerror(-rc));
	return rc;
}

static int
collect_for_http(void *context, char **text)
{
	size_t len;
	bool is_old; /* of that an alert tells, not a line at each scrape */

	return collect(context, text, &len, &is_old);
}

static int
serve(struct bs_config *config)
{
	const struct bs_serve serve = {
	    .in = STDIN_FILENO,
	    .out = STDOUT_FILENO,
	    .collect = collect_for_http,
	    .context = config,
	};

	return bs_serve_one(&serve);
}

static int
print(const struct bs_call *call, const struct bs_config *config, int *status)
{
	char *text = NULL;
	size_t len = 0;
	bool is_old = false;
	char line[BS_TYPE_LINE];
	int rc = collect(config, &text, &len, &is_old);

	if (rc == 0 && is_old)
		bs_complain("the running engine is older than this program: "
			    "restart it (%s)",
		    bs_type_engine(call, "restart", line));
	if (rc == 0 && call->textfile != NULL)
		*status = bs_textfile_write(call->textfile, text);
	else if (rc == 0)
		(void)fwrite(text, 1, len, stdout);
	free(text);
	return rc;
}

/* Whether the options go together. */
static int
check(const struct bs_call *call)
{
	const char *fault = NULL;

	if (call->json)
		fault = "metrics takes no --json: what it prints is the text "
			"that Prometheus reads";
	else if (call->http && call->textfile != NULL)
		fault = "--textfile and --http exclude each other";
	else if (call->http && isatty(STDIN_FILENO))
		fault = "--http answers a request that comes by standard "
			"input, from systemd; type: systemctl enable --now "
			"backstop-metrics.socket";
	if (fault == NULL)
		return 0;
	bs_complain("%s", fault);
	return EX_USAGE;
}

int
bs_cmd_metrics(const struct bs_call *call)
{
	struct bs_config *config = NULL;
	int status = check(call);
	int rc;

	if (status != 0 || (status = bs_load_config(call, &config)) != 0)
		return status;
	rc = call->http ? serve(config) : print(call, config, &status);
	bs_config_free(config);
	if (rc == -EACCES)
		return EX_NOPERM;
	return rc == 0 ? status : EX_OSERR;
}
