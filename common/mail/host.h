/* Host names that strangers tell (RFC 952, RFC 1123 §2.1). */
#ifndef BS_MAIL_HOST_H
#define BS_MAIL_HOST_H

#include <stddef.h>

/* Octets of a host name that is written out in full, without a dot at its end
 * (RFC 1035 §2.3.4). */
#define BS_HOST_NAME_MAX 253

/* Copies a host name of two labels at least in lower case, without a dot at its
 * end; not NUL-terminated. Returns its length, or 0 for any other text, as an
 * address or one that is not ASCII. */
size_t bs_host_copy(const char *text, size_t len,
    char out[static BS_HOST_NAME_MAX]);

#endif
