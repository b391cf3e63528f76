/* What every part of Backstop shares: sizes, and how a fault is reported. */
#ifndef BS_BASE_BACKSTOP_H
#define BS_BASE_BACKSTOP_H

/* An address with its NUL: local part and domain of up to 255 octets each
 * (OpenSMTPD takes more than RFC 5321 §4.5.3.1 allows). */
#define BS_ADDRESS_MAX 512

/* A Message-ID with its NUL, without angle brackets; RFC 5322 §2.1.1 would
 * let a line of 998 octets hold one. */
#define BS_MESSAGE_ID_MAX 512

/* A host name or address literal with its NUL (RFC 1035 §2.3.4). */
#define BS_HOST_MAX 256

/* Octets that a tag adds to a local part: "prvs=" KDDDSSSSSS "=". */
#define BS_TAG_COST 16

/* An SMTP reply with its NUL: a line of it (RFC 5321 §4.5.3.1.5) and room for
 * what a host puts around it. */
#define BS_SMTP_REPLY_MAX 400

/* A header field of ours with its NUL, folded; percent-encoded it has to fit a
 * line of the wire. */
#define BS_FIELD_MAX 768

/* Longest local part that leaves room for a tag (RFC 5321 §4.5.3.1.1). */
#define BS_SIGNABLE_LOCAL_MAX (64 - BS_TAG_COST)

/* Days that a clock may be ahead of the one that signed (backstop(7)). */
#define BS_SKEW_DAYS 1

/* Days after its expiry during which a tag is in grace (backstop(7)). */
#define BS_GRACE_DAYS 7

#define BS_DAY_SECONDS 86400

#ifndef BS_CONFIG_PATH
#define BS_CONFIG_PATH "/etc/backstop/backstop.conf"
#endif
#ifndef BS_FILTER_STATE_PATH
#define BS_FILTER_STATE_PATH "/var/lib/backstop-filter"
#endif
#ifndef BS_STATE_PATH
#define BS_STATE_PATH "/var/lib/backstop"
#endif
#ifndef BS_SOCKET_PATH
#define BS_SOCKET_PATH "/run/backstop/engine.sock"
#endif
#ifndef BS_ENGINE_USER
#define BS_ENGINE_USER "_backstop"
#endif
#ifndef BS_FILTER_USER
#define BS_FILTER_USER "_bsfilter"
#endif
#ifndef BS_SPF_USER
#define BS_SPF_USER "_bsspf"
#endif

#define BS_MUST_USE __attribute__((warn_unused_result))
#define BS_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* One mistake in a file that a person wrote; line 0 is the whole file. */
struct bs_fault {
	unsigned line;
	char text[200];
};

#endif
