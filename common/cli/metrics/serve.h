/* backstop metrics --http: one request by HTTP, and its answer. */
#ifndef BS_CLI_METRICS_SERVE_H
#define BS_CLI_METRICS_SERVE_H

#include "common/base/backstop.h"

/* How long a request may take to come, and its answer to go. */
#define BS_SERVE_REQUEST_MS 5000
#define BS_SERVE_ANSWER_MS 10000

struct bs_serve {
	int in;
	int out;
	/* gives the metrics, malloc()ed with their NUL, or -errno */
	int (*collect)(void *context, char **text);
	void *context;
};

/* Reads one request and answers it. Returns 0, also where whoever asked was at
 * fault or went away, or the -errno of collect(). */
BS_MUST_USE int bs_serve_one(const struct bs_serve *serve);

#endif
