/* What the header of the message itself says about its kind. */
#ifndef BS_BOUNCE_OWN_HEADER_H
#define BS_BOUNCE_OWN_HEADER_H

#include "common/bounce/dsn.h"
#include "common/mail/mime.h"

void bs_dsn_own_header_field(struct bs_dsn *dsn,
    const struct bs_mime_field *field);

#endif
