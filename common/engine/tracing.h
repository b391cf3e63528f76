/* Why the engine answers as it does: lines of BS_LOG_DEBUG, and their time. */
#ifndef BS_ENGINE_TRACING_H
#define BS_ENGINE_TRACING_H

#include <stddef.h>
#include <stdint.h>

#include "common/adapter/wire.h"
#include "common/judge/judge.h"
#include "common/policy/spf_words.h"

struct event_base;
struct bs_tracing;

/* How long tracing lasts where nobody says, and at most. */
#define BS_TRACING_MINUTES 10
#define BS_TRACING_MINUTES_MAX 1440

/* Returns NULL without memory. The loop outlives it. */
struct bs_tracing *bs_tracing_new(struct event_base *base);

/* Ends tracing. Takes NULL. */
void bs_tracing_free(struct bs_tracing *tracing);

/* Traces from now on for so many minutes, at most BS_TRACING_MINUTES_MAX; 0
 * ends it. */
void bs_tracing_begin(struct bs_tracing *tracing, unsigned minutes);

/* Log what led to an answer: the facts of a recipient and the row that they
 * came to; what each check of SPF found. peer and id are of the question. */
void bs_tracing_facts(int peer, const struct bs_request *request,
    const struct bs_judgement *judgement);
void bs_tracing_findings(int peer, uint64_t id,
    const struct bs_spf_finding *findings, size_t count);

#endif
