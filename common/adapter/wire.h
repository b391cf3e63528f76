/* backstop-protocol(7): questions to the engine, and its answers. */
#ifndef BS_ADAPTER_WIRE_H
#define BS_ADAPTER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/adapter/fields.h"
#include "common/base/list.h"
#include "common/policy/bounce.h"

#define BS_WIRE_VERSION 1

/* bs_wire_frame(): no whole request yet, read on. */
#define BS_WIRE_MORE 1

enum bs_op {
	BS_OP_SIGN,
	BS_OP_RCPT,
	BS_OP_DATA,
	BS_OP_SENT, /* the host has accepted a message, outgoing or incoming */
	BS_OP_SPF,
	BS_OP_PING,
	BS_OP_RELOAD,  /* root: read the configuration anew */
	BS_OP_TRACE,   /* root: log each question for trace_minutes; 0: stop */
	BS_OP_METRICS, /* what is counted, a page at a time */
};
#define BS_OPS 9

enum bs_host { BS_HOST_OTHER, BS_HOST_OPENSMTPD, BS_HOST_EXIM };

/* What the listener that asks is for; "mode" on the wire. */
enum bs_listener {
	BS_LISTENER_IN,
	BS_LISTENER_OUT,
	BS_LISTENER_LOCAL,
	BS_LISTENER_UNTAG,
};

/* A request; strings are NUL-terminated and empty where absent. */
struct bs_request {
	unsigned version;
	uint64_t id;
	enum bs_op op;
	enum bs_host host;
	enum bs_listener listener; /* "mode" on the wire */
	char client[BS_HOST_MAX];  /* address without brackets, or "local" */
	char helo[BS_HOST_MAX];
	bool auth;
	bool has_sender; /* an empty sender is the null reverse-path */
	char sender[BS_ADDRESS_MAX];
	char recipient[BS_ADDRESS_MAX];
	bool refused;		 /* op sent: the host refused this recipient */
	unsigned recipients;	 /* op sent: how many were accepted */
	unsigned missed_seconds; /* op sent: for as long, mail may have left
				  * that the engine was not told of */
	uint64_t hello; /* op sent: the answer's asks; missed_seconds is all
			 * that the adapter knows of ... */
	unsigned knows_seconds; /* ... and it has known for so long */
	unsigned deadline_ms;
	unsigned trace_minutes; /* op trace */
	uint64_t from; /* op metrics: the answer's next; 0: from the first */
	char receiver[BS_HOST_MAX]; /* op spf: what the host calls itself */
	bool tells;   /* op spf: the host cannot be kept from telling the sender
		       * what becomes of the message */
	char spf[16]; /* ops rcpt and data: what op spf found, a word of
		       * RFC 7208 §2.6 */

	/* what was read of the message (ops data and sent) */
	bool inspect; /* op rcpt: op data will follow for this recipient */
	bool accepts; /* op data: the host accepts the message unless the answer
		       * refuses it, and no op sent follows */
	bool weighs;  /* op data: the answers of several recipients are weighed;
		       * what comes of it is told later */
	bool weighed; /* op data: this is told now */
	enum bs_action outcome; /* and it is this */
	bool partial;		/* the message returns more than is told here */
	bool only_refers; /* it returns nothing: all of message_ids are from
			   * References, In-Reply-To and running text */
	enum bs_kind kind;
	struct bs_list message_ids; /* returned ones; op sent of mail that
				     * leaves: its own */
	struct bs_list final_recipients;
	struct bs_list original_recipients;
	struct bs_list recipient_domains; /* op sent of mail that leaves */
	char return_path[BS_ADDRESS_MAX]; /* of the returned header */
	char header_from[BS_ADDRESS_MAX]; /* op sent: of the message */
	char reporting_mta[BS_HOST_MAX];  /* as the report names itself */
	uint64_t date; /* of the returned header, epoch seconds; 0: none */
};

/* With whom a recipient of a bounce may share a message. */
enum bs_company {
	BS_COMPANY_FREE,    /* with anybody */
	BS_COMPANY_PASSING, /* not with the next: it gets the bounce anyway */
	BS_COMPANY_JUDGED,  /* it gets it if the message proves that it may */
	BS_COMPANY_GATEWAY, /* with anybody, but the strictest row is named */
};

enum bs_status { BS_STATUS_OK, BS_STATUS_UNKNOWN, BS_STATUS_ERROR };
#define BS_STATUSES 3

struct bs_answer {
	uint64_t id;
	enum bs_status status;
	enum bs_action action;
	enum bs_company company; /* ops rcpt and data */
	char verdict[16];
	char reason[24];
	char address[BS_ADDRESS_MAX];  /* rewrite to this, if not empty */
	char reply[BS_SMTP_REPLY_MAX]; /* of reject and defer */
	char header[BS_FIELD_MAX];     /* a field to add, no newline at its end;
					* op spf: Received-SPF, folded */
	char results[BS_FIELD_MAX];    /* op spf: another, of RFC 8601 */
	char authserv_id[BS_HOST_MAX]; /* op spf: Authentication-Results with it
					* are forged */
	bool no_dsn;	      /* op spf: the sender is to be told of nothing */
	uint64_t config;      /* ops ping and metrics: a digest of the
			       * configuration by which the engine works */
	uint64_t log_lost;    /* op ping: lines of its log that nobody read */
	char version[16];     /* op ping: the engine's */
	char store_error[80]; /* op ping: why the store fails, in words */
	uint64_t asks; /* what was missed while the engine was stopped: op sent
			* is to say hello with this; 0: it is not asked */
	uint64_t next; /* op metrics: where the next page begins; 0: this is
			* the last */
	struct bs_list samples; /* op metrics: lines for Prometheus */
};

/* Makes an answer that says nothing. It leaves the text of its empty list as it
 * was: to wipe that for each question would cost more than all that is counted.
 */
void bs_answer_clear(struct bs_answer *answer);

/* Finds the end of the first request in buf: sets *frame_len, the empty line
 * included, and returns 0. Returns BS_WIRE_MORE, or -EMSGSIZE when the limits
 * are broken already. */
BS_MUST_USE int bs_wire_frame(const char *buf, size_t len, size_t *frame_len);

/* Reads one frame. Returns 0, -EINVAL for a malformed one (out->id is set if
 * it was read by then, else 0), -EMSGSIZE beyond a limit, -EPROTO for
 * another version. */
BS_MUST_USE int bs_request_decode(const char *frame, size_t len,
    struct bs_request *out);
BS_MUST_USE int bs_answer_decode(const char *frame, size_t len,
    struct bs_answer *out);

/* Writes one frame, its empty line included; no NUL. Evidence that the limits
 * leave no room for is left out, and the frame says so. Returns its length or
 * -EMSGSIZE. */
BS_MUST_USE int bs_request_encode(const struct bs_request *request, char *out,
    size_t size);
BS_MUST_USE int bs_answer_encode(const struct bs_answer *answer, char *out,
    size_t size);

/* Whether a text, once encoded, fits into a line of an answer. */
bool bs_wire_fits(const char *text);

/* Names as on the wire; never NULL. bs_listener_parse() returns 0 or -EINVAL.
 */
const char *bs_op_name(enum bs_op op);
const char *bs_status_name(enum bs_status status);
const char *bs_kind_name(enum bs_kind kind);
const char *bs_listener_name(enum bs_listener listener);
int bs_listener_parse(const char *text, enum bs_listener *out);

#endif
