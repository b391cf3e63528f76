/* Cuts a stream of octets into lines, whatever their ends are. */
#ifndef BS_MAIL_OCTETS_H
#define BS_MAIL_OCTETS_H

#include <stdbool.h>
#include <stddef.h>

#define BS_OCTETS_PIECE                                                        \
	2048 /* octets of a line that are handed out at once                   \
	      */

struct bs_octets {
	char text[BS_OCTETS_PIECE];
	size_t len;
	size_t returns; /* CRs: what they mean depends on the next octet */
	size_t owed;	/* line ends that CRs turned out to be */
	bool within;	/* the line began in an earlier piece */
	bool done;	/* text was handed out */
};

/* A line without its end, or a piece of one that is too long. */
struct bs_octets_piece {
	const char *text; /* without NULs; valid until the next call */
	size_t len;
	bool starts; /* the line begins with it */
	bool ends;   /* the line ends with it */
};

void bs_octets_begin(struct bs_octets *octets);

/* Takes the next piece of [*at, end), and moves *at behind it. LF, CRLF and CR
 * end a line; several CRs before an LF end one line. NULs are left out. quick:
 * lines that do not begin with "--" may be left out. Returns false when all
 * octets are taken and no piece is complete. */
bool bs_octets_next(struct bs_octets *octets, const char **at, const char *end,
    bool quick, struct bs_octets_piece *out);

/* Takes the next piece of what is left when no more octets come. */
bool bs_octets_end(struct bs_octets *octets, struct bs_octets_piece *out);

#endif
