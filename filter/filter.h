/* A running filter: requests of smtpd become questions, answers replies. */
#ifndef BS_FILTER_FILTER_H
#define BS_FILTER_FILTER_H

#include <stdint.h>

#include "common/base/backstop.h"
#include "common/adapter/client.h"
#include "common/base/log.h"
#include "filter/out.h"
#include "filter/session.h"

/* A second is long for a client that waits; the engine answers in
 * microseconds, or after its next commit. */
#define BS_FILTER_DEADLINE_MS 500

/* SPF has to ask others; RFC 7208 §4.6.4 gives it 20 seconds. */
#define BS_FILTER_SPF_DEADLINE_MS 25000

/* Whether the filter is given the lines of messages. */
enum bs_inspect {
	BS_INSPECT_AUTO, /* where that costs nothing: from protocol 0.7 on */
	BS_INSPECT_YES,
	BS_INSPECT_NO,
};

struct bs_message;
struct bs_report_sent;

struct bs_filter {
	enum bs_listener mode;
	enum bs_inspect inspect;
	unsigned protocol_minor;  /* 0 where smtpd did not say */
	bool inspects;		  /* what came of these */
	unsigned deadline_ms;	  /* of each question that holds a reply */
	unsigned spf_deadline_ms; /* but of SPF's; 0: it is not asked */
	int64_t now_ms;		  /* monotonic; the loop's, before each call */
	bool ready;		  /* registered */
	char name[BS_HOST_MAX];	  /* smtpd's, of its fields */
	char authserv_id[BS_HOST_MAX]; /* the engine's, as it last said */
	struct bs_client client;
	struct bs_out out;
	struct bs_sessions sessions;
	struct bs_report_sent *notices; /* in flight */
	unsigned notice_count;
	int64_t missed_since_ms; /* monotonic: the engine does not know of
				  * messages from then on; 0: it knows all */
	int64_t missed_last_ms;
	size_t kept_all; /* octets of messages that wait */
	struct bs_message *waiting;
	struct bs_log_limit unanswered;
	struct bs_log_limit ignored;
	struct bs_log_limit lost;
};

/* Takes one line of smtpd's. It never fails: what cannot be judged passes. */
void bs_filter_line(struct bs_filter *filter, struct bs_text line);

/* Forgets all sessions and all that is in flight; nothing is said. */
void bs_filter_close(struct bs_filter *filter);

#endif
