/* The verdicts on bounces as two tables: which facts lead to a row, and all
 * that a row says. No other file knows a row by its number. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "common/policy/bounce.h"

#define REPLY_STALE                                                            \
	"550 5.7.1 This bounce answers a return path that expired more than "  \
	"a week ago: the message was not sent by us lately, or this is "       \
	"backscatter of a forgery"
#define REPLY_BAD                                                              \
	"550 5.7.1 This bounce answers a return path that we never signed: "   \
	"the message was forged in our user's name, please do not bounce "     \
	"forged mail"
#define REPLY_UNISSUED                                                         \
	"550 5.7.1 This bounce answers a return path that was not in use: "    \
	"no message of ours left with it"
#define REPLY_UNTAGGED                                                         \
	"550 5.7.1 The message that this bounce returns was never sent by "    \
	"us: it was forged in our user's name, please do not bounce forged "   \
	"mail"

/* What a row does in the modes observe, mark, junk and enforce. */
#define NOTHING                                                                \
	{                                                                      \
		BS_ACTION_NONE, BS_ACTION_NONE, BS_ACTION_NONE, BS_ACTION_NONE \
	}
#define BY_MODE(mark, junk, enforce)                                           \
	{                                                                      \
		BS_ACTION_NONE, BS_ACTION_##mark, BS_ACTION_##junk,            \
		    BS_ACTION_##enforce                                        \
	}

/* The columns of the table; a row that leaves one out does not compile. See
 * struct bs_row. */
#define ROW(number, verdict, reason, actions, strict, reply, strip, judged,    \
    tally, final, told, lost_tag)                                              \
	[number] = {number, verdict, BS_REASON_##reason, actions, strict,      \
	    reply, strip, judged, BS_##tally, BS_FINAL_##final,                \
	    BS_TOLD_##told, lost_tag}
#define STRICT true /* refuses where "strict" is set */
#define AS_SET false
#define STRIPS true
#define KEEPS false
#define JUDGED true
#define PASSED false
#define LOST true
#define HELD false

/* clang-format off */
static const struct bs_row rows[] = {
    ROW(0, "trusted", NONE, NOTHING, AS_SET, NULL,
	STRIPS, PASSED, TALLIES, AT_RCPT, AT_RCPT, HELD),
    ROW(1, "not-ours", NONE, NOTHING, AS_SET, NULL,
	KEEPS, PASSED, TALLIES, AT_RCPT, AT_RCPT, HELD),
    ROW(2, "reply", NONE, NOTHING, AS_SET, NULL,
	STRIPS, PASSED, TALLIES, AT_RCPT, LATE_OF_DAEMONS, HELD),
    ROW(3, "ignored", BAD_TAG, NOTHING, AS_SET, NULL,
	KEEPS, PASSED, TALLIES, AT_RCPT, AT_RCPT, HELD),
    ROW(4, "genuine", TAG, NOTHING, AS_SET, NULL,
	STRIPS, JUDGED, TALLY_TAG_HOME, AT_DATA, ALWAYS, HELD),
    ROW(5, "suspect", UNISSUED, BY_MODE(HEADER, JUNK, JUNK), STRICT, REPLY_UNISSUED,
	STRIPS, JUDGED, TALLY_SUSPECT, AT_DATA, ALWAYS, HELD),
    ROW(6, "genuine", UNPROVEN, NOTHING, AS_SET, NULL,
	STRIPS, JUDGED, TALLY_TAG_HOME, AT_DATA, ALWAYS, HELD),
    ROW(7, "suspect", REPLAY, BY_MODE(HEADER, JUNK, JUNK), AS_SET, NULL,
	STRIPS, JUDGED, TALLY_SUSPECT, AT_DATA, ALWAYS, HELD),
    ROW(8, "genuine", LATE, NOTHING, AS_SET, NULL,
	STRIPS, JUDGED, TALLY_ID_HOME, AT_DATA, ALWAYS, HELD),
    ROW(9, "suspect", EXPIRED, BY_MODE(HEADER, JUNK, JUNK), AS_SET, NULL,
	STRIPS, JUDGED, TALLY_SUSPECT, AT_DATA, ALWAYS, HELD),
    ROW(10, "forged", STALE, BY_MODE(HEADER, JUNK, REJECT), AS_SET, REPLY_STALE,
	STRIPS, JUDGED, TALLY_FORGED, IF_NO_RECORD_HELPS, ALWAYS, HELD),
    ROW(11, "forged", BAD_TAG, BY_MODE(HEADER, JUNK, REJECT), AS_SET, REPLY_BAD,
	STRIPS, JUDGED, TALLY_FORGED, IF_REFUSED, ALWAYS, HELD),
    ROW(12, "genuine", MESSAGE_ID, BY_MODE(HEADER, NONE, NONE), AS_SET, NULL,
	KEEPS, JUDGED, TALLY_ID_HOME, AT_DATA, ALWAYS, LOST),
    ROW(13, "forged", UNTAGGED, BY_MODE(HEADER, JUNK, REJECT), AS_SET, REPLY_UNTAGGED,
	KEEPS, JUDGED, TALLY_FORGED, AT_DATA, ALWAYS, HELD),
    ROW(14, "suspect", UNTAGGED, BY_MODE(HEADER, JUNK, JUNK), STRICT, REPLY_UNTAGGED,
	KEEPS, JUDGED, TALLY_SUSPECT, AT_DATA, ALWAYS, HELD),
    ROW(15, "suspect", UNTAGGED_DAEMON, BY_MODE(HEADER, JUNK, JUNK), AS_SET, NULL,
	KEEPS, JUDGED, TALLY_SUSPECT, AT_DATA, ALWAYS, HELD),
    ROW(16, "unknown", NONE, BY_MODE(HEADER, HEADER, HEADER), AS_SET, NULL,
	STRIPS, JUDGED, TALLY_UNKNOWN, AT_DATA, ALWAYS, HELD),
    ROW(17, "unknown", MDN, BY_MODE(HEADER, HEADER, HEADER), AS_SET, NULL,
	KEEPS, JUDGED, TALLY_UNKNOWN, AT_DATA, ALWAYS, HELD),
    ROW(18, "not-a-bounce", NONE, NOTHING, AS_SET, NULL,
	KEEPS, PASSED, TALLIES, AT_DATA, ALWAYS, HELD),
    ROW(19, "unknown", NO_ROW, BY_MODE(HEADER, HEADER, HEADER), AS_SET, NULL,
	KEEPS, JUDGED, TALLY_UNKNOWN, AT_DATA, ALWAYS, HELD),
};
/* clang-format on */

_Static_assert(sizeof(rows) / sizeof(rows[0]) == BS_POLICY_ROWS,
    "the header says how many rows there are");

/* A set of enumerators; none named: any will do. */
#define SET(x) (1U << (x))

struct rule {
	unsigned row;
	unsigned senders;
	unsigned tags;
	unsigned kinds;
	unsigned evidence;
	unsigned issues;
	unsigned coverage;
};

#define N SET(BS_SENDER_NULL)
#define D SET(BS_SENDER_DAEMON)
#define O SET(BS_SENDER_OTHER)
#define V SET(BS_TAG_VALID)
#define X SET(BS_TAG_GRACE)
#define S SET(BS_TAG_STALE)
#define B SET(BS_TAG_BAD)
#define U SET(BS_TAG_UNKNOWN)
#define M SET(BS_TAG_NONE)
#define F SET(BS_TAG_FOREIGN)
#define FOUND SET(BS_EVIDENCE_YES)
#define NOT_FOUND (SET(BS_EVIDENCE_NO) | SET(BS_EVIDENCE_NONE))
#define FAILED SET(BS_EVIDENCE_FAILED)
#define UNCLEAR (FAILED | SET(BS_EVIDENCE_ELSEWHERE))
#define DSN SET(BS_KIND_DSN)
#define FULL SET(BS_COVERAGE_FULL)

/* Rows 1 to 18, the first that matches; bs_policy_row() finds rows 0 and 1 by
 * the domain itself. */
static const struct rule rules[] = {
    {.row = 1, .tags = F},
    {.row = 1, .senders = O, .tags = M},
    {.row = 2, .senders = O, .tags = V | X | S | U},
    {.row = 3, .senders = O | D, .tags = B},
    {.row = 4, .senders = N | D, .tags = V, .issues = SET(BS_ISSUED)},
    {.row = 4, .senders = N | D, .tags = V, .evidence = FOUND},
    {.row = 16,
	.senders = N | D,
	.tags = V,
	.evidence = UNCLEAR,
	.issues = SET(BS_NOT_ISSUED)},
    {.row = 5, .senders = N | D, .tags = V, .issues = SET(BS_NOT_ISSUED)},
    {.row = 6, .senders = N | D, .tags = V, .issues = SET(BS_ISSUE_UNKNOWN)},
    /* a copy of one message must not open the cap by naming other recipients */
    {.row = 16,
	.senders = N | D,
	.tags = V,
	.evidence = FAILED,
	.issues = SET(BS_ISSUED_OVER_CAP)},
    {.row = 7, .senders = N | D, .tags = V, .issues = SET(BS_ISSUED_OVER_CAP)},
    {.row = 8, .senders = N | D, .tags = X | S | U, .evidence = FOUND},
    {.row = 16, .senders = N | D, .tags = X | S | U, .evidence = UNCLEAR},
    {.row = 9, .senders = N | D, .tags = X | U},
    {.row = 9, .senders = D, .tags = S},
    {.row = 10, .senders = N, .tags = S},
    {.row = 11, .senders = N, .tags = B},
    {.row = 12, .senders = N | D, .tags = M, .evidence = FOUND},
    {.row = 16, .senders = N | D, .tags = M, .kinds = DSN, .evidence = UNCLEAR},
    {.row = 13,
	.senders = N,
	.tags = M,
	.kinds = DSN,
	.evidence = SET(BS_EVIDENCE_NO),
	.coverage = FULL},
    {.row = 14,
	.senders = N,
	.tags = M,
	.kinds = DSN,
	.evidence = NOT_FOUND,
	.coverage = FULL},
    {.row = 15,
	.senders = D,
	.tags = M,
	.kinds = DSN,
	.evidence = NOT_FOUND,
	.coverage = FULL},
    {.row = 16,
	.senders = N | D,
	.tags = M,
	.kinds = DSN,
	.coverage = SET(BS_COVERAGE_PARTIAL)},
    {.row = 16, .senders = N | D, .tags = M, .kinds = SET(BS_KIND_UNREAD)},
    {.row = 17, .senders = N, .tags = M, .kinds = SET(BS_KIND_MDN)},
    {.row = 18,
	.senders = N,
	.tags = M,
	.kinds = SET(BS_KIND_AUTO) | SET(BS_KIND_OTHER)},
};

static bool
holds(unsigned set, unsigned value)
{
	return set == 0 || (set & SET(value)) != 0;
}

static bool
matches(const struct rule *rule, const struct bs_facts *facts)
{
	return holds(rule->senders, facts->sender) &&
	       holds(rule->tags, facts->tag) &&
	       holds(rule->kinds, facts->kind) &&
	       holds(rule->evidence, facts->evidence) &&
	       holds(rule->issues, facts->issue) &&
	       holds(rule->coverage, facts->coverage);
}

const struct bs_row *
bs_policy_row(const struct bs_facts *facts)
{
	struct bs_facts read = *facts;

	if (read.trusted)
		return &rows[0];
	if (!read.ours)
		return &rows[1];
	/* a daemon's name on what is no delivery report is just a name */
	if (read.sender == BS_SENDER_DAEMON && read.kind != BS_KIND_UNREAD &&
	    read.kind != BS_KIND_DSN)
		read.sender = BS_SENDER_OTHER;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (matches(&rules[i], &read))
			return &rows[rules[i].row];
	return &rows[BS_POLICY_ROWS - 1];
}

enum bs_reason
bs_policy_reason(const struct bs_row *row, const struct bs_facts *facts)
{
	if (row->reason == BS_REASON_EXPIRED && facts->tag == BS_TAG_UNKNOWN)
		return BS_REASON_UNKNOWN_KEY;
	return row->reason;
}

const struct bs_row *
bs_policy_row_at(unsigned number)
{
	return number < BS_POLICY_ROWS ? &rows[number] : NULL;
}

enum bs_action
bs_policy_action(const struct bs_row *row, const struct bs_facts *facts,
    enum bs_mode mode, bool strict)
{
	if (strict && row->strict_rejects && mode == BS_ENFORCE &&
	    facts->sender == BS_SENDER_NULL)
		return BS_ACTION_REJECT;
	return row->actions[mode];
}

size_t
bs_policy_verdict(const struct bs_row *row, enum bs_reason reason)
{
	return reason == row->reason ? (size_t)(row - rows) : BS_POLICY_ROWS;
}

const struct bs_row *
bs_policy_verdict_at(size_t verdict, enum bs_reason *reason)
{
	const struct bs_row *row = rows;

	if (verdict >= BS_POLICY_VERDICTS)
		return NULL;
	if (verdict < BS_POLICY_ROWS) {
		*reason = rows[verdict].reason;
		return &rows[verdict];
	}
	while (row->reason != BS_REASON_EXPIRED)
		row++;
	*reason = BS_REASON_UNKNOWN_KEY;
	return row;
}

/* Whether a null sender whose tag is not valid leads there: who guesses is put
 * off. */
static bool
may_be_probing(const struct bs_row *row)
{
	if (row == &rows[BS_POLICY_ROWS - 1])
		return true; /* what no rule matches */
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (&rows[rules[i].row] == row &&
		    holds(rules[i].senders, BS_SENDER_NULL) &&
		    (rules[i].tags == 0 || (rules[i].tags & ~V) != 0))
			return true;
	return false;
}

bool
bs_policy_may_end(const struct bs_row *row, enum bs_action action)
{
	if (!row->is_judgement || action == BS_ACTION_REWRITE)
		return false;
	/* all modes but observe tell of a verdict in a header field */
	if (action == BS_ACTION_NONE || action == BS_ACTION_HEADER)
		return true;
	if (action == BS_ACTION_DEFER)
		return may_be_probing(row);
	for (size_t mode = BS_OBSERVE; mode <= BS_ENFORCE; mode++)
		if (row->actions[mode] == action)
			return true;
	return action == BS_ACTION_REJECT && row->strict_rejects;
}

bool
bs_policy_refuses(enum bs_action action)
{
	return action == BS_ACTION_REJECT || action == BS_ACTION_DEFER;
}

unsigned
bs_policy_harm(enum bs_action action)
{
	switch (action) {
	case BS_ACTION_JUNK:
		return 1;
	case BS_ACTION_DEFER:
		return 2;
	case BS_ACTION_REJECT:
		return 3;
	case BS_ACTION_NONE:
	case BS_ACTION_REWRITE:
	case BS_ACTION_HEADER:
		break;
	}
	return 0;
}

#define NAME(names, value)                                                     \
	((size_t)(value) < sizeof(names) / sizeof((names)[0]) ? (names)[value] \
							      : "?")

const char *
bs_sender_name(enum bs_sender sender)
{
	static const char *const names[] = {
	    [BS_SENDER_NULL] = "null",
	    [BS_SENDER_DAEMON] = "daemon",
	    [BS_SENDER_OTHER] = "other",
	};

	return NAME(names, sender);
}

const char *
bs_tag_fact_name(enum bs_tag_fact fact)
{
	static const char *const names[] = {
	    [BS_TAG_VALID] = "valid",
	    [BS_TAG_GRACE] = "grace",
	    [BS_TAG_STALE] = "stale",
	    [BS_TAG_BAD] = "bad",
	    [BS_TAG_UNKNOWN] = "unknown-key",
	    [BS_TAG_NONE] = "none",
	    [BS_TAG_FOREIGN] = "foreign",
	};

	return NAME(names, fact);
}

const char *
bs_evidence_name(enum bs_evidence evidence)
{
	static const char *const names[] = {
	    [BS_EVIDENCE_YES] = "found",
	    [BS_EVIDENCE_NO] = "not-found",
	    [BS_EVIDENCE_NONE] = "none",
	    [BS_EVIDENCE_ELSEWHERE] = "elsewhere",
	    [BS_EVIDENCE_FAILED] = "failed",
	};

	return NAME(names, evidence);
}

const char *
bs_issue_name(enum bs_issue issue)
{
	static const char *const names[] = {
	    [BS_ISSUED] = "issued",
	    [BS_NOT_ISSUED] = "not-issued",
	    [BS_ISSUE_UNKNOWN] = "unknown",
	    [BS_ISSUED_OVER_CAP] = "over-cap",
	};

	return NAME(names, issue);
}

const char *
bs_coverage_name(enum bs_coverage coverage)
{
	static const char *const names[] = {
	    [BS_COVERAGE_FULL] = "full",
	    [BS_COVERAGE_PARTIAL] = "partial",
	};

	return NAME(names, coverage);
}

static const char *const mode_names[] = {
    [BS_OBSERVE] = "observe",
    [BS_MARK] = "mark",
    [BS_JUNK] = "junk",
    [BS_ENFORCE] = "enforce",
};

const char *const bs_action_names[BS_ACTIONS] = {
    [BS_ACTION_NONE] = "none",
    [BS_ACTION_REWRITE] = "rewrite",
    [BS_ACTION_HEADER] = "header",
    [BS_ACTION_JUNK] = "junk",
    [BS_ACTION_REJECT] = "reject",
    [BS_ACTION_DEFER] = "defer",
};

const char *
bs_mode_name(enum bs_mode mode)
{
	return mode_names[mode];
}

int
bs_mode_parse(const char *text, enum bs_mode *out)
{
	for (size_t i = 0; i < sizeof(mode_names) / sizeof(*mode_names); i++)
		if (strcmp(text, mode_names[i]) == 0) {
			*out = (enum bs_mode)i;
			return 0;
		}
	return -EINVAL;
}
