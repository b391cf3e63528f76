/* Which recipients of a bounce may share a message. */
#include <string.h>

#include "common/judge/company.h"

/* Whether mail of the address leaves unsigned on purpose. */
static bool
is_exempt(const struct bs_case *question, const struct bs_known *known)
{
	const char *text = question->request->recipient;
	char canonical[BS_ADDRESS_MAX];
	struct bs_address address;

	if (known->has_tag)
		address = question->tag.plain;
	else if (bs_address_parse(text, strlen(text), &address) != 0)
		return false;
	return bs_address_canonical(&address, canonical, sizeof(canonical)) !=
		   0 ||
	       bs_domain_exempts(question->domain, canonical);
}

/* Whether the recipient gets a bounce that returns what we never sent, as the
 * tag or an exemption has it. */
static bool
gets_all(const struct bs_case *question, const struct bs_known *known)
{
	struct bs_facts worst = known->facts;

	worst.kind = BS_KIND_DSN;
	worst.evidence = BS_EVIDENCE_NO;
	worst.coverage =
	    is_exempt(question, known) ? BS_COVERAGE_PARTIAL : BS_COVERAGE_FULL;
	return !bs_policy_refuses(bs_policy_action(bs_policy_row(&worst),
	    &worst, BS_ENFORCE, question->domain->strict));
}

enum bs_company
bs_company_of(const struct bs_case *question, const struct bs_known *known)
{
	const struct bs_request *request = question->request;
	const struct bs_facts *facts = &known->facts;

	if ((request->op == BS_OP_RCPT && !request->inspect) ||
	    facts->trusted || facts->sender != BS_SENDER_NULL)
		return BS_COMPANY_FREE;
	if (bs_config_is_gateway(question->view.config, request->client))
		return BS_COMPANY_GATEWAY;
	if (question->domain == NULL || question->view.meta->clock.in_doubt)
		return BS_COMPANY_PASSING;
	if (gets_all(question, known) || bs_case_is_accepted(question))
		return BS_COMPANY_PASSING;
	return question->domain->mode == BS_ENFORCE ? BS_COMPANY_JUDGED
						    : BS_COMPANY_FREE;
}
