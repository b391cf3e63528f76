/* The day's clean-up of the store, in chunks. */
#include <string.h>

#include "common/store/sweep.h"

#define DAYS_CHUNK 4000
#define CHUNK 500

static void
begin_stage(struct bs_sweep *sweep, enum bs_sweep_stage stage)
{
	sweep->stage = stage;
	memset(&sweep->from, 0, sizeof(sweep->from));
}

static uint32_t
days_ago(const struct bs_sweep *sweep, uint32_t days)
{
	return sweep->day > days ? sweep->day - days : 0;
}

/* Records of days before those that are kept. */
static int
expire_days(struct bs_sweep *sweep, struct bs_store *store, enum bs_table table,
    uint32_t before_day, enum bs_sweep_stage next)
{
	size_t deleted;
	int rc;

	rc = bs_store_expire(store, table, before_day, DAYS_CHUNK, &deleted);
	if (rc == 0 && deleted < DAYS_CHUNK)
		begin_stage(sweep, next);
	return rc;
}

/* What is from before those days, in a table that is not in the order of days.
 * The change looks again: somebody may have changed the record since the scan.
 */
static int
sweep_table(struct bs_sweep *sweep, struct bs_store *store, enum bs_table table,
    uint32_t keep_days, enum bs_sweep_stage next)
{
	struct bs_entry chunk[CHUNK];
	struct bs_change changes[CHUNK];
	size_t count;
	size_t old = 0;
	int rc;

	sweep->from.table = table;
	rc = bs_store_scan(store, &sweep->from, chunk, CHUNK, &count);
	if (rc == BS_STORE_ABSENT) {
		begin_stage(sweep, next);
		return 0;
	}
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < count; i++) {
		struct bs_change *change = &changes[old];

		bs_change_delete(change, &chunk[i]);
		change->kind = BS_CHANGE_EXPIRE;
		change->day = days_ago(sweep, keep_days);
		if (bs_change_apply(change, &chunk[i]))
			old++;
	}
	return old == 0 ? 0 : bs_store_apply(store, changes, old);
}

/* Tallies of a kind lie together in meta, the oldest first. */
struct tallies {
	uint32_t units_a_day;
	uint32_t keep_days;
	bool is_for_report; /* "status" does not need it */
};

static const struct tallies kinds[BS_TALLY_KINDS] = {
    [BS_TALLY_OF_DAY] = {1, BS_TALLY_KEEP_DAYS, false},
    [BS_TALLY_OF_HOUR] = {24, BS_HOUR_KEEP_DAYS, true},
    [BS_TALLY_OF_ROWS] = {1, BS_TALLY_KEEP_DAYS, true},
    [BS_TALLY_OF_LEFT] = {1, BS_TALLY_KEEP_DAYS, true},
};

static bool
is_kept(const struct bs_sweep *sweep, enum bs_tally_kind kind, uint32_t when)
{
	if (kinds[kind].is_for_report && sweep->keep == BS_KEEP_OFF)
		return false;
	return when / kinds[kind].units_a_day + kinds[kind].keep_days >=
	       sweep->day;
}

static int
sweep_tallies(struct bs_sweep *sweep, struct bs_store *store,
    enum bs_tally_kind kind, enum bs_sweep_stage next)
{
	static const uint8_t nobody[BS_RECORD_HASH];
	struct bs_entry chunk[CHUNK];
	struct bs_change changes[CHUNK];
	uint8_t domain[BS_RECORD_HASH];
	uint32_t when;
	size_t count;
	size_t old = 0;
	int rc;

	sweep->from.table = BS_TABLE_META;
	if (sweep->from.key_len == 0)
		sweep->from.key_len =
		    bs_tally_key_write(kind, 0, nobody, sweep->from.key);
	rc = bs_store_scan(store, &sweep->from, chunk, CHUNK, &count);
	if (rc < 0)
		return rc;
	for (; rc == 0 && old < count; old++) {
		if (bs_tally_key_read(kind, chunk[old].key, chunk[old].key_len,
			&when, domain) != 0 ||
		    is_kept(sweep, kind, when))
			break;
		bs_change_delete(&changes[old], &chunk[old]);
	}
	if (old < CHUNK)
		begin_stage(sweep, next);
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
		rc = expire_days(sweep, store, BS_TABLE_TAG,
		    days_ago(sweep, BS_GRACE_DAYS + BS_SKEW_DAYS),
		    BS_SWEEP_MSGS);
		break;
	case BS_SWEEP_MSGS:
		rc = expire_days(sweep, store, BS_TABLE_MSG,
		    days_ago(sweep, bs_day_window(lifetime_days) + 1),
		    BS_SWEEP_SENDERS);
		break;
	case BS_SWEEP_SENDERS:
		rc = sweep_table(sweep, store, BS_TABLE_SENDER,
		    BS_SENDER_KEEP_DAYS, BS_SWEEP_REFUSED);
		break;
	case BS_SWEEP_REFUSED:
		rc = sweep_table(sweep, store, BS_TABLE_REFUSED,
		    bs_day_window(lifetime_days) + 1, BS_SWEEP_TALLIES);
		break;
	case BS_SWEEP_TALLIES:
		rc = sweep_tallies(sweep, store, BS_TALLY_OF_DAY,
		    BS_SWEEP_HOURS);
		break;
	case BS_SWEEP_HOURS:
		rc = sweep_tallies(sweep, store, BS_TALLY_OF_HOUR,
		    BS_SWEEP_ROWS);
		break;
	case BS_SWEEP_ROWS:
		rc = sweep_tallies(sweep, store, BS_TALLY_OF_ROWS,
		    BS_SWEEP_LEFT);
		break;
	case BS_SWEEP_LEFT:
		rc = sweep_tallies(sweep, store, BS_TALLY_OF_LEFT,
		    BS_SWEEP_TOPS);
		break;
	case BS_SWEEP_TOPS:
		rc = expire_days(sweep, store, BS_TABLE_TOP,
		    sweep->keep == BS_KEEP_HOSTS
			? days_ago(sweep, BS_TOP_KEEP_DAYS)
			: UINT32_MAX,
		    BS_SWEEP_GAPS);
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
