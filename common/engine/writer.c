/* What the store must learn: group commit, counts, marks, gaps. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/engine/changes.h"
#include "common/engine/marks.h"
#include "common/engine/sweep.h"
#include "common/engine/writer.h"

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
	struct bs_changes *counts;   /* all else, as it comes */
	struct bs_changes *draining; /* counts of before, being written */
	size_t drained;
	int error; /* of the last write, 0 or -errno */
	int64_t failing_since;
	int64_t retry_at;
	int64_t last_tick;
	struct bs_sweep sweep;
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
	if (writer->urgent == NULL || writer->counts == NULL ||
	    writer->draining == NULL) {
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
	bs_changes_free(writer->draining);
	bs_changes_free(writer->counts);
	bs_changes_free(writer->urgent);
	bs_mac_wipe(writer, sizeof(*writer));
	free(writer);
}

/* Notes how a write went; a recovery closes the gap that the failure opened.
 */
static int
note(struct bs_writer *writer, int rc, int64_t now)
{
	struct bs_entry entry;

	writer->error = rc;
	if (rc != 0) {
		if (writer->failing_since == 0)
			writer->failing_since = now;
		writer->retry_at = now + RETRY_SECONDS;
		return rc;
	}
	if (writer->failing_since == 0)
		return 0;
	bs_meta_gap(&entry,
	    bs_meta_add_gap(&writer->meta, writer->failing_since, now));
	rc = bs_store_put(writer->store, &entry, 1);
	if (rc == 0)
		writer->failing_since = 0;
	return rc;
}

static bool
must_pause(const struct bs_writer *writer, int64_t now)
{
	return writer->store == NULL ||
	       (writer->error != 0 && now < writer->retry_at);
}

int
bs_writer_attach(struct bs_writer *writer, struct bs_store *store,
    const uint8_t boot[static BS_BOOT_LEN], unsigned lifetime_days, int64_t now)
{
	int rc;

	writer->store = store;
	if ((rc = bs_meta_load(store, &writer->meta)) != 0 ||
	    (rc = bs_marks_start(store, &writer->meta, boot, now)) != 0 ||
	    (rc = bs_marks_alive(store, &writer->meta, lifetime_days, now)) !=
		0) {
		writer->store = NULL;
		memset(&writer->meta, 0, sizeof(writer->meta));
		return rc;
	}
	writer->last_tick = now;
	writer->error = 0;
	writer->retry_at = 0;
	return 0;
}

struct bs_store *
bs_writer_detach(struct bs_writer *writer)
{
	struct bs_store *store = writer->store;

	writer->store = NULL;
	writer->error = 0;
	memset(&writer->meta, 0, sizeof(writer->meta));
	return store;
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

void
bs_writer_hash(const struct bs_writer *writer, const char *canonical,
    uint8_t out[static BS_RECORD_HASH])
{
	bs_mac_hash(writer->key, canonical, strlen(canonical), out);
}

static void
tag_change(struct bs_change *out, const struct bs_tag_key *key, int64_t now)
{
	memset(out, 0, sizeof(*out));
	out->table = BS_TABLE_TAG;
	out->key_len = bs_tag_key_write(key, out->key);
	out->tag.last_use = now;
}

/* A sender's record; a loss of it only makes claims weaker. */
static void
note_sender(struct bs_writer *writer,
    const uint8_t sender[static BS_RECORD_HASH], bool is_signed, int64_t now)
{
	struct bs_change change = {.table = BS_TABLE_SENDER,
	    .key_len = BS_RECORD_HASH};
	uint32_t today = bs_day_of(now);

	memcpy(change.key, sender, BS_RECORD_HASH);
	change.sender.last_day = today;
	if (is_signed)
		change.sender.first_signed_day = today;
	else
		change.sender.last_unsigned_day = today;
	if (bs_changes_add(writer->counts, &change) != 0 &&
	    writer->failing_since == 0)
		writer->failing_since = now;
}

int
bs_writer_signed(struct bs_writer *writer, const struct bs_tag_key *key,
    int64_t now)
{
	struct bs_tag_record known;
	struct bs_change change;
	int rc = BS_STORE_ABSENT;

	tag_change(&change, key, now);
	change.tag.issued = 1;
	change.tag.first_use = now;
	if (bs_changes_find(writer->urgent, change.table, change.key,
		change.key_len) == NULL &&
	    writer->store != NULL)
		rc = bs_writer_tag(writer, key, &known);
	if (rc == 0 && known.issued > 0)
		return bs_changes_add(writer->counts, &change);
	note_sender(writer, key->sender, true, now);
	if (bs_changes_add(writer->urgent, &change) != 0)
		return -ENOSPC;
	if (writer->error != 0 && now < writer->retry_at)
		return writer->error;
	return BS_WRITER_WAIT;
}

void
bs_writer_unsigned(struct bs_writer *writer,
    const uint8_t sender[static BS_RECORD_HASH], int64_t now)
{
	note_sender(writer, sender, false, now);
}

void
bs_writer_count(struct bs_writer *writer, const struct bs_tag_key *key,
    uint32_t recipients, uint32_t bounces, int64_t now)
{
	struct bs_change change;

	tag_change(&change, key, now);
	change.tag.recipients = recipients;
	change.tag.bounces = bounces;
	/* a lost count of recipients lowers a cap: say that there is a hole */
	if (bs_changes_add(writer->counts, &change) != 0 &&
	    writer->failing_since == 0)
		writer->failing_since = now;
}

/* Adds what a set still holds of a tag. Counts that are draining are left out:
 * which of them the store has already is not worth the telling. */
static bool
add_pending(const struct bs_changes *changes, const uint8_t *key,
    size_t key_len, struct bs_tag_record *out)
{
	const struct bs_change *change =
	    bs_changes_find(changes, BS_TABLE_TAG, key, key_len);

	if (change == NULL)
		return false;
	bs_tag_record_merge(out, &change->tag);
	return true;
}

int
bs_writer_tag(struct bs_writer *writer, const struct bs_tag_key *key,
    struct bs_tag_record *out)
{
	struct bs_entry entry = {.table = BS_TABLE_TAG};
	bool found;
	int rc;

	memset(out, 0, sizeof(*out));
	if (writer->store == NULL)
		return -ENODEV;
	entry.key_len = bs_tag_key_write(key, entry.key);
	if ((rc = bs_store_get(writer->store, &entry)) < 0)
		return rc;
	if (rc == 0 && (rc = bs_tag_record_read(entry.key, entry.key_len,
			    entry.value, entry.value_len, out)) != 0)
		return rc;
	found = rc == 0;
	found |= add_pending(writer->urgent, entry.key, entry.key_len, out);
	found |= add_pending(writer->counts, entry.key, entry.key_len, out);
	return found ? 0 : BS_STORE_ABSENT;
}

size_t
bs_writer_waiting(const struct bs_writer *writer)
{
	return bs_changes_count(writer->urgent);
}

int
bs_writer_flush(struct bs_writer *writer, int64_t now)
{
	size_t done;
	int rc;

	if (bs_changes_count(writer->urgent) == 0)
		return 0;
	if (must_pause(writer, now))
		return writer->error != 0 ? writer->error : -ENODEV;
	rc = bs_changes_commit(writer->urgent, 0, URGENT_MAX, writer->store,
	    &done);
	if (note(writer, rc, now) != 0)
		return writer->error != 0 ? writer->error : -EIO;
	bs_changes_clear(writer->urgent);
	return 0;
}

/* One chunk of the counts. */
static void
drain(struct bs_writer *writer, int64_t now)
{
	struct bs_changes *empty = writer->draining;
	size_t done;
	int rc;

	if (bs_changes_count(writer->draining) == 0) {
		writer->draining = writer->counts;
		writer->counts = empty;
	}
	rc = bs_changes_commit(writer->draining, writer->drained, COUNTS_CHUNK,
	    writer->store, &done);
	if (note(writer, rc, now) != 0)
		return;
	writer->drained += done;
	if (writer->drained < bs_changes_count(writer->draining))
		return;
	bs_changes_clear(writer->draining);
	writer->drained = 0;
}

void
bs_writer_tick(struct bs_writer *writer, unsigned lifetime_days, int64_t now)
{
	if (must_pause(writer, now))
		return;
	if (now > writer->last_tick + STALL_SECONDS)
		(void)note(writer,
		    bs_marks_stall(writer->store, &writer->meta, now), now);
	writer->last_tick = now;
	if (writer->meta.clock.in_doubt)
		bs_marks_read_clock(writer->store, &writer->meta);
	if (now >= writer->meta.alive + ALIVE_SECONDS ||
	    now < writer->meta.alive)
		(void)note(writer,
		    bs_marks_alive(writer->store, &writer->meta, lifetime_days,
			now),
		    now);
	drain(writer, now);
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
	if (writer->meta.clock.in_doubt)
		return false;
	rc = bs_sweep_step(&writer->sweep, writer->store, &writer->meta,
	    bs_meta_lifetime(&writer->meta, lifetime_days, bs_day_of(now)),
	    bs_day_of(now), &more);
	(void)note(writer, rc, now);
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
	if (rc == 0 && writer->failing_since == 0)
		(void)note(writer, bs_marks_stop(writer->store, now), now);
}
