/* Dates of header fields (RFC 5322 §3.3), also as older software wrote them.
 */
#ifndef BS_MAIL_DATE_H
#define BS_MAIL_DATE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"

/* Reads a date and time; without a zone that is known it is UTC. Returns 0
 * and the epoch seconds, or -EINVAL. */
BS_MUST_USE int bs_date_parse(const char *text, size_t len, int64_t *out);

#endif
