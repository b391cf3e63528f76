/* What two records of one key make together. */
#include <string.h>

#include "common/store/record.h"

static int64_t
earliest(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

static uint32_t
earliest_day(uint32_t a, uint32_t b)
{
	return (uint32_t)earliest(a, b);
}

static uint32_t
latest_day(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* Counts stop at their largest value. */
static uint32_t
sum(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

void
bs_tag_record_merge(struct bs_tag_record *a, const struct bs_tag_record *b)
{
	a->issued = sum(a->issued, b->issued);
	a->recipients = sum(a->recipients, b->recipients);
	a->bounces = sum(a->bounces, b->bounces);
	a->first_use = earliest(a->first_use, b->first_use);
	a->last_use = a->last_use > b->last_use ? a->last_use : b->last_use;
}

void
bs_sender_record_merge(struct bs_sender_record *a,
    const struct bs_sender_record *b)
{
	a->first_signed_day =
	    earliest_day(a->first_signed_day, b->first_signed_day);
	a->last_unsigned_day =
	    latest_day(a->last_unsigned_day, b->last_unsigned_day);
	a->last_day = latest_day(a->last_day, b->last_day);
	a->last_unrecorded_day =
	    latest_day(a->last_unrecorded_day, b->last_unrecorded_day);
	a->last_stripped_day =
	    latest_day(a->last_stripped_day, b->last_stripped_day);
	a->last_elsewhere_day =
	    latest_day(a->last_elsewhere_day, b->last_elsewhere_day);
}

/* A short set of hashes in a record. */
static bool
has(const uint8_t (*set)[BS_MSG_SHORT], unsigned count, const uint8_t *hash)
{
	if (count == BS_MSG_MANY)
		return true;
	for (unsigned i = 0; i < count; i++)
		if (memcmp(set[i], hash, BS_MSG_SHORT) == 0)
			return true;
	return false;
}

static void
add(uint8_t (*set)[BS_MSG_SHORT], uint8_t *count, unsigned max,
    const uint8_t *hash)
{
	if (has((const uint8_t(*)[BS_MSG_SHORT])set, *count, hash))
		return;
	if (*count == max) {
		/* no room: the set has it all, and says nothing */
		memset(set, 0, (size_t)max * BS_MSG_SHORT);
		*count = BS_MSG_MANY;
		return;
	}
	memcpy(set[(*count)++], hash, BS_MSG_SHORT);
}

bool
bs_msg_has_owner(const struct bs_msg_record *record,
    const uint8_t hash[static BS_MSG_SHORT])
{
	return has(record->owners, record->owner_count, hash);
}

bool
bs_msg_has_domain(const struct bs_msg_record *record,
    const uint8_t hash[static BS_MSG_SHORT])
{
	return has(record->domains, record->domain_count, hash);
}

void
bs_msg_add_owner(struct bs_msg_record *record,
    const uint8_t hash[static BS_MSG_SHORT])
{
	add(record->owners, &record->owner_count, BS_MSG_OWNERS, hash);
}

void
bs_msg_add_domain(struct bs_msg_record *record,
    const uint8_t hash[static BS_MSG_SHORT])
{
	add(record->domains, &record->domain_count, BS_MSG_DOMAINS, hash);
}

static void
unite(uint8_t (*set)[BS_MSG_SHORT], uint8_t *count, unsigned max,
    const uint8_t (*more)[BS_MSG_SHORT], unsigned more_count)
{
	if (more_count == BS_MSG_MANY) {
		memset(set, 0, (size_t)max * BS_MSG_SHORT);
		*count = BS_MSG_MANY;
		return;
	}
	for (unsigned i = 0; i < more_count; i++)
		add(set, count, max, more[i]);
}

void
bs_msg_record_merge(struct bs_msg_record *a, const struct bs_msg_record *b)
{
	a->sent = earliest(a->sent, b->sent);
	a->recipients = sum(a->recipients, b->recipients);
	a->bounces = sum(a->bounces, b->bounces);
	if (b->fate > a->fate)
		a->fate = b->fate;
	unite(a->owners, &a->owner_count, BS_MSG_OWNERS, b->owners,
	    b->owner_count);
	unite(a->domains, &a->domain_count, BS_MSG_DOMAINS, b->domains,
	    b->domain_count);
}

void
bs_tally_record_merge(struct bs_tally_record *a,
    const struct bs_tally_record *b)
{
	for (size_t i = 0; i < BS_TALLIES; i++)
		a->counts[i] = sum(a->counts[i], b->counts[i]);
}
