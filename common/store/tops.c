/* The day's top tables: counted in memory, written to the store now and then.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/keys/day.h"
#include "common/store/tops.h"

#define SCAN 128
#define CHUNK 400 /* slots of a commit: some 5 ms */
#define SLOTS (BS_TOP_KINDS * BS_TOP_SLOTS)

struct bs_tops {
	uint32_t day;	    /* 0: none yet */
	bool is_loaded;	    /* what the store has of the day is in them */
	int64_t written_at; /* epoch seconds */
	unsigned next;	    /* slot to write, counted through all tables */
	struct bs_top tables[BS_TOP_KINDS];
	unsigned chunk[CHUNK]; /* the slots that are being written */
	struct bs_change changes[CHUNK * BS_TOP_PARTS];
};

struct bs_tops *
bs_tops_new(void)
{
	struct bs_tops *tops = calloc(1, sizeof(*tops));

	if (tops != NULL)
		bs_tops_clear(tops);
	return tops;
}

void
bs_tops_free(struct bs_tops *tops)
{
	free(tops);
}

void
bs_tops_count(struct bs_tops *tops, enum bs_top_kind kind, const char *text,
    size_t len)
{
	bs_top_count(&tops->tables[kind], text, len);
}

void
bs_tops_clear(struct bs_tops *tops)
{
	for (unsigned i = 0; i < BS_TOP_KINDS; i++)
		bs_top_clear(&tops->tables[i]);
	tops->is_loaded = false;
	tops->next = 0;
	tops->day = 0;
}

void
bs_tops_attach(struct bs_tops *tops)
{
	for (unsigned i = 0; i < BS_TOP_KINDS && tops->is_loaded; i++)
		bs_top_change_all(&tops->tables[i]);
	tops->next = 0;
}

/* Reads the parts of one entry behind its first. */
static int
read_rest(struct bs_store *store, struct bs_top_key key,
    struct bs_top_entry *entry)
{
	int rc = 0;

	for (unsigned part = 1; rc == 0 && part < bs_top_parts(entry); part++) {
		struct bs_entry piece = {.table = BS_TABLE_TOP};

		key.part = (uint8_t)part;
		piece.key_len = bs_top_key_write(&key, piece.key);
		if ((rc = bs_store_get(store, &piece)) == 0)
			rc = bs_top_record_read(piece.key, piece.key_len,
			    piece.value, piece.value_len, part, entry);
	}
	return rc;
}

/* A table that is being read. */
struct reading {
	struct bs_top_key table;
	struct bs_top_entry *out;
	size_t count;
	size_t taken; /* slots, also of those that cannot be read */
};

/* Takes a chunk of records. Returns whether more of the table may follow. */
static bool
take(struct bs_store *store, const struct bs_entry *chunk, size_t count,
    struct reading *reading)
{
	for (size_t i = 0; i < count; i++) {
		struct bs_top_entry *entry = &reading->out[reading->count];
		struct bs_top_key key;

		if (bs_top_key_read(chunk[i].key, chunk[i].key_len, &key) != 0)
			continue;
		if (key.day != reading->table.day ||
		    key.kind != reading->table.kind ||
		    reading->count == BS_TOP_SLOTS)
			return false;
		if (key.part != 0)
			continue;
		reading->taken++;
		if (bs_top_record_read(chunk[i].key, chunk[i].key_len,
			chunk[i].value, chunk[i].value_len, 0, entry) == 0 &&
		    read_rest(store, key, entry) == 0)
			reading->count++;
	}
	return true;
}

int
bs_tops_read(struct bs_store *store, uint32_t day, enum bs_top_kind kind,
    struct bs_top_entry out[static BS_TOP_SLOTS], size_t *count, int64_t *floor)
{
	struct reading reading = {.table = {.day = day, .kind = (uint8_t)kind},
	    .out = out};
	struct bs_entry from = {.table = BS_TABLE_TOP};
	struct bs_entry chunk[SCAN];
	size_t scanned;
	int rc;

	/* a scan begins behind a key: here, before the first part of slot 0 */
	from.key_len = bs_top_key_write(&reading.table, from.key) - 1;
	while ((rc = bs_store_scan(store, &from, chunk, SCAN, &scanned)) == 0 &&
	       take(store, chunk, scanned, &reading))
		;
	*floor =
	    bs_top_floor(out, reading.count, reading.taken == BS_TOP_SLOTS);
	*count = bs_top_unique(out, reading.count);
	return rc < 0 ? rc : 0;
}

/* What the store has of the day and what is in memory become one. */
static int
load_table(struct bs_tops *tops, struct bs_store *store, enum bs_top_kind kind,
    struct bs_top_entry both[static 2 * BS_TOP_SLOTS])
{
	struct bs_top *top = &tops->tables[kind];
	int64_t floors[2];
	size_t stored;
	size_t counted;
	int rc;

	rc = bs_tops_read(store, tops->day, kind, both, &stored, &floors[0]);
	if (rc != 0)
		return rc;
	counted = bs_top_copy(top, both + stored, &floors[1]);
	if (stored + counted == 0)
		return 0;
	bs_top_lower(both, stored, floors[0]);
	bs_top_lower(both + stored, counted, floors[1]);
	bs_top_fill(top, both,
	    bs_top_add_up(both, stored + counted, floors[0] + floors[1]));
	return 0;
}

static int
load(struct bs_tops *tops, struct bs_store *store)
{
	struct bs_top_entry *both =
	    calloc((size_t)2 * BS_TOP_SLOTS, sizeof(*both));
	int rc = both == NULL ? -ENOMEM : 0;

	for (unsigned i = 0; i < BS_TOP_KINDS && rc == 0; i++)
		rc = load_table(tops, store, (enum bs_top_kind)i, both);
	free(both);
	tops->is_loaded = rc == 0;
	return rc;
}

/* "backstop store forget" leaves the count of an address without its hash; so
 * does the memory then. */
static void
forget_too(struct bs_top *top, struct bs_store *store,
    const struct bs_top_key *key)
{
	struct bs_entry entry = {.table = BS_TABLE_TOP};
	struct bs_top_entry stored;

	if (key->kind != BS_TOP_USER || top->is_new[key->slot])
		return;
	entry.key_len = bs_top_key_write(key, entry.key);
	if (bs_store_get(store, &entry) == 0 &&
	    bs_top_record_read(entry.key, entry.key_len, entry.value,
		entry.value_len, 0, &stored) == 0 &&
	    stored.len == 0)
		bs_top_forget(top, key->slot);
}

/* The changes that make the store's records of a slot what is in memory. */
static void
change_slot(const struct bs_top_entry *entry, struct bs_top_key key,
    struct bs_change out[static BS_TOP_PARTS])
{
	unsigned parts = entry->count > 0 ? bs_top_parts(entry) : 0;

	for (unsigned part = 0; part < BS_TOP_PARTS; part++) {
		struct bs_entry record = {.table = BS_TABLE_TOP};

		key.part = (uint8_t)part;
		record.key_len = bs_top_key_write(&key, record.key);
		if (part < parts) {
			record.value_len = bs_top_record_write(record.key,
			    record.key_len, entry, part, record.value);
			bs_change_set(&out[part], &record);
		} else {
			bs_change_delete(&out[part], &record);
		}
	}
}

/* Collects the changed slots from .next on. Returns how many. */
static size_t
collect_chunk(struct bs_tops *tops, struct bs_store *store)
{
	size_t count = 0;

	for (; tops->next < SLOTS && count < CHUNK; tops->next++) {
		struct bs_top_key key = {.day = tops->day,
		    .kind = (uint8_t)(tops->next / BS_TOP_SLOTS),
		    .slot = (uint16_t)(tops->next % BS_TOP_SLOTS)};
		struct bs_top *top = &tops->tables[key.kind];

		if (!top->is_changed[key.slot])
			continue;
		forget_too(top, store, &key);
		change_slot(&top->entries[key.slot], key,
		    &tops->changes[count * BS_TOP_PARTS]);
		tops->chunk[count++] = tops->next;
	}
	return count;
}

/* Writes a chunk. What fails stays changed, for the next round. Returns 0 or
 * -errno. */
static int
write_chunk(struct bs_tops *tops, struct bs_store *store)
{
	size_t count = collect_chunk(tops, store);
	int rc = 0;

	if (count > 0)
		rc = bs_store_apply(store, tops->changes, count * BS_TOP_PARTS);
	for (size_t i = 0; i < count && rc == 0; i++) {
		struct bs_top *top =
		    &tops->tables[tops->chunk[i] / BS_TOP_SLOTS];

		top->is_changed[tops->chunk[i] % BS_TOP_SLOTS] = false;
		top->is_new[tops->chunk[i] % BS_TOP_SLOTS] = false;
	}
	return rc;
}

static void
write_all(struct bs_tops *tops, struct bs_store *store)
{
	if (!tops->is_loaded && load(tops, store) != 0)
		return;
	tops->next = 0;
	while (tops->next < SLOTS && write_chunk(tops, store) == 0)
		;
}

/* What came in the second since midnight still counts for the day before; what
 * came before the first second, for the first day. */
static void
turn_day(struct bs_tops *tops, struct bs_store *store, uint32_t day)
{
	if (tops->day != 0) {
		write_all(tops, store);
		bs_tops_clear(tops);
	}
	tops->day = day;
}

void
bs_tops_stop(struct bs_tops *tops, struct bs_store *store, int64_t now)
{
	if (tops->day == 0)
		tops->day = bs_day_of(now);
	write_all(tops, store);
}

void
bs_tops_tick(struct bs_tops *tops, struct bs_store *store, int64_t now)
{
	if (tops->day != bs_day_of(now))
		turn_day(tops, store, bs_day_of(now));
	if (!tops->is_loaded && load(tops, store) != 0)
		return;
	if (tops->next == 0 && now >= tops->written_at &&
	    now < tops->written_at + BS_TOPS_WRITE_SECONDS)
		return;
	if (write_chunk(tops, store) != 0 || tops->next < SLOTS)
		return;
	tops->next = 0;
	tops->written_at = now;
}
