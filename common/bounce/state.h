/* What the reader of bounces is at, and what it has seen: the values of the
 * members of struct bs_dsn. */
#ifndef BS_BOUNCE_STATE_H
#define BS_BOUNCE_STATE_H

enum bs_dsn_place {
	BS_DSN_TOP,	/* header of the message itself */
	BS_DSN_PART,	/* header of a part */
	BS_DSN_BETWEEN, /* between parts: only a boundary counts */
	BS_DSN_IN_LEAF, /* body of a part that is no multipart */
};

enum bs_dsn_leaf {
	BS_DSN_SKIP,	  /* nothing in it counts */
	BS_DSN_TEXT,	  /* for people to read */
	BS_DSN_STATUS,	  /* message/delivery-status */
	BS_DSN_RETURNED,  /* a message or its header */
	BS_DSN_RECEIPT,	  /* message/disposition-notification */
	BS_DSN_FEEDBACK,  /* message/feedback-report */
	BS_DSN_MULTIPART, /* only what comes next, never the part at hand */
};

/* What speaks for a class; classify.c weighs it. */
enum bs_dsn_signal {
	BS_DSN_FROM_DAEMON = 1, /* mailer-daemon and such */
	BS_DSN_FROM_SYSTEM = 2, /* postmaster and such, perhaps a person */
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
	BS_DSN_NESTED = 131072,	       /* it returns a notice, which is read */
	BS_DSN_INNER_REPORT = 262144,  /* and that is a multipart/report */
	BS_DSN_SUBJECT_TITLE = 524288, /* one of a notice, word for word */
};

/* The fields of a header, as bits: they tell a returned one from other text. */
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

/* Lines of text without a word of failure, in a message whose header has none
 * either, after which it is ordinary mail. */
#define BS_DSN_QUIET_LINES 60

#endif
