/* A returned message that is itself a notice: what counts is what that one
 * returns. */
#ifndef BS_BOUNCE_NESTED_H
#define BS_BOUNCE_NESTED_H

#include <stdbool.h>

#include "common/bounce/dsn.h"

/* The returned header at hand has ended. If it is that of a notice, reading
 * goes on inside it, one level deep. Returns whether it does: dsn->place and
 * dsn->leaf say where. */
bool bs_dsn_nested_enter(struct bs_dsn *dsn);

#endif
