/* Octets that stream by, cut into lines whatever their ends are. */
#ifndef BS_MAIL_OCTETS_H
#define BS_MAIL_OCTETS_H

#include <stdbool.h>
#include <stddef.h>

#define BS_OCTETS_PIECE 2048 /* octets of a line that come at once */

struct bs_octets {
	char text[BS_OCTETS_PIECE];
	size_t len;
	size_t returns; /* CRs, until what follows says what they are */
	size_t owed;	/* line ends that CRs turned out to be */
	bool within;	/* the line began in a piece before */
	bool done;	/* text was taken */
};

/* A line without its end, or a piece of one that is too long. */
struct bs_octets_piece {
	const char *text; /* without NUL; until the next call */
	size_t len;
	bool starts; /* the line */
	bool ends;
};

void bs_octets_begin(struct bs_octets *octets);

/* Takes the next piece of [*at, end), and moves *at behind it. LF, CRLF and
 * CR end a line, CRs before an LF but one. NULs are left out. quick: only
 * lines that begin with "--" are wanted, and others may be left out. Returns
 * false, with all octets taken, where no piece is complete. */
bool bs_octets_next(struct bs_octets *octets, const char **at, const char *end,
    bool quick, struct bs_octets_piece *out);

/* Takes the rest, when no more octets come, as bs_octets_next() does. */
bool bs_octets_end(struct bs_octets *octets, struct bs_octets_piece *out);

#endif
