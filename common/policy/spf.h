/* From what SPF found and what the settings say to an action and a reply. */
#ifndef BS_POLICY_SPF_H
#define BS_POLICY_SPF_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/policy/bounce.h"
#include "common/policy/spf_words.h"

#define BS_SPF_IDENTITIES 2

/* After which results of MAIL FROM the sender is told that its mail could not
 * be delivered. Those that are told of nothing did not send it. */
enum bs_spf_dsn {
	BS_SPF_DSN_ALL,
	BS_SPF_DSN_NOT_FAILED,	  /* not after a fail or softfail */
	BS_SPF_DSN_AUTHENTICATED, /* after a pass only */
};

/* The settings. An action here is BS_ACTION_NONE ("ignore": not told of in a
 * header), _HEADER, _JUNK, _DEFER or _REJECT; a pass is always told of. */
struct bs_spf_rules {
	enum bs_mode mode;
	enum bs_action actions[BS_SPF_IDENTITIES][BS_SPF_RESULTS];
	enum bs_action own_domains; /* not a pass, and in our name */
	bool fail_needs_all; /* a fail is refused by a record in -all only */
	enum bs_spf_dsn dsn; /* in every mode */
};

/* What was found of one transaction; borrowed. */
struct bs_spf_findings {
	const struct bs_spf_finding *helo;     /* NULL: not checked */
	const struct bs_spf_finding *mailfrom; /* NULL: null reverse-path */
	bool is_ours;	    /* MAIL FROM names a domain of ours */
	bool is_forwarder;  /* one that passed is a trusted forwarder's */
	bool may_be_bounce; /* MAIL FROM is the name of a mail system */
};

/* What is to be done. would is what mode enforce would do. */
struct bs_spf_decision {
	const struct bs_spf_finding *finding; /* that decided */
	enum bs_action action;
	enum bs_action would;
	bool tells[BS_SPF_IDENTITIES]; /* which ones headers tell of */
	bool by_own_rule; /* it is refused for our name, not for the result */
	bool no_dsn; /* it is accepted, but its sender is told of nothing */
};

/* Decides. One of the two findings must be there. */
void bs_spf_decide(const struct bs_spf_rules *rules,
    const struct bs_spf_findings *found, struct bs_spf_decision *out);

/* The SMTP reply of a decision that refuses or defers (RFC 7372), printable
 * ASCII without a newline; client is the address that was checked. explains:
 * with the explanation of the domain, if that fits. */
void bs_spf_reply(const struct bs_spf_decision *decision, const char *client,
    bool explains, char *out, size_t size);

/* "ignore", "mark", "junk", "defer", "reject". Returns 0 or -EINVAL. */
BS_MUST_USE int bs_spf_action_parse(const char *text, enum bs_action *out);

/* "all", "not-failed", "authenticated"; a name is never NULL. Parsing returns 0
 * or -EINVAL. */
const char *bs_spf_dsn_name(enum bs_spf_dsn dsn);
BS_MUST_USE int bs_spf_dsn_parse(const char *text, enum bs_spf_dsn *out);

#endif
