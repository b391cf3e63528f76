/* The header of the message that a bounce returns. */
#ifndef BS_BOUNCE_RETURNED_H
#define BS_BOUNCE_RETURNED_H

#include "common/bounce/dsn.h"
#include "common/mail/mime.h"

void bs_dsn_returned_begin(struct bs_dsn_returned *returned);

/* A field of the header at hand. Returns whether it is one that headers have.
 */
bool bs_dsn_returned_field(struct bs_dsn *dsn,
    const struct bs_mime_field *field);

/* Makes it the header that the bounce returns. */
void bs_dsn_returned_keep(struct bs_dsn_facts *facts,
    const struct bs_dsn_returned *returned);

#endif
