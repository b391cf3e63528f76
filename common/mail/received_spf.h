/* Writes the Received-SPF header field (RFC 7208 §9.1). */
#ifndef BS_MAIL_RECEIVED_SPF_H
#define BS_MAIL_RECEIVED_SPF_H

#include <stddef.h>

#include "common/base/backstop.h"
#include "common/policy/spf_words.h"

/* What the field says; texts may hold any octets. NULL leaves a part out. */
struct bs_received_spf {
	enum bs_spf_result result;
	enum bs_spf_identity identity;
	const char *client; /* never NULL */
	const char *domain; /* of the comment */
	const char *envelope_from;
	const char *helo;
	const char *receiver;
	const char *mechanism;
	const char *problem;
};

/* Writes the field and a NUL, folded, without a newline at its end. Returns 0
 * or -EMSGSIZE. */
BS_MUST_USE int bs_received_spf_write(const struct bs_received_spf *spf,
    char *out, size_t size);

#endif
