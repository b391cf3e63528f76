/* The client that a Received field names (RFC 5321 §4.4). */
#ifndef BS_BOUNCE_RECEIVED_H
#define BS_BOUNCE_RECEIVED_H

#include <stdbool.h>
#include <stddef.h>

/* Copies the client's IP address, and a NUL. Returns false where the field
 * names none. */
bool bs_received_client(const char *value, size_t len, char *out, size_t size);

#endif
