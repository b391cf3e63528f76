/* Dates of header fields (RFC 5322 §3.3), also as older software writes them.
 */
#ifndef BS_MAIL_DATE_H
#define BS_MAIL_DATE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"

/* Reads a date and time, in UTC where the zone is unknown. Returns 0 with *out
 * in epoch seconds, or -EINVAL. */
BS_MUST_USE int bs_date_parse(const char *text, size_t len, int64_t *out);

#endif
