/* Replies to smtpd: built whole, of parts that cannot break the line. */
#ifndef BS_FILTER_REPLY_H
#define BS_FILTER_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/adapter/wire.h"
#include "filter/proto.h"

/* Octets of the longest reply, its newline included: an address and the
 * parameters of a command, which smtpd takes up to 2 KiB long. */
#define BS_REPLY_MAX 4096

/* Each builds one line in out, its newline included and a NUL after it.
 * Returns its length; -EMSGSIZE where it does not fit; -EINVAL for a reply that
 * is not bs_verdict_is_reply() or an address that is not
 * bs_reply_is_address(). */
BS_MUST_USE int bs_reply_proceed(const struct bs_proto_asker *asker, char *out,
    size_t size);
BS_MUST_USE int bs_reply_junk(const struct bs_proto_asker *asker, char *out,
    size_t size);
BS_MUST_USE int bs_reply_reject(const struct bs_proto_asker *asker,
    const char *reply, char *out, size_t size);
BS_MUST_USE int bs_reply_rewrite(const struct bs_proto_asker *asker,
    const char *address, struct bs_text params, char *out, size_t size);

/* Whether an address can stand between the brackets of a rewrite. */
bool bs_reply_is_address(const char *address);

/* Octets of the head of a line of a message, up to its last bar. */
#define BS_REPLY_LINE_HEAD 64

/* Writes the head of a line of a message for smtpd; the line and a newline
 * follow it. Returns its length. */
int bs_reply_line_head(const struct bs_proto_asker *asker,
    char out[static BS_REPLY_LINE_HEAD]);

/* The n-th line with which a filter in this mode registers, its newline
 * included; "register|ready" is the last, NULL follows. inspect: to be given
 * the lines of messages, but never in mode untag. */
const char *bs_reply_registration(enum bs_listener mode, bool inspect,
    size_t n);

#endif
