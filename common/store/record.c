/* The values of the store: big-endian, each with a check over key and value.
 */
#include <errno.h>
#include <string.h>

#include "common/store/cursor.h"
#include "common/store/record.h"

#define GAP_PREFIX "gap"
#define GAP_PREFIX_LEN (sizeof(GAP_PREFIX) - 1)

/* Octets of the values, before their check. */
#define TAG_LEN 29
#define TAG_OLD_LEN 28	/* format 2 */
#define SENDER_LEN 32	/* the last four octets are 0: room for one more day */
#define SENDER_LEN_2 24 /* format 2 */
#define SENDER_LEN_1 12 /* format 1 */
#define MSG_LEN (8 + 4 + 4 + 3) /* without its owners and domains */
#define MSG_LEN_MAX (MSG_LEN + (BS_MSG_OWNERS + BS_MSG_DOMAINS) * BS_MSG_SHORT)
#define TALLY_LEN_MIN (4 * 13) /* format 2 */
#define TALLY_LEN_MAX (4 * BS_TALLY_COLUMNS)
#define REFUSED_LEN 13

_Static_assert(MSG_LEN_MAX + BS_CHECK_LEN <= BS_RECORD_MAX,
    "a message's record");
_Static_assert((int)BS_TALLIES <= BS_TALLY_COLUMNS, "a tally has them all");
_Static_assert(TALLY_LEN_MAX == 4 * 24, "a tally that others can read");
_Static_assert(TALLY_LEN_MAX + BS_CHECK_LEN <= BS_RECORD_MAX, "a tally");

static const char *const table_names[BS_TABLES] = {
    [BS_TABLE_TAG] = "tag",
    [BS_TABLE_MSG] = "msg",
    [BS_TABLE_SENDER] = "sender",
    [BS_TABLE_META] = "meta",
    [BS_TABLE_REFUSED] = "refused",
    [BS_TABLE_TOP] = "top",
};

static const char *const tally_prefixes[BS_TALLY_KINDS] = {
    [BS_TALLY_OF_DAY] = "tally",
    [BS_TALLY_OF_HOUR] = "hour",
    [BS_TALLY_OF_ROWS] = "rows",
    [BS_TALLY_OF_LEFT] = "left",
};

const char *
bs_table_name(enum bs_table table)
{
	return table_names[table];
}

size_t
bs_tag_key_write(const struct bs_tag_key *key,
    uint8_t out[static BS_RECORD_KEY_MAX])
{
	struct bs_cursor cursor = {.out = out};

	bs_cursor_put(&cursor, key->day, 4);
	bs_cursor_put(&cursor, key->key, 1);
	memcpy(cursor.out, key->sender, BS_RECORD_HASH);
	return 5 + BS_RECORD_HASH;
}

int
bs_tag_key_read(const uint8_t *key, size_t len, struct bs_tag_key *out)
{
	struct bs_cursor cursor = {.in = key};

	if (len != 5 + BS_RECORD_HASH)
		return -EBADMSG;
	out->day = (uint32_t)bs_cursor_take(&cursor, 4);
	out->key = (uint8_t)bs_cursor_take(&cursor, 1);
	memcpy(out->sender, cursor.in, BS_RECORD_HASH);
	return 0;
}

size_t
bs_msg_key_write(const struct bs_msg_key *key,
    uint8_t out[static BS_RECORD_KEY_MAX])
{
	struct bs_cursor cursor = {.out = out};

	bs_cursor_put(&cursor, key->day, 4);
	memcpy(cursor.out, key->message_id, BS_RECORD_HASH);
	return 4 + BS_RECORD_HASH;
}

int
bs_msg_key_read(const uint8_t *key, size_t len, struct bs_msg_key *out)
{
	struct bs_cursor cursor = {.in = key};

	if (len != 4 + BS_RECORD_HASH)
		return -EBADMSG;
	out->day = (uint32_t)bs_cursor_take(&cursor, 4);
	memcpy(out->message_id, cursor.in, BS_RECORD_HASH);
	return 0;
}

/* A prefix, a day or an hour, a domain. */
size_t
bs_tally_key_write(enum bs_tally_kind kind, uint32_t when,
    const uint8_t domain[static BS_RECORD_HASH],
    uint8_t out[static BS_RECORD_KEY_MAX])
{
	const char *prefix = tally_prefixes[kind];
	size_t prefix_len = strlen(prefix);
	struct bs_cursor cursor = {.out = out + prefix_len};

	memcpy(out, prefix, prefix_len);
	bs_cursor_put(&cursor, when, 4);
	memcpy(cursor.out, domain, BS_RECORD_HASH);
	return prefix_len + 4 + BS_RECORD_HASH;
}

int
bs_tally_key_read(enum bs_tally_kind kind, const uint8_t *key, size_t len,
    uint32_t *when, uint8_t domain[static BS_RECORD_HASH])
{
	const char *prefix = tally_prefixes[kind];
	size_t prefix_len = strlen(prefix);
	struct bs_cursor cursor = {.in = key + prefix_len};

	if (len != prefix_len + 4 + BS_RECORD_HASH ||
	    memcmp(key, prefix, prefix_len) != 0)
		return -EBADMSG;
	*when = (uint32_t)bs_cursor_take(&cursor, 4);
	memcpy(domain, cursor.in, BS_RECORD_HASH);
	return 0;
}

size_t
bs_refused_key_write(const struct bs_refused_key *key,
    uint8_t out[static BS_RECORD_KEY_MAX])
{
	memcpy(out, key->message_id, BS_RECORD_HASH);
	memcpy(out + BS_RECORD_HASH, key->owner, BS_MSG_SHORT);
	return BS_RECORD_HASH + BS_MSG_SHORT;
}

int
bs_refused_key_read(const uint8_t *key, size_t len, struct bs_refused_key *out)
{
	if (len != BS_RECORD_HASH + BS_MSG_SHORT)
		return -EBADMSG;
	memcpy(out->message_id, key, BS_RECORD_HASH);
	memcpy(out->owner, key + BS_RECORD_HASH, BS_MSG_SHORT);
	return 0;
}

size_t
bs_gap_key_write(int64_t start, uint8_t out[static BS_RECORD_KEY_MAX])
{
	struct bs_cursor cursor = {.out = out + GAP_PREFIX_LEN};

	memcpy(out, GAP_PREFIX, GAP_PREFIX_LEN);
	bs_cursor_put(&cursor, (uint64_t)start, 8);
	return GAP_PREFIX_LEN + 8;
}

int
bs_gap_key_read(const uint8_t *key, size_t len, int64_t *start)
{
	struct bs_cursor cursor = {.in = key + GAP_PREFIX_LEN};

	if (len != GAP_PREFIX_LEN + 8 ||
	    memcmp(key, GAP_PREFIX, GAP_PREFIX_LEN) != 0)
		return -EBADMSG;
	*start = (int64_t)bs_cursor_take(&cursor, 8);
	return 0;
}

size_t
bs_tag_record_write(const uint8_t *key, size_t key_len,
    const struct bs_tag_record *record, uint8_t out[static BS_RECORD_MAX])
{
	struct bs_cursor cursor = {.out = out};

	bs_cursor_put(&cursor, record->issued, 4);
	bs_cursor_put(&cursor, record->recipients, 4);
	bs_cursor_put(&cursor, record->bounces, 4);
	bs_cursor_put(&cursor, (uint64_t)record->first_use, 8);
	bs_cursor_put(&cursor, (uint64_t)record->last_use, 8);
	bs_cursor_put(&cursor, record->state, 1);
	return bs_cursor_seal(&cursor, key, key_len, out);
}

int
bs_tag_record_read(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, struct bs_tag_record *out)
{
	struct bs_cursor cursor = {.in = value};
	bool is_old = len == TAG_OLD_LEN + BS_CHECK_LEN;
	int rc;

	if ((rc = bs_cursor_unseal(key, key_len, value, len,
		 is_old ? TAG_OLD_LEN : TAG_LEN)) != 0)
		return rc;
	out->issued = (uint32_t)bs_cursor_take(&cursor, 4);
	out->recipients = (uint32_t)bs_cursor_take(&cursor, 4);
	out->bounces = (uint32_t)bs_cursor_take(&cursor, 4);
	out->first_use = (int64_t)bs_cursor_take(&cursor, 8);
	out->last_use = (int64_t)bs_cursor_take(&cursor, 8);
	out->state =
	    is_old ? BS_TAG_STATE_ISSUED : (uint8_t)bs_cursor_take(&cursor, 1);
	return out->state > BS_TAG_STATE_RESERVED ? -EBADMSG : 0;
}

size_t
bs_sender_record_write(const uint8_t *key, size_t key_len,
    const struct bs_sender_record *record, uint8_t out[static BS_RECORD_MAX])
{
	struct bs_cursor cursor = {.out = out};

	bs_cursor_put(&cursor, record->first_signed_day, 4);
	bs_cursor_put(&cursor, record->last_unsigned_day, 4);
	bs_cursor_put(&cursor, record->last_day, 4);
	bs_cursor_put(&cursor, record->last_unrecorded_day, 4);
	bs_cursor_put(&cursor, record->last_stripped_day, 4);
	bs_cursor_put(&cursor, record->last_elsewhere_day, 4);
	bs_cursor_put(&cursor, record->last_foreign_day, 4);
	bs_cursor_put(&cursor, 0, 4);
	return bs_cursor_seal(&cursor, key, key_len, out);
}

int
bs_sender_record_read(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, struct bs_sender_record *out)
{
	struct bs_cursor cursor = {.in = value};
	bool is_1 = len == SENDER_LEN_1 + BS_CHECK_LEN;
	bool is_2 = len == SENDER_LEN_2 + BS_CHECK_LEN;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = bs_cursor_unseal(key, key_len, value, len,
	    is_1   ? SENDER_LEN_1
	    : is_2 ? SENDER_LEN_2
		   : SENDER_LEN);
	if (rc != 0)
		return rc;
	out->first_signed_day = (uint32_t)bs_cursor_take(&cursor, 4);
	out->last_unsigned_day = (uint32_t)bs_cursor_take(&cursor, 4);
	out->last_day = (uint32_t)bs_cursor_take(&cursor, 4);
	if (is_1)
		return 0;
	out->last_unrecorded_day = (uint32_t)bs_cursor_take(&cursor, 4);
	out->last_stripped_day = (uint32_t)bs_cursor_take(&cursor, 4);
	out->last_elsewhere_day = (uint32_t)bs_cursor_take(&cursor, 4);
	if (!is_2)
		out->last_foreign_day = (uint32_t)bs_cursor_take(&cursor, 4);
	return 0;
}

/* How many hashes of a set a record keeps: of too many, none. */
static size_t
kept(unsigned count, unsigned max)
{
	return count > max ? 0 : count;
}

size_t
bs_msg_record_write(const uint8_t *key, size_t key_len,
    const struct bs_msg_record *record, uint8_t out[static BS_RECORD_MAX])
{
	size_t owners = kept(record->owner_count, BS_MSG_OWNERS) * BS_MSG_SHORT;
	size_t domains =
	    kept(record->domain_count, BS_MSG_DOMAINS) * BS_MSG_SHORT;
	struct bs_cursor cursor = {.out = out};

	bs_cursor_put(&cursor, (uint64_t)record->sent, 8);
	bs_cursor_put(&cursor, record->recipients, 4);
	bs_cursor_put(&cursor, record->bounces, 4);
	bs_cursor_put(&cursor, record->fate, 1);
	bs_cursor_put(&cursor, record->owner_count, 1);
	bs_cursor_put(&cursor, record->domain_count, 1);
	memcpy(cursor.out, record->owners, owners);
	cursor.out += owners;
	memcpy(cursor.out, record->domains, domains);
	cursor.out += domains;
	return bs_cursor_seal(&cursor, key, key_len, out);
}

static bool
is_count(unsigned count, unsigned max)
{
	return count <= max || count == BS_MSG_MANY;
}

int
bs_msg_record_read(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, struct bs_msg_record *out)
{
	struct bs_cursor cursor = {.in = value};
	size_t owners;
	size_t domains;

	memset(out, 0, sizeof(*out));
	if (len < MSG_LEN + BS_CHECK_LEN)
		return -EBADMSG;
	out->sent = (int64_t)bs_cursor_take(&cursor, 8);
	out->recipients = (uint32_t)bs_cursor_take(&cursor, 4);
	out->bounces = (uint32_t)bs_cursor_take(&cursor, 4);
	out->fate = (uint8_t)bs_cursor_take(&cursor, 1);
	out->owner_count = (uint8_t)bs_cursor_take(&cursor, 1);
	out->domain_count = (uint8_t)bs_cursor_take(&cursor, 1);
	if (!is_count(out->owner_count, BS_MSG_OWNERS) ||
	    !is_count(out->domain_count, BS_MSG_DOMAINS) ||
	    out->fate > BS_MSG_RELAYED)
		return -EBADMSG;
	owners = kept(out->owner_count, BS_MSG_OWNERS) * BS_MSG_SHORT;
	domains = kept(out->domain_count, BS_MSG_DOMAINS) * BS_MSG_SHORT;
	if (len != MSG_LEN + owners + domains + BS_CHECK_LEN)
		return -EBADMSG;
	memcpy(out->owners, cursor.in, owners);
	memcpy(out->domains, cursor.in + owners, domains);
	return bs_cursor_unseal(key, key_len, value, len, len - BS_CHECK_LEN);
}

/* A set of a few hashes in a record. */
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

void
bs_msg_add_all(struct bs_msg_record *record, const struct bs_msg_record *more)
{
	unite(record->owners, &record->owner_count, BS_MSG_OWNERS, more->owners,
	    more->owner_count);
	unite(record->domains, &record->domain_count, BS_MSG_DOMAINS,
	    more->domains, more->domain_count);
}

bool
bs_msg_remove_owner(struct bs_msg_record *record,
    const uint8_t hash[static BS_MSG_SHORT])
{
	if (record->owner_count > BS_MSG_OWNERS)
		return false;
	for (unsigned i = 0; i < record->owner_count; i++) {
		if (memcmp(record->owners[i], hash, BS_MSG_SHORT) != 0)
			continue;
		record->owner_count--;
		memmove(record->owners[i], record->owners[i + 1],
		    (size_t)(record->owner_count - i) * BS_MSG_SHORT);
		memset(record->owners[record->owner_count], 0, BS_MSG_SHORT);
		return true;
	}
	return false;
}

/* Columns behind those that each has are left out where they are 0. */
size_t
bs_tally_record_write(const uint8_t *key, size_t key_len,
    const struct bs_tally_record *record, uint8_t out[static BS_RECORD_MAX])
{
	struct bs_cursor cursor = {.out = out};
	size_t columns = BS_TALLY_COLUMNS;

	while (columns > BS_TALLIES && record->counts[columns - 1] == 0)
		columns--;
	for (size_t i = 0; i < columns; i++)
		bs_cursor_put(&cursor, record->counts[i], 4);
	return bs_cursor_seal(&cursor, key, key_len, out);
}

int
bs_tally_record_read(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, struct bs_tally_record *out)
{
	struct bs_cursor cursor = {.in = value};
	int rc;

	memset(out, 0, sizeof(*out));
	if (len < TALLY_LEN_MIN + BS_CHECK_LEN ||
	    len > TALLY_LEN_MAX + BS_CHECK_LEN || len % 4 != 0)
		return -EBADMSG;
	if ((rc = bs_cursor_unseal(key, key_len, value, len,
		 len - BS_CHECK_LEN)) != 0)
		return rc;
	for (size_t i = 0; i < (len - BS_CHECK_LEN) / 4; i++)
		out->counts[i] = (uint32_t)bs_cursor_take(&cursor, 4);
	return 0;
}

size_t
bs_refused_record_write(const uint8_t *key, size_t key_len,
    const struct bs_refused_record *record, uint8_t out[static BS_RECORD_MAX])
{
	struct bs_cursor cursor = {.out = out};

	bs_cursor_put(&cursor, (uint64_t)record->first, 8);
	bs_cursor_put(&cursor, record->bounces, 4);
	bs_cursor_put(&cursor, record->is_known ? 1 : 0, 1);
	return bs_cursor_seal(&cursor, key, key_len, out);
}

int
bs_refused_record_read(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, struct bs_refused_record *out)
{
	struct bs_cursor cursor = {.in = value};
	int rc;

	if ((rc = bs_cursor_unseal(key, key_len, value, len, REFUSED_LEN)) != 0)
		return rc;
	out->first = (int64_t)bs_cursor_take(&cursor, 8);
	out->bounces = (uint32_t)bs_cursor_take(&cursor, 4);
	out->is_known = bs_cursor_take(&cursor, 1) != 0;
	return 0;
}

size_t
bs_clock_record_write(const uint8_t *key, size_t key_len,
    const struct bs_clock *clock, uint8_t out[static BS_RECORD_MAX])
{
	struct bs_cursor cursor = {.out = out};

	bs_cursor_put(&cursor, clock->trusted_day, 4);
	bs_cursor_put(&cursor, clock->seen_day, 4);
	bs_cursor_put(&cursor, clock->in_doubt, 1);
	return bs_cursor_seal(&cursor, key, key_len, out);
}

int
bs_clock_record_read(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, struct bs_clock *out)
{
	struct bs_cursor cursor = {.in = value};
	int rc;

	if ((rc = bs_cursor_unseal(key, key_len, value, len, 9)) != 0)
		return rc;
	out->trusted_day = (uint32_t)bs_cursor_take(&cursor, 4);
	out->seen_day = (uint32_t)bs_cursor_take(&cursor, 4);
	out->in_doubt = bs_cursor_take(&cursor, 1) != 0;
	return 0;
}

size_t
bs_number_record_write(const uint8_t *key, size_t key_len, int64_t a, int64_t b,
    uint8_t out[static BS_RECORD_MAX])
{
	struct bs_cursor cursor = {.out = out};

	bs_cursor_put(&cursor, (uint64_t)a, 8);
	bs_cursor_put(&cursor, (uint64_t)b, 8);
	return bs_cursor_seal(&cursor, key, key_len, out);
}

int
bs_number_record_read(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, int64_t *a, int64_t *b)
{
	struct bs_cursor cursor = {.in = value};
	int rc;

	if ((rc = bs_cursor_unseal(key, key_len, value, len, 16)) != 0)
		return rc;
	*a = (int64_t)bs_cursor_take(&cursor, 8);
	*b = (int64_t)bs_cursor_take(&cursor, 8);
	return 0;
}
