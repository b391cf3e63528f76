/* The header of a message that goes by: where it ends, and what is not to
 * stay in it. */
#ifndef BS_FILTER_HEADER_FILTER_H
#define BS_FILTER_HEADER_FILTER_H

#include <stdbool.h>

#include "common/base/backstop.h"
#include "common/mail/auth_results.h"
#include "filter/proto.h"

/* Octets of a field that are held until it is known whether it is forged; a
 * longer one is. */
#define BS_HEADER_FILTER_HELD_MAX 4096

enum bs_header_filter_word {
	BS_HEADER_FILTER_PASS, /* behind what is held */
	BS_HEADER_FILTER_DROP, /* with all that is held */
	BS_HEADER_FILTER_HOLD, /* the next line will tell */
};

struct bs_header_filter {
	bool from_outside; /* fields in our name are dropped */
	const char *id;	   /* and Authentication-Results with this one */
	bool in_head;
	bool dropping; /* such a field, which may go on in the next line */
	bool holding;  /* a field that may be one */
	size_t held;   /* octets of it */
	struct bs_auth_reader reader;
};

/* Begins a message. The id is borrowed; empty: none is ours. */
void bs_header_filter_begin(struct bs_header_filter *watch, bool from_outside,
    const char *id);

/* Whether the header, in which we are, ends before this line. Where fields in
 * our name must go, only an empty line ends it, for not all readers stop at
 * what is no field; and "." does, behind the last line. */
bool bs_header_filter_ends(const struct bs_header_filter *watch,
    struct bs_text line);

/* What is to become of this line; asked for each line of a message, after
 * watch->in_head was set as the line above has it. */
enum bs_header_filter_word bs_header_filter_look(struct bs_header_filter *watch,
    struct bs_text line);

#endif
