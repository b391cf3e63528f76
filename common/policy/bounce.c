/* DESIGN §5 as two tables: which facts lead to a row, and what a row does. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "common/policy/bounce.h"

#define ROWS 20

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

#define EVERY_MODE(action)                                                     \
	{                                                                      \
		action, action, action, action                                 \
	}
#define NOTHING EVERY_MODE(BS_ACTION_NONE)
#define BY_MODE(mark, junk, enforce)                                           \
	{                                                                      \
		BS_ACTION_NONE, BS_ACTION_##mark, BS_ACTION_##junk,            \
		    BS_ACTION_##enforce                                        \
	}

/* clang-format off: one row a line, as DESIGN §5 has them */
static const struct bs_row rows[ROWS] = {
    {0, "trusted", "", true, NOTHING, false, NULL},
    {1, "not-ours", "", false, NOTHING, false, NULL},
    {2, "reply", "", true, NOTHING, false, NULL},
    {3, "ignored", "bad-tag", false, NOTHING, false, NULL},
    {4, "genuine", "tag", true, NOTHING, false, NULL},
    {5, "suspect", "unissued", true, BY_MODE(HEADER, JUNK, JUNK), true,
	REPLY_UNISSUED},
    {6, "genuine", "unproven", true, NOTHING, false, NULL},
    {7, "suspect", "replay", true, BY_MODE(HEADER, JUNK, JUNK), false, NULL},
    {8, "genuine", "late", true, NOTHING, false, NULL},
    {9, "suspect", "expired", true, BY_MODE(HEADER, JUNK, JUNK), false, NULL},
    {10, "forged", "stale", true, BY_MODE(HEADER, JUNK, REJECT), false,
	REPLY_STALE},
    {11, "forged", "bad-tag", true, BY_MODE(HEADER, JUNK, REJECT), false,
	REPLY_BAD},
    {12, "genuine", "message-id", false, BY_MODE(HEADER, NONE, NONE), false,
	NULL},
    {13, "forged", "untagged", false, BY_MODE(HEADER, JUNK, REJECT), false,
	REPLY_UNTAGGED},
    {14, "suspect", "untagged", false, BY_MODE(HEADER, JUNK, JUNK), true,
	REPLY_UNTAGGED},
    {15, "suspect", "untagged-daemon", false, BY_MODE(HEADER, JUNK, JUNK),
	false, NULL},
    {16, "unknown", "", false, BY_MODE(HEADER, HEADER, HEADER), false, NULL},
    {17, "unknown", "mdn", false, BY_MODE(HEADER, HEADER, HEADER), false, NULL},
    {18, "not-a-bounce", "", false, NOTHING, false, NULL},
    {19, "unknown", "no-row", false, BY_MODE(HEADER, HEADER, HEADER), false,
	NULL},
};
/* clang-format on */

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
#define DSN SET(BS_KIND_DSN)
#define FULL SET(BS_COVERAGE_FULL)

/* Rows 1 to 18 in the order in which they are tried; rows 0 and 1 by the
 * domain are bs_policy_row()'s own. Row 16 also takes what was not read. */
static const struct rule rules[] = {
    {.row = 1, .tags = F},
    {.row = 1, .senders = O, .tags = M},
    {.row = 2, .senders = O, .tags = V | X | S | U},
    {.row = 3, .senders = O | D, .tags = B},
    {.row = 4, .senders = N | D, .tags = V, .issues = SET(BS_ISSUED)},
    {.row = 4, .senders = N | D, .tags = V, .evidence = FOUND},
    {.row = 5, .senders = N | D, .tags = V, .issues = SET(BS_NOT_ISSUED)},
    {.row = 6, .senders = N | D, .tags = V, .issues = SET(BS_ISSUE_UNKNOWN)},
    {.row = 7, .senders = N | D, .tags = V, .issues = SET(BS_ISSUED_OVER_CAP)},
    {.row = 8, .senders = N | D, .tags = X | S | U, .evidence = FOUND},
    {.row = 9, .senders = N | D, .tags = X | U},
    {.row = 9, .senders = D, .tags = S},
    {.row = 10, .senders = N, .tags = S},
    {.row = 11, .senders = N, .tags = B},
    {.row = 12, .senders = N | D, .tags = M, .evidence = FOUND},
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
	return &rows[ROWS - 1];
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
