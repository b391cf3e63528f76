/* An SPF record with all the records that it includes, read from DNS. */
#ifndef BS_CLI_SPF_TREE_H
#define BS_CLI_SPF_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/cli/spf/lookup.h"
#include "common/spf/record.h"

/* Records that are read, and how deep; beyond, the limit of lookups is broken
 * long since. */
#define BS_SPF_PLACES_MAX 64
#define BS_SPF_PLACES_DEEP 11

/* No place. */
#define BS_SPF_NOWHERE ((size_t)-1)

enum bs_spf_place_state {
	BS_SPF_PLACE_READ,
	BS_SPF_PLACE_FAULTY,  /* by the grammar */
	BS_SPF_PLACE_FAILED,  /* DNS gave no answer */
	BS_SPF_PLACE_NO_NAME, /* there is no such name */
	BS_SPF_PLACE_EMPTY,   /* the name has no record */
	BS_SPF_PLACE_SEVERAL, /* it has more than one */
	BS_SPF_PLACE_LOOP,    /* it includes itself, through others or not */
	BS_SPF_PLACE_BEYOND,  /* not read: too many, or too deep */
};

/* What a record costs who checks by it, if nothing in it matches: voids apart
 * for clients of either family. */
struct bs_spf_cost {
	unsigned lookups;
	unsigned voids4;
	unsigned voids6;
};

/* A term of a place. */
struct bs_spf_leaf {
	struct bs_spf_term term;
	bool reached;  /* no all stands before it */
	bool constant; /* name is the same for all senders, or the domain's */
	char name[BS_HOST_MAX]; /* that is asked for; empty: none or unknown */
	size_t place; /* of an include or redirect, or BS_SPF_NOWHERE */
	struct bs_spf_cost cost; /* without that place's */
};

/* A record. */
struct bs_spf_place {
	enum bs_spf_place_state state;
	char name[BS_HOST_MAX]; /* empty: nobody said */
	size_t parent;		/* BS_SPF_NOWHERE for the first */
	size_t leaf;		/* of the parent, by which we came here */
	unsigned depth;
	unsigned before; /* look-ups that come first, at the least */
	const struct bs_dns_answer *answer; /* NULL: the text was given */
	char *text;			    /* octets; NULL: no record */
	size_t len;
	struct bs_spf_fault fault; /* where it is faulty */
	struct bs_spf_leaf *leaves;
	size_t leaf_count;
	struct bs_spf_cost total; /* of all it includes, too */
};

/* Parents come before their children; the first place is the root. */
struct bs_spf_tree {
	struct bs_lookup *lookup; /* borrowed */
	size_t count;
	struct bs_spf_place places[BS_SPF_PLACES_MAX];
};

/* Reads the record of a domain; or one given as text, for a domain or for
 * none (""). Free it with bs_spf_tree_free(). Without memory the process
 * ends. */
struct bs_spf_tree *bs_spf_tree_read(struct bs_lookup *lookup,
    const char *domain);
struct bs_spf_tree *bs_spf_tree_given(struct bs_lookup *lookup,
    const char *domain, const char *text, size_t len);

/* Takes NULL. */
void bs_spf_tree_free(struct bs_spf_tree *tree);

/* A record of a TXT answer, joined, in malloc()ed memory. */
char *bs_spf_answer_text(const uint8_t *record, size_t len, size_t *out_len);

/* malloc() and realloc() of an array that end the process without memory. */
void *bs_spf_array(void *array, size_t count, size_t size);

#endif
