/* Enhanced status codes (RFC 3463 §2). */
#ifndef BS_BOUNCE_STATUS_H
#define BS_BOUNCE_STATUS_H

#include <stddef.h>

/* The length of the code that stands by itself at text[at], or 0. */
size_t bs_status_len(const char *text, size_t len, size_t at);

/* Copies the first code of a text and a NUL; nothing where there is none. */
void bs_status_copy(const char *text, size_t len, char *out, size_t size);

#endif
