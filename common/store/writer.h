/* What the store must learn: group commit, counts, marks, gaps, expiry.
 *
 * All of it happens in the caller's thread and by the caller's clock (epoch
 * seconds). A first signature waits for the commit that holds its record; a
 * count does not. */
#ifndef BS_STORE_WRITER_H
#define BS_STORE_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/base/histogram.h"
#include "common/keys/mac.h"
#include "common/store/change.h"
#include "common/store/meta.h"
#include "common/store/lmdb.h"
#include "common/store/record.h"
#include "common/store/top_record.h"

/* bs_writer_signed(): known once the next bs_writer_flush() returns 0. */
#define BS_WRITER_WAIT 1

struct bs_hashes;
struct bs_writer;

/* Makes a writer without a store. Returns NULL without memory. */
struct bs_writer *bs_writer_new(
    const uint8_t store_key[static BS_STORE_KEY_LEN]);

/* Takes NULL; does not close the store. */
void bs_writer_free(struct bs_writer *writer);

/* The ticket of the last clean stop, before its store is attached. */
void bs_writer_set_ticket(struct bs_writer *writer,
    const uint8_t ticket[static BS_TICKET_LEN]);

/* Gives the writer its store, borrowed until detach. The time since the last
 * alive mark becomes a gap, or a pause (bs_meta_mark_start()), and the marks of
 * a running engine are set. Returns 0, or -errno with no store attached. */
BS_MUST_USE int bs_writer_attach(struct bs_writer *writer,
    struct bs_store *store, const uint8_t boot[static BS_BOOT_LEN],
    unsigned lifetime_days, int64_t now);

/* Takes the store back, for the caller to close; what is pending stays.
 * Returns it, or NULL. */
struct bs_store *bs_writer_detach(struct bs_writer *writer);

/* Looks whether the file of the store is gone, or another by now. Then what is
 * written is lost, and writing fails (-ESTALE) until another store is attached.
 */
bool bs_writer_lost_store(struct bs_writer *writer, const char *folder,
    int64_t now);

/* Whether pages of the store may be lost, as not all of it has been read. */
void bs_writer_set_unread(struct bs_writer *writer, bool is_unread);

/* Writes what is pending and the clean-stop mark. */
void bs_writer_stop(struct bs_writer *writer, int64_t now);

/* Whether it has, and the ticket that the store was left with. */
bool bs_writer_has_stopped(const struct bs_writer *writer,
    uint8_t ticket[static BS_TICKET_LEN]);

/* Notes that mail leaves by an adapter. */
void bs_writer_sends(struct bs_writer *writer, unsigned adapter, int64_t now);

/* What an adapter is to repeat when it says what it missed; 0: it is not
 * asked. */
uint64_t bs_writer_asks(const struct bs_writer *writer, unsigned adapter);

/* An adapter says that it knows since then (epoch seconds) what it missed, and
 * that this was told. Where it does not know, the pause was a gap. */
void bs_writer_hello(struct bs_writer *writer, unsigned adapter, uint64_t pause,
    int64_t knows_since, int64_t now);

/* What was seen of the running clock: whether it leapt, and whether the kernel
 * says that it is synchronised. */
void bs_writer_set_clock(struct bs_writer *writer, bool leapt,
    bool synchronised);

/* Looks at the clock and keeps what it saw. To be called before anything is
 * judged by the day; bs_writer_tick() and bs_writer_work() do it, too. */
void bs_writer_look(struct bs_writer *writer, int64_t now);

bool bs_writer_has_store(const struct bs_writer *writer);

/* Whether the last write failed, and its -errno. After -EUCLEAN the store must
 * be opened anew. */
bool bs_writer_is_failing(const struct bs_writer *writer, int *error);

/* How long its commits took. A view. */
const struct bs_histogram *bs_writer_commits(const struct bs_writer *writer);

/* How large the store is. Returns 0 or -errno (-ENODEV without a store). */
BS_MUST_USE int bs_writer_stat(const struct bs_writer *writer,
    struct bs_store_stat *out);

/* A view of what the store knows of itself. Without a store all of it is 0 but
 * the clock, which is as it was last seen. */
const struct bs_meta *bs_writer_meta(const struct bs_writer *writer);

/* Notes a signature. Returns 0 where its record is durable already,
 * BS_WRITER_WAIT, or -errno where the record will not be written in time. */
BS_MUST_USE int bs_writer_signed(struct bs_writer *writer,
    const struct bs_tag_key *key, int64_t now);

/* Notes something of a sender, or of a whole domain, with the day. */
void bs_writer_note(struct bs_writer *writer,
    const uint8_t who[static BS_RECORD_HASH], enum bs_note note, int64_t now);

/* Notes a message that left, or adds to what is known of it. */
void bs_writer_sent(struct bs_writer *writer, const struct bs_msg_key *key,
    const struct bs_msg_record *record, int64_t now);

/* Notes a bounce of a message that is known. */
void bs_writer_bounced(struct bs_writer *writer, const struct bs_msg_key *key,
    int64_t now);

/* Counts one more in a column of a day's or an hour's tally. */
void bs_writer_tally(struct bs_writer *writer, enum bs_tally_kind kind,
    const uint8_t who[static BS_RECORD_HASH], size_t column, int64_t now);

/* Counts a text once more in a top table of the day; one of no or too many
 * octets is not counted. */
void bs_writer_top(struct bs_writer *writer, enum bs_top_kind kind,
    const char *text, size_t len);

/* What is kept from now on; BS_KEEP_HOSTS, until it is said. What is not to be
 * kept any more goes with the next clean-up. */
void bs_writer_keep(struct bs_writer *writer, enum bs_keep keep);

/* Notes that a bounce was refused that returned a Message-ID to an address.
 * More than BS_REFUSED_MAX are not kept. */
#define BS_REFUSED_MAX 500000
void bs_writer_refused(struct bs_writer *writer,
    const struct bs_refused_key *key, int64_t now);

/* To be asked when a message turns out to be ours. Whether a bounce of it was
 * refused: true once, with its record; from then on it is noted as known. */
bool bs_writer_refused_known(struct bs_writer *writer,
    const struct bs_refused_key *key, struct bs_refused_record *out,
    int64_t now);

/* Notes that between two times not all was recorded. */
void bs_writer_gap(struct bs_writer *writer, int64_t start, int64_t end);

/* Adds to the counts of a tag: recipients that mail with it went to, and
 * bounces that came to it. */
void bs_writer_count(struct bs_writer *writer, const struct bs_tag_key *key,
    uint32_t recipients, uint32_t bounces, int64_t now);

/* Looks an entry up as bs_store_get() does, with what is pending merged in.
 * Returns 0, BS_STORE_ABSENT, or -errno (-ENODEV without a store). */
BS_MUST_USE int bs_writer_get(const struct bs_writer *writer,
    struct bs_entry *entry);

/* Copies out the entry behind a key, in its place; without what is pending.
 * Returns 0, BS_STORE_ABSENT, or -errno (-ENODEV without a store). */
BS_MUST_USE int bs_writer_next(const struct bs_writer *writer,
    struct bs_entry *entry);

/* The key of the store's hashes: BS_STORE_KEY_LEN octets, the writer's. */
const uint8_t *bs_writer_key(const struct bs_writer *writer);

/* Hashes by that key that were made not long ago; the writer's. */
struct bs_hashes *bs_writer_hashes(struct bs_writer *writer);

/* How many signatures wait for bs_writer_flush(). */
size_t bs_writer_waiting(const struct bs_writer *writer);

/* Commits the signatures that wait. Returns 0 or -errno; they stay pending
 * then. */
BS_MUST_USE int bs_writer_flush(struct bs_writer *writer, int64_t now);

/* Once a second: counts, marks, the clock. */
void bs_writer_tick(struct bs_writer *writer, unsigned lifetime_days,
    int64_t now);

/* Does a chunk of what can wait: counts that have piled up, then the day's
 * clean-up, but not while the clock is in doubt. Returns whether there is more
 * to do, after a pause of some 20 ms. */
bool bs_writer_work(struct bs_writer *writer, unsigned lifetime_days,
    int64_t now);

#endif
