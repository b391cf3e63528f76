/* What the fields of a header say about its author: a mail system, a machine, a
 * person. */
#ifndef BS_BOUNCE_SIGNS_H
#define BS_BOUNCE_SIGNS_H

#include "common/mail/mime.h"

/* The signs of one field: bits of enum bs_dsn_signal. */
unsigned bs_dsn_signs_of(const struct bs_mime_field *field);

#endif
