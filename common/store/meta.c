/* What the store knows of itself: epoch, gaps, clock, lifetime, and the marks
 * that a running engine leaves. */
#include <errno.h>
#include <stdio.h>
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
bs_meta_number(struct bs_change *out, const char *name, int64_t a, int64_t b)
{
	struct bs_entry entry;

	name_entry(&entry, name);
	entry.value_len =
	    bs_number_record_write(entry.key, entry.key_len, a, b, entry.value);
	bs_change_set(out, &entry);
}

static void
set_boot(struct bs_change *out, const uint8_t boot[static BS_BOOT_LEN])
{
	int64_t halves[2];

	memcpy(halves, boot, sizeof(halves));
	bs_meta_number(out, "boot", halves[0], halves[1]);
}

void
bs_meta_clock(struct bs_change *out, const struct bs_clock *clock)
{
	struct bs_entry entry;

	name_entry(&entry, "clock");
	entry.value_len =
	    bs_clock_record_write(entry.key, entry.key_len, clock, entry.value);
	bs_change_set(out, &entry);
}

static void
gap_entry(struct bs_entry *out, const struct bs_gap *gap)
{
	memset(out, 0, sizeof(*out));
	out->table = BS_TABLE_META;
	out->key_len = bs_gap_key_write(gap->start, out->key);
	out->value_len = bs_number_record_write(out->key, out->key_len,
	    gap->end, 0, out->value);
}

void
bs_meta_gap(struct bs_change *out, const struct bs_gap *gap)
{
	struct bs_entry entry;

	gap_entry(&entry, gap);
	bs_change_set(out, &entry);
}

void
bs_meta_no_gap(struct bs_change *out, const struct bs_gap *gap)
{
	struct bs_entry entry;

	gap_entry(&entry, gap);
	bs_change_delete(out, &entry);
}

/* Reads a number; both of its halves are 0 where there is none. */
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

int
bs_meta_load_clock(struct bs_store *store, struct bs_clock *out)
{
	struct bs_entry entry;
	int rc;

	name_entry(&entry, "clock");
	if ((rc = bs_store_get(store, &entry)) != 0)
		return rc == BS_STORE_ABSENT ? 0 : rc;
	return bs_clock_record_read(entry.key, entry.key_len, entry.value,
	    entry.value_len, out);
}

/* A hash under the key shows which key it is, and tells nothing of it. */
static void
key_halves(const uint8_t key[static BS_STORE_KEY_LEN], int64_t halves[static 2])
{
	static const char text[] = "backstop store key";
	uint8_t hash[BS_RECORD_HASH];

	bs_mac_hash(key, text, sizeof(text) - 1, hash);
	memcpy(halves, hash, sizeof(hash));
}

int
bs_meta_check_key(struct bs_store *store,
    const uint8_t key[static BS_STORE_KEY_LEN])
{
	int64_t ours[2];
	int64_t theirs[2];
	int rc = load_number(store, "key", &theirs[0], &theirs[1]);

	if (rc != 0)
		return rc;
	if (theirs[0] == 0 && theirs[1] == 0)
		return BS_STORE_ABSENT;
	key_halves(key, ours);
	return memcmp(ours, theirs, sizeof(ours)) == 0 ? 0 : -EKEYREJECTED;
}

int
bs_meta_claim_key(struct bs_store *store,
    const uint8_t key[static BS_STORE_KEY_LEN])
{
	struct bs_change change;
	int64_t halves[2];
	int rc = bs_meta_check_key(store, key);

	if (rc != BS_STORE_ABSENT)
		return rc;
	key_halves(key, halves);
	bs_meta_number(&change, "key", halves[0], halves[1]);
	return bs_store_apply(store, &change, 1);
}

/* The name of the mark that an adapter sends. */
static void
adapter_name(unsigned adapter, char out[static 16])
{
	snprintf(out, 16, "adapter-%u", adapter);
}

static int
load_adapters(struct bs_store *store, struct bs_meta *out)
{
	char name[16];
	int64_t day;
	int64_t unused;
	int rc;

	for (unsigned i = 0; i < BS_ADAPTERS; i++) {
		adapter_name(i, name);
		if ((rc = load_number(store, name, &day, &unused)) != 0)
			return rc;
		out->adapter_days[i] = (uint32_t)day;
	}
	return 0;
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

	/* they lie together, before thousands of tallies */
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
	    (rc = load_number(store, "pause", &out->pause.start,
		 &out->pause.end)) != 0 ||
	    (rc = load_adapters(store, out)) != 0 ||
	    (rc = bs_meta_load_clock(store, &out->clock)) != 0)
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

	/* one that is told late may begin before others: it takes them in,
	 * and their records in the store do no harm */
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
bs_meta_has_pause(const struct bs_meta *meta, int64_t from, int64_t to)
{
	return meta->pause.start != 0 && meta->pause.start < to &&
	       from < meta->pause.end;
}

bool
bs_meta_is_complete(const struct bs_meta *meta, int64_t from, int64_t to)
{
	if (meta->epoch == 0 || from < meta->epoch || meta->is_unread)
		return false;
	if (meta->failing_since != 0 && to > meta->failing_since)
		return false;
	if (bs_meta_has_pause(meta, from, to))
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

/* Keeps the longest lifetime with which tags may have been signed that are
 * still on their way. Returns whether it changed. */
static bool
update_lifetime(struct bs_meta *meta, unsigned lifetime_days, uint32_t today)
{
	if (bs_meta_lifetime(meta, lifetime_days, today) > lifetime_days ||
	    (meta->lifetime_days == lifetime_days &&
		meta->lifetime_day == today))
		return false;
	meta->lifetime_days = lifetime_days;
	meta->lifetime_day = today;
	return true;
}

/* Fills changes, BS_ADAPTERS at most. Returns how many. */
static size_t
set_adapters(const struct bs_meta *meta, struct bs_change *out)
{
	size_t count = 0;
	char name[16];

	for (unsigned i = 0; i < BS_ADAPTERS; i++) {
		if (meta->adapter_days[i] == 0)
			continue;
		adapter_name(i, name);
		bs_meta_number(&out[count++], name, meta->adapter_days[i], 0);
	}
	return count;
}

int
bs_meta_mark_alive(struct bs_store *store, struct bs_meta *meta,
    unsigned lifetime_days, int64_t until, int64_t now)
{
	struct bs_change changes[2 + BS_ADAPTERS];
	size_t count = 0;
	uint32_t today = bs_day_of(now);

	meta->alive = until;
	bs_meta_number(&changes[count++], "alive", until, 0);
	if (!meta->clock.in_doubt &&
	    update_lifetime(meta, lifetime_days, today))
		bs_meta_number(&changes[count++], "lifetime",
		    meta->lifetime_days, meta->lifetime_day);
	count += set_adapters(meta, changes + count);
	return bs_store_apply(store, changes, count);
}

/* The adapters that mail may have left by in a stop: a bit for each that sent
 * in the time for which mail is remembered. */
static unsigned
find_awaited(const struct bs_meta *meta, int64_t now)
{
	unsigned window = bs_day_window(meta->lifetime_days);
	unsigned awaited = 0;

	for (unsigned i = 0; i < BS_ADAPTERS; i++)
		if (meta->adapter_days[i] != 0 &&
		    meta->adapter_days[i] + window >= bs_day_of(now))
			awaited |= 1U << i;
	return awaited;
}

/* Whether the store is as it was stopped, not long ago. A store that was set
 * back to an older copy has another ticket, or none. Returns 0 if it is,
 * BS_STORE_ABSENT if not, or -errno. */
static int
is_as_stopped(struct bs_store *store, const struct bs_meta *meta,
    const uint8_t *ticket, int64_t now)
{
	int64_t halves[2];
	int rc;

	if (ticket == NULL || meta->clean_stop == 0 ||
	    meta->alive != meta->clean_stop || meta->clock.in_doubt ||
	    now < meta->clean_stop || now - meta->clean_stop > BS_PAUSE_SECONDS)
		return BS_STORE_ABSENT;
	rc = load_number(store, "ticket", &halves[0], &halves[1]);
	if (rc != 0)
		return rc;
	return memcmp(halves, ticket, sizeof(halves)) == 0 ? 0
							   : BS_STORE_ABSENT;
}

static void
delete_number(struct bs_change *out, const char *name)
{
	struct bs_entry entry;

	name_entry(&entry, name);
	bs_change_delete(out, &entry);
}

/* Fills the change that the time until now was a pause, or a gap. A pause of
 * before which nobody ended was a gap. Returns how many changes. */
static size_t
end_stop(struct bs_meta *meta, bool is_pause, int64_t now,
    struct bs_change out[static 3])
{
	int64_t last =
	    meta->alive > meta->clean_stop ? meta->alive : meta->clean_stop;
	struct bs_gap before = meta->pause;
	size_t count = 0;

	memset(&meta->pause, 0, sizeof(meta->pause));
	meta->awaited = 0;
	if (before.start != 0)
		bs_meta_gap(&out[count++],
		    bs_meta_add_gap(meta, before.start, before.end));
	if (is_pause) {
		meta->pause = (struct bs_gap){last, now};
		meta->awaited = find_awaited(meta, now);
		bs_meta_number(&out[count++], "pause", last, now);
		return count;
	}
	if (last != 0 && last < now)
		bs_meta_gap(&out[count++], bs_meta_add_gap(meta, last, now));
	if (before.start != 0)
		delete_number(&out[count++], "pause");
	return count;
}

int
bs_meta_mark_start(struct bs_store *store, struct bs_meta *meta,
    const uint8_t boot[static BS_BOOT_LEN], const uint8_t *ticket, int64_t now)
{
	struct bs_change changes[8];
	size_t count;
	int rc = is_as_stopped(store, meta, ticket, now);

	if (rc < 0)
		return rc;
	/* without anybody to ask, nobody can say that nothing was missed */
	count = end_stop(meta, rc == 0 && find_awaited(meta, now) != 0, now,
	    changes);
	if (meta->epoch == 0) {
		meta->epoch = now;
		bs_meta_number(&changes[count++], "epoch", now, 0);
	}
	delete_number(&changes[count++], "stop");
	delete_number(&changes[count++], "ticket");
	meta->clean_stop = 0;
	memcpy(meta->boot, boot, BS_BOOT_LEN);
	set_boot(&changes[count++], boot);
	return bs_store_apply(store, changes, count);
}

int
bs_meta_mark_pause_over(struct bs_store *store, struct bs_meta *meta,
    bool is_gap)
{
	struct bs_change changes[2];
	size_t count = 0;

	if (is_gap)
		bs_meta_gap(&changes[count++],
		    bs_meta_add_gap(meta, meta->pause.start, meta->pause.end));
	delete_number(&changes[count++], "pause");
	memset(&meta->pause, 0, sizeof(meta->pause));
	meta->awaited = 0;
	return bs_store_apply(store, changes, count);
}

int
bs_meta_mark_stall(struct bs_store *store, struct bs_meta *meta, int64_t now)
{
	struct bs_change change;

	bs_meta_gap(&change, bs_meta_add_gap(meta, meta->alive, now));
	return bs_store_apply(store, &change, 1);
}

int
bs_meta_mark_stop(struct bs_store *store, const struct bs_meta *meta,
    const uint8_t ticket[static BS_TICKET_LEN], int64_t now)
{
	struct bs_change changes[3 + BS_ADAPTERS];
	int64_t halves[2];
	size_t count = 0;

	memcpy(halves, ticket, sizeof(halves));
	bs_meta_number(&changes[count++], "alive", now, 0);
	bs_meta_number(&changes[count++], "stop", now, 0);
	bs_meta_number(&changes[count++], "ticket", halves[0], halves[1]);
	count += set_adapters(meta, changes + count);
	return bs_store_apply(store, changes, count);
}

int
bs_meta_mark_restored(struct bs_store *store, const struct bs_clock *clock,
    int64_t now)
{
	struct bs_change changes[5];
	struct bs_meta meta;
	size_t count;
	int rc = bs_meta_load(store, &meta);

	if (rc != 0)
		return rc;
	count = end_stop(&meta, false, now, changes);
	delete_number(&changes[count++], "ticket");
	if (clock != NULL)
		bs_meta_clock(&changes[count++], clock);
	return bs_store_apply(store, changes, count);
}

int
bs_meta_mark_clock(struct bs_store *store, const struct bs_meta *meta)
{
	struct bs_change change;

	bs_meta_clock(&change, &meta->clock);
	return bs_store_apply(store, &change, 1);
}
