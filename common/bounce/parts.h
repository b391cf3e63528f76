/* The parts of a message: where they begin, and what each of them is. */
#ifndef BS_BOUNCE_PARTS_H
#define BS_BOUNCE_PARTS_H

#include "common/bounce/dsn.h"
#include "common/mail/mime.h"

/* A boundary line, and the level of multiparts that it belongs to. */
struct bs_dsn_boundary {
	unsigned level;
	bool is_last;
};

/* Whether a line that begins with "--" is a boundary. The part at hand has to
 * end before the next is entered. */
bool bs_dsn_parts_find(struct bs_dsn *dsn, const char *line, size_t len,
    struct bs_dsn_boundary *out);
void bs_dsn_parts_enter(struct bs_dsn *dsn,
    const struct bs_dsn_boundary *boundary);

/* Whether the line before this one was a boundary that no header announced
 * (dsn->maybe_len is not 0), as this one is a part's first field. Then, too,
 * the part at hand has to end first. */
bool bs_dsn_parts_was_boundary(struct bs_dsn *dsn, const char *line,
    size_t len);
void bs_dsn_parts_enter_unannounced(struct bs_dsn *dsn);

/* A field of the header of the message or of a part, and the end of it. */
void bs_dsn_parts_field(struct bs_dsn *dsn, const struct bs_mime_field *field);
void bs_dsn_parts_header_ended(struct bs_dsn *dsn);

/* A field of a returned header: of what type and encoding its body is. */
void bs_dsn_parts_returned_field(struct bs_dsn *dsn,
    const struct bs_mime_field *field);

/* The header at hand is a returned one: it counts if it is the first; behind
 * a boundary that nobody announced, if there is no other. */
void bs_dsn_parts_returned(struct bs_dsn *dsn);

#endif
