/* The reader of bounces: a message is pushed through it, and out come its kind
 * and what it returns. */
#ifndef BS_BOUNCE_DSN_H
#define BS_BOUNCE_DSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/base/list.h"
#include "common/bounce/unfold.h"
#include "common/mail/markup.h"
#include "common/mail/octets.h"
#include "common/policy/bounce.h"
#include "common/mail/transfer.h"

/* What people call a message; enum bs_kind is what the policy asks for. */
enum bs_dsn_class {
	BS_DSN_ORDINARY,
	BS_DSN_REPORT,	    /* RFC 3464 in a multipart/report */
	BS_DSN_NONSTANDARD, /* any other notice of failure or delay */
	BS_DSN_MDN,	    /* RFC 8098 */
	BS_DSN_AUTOREPLY,   /* RFC 3834: out of office, challenge */
	BS_DSN_ARF,	    /* RFC 5965 and older complaints */
};

/* Recipients of a bounce that are kept, of each kind. */
#define BS_DSN_RECIPIENTS 8

/* Octets of a returned Subject, its NUL included. */
#define BS_DSN_SUBJECT_MAX 256

/* What a report says became of one recipient (RFC 3464 §2.3). */
struct bs_dsn_fate {
	char action[16];
	char status[16]; /* RFC 3463 */
	char diagnostic[200];
};

/* What was found. Texts are NUL-terminated and empty where absent. They hold
 * octets as they came: escape them before you show them. Message-IDs are
 * without their angle brackets. An ordinary message returns nothing. */
struct bs_dsn_facts {
	enum bs_dsn_class class;
	enum bs_kind kind; /* never BS_KIND_UNREAD */

	/* of the message itself */
	char own_message_id[BS_MESSAGE_ID_MAX];
	bool has_own_message_id;       /* also where it is empty or too long */
	char own_from[BS_ADDRESS_MAX]; /* the first address of From */

	/* of the report; where there is none, of the text */
	struct bs_list final_recipients; /* addresses, type cut off */
	struct bs_list original_recipients;
	char status[16]; /* RFC 3463 */
	char action[16];
	char reporting_mta[BS_HOST_MAX];
	char diagnostic[256]; /* why it failed, as the report has it */
	char disposition[64]; /* of an MDN: what was done, and by whom */

	/* of a report: one for each of final_recipients, in the same order */
	struct bs_dsn_fate fates[BS_DSN_RECIPIENTS];

	/* Message-IDs of the returned message: those of its header or of an MDN
	 * first, then those of the report, then those that the bounce refers to
	 * by References and In-Reply-To, as far as there is room. Truncated:
	 * that none of them is known proves nothing. */
	struct bs_list message_ids;
	bool only_refers; /* all of them are of References and In-Reply-To */

	/* of the returned header */
	bool has_returned_header;
	bool has_return_path; /* empty: the null reverse-path */
	char return_path[BS_ADDRESS_MAX];
	char returned_from[BS_ADDRESS_MAX];
	char returned_subject[BS_DSN_SUBJECT_MAX];
	int64_t returned_date;	 /* epoch seconds, 0 for none */
	struct bs_list received; /* client addresses, the last hop first */
	unsigned received_count; /* Received fields */
};

/* Multiparts inside each other; deeper ones are not read. */
#define BS_DSN_DEPTH 8

/* Fields of a header and lines of a text that are read: more than any bounce
 * has, and few enough that nobody can make us work for long. */
#define BS_DSN_FIELDS 10000
#define BS_DSN_TEXT_LINES 10000

/* Octets of a boundary that count (RFC 2046 §5.1.1 allows 70). */
#define BS_DSN_BOUNDARY 200

/* A returned header, until it is known whether it counts. */
struct bs_dsn_returned {
	struct bs_list message_ids;
	struct bs_list received;
	unsigned received_count;
	unsigned fields; /* enum bs_dsn_field, as bits: what it has */
	unsigned signs;	 /* enum bs_dsn_signal, as bits: what its author is */
	unsigned next;	 /* enum bs_dsn_leaf: what its body is */
	enum bs_transfer_type encoding; /* of its body */
	bool is_markup;			/* its body */
	bool is_report;			/* multipart/report */
	int64_t date;
	char return_path[BS_ADDRESS_MAX];
	char from[BS_ADDRESS_MAX];
	char subject[BS_DSN_SUBJECT_MAX];
};

/* What header and running text tell, where no report part says better. */
struct bs_dsn_hints {
	struct bs_list failed;	      /* X-Failed-Recipients */
	struct bs_list recipients;    /* named as those that failed */
	struct bs_list originals;     /* and as what these were before */
	char address[BS_ADDRESS_MAX]; /* the first one named at all */
	char to[BS_ADDRESS_MAX];      /* "To:" in the text */
	char reporting_mta[BS_HOST_MAX];
	char diagnostic[256];
	char status[16];
	char action[16];
	unsigned lines;		  /* of text that were looked at */
	unsigned diagnostic_line; /* of them, where diagnostic ended */
	unsigned address_line;	  /* where one that failed stood alone */
	bool diagnostic_is_words; /* not what a host replied */
	bool reason_is_due;	  /* it was announced */
	unsigned failures;    /* of them, with words of failure: 3 at most */
	bool banner;	      /* "a copy of the message follows" */
	bool known_banner;    /* and its words are in the table */
	bool names_receiver;  /* whom the bounce is for ... */
	bool blames_receiver; /* ... as one that failed */
	size_t receiver;      /* where it stands in own_recipients */
};

/* A multipart that has not ended. */
struct bs_dsn_level {
	char boundary[BS_DSN_BOUNDARY + 1];
	size_t len;
	bool seen;   /* one boundary line, at least */
	bool digest; /* its parts are messages, unless they say otherwise */
	bool lie;    /* no header announced it */
};

/* The reader's memory, all of it, below 48 KiB; the caller owns it. Private but
 * for facts. */
struct bs_dsn {
	struct bs_dsn_facts facts;

	unsigned place;		/* enum bs_dsn_place */
	unsigned leaf;		/* enum bs_dsn_leaf: what the part at hand is */
	unsigned next;		/* what the part will be once its header ends */
	unsigned signals;	/* enum bs_dsn_signal, as bits */
	unsigned outer_signals; /* of a notice that returns a notice */
	unsigned outer_words;	/* points for the words of its text */
	unsigned outer_depth;	/* levels that are its own */
	unsigned depth;		/* of levels */
	struct bs_dsn_level levels[BS_DSN_DEPTH];
	char maybe[BS_DSN_BOUNDARY + 1]; /* the last line looked like one */
	size_t maybe_len;

	struct bs_octets raw;	  /* lines as they came */
	struct bs_octets decoded; /* lines of an encoded part */
	struct bs_transfer transfer;
	struct bs_markup markup;
	bool encoding_checked;
	bool is_markup;
	char own_recipients[BS_ADDRESS_MAX]; /* of the bounce: a line each */
	bool begun;			     /* the first line was seen */
	bool headless;	    /* and it was empty, so there is no header */
	unsigned odd_lines; /* that are no fields, where fields belong */
	unsigned fields;    /* of the header at hand */

	struct bs_unfold unfold; /* the header field at hand */
	char prefix[8]; /* what stands before each line of a quoted header */
	size_t prefix_len;

	struct bs_dsn_returned header;	    /* the one at hand */
	struct bs_dsn_returned text_header; /* the one in running text */
	struct bs_list report_ids; /* of a report, or of another field of the
				    * returned header than Message-ID */
	bool has_receipt_ids;	   /* some of report_ids are of an MDN */
	struct bs_list named_ids;  /* in References and In-Reply-To */
	struct bs_list outer_ids;  /* of a returned notice itself */
	struct bs_dsn_hints hints;

	/* of a report: the group of fields at hand, about one recipient */
	struct bs_dsn_fate fate;
	unsigned fate_of; /* its place in final_recipients, from 1; 0: none */
};

/* Begins a message. */
void bs_dsn_begin(struct bs_dsn *dsn);

/* Takes the next octets, cut anywhere; lines end in LF, CRLF or CR. */
void bs_dsn_push(struct bs_dsn *dsn, const char *octets, size_t len);

/* Ends the message, also before it was read whole: dsn->facts are final. */
void bs_dsn_end(struct bs_dsn *dsn);

/* "dsn", "nonstandard", "mdn", "autoreply", "arf", "ordinary". */
const char *bs_dsn_class_name(enum bs_dsn_class class);

#endif
