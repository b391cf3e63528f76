/* Running text, and the returned header that may stand in it. */
#ifndef BS_BOUNCE_RUNNING_TEXT_H
#define BS_BOUNCE_RUNNING_TEXT_H

#include "common/bounce/dsn.h"
#include "common/mail/octets.h"

/* A line, and the end of the text. */
void bs_dsn_running_text_line(struct bs_dsn *dsn,
    const struct bs_octets_piece *piece);
void bs_dsn_running_text_ended(struct bs_dsn *dsn);

#endif
