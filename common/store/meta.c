/* What the store knows of itself: epoch, gaps, marks, clock, lifetime. */
#include <string.h>

#include "common/store/meta.h"

static void
name_entry(struct bs_entry *out, const char *name)
{
	memset(out, 0, sizeof(*out));
	out->table = BS_TABLE_META;
	out->key_len = strlen(name);
	memcpy(out->key, name, out->key_len);
}

void
bs_meta_number(struct bs_entry *out, const char *name, int64_t a, int64_t b)
{
	name_entry(out, name);
	out->value_len =
	    bs_number_record_write(out->key, out->key_len, a, b, out->value);
}

void
bs_meta_boot(struct bs_entry *out, const uint8_t boot[static BS_BOOT_LEN])
{
	int64_t halves[2];

	memcpy(halves, boot, sizeof(halves));
	bs_meta_number(out, "boot", halves[0], halves[1]);
}

void
bs_meta_clock(struct bs_entry *out, const struct bs_clock *clock)
{
	name_entry(out, "clock");
	out->value_len =
	    bs_clock_record_write(out->key, out->key_len, clock, out->value);
}

void
bs_meta_gap(struct bs_entry *out, const struct bs_gap *gap)
{
	memset(out, 0, sizeof(*out));
	out->table = BS_TABLE_META;
	out->key_len = bs_gap_key_write(gap->start, out->key);
	out->value_len = bs_number_record_write(out->key, out->key_len,
	    gap->end, 0, out->value);
}

/* A number of meta, both halves 0 where there is none. */
static int
load_number(struct bs_store *store, const char *name, int64_t *a, int64_t *b)
{
	struct bs_entry entry;
	int rc;

	*a = 0;
	*b = 0;
	name_entry(&entry, name);
	if ((rc = bs_store_get(store, &entry)) != 0)
		return rc == BS_STORE_ABSENT ? 0 : rc;
	return bs_number_record_read(entry.key, entry.key_len, entry.value,
	    entry.value_len, a, b);
}

static int
load_clock(struct bs_store *store, struct bs_clock *out)
{
	struct bs_entry entry;
	int rc;

	name_entry(&entry, "clock");
	if ((rc = bs_store_get(store, &entry)) != 0)
		return rc == BS_STORE_ABSENT ? 0 : rc;
	return bs_clock_record_read(entry.key, entry.key_len, entry.value,
	    entry.value_len, out);
}

static int
load_gaps(struct bs_store *store, struct bs_meta *out)
{
	struct bs_entry from;
	struct bs_entry entry;
	size_t count;
	int64_t start;
	int64_t end;
	int64_t unused;
	int rc;

	/* they lie together; thousands of tallies lie behind them */
	name_entry(&from, "gap");
	while ((rc = bs_store_scan(store, &from, &entry, 1, &count)) == 0) {
		if (bs_gap_key_read(entry.key, entry.key_len, &start) != 0)
			break;
		rc = bs_number_record_read(entry.key, entry.key_len,
		    entry.value, entry.value_len, &end, &unused);
		if (rc != 0)
			return rc;
		(void)bs_meta_add_gap(out, start, end);
	}
	return rc == BS_STORE_ABSENT ? 0 : rc;
}

int
bs_meta_load(struct bs_store *store, struct bs_meta *out)
{
	int64_t halves[2];
	int64_t days;
	int64_t day;
	int64_t unused;
	int rc;

	memset(out, 0, sizeof(*out));
	if ((rc = load_number(store, "epoch", &out->epoch, &unused)) != 0 ||
	    (rc = load_number(store, "alive", &out->alive, &unused)) != 0 ||
	    (rc = load_number(store, "stop", &out->clean_stop, &unused)) != 0 ||
	    (rc = load_number(store, "boot", &halves[0], &halves[1])) != 0 ||
	    (rc = load_number(store, "lifetime", &days, &day)) != 0 ||
	    (rc = load_clock(store, &out->clock)) != 0)
		return rc;
	memcpy(out->boot, halves, sizeof(out->boot));
	out->lifetime_days = (unsigned)days;
	out->lifetime_day = (uint32_t)day;
	return load_gaps(store, out);
}

const struct bs_gap *
bs_meta_add_gap(struct bs_meta *meta, int64_t start, int64_t end)
{
	struct bs_gap gap = {start, end};
	struct bs_gap *last;

	/* one that is told late may begin before others did: it holds them
	 * then, and their entries in the store do no harm */
	while (meta->gap_count > 0) {
		last = &meta->gaps[meta->gap_count - 1];
		if (meta->gap_count < BS_GAPS_MAX &&
		    gap.start > last->end + BS_GAP_MERGE_SECONDS)
			break;
		gap.start = gap.start < last->start ? gap.start : last->start;
		gap.end = gap.end > last->end ? gap.end : last->end;
		meta->gap_count--;
	}
	last = &meta->gaps[meta->gap_count++];
	*last = gap;
	return last;
}

bool
bs_meta_is_complete(const struct bs_meta *meta, int64_t from, int64_t to)
{
	if (meta->epoch == 0 || from < meta->epoch)
		return false;
	if (meta->failing_since != 0 && to > meta->failing_since)
		return false;
	for (size_t i = 0; i < meta->gap_count; i++)
		if (meta->gaps[i].start < to && from < meta->gaps[i].end)
			return false;
	return true;
}

unsigned
bs_meta_lifetime(const struct bs_meta *meta, unsigned configured_days,
    uint32_t today)
{
	unsigned longest = meta->lifetime_days;

	if (longest > configured_days &&
	    today <= meta->lifetime_day + bs_day_window(longest))
		return longest;
	return configured_days;
}
