/* Between the parts of an evaluation of SPF: no business of others. */
#ifndef BS_SPF_RUN_STATE_H
#define BS_SPF_RUN_STATE_H

#include "common/base/backstop.h"
#include "common/spf/run.h"

/* A name of ours: of a term of a record (counted from 1; 0: its redirect), and
 * of a host of it. */
struct bs_spf_mark {
	unsigned record;
	unsigned term;
	bool has_host;
	unsigned host;
};

/* Reads one that bs_spf_run_show() wrote, or libspf2 made for a host. Returns
 * whether it is one of a record that there is. */
bool bs_spf_mark_read(const struct bs_spf_run *run, const char *name,
    struct bs_spf_mark *out);

/* The term of a mark, a view, with the name that it stands for; it counts, once
 * (RFC 7208 §4.6.4). Returns NULL where the evaluation ends. */
const struct bs_spf_term *bs_spf_mark_open(struct bs_spf_run *run,
    const struct bs_spf_mark *mark, char name[static BS_HOST_MAX]);

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

/* Whether a term that asks nobody matches the client. */
bool bs_spf_run_matches(const struct bs_spf_run *run,
    const struct bs_spf_term *term);

/* The name that a domain-spec stands for, the record's own for none. Returns 0
 * or -ECANCELED. */
BS_MUST_USE int bs_spf_run_expand(struct bs_spf_run *run,
    const struct bs_spf_run_record *record, const struct bs_spf_term *term,
    char out[static BS_HOST_MAX]);

/* As bs_spf_run_expand(), of the text of an explanation. -EINVAL where it
 * breaks the grammar or does not fit. */
BS_MUST_USE int bs_spf_run_expand_text(struct bs_spf_run *run,
    const struct bs_spf_run_record *record, const char *text, size_t len,
    char *out, size_t size);

/* The client's name, seen to by its addresses (RFC 7208 §5.5): one within the
 * domain if there is one, else any, "unknown" for none. *within is whether it
 * is. Returns 0 or -ECANCELED. */
BS_MUST_USE int bs_spf_run_validate(struct bs_spf_run *run, const char *domain,
    char out[static BS_HOST_MAX], bool *within);

/* Writes record n as libspf2 is to see it. */
void bs_spf_run_show(const struct bs_spf_run *run, unsigned n,
    char out[static BS_SPF_SHOWN_MAX]);

#endif
