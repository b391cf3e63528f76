/* What libspf2 asks DNS for, by names of ours: which term each stands for, and
 * what DNS has for it.
 *
 * libspf2 is shown "t2.r0.bs-run" where the record has a domain (shown.c). Here
 * such a name is read back, the domain of that term is expanded, and DNS is
 * asked for it. */
#ifndef BS_SPF_ASKED_H
#define BS_SPF_ASKED_H

#include "common/spf/run_state.h"

/* A name of ours, read: a term of a record (counted from 1; 0: its redirect),
 * and one of its MX hosts. */
struct bs_spf_alias {
	unsigned record;
	unsigned term;
	bool has_host;
	unsigned host;
};

/* Reads one that bs_spf_run_show() wrote, or libspf2 made for a host. Returns
 * whether it is one of a record that there is. */
bool bs_spf_alias_read(const struct bs_spf_run *run, const char *name,
    struct bs_spf_alias *out);

/* The term of an alias, a view, with the name that it stands for. It counts
 * against the limit of look-ups (RFC 7208 §4.6.4). Returns NULL where the
 * evaluation ends. */
const struct bs_spf_term *bs_spf_alias_open(struct bs_spf_run *run,
    const struct bs_spf_alias *alias, char name[static BS_HOST_MAX]);

/* What libspf2 is told of a name. */
struct bs_spf_hit {
	unsigned hosts;		/* MX */
	const uint8_t *address; /* of the client's family: the one that
				 * matches, if any does; NULL: there is none */
};

/* What libspf2 asks DNS for: an address of its client's family, or MX, whose
 * hosts are called "0.", "1." ... before the name asked for. Returns 0 or
 * -ECANCELED. */
BS_MUST_USE int bs_spf_run_lookup(struct bs_spf_run *run, const char *name,
    unsigned type, struct bs_spf_hit *out);

#endif
