/* The X-Backstop header field: writes ours, and finds those of others. */
#ifndef BS_MAIL_X_BACKSTOP_H
#define BS_MAIL_X_BACKSTOP_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

/* Writes "X-Backstop: VERDICT reason=REASON row=N" and a NUL, no newline;
 * an empty reason is left out.
 * Returns 0 or -EMSGSIZE. */
BS_MUST_USE int bs_x_backstop_write(const char *verdict, const char *reason,
    unsigned row, char *out, size_t size);

/* Whether a line begins an X-Backstop field; its folded lines follow. */
bool bs_x_backstop_is_ours(const char *line, size_t len);

#endif
