/* The Message-ID of a message that left its author without one. */
#ifndef BS_FILTER_MESSAGE_ID_H
#define BS_FILTER_MESSAGE_ID_H

#include "common/base/backstop.h"

/* Makes a new one, without brackets, in the domain of the sender (an address,
 * or empty) or of this host. Returns 0, or -errno where there is no
 * randomness to be had now. */
BS_MUST_USE int bs_message_id_make(const char *sender,
    char out[static BS_MESSAGE_ID_MAX]);

/* Writes the field "Message-ID: <...>", without a newline. */
void bs_message_id_field(const char *message_id,
    char out[static BS_MESSAGE_ID_MAX]);

#endif
