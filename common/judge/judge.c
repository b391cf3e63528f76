/* From a question to its facts, its row and its answer. */
#include <stdio.h>
#include <string.h>

#include "common/judge/case.h"
#include "common/keys/day.h"
#include "common/mail/x_backstop.h"

#define COPY(array, text) snprintf(array, sizeof(array), "%s", text)

static int
get(const void *context, struct bs_entry *entry)
{
	return bs_writer_get(context, entry);
}

void
bs_judge_view(const struct bs_judge *judge, struct bs_view *out)
{
	*out = (struct bs_view){
	    .config = judge->config,
	    .keyring = judge->keyring,
	    .meta = bs_writer_meta(judge->writer),
	    .store_key = bs_writer_key(judge->writer),
	    .get = get,
	    .context = judge->writer,
	};
}

/* A doubtful clock refuses nothing (DESIGN §5). */
static enum bs_action
soften(const struct bs_case *matter, enum bs_action action)
{
	return action == BS_ACTION_REJECT && matter->view.meta->clock.in_doubt
		   ? BS_ACTION_HEADER
		   : action;
}

/* Whether a row is a judgement on a bounce, which the header tells of. */
static bool
is_judged(const struct bs_row *row)
{
	return row->number >= 4 && row->number != 18;
}

static void
write_header(const struct bs_judgement *judgement, struct bs_answer *answer)
{
	const struct bs_row *row = judgement->row;

	if (judgement->mode == BS_OBSERVE || !is_judged(row))
		return;
	if (bs_x_backstop_write(row->verdict, row->reason, row->number,
		answer->header, sizeof(answer->header)) != 0)
		answer->header[0] = '\0';
	else if (answer->action == BS_ACTION_NONE)
		answer->action = BS_ACTION_HEADER;
}

/* Whether a tag comes off. At DATA, that of a host that did not ask at RCPT:
 * whatever is delivered to a tag goes to the plain address. */
static bool
is_stripped(const struct bs_case *matter, const struct bs_finding *finding,
    const struct bs_row *row)
{
	return finding->has_tag &&
	       (row->strip ||
		   (matter->request->op == BS_OP_DATA && is_judged(row)));
}

/* The recipient as the host is to know it. */
static void
strip(const struct bs_case *matter, const struct bs_finding *finding,
    struct bs_answer *answer)
{
	if (bs_address_write(&finding->tag.plain, answer->address,
		sizeof(answer->address)) == 0 &&
	    matter->request->op == BS_OP_RCPT &&
	    answer->action == BS_ACTION_NONE)
		answer->action = BS_ACTION_REWRITE;
}

static void
act(const struct bs_case *matter, struct bs_answer *answer,
    struct bs_judgement *judgement)
{
	const struct bs_finding *finding = &judgement->finding;
	const struct bs_row *row = judgement->row;
	bool strict = finding->domain != NULL && finding->domain->strict;

	if (finding->domain != NULL)
		judgement->mode = finding->domain->mode;
	judgement->would = soften(matter,
	    bs_policy_action(row, &finding->facts, BS_ENFORCE, strict));
	answer->action = soften(matter,
	    bs_policy_action(row, &finding->facts, judgement->mode, strict));
	COPY(answer->verdict, row->verdict);
	COPY(answer->reason, row->reason);
	if (answer->action == BS_ACTION_REJECT) {
		COPY(answer->reply, row->reply);
		return;
	}
	if (matter->request->op == BS_OP_DATA)
		write_header(judgement, answer);
	if (is_stripped(matter, finding, row))
		strip(matter, finding, answer);
}

/* The column of the tally in which a row counts; BS_TALLIES for none. */
static enum bs_tally
tally_of(const struct bs_row *row)
{
	static const enum bs_tally columns[] = {
	    [0] = BS_TALLIES,
	    [1] = BS_TALLIES,
	    [2] = BS_TALLIES,
	    [3] = BS_TALLIES,
	    [4] = BS_TALLY_TAG_HOME,
	    [5] = BS_TALLY_SUSPECT,
	    [6] = BS_TALLY_TAG_HOME,
	    [7] = BS_TALLY_SUSPECT,
	    [8] = BS_TALLY_ID_HOME,
	    [9] = BS_TALLY_SUSPECT,
	    [10] = BS_TALLY_FORGED,
	    [11] = BS_TALLY_FORGED,
	    [12] = BS_TALLY_ID_HOME,
	    [13] = BS_TALLY_FORGED,
	    [14] = BS_TALLY_SUSPECT,
	    [15] = BS_TALLY_SUSPECT,
	    [16] = BS_TALLY_UNKNOWN,
	    [17] = BS_TALLY_UNKNOWN,
	    [18] = BS_TALLIES,
	    [19] = BS_TALLY_UNKNOWN,
	};

	return columns[row->number];
}

static void
tally_action(const struct bs_case *matter, enum bs_action action,
    enum bs_tally rejected, enum bs_tally junked)
{
	if (action == BS_ACTION_REJECT)
		bs_case_tally(matter, rejected);
	else if (action == BS_ACTION_JUNK)
		bs_case_tally(matter, junked);
}

/* A tag was lost on the way: what comes without one may be genuine. Not so of
 * a read receipt, which goes to the header address by right. */
static void
note_stripped(const struct bs_case *matter, const char *recipient)
{
	struct bs_address address;

	if (bs_address_parse(recipient, strlen(recipient), &address) != 0)
		return;
	bs_case_note(matter, &address, BS_NOTE_STRIPPED);
	bs_case_tally(matter, BS_TALLY_STRIPPED);
}

/* What the verdict adds to what is known of the domain. */
static void
keep_count(struct bs_case *matter, const struct bs_answer *answer,
    const struct bs_judgement *judgement)
{
	const struct bs_finding *finding = &judgement->finding;
	enum bs_tally column =
	    judgement->row == NULL ? BS_TALLIES : tally_of(judgement->row);

	matter->domain = finding->domain;
	if (answer->action == BS_ACTION_DEFER)
		bs_case_tally(matter, BS_TALLY_DEFERRED);
	if (column == BS_TALLIES || matter->domain == NULL)
		return;
	bs_case_tally(matter, column);
	tally_action(matter, answer->action, BS_TALLY_REJECTED,
	    BS_TALLY_JUNKED);
	if (judgement->would != answer->action)
		tally_action(matter, judgement->would, BS_TALLY_WOULD_REJECT,
		    BS_TALLY_WOULD_JUNK);
	if (judgement->row->number == 12 &&
	    finding->facts.kind == BS_KIND_DSN &&
	    finding->msg.fate == BS_MSG_SIGNED)
		note_stripped(matter, matter->request->recipient);
}

/* Whether the message may still change the verdict: then RCPT strips, and the
 * end of DATA decides. A bad tag that is refused is refused at once; so is a
 * stale one where no record could save it. */
static bool
waits_for_data(const struct bs_case *matter, const struct bs_facts *facts,
    enum bs_action action)
{
	const struct bs_request *request = matter->request;
	bool records = matter->view.config->messages;

	if (request->op != BS_OP_RCPT || !request->inspect || !facts->ours ||
	    facts->trusted || facts->sender == BS_SENDER_OTHER ||
	    facts->tag == BS_TAG_FOREIGN)
		return false;
	if (facts->tag == BS_TAG_STALE && !records)
		return action != BS_ACTION_REJECT;
	return facts->tag != BS_TAG_BAD ||
	       (facts->sender == BS_SENDER_NULL && action != BS_ACTION_REJECT);
}

static void
take_back(const struct bs_case *matter, struct bs_answer *answer,
    struct bs_judgement *judgement)
{
	*answer = (struct bs_answer){.id = answer->id};
	judgement->row = NULL;
	judgement->would = BS_ACTION_NONE;
	if (judgement->finding.has_tag)
		strip(matter, &judgement->finding, answer);
}

/* Whether nobody tells of it again. */
static bool
is_accepted(const struct bs_request *request, const struct bs_answer *answer)
{
	return request->op == BS_OP_DATA && request->accepts &&
	       !bs_policy_refuses(answer->action);
}

static void
judge_recipient(struct bs_case *matter, struct bs_answer *answer,
    struct bs_judgement *judgement)
{
	struct bs_finding *finding = &judgement->finding;

	if (bs_facts_find(&matter->view, matter->request, matter->now,
		finding) != 0)
		return;
	judgement->row = bs_policy_row(&finding->facts);
	act(matter, answer, judgement);
	if (waits_for_data(matter, &finding->facts, answer->action))
		take_back(matter, answer, judgement);
	bs_judge_probe(matter, answer, judgement);
	keep_count(matter, answer, judgement);
	if (is_accepted(matter->request, answer) && !finding->facts.trusted)
		bs_judge_accepted(matter, finding);
}

/* Whether a domain was left out of the configuration for a while: then its
 * mail went its own ways. */
static bool
was_away(const struct bs_case *matter)
{
	const struct bs_domain *domain = matter->domain;
	struct bs_sender_record record;
	uint8_t hash[BS_RECORD_HASH];

	return bs_view_hash_domain(&matter->view, domain->name,
		   strlen(domain->name), hash) == 0 &&
	       bs_view_sender(&matter->view, hash, &record) == 0 &&
	       record.last_day + 1 < bs_day_of(matter->now);
}

void
bs_judge_note_domains(const struct bs_judge *judge, int64_t now)
{
	struct bs_case matter = {.judge = judge, .now = now};

	bs_judge_view(judge, &matter.view);
	if (matter.view.meta->clock.in_doubt)
		return;
	for (size_t i = 0; i < judge->config->domain_count; i++) {
		matter.domain = &judge->config->domains[i];
		if (!matter.domain->outbound_here || was_away(&matter))
			bs_case_note_domain(&matter, BS_NOTE_ELSEWHERE);
		bs_case_note_domain(&matter,
		    matter.domain->sign ? BS_NOTE_SIGNS : BS_NOTE_UNSIGNED);
		if (!judge->config->messages)
			bs_case_note_domain(&matter, BS_NOTE_UNRECORDED);
	}
}

void
bs_judge(const struct bs_judge *judge, const struct bs_request *request,
    int64_t now, struct bs_answer *answer, struct bs_judgement *judgement)
{
	struct bs_case matter = {
	    .judge = judge,
	    .request = request,
	    .now = now,
	    .today = bs_day_of(now),
	};

	bs_judge_view(judge, &matter.view);
	matter.lifetime_days = bs_meta_lifetime(matter.view.meta,
	    judge->config->lifetime_days, matter.today);
	memset(answer, 0, sizeof(*answer));
	memset(judgement, 0, sizeof(*judgement));
	answer->id = request->id;
	switch (request->op) {
	case BS_OP_SIGN:
		bs_judge_sign(&matter, answer, judgement);
		break;
	case BS_OP_RCPT:
	case BS_OP_DATA:
		judge_recipient(&matter, answer, judgement);
		break;
	case BS_OP_SENT:
		bs_judge_sent(&matter);
		break;
	case BS_OP_SPF:
		answer->status = BS_STATUS_UNKNOWN;
		break;
	case BS_OP_PING:
	case BS_OP_RELOAD:
	case BS_OP_TRACE:
		break;
	}
}
