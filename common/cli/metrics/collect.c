/* The whole text that Prometheus reads, from a running engine.
 *
 * Samples come in pages, in the order of their metrics; HELP and TYPE are put
 * before the first of each. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/ask.h"
#include "common/cli/metrics/collect.h"
#include "common/cli/output.h"
#include "common/engine/metric.h"

/* Where the configuration changed between two pages, all begins anew: so often,
 * at most. */
#define TRIES 3

struct scrape {
	FILE *file;
	const struct bs_metric_text *metric; /* of the last sample */
	uint64_t config;
	bool answered;
	bool is_old; /* the engine does not know the question */
	bool changed;
};

static void
write_sample(struct scrape *scrape, const char *sample)
{
	const struct bs_metric_text *metric =
	    bs_metric_find(sample, strcspn(sample, "{ "));

	if (metric != NULL && metric != scrape->metric)
		bs_print(scrape->file, "# HELP %s %s\n# TYPE %s %s\n",
		    metric->name, metric->help, metric->name, metric->type);
	scrape->metric = metric;
	bs_print(scrape->file, "%s\n", sample);
}

static void
write_up(FILE *file, bool is_up)
{
	bs_print(file,
	    "# HELP backstop_up Whether the engine answered.\n"
	    "# TYPE backstop_up gauge\n"
	    "backstop_up %d\n",
	    is_up);
}

/* Takes a page. Returns whether there is another one to ask for. */
static bool
take_page(void *context, const struct bs_answer *answer,
    struct bs_request *request)
{
	struct scrape *scrape = context;
	const char *sample = NULL;

	if (!scrape->answered)
		write_up(scrape->file, true);
	else if (answer->config != scrape->config)
		scrape->changed = true;
	scrape->answered = true;
	scrape->config = answer->config;
	/* an engine from before there were metrics says that it is there */
	scrape->is_old = answer->status == BS_STATUS_ERROR;
	if (answer->status != BS_STATUS_OK || scrape->changed)
		return false;
	while ((sample = bs_list_next(&answer->samples, sample)) != NULL)
		write_sample(scrape, sample);
	/* what does not go forward would go on for ever */
	if (answer->next <= request->from)
		return false;
	request->from = answer->next;
	return true;
}

/* One try. Returns 0 or -errno; -EAGAIN where it is to be tried again. */
static int
collect(const struct bs_config *config, struct scrape *scrape)
{
	struct bs_request request = {.op = BS_OP_METRICS};
	int rc = bs_ask_each(config->socket, &request, take_page, scrape);

	if (rc == -EACCES)
		return rc;
	if (scrape->changed || (rc != 0 && scrape->answered))
		return -EAGAIN;
	if (rc != 0)
		write_up(scrape->file, false);
	return 0;
}

int
bs_metrics_collect(const struct bs_config *config, char **text, size_t *len,
    bool *is_old)
{
	int rc = -EAGAIN;

	*text = NULL;
	*is_old = false;
	for (int i = 0; i < TRIES && rc == -EAGAIN; i++) {
		struct scrape scrape = {0};

		free(*text);
		*text = NULL;
		if ((scrape.file = open_memstream(text, len)) == NULL)
			return -errno;
		rc = collect(config, &scrape);
		*is_old = scrape.is_old;
		if (fclose(scrape.file) != 0 && rc == 0)
			rc = -ENOMEM;
	}
	return rc;
}
