/* The records of the top tables: who was counted most often on a day. */
#ifndef BS_STORE_TOP_RECORD_H
#define BS_STORE_TOP_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/store/record.h"

/* top: (day, kind, slot, part). Who was counted most often on a day, by
 * Space-Saving: store/top.h. A text may need several parts. */
enum bs_top_kind {
	BS_TOP_NETWORK, /* of a client whose bounce was refused or is forged:
			 * "192.0.2.0/24", "2001:db8:1::/48" */
	BS_TOP_MTA,	/* the host that reports it, or else its HELO name */
	BS_TOP_USER,	/* to whom it came: H(address), BS_RECORD_HASH octets */
	BS_TOP_SPF,	/* a domain for which SPF said fail */
};
#define BS_TOP_KINDS 4
#define BS_TOP_SLOTS 512
#define BS_TOP_TEXT_MAX 253 /* of a domain */
#define BS_TOP_PARTS 3

struct bs_top_key {
	uint32_t day;
	uint8_t kind; /* of enum bs_top_kind */
	uint16_t slot;
	uint8_t part; /* from 0 */
};

/* It was counted .count times at most, and .count - .error times at least. No
 * text: nobody's name is known any more. Octets, no NUL. */
struct bs_top_entry {
	int64_t count;
	int64_t error;
	uint8_t len;
	char text[BS_TOP_TEXT_MAX];
};

/* A write returns the length; a read returns 0 or -EBADMSG. */
size_t bs_top_key_write(const struct bs_top_key *key,
    uint8_t out[static BS_RECORD_KEY_MAX]);
BS_MUST_USE int bs_top_key_read(const uint8_t *key, size_t len,
    struct bs_top_key *out);

/* One part of an entry: part 0 has the counts and how long the text is. A read
 * of part 0 begins *out; one of a later part adds its piece of the text, and
 * says -EBADMSG where it is none of it. */
unsigned bs_top_parts(const struct bs_top_entry *entry);
size_t bs_top_record_write(const uint8_t *key, size_t key_len,
    const struct bs_top_entry *entry, unsigned part,
    uint8_t out[static BS_RECORD_MAX]);
BS_MUST_USE int bs_top_record_read(const uint8_t *key, size_t key_len,
    const uint8_t *value, size_t len, unsigned part, struct bs_top_entry *out);

#endif
