/* The day's clean-up of the store, in chunks. */
#include <string.h>

#include "common/store/sweep.h"

#define DAYS_CHUNK 4000
#define SENDERS_CHUNK 500
#define TALLIES_CHUNK 500

static void
begin_stage(struct bs_sweep *sweep, enum bs_sweep_stage stage)
{
	sweep->stage = stage;
	memset(&sweep->from, 0, sizeof(sweep->from));
}

/* Records of days before those that are kept. */
static int
sweep_days(struct bs_sweep *sweep, struct bs_store *store, enum bs_table table,
    uint32_t keep_days, enum bs_sweep_stage next)
{
	size_t deleted;
	int rc;

	rc = bs_store_expire(store, table,
	    sweep->day > keep_days ? sweep->day - keep_days : 0, DAYS_CHUNK,
	    &deleted);
	if (rc == 0 && deleted < DAYS_CHUNK)
		begin_stage(sweep, next);
	return rc;
}

/* Senders from whom nothing has come for long. The change looks again: one of
 * them may have sent since the scan. */
static int
sweep_senders(struct bs_sweep *sweep, struct bs_store *store, uint32_t today)
{
	struct bs_entry chunk[SENDERS_CHUNK];
	struct bs_change changes[SENDERS_CHUNK];
	uint32_t limit =
	    today > BS_SENDER_KEEP_DAYS ? today - BS_SENDER_KEEP_DAYS : 0;
	size_t count;
	size_t old = 0;
	int rc;

	sweep->from.table = BS_TABLE_SENDER;
	rc = bs_store_scan(store, &sweep->from, chunk, SENDERS_CHUNK, &count);
	if (rc == BS_STORE_ABSENT) {
		begin_stage(sweep, BS_SWEEP_TALLIES);
		return 0;
	}
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < count; i++) {
		struct bs_change *change = &changes[old];

		bs_change_delete(change, &chunk[i]);
		change->kind = BS_CHANGE_EXPIRE;
		change->day = limit;
		if (bs_change_apply(change, &chunk[i]))
			old++;
	}
	return old == 0 ? 0 : bs_store_apply(store, changes, old);
}

/* Tallies lie together, the oldest first. */
static int
sweep_tallies(struct bs_sweep *sweep, struct bs_store *store, uint32_t today)
{
	static const uint8_t nobody[BS_RECORD_HASH];
	struct bs_entry chunk[TALLIES_CHUNK];
	struct bs_change changes[TALLIES_CHUNK];
	uint8_t domain[BS_RECORD_HASH];
	uint32_t day;
	size_t count;
	size_t old = 0;
	int rc;

	sweep->from.table = BS_TABLE_META;
	if (sweep->from.key_len == 0)
		sweep->from.key_len =
		    bs_tally_key_write(0, nobody, sweep->from.key);
	rc = bs_store_scan(store, &sweep->from, chunk, TALLIES_CHUNK, &count);
	if (rc < 0)
		return rc;
	for (; rc == 0 && old < count; old++) {
		if (bs_tally_key_read(chunk[old].key, chunk[old].key_len, &day,
			domain) != 0 ||
		    day + BS_TALLY_KEEP_DAYS >= today)
			break;
		bs_change_delete(&changes[old], &chunk[old]);
	}
	if (old < TALLIES_CHUNK)
		begin_stage(sweep, BS_SWEEP_GAPS);
	return old == 0 ? 0 : bs_store_apply(store, changes, old);
}

/* Gaps that lie before the window of any tag or message. */
static int
sweep_gaps(struct bs_sweep *sweep, struct bs_store *store, struct bs_meta *meta,
    unsigned lifetime_days, uint32_t today)
{
	int64_t limit = ((int64_t)today - 2 * bs_day_window(lifetime_days)) *
			BS_DAY_SECONDS;
	struct bs_change change;
	size_t old = 0;
	int rc = 0;

	while (
	    rc == 0 && old < meta->gap_count && meta->gaps[old].end < limit) {
		bs_meta_no_gap(&change, &meta->gaps[old]);
		if ((rc = bs_store_apply(store, &change, 1)) == 0)
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
		begin_stage(sweep, BS_SWEEP_TAGS);
	}
	/* what can no longer change a verdict: tags after their grace, messages
	 * after the window in which a bounce may return them, and a day's skew
	 * for each */
	switch (sweep->stage) {
	case BS_SWEEP_TAGS:
		rc = sweep_days(sweep, store, BS_TABLE_TAG,
		    BS_GRACE_DAYS + BS_SKEW_DAYS, BS_SWEEP_MSGS);
		break;
	case BS_SWEEP_MSGS:
		rc = sweep_days(sweep, store, BS_TABLE_MSG,
		    bs_day_window(lifetime_days) + 1, BS_SWEEP_SENDERS);
		break;
	case BS_SWEEP_SENDERS:
		rc = sweep_senders(sweep, store, today);
		break;
	case BS_SWEEP_TALLIES:
		rc = sweep_tallies(sweep, store, today);
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
