/* A running filter: requests of smtpd become questions, answers replies. */
#ifndef BS_FILTER_H
#define BS_FILTER_H

#include <stdint.h>

#include "common/backstop.h"
#include "common/client.h"
#include "common/log.h"
#include "filter/out.h"
#include "filter/session.h"

/* A second is long for a client that waits; the engine answers in
 * microseconds, or after its next commit. */
#define BS_FILTER_DEADLINE_MS 500

struct bs_notice;

struct bs_filter {
	enum bs_listener mode;
	unsigned deadline_ms; /* of each question that holds a reply */
	int64_t now_ms;	      /* monotonic; the loop's, before each call */
	bool ready;	      /* registered */
	struct bs_client client;
	struct bs_out out;
	struct bs_sessions sessions;
	struct bs_notice *notices; /* in flight */
	unsigned notice_count;
	struct bs_log_limit unanswered;
	struct bs_log_limit ignored;
	struct bs_log_limit lost;
};

/* Takes one line of smtpd's. It never fails: what cannot be judged passes. */
void bs_filter_line(struct bs_filter *filter, struct bs_text line);

/* Forgets all sessions and all that is in flight; nothing is said. */
void bs_filter_close(struct bs_filter *filter);

#endif
