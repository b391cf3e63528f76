/* Why something is as it is: one word for logs, header fields and --json. */
#ifndef BS_POLICY_REASON_H
#define BS_POLICY_REASON_H

#include <stdbool.h>

enum bs_reason {
	BS_REASON_NONE, /* nothing to say: the empty word */

	/* of a verdict on a bounce */
	BS_REASON_BAD_TAG,
	BS_REASON_TAG,
	BS_REASON_UNISSUED,
	BS_REASON_UNPROVEN,
	BS_REASON_REPLAY,
	BS_REASON_LATE,
	BS_REASON_EXPIRED,
	BS_REASON_UNKNOWN_KEY, /* the same row, of a tag whose key is not known
				*/
	BS_REASON_STALE,
	BS_REASON_MESSAGE_ID,
	BS_REASON_UNTAGGED,
	BS_REASON_UNTAGGED_DAEMON,
	BS_REASON_MDN,
	BS_REASON_NO_ROW,

	/* why a sender was signed, or was not */
	BS_REASON_SIGNED,
	BS_REASON_UNRECORDED, /* signed; of a domain: some Message-ID is not
			       * known */
	BS_REASON_NULL_SENDER,
	BS_REASON_MALFORMED,
	BS_REASON_STRANGER,
	BS_REASON_UNTRUSTED,
	BS_REASON_NOT_OURS,
	BS_REASON_SIGN_OFF,
	BS_REASON_EXEMPT,
	BS_REASON_NO_KEY,
	BS_REASON_CLOCK,
	BS_REASON_TAGGED, /* this one and those below: it can carry no tag */
	BS_REASON_FOREIGN_TAG,
	BS_REASON_QUOTED,
	BS_REASON_NON_ASCII,
	BS_REASON_TOO_LONG,
	BS_REASON_SOURCE_ROUTE,
	BS_REASON_NO_DOMAIN,

	/* what the evidence rests on */
	BS_REASON_FOUND,
	BS_REASON_NOT_FOUND,
	BS_REASON_NOT_THEIRS,
	BS_REASON_OVER_CAP,
	BS_REASON_OTHER_RECIPIENT,
	BS_REASON_PARTIAL,
	BS_REASON_MESSAGES_OFF,
	BS_REASON_NO_MESSAGE_ID,
	BS_REASON_KEY_TROUBLE, /* the key of the tag was lost by our fault */

	/* why the coverage of a time is not full */
	BS_REASON_OUTBOUND_ELSEWHERE,
	BS_REASON_FOREIGN_KEY,
	BS_REASON_LENT_KEY,
	BS_REASON_SOMEONE_ELSE_SIGNS,
	BS_REASON_NO_STORE,
	BS_REASON_STORE_TROUBLE, /* of the evidence, too */
	BS_REASON_YOUNG_STORE,
	BS_REASON_ENGINE_AWAY,
	BS_REASON_ADAPTER_SILENT,
	BS_REASON_GAP,
	BS_REASON_SIGNING_BEGAN_LATER,
	BS_REASON_OUTBOUND_BEGAN_LATER,
	BS_REASON_STRIPPED,
	BS_REASON_UNSIGNED_MAIL,
	BS_REASON_UNSIGNED_IN_DOMAIN,
	BS_REASON_SWEPT, /* "backstop explain": older than the store keeps */

	BS_REASONS
};

/* The word; empty for BS_REASON_NONE, "?" for what is no reason. Never NULL,
 * lives for ever. */
const char *bs_reason_word(enum bs_reason reason);

/* Whether that a sender was signed, or not, for this reason is what happens
 * every day: then the log is silent. */
bool bs_reason_is_usual(enum bs_reason reason);

#endif
