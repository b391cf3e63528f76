/* Which recipients of a bounce may share a message. */
#include <string.h>

#include "common/judge/company.h"

/* Whether the domain's mail leaves with a tag, but not that of this address. */
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

/* Whether a message that returns what we never sent is refused. */
static bool
may_be_refused(const struct bs_case *question, const struct bs_known *known)
{
	const struct bs_domain *domain = question->domain;
	struct bs_facts worst = known->facts;

	worst.kind = BS_KIND_DSN;
	worst.evidence = BS_EVIDENCE_NO;
	worst.coverage =
	    domain->outbound_here && domain->sign && !is_exempt(question, known)
		? BS_COVERAGE_FULL
		: BS_COVERAGE_PARTIAL;
	return bs_policy_refuses(bs_policy_action(bs_policy_row(&worst), &worst,
	    domain->mode, domain->strict));
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
	return may_be_refused(question, known) ? BS_COMPANY_JUDGED
					       : BS_COMPANY_PASSING;
}
