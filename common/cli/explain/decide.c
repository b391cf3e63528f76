/* From what is known of a notice to an answer, in the order of what proves
 * most. Absent is not failed: where nothing proves anything, nobody knows. */
#include "common/cli/explain/decide.h"

static bool
is_good(enum bs_tag_fact fact)
{
	return fact == BS_TAG_VALID || fact == BS_TAG_GRACE;
}

static bool
answer(struct bs_explained *out, enum bs_explain_answer value,
    enum bs_explain_why why)
{
	out->answer = value;
	out->why = why;
	return true;
}

/* The store knew of everything that left, and not of this. What bears no date
 * may be of any age, and the store forgets. */
static bool
is_surely_absent(const struct bs_explained *explained)
{
	const struct bs_facts *facts = &explained->lookup.known.facts;

	return facts->evidence == BS_EVIDENCE_NO &&
	       facts->coverage == BS_COVERAGE_FULL && explained->dated > 0;
}

/* A tag that a key of ours made: whoever wrote the notice had a mail of ours.
 */
static bool
decide_by_good_tag(struct bs_explained *out, const struct bs_facts *facts)
{
	bool has_tag = is_good(facts->tag);

	if (!has_tag && !is_good(out->path_tag.fact))
		return false;
	if (is_surely_absent(out))
		return answer(out, BS_EXPLAIN_UNKNOWN, BS_WHY_TAG_BUT_NO_ID);
	if (has_tag && facts->issue == BS_ISSUED_OVER_CAP)
		return answer(out, BS_EXPLAIN_UNKNOWN, BS_WHY_REPLAY);
	if (facts->tag == BS_TAG_VALID && facts->issue == BS_NOT_ISSUED)
		return answer(out, BS_EXPLAIN_UNKNOWN, BS_WHY_UNISSUED);
	return answer(out, BS_EXPLAIN_YES,
	    has_tag ? BS_WHY_TAG : BS_WHY_PATH_TAG);
}

static bool
decide_by_poor_tag(struct bs_explained *out, const struct bs_facts *facts)
{
	switch (facts->tag) {
	case BS_TAG_BAD:
		return answer(out, BS_EXPLAIN_NO, BS_WHY_BAD_TAG);
	case BS_TAG_STALE:
		if (out->was_current || out->head.arrived <= 0)
			return answer(out, BS_EXPLAIN_UNKNOWN,
			    BS_WHY_STALE_MAYBE);
		return answer(out, BS_EXPLAIN_NO, BS_WHY_STALE_TAG);
	case BS_TAG_UNKNOWN:
		return answer(out, BS_EXPLAIN_UNKNOWN, BS_WHY_REVOKED);
	default:
		return false;
	}
}

/* A mail of ours has the Message-ID, and yet that proves nothing. */
static bool
decide_by_message(struct bs_explained *out)
{
	const struct bs_known *known = &out->lookup.known;

	if (!known->has_msg)
		return false;
	if (!known->msg_is_theirs)
		return answer(out, BS_EXPLAIN_UNKNOWN, BS_WHY_OTHERS_MAIL);
	return answer(out, BS_EXPLAIN_UNKNOWN,
	    known->msg_over_cap ? BS_WHY_REPLAY : BS_WHY_OTHER_PLACE);
}

static bool
decide_by_absence(struct bs_explained *out)
{
	if (!is_surely_absent(out))
		return false;
	if (out->origin_is_ours)
		return answer(out, BS_EXPLAIN_UNKNOWN, BS_WHY_OWN_NETWORK);
	return answer(out, BS_EXPLAIN_NO, BS_WHY_NO_ID);
}

static bool
decide_by_facts(struct bs_explained *out)
{
	const struct bs_facts *facts = &out->lookup.known.facts;

	if (facts->evidence == BS_EVIDENCE_YES)
		return answer(out, BS_EXPLAIN_YES, BS_WHY_MESSAGE_ID);
	return decide_by_good_tag(out, facts) ||
	       decide_by_poor_tag(out, facts) || decide_by_message(out) ||
	       decide_by_absence(out) ||
	       answer(out, BS_EXPLAIN_UNKNOWN, BS_WHY_NOTHING);
}

/* What the record does not hold, whoever sent it, says nothing for either side:
 * mail from before it began, in a gap of it, or sent by others of ours. */
static bool
may_be_unrecorded(const struct bs_explained *explained)
{
	const struct bs_known *known = &explained->lookup.known;
	const struct bs_meta *meta = &explained->ground->meta;
	int64_t dated = explained->dated;

	if (known->evidence_reason == BS_REASON_SWEPT ||
	    known->evidence_reason == BS_REASON_MESSAGES_OFF ||
	    known->coverage_reason == BS_REASON_SWEPT)
		return true;
	for (size_t i = 0; i < meta->gap_count; i++)
		if (dated >= meta->gaps[i].start && dated <= meta->gaps[i].end)
			return true;
	switch (known->coverage_reason) {
	case BS_REASON_OUTBOUND_ELSEWHERE:
	case BS_REASON_OUTBOUND_BEGAN_LATER:
	case BS_REASON_FOREIGN_KEY:
	case BS_REASON_LENT_KEY:
	case BS_REASON_SOMEONE_ELSE_SIGNS:
	case BS_REASON_SIGN_OFF:
		return true;
	default:
		return dated == 0 || dated < meta->epoch;
	}
}

/* Where nothing is proved, the place that the mail came from makes one answer
 * more probable, and so does a record that does not hold it. */
static enum bs_explain_leaning
leaning_of(const struct bs_explained *explained)
{
	const struct bs_dsn_facts *facts = &explained->message->facts;
	bool is_absent = facts->message_ids.count > 0 && !facts->only_refers;

	if (explained->why != BS_WHY_NOTHING)
		return BS_LEANS_NOWHERE;
	if (explained->origin_is_ours)
		return BS_LEANS_YES;
	if (!explained->ground->has_store)
		return explained->origin[0] != '\0' &&
			       !explained->notice_is_ours
			   ? BS_LEANS_NO
			   : BS_LEANS_NOWHERE;
	if (may_be_unrecorded(explained))
		return BS_LEANS_NOWHERE;
	return is_absent || explained->origin[0] != '\0' ? BS_LEANS_NO
							 : BS_LEANS_NOWHERE;
}

void
bs_explain_decide(struct bs_explained *out)
{
	if (!out->message->is_notice)
		(void)answer(out, BS_EXPLAIN_UNKNOWN, BS_WHY_NO_NOTICE);
	else if (out->ground->config == NULL || !out->ground->has_keyring)
		(void)answer(out, BS_EXPLAIN_UNKNOWN, BS_WHY_NO_GROUND);
	else if (!out->is_judged)
		(void)answer(out, BS_EXPLAIN_UNKNOWN, BS_WHY_NO_RECIPIENT);
	else
		(void)decide_by_facts(out);
	out->leaning = leaning_of(out);
	/* a tag proves more than looks do */
	out->is_bait = out->is_bait && out->answer == BS_EXPLAIN_UNKNOWN;
}
