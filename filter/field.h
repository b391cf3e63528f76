/* What fields of smtpd's lines hold: a client's address, ESMTP parameters. */
#ifndef BS_FILTER_FIELD_H
#define BS_FILTER_FIELD_H

#include <stddef.h>

#include "common/base/backstop.h"
#include "filter/proto.h"

/* The client's address in the source of a link-connect: without port,
 * brackets and "IPv6:", or "local" for the socket. Returns 0, or -EINVAL with
 * an empty *out for anything else. */
BS_MUST_USE int bs_field_client(struct bs_text source, char *out, size_t size);

/* The ESMTP parameters of a MAIL or RCPT command, with the space before
 * them; empty where there are none or the command does not name the
 * address. */
struct bs_text bs_field_params(struct bs_text command,
    enum bs_proto_phase phase, struct bs_text address);

#endif
