/* A running filter: what all of its parts share. */
#ifndef BS_FILTER_FILTER_H
#define BS_FILTER_FILTER_H

#include <stdint.h>

#include "common/base/backstop.h"
#include "common/adapter/client.h"
#include "common/base/log.h"
#include "filter/kept.h"
#include "filter/out.h"
#include "filter/session.h"

/* A second is long for a client that waits; the engine answers in
 * microseconds, or after its next commit. */
#define BS_FILTER_DEADLINE_MS 500

/* SPF has to ask others; RFC 7208 §4.6.4 gives it 20 seconds. */
#define BS_FILTER_SPF_DEADLINE_MS 25000

/* Whether smtpd gives the filter the lines of messages. */
enum bs_inspect {
	BS_INSPECT_AUTO, /* where that costs nothing: from protocol 0.7 on */
	BS_INSPECT_YES,
	BS_INSPECT_NO,
};

struct bs_message;
struct bs_report_sent;

/* Listeners of smtpd whose offers are remembered. */
#define BS_OFFERS 16

/* What the answers to EHLO have shown of a listener. smtpd has the same ones
 * until it ends, and we with it. */
struct bs_offer {
	char listener[BS_ENDPOINT_MAX]; /* its address; empty: no more */
	enum bs_offered dsn;
};

/* What is told to the engine beside messages: filter/hello.c. */
struct bs_hello {
	struct bs_question question;
	int kind;
	int64_t asked_ms;
	int64_t next_ms; /* before that, nothing is asked */
	int64_t beat_ms; /* when the disk is told next that we live */
	uint64_t seen;	 /* what the engine asked with last, ... */
	int64_t seen_ms; /* ... since when */
	uint64_t said;	 /* and what was answered last */
	bool knocks;	 /* the engine may have been away */
	bool was_up;
	unsigned connects; /* the client's, as last seen */
};

struct bs_filter {
	enum bs_listener mode;
	enum bs_inspect inspect;
	unsigned protocol_minor; /* 0 where smtpd did not say */
	bool inspects;		 /* it is given them */
	unsigned deadline_ms;	 /* of each question that smtpd waits for */
	unsigned
	    spf_deadline_ms;	/* but of those about SPF; 0: none are asked */
	int64_t now_ms;		/* monotonic; the loop's, before each call */
	bool verbose;		/* -v: questions and answers are logged */
	int64_t trace_until_ms; /* monotonic: they also are until then */
	bool ready;		/* has registered with smtpd */
	char name[BS_HOST_MAX]; /* smtpd's own */
	char authserv_id[BS_HOST_MAX]; /* the engine's, as it last said */
	struct bs_client client;
	struct bs_out out;
	struct bs_sessions sessions;
	struct bs_report_sent *reports; /* in flight */
	unsigned report_count;
	int64_t missed_since_ms; /* monotonic: since then, messages left that
				  * the engine was not told of; 0: none did */
	int64_t missed_last_ms;
	struct bs_kept kept; /* that, and of other filters, on the disk */
	struct bs_hello hello;
	size_t backlog_octets; /* of all messages that are kept back */
	struct bs_message *waiting;
	bool told_no_name; /* that a listener has none for us */
	struct bs_log_limit unanswered;
	struct bs_log_limit ignored;
	struct bs_log_limit lost;
	struct bs_log_limit no_dsn;
	struct bs_offer offers[BS_OFFERS];
};

#endif
