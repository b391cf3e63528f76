/* The day's clean-up of the store, in chunks. */
#include <string.h>

#include "common/engine/sweep.h"

#define TAGS_CHUNK 4000
#define SENDERS_CHUNK 500

/* Tags that can no longer change a verdict: behind their grace and the skew.
 */
static int
sweep_tags(struct bs_sweep *sweep, struct bs_store *store, uint32_t today)
{
	const uint32_t keep = BS_GRACE_DAYS + BS_SKEW_DAYS;
	size_t deleted;
	int rc;

	rc = bs_store_expire(store, BS_TABLE_TAG,
	    today > keep ? today - keep : 0, TAGS_CHUNK, &deleted);
	if (rc == 0 && deleted < TAGS_CHUNK) {
		sweep->stage = BS_SWEEP_SENDERS;
		memset(&sweep->from, 0, sizeof(sweep->from));
		sweep->from.table = BS_TABLE_SENDER;
	}
	return rc;
}

/* Senders that have been silent for long. */
static int
sweep_senders(struct bs_sweep *sweep, struct bs_store *store, uint32_t today)
{
	struct bs_entry chunk[SENDERS_CHUNK];
	struct bs_sender_record record;
	size_t count;
	size_t old = 0;
	int rc;

	rc = bs_store_scan(store, &sweep->from, chunk, SENDERS_CHUNK, &count);
	if (rc == BS_STORE_ABSENT) {
		sweep->stage = BS_SWEEP_GAPS;
		return 0;
	}
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < count; i++) {
		if (bs_sender_record_read(chunk[i].key, chunk[i].key_len,
			chunk[i].value, chunk[i].value_len, &record) == 0 &&
		    record.last_day + BS_SENDER_KEEP_DAYS >= today)
			continue;
		chunk[old] = chunk[i];
		chunk[old++].value_len = 0;
	}
	return old == 0 ? 0 : bs_store_put(store, chunk, old);
}

/* Gaps from before the window of any tag or message. */
static int
sweep_gaps(struct bs_sweep *sweep, struct bs_store *store, struct bs_meta *meta,
    unsigned lifetime_days, uint32_t today)
{
	int64_t limit = ((int64_t)today - 2 * bs_day_window(lifetime_days)) *
			BS_DAY_SECONDS;
	struct bs_entry entry;
	size_t old = 0;
	int rc = 0;

	while (
	    rc == 0 && old < meta->gap_count && meta->gaps[old].end < limit) {
		bs_meta_gap(&entry, &meta->gaps[old]);
		entry.value_len = 0;
		if ((rc = bs_store_put(store, &entry, 1)) == 0)
			old++;
	}
	meta->gap_count -= old;
	memmove(meta->gaps, meta->gaps + old,
	    meta->gap_count * sizeof(meta->gaps[0]));
	if (rc == 0)
		sweep->stage = BS_SWEEP_DONE;
	return rc;
}

int
bs_sweep_step(struct bs_sweep *sweep, struct bs_store *store,
    struct bs_meta *meta, unsigned lifetime_days, uint32_t today, bool *more)
{
	int rc = 0;

	if (sweep->day != today) {
		sweep->day = today;
		sweep->stage = BS_SWEEP_TAGS;
	}
	switch (sweep->stage) {
	case BS_SWEEP_TAGS:
		rc = sweep_tags(sweep, store, today);
		break;
	case BS_SWEEP_SENDERS:
		rc = sweep_senders(sweep, store, today);
		break;
	case BS_SWEEP_GAPS:
		rc = sweep_gaps(sweep, store, meta, lifetime_days, today);
		break;
	case BS_SWEEP_DONE:
		break;
	}
	*more = rc == 0 && sweep->stage != BS_SWEEP_DONE;
	return rc;
}
