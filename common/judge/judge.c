/* From a question to its facts, its row and its answer. */
#include <stdio.h>
#include <string.h>

#include "common/judge/company.h"
#include "common/judge/counters.h"
#include "common/judge/facts.h"
#include "common/judge/judge.h"
#include "common/judge/probe.h"
#include "common/judge/refusals.h"
#include "common/judge/sent.h"
#include "common/judge/sign.h"
#include "common/judge/tops.h"
#include "common/keys/day.h"
#include "common/mail/x_backstop.h"

#define COPY(array, text) snprintf(array, sizeof(array), "%s", text)

/* Nothing is refused or junked while the clock is in doubt: what a tag is worth
 * depends on its day. Nor is what was accepted by hand. */
static enum bs_action
soften(const struct bs_case *question, enum bs_action action, bool accepted)
{
	if (bs_policy_harm(action) > 0 && question->view.meta->clock.in_doubt)
		return BS_ACTION_HEADER;
	if (accepted &&
	    (action == BS_ACTION_REJECT || action == BS_ACTION_JUNK))
		return BS_ACTION_HEADER;
	return action;
}

static void
write_header(const struct bs_judgement *judgement, struct bs_answer *answer)
{
	const struct bs_row *row = judgement->row;

	if (judgement->mode == BS_OBSERVE || !row->is_judgement)
		return;
	if (bs_x_backstop_write(row->verdict, answer->reason, row->number,
		answer->header, sizeof(answer->header)) != 0)
		answer->header[0] = '\0';
	else if (answer->action == BS_ACTION_NONE)
		answer->action = BS_ACTION_HEADER;
}

/* Whether the tag comes off. At DATA that of a judged bounce always does: the
 * host may not have asked at RCPT, and mail is delivered to the plain address.
 */
static bool
is_stripped(const struct bs_case *question,
    const struct bs_judgement *judgement)
{
	const struct bs_row *row = judgement->row;

	return judgement->known.has_tag &&
	       (row->strip ||
		   (question->request->op == BS_OP_DATA && row->is_judgement));
}

/* The recipient as the host is to know it. */
static void
strip(const struct bs_case *question, struct bs_answer *answer)
{
	if (bs_address_write(&question->tag.plain, answer->address,
		sizeof(answer->address)) == 0 &&
	    question->request->op == BS_OP_RCPT &&
	    answer->action == BS_ACTION_NONE)
		answer->action = BS_ACTION_REWRITE;
}

static void
act(const struct bs_case *question, struct bs_answer *answer,
    struct bs_judgement *judgement)
{
	const struct bs_domain *domain = question->domain;
	const struct bs_facts *facts = &judgement->known.facts;
	const struct bs_row *row = judgement->row;
	bool strict = domain != NULL && domain->strict;
	enum bs_action worst;

	if (domain != NULL)
		judgement->mode = domain->mode;
	worst = bs_policy_action(row, facts, BS_ENFORCE, strict);
	judgement->accepted =
	    (worst == BS_ACTION_REJECT || worst == BS_ACTION_JUNK) &&
	    bs_case_is_accepted(question);
	judgement->would = soften(question, worst, judgement->accepted);
	answer->action = soften(question,
	    bs_policy_action(row, facts, judgement->mode, strict),
	    judgement->accepted);
	COPY(answer->verdict, row->verdict);
	COPY(answer->reason, bs_reason_word(bs_policy_reason(row, facts)));
	if (answer->action == BS_ACTION_REJECT) {
		COPY(answer->reply, row->reply);
		/* it is named where the message passes all the same */
		if (question->request->weighs)
			write_header(judgement, answer);
		return;
	}
	if (question->request->op == BS_OP_DATA)
		write_header(judgement, answer);
	if (is_stripped(question, judgement))
		strip(question, answer);
}

static void
tally_action(const struct bs_case *question, enum bs_action action,
    enum bs_tally rejected, enum bs_tally junked)
{
	if (action == BS_ACTION_REJECT)
		bs_case_tally(question, rejected);
	else if (action == BS_ACTION_JUNK)
		bs_case_tally(question, junked);
}

/* A tag was lost on the way: other bounces to this address that come without
 * one may be genuine. */
static void
note_stripped(const struct bs_case *question, const char *recipient)
{
	struct bs_address address;

	if (bs_address_parse(recipient, strlen(recipient), &address) != 0)
		return;
	bs_case_note(question, &address, BS_NOTE_STRIPPED);
	bs_case_tally(question, BS_TALLY_STRIPPED);
}

/* Mail that is no bounce, and bounces that wait for their message, have no
 * verdict; but who guesses is put off at once. */
static void
count(const struct bs_case *question, const struct bs_answer *answer,
    const struct bs_judgement *judgement)
{
	const struct bs_row *row = judgement->row;

	if (question->domain == NULL ||
	    (row == NULL ? answer->action != BS_ACTION_DEFER
			 : !row->is_judgement))
		return;
	bs_counters_bounce(question->judge->counters, question->domain, row,
	    row == NULL ? BS_REASON_NONE
			: bs_policy_reason(row, &judgement->known.facts),
	    answer->action);
}

/* What the verdict adds to what is known of the domain. */
static void
keep_count(const struct bs_case *question, const struct bs_answer *answer,
    const struct bs_judgement *judgement)
{
	const struct bs_known *known = &judgement->known;
	const struct bs_row *row = judgement->row;

	if (answer->action == BS_ACTION_DEFER)
		bs_case_tally(question, BS_TALLY_DEFERRED);
	if (row == NULL || row->tally == BS_TALLIES || question->domain == NULL)
		return;
	/* somebody else signs with a key of ours, and so sends */
	if (known->facts.issue == BS_NOT_ISSUED &&
	    row->tally != BS_TALLY_UNKNOWN)
		bs_case_note_domain(question, BS_NOTE_FOREIGN);
	bs_case_tally(question, row->tally);
	bs_case_tally_row(question, row->number);
	if (answer->action == BS_ACTION_REJECT || row->tally == BS_TALLY_FORGED)
		bs_tops_note_bounce(question, known);
	tally_action(question, answer->action, BS_TALLY_REJECTED,
	    BS_TALLY_JUNKED);
	if (judgement->would != answer->action)
		tally_action(question, judgement->would, BS_TALLY_WOULD_REJECT,
		    BS_TALLY_WOULD_JUNK);
	if (row->lost_tag && known->facts.kind == BS_KIND_DSN &&
	    known->msg.fate == BS_MSG_SIGNED)
		note_stripped(question, question->request->recipient);
}

/* Whether the message may still change the verdict: then RCPT strips, and the
 * end of DATA decides. */
static bool
waits_for_data(const struct bs_case *question, const struct bs_row *row,
    enum bs_action action)
{
	if (question->request->op != BS_OP_RCPT || !question->request->inspect)
		return false;
	switch (row->final) {
	case BS_FINAL_AT_RCPT:
		return false;
	case BS_FINAL_IF_REFUSED:
		return action != BS_ACTION_REJECT;
	case BS_FINAL_IF_NO_RECORD_HELPS:
		return question->view.config->messages ||
		       action != BS_ACTION_REJECT;
	case BS_FINAL_AT_DATA:
		break;
	}
	return true;
}

static void
take_back(const struct bs_case *question, struct bs_answer *answer,
    struct bs_judgement *judgement)
{
	*answer = (struct bs_answer){.id = answer->id, .asks = answer->asks};
	judgement->row = NULL;
	judgement->would = BS_ACTION_NONE;
	if (judgement->known.has_tag)
		strip(question, answer);
}

/* Whether no op sent will tell that it was accepted. */
static bool
is_accepted(const struct bs_request *request, const struct bs_answer *answer)
{
	return request->op == BS_OP_DATA && request->accepts &&
	       !bs_policy_refuses(answer->action);
}

/* A message has one fate: where it has several recipients, no harsher one than
 * that of its mildest verdict. */
static void
take_outcome(const struct bs_request *request, struct bs_answer *answer)
{
	if (request->weighed &&
	    bs_policy_harm(request->outcome) < bs_policy_harm(answer->action))
		answer->action = request->outcome;
}

/* Whether refusals were right is known only later. */
static void
keep_refusal(const struct bs_case *question, const struct bs_answer *answer,
    const struct bs_judgement *judgement)
{
	const struct bs_known *known = &judgement->known;

	if (known->facts.trusted || question->request->op != BS_OP_DATA)
		return;
	if (answer->action == BS_ACTION_REJECT)
		bs_refusals_note(question, known);
	else if (known->facts.evidence == BS_EVIDENCE_YES)
		bs_refusals_check_bounce(question, known);
	else if (judgement->accepted)
		bs_refusals_check_accepted(question, known);
}

static void
judge_recipient(struct bs_case *question, struct bs_answer *answer,
    struct bs_judgement *judgement)
{
	struct bs_known *known = &judgement->known;

	if (bs_facts_find(question, known) != 0)
		return;
	judgement->row = bs_policy_row(&known->facts);
	act(question, answer, judgement);
	if (waits_for_data(question, judgement->row, answer->action))
		take_back(question, answer, judgement);
	if (!question->request->weighed)
		bs_judge_probe(question, answer, judgement);
	answer->company = bs_company_of(question, known);
	if (question->request->weighs)
		return;
	take_outcome(question->request, answer);
	count(question, answer, judgement);
	keep_count(question, answer, judgement);
	keep_refusal(question, answer, judgement);
	if (is_accepted(question->request, answer) && !known->facts.trusted)
		bs_judge_accepted(question, known);
}

/* Whether a domain was left out of the configuration for a while: then its
 * mail went its own ways. */
static bool
was_away(const struct bs_case *question)
{
	const struct bs_domain *domain = question->domain;
	struct bs_sender_record record;
	uint8_t hash[BS_RECORD_HASH];

	return bs_view_hash_domain(&question->view, domain->name,
		   strlen(domain->name), hash) == 0 &&
	       bs_view_sender(&question->view, hash, &record) == 0 &&
	       record.last_day + 1 < bs_day_of(question->now);
}

void
bs_judge_note_domains(const struct bs_judge *judge, int64_t now)
{
	struct bs_case question;

	bs_case_begin(judge, NULL, now, &question);
	if (question.view.meta->clock.in_doubt)
		return;
	for (size_t i = 0; i < judge->config->domain_count; i++) {
		question.domain = &judge->config->domains[i];
		if (!question.domain->outbound_here || was_away(&question))
			bs_case_note_domain(&question, BS_NOTE_ELSEWHERE);
		bs_case_note_domain(&question,
		    question.domain->sign ? BS_NOTE_SIGNS : BS_NOTE_UNSIGNED);
		if (!judge->config->messages)
			bs_case_note_domain(&question, BS_NOTE_UNRECORDED);
	}
}

void
bs_judge(const struct bs_judge *judge, const struct bs_request *request,
    int64_t now, struct bs_answer *answer, struct bs_judgement *judgement)
{
	struct bs_case question;

	bs_case_begin(judge, request, now, &question);
	bs_answer_clear(answer);
	memset(judgement, 0, sizeof(*judgement));
	answer->id = request->id;
	answer->asks = bs_writer_asks(judge->writer, bs_case_adapter(request));
	switch (request->op) {
	case BS_OP_SIGN:
		bs_judge_sign(&question, answer, judgement);
		break;
	case BS_OP_RCPT:
	case BS_OP_DATA:
		judge_recipient(&question, answer, judgement);
		break;
	case BS_OP_SENT:
		bs_judge_sent(&question, judgement);
		break;
	case BS_OP_SPF:
		answer->status = BS_STATUS_UNKNOWN;
		break;
	case BS_OP_PING:
	case BS_OP_RELOAD:
	case BS_OP_TRACE:
	case BS_OP_METRICS:
		break;
	}
	bs_counters_see(judge->counters, question.domain);
}
