/* The state of one evaluation of SPF, and how its parts ask and decide. */
#ifndef BS_SPF_RUN_STATE_H
#define BS_SPF_RUN_STATE_H

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
	BS_SPF_DECIDED, /* by us; libspf2's result does not count */
};

/* Mechanisms of a record that can be reached: those that ask DNS up to one
 * beyond their limit, and the first that matches without asking. */
#define BS_SPF_REACHED_MAX (BS_SPF_LOOKUPS_MAX + 2)

/* A record that was asked for. */
struct bs_spf_run_record {
	char domain[BS_HOST_MAX];
	size_t len;
	char text[BS_SPF_RECORD_MAX];
	unsigned term_count;
	struct bs_spf_term terms[BS_SPF_REACHED_MAX]; /* view text */
	bool is_closed; /* no term after these can be reached */
	bool has_all;
	bool denies_all;
	bool has_redirect;
	bool has_exp;
	struct bs_spf_term redirect;
	struct bs_spf_term exp;
	unsigned last_term;	/* that asked DNS, counted from 1; 0: none */
	unsigned redirected_to; /* the record that stands for it; 0: none */
};

/* Set up by bs_spf_run_begin(). Only state is for others than the parts of the
 * evaluation. */
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
	unsigned cut_record; /* is shown as far as cut_term; 0: whole */
	unsigned cut_term;
	unsigned other_term; /* that matched unless cut_term did */
	unsigned record_count;
	struct bs_spf_run_record records[BS_SPF_LOOKUPS_MAX + 1];
};

/* Ends the evaluation with a result and why. Returns -ECANCELED. */
int bs_spf_run_decide(struct bs_spf_run *run, enum bs_spf_result result,
    const char *format, ...) BS_PRINTF(3, 4);

/* Asks DNS. Returns 0 with *out set, or -ECANCELED where there is no answer
 * yet. A name that cannot be asked for has no records. */
BS_MUST_USE int bs_spf_run_ask(struct bs_spf_run *run, const char *name,
    enum bs_dns_type type, const struct bs_dns_answer **out);

/* The type of the client's own addresses. */
enum bs_dns_type bs_spf_run_address_type(const struct bs_spf_run *run);

/* Asks for the addresses of each name in an answer, at most so many, all at
 * once. Returns 0 where all are known, or -ECANCELED. */
BS_MUST_USE int bs_spf_run_ask_all(struct bs_spf_run *run,
    const struct bs_dns_answer *names, unsigned max);

/* Whether the first bits of two addresses are the same. */
bool bs_spf_is_within(const uint8_t *a, const uint8_t *b, unsigned bits);

#endif
