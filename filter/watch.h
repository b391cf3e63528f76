/* The header of a message that goes by: where it ends, and what is not to
 * stay in it. */
#ifndef BS_WATCH_H
#define BS_WATCH_H

#include <stdbool.h>

#include "filter/proto.h"

struct bs_watch {
	bool from_outside; /* fields in our name are dropped */
	bool in_head;
	bool dropping; /* such a field, which may go on in the next line */
};

/* Begins a message. */
void bs_watch_begin(struct bs_watch *watch, bool from_outside);

/* Whether the header, in which we are, ends before this line. Where fields in
 * our name must go, only an empty line ends it, for not all readers stop at
 * what is no field; and "." does, behind the last line. */
bool bs_watch_ends(const struct bs_watch *watch, struct bs_text line);

/* Whether this line is to be left out; asked for each line of a message,
 * after watch->in_head was set as the line above has it. */
bool bs_watch_drops(struct bs_watch *watch, struct bs_text line);

#endif
