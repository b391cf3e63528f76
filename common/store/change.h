/* A change of one record, and what it makes of the record as it stands.
 *
 * A change says what was learned, not what the record then is. So the store
 * can read, merge and write in one transaction, and changes of two processes
 * add up in whichever order they come. */
#ifndef BS_STORE_CHANGE_H
#define BS_STORE_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/store/record.h"

enum bs_change_kind {
	BS_CHANGE_ADD,	  /* numbers add up; of days and times the earliest
			   * first and the latest last stay */
	BS_CHANGE_SET,	  /* the record becomes .value */
	BS_CHANGE_DELETE, /* the record goes */
	BS_CHANGE_DISOWN, /* a msg loses .owner; with its last one it goes */
	BS_CHANGE_EXPIRE, /* a sender or a refused goes that is from before
			   * .day */
};

struct bs_change {
	enum bs_change_kind kind;
	enum bs_table table;
	size_t key_len;
	uint8_t key[BS_RECORD_KEY_MAX];
	union {
		struct bs_tag_record tag; /* ADD: by the table ... */
		struct bs_msg_record msg;
		struct bs_sender_record sender;
		struct bs_refused_record refused;
		struct bs_tally_record tally; /* ... in meta this one */
		struct {
			size_t len;
			uint8_t octets[BS_RECORD_MAX];
		} value;
		uint8_t owner[BS_MSG_SHORT];
		uint32_t day;
	};
};

/* What is noted of a sender, or of a whole domain, with the day. */
enum bs_note {
	BS_NOTE_SIGNS,	    /* mail left signed; a domain: signing is on */
	BS_NOTE_UNSIGNED,   /* mail left without a tag; signing is off */
	BS_NOTE_UNRECORDED, /* mail left whose Message-ID is not known */
	BS_NOTE_STRIPPED,   /* a bounce of signed mail came without its tag */
	BS_NOTE_ELSEWHERE,  /* a domain: mail may have left elsewhere */
	BS_NOTE_FOREIGN,    /* a domain: a valid tag was never issued here */
};

/* Fill a change that adds to a record: what was learned of a sender or a domain
 * on a day; one more in a column of a tally; of the other tables nothing yet
 * but the key and, of a tag, when it was last used. */
void bs_change_note(struct bs_change *out,
    const uint8_t who[static BS_RECORD_HASH], enum bs_note note, uint32_t day);
void bs_change_tally(struct bs_change *out, enum bs_tally_kind kind,
    uint32_t when, const uint8_t who[static BS_RECORD_HASH], size_t column);
void bs_change_tag(struct bs_change *out, const struct bs_tag_key *key,
    int64_t now);
void bs_change_msg(struct bs_change *out, const struct bs_msg_key *key);
void bs_change_refused(struct bs_change *out, const struct bs_refused_key *key);

/* Adds b to a. Both are BS_CHANGE_ADD of the same record. */
void bs_change_merge(struct bs_change *a, const struct bs_change *b);

/* Changes an entry of the same key; value_len 0 stands for no record, before
 * and after. A record whose check fails counts as none: it proved nothing.
 * Returns whether the entry changed. */
bool bs_change_apply(const struct bs_change *change, struct bs_entry *entry);

/* Fill a change from an entry: it becomes the record. */
void bs_change_set(struct bs_change *out, const struct bs_entry *entry);

/* Fill a change that deletes the record of an entry. */
void bs_change_delete(struct bs_change *out, const struct bs_entry *entry);

/* Add one record to another. The weaker claim stays: of two fates the greater,
 * of more owners or domains than fit BS_MSG_MANY. */
void bs_tag_record_merge(struct bs_tag_record *a,
    const struct bs_tag_record *b);
void bs_sender_record_merge(struct bs_sender_record *a,
    const struct bs_sender_record *b);
void bs_msg_record_merge(struct bs_msg_record *a,
    const struct bs_msg_record *b);
void bs_refused_record_merge(struct bs_refused_record *a,
    const struct bs_refused_record *b);
void bs_tally_record_merge(struct bs_tally_record *a,
    const struct bs_tally_record *b);

#endif
