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

/* The store knew of everything that left, and not of this. */
static bool
is_surely_absent(const struct bs_facts *facts)
{
	return facts->evidence == BS_EVIDENCE_NO &&
	       facts->coverage == BS_COVERAGE_FULL;
}

/* A tag that keys of ours made: somebody had a mail of ours. */
static bool
decide_by_good_tag(struct bs_explained *out, const struct bs_facts *facts)
{
	bool has_tag = is_good(facts->tag);

	if (!has_tag && !is_good(out->path_tag.fact))
		return false;
	if (is_surely_absent(facts))
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
		if (out->was_current)
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
decide_by_absence(struct bs_explained *out, const struct bs_facts *facts)
{
	if (!is_surely_absent(facts))
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
	       decide_by_absence(out, facts) ||
	       answer(out, BS_EXPLAIN_UNKNOWN, BS_WHY_NOTHING);
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
}
