/* libspf2 alone, by its own resolver layer, in a loop: what there is to
 * compare with.
 *
 * usage: bare_spf <QUERIES    (both as tests/tools/spf_many.c has them) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <netinet/in.h>
#include <arpa/nameser.h>
#include <spf2/spf.h>

#include "tests/bench/bench.h"

static void
say_nothing(const char *file, int line, const char *text)
{
	(void)file;
	(void)line;
	(void)text;
}

static double
processor_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
check(SPF_server_t *server, size_t number, char *line)
{
	SPF_request_t *request = SPF_request_new(server);
	SPF_response_t *response = NULL;
	const char *client, *helo, *sender;

	(void)strsep(&line, "\t\n");
	client = strsep(&line, "\t\n");
	helo = strsep(&line, "\t\n");
	sender = strsep(&line, "\t\n");
	if (sender == NULL)
		exit(2);
	if (strchr(client, ':') != NULL)
		SPF_request_set_ipv6_str(request, client);
	else
		SPF_request_set_ipv4_str(request, client);
	SPF_request_set_helo_dom(request, helo);
	SPF_request_set_env_from(request, sender);
	SPF_request_query_mailfrom(request, &response);
	printf("%zu\t%s\n", number,
	    SPF_strresult(SPF_response_result(response)));
	SPF_response_free(response);
	SPF_request_free(request);
}

int
main(void)
{
	SPF_server_t *server = SPF_server_new(SPF_DNS_RESOLV, 0);
	int64_t begun = bench_now_ns();
	double spent = processor_seconds();
	char *line = NULL;
	size_t size = 0, count = 0;

	SPF_warning_handler = say_nothing;
	SPF_info_handler = say_nothing;
	SPF_debug_handler = say_nothing;
	while (getline(&line, &size, stdin) > 0)
		check(server, count++, line);
	fflush(stdout);
	fprintf(stderr, "%zu checks in %.3f s, %.3f s of the processor\n",
	    count, (double)(bench_now_ns() - begun) / 1e9,
	    processor_seconds() - spent);
	free(line);
	SPF_server_free(server);
	return 0;
}
