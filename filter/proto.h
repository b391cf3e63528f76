/* smtpd-filters(7), protocols 0.1 to 0.7: the lines of smtpd, taken apart. */
#ifndef BS_FILTER_PROTO_H
#define BS_FILTER_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"

/* A view into a line; lives as long as the line does. */
struct bs_text {
	const char *at;
	size_t len;
};

enum bs_proto_kind {
	BS_PROTO_SPEAKS, /* smtpd says its protocol, since 7.4 */
	BS_PROTO_NAME,	 /* smtpd says its name */
	BS_PROTO_READY,	 /* smtpd has told its configuration */
	BS_PROTO_REPORT,
	BS_PROTO_FILTER, /* wants exactly one answer; data-line wants lines */
	BS_PROTO_OTHER,	 /* nothing that we use */
};

enum bs_proto_event {
	BS_PROTO_CONNECT,
	BS_PROTO_DISCONNECT,
	BS_PROTO_GREETING,
	BS_PROTO_IDENTIFY,
	BS_PROTO_AUTH,
	BS_PROTO_RCPT,
	BS_PROTO_COMMIT,
	BS_PROTO_COMMAND,
	BS_PROTO_REPLY, /* a line of smtpd's, to the client */
};

enum bs_proto_phase {
	BS_PROTO_MAIL_FROM,
	BS_PROTO_RCPT_TO,
	BS_PROTO_DATA,
	BS_PROTO_DATA_LINE,   /* a line of the message, dot-stuffed, or "." */
	BS_PROTO_END_OF_DATA, /* "commit": the last word on the message */
	BS_PROTO_ANOTHER,     /* one that we never registered */
};

/* Where an answer goes. */
struct bs_proto_asker {
	uint64_t session;
	uint64_t token;
	bool token_first; /* before protocol 0.5 */
};

struct bs_proto_line {
	enum bs_proto_kind kind;
	enum bs_proto_event event;   /* BS_PROTO_REPORT */
	enum bs_proto_phase phase;   /* BS_PROTO_FILTER */
	struct bs_proto_asker asker; /* of a report, session alone */
	struct bs_text listener; /* BS_PROTO_CONNECT: address and port that the
				  * client has connected to */
	struct bs_text text; /* the source, name, address, command or reply; of
			      * a greeting, the listener's name; the
			      * argument of a filter request; the line;
			      * smtpd's name */
	bool ok;	     /* BS_PROTO_AUTH, BS_PROTO_RCPT: it succeeded */
	bool permanent;	     /* BS_PROTO_RCPT: it failed for good */
	unsigned minor;	     /* BS_PROTO_SPEAKS: 7 of protocol 0.7 */
};

/* Reads one line, given without its newline. Returns 0, or -EINVAL for one
 * that no smtpd writes. Events and protocols that are new to us are
 * BS_PROTO_OTHER, but a filter request never is. */
BS_MUST_USE int bs_proto_parse(const char *line, size_t len,
    struct bs_proto_line *out);

/* Whether a line of a message is the one behind its last (RFC 5321 §4.1.1.4).
 */
bool bs_proto_is_end(struct bs_text line);

#endif
