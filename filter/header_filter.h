/* The header of a message, line by line: where it ends, and which of its
 * fields are forged. */
#ifndef BS_FILTER_HEADER_FILTER_H
#define BS_FILTER_HEADER_FILTER_H

#include <stdbool.h>

#include "common/base/backstop.h"
#include "common/mail/auth_results.h"
#include "filter/proto.h"

/* Octets of a field that are held back until it is known whether it is forged.
 * A longer one counts as forged. */
#define BS_HEADER_FILTER_HELD_MAX 4096

enum bs_header_filter_word {
	BS_HEADER_FILTER_PASS, /* after the lines that were held back */
	BS_HEADER_FILTER_DROP, /* and the lines that were held back */
	BS_HEADER_FILTER_HOLD, /* the next line will tell */
};

struct bs_header_filter {
	bool from_outside; /* X-Backstop in it is forged */
	const char *id;	   /* Authentication-Results with this id are, too */
	bool in_head;
	bool dropping; /* a forged field, which the next line may continue */
	bool holding;  /* a field that may be forged */
	size_t held;   /* octets of it */
	struct bs_auth_reader reader;
};

/* Begins a message. The id, our authserv-id (RFC 8601), is borrowed; where it
 * is empty, no Authentication-Results count as forged. */
void bs_header_filter_begin(struct bs_header_filter *header, bool from_outside,
    const char *id);

/* Whether the header ends before this line. Mail from outside has its header
 * end at an empty line alone (or at the "." behind the last line): some readers
 * do not stop at a line that is no field, and a forged field could follow. */
bool bs_header_filter_ends(const struct bs_header_filter *header,
    struct bs_text line);

/* What is to become of this line. It is asked about each line of a message,
 * after the caller has cleared header->in_head where the header ended. */
enum bs_header_filter_word bs_header_filter_look(
    struct bs_header_filter *header, struct bs_text line);

#endif
