/* From what SPF found and what the settings say to an action and a reply. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/policy/spf.h"

static const struct {
	const char *name;
	enum bs_action action;
} actions[] = {
    {"ignore", BS_ACTION_NONE},
    {"mark", BS_ACTION_HEADER},
    {"junk", BS_ACTION_JUNK},
    {"defer", BS_ACTION_DEFER},
    {"reject", BS_ACTION_REJECT},
};

int
bs_spf_action_parse(const char *text, enum bs_action *out)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(text, actions[i].name) == 0) {
			*out = actions[i].action;
			return 0;
		}
	return -EINVAL;
}

static const char *const dsn_names[] = {
    [BS_SPF_DSN_ALL] = "all",
    [BS_SPF_DSN_NOT_FAILED] = "not-failed",
    [BS_SPF_DSN_AUTHENTICATED] = "authenticated",
};

const char *
bs_spf_dsn_name(enum bs_spf_dsn dsn)
{
	return dsn_names[dsn];
}

int
bs_spf_dsn_parse(const char *text, enum bs_spf_dsn *out)
{
	for (size_t i = 0; i < sizeof(dsn_names) / sizeof(dsn_names[0]); i++)
		if (strcmp(text, dsn_names[i]) == 0) {
			*out = (enum bs_spf_dsn)i;
			return 0;
		}
	return -EINVAL;
}

/* As bs_policy_harm(), but a mark is more than nothing here. */
static unsigned
weight(enum bs_action action)
{
	return 2 * bs_policy_harm(action) + (action == BS_ACTION_HEADER);
}

/* Where nothing may be refused: suspicion makes junk, a wait is none. */
static enum bs_action
soften(enum bs_action action)
{
	if (action == BS_ACTION_DEFER)
		return BS_ACTION_HEADER;
	return action == BS_ACTION_REJECT ? BS_ACTION_JUNK : action;
}

/* What a mode leaves of an action (backstop.conf(5), mode). */
static enum bs_action
limit(enum bs_action action, enum bs_mode mode)
{
	switch (mode) {
	case BS_OBSERVE:
		return BS_ACTION_NONE;
	case BS_MARK:
		return action == BS_ACTION_NONE ? action : BS_ACTION_HEADER;
	case BS_JUNK:
		return soften(action);
	case BS_ENFORCE:
		break;
	}
	return action;
}

/* What the settings say of one finding. That DNS did not answer proves
 * nothing: it is deferred at most. */
static enum bs_action
action_of(const struct bs_spf_rules *rules,
    const struct bs_spf_finding *finding)
{
	enum bs_action action =
	    rules->actions[finding->identity][finding->result];

	if (finding->result == BS_SPF_PASS)
		return BS_ACTION_HEADER;
	if (action != BS_ACTION_REJECT)
		return action;
	if (finding->result == BS_SPF_TEMPERROR)
		return BS_ACTION_DEFER;
	if (finding->result == BS_SPF_FAIL && rules->fail_needs_all &&
	    !finding->denies_all)
		return BS_ACTION_JUNK;
	return action;
}

static void
take(struct bs_spf_decision *out, const struct bs_spf_finding *finding,
    enum bs_action action)
{
	out->tells[finding->identity] = action != BS_ACTION_NONE;
	if (out->finding != NULL && weight(action) < weight(out->would))
		return;
	out->finding = finding;
	out->would = action;
}

/* Whether somebody sends in our name whom our own record does not allow. */
static void
apply_own_rule(const struct bs_spf_rules *rules,
    const struct bs_spf_findings *found, struct bs_spf_decision *out)
{
	const struct bs_spf_finding *finding = found->mailfrom;

	if (!found->is_ours || finding == NULL ||
	    finding->result == BS_SPF_PASS ||
	    finding->result == BS_SPF_TEMPERROR ||
	    weight(rules->own_domains) <= weight(out->would))
		return;
	out->finding = finding;
	out->would = rules->own_domains;
	out->tells[BS_SPF_MAILFROM] = true;
	out->by_own_rule = true;
}

/* Whether nobody is to be told if a message cannot be delivered: whom MAIL FROM
 * names did not send it, by the result of MAIL FROM alone. That DNS did not
 * answer proves nothing, and behind a forwarder that is trusted a fail is what
 * is to be expected. */
static bool
withholds_dsn(const struct bs_spf_rules *rules,
    const struct bs_spf_findings *found)
{
	if (found->mailfrom == NULL || found->is_forwarder)
		return false;
	switch (found->mailfrom->result) {
	case BS_SPF_FAIL:
	case BS_SPF_SOFTFAIL:
		return rules->dsn != BS_SPF_DSN_ALL;
	case BS_SPF_NONE:
	case BS_SPF_NEUTRAL:
	case BS_SPF_PERMERROR:
		return rules->dsn == BS_SPF_DSN_AUTHENTICATED;
	case BS_SPF_PASS:
	case BS_SPF_TEMPERROR:
		break;
	}
	return false;
}

void
bs_spf_decide(const struct bs_spf_rules *rules,
    const struct bs_spf_findings *found, struct bs_spf_decision *out)
{
	*out = (struct bs_spf_decision){0};
	if (found->helo != NULL)
		take(out, found->helo, action_of(rules, found->helo));
	if (found->mailfrom != NULL)
		take(out, found->mailfrom, action_of(rules, found->mailfrom));
	apply_own_rule(rules, found, out);
	/* a bounce is judged by its tag; a forwarder has its own pass */
	if ((found->mailfrom == NULL || found->is_forwarder) &&
	    out->would != BS_ACTION_NONE)
		out->would = BS_ACTION_HEADER;
	/* it is judged by what it returns */
	if (found->may_be_bounce)
		out->would = soften(out->would);
	out->action = limit(out->would, rules->mode);
	out->no_dsn =
	    !bs_policy_refuses(out->action) && withholds_dsn(rules, found);
}

/* An SMTP reply being written. */
struct reply {
	char *out;
	size_t size;
	size_t len;
};

/* RFC 5321 §4.2: a reply's text is printable ASCII. */
static void
add(struct reply *reply, const char *text, size_t max)
{
	for (; *text != '\0' && max > 0 && reply->len + 1 < reply->size;
	     text++, max--) {
		bool is_printable = *text >= 0x20 && *text < 0x7f;

		reply->out[reply->len++] = (char)(is_printable ? *text : '?');
	}
	reply->out[reply->len] = '\0';
}

/* Octets of the line that each value may take. */
#define VALUE_MAX 80
#define PROBLEM_MAX 120

/* A sentence in which %d is the domain, %c the client, %p the problem, %r the
 * result. */
static void
add_sentence(struct reply *reply, const char *sentence,
    const struct bs_spf_finding *finding, const char *client)
{
	for (; *sentence != '\0'; sentence++) {
		if (*sentence != '%') {
			add(reply, sentence, 1);
			continue;
		}
		switch (*++sentence) {
		case 'd':
			add(reply, finding->domain, VALUE_MAX);
			break;
		case 'c':
			add(reply, client, VALUE_MAX);
			break;
		case 'p':
			add(reply,
			    finding->problem[0] == '\0' ? "see RFC 7208"
							: finding->problem,
			    PROBLEM_MAX);
			break;
		default:
			add(reply, bs_spf_result_name(finding->result),
			    VALUE_MAX);
			break;
		}
	}
}

/* Tells the administrator of the sending host what is wrong and what to do. */
static const char *
sentence_of(const struct bs_spf_decision *decision)
{
	const struct bs_spf_finding *finding = decision->finding;

	if (finding->result == BS_SPF_PERMERROR)
		return "SPF: the record of %d cannot be used: %p. Correct it "
		       "(RFC 7208), then send again";
	if (finding->result == BS_SPF_TEMPERROR)
		return "SPF: the record of %d could not be read: %p. Check "
		       "the name servers of %d; try again later";
	if (decision->by_own_rule)
		return "SPF: %d is a domain of this host, and its record does "
		       "not name %c as a sender (%r). Send through the "
		       "servers of %d";
	if (finding->identity == BS_SPF_HELO)
		return "SPF: the record of %d does not allow %c to call "
		       "itself that in HELO (%r). Add %c to that record, or "
		       "correct the name";
	if (finding->result == BS_SPF_NONE)
		return "SPF: %d has no record that names its senders. "
		       "Publish one (RFC 7208) that allows %c, then send "
		       "again";
	return "SPF: the record of %d does not allow %c to send its mail "
	       "(%r). If it is to send it, add it to that record; if this was "
	       "forwarded, the forwarder must use a sender of its own";
}

/* RFC 7372 §3.2. */
static const char *
code_of(const struct bs_spf_decision *decision)
{
	bool defers = decision->action == BS_ACTION_DEFER;

	switch (decision->finding->result) {
	case BS_SPF_FAIL:
		return defers ? "451 4.7.23 " : "550 5.7.23 ";
	case BS_SPF_PERMERROR:
		return defers ? "451 4.7.24 " : "550 5.7.24 ";
	case BS_SPF_TEMPERROR:
		return "451 4.7.24 ";
	case BS_SPF_NONE:
	case BS_SPF_NEUTRAL:
	case BS_SPF_PASS:
	case BS_SPF_SOFTFAIL:
		break;
	}
	return defers ? "451 4.7.1 " : "550 5.7.1 ";
}

/* The explanation is somebody else's text, so it is said whose. */
static void
add_explanation(struct reply *reply, const struct bs_spf_finding *finding)
{
	static const char before[] = ". The domain %d says: ";
	size_t needed = sizeof(before) + strlen(finding->domain) +
			strlen(finding->explanation);

	if (finding->result != BS_SPF_FAIL || finding->explanation[0] == '\0' ||
	    strlen(finding->domain) > VALUE_MAX ||
	    needed > reply->size - reply->len)
		return;
	add_sentence(reply, before, finding, "");
	add(reply, finding->explanation, BS_SPF_EXPLANATION_MAX);
}

void
bs_spf_reply(const struct bs_spf_decision *decision, const char *client,
    bool explains, char *out, size_t size)
{
	struct reply reply = {.out = out, .size = size};

	out[0] = '\0';
	add(&reply, code_of(decision), VALUE_MAX);
	add_sentence(&reply, sentence_of(decision), decision->finding, client);
	if (explains)
		add_explanation(&reply, decision->finding);
}
