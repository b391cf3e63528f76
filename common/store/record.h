/* The values of the store: big-endian, each with a check over key and value.
 */
#ifndef BS_STORE_RECORD_H
#define BS_STORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/keys/day.h"
#include "common/policy/tally.h"

#define BS_RECORD_HASH 16 /* of HMAC-SHA256(store key, canonical value) */
#define BS_RECORD_MAX 128 /* octets of any value, its check included */
#define BS_RECORD_KEY_MAX 32

/* 1 had senders of three days, no msg and no tally. 2 had no refused, no state
 * of tags, no hourly tallies, and no check value of the store key. */
#define BS_RECORD_FORMAT 3

enum bs_table {
	BS_TABLE_TAG,
	BS_TABLE_MSG,
	BS_TABLE_SENDER,
	BS_TABLE_META,
	BS_TABLE_REFUSED, /* since format 3 */
	BS_TABLE_TOP,	  /* came later within format 3: a program that does
			   * not know it leaves it alone */
};
#define BS_TABLES 6

/* A record with its key, as octets. A value of no octets: no record. */
struct bs_entry {
	enum bs_table table;
	size_t key_len;
	size_t value_len;
	uint8_t key[BS_RECORD_KEY_MAX];
	uint8_t value[BS_RECORD_MAX];
};

/* "tag", "msg", "sender", "meta", "refused", "top". */
const char *bs_table_name(enum bs_table table);

/* tag: (expiry day, K, H(sender)). The day comes first, so that what expires
 * lies together. */
struct bs_tag_key {
	uint32_t day;
	uint8_t key;
	uint8_t sender[BS_RECORD_HASH];
};

/* A reserved tag is promised to somebody who signs without asking. One that is
 * issued is no longer reserved. */
enum bs_tag_state { BS_TAG_STATE_ISSUED, BS_TAG_STATE_RESERVED };

struct bs_tag_record {
	uint32_t issued;     /* signings */
	uint32_t recipients; /* accepted for them */
	uint32_t bounces;    /* accepted at the tag */
	int64_t first_use;   /* epoch seconds: first signing */
	int64_t last_use;    /* of a signing or a bounce */
	uint8_t state;	     /* of enum bs_tag_state */
};

/* sender: H(address), or of a domain H("@" domain). Days; 0 is never. */
struct bs_sender_record {
	uint32_t first_signed_day;
	uint32_t last_unsigned_day;
	uint32_t last_day;
	uint32_t last_unrecorded_day; /* mail left whose Message-ID is not known
				       */
	uint32_t last_stripped_day;   /* a bounce of signed mail lost its tag */
	uint32_t last_elsewhere_day;  /* a domain: outbound was not "here" */
	uint32_t last_foreign_day; /* a domain: a valid tag came that was never
				    * issued here */
};

/* msg: (day, H(Message-ID)). Its owners are its reverse-path and its header
 * From; there may be more, as a list sends the same Message-ID again. */
#define BS_MSG_OWNERS 6
#define BS_MSG_DOMAINS 4
#define BS_MSG_SHORT 8	/* octets of a hash that are kept in a record */
#define BS_MSG_MANY 255 /* a count: more than are kept */

struct bs_msg_key {
	uint32_t day;
	uint8_t message_id[BS_RECORD_HASH];
};

/* How it left. Of two, the greater stays: it claims less. */
enum bs_msg_fate {
	BS_MSG_SIGNED,
	BS_MSG_EXEMPT,	 /* unsigned, as "exempt" says */
	BS_MSG_OBSTACLE, /* unsigned: the address can bear no tag, there is no
			  * key, or the clock is in doubt */
	BS_MSG_RELAYED,	 /* not by the listener that signs, or signing is off */
};

struct bs_msg_record {
	int64_t sent; /* epoch seconds: first */
	uint32_t recipients;
	uint32_t bounces;
	uint8_t fate; /* of enum bs_msg_fate */
	uint8_t owner_count;
	uint8_t domain_count; /* of recipients */
	uint8_t owners[BS_MSG_OWNERS][BS_MSG_SHORT];
	uint8_t domains[BS_MSG_DOMAINS][BS_MSG_SHORT];
};

/* refused: (H(Message-ID), H(owner)). A bounce that returned this Message-ID to
 * this address was refused; the record shows whether it was a mistake. */
struct bs_refused_key {
	uint8_t message_id[BS_RECORD_HASH];
	uint8_t owner[BS_MSG_SHORT];
};

struct bs_refused_record {
	int64_t first; /* epoch seconds */
	uint32_t bounces;
	bool is_known; /* it turned out later that the message was ours */
};

/* meta "tally" + day + H(domain): what happened on a day. meta "hour" + hours
 * since 1970 + H(domain): the same of an hour. The record may grow: columns
 * that a shorter one lacks are 0.
 *
 * meta "rows" + day + H(domain): how often each row of the verdict table was
 * taken, by its number. meta "left" + day + H(domain): why mail left unsigned,
 * by enum bs_tally_left. */
#define BS_TALLY_COLUMNS 24
struct bs_tally_record {
	uint32_t counts[BS_TALLY_COLUMNS];
};

/* Which of them. Numbers are of days or of hours since 1970. */
enum bs_tally_kind {
	BS_TALLY_OF_DAY,
	BS_TALLY_OF_HOUR,
	BS_TALLY_OF_ROWS,
	BS_TALLY_OF_LEFT,
};
#define BS_TALLY_KINDS 4

/* Domains that have hours of their own: the first ones by name. Under this
 * name, which no domain has, are those of all others together. */
#define BS_TALLY_HOUR_DOMAINS 200
#define BS_TALLY_OTHERS "[others]"

/* The same record under a name that no domain has: a day's results of SPF, and
 * what came of them. */
#define BS_TALLY_SPF "[spf]"
enum bs_tally_spf {
	BS_TALLY_SPF_RESULT, /* and behind it, by enum bs_spf_result */
	BS_TALLY_SPF_REJECTED = 7,
	BS_TALLY_SPF_JUNKED,
	BS_TALLY_SPF_DEFERRED,
	BS_TALLY_SPF_WOULD_REJECT, /* by enforce; the mode did not */
	BS_TALLY_SPF_WOULD_JUNK,
	BS_TALLY_SPF_WOULD_DEFER,
	BS_TALLY_SPF_NO_DSN, /* taken, but its sender is told of nothing */
	BS_TALLIES_SPF
};

/* meta "gap" + start: not all was recorded between start and end. */
struct bs_gap {
	int64_t start;
	int64_t end;
};

/* Keys. Each returns how many octets it wrote. */
size_t bs_tag_key_write(const struct bs_tag_key *key,
    uint8_t out[static BS_RECORD_KEY_MAX]);
size_t bs_msg_key_write(const struct bs_msg_key *key,
    uint8_t out[static BS_RECORD_KEY_MAX]);
size_t bs_tally_key_write(enum bs_tally_kind kind, uint32_t when,
    const uint8_t domain[static BS_RECORD_HASH],
    uint8_t out[static BS_RECORD_KEY_MAX]);
size_t bs_gap_key_write(int64_t start, uint8_t out[static BS_RECORD_KEY_MAX]);
size_t bs_refused_key_write(const struct bs_refused_key *key,
    uint8_t out[static BS_RECORD_KEY_MAX]);
BS_MUST_USE int bs_tag_key_read(const uint8_t *key, size_t len,
    struct bs_tag_key *out);
BS_MUST_USE int bs_msg_key_read(const uint8_t *key, size_t len,
    struct bs_msg_key *out);
BS_MUST_USE int bs_tally_key_read(enum bs_tally_kind kind, const uint8_t *key,
    size_t len, uint32_t *when, uint8_t domain[static BS_RECORD_HASH]);
BS_MUST_USE int bs_gap_key_read(const uint8_t *key, size_t len, int64_t *start);
BS_MUST_USE int bs_refused_key_read(const uint8_t *key, size_t len,
    struct bs_refused_key *out);

/* Values. A write returns the length; a read returns 0 or -EBADMSG for a
 * wrong length or a check that does not fit key and value. */
size_t bs_tag_record_write(const uint8_t *key, size_t key_len,
    const struct bs_tag_record *record, uint8_t out[static BS_RECORD_MAX]);
BS_MUST_USE int bs_tag_record_read(const uint8_t *key, size_t key_len,
    const uint8_t *value, size_t len, struct bs_tag_record *out);
size_t bs_sender_record_write(const uint8_t *key, size_t key_len,
    const struct bs_sender_record *record, uint8_t out[static BS_RECORD_MAX]);
BS_MUST_USE int bs_sender_record_read(const uint8_t *key, size_t key_len,
    const uint8_t *value, size_t len, struct bs_sender_record *out);
size_t bs_msg_record_write(const uint8_t *key, size_t key_len,
    const struct bs_msg_record *record, uint8_t out[static BS_RECORD_MAX]);
BS_MUST_USE int bs_msg_record_read(const uint8_t *key, size_t key_len,
    const uint8_t *value, size_t len, struct bs_msg_record *out);
size_t bs_tally_record_write(const uint8_t *key, size_t key_len,
    const struct bs_tally_record *record, uint8_t out[static BS_RECORD_MAX]);
BS_MUST_USE int bs_tally_record_read(const uint8_t *key, size_t key_len,
    const uint8_t *value, size_t len, struct bs_tally_record *out);
size_t bs_refused_record_write(const uint8_t *key, size_t key_len,
    const struct bs_refused_record *record, uint8_t out[static BS_RECORD_MAX]);
BS_MUST_USE int bs_refused_record_read(const uint8_t *key, size_t key_len,
    const uint8_t *value, size_t len, struct bs_refused_record *out);
size_t bs_clock_record_write(const uint8_t *key, size_t key_len,
    const struct bs_clock *clock, uint8_t out[static BS_RECORD_MAX]);
BS_MUST_USE int bs_clock_record_read(const uint8_t *key, size_t key_len,
    const uint8_t *value, size_t len, struct bs_clock *out);

/* Whether a hash is among the owners or domains of a message. Among more than a
 * record can keep each is. */
bool bs_msg_has_owner(const struct bs_msg_record *record,
    const uint8_t hash[static BS_MSG_SHORT]);
bool bs_msg_has_domain(const struct bs_msg_record *record,
    const uint8_t hash[static BS_MSG_SHORT]);

/* Add one, once; where there is no room for it the set becomes BS_MSG_MANY. */
void bs_msg_add_owner(struct bs_msg_record *record,
    const uint8_t hash[static BS_MSG_SHORT]);
void bs_msg_add_domain(struct bs_msg_record *record,
    const uint8_t hash[static BS_MSG_SHORT]);

/* Adds all owners and domains of another record. */
void bs_msg_add_all(struct bs_msg_record *record,
    const struct bs_msg_record *more);

/* Takes an owner off. Returns whether it was one: of BS_MSG_MANY nobody is. */
bool bs_msg_remove_owner(struct bs_msg_record *record,
    const uint8_t hash[static BS_MSG_SHORT]);

/* A meta value: two numbers; what they mean, the key says. */
size_t bs_number_record_write(const uint8_t *key, size_t key_len, int64_t a,
    int64_t b, uint8_t out[static BS_RECORD_MAX]);
BS_MUST_USE int bs_number_record_read(const uint8_t *key, size_t key_len,
    const uint8_t *value, size_t len, int64_t *a, int64_t *b);

#endif
