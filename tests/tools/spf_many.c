/* Checks many senders by the spf child, some at a time.
 *
 * usage: spf_many [-p] [-n IN_FLIGHT] [-d DEADLINE_MS] [-r RECEIVER]
 *     [-s SERVER]... <QUERIES
 *
 * A query is a line of identity ("helo" or "mailfrom"), client, HELO and
 * reverse-path with tabs between them. Each answer is a line of the query's
 * number, result, mechanism, explanation, problem, lookups, voids, queries and
 * milliseconds, in the order in which they come. Then the time of them all is
 * told on standard error; with -p it stays until a signal ends it, so that
 * what its processes cost can be read. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/spf/service.h"

#define SERVERS_MAX 8

struct run {
	struct event_base *base;
	struct bs_spf *spf;
	struct bs_spf_query *queries;
	struct asked *asked;
	size_t count, next, done;
};

/* What the answer to a query needs; the run's memory holds one a query. */
struct asked {
	struct run *run;
	size_t number;
};

static void
give_up(const char *what, int error)
{
	fprintf(stderr, "spf_many: %s: %s\n", what, strerror(-error));
	exit(1);
}

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int
copy_field(char **line, char *out, size_t size)
{
	const char *field = strsep(line, "\t\n");
	size_t len = field != NULL ? strlen(field) : size;

	if (len >= size)
		return -EINVAL;
	memcpy(out, field, len + 1);
	return 0;
}

static int
query_parse(char *line, struct bs_spf_query *out)
{
	const char *identity = strsep(&line, "\t\n");

	if (identity == NULL)
		return -EINVAL;
	out->identity =
	    strcmp(identity, "helo") == 0 ? BS_SPF_HELO : BS_SPF_MAILFROM;
	if (copy_field(&line, out->client, sizeof(out->client)) != 0 ||
	    copy_field(&line, out->helo, sizeof(out->helo)) != 0)
		return -EINVAL;
	return copy_field(&line, out->sender, sizeof(out->sender));
}

/* Reads all queries before the clock starts. */
static void
queries_read(struct run *run, const struct bs_spf_query *common)
{
	size_t room = 0, size = 0;
	char *line = NULL;

	while (getline(&line, &size, stdin) > 0) {
		struct bs_spf_query *query;

		if (run->count == room) {
			room = room == 0 ? 1024 : 2 * room;
			run->queries = reallocarray(run->queries, room,
			    sizeof(*run->queries));
			if (run->queries == NULL)
				give_up("queries", -ENOMEM);
		}
		query = &run->queries[run->count++];
		*query = *common;
		if (query_parse(line, query) != 0)
			give_up("a malformed query", -EINVAL);
	}
	free(line);
	run->asked = calloc(run->count, sizeof(*run->asked));
	if (run->asked == NULL && run->count > 0)
		give_up("queries", -ENOMEM);
}

static void ask_next(struct run *run);

static void
answered(void *context, const struct bs_spf_finding *finding)
{
	const struct asked *asked = context;
	struct run *run = asked->run;

	printf("%zu\t%s\t%s\t%s\t%s\t%u\t%u\t%u\t%u\n", asked->number,
	    bs_spf_result_name(finding->result), finding->mechanism,
	    finding->explanation, finding->problem, finding->lookups,
	    finding->voids, finding->queries, finding->elapsed_ms);
	if (++run->done == run->count)
		event_base_loopbreak(run->base);
	else
		ask_next(run);
}

static void
ask_next(struct run *run)
{
	struct asked *asked;

	if (run->next == run->count)
		return;
	asked = &run->asked[run->next];
	asked->run = run;
	asked->number = run->next++;
	if (bs_spf_ask(run->spf, &run->queries[asked->number], answered,
		asked) == NULL)
		give_up("a check", -ENOMEM);
}

static void
run_all(struct run *run, size_t in_flight)
{
	double begun = now();

	for (size_t i = 0; i < in_flight; i++)
		ask_next(run);
	if (run->count > 0)
		event_base_dispatch(run->base);
	fflush(stdout);
	fprintf(stderr, "%zu checks in %.3f s\n", run->done, now() - begun);
}

int
main(int argc, char **argv)
{
	const char *servers[SERVERS_MAX];
	struct bs_spf_settings settings = {.servers = servers,
	    .user = "nobody"};
	struct bs_spf_query common = {.deadline_ms = 20000};
	struct run run = {0};
	size_t in_flight = 1;
	bool stays = false;
	int option, error;

	while ((option = getopt(argc, argv, "pn:d:r:s:")) != -1) {
		if (option == 'p')
			stays = true;
		else if (option == 'n')
			in_flight = strtoul(optarg, NULL, 10);
		else if (option == 'd')
			common.deadline_ms =
			    (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'r')
			snprintf(common.receiver, sizeof(common.receiver), "%s",
			    optarg);
		else if (option == 's' && settings.server_count < SERVERS_MAX)
			servers[settings.server_count++] = optarg;
		else
			return 2;
	}
	error = bs_spf_start(&settings, &run.spf);
	if (error != 0)
		give_up("no maker of children", error);
	run.base = event_base_new();
	if (run.base == NULL || bs_spf_attach(run.spf, run.base) != 0)
		give_up("no loop", -ENOMEM);
	queries_read(&run, &common);
	run_all(&run, in_flight);
	if (stays)
		pause();
	bs_spf_free(run.spf);
	event_base_free(run.base);
	free(run.asked);
	free(run.queries);
	return 0;
}
