/* What the store must learn, in two parts: what waits for its commit, and what
 * the engine notes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/monotonic.h"
#include "common/store/changes.h"
#include "common/store/hashes.h"
#include "common/store/sweep.h"
#include "common/store/tops.h"
#include "common/store/writer.h"

/* With some 190 octets a change and its index: 7 MB, if all are full. */
#define URGENT_MAX 4096
#define COUNTS_MAX 16384
#define COUNTS_CHUNK 1000 /* a commit: some 20 ms */
#define ALIVE_SECONDS 5
#define STALL_SECONDS 15 /* without a tick: the engine stood still */
#define RETRY_SECONDS 1

struct bs_writer {
	struct bs_store *store; /* borrowed; NULL while there is none */
	struct bs_meta meta;
	uint8_t key[BS_STORE_KEY_LEN];
	struct bs_changes *urgent;   /* first signatures: each waits */
	struct bs_changes *counts;   /* all else, as it comes ... */
	int64_t counts_since;	     /* ... and when the first of it came */
	struct bs_changes *draining; /* counts of before, being written */
	int64_t draining_since;
	size_t drained; /* how many of them are */
	int error;	/* of the last write, 0 or -errno */
	int64_t retry_at;
	int64_t last_tick;
	bool is_lost; /* the store's file is gone */
	bool clock_unsaved;
	bool clock_leapt;
	unsigned lifetime_days; /* as last told */
	bool has_all_refused;	/* no room for more of them */
	bool has_ticket;	/* of the last clean stop, to attach with */
	uint8_t ticket[BS_TICKET_LEN];
	bool has_stopped; /* cleanly, and left this ticket */
	uint64_t pause;	  /* what the adapters answer about a pause */
	struct bs_sweep sweep;
	enum bs_keep keep;
	struct bs_tops *tops;
	struct bs_hashes hashes;
	struct bs_histogram commits;
};

struct bs_writer *
bs_writer_new(const uint8_t store_key[static BS_STORE_KEY_LEN])
{
	struct bs_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL)
		return NULL;
	memcpy(writer->key, store_key, sizeof(writer->key));
	writer->urgent = bs_changes_new(URGENT_MAX);
	writer->counts = bs_changes_new(COUNTS_MAX);
	writer->draining = bs_changes_new(COUNTS_MAX);
	writer->tops = bs_tops_new();
	if (writer->urgent == NULL || writer->counts == NULL ||
	    writer->draining == NULL || writer->tops == NULL) {
		bs_writer_free(writer);
		return NULL;
	}
	return writer;
}

void
bs_writer_free(struct bs_writer *writer)
{
	if (writer == NULL)
		return;
	bs_tops_free(writer->tops);
	bs_changes_free(writer->draining);
	bs_changes_free(writer->counts);
	bs_changes_free(writer->urgent);
	bs_mac_wipe(writer, sizeof(*writer));
	free(writer);
}

/* Not all that happened since then is in the store: a gap that lasts. */
static void
fail_since(struct bs_writer *writer, int64_t when)
{
	struct bs_meta *meta = &writer->meta;

	if (meta->failing_since == 0 || when < meta->failing_since)
		meta->failing_since = when;
}

static int
commit(struct bs_writer *writer, const struct bs_change *changes, size_t count)
{
	int64_t began_ns = bs_monotonic_ns();
	int rc = bs_store_apply(writer->store, changes, count);

	bs_histogram_add(&writer->commits, bs_monotonic_ns() - began_ns);
	return rc;
}

/* Keeps how a write went. The first that succeeds after failures notes the
 * gap that they were. */
static void
after_write(struct bs_writer *writer, int rc, int64_t now)
{
	struct bs_meta *meta = &writer->meta;
	struct bs_change change;

	if (rc == 0 && writer->is_lost)
		rc = -ESTALE;
	if (rc == 0 && meta->failing_since != 0) {
		bs_meta_gap(&change,
		    bs_meta_add_gap(meta, meta->failing_since, now));
		if ((rc = commit(writer, &change, 1)) == 0)
			meta->failing_since = 0;
	}
	writer->error = rc;
	if (rc != 0) {
		fail_since(writer, now);
		writer->retry_at = now + RETRY_SECONDS;
	}
}

/* The time up to which all that came is written down: what an alive mark may
 * say. */
static int64_t
written_until(const struct bs_writer *writer, int64_t now)
{
	if (bs_changes_count(writer->draining) > 0)
		return writer->draining_since;
	if (bs_changes_count(writer->counts) > 0)
		return writer->counts_since;
	return now;
}

/* Forgets what the store knew of itself, but for the gap that lasts and the
 * clock. */
static void
forget_meta(struct bs_writer *writer)
{
	const int64_t failing_since = writer->meta.failing_since;
	const struct bs_clock clock = writer->meta.clock;
	const bool is_synchronised = writer->meta.is_synchronised;

	memset(&writer->meta, 0, sizeof(writer->meta));
	writer->meta.failing_since = failing_since;
	writer->meta.clock = clock;
	writer->meta.is_synchronised = is_synchronised;
}

static bool
must_pause(const struct bs_writer *writer, int64_t now)
{
	return writer->store == NULL ||
	       (writer->error != 0 && now < writer->retry_at);
}

void
bs_writer_set_clock(struct bs_writer *writer, bool leapt, bool synchronised)
{
	writer->clock_leapt = leapt;
	writer->meta.is_synchronised = synchronised;
}

void
bs_writer_look(struct bs_writer *writer, int64_t now)
{
	int rc;

	if (bs_clock_look(&writer->meta.clock, bs_day_of(now),
		BS_CLOCK_LEAP_DAYS(writer->lifetime_days), writer->clock_leapt))
		writer->clock_unsaved = true;
	if (!writer->clock_unsaved || must_pause(writer, now))
		return;
	rc = bs_meta_mark_clock(writer->store, &writer->meta);
	writer->clock_unsaved = rc != 0;
	after_write(writer, rc, now);
}

void
bs_writer_set_ticket(struct bs_writer *writer,
    const uint8_t ticket[static BS_TICKET_LEN])
{
	memcpy(writer->ticket, ticket, BS_TICKET_LEN);
	writer->has_ticket = true;
}

/* A number that nobody guesses, so that what was said before this engine ran
 * is not taken for an answer to it. */
static void
number_pause(struct bs_writer *writer)
{
	writer->pause = 0;
	if (writer->meta.pause.start != 0 &&
	    (bs_mac_random(&writer->pause, sizeof(writer->pause)) != 0 ||
		writer->pause == 0))
		writer->meta.awaited = 0; /* nobody is asked: it stays */
}

int
bs_writer_attach(struct bs_writer *writer, struct bs_store *store,
    const uint8_t boot[static BS_BOOT_LEN], unsigned lifetime_days, int64_t now)
{
	int64_t failing_since = writer->meta.failing_since;
	bool is_synchronised = writer->meta.is_synchronised;
	int rc;

	writer->store = store;
	if ((rc = bs_meta_claim_key(store, writer->key)) == 0)
		rc = bs_meta_load(store, &writer->meta);
	writer->meta.failing_since = failing_since;
	writer->meta.is_synchronised = is_synchronised;
	writer->lifetime_days = lifetime_days;
	writer->error = 0;
	writer->retry_at = 0;
	writer->clock_unsaved = false;
	writer->is_lost = false;
	if (rc == 0)
		bs_writer_look(writer, now);
	if (rc != 0 ||
	    (rc = bs_meta_mark_start(store, &writer->meta, boot,
		 writer->has_ticket ? writer->ticket : NULL, now)) != 0 ||
	    (rc = bs_meta_mark_alive(store, &writer->meta, lifetime_days,
		 written_until(writer, now), now)) != 0) {
		writer->store = NULL;
		forget_meta(writer);
		return rc;
	}
	writer->has_ticket = false;
	number_pause(writer);
	bs_tops_attach(writer->tops);
	writer->last_tick = now;
	return 0;
}

struct bs_store *
bs_writer_detach(struct bs_writer *writer)
{
	struct bs_store *store = writer->store;

	writer->store = NULL;
	writer->error = 0;
	writer->is_lost = false;
	forget_meta(writer);
	return store;
}

bool
bs_writer_lost_store(struct bs_writer *writer, const char *folder, int64_t now)
{
	if (writer->store == NULL || writer->is_lost ||
	    !bs_store_is_lost(writer->store, folder))
		return writer->is_lost;
	writer->is_lost = true;
	writer->error = -ESTALE;
	/* it was there when it was looked at last, a second ago */
	fail_since(writer,
	    writer->last_tick < now ? writer->last_tick - 1 : now - 1);
	return true;
}

void
bs_writer_set_unread(struct bs_writer *writer, bool is_unread)
{
	writer->meta.is_unread = is_unread;
}

bool
bs_writer_has_store(const struct bs_writer *writer)
{
	return writer->store != NULL;
}

bool
bs_writer_is_failing(const struct bs_writer *writer, int *error)
{
	*error = writer->error;
	return writer->error != 0;
}

const struct bs_meta *
bs_writer_meta(const struct bs_writer *writer)
{
	return &writer->meta;
}

const struct bs_histogram *
bs_writer_commits(const struct bs_writer *writer)
{
	return &writer->commits;
}

int
bs_writer_stat(const struct bs_writer *writer, struct bs_store_stat *out)
{
	memset(out, 0, sizeof(*out));
	return writer->store == NULL ? -ENODEV
				     : bs_store_stat(writer->store, out);
}

struct bs_hashes *
bs_writer_hashes(struct bs_writer *writer)
{
	return &writer->hashes;
}

const uint8_t *
bs_writer_key(const struct bs_writer *writer)
{
	return writer->key;
}

int
bs_writer_get(const struct bs_writer *writer, struct bs_entry *entry)
{
	int rc;

	if (writer->store == NULL)
		return -ENODEV;
	if ((rc = bs_store_get(writer->store, entry)) < 0)
		return rc;
	bs_changes_overlay(writer->draining, writer->drained, entry);
	bs_changes_overlay(writer->urgent, 0, entry);
	bs_changes_overlay(writer->counts, 0, entry);
	return entry->value_len > 0 ? 0 : BS_STORE_ABSENT;
}

int
bs_writer_next(const struct bs_writer *writer, struct bs_entry *entry)
{
	struct bs_entry from = *entry;
	size_t count;

	if (writer->store == NULL)
		return -ENODEV;
	return bs_store_scan(writer->store, &from, entry, 1, &count);
}

void
bs_writer_gap(struct bs_writer *writer, int64_t start, int64_t end)
{
	struct bs_change change;
	int rc;

	if (writer->store == NULL) {
		fail_since(writer, start);
		return;
	}
	bs_meta_gap(&change, bs_meta_add_gap(&writer->meta, start, end));
	if ((rc = commit(writer, &change, 1)) != 0)
		fail_since(writer, start);
	after_write(writer, rc, end);
}

size_t
bs_writer_waiting(const struct bs_writer *writer)
{
	return bs_changes_count(writer->urgent);
}

int
bs_writer_flush(struct bs_writer *writer, int64_t now)
{
	int rc;

	if (bs_changes_count(writer->urgent) == 0)
		return 0;
	if (writer->is_lost)
		return -ESTALE;
	if (must_pause(writer, now))
		return writer->error != 0 ? writer->error : -ENODEV;
	rc = commit(writer, bs_changes_from(writer->urgent, 0),
	    bs_changes_count(writer->urgent));
	if (rc == 0)
		bs_changes_clear(writer->urgent);
	after_write(writer, rc, now);
	return rc;
}

/* One chunk of the counts. */
static void
drain(struct bs_writer *writer, int64_t now)
{
	struct bs_changes *empty = writer->draining;
	size_t count;
	int rc = 0;

	if (bs_changes_count(writer->draining) == 0) {
		writer->draining = writer->counts;
		writer->draining_since = writer->counts_since;
		writer->counts = empty;
	}
	count = bs_changes_count(writer->draining) - writer->drained;
	if (count > COUNTS_CHUNK)
		count = COUNTS_CHUNK;
	if (count > 0)
		rc = commit(writer,
		    bs_changes_from(writer->draining, writer->drained), count);
	if (rc == 0)
		writer->drained += count;
	if (writer->drained == bs_changes_count(writer->draining)) {
		bs_changes_clear(writer->draining);
		writer->drained = 0;
	}
	after_write(writer, rc, now);
}

/* A flood of forged bounces must not fill the disk. */
static void
look_at_size(struct bs_writer *writer)
{
	struct bs_store_stat stat;

	if (bs_store_stat(writer->store, &stat) == 0)
		writer->has_all_refused =
		    stat.entries[BS_TABLE_REFUSED] >= BS_REFUSED_MAX;
}

/* The administrator may have confirmed the clock from the command line. */
static void
take_confirmed_clock(struct bs_writer *writer)
{
	struct bs_clock clock = {0};

	if (bs_meta_load_clock(writer->store, &clock) != 0)
		return;
	writer->meta.clock = clock;
	/* the leap that was confirmed must not raise the doubt anew before the
	 * clock is watched again */
	if (!clock.in_doubt)
		writer->clock_leapt = false;
}

void
bs_writer_tick(struct bs_writer *writer, unsigned lifetime_days, int64_t now)
{
	writer->lifetime_days = lifetime_days;
	if (must_pause(writer, now))
		return;
	if (now > writer->last_tick + STALL_SECONDS)
		after_write(writer,
		    bs_meta_mark_stall(writer->store, &writer->meta, now), now);
	writer->last_tick = now;
	look_at_size(writer);
	bs_writer_look(writer, now);
	if (writer->meta.clock.in_doubt && !writer->clock_unsaved)
		take_confirmed_clock(writer);
	if (now >= writer->meta.alive + ALIVE_SECONDS ||
	    now < writer->meta.alive)
		after_write(writer,
		    bs_meta_mark_alive(writer->store, &writer->meta,
			lifetime_days, written_until(writer, now), now),
		    now);
	drain(writer, now);
	if (writer->keep == BS_KEEP_HOSTS && writer->error == 0)
		bs_tops_tick(writer->tops, writer->store, now);
}

static size_t
backlog(const struct bs_writer *writer)
{
	return bs_changes_count(writer->counts) +
	       bs_changes_count(writer->draining) - writer->drained;
}

bool
bs_writer_work(struct bs_writer *writer, unsigned lifetime_days, int64_t now)
{
	bool more = false;
	int rc;

	if (must_pause(writer, now))
		return false;
	if (backlog(writer) >= COUNTS_CHUNK) {
		drain(writer, now);
		return writer->error == 0;
	}
	bs_writer_look(writer, now);
	if (writer->meta.clock.in_doubt)
		return false;
	rc = bs_sweep_step(&writer->sweep, writer->store, &writer->meta,
	    bs_meta_lifetime(&writer->meta, lifetime_days, bs_day_of(now)),
	    bs_day_of(now), &more);
	after_write(writer, rc, now);
	return rc == 0 && more;
}

void
bs_writer_stop(struct bs_writer *writer, int64_t now)
{
	int rc;

	if (writer->store == NULL)
		return;
	rc = bs_writer_flush(writer, now);
	while (rc == 0 && backlog(writer) > 0) {
		drain(writer, now);
		rc = writer->error;
	}
	if (rc != 0 || writer->meta.failing_since != 0 ||
	    bs_mac_random(writer->ticket, sizeof(writer->ticket)) != 0)
		return;
	if (writer->keep == BS_KEEP_HOSTS)
		bs_tops_stop(writer->tops, writer->store, now);
	rc = bs_meta_mark_stop(writer->store, &writer->meta, writer->ticket,
	    now);
	writer->has_stopped = rc == 0;
	after_write(writer, rc, now);
}

bool
bs_writer_has_stopped(const struct bs_writer *writer,
    uint8_t ticket[static BS_TICKET_LEN])
{
	memcpy(ticket, writer->ticket, BS_TICKET_LEN);
	return writer->has_stopped;
}

void
bs_writer_sends(struct bs_writer *writer, unsigned adapter, int64_t now)
{
	if (!writer->meta.clock.in_doubt)
		writer->meta.adapter_days[adapter] = bs_day_of(now);
}

uint64_t
bs_writer_asks(const struct bs_writer *writer, unsigned adapter)
{
	return writer->meta.awaited & 1U << adapter ? writer->pause : 0;
}

void
bs_writer_hello(struct bs_writer *writer, unsigned adapter, uint64_t pause,
    int64_t knows_since, int64_t now)
{
	struct bs_meta *meta = &writer->meta;
	bool is_gap = knows_since >= meta->pause.start;

	if (writer->store == NULL || pause == 0 || pause != writer->pause ||
	    (meta->awaited & 1U << adapter) == 0)
		return;
	meta->awaited &= ~(1U << adapter);
	if (!is_gap && meta->awaited != 0)
		return;
	after_write(writer,
	    bs_meta_mark_pause_over(writer->store, meta, is_gap), now);
}

/* Notes a change; one that finds no room opens a gap. */
static void
add(struct bs_writer *writer, const struct bs_change *change, int64_t now)
{
	if (bs_changes_count(writer->counts) == 0)
		writer->counts_since = now;
	if (bs_changes_add(writer->counts, change) != 0)
		fail_since(writer, now);
}

/* Notes a change that must be durable first. Returns BS_WRITER_WAIT, or -errno
 * where it will not be in time. */
static int
add_urgent(struct bs_writer *writer, const struct bs_change *change,
    int64_t now)
{
	if (bs_changes_add(writer->urgent, change) != 0)
		return -ENOSPC;
	if (writer->is_lost || (writer->error != 0 && now < writer->retry_at))
		return writer->error;
	return BS_WRITER_WAIT;
}

static bool
is_urgent(const struct bs_writer *writer, const struct bs_change *change)
{
	return bs_changes_have(writer->urgent, change->table, change->key,
	    change->key_len);
}

void
bs_writer_note(struct bs_writer *writer,
    const uint8_t who[static BS_RECORD_HASH], enum bs_note note, int64_t now)
{
	struct bs_change change;

	bs_change_note(&change, who, note, bs_day_of(now));
	add(writer, &change, now);
}

void
bs_writer_sent(struct bs_writer *writer, const struct bs_msg_key *key,
    const struct bs_msg_record *record, int64_t now)
{
	struct bs_change change;

	bs_change_msg(&change, key);
	change.msg = *record;
	add(writer, &change, now);
}

void
bs_writer_bounced(struct bs_writer *writer, const struct bs_msg_key *key,
    int64_t now)
{
	struct bs_change change;

	bs_change_msg(&change, key);
	change.msg.bounces = 1;
	add(writer, &change, now);
}

void
bs_writer_tally(struct bs_writer *writer, enum bs_tally_kind kind,
    const uint8_t who[static BS_RECORD_HASH], size_t column, int64_t now)
{
	struct bs_change change;

	if (kind != BS_TALLY_OF_DAY && writer->keep == BS_KEEP_OFF)
		return;
	bs_change_tally(&change, kind,
	    kind == BS_TALLY_OF_HOUR ? (uint32_t)(now / 3600) : bs_day_of(now),
	    who, column);
	add(writer, &change, now);
}

void
bs_writer_top(struct bs_writer *writer, enum bs_top_kind kind, const char *text,
    size_t len)
{
	if (writer->keep == BS_KEEP_HOSTS)
		bs_tops_count(writer->tops, kind, text, len);
}

void
bs_writer_keep(struct bs_writer *writer, enum bs_keep keep)
{
	if (writer->keep == keep)
		return;
	writer->keep = keep;
	writer->sweep.keep = keep;
	writer->sweep.day = 0; /* begin anew: more may have to go */
	if (keep != BS_KEEP_HOSTS)
		bs_tops_clear(writer->tops);
}

int
bs_writer_signed(struct bs_writer *writer, const struct bs_tag_key *key,
    int64_t now)
{
	struct bs_entry entry = {.table = BS_TABLE_TAG};
	struct bs_tag_record known;
	struct bs_change change;

	bs_change_tag(&change, key, now);
	change.tag.issued = 1;
	change.tag.first_use = now;
	entry.key_len = bs_tag_key_write(key, entry.key);
	if (!is_urgent(writer, &change) && bs_writer_get(writer, &entry) == 0 &&
	    bs_tag_record_read(entry.key, entry.key_len, entry.value,
		entry.value_len, &known) == 0 &&
	    known.issued > 0) {
		add(writer, &change, now);
		return 0;
	}
	bs_writer_note(writer, key->sender, BS_NOTE_SIGNS, now);
	return add_urgent(writer, &change, now);
}

void
bs_writer_count(struct bs_writer *writer, const struct bs_tag_key *key,
    uint32_t recipients, uint32_t bounces, int64_t now)
{
	struct bs_change change;

	bs_change_tag(&change, key, now);
	change.tag.recipients = recipients;
	change.tag.bounces = bounces;
	add(writer, &change, now);
}

void
bs_writer_refused(struct bs_writer *writer, const struct bs_refused_key *key,
    int64_t now)
{
	struct bs_change change;

	if (writer->has_all_refused)
		return;
	bs_change_refused(&change, key);
	change.refused.first = now;
	change.refused.bounces = 1;
	add(writer, &change, now);
}

bool
bs_writer_refused_known(struct bs_writer *writer,
    const struct bs_refused_key *key, struct bs_refused_record *out,
    int64_t now)
{
	struct bs_entry entry = {.table = BS_TABLE_REFUSED};
	struct bs_change change;

	entry.key_len = bs_refused_key_write(key, entry.key);
	if (bs_writer_get(writer, &entry) != 0 ||
	    bs_refused_record_read(entry.key, entry.key_len, entry.value,
		entry.value_len, out) != 0 ||
	    out->is_known)
		return false;
	bs_change_refused(&change, key);
	change.refused.is_known = true;
	add(writer, &change, now);
	return true;
}
