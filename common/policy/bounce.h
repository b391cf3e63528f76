/* The verdicts on bounces: from facts to a row of a table, from a row and a
 * mode to an action. */
#ifndef BS_POLICY_BOUNCE_H
#define BS_POLICY_BOUNCE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/policy/reason.h"
#include "common/policy/tally.h"

enum bs_mode { BS_OBSERVE, BS_MARK, BS_JUNK, BS_ENFORCE };

enum bs_sender { BS_SENDER_NULL, BS_SENDER_DAEMON, BS_SENDER_OTHER };

enum bs_tag_fact {
	BS_TAG_VALID,
	BS_TAG_GRACE,
	BS_TAG_STALE,
	BS_TAG_BAD,
	BS_TAG_UNKNOWN, /* the key is unknown, younger than the tag, revoked */
	BS_TAG_NONE,
	BS_TAG_FOREIGN,
};

enum bs_kind {
	BS_KIND_UNREAD, /* RCPT, or a host that shows us no messages */
	BS_KIND_DSN,
	BS_KIND_MDN,
	BS_KIND_AUTO,
	BS_KIND_OTHER,
};

enum bs_evidence {
	BS_EVIDENCE_YES,
	BS_EVIDENCE_NO,	       /* all that left is known, and this did not */
	BS_EVIDENCE_NONE,      /* it returns nothing that says either */
	BS_EVIDENCE_ELSEWHERE, /* a message of theirs, but not sent there */
	BS_EVIDENCE_FAILED,    /* a look-up failed, or was not complete */
};

enum bs_issue {
	BS_ISSUED,
	BS_NOT_ISSUED,	  /* and the store would know: it is complete */
	BS_ISSUE_UNKNOWN, /* no record, and the store has holes */
	BS_ISSUED_OVER_CAP,
};

enum bs_coverage { BS_COVERAGE_FULL, BS_COVERAGE_PARTIAL };

struct bs_facts {
	bool trusted; /* our networks, authenticated, local, socket */
	bool ours;    /* the recipient's domain is one of ours */
	enum bs_sender sender;
	enum bs_tag_fact tag;
	enum bs_kind kind;
	enum bs_evidence evidence;
	enum bs_issue issue;
	enum bs_coverage coverage;
};

enum bs_action {
	BS_ACTION_NONE,
	BS_ACTION_REWRITE, /* on the wire: take the address of the answer */
	BS_ACTION_HEADER,
	BS_ACTION_JUNK,
	BS_ACTION_REJECT,
	BS_ACTION_DEFER,
};

/* Whether op rcpt may give the verdict of a row, where op data will follow:
 * else the message may still change it. */
enum bs_final {
	BS_FINAL_AT_RCPT,	     /* no message can change it */
	BS_FINAL_IF_REFUSED,	     /* if it refuses; else at DATA */
	BS_FINAL_IF_NO_RECORD_HELPS, /* the same, but only where no Message-IDs
				      * are recorded */
	BS_FINAL_AT_DATA,
};

/* At which question the log tells of a row. */
enum bs_told {
	BS_TOLD_AT_RCPT,	 /* op data has nothing new to say */
	BS_TOLD_LATE_OF_DAEMONS, /* the same; but of a daemon-like sender RCPT
				  * waits for the message, and logs nothing */
	BS_TOLD_ALWAYS,
};

/* All that a row says. The pointers are to constants. */
struct bs_row {
	unsigned number; /* for people: nothing is decided by it */
	const char *verdict;
	enum bs_reason reason;	   /* _NONE where the verdict says it all */
	enum bs_action actions[4]; /* by enum bs_mode */
	bool strict_rejects;	   /* where "strict" is set and mode enforce */
	const char *reply;	   /* for the actions that refuse, else NULL */
	bool strip;		   /* a tag of our form becomes the address */
	bool is_judgement;   /* on a bounce: a header field tells of it, and a
			      * tag comes off at DATA at the latest */
	enum bs_tally tally; /* in which it counts; BS_TALLIES: in none */
	enum bs_final final;
	enum bs_told told;
	bool lost_tag; /* a bounce of signed mail came without its tag */
};

/* The first row that matches; the last of the table where none does. Never
 * NULL; lives for ever. */
const struct bs_row *bs_policy_row(const struct bs_facts *facts);

/* Why the row was taken: the reason that the row has, but for a tag whose key
 * is not known. */
enum bs_reason bs_policy_reason(const struct bs_row *row,
    const struct bs_facts *facts);

/* A row by its number, from 0; NULL behind the last one. */
#define BS_POLICY_ROWS 20
const struct bs_row *bs_policy_row_at(unsigned number);

/* What verdicts there are, to be counted: the rows, and one of them with its
 * other reason. The number of one; and one by its number, or NULL. */
#define BS_POLICY_VERDICTS (BS_POLICY_ROWS + 1)
size_t bs_policy_verdict(const struct bs_row *row, enum bs_reason reason);
const struct bs_row *bs_policy_verdict_at(size_t verdict,
    enum bs_reason *reason);

/* Whether a verdict on a bounce may end with this action: in some mode, for
 * some facts, or as the probe limit defers. Taking the tag off is no action. */
bool bs_policy_may_end(const struct bs_row *row, enum bs_action action);

/* What a row does in a mode. BS_ACTION_NONE leaves the message as it is.
 * Strict refuses null senders alone: what says that it is a daemon's may turn
 * out to be a person's. */
enum bs_action bs_policy_action(const struct bs_row *row,
    const struct bs_facts *facts, enum bs_mode mode, bool strict);

/* Whether the host does not take the mail: reject and defer. */
bool bs_policy_refuses(enum bs_action action);

/* How much harm an action does to a genuine bounce: 0 for none, more for
 * junk, for defer, for reject. Of several verdicts on a message the least
 * harmful counts. */
unsigned bs_policy_harm(enum bs_action action);

/* Words for facts, "?" for what is none: of logs and --json. */
const char *bs_sender_name(enum bs_sender sender);
const char *bs_tag_fact_name(enum bs_tag_fact fact);
const char *bs_evidence_name(enum bs_evidence evidence);
const char *bs_issue_name(enum bs_issue issue);
const char *bs_coverage_name(enum bs_coverage coverage);

/* Words of the configuration, the wire and logs. bs_mode_name() never returns
 * NULL; bs_mode_parse() returns 0 or -EINVAL. */
const char *bs_mode_name(enum bs_mode mode);
int bs_mode_parse(const char *text, enum bs_mode *out);
#define BS_ACTIONS 6
extern const char *const bs_action_names[BS_ACTIONS]; /* by enum bs_action */

#endif
