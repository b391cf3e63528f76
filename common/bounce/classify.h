/* What kind of message it is, by all that was found. */
#ifndef BS_BOUNCE_CLASSIFY_H
#define BS_BOUNCE_CLASSIFY_H

#include "common/bounce/dsn.h"

/* Nothing speaks for a bounce so far. */
bool bs_dsn_is_quiet(const struct bs_dsn *dsn);

/* Puts the facts together and decides class and kind. */
void bs_dsn_classify(struct bs_dsn *dsn);

#endif
