/* An SPF record with all that it includes as one list of networks, and the
 * differences between two such lists. */
#ifndef BS_SPF_LINT_FLAT_H
#define BS_SPF_LINT_FLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/policy/spf_words.h"
#include "common/spf/lint/net.h"

/* How deep records may be nested: with more look-ups it is a permerror. */
#define BS_SPF_FLAT_DEPTH 12

enum bs_spf_flat_kind {
	BS_SPF_FLAT_NET,
	BS_SPF_FLAT_ALL,
	BS_SPF_FLAT_INCLUDE,  /* matches where its inner steps pass */
	BS_SPF_FLAT_REDIRECT, /* its inner steps say the rest */
	BS_SPF_FLAT_OPEN,     /* a term that is no network: exists, ptr ... */
	BS_SPF_FLAT_BROKEN,   /* none, temperror or permerror, here or within */
	BS_SPF_FLAT_LOOKUP,   /* the next term counts as one that asks DNS */
	BS_SPF_FLAT_VOID,     /* a look-up finds nothing */
};

/* The limit of RFC 7208 §4.6.4 that makes a result a permerror. */
enum bs_spf_flat_limit {
	BS_SPF_LIMIT_NONE,
	BS_SPF_LIMIT_LOOKUPS,
	BS_SPF_LIMIT_VOIDS,
};

/* A term, in the order of evaluation; inner steps follow their term. */
struct bs_spf_flat_step {
	enum bs_spf_flat_kind kind;
	enum bs_spf_result result; /* the qualifier's, or the error's */
	struct bs_spf_net net;	   /* masked */
	size_t inner;		   /* how many steps are within */
	const char *text;	   /* of an open term, macros expanded */
	unsigned family; /* 4 or 6: of these clients alone; 0: of all */
	/* what an open term may add to the look-ups and the void ones */
	unsigned more_lookups;
	unsigned more_voids;
};

/* Borrowed. */
struct bs_spf_flat {
	const struct bs_spf_flat_step *steps;
	size_t count;
};

/* The result for an address, if no open term matches. */
struct bs_spf_said {
	enum bs_spf_result result;
	enum bs_spf_flat_limit limit;
	uint64_t open; /* a mark of the open terms that come first; 0: none */
};

/* A network whose result changes. With the same result it is the open terms
 * before that differ. A temperror is not known, so it is never the same, not
 * even as another one. What no network of either list holds is told as one, the
 * last of its family: it would be hundreds of networks. */
struct bs_spf_change {
	struct bs_spf_net net;
	bool is_rest; /* of no length; all that is in no list */
	struct bs_spf_said from;
	struct bs_spf_said to;
};

typedef void bs_spf_change_tell(void *context,
    const struct bs_spf_change *change);

/* Room that a comparison needs: an edge for each network of either list, and
 * two more. */
struct bs_spf_edge {
	uint8_t address[16];
};

/* Tells of every network whose result changes, as few of them as can be, in
 * order, IPv4 first. Returns 0, or -ENOSPC where edges are too few: two for
 * each step of both and two more are enough. */
BS_MUST_USE int bs_spf_flat_compare(const struct bs_spf_flat *from,
    const struct bs_spf_flat *to, struct bs_spf_edge *edges, size_t edge_max,
    bs_spf_change_tell *tell, void *context);

/* The result for an address, of which IPv4 has 4 octets. */
struct bs_spf_said bs_spf_flat_say(const struct bs_spf_flat *flat, bool is_ip6,
    const uint8_t address[static 16]);

#endif
