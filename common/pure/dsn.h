/* DESIGN §7: a message is pushed through; out come its kind and what it
 * returns. */
#ifndef BS_DSN_H
#define BS_DSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/backstop.h"
#include "common/pure/list.h"
#include "common/pure/policy.h"

/* What people call it; enum bs_kind is what the policy asks. */
enum bs_dsn_class {
	BS_DSN_ORDINARY,
	BS_DSN_REPORT,	    /* RFC 3464 in a multipart/report */
	BS_DSN_NONSTANDARD, /* any other notice of failure or delay */
	BS_DSN_MDN,	    /* RFC 8098 */
	BS_DSN_AUTOREPLY,   /* RFC 3834: out of office, challenge */
	BS_DSN_ARF,	    /* RFC 5965 and older complaints */
};

/* What was found. Texts are NUL-terminated, empty where absent, and hold
 * octets as they came: escape them before they are shown. Message-IDs are
 * without their angle brackets. */
struct bs_dsn_facts {
	enum bs_dsn_class class;
	enum bs_kind kind; /* never BS_KIND_UNREAD */

	/* of the message itself */
	char own_message_id[BS_MESSAGE_ID_MAX];
	bool has_own_message_id;       /* true where it did not fit, too */
	char own_from[BS_ADDRESS_MAX]; /* the first address of From */

	/* of the report; in a notice of no standard form, of its text */
	struct bs_list final_recipients; /* addresses, type cut off */
	struct bs_list original_recipients;
	char status[16]; /* RFC 3463 */
	char action[16];
	char reporting_mta[BS_HOST_MAX];
	char diagnostic[256]; /* why it failed, as the report has it */

	/* of the returned header, or Original-Message-ID of an MDN */
	bool has_returned_header;
	struct bs_list message_ids;
	bool has_return_path; /* empty: the null reverse-path */
	char return_path[BS_ADDRESS_MAX];
	char returned_from[BS_ADDRESS_MAX];
	char returned_subject[128];
	int64_t returned_date;	 /* epoch seconds, 0 for none */
	struct bs_list received; /* client addresses, the last hop first */
	unsigned received_count; /* Received fields */
};

/* The parser's memory, all of it; owned by the caller, who need not look in.
 */
struct bs_dsn {
	struct bs_dsn_facts facts;
	unsigned place;
	unsigned next;
	size_t line_len;
	char line[4096];
};

/* Begins a message. */
void bs_dsn_begin(struct bs_dsn *dsn);

/* Takes the next octets, cut anywhere; lines end in LF, CRLF or CR. */
void bs_dsn_push(struct bs_dsn *dsn, const char *octets, size_t len);

/* Whether the header of the message itself goes on: own_message_id and
 * own_from are final once it does not. */
bool bs_dsn_in_header(const struct bs_dsn *dsn);

/* Ends the message, also before it was read whole: dsn->facts are final. */
void bs_dsn_end(struct bs_dsn *dsn);

/* "dsn", "nonstandard", "mdn", "autoreply", "arf", "ordinary". */
const char *bs_dsn_class_name(enum bs_dsn_class class);

#endif
