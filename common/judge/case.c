/* What the parts of judging ask and note of a question's matter. */
#include <string.h>

#include "common/judge/case.h"
#include "common/keys/tag.h"

const struct bs_domain *
bs_case_domain(const struct bs_case *matter, const struct bs_address *address)
{
	return bs_config_domain(matter->view.config, address->domain,
	    address->domain_len);
}

void
bs_case_note(const struct bs_case *matter, const struct bs_address *address,
    enum bs_note note)
{
	uint8_t hash[BS_RECORD_HASH];

	if (bs_view_hash_address(&matter->view, address, hash) == 0)
		bs_writer_note(matter->judge->writer, hash, note, matter->now);
}

void
bs_case_note_domain(const struct bs_case *matter, enum bs_note note)
{
	uint8_t hash[BS_RECORD_HASH];

	if (bs_view_hash_domain(&matter->view, matter->domain->name,
		strlen(matter->domain->name), hash) == 0)
		bs_writer_note(matter->judge->writer, hash, note, matter->now);
}

void
bs_case_tally(const struct bs_case *matter, enum bs_tally tally)
{
	uint8_t hash[BS_RECORD_HASH];

	if (bs_view_hash_domain(&matter->view, matter->domain->name,
		strlen(matter->domain->name), hash) == 0)
		bs_writer_tally(matter->judge->writer, hash, tally,
		    matter->now);
}

const char *
bs_case_unsigned(const struct bs_case *matter, const struct bs_address *address)
{
	char canonical[BS_ADDRESS_MAX];
	const char *obstacle = bs_tag_obstacle(address);

	if (matter->domain == NULL)
		return "not-ours";
	if (!matter->domain->sign)
		return "sign-off";
	if (obstacle != NULL)
		return obstacle;
	if (bs_address_canonical(address, canonical, sizeof(canonical)) != 0)
		return "too-long";
	if (bs_domain_exempts(matter->domain, canonical))
		return "exempt";
	/* a tag of a wrong day is stale in the right one */
	if (matter->view.meta->clock.in_doubt)
		return "clock";
	return NULL;
}
