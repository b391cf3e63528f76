/* Whether a client guesses tags or harvests addresses in the name of bounces.
 */
#include <stdio.h>

#include "common/judge/case.h"

static const char probing_text[] =
    "451 4.7.1 Too many bounces from your host to addresses that do not exist "
    "or that we never signed: try again in an hour";

/* Never ordinary mail, nor those who relay other people's bounces. */
static bool
is_limited(const struct bs_case *matter)
{
	const struct bs_request *request = matter->request;
	const struct bs_config *config = matter->view.config;

	return matter->judge->limits != NULL && config->probe_limit > 0 &&
	       !bs_facts_trusted(&matter->view, request) &&
	       bs_facts_sender(request) == BS_SENDER_NULL &&
	       !bs_config_is_gateway(config, request->client);
}

void
bs_judge_refused(const struct bs_case *matter)
{
	if (is_limited(matter))
		bs_probe_limit_count(matter->judge->limits,
		    matter->request->client, matter->now);
}

void
bs_judge_probe(const struct bs_case *matter, struct bs_answer *answer,
    struct bs_judgement *judgement)
{
	const struct bs_domain *domain = judgement->finding.domain;
	enum bs_tag_fact tag = judgement->finding.facts.tag;
	struct bs_probe_limit *limits = matter->judge->limits;
	const char *client = matter->request->client;

	/* once a message is read, it can speak for itself: but for a bad tag */
	if (domain == NULL || tag == BS_TAG_VALID || !is_limited(matter) ||
	    (matter->request->op == BS_OP_DATA && tag != BS_TAG_BAD))
		return;
	/* where there is no verdict yet, it is counted at DATA */
	if (tag == BS_TAG_BAD && judgement->row != NULL)
		bs_probe_limit_count(limits, client, matter->now);
	if (bs_probe_limit_attempts(limits, client, matter->now) <=
	    matter->view.config->probe_limit)
		return;
	judgement->mode = domain->mode;
	judgement->would = BS_ACTION_DEFER;
	judgement->probing = true;
	if (domain->mode != BS_ENFORCE)
		return;
	answer->action = BS_ACTION_DEFER;
	answer->address[0] = '\0';
	answer->header[0] = '\0';
	snprintf(answer->reply, sizeof(answer->reply), "%s", probing_text);
}
