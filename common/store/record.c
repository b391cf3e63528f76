/* The values of the store: big-endian, each with a check over key and value.
 */
#include <errno.h>
#include <string.h>

#include "common/store/record.h"

#define CHECK_LEN 8
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
#define TOP_LEN (8 + 8 + 1) /* without its text */
#define TOP_TEXT 100	    /* of the text, in the first part ... */
#define TOP_PIECE 120	    /* ... and in a later one */

_Static_assert(MSG_LEN_MAX + CHECK_LEN <= BS_RECORD_MAX, "a message's record");
_Static_assert((int)BS_TALLIES <= BS_TALLY_COLUMNS, "a tally has them all");
_Static_assert(TALLY_LEN_MAX == 4 * 24, "a tally that others can read");
_Static_assert(TALLY_LEN_MAX + CHECK_LEN <= BS_RECORD_MAX, "a tally");
_Static_assert(TOP_LEN + TOP_TEXT + CHECK_LEN <= BS_RECORD_MAX, "a top entry");
_Static_assert(TOP_PIECE + CHECK_LEN <= BS_RECORD_MAX, "a piece of its text");
_Static_assert(TOP_TEXT + (BS_TOP_PARTS - 1) * TOP_PIECE >= BS_TOP_TEXT_MAX,
    "parts for the longest text");

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

/* Writes or reads big-endian numbers, one behind the other. */
struct cursor {
	uint8_t *out;
	const uint8_t *in;
};

static void
put(struct cursor *cursor, uint64_t value, size_t octets)
{
	for (size_t i = octets; i-- > 0;)
		*cursor->out++ = (uint8_t)(value >> (8 * i));
}

static uint64_t
take(struct cursor *cursor, size_t octets)
{
	uint64_t value = 0;

	while (octets-- > 0)
		value = value << 8 | *cursor->in++;
	return value;
}

/* FNV-1a of 64 bits. It shows a damaged page, not an attacker: who can write
 * here can do worse. */
static uint64_t
check_of(const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < key_len; i++)
		hash = (hash ^ key[i]) * 0x100000001b3ULL;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ value[i]) * 0x100000001b3ULL;
	return hash;
}

/* Appends the check to what was written at value. Returns the whole length. */
static size_t
seal(struct cursor *cursor, const uint8_t *key, size_t key_len, uint8_t *value)
{
	size_t len = (size_t)(cursor->out - value);

	put(cursor, check_of(key, key_len, value, len), CHECK_LEN);
	return len + CHECK_LEN;
}

bool
bs_record_is_sound(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len)
{
	struct cursor cursor;

	if (len < CHECK_LEN)
		return false;
	cursor.in = value + len - CHECK_LEN;
	return take(&cursor, CHECK_LEN) ==
	       check_of(key, key_len, value, len - CHECK_LEN);
}

static int
unseal(const uint8_t *key, size_t key_len, const uint8_t *value, size_t len,
    size_t expected)
{
	if (len != expected + CHECK_LEN ||
	    !bs_record_is_sound(key, key_len, value, len))
		return -EBADMSG;
	return 0;
}

size_t
bs_tag_key_write(const struct bs_tag_key *key,
    uint8_t out[static BS_RECORD_KEY_MAX])
{
	struct cursor cursor = {.out = out};

	put(&cursor, key->day, 4);
	put(&cursor, key->key, 1);
	memcpy(cursor.out, key->sender, BS_RECORD_HASH);
	return 5 + BS_RECORD_HASH;
}

int
bs_tag_key_read(const uint8_t *key, size_t len, struct bs_tag_key *out)
{
	struct cursor cursor = {.in = key};

	if (len != 5 + BS_RECORD_HASH)
		return -EBADMSG;
	out->day = (uint32_t)take(&cursor, 4);
	out->key = (uint8_t)take(&cursor, 1);
	memcpy(out->sender, cursor.in, BS_RECORD_HASH);
	return 0;
}

size_t
bs_msg_key_write(const struct bs_msg_key *key,
    uint8_t out[static BS_RECORD_KEY_MAX])
{
	struct cursor cursor = {.out = out};

	put(&cursor, key->day, 4);
	memcpy(cursor.out, key->message_id, BS_RECORD_HASH);
	return 4 + BS_RECORD_HASH;
}

int
bs_msg_key_read(const uint8_t *key, size_t len, struct bs_msg_key *out)
{
	struct cursor cursor = {.in = key};

	if (len != 4 + BS_RECORD_HASH)
		return -EBADMSG;
	out->day = (uint32_t)take(&cursor, 4);
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
	struct cursor cursor = {.out = out + prefix_len};

	memcpy(out, prefix, prefix_len);
	put(&cursor, when, 4);
	memcpy(cursor.out, domain, BS_RECORD_HASH);
	return prefix_len + 4 + BS_RECORD_HASH;
}

int
bs_tally_key_read(enum bs_tally_kind kind, const uint8_t *key, size_t len,
    uint32_t *when, uint8_t domain[static BS_RECORD_HASH])
{
	const char *prefix = tally_prefixes[kind];
	size_t prefix_len = strlen(prefix);
	struct cursor cursor = {.in = key + prefix_len};

	if (len != prefix_len + 4 + BS_RECORD_HASH ||
	    memcmp(key, prefix, prefix_len) != 0)
		return -EBADMSG;
	*when = (uint32_t)take(&cursor, 4);
	memcpy(domain, cursor.in, BS_RECORD_HASH);
	return 0;
}

size_t
bs_top_key_write(const struct bs_top_key *key,
    uint8_t out[static BS_RECORD_KEY_MAX])
{
	struct cursor cursor = {.out = out};

	put(&cursor, key->day, 4);
	put(&cursor, key->kind, 1);
	put(&cursor, key->slot, 2);
	put(&cursor, key->part, 1);
	return 8;
}

int
bs_top_key_read(const uint8_t *key, size_t len, struct bs_top_key *out)
{
	struct cursor cursor = {.in = key};

	if (len != 8)
		return -EBADMSG;
	out->day = (uint32_t)take(&cursor, 4);
	out->kind = (uint8_t)take(&cursor, 1);
	out->slot = (uint16_t)take(&cursor, 2);
	out->part = (uint8_t)take(&cursor, 1);
	return out->kind < BS_TOP_KINDS && out->slot < BS_TOP_SLOTS &&
		       out->part < BS_TOP_PARTS
		   ? 0
		   : -EBADMSG;
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
	struct cursor cursor = {.out = out + GAP_PREFIX_LEN};

	memcpy(out, GAP_PREFIX, GAP_PREFIX_LEN);
	put(&cursor, (uint64_t)start, 8);
	return GAP_PREFIX_LEN + 8;
}

int
bs_gap_key_read(const uint8_t *key, size_t len, int64_t *start)
{
	struct cursor cursor = {.in = key + GAP_PREFIX_LEN};

	if (len != GAP_PREFIX_LEN + 8 ||
	    memcmp(key, GAP_PREFIX, GAP_PREFIX_LEN) != 0)
		return -EBADMSG;
	*start = (int64_t)take(&cursor, 8);
	return 0;
}

size_t
bs_tag_record_write(const uint8_t *key, size_t key_len,
    const struct bs_tag_record *record, uint8_t out[static BS_RECORD_MAX])
{
	struct cursor cursor = {.out = out};

	put(&cursor, record->issued, 4);
	put(&cursor, record->recipients, 4);
	put(&cursor, record->bounces, 4);
	put(&cursor, (uint64_t)record->first_use, 8);
	put(&cursor, (uint64_t)record->last_use, 8);
	put(&cursor, record->state, 1);
	return seal(&cursor, key, key_len, out);
}

int
bs_tag_record_read(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, struct bs_tag_record *out)
{
	struct cursor cursor = {.in = value};
	bool is_old = len == TAG_OLD_LEN + CHECK_LEN;
	int rc;

	if ((rc = unseal(key, key_len, value, len,
		 is_old ? TAG_OLD_LEN : TAG_LEN)) != 0)
		return rc;
	out->issued = (uint32_t)take(&cursor, 4);
	out->recipients = (uint32_t)take(&cursor, 4);
	out->bounces = (uint32_t)take(&cursor, 4);
	out->first_use = (int64_t)take(&cursor, 8);
	out->last_use = (int64_t)take(&cursor, 8);
	out->state = is_old ? BS_TAG_STATE_ISSUED : (uint8_t)take(&cursor, 1);
	return out->state > BS_TAG_STATE_RESERVED ? -EBADMSG : 0;
}

size_t
bs_sender_record_write(const uint8_t *key, size_t key_len,
    const struct bs_sender_record *record, uint8_t out[static BS_RECORD_MAX])
{
	struct cursor cursor = {.out = out};

	put(&cursor, record->first_signed_day, 4);
	put(&cursor, record->last_unsigned_day, 4);
	put(&cursor, record->last_day, 4);
	put(&cursor, record->last_unrecorded_day, 4);
	put(&cursor, record->last_stripped_day, 4);
	put(&cursor, record->last_elsewhere_day, 4);
	put(&cursor, record->last_foreign_day, 4);
	put(&cursor, 0, 4);
	return seal(&cursor, key, key_len, out);
}

int
bs_sender_record_read(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, struct bs_sender_record *out)
{
	struct cursor cursor = {.in = value};
	bool is_1 = len == SENDER_LEN_1 + CHECK_LEN;
	bool is_2 = len == SENDER_LEN_2 + CHECK_LEN;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = unseal(key, key_len, value, len,
	    is_1   ? SENDER_LEN_1
	    : is_2 ? SENDER_LEN_2
		   : SENDER_LEN);
	if (rc != 0)
		return rc;
	out->first_signed_day = (uint32_t)take(&cursor, 4);
	out->last_unsigned_day = (uint32_t)take(&cursor, 4);
	out->last_day = (uint32_t)take(&cursor, 4);
	if (is_1)
		return 0;
	out->last_unrecorded_day = (uint32_t)take(&cursor, 4);
	out->last_stripped_day = (uint32_t)take(&cursor, 4);
	out->last_elsewhere_day = (uint32_t)take(&cursor, 4);
	if (!is_2)
		out->last_foreign_day = (uint32_t)take(&cursor, 4);
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
	struct cursor cursor = {.out = out};

	put(&cursor, (uint64_t)record->sent, 8);
	put(&cursor, record->recipients, 4);
	put(&cursor, record->bounces, 4);
	put(&cursor, record->fate, 1);
	put(&cursor, record->owner_count, 1);
	put(&cursor, record->domain_count, 1);
	memcpy(cursor.out, record->owners, owners);
	cursor.out += owners;
	memcpy(cursor.out, record->domains, domains);
	cursor.out += domains;
	return seal(&cursor, key, key_len, out);
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
	struct cursor cursor = {.in = value};
	size_t owners;
	size_t domains;

	memset(out, 0, sizeof(*out));
	if (len < MSG_LEN + CHECK_LEN)
		return -EBADMSG;
	out->sent = (int64_t)take(&cursor, 8);
	out->recipients = (uint32_t)take(&cursor, 4);
	out->bounces = (uint32_t)take(&cursor, 4);
	out->fate = (uint8_t)take(&cursor, 1);
	out->owner_count = (uint8_t)take(&cursor, 1);
	out->domain_count = (uint8_t)take(&cursor, 1);
	if (!is_count(out->owner_count, BS_MSG_OWNERS) ||
	    !is_count(out->domain_count, BS_MSG_DOMAINS) ||
	    out->fate > BS_MSG_RELAYED)
		return -EBADMSG;
	owners = kept(out->owner_count, BS_MSG_OWNERS) * BS_MSG_SHORT;
	domains = kept(out->domain_count, BS_MSG_DOMAINS) * BS_MSG_SHORT;
	if (len != MSG_LEN + owners + domains + CHECK_LEN)
		return -EBADMSG;
	memcpy(out->owners, cursor.in, owners);
	memcpy(out->domains, cursor.in + owners, domains);
	return unseal(key, key_len, value, len, len - CHECK_LEN);
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
	struct cursor cursor = {.out = out};
	size_t columns = BS_TALLY_COLUMNS;

	while (columns > BS_TALLIES && record->counts[columns - 1] == 0)
		columns--;
	for (size_t i = 0; i < columns; i++)
		put(&cursor, record->counts[i], 4);
	return seal(&cursor, key, key_len, out);
}

int
bs_tally_record_read(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, struct bs_tally_record *out)
{
	struct cursor cursor = {.in = value};
	int rc;

	memset(out, 0, sizeof(*out));
	if (len < TALLY_LEN_MIN + CHECK_LEN ||
	    len > TALLY_LEN_MAX + CHECK_LEN || len % 4 != 0)
		return -EBADMSG;
	if ((rc = unseal(key, key_len, value, len, len - CHECK_LEN)) != 0)
		return rc;
	for (size_t i = 0; i < (len - CHECK_LEN) / 4; i++)
		out->counts[i] = (uint32_t)take(&cursor, 4);
	return 0;
}

size_t
bs_refused_record_write(const uint8_t *key, size_t key_len,
    const struct bs_refused_record *record, uint8_t out[static BS_RECORD_MAX])
{
	struct cursor cursor = {.out = out};

	put(&cursor, (uint64_t)record->first, 8);
	put(&cursor, record->bounces, 4);
	put(&cursor, record->is_known ? 1 : 0, 1);
	return seal(&cursor, key, key_len, out);
}

int
bs_refused_record_read(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, struct bs_refused_record *out)
{
	struct cursor cursor = {.in = value};
	int rc;

	if ((rc = unseal(key, key_len, value, len, REFUSED_LEN)) != 0)
		return rc;
	out->first = (int64_t)take(&cursor, 8);
	out->bounces = (uint32_t)take(&cursor, 4);
	out->is_known = take(&cursor, 1) != 0;
	return 0;
}

/* The piece of a text that a part has. Returns its length. */
static size_t
piece_of(size_t text_len, unsigned part, size_t *from)
{
	size_t max = part == 0 ? TOP_TEXT : TOP_PIECE;

	*from = part == 0 ? 0 : TOP_TEXT + (part - 1) * (size_t)TOP_PIECE;
	if (text_len <= *from)
		return 0;
	return text_len - *from > max ? max : text_len - *from;
}

unsigned
bs_top_parts(const struct bs_top_entry *entry)
{
	size_t from;
	unsigned parts = 1;

	while (parts < BS_TOP_PARTS && piece_of(entry->len, parts, &from) > 0)
		parts++;
	return parts;
}

size_t
bs_top_record_write(const uint8_t *key, size_t key_len,
    const struct bs_top_entry *entry, unsigned part,
    uint8_t out[static BS_RECORD_MAX])
{
	struct cursor cursor = {.out = out};
	size_t from;
	size_t len = piece_of(entry->len, part, &from);

	if (part == 0) {
		put(&cursor, (uint64_t)entry->count, 8);
		put(&cursor, (uint64_t)entry->error, 8);
		put(&cursor, entry->len, 1);
	}
	memcpy(cursor.out, entry->text + from, len);
	cursor.out += len;
	return seal(&cursor, key, key_len, out);
}

static int
read_top_head(struct cursor *cursor, struct bs_top_entry *out)
{
	out->count = (int64_t)take(cursor, 8);
	out->error = (int64_t)take(cursor, 8);
	out->len = (uint8_t)take(cursor, 1);
	return out->error >= 0 && out->count > out->error &&
		       out->len <= BS_TOP_TEXT_MAX
		   ? 0
		   : -EBADMSG;
}

int
bs_top_record_read(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, unsigned part, struct bs_top_entry *out)
{
	struct cursor cursor = {.in = value};
	size_t head = part == 0 ? TOP_LEN : 0;
	size_t piece;
	size_t from;

	if (len < head + CHECK_LEN ||
	    !bs_record_is_sound(key, key_len, value, len))
		return -EBADMSG;
	if (part == 0) {
		memset(out, 0, sizeof(*out));
		if (read_top_head(&cursor, out) != 0)
			return -EBADMSG;
	}
	piece = piece_of(out->len, part, &from);
	if (len != head + piece + CHECK_LEN || (part > 0 && piece == 0))
		return -EBADMSG;
	memcpy(out->text + from, cursor.in, piece);
	return 0;
}

size_t
bs_clock_record_write(const uint8_t *key, size_t key_len,
    const struct bs_clock *clock, uint8_t out[static BS_RECORD_MAX])
{
	struct cursor cursor = {.out = out};

	put(&cursor, clock->trusted_day, 4);
	put(&cursor, clock->seen_day, 4);
	put(&cursor, clock->in_doubt, 1);
	return seal(&cursor, key, key_len, out);
}

int
bs_clock_record_read(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, struct bs_clock *out)
{
	struct cursor cursor = {.in = value};
	int rc;

	if ((rc = unseal(key, key_len, value, len, 9)) != 0)
		return rc;
	out->trusted_day = (uint32_t)take(&cursor, 4);
	out->seen_day = (uint32_t)take(&cursor, 4);
	out->in_doubt = take(&cursor, 1) != 0;
	return 0;
}

size_t
bs_number_record_write(const uint8_t *key, size_t key_len, int64_t a, int64_t b,
    uint8_t out[static BS_RECORD_MAX])
{
	struct cursor cursor = {.out = out};

	put(&cursor, (uint64_t)a, 8);
	put(&cursor, (uint64_t)b, 8);
	return seal(&cursor, key, key_len, out);
}

int
bs_number_record_read(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, int64_t *a, int64_t *b)
{
	struct cursor cursor = {.in = value};
	int rc;

	if ((rc = unseal(key, key_len, value, len, 16)) != 0)
		return rc;
	*a = (int64_t)take(&cursor, 8);
	*b = (int64_t)take(&cursor, 8);
	return 0;
}
