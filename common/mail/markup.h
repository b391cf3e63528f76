/* The text of an HTML part, as it streams. */
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
	bool within_line; /* something stands on it */
	bool keeps_lines; /* <pre> */
	bool is_hidden;	  /* <style>, <script> */
};

/* Writes at most len + BS_MARKUP_HELD octets of text to out, and returns how
 * many: without tags, the common entities read, tags that end a line as LF. An
 * address in bare brackets stays. */
size_t bs_markup_strip(struct bs_markup *markup, const char *in, size_t len,
    char *out);

#endif
