/* Between the parts of backstop explain: what is known of one notice. */
#ifndef BS_CLI_EXPLAIN_EXPLAIN_H
#define BS_CLI_EXPLAIN_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/cli/cli.h"
#include "common/cli/explain/open_message.h"
#include "common/store/meta.h"
#include "common/policy/bounce.h"
#include "common/store/record.h"
#include "common/keys/tag.h"

#define BS_EXPLAIN_REASON 32
#define BS_EXPLAIN_SETTLERS 6

/* What can be asked here: null where it is not there, with a word for what
 * lacks first. */
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
	char subject[128];
	char seen[256]; /* the X-Backstop field with which it came */
	bool has_received;
	int64_t arrived; /* epoch seconds, of the upper Received or Date; 0 */
};

/* What judging found out; no pointer, as it comes out of a child. */
struct bs_explain_finding {
	struct bs_facts facts;
	bool has_tag_key;
	struct bs_tag_key tag_key;
	struct bs_tag_record tag_record;
	bool has_msg;
	bool msg_is_theirs;
	bool msg_over_cap;
	bool msg_domain_differs;
	struct bs_msg_key msg_key;
	struct bs_msg_record msg;
	char evidence_reason[BS_EXPLAIN_REASON];
	char coverage_reason[BS_EXPLAIN_REASON];
};

/* What became of the lookup of one returned Message-ID. */
enum bs_explain_id { BS_ID_UNASKED, BS_ID_ABSENT, BS_ID_OTHERS, BS_ID_THEIRS };

struct bs_explain_lookup {
	struct bs_explain_finding finding;
	enum bs_explain_id ids[BS_LIST_ITEMS];
	struct bs_tag_record path_record; /* of the returned return path */
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
	BS_WHY_NO_GROUND,     /* ground.lack says what there is not */
	BS_WHY_NO_RECIPIENT,  /* nobody of ours is named */
	BS_WHY_MESSAGE_ID,    /* it is in the store as theirs */
	BS_WHY_TAG,	      /* it came to a tag of ours */
	BS_WHY_PATH_TAG,      /* the returned return path bears one */
	BS_WHY_TAG_BUT_NO_ID, /* a tag of ours, and a mail that is not */
	BS_WHY_BAD_TAG,
	BS_WHY_STALE_TAG,
	BS_WHY_STALE_MAYBE, /* stale now, not when the notice says it came */
	BS_WHY_NO_ID,	    /* the store knows all, and not this */
	BS_WHY_OWN_NETWORK, /* as before, but it came out of our networks */
	BS_WHY_REPLAY,
	BS_WHY_UNISSUED,
	BS_WHY_REVOKED,
	BS_WHY_OTHERS_MAIL, /* the Message-ID is somebody else's of ours */
	BS_WHY_OTHER_PLACE, /* it is theirs, and went to other domains */
	BS_WHY_NOTHING,	    /* no evidence, or not enough is recorded */
};

/* One notice explained. */
struct bs_explained {
	const struct bs_explain_ground *ground;
	const struct bs_opened_message *letter;
	struct bs_explain_head head;
	char recipient[BS_ADDRESS_MAX]; /* as named; empty: nobody of ours */
	const char *recipient_field;	/* that named them */
	const struct bs_domain *domain; /* of the recipient */
	struct bs_explain_tag tag;	/* of the recipient */
	struct bs_explain_tag path_tag; /* of the returned return path */
	enum bs_sender sender;
	bool is_judged; /* lookup and row are set */
	struct bs_explain_lookup lookup;
	const struct bs_row *row;
	char origin[BS_HOST_MAX]; /* from where the returned mail came */
	bool origin_is_ours;	  /* it is of 'trusted' */
	int64_t as_of;		  /* epoch seconds: judged as of then */
	unsigned lifetime_days;	  /* of the tags of that time */
	bool was_current; /* a stale tag: not when the notice says it came */
	enum bs_explain_answer answer;
	enum bs_explain_why why;
};

/* Reads the header of the notice and finds for whom it is, by their tag if
 * one is ours. */
void bs_explain_read_head(struct bs_explained *out);

/* Asks keys and store. Returns 0 or -errno. */
BS_MUST_USE int bs_explain_judge(struct bs_explained *out);

/* Decides what to answer. */
void bs_explain_decide(struct bs_explained *out);

/* What is said: the first sentence, what to do, and for an unknown what would
 * settle it. Texts are for a terminal: nothing in them is as it came. */
struct bs_explain_words {
	char first[1024];
	size_t count;
	char more[BS_EXPLAIN_SETTLERS][512];
};
void bs_explain_put(const struct bs_explained *explained,
    struct bs_explain_words *out);

/* Print one notice. */
void bs_explain_print(const struct bs_explained *explained);
void bs_explain_print_json(const struct bs_explained *explained);

#endif
