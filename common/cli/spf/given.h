/* A record that was not read from DNS, but typed or pasted. */
#ifndef BS_CLI_SPF_GIVEN_H
#define BS_CLI_SPF_GIVEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets of a record that is typed or pasted. */
#define BS_SPF_GIVEN_MAX 16384

struct bs_spf_given {
	uint8_t strings[BS_SPF_GIVEN_MAX]; /* as a TXT record */
	size_t strings_len; /* 0: it was no line of a zone file */
	char *text;
	size_t len;
	bool too_long; /* a string of it is */
};

/* Reads a record that was pasted from a zone file, or plain text; free its
 * text. */
void bs_spf_given_read(const char *text, struct bs_spf_given *out);

#endif
