/* The header of a message that goes by: where it ends, and what is not to
 * stay in it. */
#ifndef BS_WATCH_H
#define BS_WATCH_H

#include <stdbool.h>

#include "common/base/backstop.h"
#include "common/mail/auth_results.h"
#include "filter/proto.h"

/* Octets of a field that are held until it is known whether it is forged; a
 * longer one is. */
#define BS_WATCH_HELD_MAX 4096

enum bs_watch_word {
	BS_WATCH_PASS, /* behind what is held */
	BS_WATCH_DROP, /* with all that is held */
	BS_WATCH_HOLD, /* the next line will tell */
};

struct bs_watch {
	bool from_outside; /* fields in our name are dropped */
	const char *id;	   /* and Authentication-Results with this one */
	bool in_head;
	bool dropping; /* such a field, which may go on in the next line */
	bool holding;  /* a field that may be one */
	size_t held;   /* octets of it */
	struct bs_auth_reader reader;
};

/* Begins a message. The id is borrowed; empty: none is ours. */
void bs_watch_begin(struct bs_watch *watch, bool from_outside, const char *id);

/* Whether the header, in which we are, ends before this line. Where fields in
 * our name must go, only an empty line ends it, for not all readers stop at
 * what is no field; and "." does, behind the last line. */
bool bs_watch_ends(const struct bs_watch *watch, struct bs_text line);

/* What is to become of this line; asked for each line of a message, after
 * watch->in_head was set as the line above has it. */
enum bs_watch_word bs_watch_look(struct bs_watch *watch, struct bs_text line);

#endif
