/* Who was counted most often, in a table of fixed size. */
#include <stdlib.h>
#include <string.h>

#include "common/store/top.h"

_Static_assert((BS_TOP_INDEX & (BS_TOP_INDEX - 1)) == 0 &&
		   BS_TOP_INDEX >= 2 * BS_TOP_SLOTS,
    "an index with room");

/* FNV-1a; its high bits are the better ones. Who makes many texts with the same
 * hash gets as many comparisons of numbers, 512 at most. */
static uint32_t
hash_of(const char *text, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)text[i]) * 0x100000001b3ULL;
	return (uint32_t)(hash >> 32);
}

static unsigned
home_of(uint32_t hash)
{
	return hash & (BS_TOP_INDEX - 1);
}

static unsigned
behind(unsigned at)
{
	return (at + 1) & (BS_TOP_INDEX - 1);
}

/* Where a text stands in the index, or the free place where it belongs. */
static unsigned
find(const struct bs_top *top, uint32_t hash, const char *text, size_t len)
{
	unsigned at;

	for (at = home_of(hash); top->index[at] != 0; at = behind(at)) {
		unsigned slot = top->index[at] - 1U;

		if (top->hashes[slot] == hash &&
		    top->entries[slot].len == len &&
		    memcmp(top->entries[slot].text, text, len) == 0)
			break;
	}
	return at;
}

/* Takes a slot out of the index. Those that stand behind it because their own
 * place was taken move up. */
static void
unindex(struct bs_top *top, unsigned slot)
{
	const struct bs_top_entry *entry = &top->entries[slot];
	unsigned hole = find(top, top->hashes[slot], entry->text, entry->len);

	for (unsigned at = behind(hole); top->index[at] != 0; at = behind(at)) {
		unsigned home = home_of(top->hashes[top->index[at] - 1U]);

		if (((at - home) & (BS_TOP_INDEX - 1)) <
		    ((at - hole) & (BS_TOP_INDEX - 1)))
			continue;
		top->index[hole] = top->index[at];
		hole = at;
	}
	top->index[hole] = 0;
}

void
bs_top_clear(struct bs_top *top)
{
	memset(top, 0, sizeof(*top));
	for (unsigned i = 0; i < BS_TOP_SLOTS; i++)
		top->order[i] = top->place[i] = (uint16_t)i;
}

/* The last place of those that are counted as often. */
static unsigned
last_equal(const struct bs_top *top, unsigned from, int64_t count)
{
	unsigned to = BS_TOP_SLOTS;

	while (from + 1 < to) {
		unsigned middle = (from + to) / 2;

		if (top->counts[top->order[middle]] > count)
			to = middle;
		else
			from = middle;
	}
	return from;
}

/* Counts a slot once more. It goes behind all that were counted as often, so
 * the order stays. */
static void
raise(struct bs_top *top, unsigned slot)
{
	unsigned from = top->place[slot];
	unsigned to = last_equal(top, from, top->counts[slot]);
	uint16_t other = top->order[to];

	top->order[from] = other;
	top->place[other] = (uint16_t)from;
	top->order[to] = (uint16_t)slot;
	top->place[slot] = (uint16_t)to;
	top->entries[slot].count = ++top->counts[slot];
	top->is_changed[slot] = true;
}

/* The least counted becomes another; a free slot is one that was counted never.
 * Returns its slot. */
static unsigned
replace_least(struct bs_top *top, uint32_t hash, const char *text, size_t len)
{
	unsigned slot = top->order[0];
	struct bs_top_entry *entry = &top->entries[slot];

	if (entry->len > 0)
		unindex(top, slot);
	entry->error = entry->count;
	entry->len = (uint8_t)len;
	memcpy(entry->text, text, len);
	top->hashes[slot] = hash;
	top->is_new[slot] = true;
	top->index[find(top, hash, text, len)] = (uint16_t)(slot + 1);
	return slot;
}

void
bs_top_count(struct bs_top *top, const char *text, size_t len)
{
	uint32_t hash = hash_of(text, len);
	unsigned at;

	if (len == 0 || len > BS_TOP_TEXT_MAX)
		return;
	at = find(top, hash, text, len);
	raise(top, top->index[at] != 0 ? top->index[at] - 1U
				       : replace_least(top, hash, text, len));
}

void
bs_top_forget(struct bs_top *top, unsigned slot)
{
	struct bs_top_entry *entry = &top->entries[slot];

	if (entry->len == 0)
		return;
	unindex(top, slot);
	memset(entry->text, 0, sizeof(entry->text));
	entry->len = 0;
	top->is_changed[slot] = true;
}

void
bs_top_change_all(struct bs_top *top)
{
	for (unsigned i = 0; i < BS_TOP_SLOTS; i++)
		top->is_changed[i] = true;
}

void
bs_top_fill(struct bs_top *top, const struct bs_top_entry *entries,
    size_t count)
{
	if (count > BS_TOP_SLOTS)
		count = BS_TOP_SLOTS;
	bs_top_clear(top);
	for (unsigned i = 0; i < BS_TOP_SLOTS; i++) {
		unsigned place = BS_TOP_SLOTS - 1 - i;

		top->order[place] = (uint16_t)i;
		top->place[i] = (uint16_t)place;
		top->is_changed[i] = true;
		top->is_new[i] = true;
		if (i >= count)
			continue;
		top->entries[i] = entries[i];
		top->counts[i] = entries[i].count;
		if (entries[i].len == 0)
			continue;
		top->hashes[i] = hash_of(entries[i].text, entries[i].len);
		top->index[find(top, top->hashes[i], entries[i].text,
		    entries[i].len)] = (uint16_t)(i + 1);
	}
}

size_t
bs_top_copy(const struct bs_top *top,
    struct bs_top_entry out[static BS_TOP_SLOTS], int64_t *floor)
{
	size_t count = 0;

	for (unsigned i = 0; i < BS_TOP_SLOTS; i++)
		if (top->entries[i].count > 0)
			out[count++] = top->entries[i];
	*floor = bs_top_floor(out, count, count == BS_TOP_SLOTS);
	return count;
}

int64_t
bs_top_floor(const struct bs_top_entry *entries, size_t count, bool is_full)
{
	int64_t floor = is_full && count > 0 ? entries[0].count : 0;

	for (size_t i = 0; i < count && floor > 0; i++)
		if (entries[i].count < floor)
			floor = entries[i].count;
	return floor;
}

void
bs_top_lower(struct bs_top_entry *entries, size_t count, int64_t floor)
{
	for (size_t i = 0; i < count; i++) {
		entries[i].count -= floor;
		entries[i].error -= floor;
	}
}

static int
by_text(const void *a, const void *b)
{
	const struct bs_top_entry *one = a;
	const struct bs_top_entry *other = b;

	if (one->len != other->len)
		return one->len < other->len ? -1 : 1;
	return memcmp(one->text, other->text, one->len);
}

static int
by_count(const void *a, const void *b)
{
	const struct bs_top_entry *one = a;
	const struct bs_top_entry *other = b;

	if (one->count != other->count)
		return one->count > other->count ? -1 : 1;
	return by_text(a, b);
}

/* Nobody's entries, which have no text, are all different. */
static bool
are_same(const struct bs_top_entry *a, const struct bs_top_entry *b)
{
	return a->len > 0 && by_text(a, b) == 0;
}

size_t
bs_top_unique(struct bs_top_entry *entries, size_t count)
{
	size_t kept = 0;

	qsort(entries, count, sizeof(*entries), by_text);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || !are_same(&entries[kept - 1], &entries[i]))
			entries[kept++] = entries[i];
		else if (entries[i].count > entries[kept - 1].count)
			entries[kept - 1] = entries[i];
	}
	return kept;
}

/* Who is in some of the tables alone was counted in each of the others as often
 * as who is missing there may have been. */
size_t
bs_top_add_up(struct bs_top_entry *entries, size_t count, int64_t floors)
{
	size_t kept = 0;

	qsort(entries, count, sizeof(*entries), by_text);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || !are_same(&entries[kept - 1], &entries[i])) {
			entries[kept] = entries[i];
			entries[kept].count += floors;
			entries[kept].error += floors;
			kept++;
			continue;
		}
		entries[kept - 1].count += entries[i].count;
		entries[kept - 1].error += entries[i].error;
	}
	qsort(entries, kept, sizeof(*entries), by_count);
	return kept;
}
