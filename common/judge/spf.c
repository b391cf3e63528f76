/* Op spf: from a question to its checks, from findings to its answer. */
#include <stdio.h>
#include <string.h>

#include "common/adapter/verdict.h"
#include "common/judge/counters.h"
#include "common/judge/spf.h"
#include "common/judge/tops.h"
#include "common/base/log.h"
#include "common/mail/address.h"
#include "common/mail/auth_results.h"
#include "common/mail/received_spf.h"

#define COPY(array, text) snprintf(array, sizeof(array), "%s", text)

/* Kept back of the asker's deadline, as the SPF service may be late by a
 * second. */
#define WAY_BACK_MS 1500

/* Our name in fields, and in explanations. */
static const char *
receiver_of(const struct bs_case *question)
{
	if (question->view.config->spf.authserv_id[0] != '\0')
		return question->view.config->spf.authserv_id;
	if (question->request->receiver[0] != '\0')
		return question->request->receiver;
	return question->judge->host;
}

static bool
is_null(const struct bs_request *request)
{
	return !request->has_sender || request->sender[0] == '\0';
}

const char *
bs_judge_spf_skips(const struct bs_case *question)
{
	const struct bs_request *request = question->request;

	if (!question->view.config->spf.check)
		return "off";
	if (request->listener != BS_LISTENER_IN)
		return "listener";
	if (request->auth)
		return "authenticated";
	if (request->client[0] == '\0' || strcmp(request->client, "local") == 0)
		return "local";
	if (request->helo[0] == '\0' && is_null(request))
		return "no-identity";
	return bs_config_spf_skips(question->view.config, request->client);
}

static unsigned
deadline_of(const struct bs_case *question)
{
	unsigned ours = question->view.config->spf.deadline_seconds * 1000;
	unsigned theirs = question->request->deadline_ms;

	if (theirs == 0)
		return ours;
	theirs = theirs > 2 * WAY_BACK_MS ? theirs - WAY_BACK_MS : theirs / 2;
	return theirs < ours ? theirs : ours;
}

static void
write_query(const struct bs_case *question, enum bs_spf_identity identity,
    struct bs_spf_query *out)
{
	const struct bs_request *request = question->request;

	*out = (struct bs_spf_query){.identity = identity,
	    .deadline_ms = deadline_of(question)};
	COPY(out->client, request->client);
	COPY(out->helo, request->helo);
	COPY(out->receiver, receiver_of(question));
	if (identity == BS_SPF_MAILFROM)
		COPY(out->sender, request->sender);
}

size_t
bs_judge_spf_queries(const struct bs_case *question,
    struct bs_spf_query out[static BS_SPF_IDENTITIES])
{
	size_t count = 0;

	if (question->request->helo[0] != '\0')
		write_query(question, BS_SPF_HELO, &out[count++]);
	if (!is_null(question->request))
		write_query(question, BS_SPF_MAILFROM, &out[count++]);
	return count;
}

/* Whether MAIL FROM is in one of our domains. */
static bool
is_ours(const struct bs_case *question)
{
	const char *sender = question->request->sender;
	struct bs_address address;

	return bs_address_parse(sender, strlen(sender), &address) == 0 &&
	       bs_config_domain(question->view.config, address.domain,
		   address.domain_len) != NULL;
}

static void
sort(const struct bs_case *question, const struct bs_spf_finding *findings,
    size_t count, struct bs_spf_findings *out)
{
	*out = (struct bs_spf_findings){.is_ours = is_ours(question),
	    .may_be_bounce =
		bs_verdict_may_be_bounce(question->request->sender)};
	for (size_t i = 0; i < count; i++) {
		const struct bs_spf_finding *finding = &findings[i];

		if (finding->identity == BS_SPF_HELO)
			out->helo = finding;
		else
			out->mailfrom = finding;
		if (finding->result == BS_SPF_PASS &&
		    bs_config_is_forwarder(question->view.config,
			finding->domain))
			out->is_forwarder = true;
	}
}

/* NULL for what there is nothing to say of. */
static const char *
said(const char *text)
{
	return text[0] == '\0' ? NULL : text;
}

/* Parts are left out until the field fits the wire. */
static void
write_received(const struct bs_case *question,
    const struct bs_spf_finding *finding, char out[static BS_FIELD_MAX])
{
	struct bs_received_spf spf = {
	    .result = finding->result,
	    .identity = finding->identity,
	    .client = question->request->client,
	    .domain = said(finding->domain),
	    .envelope_from =
		is_null(question->request) ? "<>" : question->request->sender,
	    .helo = said(question->request->helo),
	    .receiver = receiver_of(question),
	    .mechanism = said(finding->mechanism),
	    .problem = said(finding->problem),
	};
	const char **spare[] = {&spf.problem, &spf.domain, &spf.mechanism,
	    &spf.helo, &spf.envelope_from};

	for (size_t i = 0;; i++) {
		if (bs_received_spf_write(&spf, out, BS_FIELD_MAX) == 0 &&
		    bs_wire_fits(out))
			return;
		if (i == sizeof(spare) / sizeof(spare[0]))
			break;
		*spare[i] = NULL;
	}
	out[0] = '\0';
}

static void
write_results(const struct bs_case *question,
    const struct bs_spf_findings *found, const struct bs_spf_decision *decision,
    char out[static BS_FIELD_MAX])
{
	const struct bs_spf_finding *findings[] = {found->mailfrom,
	    found->helo};
	struct bs_auth_result results[BS_SPF_IDENTITIES];
	size_t count = 0;

	for (size_t i = 0; i < BS_SPF_IDENTITIES; i++) {
		const struct bs_spf_finding *finding = findings[i];

		if (finding != NULL && decision->tells[finding->identity])
			results[count++] = (struct bs_auth_result){
			    finding->result, finding->identity, finding->domain,
			    said(finding->problem)};
	}
	for (int spare = 0; spare < 3; spare++) {
		if (bs_auth_results_write(receiver_of(question), results, count,
			out, BS_FIELD_MAX) == 0 &&
		    bs_wire_fits(out))
			return;
		for (size_t i = 0; i < count; i++)
			results[i].reason = NULL;
		if (spare > 0 && count > 1)
			count = 1;
	}
	out[0] = '\0';
}

/* Fields with our name are forged, but from hosts that add them for us. */
static void
write_authserv_id(const struct bs_case *question, struct bs_answer *answer)
{
	const struct bs_spf_config *config = &question->view.config->spf;

	if (config->rules.mode != BS_OBSERVE && config->auth_results &&
	    !bs_config_adds_results(question->view.config,
		question->request->client))
		COPY(answer->authserv_id, receiver_of(question));
}

static void
write_fields(const struct bs_case *question,
    const struct bs_spf_findings *found, const struct bs_spf_decision *decision,
    struct bs_answer *answer)
{
	const struct bs_spf_config *config = &question->view.config->spf;

	write_authserv_id(question, answer);
	if (config->rules.mode == BS_OBSERVE)
		return;
	if (answer->action == BS_ACTION_NONE ||
	    bs_policy_refuses(answer->action))
		return;
	if (config->received_spf)
		write_received(question, decision->finding, answer->header);
	if (config->auth_results)
		write_results(question, found, decision, answer->results);
}

/* Leaves the explanation out where percent-encoding makes the reply too long.
 */
static void
write_reply(const struct bs_case *question,
    const struct bs_spf_decision *decision, struct bs_answer *answer)
{
	size_t len;

	if (!bs_policy_refuses(answer->action))
		return;
	bs_spf_reply(decision, question->request->client, true, answer->reply,
	    sizeof(answer->reply));
	if (bs_wire_fits(answer->reply))
		return;
	bs_spf_reply(decision, question->request->client, false, answer->reply,
	    sizeof(answer->reply));
	for (len = strlen(answer->reply); !bs_wire_fits(answer->reply); len--)
		answer->reply[len - 1] = '\0';
}

/* A domain without a record, for which nothing is done, nor would be but for
 * fields that are added: this is most of a busy host's mail. */
static bool
says_nothing(const struct bs_spf_decision *decision,
    const struct bs_answer *answer)
{
	return decision->finding->result == BS_SPF_NONE && !decision->no_dsn &&
	       answer->action == BS_ACTION_NONE &&
	       bs_policy_harm(decision->would) == 0;
}

/* One line a transaction: which finding decided, and what came of it. */
static void
log_answer(const struct bs_case *question, const struct bs_spf_findings *found,
    const struct bs_spf_decision *decision, const struct bs_answer *answer)
{
	const struct bs_spf_finding *finding = decision->finding;
	struct bs_log_line line;

	bs_log_begin(&line);
	bs_log_add(&line, "spf", answer->verdict);
	bs_log_add(&line, "identity", bs_spf_identity_name(finding->identity));
	bs_log_add(&line, "domain", finding->domain);
	bs_log_add(&line, "client", question->request->client);
	bs_log_add(&line, "mode",
	    bs_mode_name(question->view.config->spf.rules.mode));
	bs_log_add(&line, "action", bs_action_names[answer->action]);
	if (decision->would != answer->action)
		bs_log_add(&line, "would", bs_action_names[decision->would]);
	if (found->is_forwarder)
		bs_log_add(&line, "skipped", "forwarder");
	if (decision->by_own_rule)
		bs_log_add(&line, "rule", "own-domain");
	if (found->helo != NULL && found->helo != finding)
		bs_log_add(&line, "helo_spf",
		    bs_spf_result_name(found->helo->result));
	if (found->mailfrom != NULL && found->mailfrom != finding)
		bs_log_add(&line, "mailfrom_spf",
		    bs_spf_result_name(found->mailfrom->result));
	if (decision->no_dsn)
		bs_log_add(&line, "event", "no-dsn");
	bs_log_add(&line, "helo", question->request->helo);
	bs_log_add(&line, "sender",
	    is_null(question->request) ? "<>" : question->request->sender);
	if (finding->mechanism[0] != '\0')
		bs_log_add(&line, "mechanism", finding->mechanism);
	if (finding->problem[0] != '\0')
		bs_log_add(&line, "problem", finding->problem);
	bs_log_add_number(&line, "queries", finding->queries);
	bs_log_add_number(&line, "ms", finding->elapsed_ms);
	bs_log_end(&line,
	    says_nothing(decision, answer) ? BS_LOG_DEBUG : BS_LOG_INFO);
}

/* What an action counts as; BS_TALLY_SPF_RESULT for none. */
static enum bs_tally_spf
column_of(enum bs_action action, bool done)
{
	switch (action) {
	case BS_ACTION_REJECT:
		return done ? BS_TALLY_SPF_REJECTED : BS_TALLY_SPF_WOULD_REJECT;
	case BS_ACTION_JUNK:
		return done ? BS_TALLY_SPF_JUNKED : BS_TALLY_SPF_WOULD_JUNK;
	case BS_ACTION_DEFER:
		return done ? BS_TALLY_SPF_DEFERRED : BS_TALLY_SPF_WOULD_DEFER;
	default:
		return BS_TALLY_SPF_RESULT;
	}
}

static void
tally(const struct bs_case *question, const struct bs_spf_decision *decision)
{
	enum bs_tally_spf columns[] = {
	    BS_TALLY_SPF_RESULT + (unsigned)decision->finding->result,
	    column_of(decision->action, true),
	    decision->would == decision->action
		? BS_TALLY_SPF_RESULT
		: column_of(decision->would, false),
	    decision->no_dsn ? BS_TALLY_SPF_NO_DSN : BS_TALLY_SPF_RESULT,
	};

	if (decision->finding->result == BS_SPF_FAIL)
		bs_tops_note_spf(question, decision->finding->domain);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (i == 0 || columns[i] != BS_TALLY_SPF_RESULT)
			bs_case_tally_spf(question, columns[i]);
}

void
bs_judge_spf(const struct bs_case *question,
    const struct bs_spf_finding *findings, size_t count,
    struct bs_answer *answer)
{
	struct bs_spf_findings found;
	struct bs_spf_decision decision;

	*answer = (struct bs_answer){.id = question->request->id};
	sort(question, findings, count, &found);
	bs_spf_decide(&question->view.config->spf.rules, &found, &decision);
	answer->action = decision.action;
	answer->no_dsn = decision.no_dsn;
	/* what is logged and counted is what is done */
	if (question->request->tells)
		decision.no_dsn = false;
	COPY(answer->verdict, bs_spf_result_name(decision.finding->result));
	COPY(answer->reason,
	    found.is_forwarder
		? "forwarder"
		: bs_spf_identity_name(decision.finding->identity));
	write_reply(question, &decision, answer);
	write_fields(question, &found, &decision, answer);
	for (size_t i = 0; i < count; i++)
		bs_counters_spf_check(question->judge->counters, &findings[i]);
	bs_counters_spf_action(question->judge->counters, answer->action);
	if (decision.no_dsn)
		bs_counters_no_dsn(question->judge->counters);
	log_answer(question, &found, &decision, answer);
	tally(question, &decision);
}

/* Whether fields with our name may come from there: from us, or from whom we
 * trust. Where SPF is off, nothing is removed either. */
static bool
may_have_our_fields(const char *reason)
{
	static const char *const reasons[] = {"off", "listener",
	    "authenticated", "local", "trusted"};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(reason, reasons[i]) == 0)
			return true;
	return false;
}

void
bs_judge_spf_unchecked(const struct bs_case *question, const char *reason,
    struct bs_answer *answer)
{
	*answer = (struct bs_answer){.id = question->request->id};
	COPY(answer->reason, reason);
	if (!may_have_our_fields(reason))
		write_authserv_id(question, answer);
}
