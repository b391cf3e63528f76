/* SMTP sessions of smtpd, and what we remember of each. */
#ifndef BS_FILTER_SESSION_H
#define BS_FILTER_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/adapter/client.h"
#include "filter/proto.h"

/* Octets of a command that are kept: smtpd takes up to 2 KiB. */
#define BS_COMMAND_MAX 2560

/* Recipients of one message that are remembered; a genuine bounce has one. */
#define BS_RECIPIENTS_MAX 100

/* A recipient that smtpd accepted, as the client named it. Those of a bounce
 * are remembered, and those in the form of our tag. */
struct bs_recipient {
	struct bs_recipient *next;
	bool is_tagged;
	char address[];
};

/* What SPF found out about a transaction; all zero: nothing. */
struct bs_spf_found {
	char result[16];	    /* a word of RFC 7208 §2.6 */
	bool is_junk;		    /* the message is to be marked as junk */
	bool no_dsn;		    /* the sender is to be told of nothing */
	char results[BS_FIELD_MAX]; /* fields for its top, folded */
	char header[BS_FIELD_MAX];
	char authserv_id[BS_HOST_MAX]; /* ours: what bears it is forged */
};

/* Octets of an address and its port, as smtpd writes them. */
#define BS_ENDPOINT_MAX 80

/* Whether smtpd's answer to EHLO offers an extension. */
enum bs_offered { BS_OFFER_UNKNOWN, BS_OFFER_NO, BS_OFFER_YES };

/* From one MAIL FROM to the next. */
struct bs_transaction {
	bool has_sender;		/* false where it did not fit */
	char sender[BS_ADDRESS_MAX];	/* as it came; empty: null */
	char leaves_as[BS_ADDRESS_MAX]; /* as it leaves: with a domain, and
					 * signed if it is */
	bool is_bounce; /* the sender is null, or a mail system's name */
	bool is_told;	/* smtpd accepted it, and the engine is told */
	bool passes;	/* its lines go through unread */
	struct bs_spf_found spf;
	bool has_genuine; /* a recipient's tag shows that it is genuine */
	char recipient[BS_ADDRESS_MAX]; /* the last, until smtpd has decided */
	bool recipient_is_tagged;
	bool recipient_is_junk;
	bool recipient_was_refused; /* by us */
	enum bs_company recipient_company;
	enum bs_company company;  /* of those that were accepted */
	unsigned accepted;	  /* recipients */
	unsigned junk;		  /* of those, as the engine says */
	unsigned recipient_count; /* that are remembered */
	bool has_more_recipients; /* that could not be remembered */
	struct bs_recipient *recipients;
	struct bs_list domains; /* of all accepted recipients */
};

struct bs_filter;
struct bs_message;

struct bs_session {
	struct bs_session *next; /* in its bucket */
	uint64_t id;
	char client[BS_HOST_MAX]; /* empty while not known */
	char helo[BS_HOST_MAX];
	char listener[BS_HOST_MAX]; /* its name; empty while not known */
	bool auth;
	char destination[BS_ENDPOINT_MAX]; /* where it connected to; or empty */
	enum bs_offered offers_dsn;	   /* as smtpd said in this session */
	size_t command_len;
	char command[BS_COMMAND_MAX]; /* the last, as the client sent it */
	struct bs_transaction tx;
	struct bs_message *message; /* of tx, once it has begun; or NULL */

	/* the request that smtpd waits for our reply to, if there is one */
	bool waits;
	enum bs_proto_phase phase;
	struct bs_proto_asker asker;
	struct bs_question question;
	struct bs_filter *filter;
};

/* All zero at first. */
struct bs_sessions {
	struct bs_session *buckets[1024];
};

/* The session, or NULL. It lives until it is removed. */
struct bs_session *bs_sessions_find(const struct bs_sessions *sessions,
    uint64_t id);

/* A new session, or NULL for want of memory; an old one of that id must have
 * been removed. */
struct bs_session *bs_sessions_add(struct bs_sessions *sessions, uint64_t id);

/* Takes a session out and frees it. Its question must not be pending, and its
 * message must be gone. */
void bs_sessions_remove(struct bs_sessions *sessions,
    struct bs_session *session);

/* Any of the sessions, or NULL when there are none. */
struct bs_session *bs_sessions_any(const struct bs_sessions *sessions);

/* Whether smtpd may have accepted a message that it has not told of yet. */
bool bs_sessions_may_leave_mail(const struct bs_sessions *sessions);

/* Fills in what every question about a session's transaction says. */
void bs_session_request(const struct bs_session *session, enum bs_listener mode,
    struct bs_request *request);

/* Forgets the last transaction and begins one. */
void bs_session_mail(struct bs_session *session, struct bs_text sender);

/* Takes a recipient. Returns false for one that is too long to be asked about.
 */
bool bs_session_rcpt(struct bs_session *session, struct bs_text recipient);

/* Notes what smtpd did with the last recipient. */
void bs_session_rcpt_done(struct bs_session *session, struct bs_text recipient,
    bool accepted);

/* Notes what an event says of the client. */
void bs_session_note(struct bs_session *session,
    const struct bs_proto_line *line);

#endif
