/* The text of an HTML part, read piece by piece. */
#ifndef BS_MAIL_MARKUP_H
#define BS_MAIL_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

#define BS_MARKUP_HELD 64 /* octets of a tag or entity that are kept */

/* All zero: at the beginning. */
struct bs_markup {
	unsigned state;
	char held[BS_MARKUP_HELD]; /* of the tag or entity at hand */
	size_t held_len;
	bool within_line; /* the line has text already */
	bool keeps_lines; /* <pre> */
	bool is_hidden;	  /* <style>, <script> */
};

/* Writes the text to out, at most len + BS_MARKUP_HELD octets, and returns how
 * many. Tags are left out, those that end a line become LF, and the common
 * entities are decoded. An address in angle brackets is no tag. */
size_t bs_markup_strip(struct bs_markup *markup, const char *in, size_t len,
    char *out);

#endif
