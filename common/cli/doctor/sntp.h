/* SNTP: what time it is elsewhere (RFC 5905 §14). */
#ifndef BS_CLI_DOCTOR_SNTP_H
#define BS_CLI_DOCTOR_SNTP_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"

#define BS_SNTP_OCTETS 48

struct bs_sntp_answer {
	int64_t ahead_ms; /* by which the server's clock is ahead of ours */
	int64_t delay_ms; /* of the way there and back; the other is uncertain
			   * by half of it */
	unsigned stratum; /* 1 to 15 */
};

/* Writes a question. Its token comes back with the answer and stands where
 * clients write their own time (RFC 5905 §7.3, Transmit Timestamp): nobody
 * but who saw the question can answer it, and it does not tell our time. */
void bs_sntp_write(uint64_t token, uint8_t out[static BS_SNTP_OCTETS]);

/* Reads an answer to a question that was sent, and answered, at times of ours:
 * milliseconds since 1970. Returns 0, -EAGAIN if it answers another question,
 * -ENODATA if the server does not know the time or does not tell it, -EPROTO
 * if it is no such answer. */
BS_MUST_USE int bs_sntp_read(const uint8_t *octets, size_t len, uint64_t token,
    int64_t sent_ms, int64_t received_ms, struct bs_sntp_answer *out);

#endif
