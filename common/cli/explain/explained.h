/* What backstop explain knows of one notice. */
#ifndef BS_CLI_EXPLAIN_EXPLAINED_H
#define BS_CLI_EXPLAIN_EXPLAINED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/cli/cli.h"
#include "common/cli/explain/open_message.h"
#include "common/judge/case.h"
#include "common/store/meta.h"
#include "common/policy/bounce.h"
#include "common/store/record.h"
#include "common/keys/tag.h"

#define BS_EXPLAIN_REASON 32 /* octets of a reason, its NUL included */

/* What there is to ask on this host. lack is a word for the first thing that is
 * missing. */
struct bs_explain_ground {
	struct bs_config *config;
	bool has_keyring;
	struct bs_keyring keyring;
	bool has_store;
	struct bs_state_folder_paths paths;
	uint8_t store_key[BS_STORE_KEY_LEN];
	struct bs_meta meta;
	const char *lack; /* "no-config", "no-keyring", "no-store" or NULL */
};

/* What the header of the notice itself says. */
struct bs_explain_head {
	bool has_sender; /* of a Return-Path, or a mailbox's "From " line */
	char sender[BS_ADDRESS_MAX];
	char subject[256];
	char seen[256];	      /* the X-Backstop field with which it came */
	bool has_trace;	      /* a field of a host on the way was seen */
	bool is_told_by_host; /* arrived is of that one, not of Date */
	int64_t arrived;      /* epoch seconds, 0 for unknown */
};

/* What the store says of one returned Message-ID. */
enum bs_explain_id { BS_ID_UNASKED, BS_ID_ABSENT, BS_ID_OTHERS, BS_ID_THEIRS };

/* What judging found out. No pointers, as it comes out of a child. */
struct bs_explain_lookup {
	struct bs_known known;
	enum bs_explain_id ids[BS_LIST_ITEMS];
	struct bs_tag_record path_record; /* of the returned return path */
	uint32_t certain_day;		  /* from which on absence will count,
					   * as bs_coverage_day() has it; 0 */
};

/* The tag of an address. */
struct bs_explain_tag {
	bool is_ours; /* of our form, in a domain of ours */
	enum bs_tag_fact fact;
	unsigned key;
	uint32_t day; /* on which it expires */
};

enum bs_explain_answer {
	BS_EXPLAIN_YES,
	BS_EXPLAIN_NO,
	BS_EXPLAIN_UNKNOWN,
};

/* Why the answer is what it is. */
enum bs_explain_why {
	BS_WHY_NO_NOTICE,
	BS_WHY_NO_GROUND,     /* ground.lack says what is missing */
	BS_WHY_NO_RECIPIENT,  /* nobody of ours is named */
	BS_WHY_MESSAGE_ID,    /* it is in the store as theirs */
	BS_WHY_TAG,	      /* it came to a tag of ours */
	BS_WHY_PATH_TAG,      /* the returned return path bears one */
	BS_WHY_TAG_BUT_NO_ID, /* a tag of ours, and a mail that is not */
	BS_WHY_BAD_TAG,
	BS_WHY_STALE_TAG,
	BS_WHY_STALE_MAYBE, /* stale now, but perhaps not when the notice
			     * came */
	BS_WHY_NO_ID,	    /* the store knows all mail, and not this one */
	BS_WHY_OWN_NETWORK, /* the same, but it came from our networks */
	BS_WHY_REPLAY,
	BS_WHY_UNISSUED,
	BS_WHY_REVOKED,
	BS_WHY_OTHERS_MAIL, /* the Message-ID is somebody else's of ours */
	BS_WHY_OTHER_PLACE, /* the mail is theirs, but went to other domains */
	BS_WHY_NOTHING,	    /* no evidence, or the store does not know enough */
};

/* Where nothing is proved: what is more probable. */
enum bs_explain_leaning {
	BS_LEANS_NOWHERE,
	BS_LEANS_NO,
	BS_LEANS_YES,
};

/* Which message of the input it is. */
struct bs_explain_place {
	const char *file; /* or NULL: standard input */
	size_t number;	  /* from 1 */
	size_t count;	  /* of all messages */
};

/* One notice explained. */
struct bs_explained {
	const struct bs_explain_ground *ground;
	struct bs_explain_place place;
	const struct bs_opened_message *message;
	struct bs_explain_head head;
	char recipient[BS_ADDRESS_MAX]; /* as named; empty: nobody of ours */
	const char *recipient_field;	/* that named them */
	char returned_subject[BS_DSN_SUBJECT_MAX];
	bool notice_is_ours; /* a server of ours wrote it, by its own word */
	bool is_bait;	     /* it imitates a notice, so that somebody clicks */
	char rejection[256]; /* of an MDN that is one: why; or empty */
	bool is_rejection;
	const struct bs_domain *domain; /* of the recipient */
	struct bs_explain_tag tag;	/* of the recipient */
	struct bs_explain_tag path_tag; /* of the returned return path */
	enum bs_sender sender;
	bool is_judged; /* lookup and row are set */
	struct bs_explain_lookup lookup;
	const struct bs_row *row;
	char origin[BS_HOST_MAX]; /* from where the returned mail came */
	bool origin_is_ours;	  /* in 'trusted', or of this host */
	int64_t dated;		  /* when it was sent, as far as is known; 0 */
	int64_t now;		  /* epoch seconds: of the question ... */
	int64_t as_of;		  /* ... and as of then it is judged */
	unsigned lifetime_days;	  /* of the tags of that time */
	bool was_current; /* the tag was not stale yet when the notice came, by
			   * its own word */
	enum bs_explain_answer answer;
	enum bs_explain_why why;
	enum bs_explain_leaning leaning; /* of an unknown */
};

#endif
