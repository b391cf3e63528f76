/* Why the engine answers as it does: lines of BS_LOG_DEBUG, and their time.
 *
 * The question and its answer are logged where they come and go (peer.c); here
 * is what lies between them. */
#include <stdlib.h>
#include <sys/time.h>

#include <event2/event.h>

#include "common/base/log.h"
#include "common/engine/tracing.h"

struct bs_tracing {
	struct event *end;
};

static void
on_end(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
	bs_log_trace(false);
	bs_log(BS_LOG_INFO, "tracing ends");
}

struct bs_tracing *
bs_tracing_new(struct event_base *base)
{
	struct bs_tracing *tracing = calloc(1, sizeof(*tracing));

	if (tracing == NULL)
		return NULL;
	tracing->end = evtimer_new(base, on_end, NULL);
	if (tracing->end == NULL) {
		free(tracing);
		return NULL;
	}
	return tracing;
}

void
bs_tracing_free(struct bs_tracing *tracing)
{
	if (tracing == NULL)
		return;
	bs_log_trace(false);
	event_free(tracing->end);
	free(tracing);
}

void
bs_tracing_begin(struct bs_tracing *tracing, unsigned minutes)
{
	struct timeval delay = {0, 0};

	if (minutes > BS_TRACING_MINUTES_MAX)
		minutes = BS_TRACING_MINUTES_MAX;
	delay.tv_sec = (time_t)minutes * 60;
	if (minutes == 0 || evtimer_add(tracing->end, &delay) != 0) {
		(void)evtimer_del(tracing->end);
		on_end(-1, 0, NULL);
		return;
	}
	bs_log_trace(true);
	bs_log(BS_LOG_INFO, "tracing for %u minute%s", minutes,
	    minutes == 1 ? "" : "s");
}

static void
begin_line(struct bs_log_line *line, int peer, uint64_t id)
{
	bs_log_begin(line);
	bs_log_add_number(line, "peer", peer);
	bs_log_add_number(line, "id", (int64_t)id);
}

/* What evidence and coverage rest on, where anything was found out. */
static void
add_reasons(struct bs_log_line *line, const struct bs_known *known)
{
	if (known->evidence_reason != BS_REASON_NONE)
		bs_log_add(line, "evidence_reason",
		    bs_reason_word(known->evidence_reason));
	if (known->coverage_reason != BS_REASON_NONE)
		bs_log_add(line, "coverage_reason",
		    bs_reason_word(known->coverage_reason));
	if (known->has_tag)
		bs_log_add_number(line, "key", known->tag_key.key);
	if (known->has_msg)
		bs_log_add_number(line, "sent_day", known->msg_key.day);
}

void
bs_tracing_facts(int peer, const struct bs_request *request,
    const struct bs_judgement *judgement)
{
	const struct bs_known *known = &judgement->known;
	const struct bs_facts *facts = &known->facts;
	struct bs_log_line line;

	if (!bs_log_is_debug() ||
	    (request->op != BS_OP_RCPT && request->op != BS_OP_DATA))
		return;
	begin_line(&line, peer, request->id);
	bs_log_add_number(&line, "row", bs_policy_row(facts)->number);
	/* it may become another one when the message was read */
	if (judgement->row == NULL)
		bs_log_add(&line, "waits", "data");
	bs_log_add(&line, "mode", bs_mode_name(judgement->mode));
	bs_log_add(&line, "would", bs_action_names[judgement->would]);
	if (judgement->accepted)
		bs_log_add_number(&line, "accepted", 1);
	bs_log_add_number(&line, "trusted", facts->trusted);
	bs_log_add_number(&line, "ours", facts->ours);
	bs_log_add(&line, "sender_is", bs_sender_name(facts->sender));
	bs_log_add(&line, "tag", bs_tag_fact_name(facts->tag));
	bs_log_add(&line, "kind", bs_kind_name(facts->kind));
	bs_log_add(&line, "evidence", bs_evidence_name(facts->evidence));
	bs_log_add(&line, "issue", bs_issue_name(facts->issue));
	bs_log_add(&line, "coverage", bs_coverage_name(facts->coverage));
	add_reasons(&line, known);
	bs_log(BS_LOG_DEBUG, "facts %s", line.text);
}

void
bs_tracing_findings(int peer, uint64_t id,
    const struct bs_spf_finding *findings, size_t count)
{
	struct bs_log_line line;

	if (!bs_log_is_debug())
		return;
	for (size_t i = 0; i < count; i++) {
		const struct bs_spf_finding *finding = &findings[i];

		begin_line(&line, peer, id);
		bs_log_add(&line, "identity",
		    finding->identity == BS_SPF_HELO ? "helo" : "mailfrom");
		bs_log_add(&line, "result",
		    bs_spf_result_name(finding->result));
		bs_log_add(&line, "domain", finding->domain);
		bs_log_add(&line, "mechanism", finding->mechanism);
		bs_log_add(&line, "problem", finding->problem);
		bs_log_add_number(&line, "lookups", finding->lookups);
		bs_log_add_number(&line, "voids", finding->voids);
		bs_log_add_number(&line, "queries", finding->queries);
		bs_log_add_number(&line, "elapsed_ms", finding->elapsed_ms);
		bs_log(BS_LOG_DEBUG, "spf %s", line.text);
	}
}
