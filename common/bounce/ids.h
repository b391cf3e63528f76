/* The Message-IDs by which a returned message may be known. */
#ifndef BS_BOUNCE_IDS_H
#define BS_BOUNCE_IDS_H

#include "common/bounce/dsn.h"
#include "common/mail/mime.h"

/* Whether a field of a returned header or a report has the Message-ID that a
 * message had before a host gave it another. */
bool bs_dsn_ids_is_original(const struct bs_mime_field *field);

/* Adds all Message-IDs of a field. One that does not fit truncates the list. */
void bs_dsn_ids_take(struct bs_list *list, const struct bs_mime_field *field);

/* Puts the Message-IDs together in dsn->facts, those of the returned header
 * being there. */
void bs_dsn_ids_gather(struct bs_dsn *dsn);

#endif
