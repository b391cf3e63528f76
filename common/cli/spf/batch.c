/* Many SPF checks made by the command line, in one child: what one of them
 * learned of DNS, the others know. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/cli/output.h"
#include "common/cli/spf/batch.h"
#include "common/cli/spf/once.h"

/* So many at a time are kind to a resolver. */
#define RUNNING_MAX 100

#define DEADLINE_MS 20000

struct batch;

struct check {
	struct batch *batch;
	size_t n;
};

struct batch {
	const struct bs_spf_batch *is;
	struct event_base *base;
	struct bs_spf *spf;
	unsigned deadline_ms;
	size_t next;
	size_t done;
	size_t running;
	bool failed;
	bool is_asking;
	struct check *checks;
};

static void ask_more(struct batch *batch);

static void
show_progress(const struct batch *batch)
{
	if (batch->is->progress == NULL || !isatty(STDERR_FILENO) ||
	    (batch->done % 50 != 0 && batch->done != batch->is->count))
		return;
	fputs("\r", stderr);
	bs_print(stderr, "%s: %zu of %zu%s", batch->is->progress, batch->done,
	    batch->is->count, batch->done == batch->is->count ? "\n" : "");
}

static void
on_done(void *context, const struct bs_spf_finding *finding)
{
	struct check *check = context;
	struct batch *batch = check->batch;

	batch->is->found(batch->is->context, check->n, finding);
	batch->running--;
	batch->done++;
	show_progress(batch);
	ask_more(batch);
}

/* An answer may come while it is asked: then the loop below goes on. */
static void
ask_more(struct batch *batch)
{
	if (batch->is_asking)
		return;
	batch->is_asking = true;
	while (!batch->failed && batch->running < RUNNING_MAX &&
	       batch->next < batch->is->count) {
		struct check *check = &batch->checks[batch->next];
		struct bs_spf_query query = {.deadline_ms = batch->deadline_ms};

		*check = (struct check){batch, batch->next++};
		batch->is->ask(batch->is->context, check->n, &query);
		batch->running++;
		batch->failed =
		    bs_spf_ask(batch->spf, &query, on_done, check) == NULL;
	}
	batch->is_asking = false;
	if (batch->failed || batch->done == batch->is->count)
		(void)event_base_loopbreak(batch->base);
}

/* Returns whether all were made. */
static bool
run(struct batch *batch)
{
	/* a child that ends early must not end us */
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);

	batch->base = event_base_new();
	batch->checks = calloc(batch->is->count, sizeof(*batch->checks));
	batch->failed = batch->base == NULL || batch->checks == NULL ||
			bs_spf_attach(batch->spf, batch->base) != 0;
	if (!batch->failed) {
		ask_more(batch);
		if (batch->done < batch->is->count && !batch->failed)
			(void)event_base_dispatch(batch->base);
	}
	bs_spf_free(batch->spf);
	if (batch->base != NULL)
		event_base_free(batch->base);
	free(batch->checks);
	(void)signal(SIGPIPE, before);
	return !batch->failed && batch->done == batch->is->count;
}

int
bs_spf_batch(const struct bs_call *call, const struct bs_spf_batch *is)
{
	struct batch batch = {.is = is, .deadline_ms = DEADLINE_MS};
	struct bs_spf_settings settings = {.user = BS_SPF_USER};
	struct bs_spf_servers servers;
	int status;
	int rc;

	if (is->count == 0)
		return 0;
	if ((status = bs_spf_servers_find(call, &servers)) != 0)
		return status;
	settings.servers = servers.list;
	settings.server_count = servers.count;
	if (servers.config != NULL)
		batch.deadline_ms = servers.config->spf.deadline_seconds * 1000;
	if ((rc = bs_spf_start(&settings, &batch.spf)) != 0) {
		bs_complain("no process for the checks: %s", strerror(-rc));
		status = EX_OSERR;
	} else if (!run(&batch)) {
		bs_complain("out of memory");
		status = EX_OSERR;
	}
	bs_spf_servers_free(&servers);
	return status;
}
