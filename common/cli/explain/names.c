/* Words for the facts of an explanation. */
#include <stdio.h>

#include "common/cli/explain/names.h"

#define NAME(names, value)                                                     \
	((size_t)(value) < sizeof(names) / sizeof((names)[0]) ? (names)[value] \
							      : "?")

const char *
bs_explain_fate(uint8_t fate)
{
	static const char *const names[] = {
	    [BS_MSG_SIGNED] = "signed",
	    [BS_MSG_EXEMPT] = "exempt",
	    [BS_MSG_OBSTACLE] = "unsigned",
	    [BS_MSG_RELAYED] = "relayed",
	};

	return NAME(names, fate);
}

const char *
bs_explain_id(enum bs_explain_id id)
{
	static const char *const names[] = {
	    [BS_ID_UNASKED] = "unasked",
	    [BS_ID_ABSENT] = "absent",
	    [BS_ID_OTHERS] = "others",
	    [BS_ID_THEIRS] = "theirs",
	};

	return NAME(names, id);
}

const char *
bs_explain_id_text(enum bs_explain_id id)
{
	static const char *const names[] = {
	    [BS_ID_UNASKED] = "not looked up",
	    [BS_ID_ABSENT] = "not in the store",
	    [BS_ID_OTHERS] = "in the store, sent by somebody else of ours",
	    [BS_ID_THEIRS] = "in the store, sent by the recipient",
	};

	return NAME(names, id);
}

const char *
bs_explain_why(enum bs_explain_why why)
{
	static const char *const names[] = {
	    [BS_WHY_NO_NOTICE] = "no-bounce",
	    [BS_WHY_NO_GROUND] = "no-ground",
	    [BS_WHY_NO_RECIPIENT] = "no-recipient",
	    [BS_WHY_MESSAGE_ID] = "message-id",
	    [BS_WHY_TAG] = "tag",
	    [BS_WHY_PATH_TAG] = "returned-tag",
	    [BS_WHY_TAG_BUT_NO_ID] = "tag-without-message",
	    [BS_WHY_BAD_TAG] = "bad-tag",
	    [BS_WHY_STALE_TAG] = "stale-tag",
	    [BS_WHY_STALE_MAYBE] = "stale-now",
	    [BS_WHY_NO_ID] = "no-message",
	    [BS_WHY_OWN_NETWORK] = "own-network",
	    [BS_WHY_REPLAY] = "replay",
	    [BS_WHY_UNISSUED] = "unissued",
	    [BS_WHY_REVOKED] = "unknown-key",
	    [BS_WHY_OTHERS_MAIL] = "others-message",
	    [BS_WHY_OTHER_PLACE] = "other-recipient",
	    [BS_WHY_NOTHING] = "no-evidence",
	};

	return NAME(names, why);
}

const char *
bs_explain_domains(uint8_t count)
{
	static char text[24];

	if (count == BS_MSG_MANY)
		return "many domains";
	snprintf(text, sizeof(text), "%u domain%s", (unsigned)count,
	    count == 1 ? "" : "s");
	return text;
}

void
bs_explain_actions(const struct bs_explained *explained,
    enum bs_action out[static 4])
{
	bool strict = explained->domain != NULL && explained->domain->strict;

	for (unsigned mode = BS_OBSERVE; mode <= BS_ENFORCE; mode++)
		out[mode] = bs_policy_action(explained->row,
		    &explained->lookup.known.facts, (enum bs_mode)mode, strict);
}
