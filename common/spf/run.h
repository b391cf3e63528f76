/* One evaluation of SPF: records found, names expanded, limits kept.
 *
 * libspf2 walks the records; it is shown nothing of a stranger's but addresses
 * and the lengths of prefixes. Every domain-spec of a record has a name of ours
 * instead, by which libspf2 asks for it: which term asks is known then, and no
 * macro, no name, no octet of a stranger's choice reaches libspf2. */
#ifndef BS_SPF_RUN_H
#define BS_SPF_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/dns/reply.h"
#include "common/policy/spf_words.h"
#include "common/spf/record.h"

/* RFC 7208 §4.6.4. */
#define BS_SPF_LOOKUPS_MAX 10
#define BS_SPF_VOIDS_MAX 2
#define BS_SPF_NAMES_MAX 10 /* of an mx or ptr */

/* Octets of a record as libspf2 gets it, with a NUL: the few terms that can be
 * reached, none of them long. */
#define BS_SPF_SHOWN_MAX 2048

/* The name by which libspf2 asks for the first record. */
#define BS_SPF_RUN_FIRST "r.bs-run"

/* Octets of a name of ours with its NUL. */
#define BS_SPF_RUN_NAME 48

/* The answer to a question, or NULL where it is not known yet. It lives until
 * the evaluation ends. Questions that do not wait for each other are asked one
 * after the other, whether the first is known or not. */
typedef const struct bs_dns_answer *bs_spf_lookup(void *context,
    const char *name, enum bs_dns_type type);

enum bs_spf_run_state {
	BS_SPF_RUNNING,
	BS_SPF_MISSING, /* an answer is not known: to be run again */
	BS_SPF_DECIDED, /* by us, and what libspf2 makes of it is no matter */
};

/* Mechanisms of a record that can be reached: those that ask DNS, one beyond
 * the limit of them, and the first that needs not ask and matches. */
#define BS_SPF_REACHED_MAX (BS_SPF_LOOKUPS_MAX + 2)

/* A record that was asked for. */
struct bs_spf_run_record {
	char domain[BS_HOST_MAX];
	size_t len;
	char text[BS_SPF_RECORD_MAX];
	unsigned term_count;
	struct bs_spf_term terms[BS_SPF_REACHED_MAX]; /* view text */
	bool is_closed; /* none behind them can be reached */
	bool has_all;
	bool denies_all;
	bool has_redirect;
	bool has_exp;
	struct bs_spf_term redirect;
	struct bs_spf_term exp;
	unsigned last_term;	/* that asked DNS, counted from 1; 0: none */
	unsigned redirected_to; /* the record that stands for it; 0: none */
};

/* All private but for state; set up by bs_spf_run_begin(). */
struct bs_spf_run {
	enum bs_spf_run_state state;
	bs_spf_lookup *lookup;
	void *context;
	const struct bs_spf_query *query;
	int64_t now;
	bool is_ip6;
	uint8_t client[16];
	char sender[BS_ADDRESS_MAX];
	enum bs_spf_result result; /* where it is decided */
	char problem[160];
	unsigned lookups;
	unsigned voids;
	unsigned cut_record; /* is shown as far as this term, 0: whole */
	unsigned cut_term;
	unsigned other_term; /* that matched unless cut_term did */
	unsigned record_count;
	struct bs_spf_run_record records[BS_SPF_LOOKUPS_MAX + 1];
};

/* What libspf2 is told of a name. */
struct bs_spf_hit {
	unsigned hosts;		/* MX */
	const uint8_t *address; /* of the client's family: the one that
				 * matches, if any does; NULL: there is none */
};

/* Begins an evaluation as of now (epoch seconds); the query must outlive it.
 * It may be decided at once. */
void bs_spf_run_begin(struct bs_spf_run *run, const struct bs_spf_query *query,
    int64_t now, bs_spf_lookup *lookup, void *context);

/* The record that libspf2 asks for by a name of ours, as it is to see it.
 * Returns 0, or -ECANCELED where the evaluation ends. */
BS_MUST_USE int bs_spf_run_record(struct bs_spf_run *run, const char *name,
    char out[static BS_SPF_SHOWN_MAX]);

/* What libspf2 asks DNS for: an address of its client's family, or MX, whose
 * hosts are called "0.", "1." ... before the name asked for. Returns 0 or
 * -ECANCELED. */
BS_MUST_USE int bs_spf_run_lookup(struct bs_spf_run *run, const char *name,
    unsigned type, struct bs_spf_hit *out);

/* bs_spf_run_end(): two terms could have matched. */
#define BS_SPF_RUN_AGAIN 1

/* What was found, once libspf2 is done: its result, and whether a mechanism
 * matched. It may come to miss an answer: look at state then. Returns 0, or
 * BS_SPF_RUN_AGAIN: all is found but which term it was. For that, let libspf2
 * walk the records once more, after bs_spf_run_again(); then
 * bs_spf_run_settle() knows by whether any matched. */
BS_MUST_USE int bs_spf_run_end(struct bs_spf_run *run,
    enum bs_spf_result result, bool matched, struct bs_spf_finding *out);
void bs_spf_run_again(struct bs_spf_run *run);
void bs_spf_run_settle(const struct bs_spf_run *run, bool matched,
    struct bs_spf_finding *out);

#endif
