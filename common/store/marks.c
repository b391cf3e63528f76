/* The marks that a running engine keeps in meta. */
#include <string.h>

#include "common/store/marks.h"
#include "common/keys/day.h"

/* The longest lifetime that tags in the world may have been signed with. */
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

int
bs_meta_mark_alive(struct bs_store *store, struct bs_meta *meta,
    unsigned lifetime_days, int64_t until, int64_t now)
{
	struct bs_entry entries[2];
	size_t count = 0;
	uint32_t today = bs_day_of(now);

	meta->alive = until;
	bs_meta_number(&entries[count++], "alive", until, 0);
	if (!meta->clock.in_doubt &&
	    update_lifetime(meta, lifetime_days, today))
		bs_meta_number(&entries[count++], "lifetime",
		    meta->lifetime_days, meta->lifetime_day);
	return bs_store_put(store, entries, count);
}

int
bs_meta_mark_start(struct bs_store *store, struct bs_meta *meta,
    const uint8_t boot[static BS_BOOT_LEN], int64_t now)
{
	struct bs_entry entries[4];
	size_t count = 0;
	int64_t last =
	    meta->alive > meta->clean_stop ? meta->alive : meta->clean_stop;

	if (last != 0 && last < now)
		bs_meta_gap(&entries[count++],
		    bs_meta_add_gap(meta, last, now));
	if (meta->epoch == 0) {
		meta->epoch = now;
		bs_meta_number(&entries[count++], "epoch", now, 0);
	}
	bs_meta_number(&entries[count], "stop", 0, 0);
	entries[count++].value_len = 0;
	meta->clean_stop = 0;
	memcpy(meta->boot, boot, BS_BOOT_LEN);
	bs_meta_boot(&entries[count++], boot);
	return bs_store_put(store, entries, count);
}

int
bs_meta_mark_stall(struct bs_store *store, struct bs_meta *meta, int64_t now)
{
	struct bs_entry entry;

	bs_meta_gap(&entry, bs_meta_add_gap(meta, meta->alive, now));
	return bs_store_put(store, &entry, 1);
}

int
bs_meta_mark_stop(struct bs_store *store, int64_t now)
{
	struct bs_entry entries[2];

	bs_meta_number(&entries[0], "alive", now, 0);
	bs_meta_number(&entries[1], "stop", now, 0);
	return bs_store_put(store, entries, 2);
}

int
bs_meta_mark_clock(struct bs_store *store, const struct bs_meta *meta)
{
	struct bs_entry entry;

	bs_meta_clock(&entry, &meta->clock);
	return bs_store_put(store, &entry, 1);
}

void
bs_meta_mark_read_clock(struct bs_store *store, struct bs_meta *meta)
{
	struct bs_meta fresh;

	if (bs_meta_load(store, &fresh) == 0)
		meta->clock = fresh.clock;
}
