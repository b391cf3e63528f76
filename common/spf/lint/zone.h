/* An SPF record as a line of a zone file. */
#ifndef BS_SPF_LINT_ZONE_H
#define BS_SPF_LINT_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"

/* Octets of a string of a TXT record (RFC 1035 §3.3). */
#define BS_SPF_STRING_MAX 255

/* Whether a name can stand in a zone file as it is, and be a host's or
 * domain's: letters, digits, '-' and '_', in labels of 1 to 63 that neither
 * begin nor end with '-', 253 octets in all. */
bool bs_spf_zone_is_name(const char *name);

/* Writes "example.org. 3600 IN TXT \"v=spf1 ...\" \"...\"", cut behind a space
 * where that can be. Returns its octets without the NUL, or -EMSGSIZE. */
BS_MUST_USE int bs_spf_zone_line(const char *name, unsigned ttl_seconds,
    const char *record, size_t len, char *out, size_t size);

/* Reads the strings of such an entry to a TXT record: an octet of length before
 * each. It may have comments and parentheses, and any owner, TTL and class, or
 * none (RFC 1035 §5.1). Returns the record's octets, -EINVAL where there is no
 * string, a quote is not closed or another entry follows, -EMSGSIZE where a
 * string is over its limit or out is full. */
BS_MUST_USE int bs_spf_zone_read(const char *text, uint8_t *out, size_t size);

#endif
