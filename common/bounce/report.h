/* The fields of a report (RFC 3464, RFC 8098). */
#ifndef BS_BOUNCE_REPORT_H
#define BS_BOUNCE_REPORT_H

#include "common/bounce/dsn.h"
#include "common/mail/mime.h"

/* A field of message/delivery-status. */
void bs_dsn_report_status(struct bs_dsn *dsn,
    const struct bs_mime_field *field);

/* The fields of one recipient end: at an empty line, or with the part. */
void bs_dsn_report_group_ended(struct bs_dsn *dsn);

/* A field of message/disposition-notification. */
void bs_dsn_report_receipt(struct bs_dsn *dsn,
    const struct bs_mime_field *field);

/* A field in running text. Returns whether it is one of a report. */
bool bs_dsn_report_in_text(struct bs_dsn *dsn,
    const struct bs_mime_field *field);

#endif
