/* What the files of the parser of bounces tell each other. */
#ifndef BS_BOUNCE_STATE_H
#define BS_BOUNCE_STATE_H

#include "common/bounce/dsn.h"
#include "common/mail/mime.h"

enum bs_dsn_place {
	BS_DSN_TOP,	/* header of the message itself */
	BS_DSN_PART,	/* header of a part */
	BS_DSN_BETWEEN, /* epilogue of a multipart; preamble of inner ones */
	BS_DSN_IN_LEAF, /* body of a part that is taken apart no more */
};

enum bs_dsn_leaf {
	BS_DSN_SKIP,	  /* nothing in it counts */
	BS_DSN_TEXT,	  /* for people */
	BS_DSN_STATUS,	  /* message/delivery-status */
	BS_DSN_RETURNED,  /* a message or its header */
	BS_DSN_RECEIPT,	  /* message/disposition-notification */
	BS_DSN_FEEDBACK,  /* message/feedback-report */
	BS_DSN_MULTIPART, /* for next alone */
};

/* What speaks for a class; dsn_class.c weighs it. */
enum bs_dsn_signal {
	BS_DSN_FROM_DAEMON = 1, /* mailer-daemon and such */
	BS_DSN_FROM_SYSTEM = 2, /* postmaster and such: a person, perhaps */
	BS_DSN_SUBJECT_FAILURE = 4,
	BS_DSN_SUBJECT_AUTO = 8,    /* "Out of office" */
	BS_DSN_SUBJECT_REPLY = 16,  /* "Re:", "Fwd:" */
	BS_DSN_AUTO_SUBMITTED = 32, /* anything but "no" */
	BS_DSN_AUTO_REPLIED = 64,
	BS_DSN_FAILED_RECIPIENTS = 128, /* X-Failed-Recipients */
	BS_DSN_NULL_PATH = 256,		/* of the message itself */
	BS_DSN_TOP_REPORT = 512,	/* multipart/report */
	BS_DSN_HAS_STATUS = 1024,
	BS_DSN_HAS_RECEIPT = 2048,
	BS_DSN_HAS_FEEDBACK = 4096,
	BS_DSN_HAS_PART = 8192,		  /* a returned header as a part */
	BS_DSN_SUBJECT_COMPLAINT = 16384, /* of abuse */
	BS_DSN_STATUS_FIELD = 32768,	  /* one that only reports have */
	BS_DSN_FROM_ROBOT = 65536,	  /* "no-reply": no person */
};

/* The fields that tell a returned header from other text. */
enum bs_dsn_field {
	BS_DSN_F_MESSAGE_ID = 1,
	BS_DSN_F_RETURN_PATH = 2,
	BS_DSN_F_RECEIVED = 4,
	BS_DSN_F_FROM = 8,
	BS_DSN_F_TO = 16,
	BS_DSN_F_SUBJECT = 32,
	BS_DSN_F_DATE = 64,
	BS_DSN_F_OTHER = 128, /* MIME-Version, Content-Type, X-… */
};

/* dsn.c: the body of a part, through its encoding; what is left of it. */
void bs_dsn_leaf_piece(struct bs_dsn *dsn, const struct bs_octets_piece *piece);
void bs_dsn_leaf_flush(struct bs_dsn *dsn);

/* dsn_parts.c: what a line means for the parts. bs_dsn_parts_boundary()
 * returns whether the line was one; bs_dsn_parts_maybe() looks whether the
 * line before it was one that nothing had announced. */
bool bs_dsn_parts_boundary(struct bs_dsn *dsn, const char *line, size_t len);
void bs_dsn_parts_maybe(struct bs_dsn *dsn, const char *line, size_t len);
void bs_dsn_parts_field(struct bs_dsn *dsn, const struct bs_mime_field *field);
void bs_dsn_parts_header_ended(struct bs_dsn *dsn);
void bs_dsn_parts_leaf_ended(struct bs_dsn *dsn);

/* The header at hand is a returned one: it counts if it is the first; behind
 * a boundary that nobody announced, if there is no other. */
void bs_dsn_parts_returned(struct bs_dsn *dsn);

/* dsn_header.c: the header at hand, line by line. */
void bs_dsn_header_line(struct bs_dsn *dsn,
    const struct bs_octets_piece *piece);
void bs_dsn_header_flush(struct bs_dsn *dsn);
bool bs_dsn_header_begin(struct bs_dsn *dsn, const char *line, size_t len);
void bs_dsn_header_continue(struct bs_dsn *dsn, const char *text, size_t len);
void bs_dsn_header_append(struct bs_dsn *dsn, const char *text, size_t len);

/* dsn_own.c: the header of the message itself. */
void bs_dsn_own_field(struct bs_dsn *dsn, const struct bs_mime_field *field);

/* dsn_report.c: fields of a report. */
void bs_dsn_status_field(struct bs_dsn *dsn, const struct bs_mime_field *field);
void bs_dsn_receipt_field(struct bs_dsn *dsn,
    const struct bs_mime_field *field);
/* Returns whether it is one. */
bool bs_dsn_said_field(struct bs_dsn *dsn, const struct bs_mime_field *field);

/* dsn_returned.c: fields of a returned header. */
void bs_dsn_returned_begin(struct bs_dsn_returned *returned);
/* Returns whether the field is one that headers have. */
bool bs_dsn_returned_field(struct bs_dsn_returned *returned,
    const struct bs_mime_field *field);
void bs_dsn_returned_keep(struct bs_dsn_facts *facts,
    const struct bs_dsn_returned *returned);
bool bs_dsn_received_client(const char *value, size_t len, char *out,
    size_t size);

/* Lines of text with words of failure that are counted. */
#define BS_DSN_FAILURES 3

/* Lines of text without a word of failure, in a message whose header has none
 * either, after which it is ordinary mail. */
#define BS_DSN_QUIET_LINES 60

/* dsn_text.c: running text. bs_dsn_text_is_quiet(): nothing speaks for a
 * bounce so far. */
bool bs_dsn_text_is_quiet(const struct bs_dsn *dsn);
void bs_dsn_text_line(struct bs_dsn *dsn, const struct bs_octets_piece *piece);
void bs_dsn_text_field(struct bs_dsn *dsn, const struct bs_mime_field *field);
void bs_dsn_text_ended(struct bs_dsn *dsn);

/* dsn_said.c: what a line of running text says; folded is the same line as
 * the tables of dsn_words.c have it. */
void bs_dsn_said_line(struct bs_dsn *dsn, const char *line, size_t len,
    const char *folded);

/* dsn_words.c: closed tables of words. Text is folded: in lower case, every
 * run of white space one space. */
size_t bs_dsn_words_fold(const char *text, size_t len, char *out, size_t size);
bool bs_dsn_words_fail(const char *folded);
bool bs_dsn_words_subject_fails(const char *folded);
bool bs_dsn_words_subject_auto(const char *folded);
bool bs_dsn_words_subject_reply(const char *folded);
bool bs_dsn_words_subject_complaint(const char *folded);
bool bs_dsn_words_is_daemon(const char *folded_local, const char *folded_name);
bool bs_dsn_words_is_system(const char *folded_local, const char *folded_name);
bool bs_dsn_words_is_robot(const char *folded_local);
bool bs_dsn_words_banner(const char *folded);
bool bs_dsn_words_like_banner(const char *folded);

/* dsn_class.c: the verdict over all of it, and its facts put together. */
void bs_dsn_class_decide(struct bs_dsn *dsn);

#endif
