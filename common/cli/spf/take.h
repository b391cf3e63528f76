/* What somebody typed as hosts, networks or services, taken into the record. */
#ifndef BS_CLI_SPF_TAKE_H
#define BS_CLI_SPF_TAKE_H

#include "common/cli/spf/add.h"

/* Takes each word of a line: an address, a network, a host, a service by its
 * name or include, a term, a whole record. Says what it made of each. Returns
 * whether the record has at least one of them now. */
bool bs_spf_wizard_take(struct bs_spf_wizard *wizard, const char *line,
    bool is_service);

/* A domain as it stands in DNS: from a mailbox, a URL, or with other letters
 * than ASCII; says so. Returns whether it is one. */
bool bs_spf_read_domain(struct bs_spf_talk *talk, const char *typed,
    char out[static BS_HOST_MAX]);

/* Whether a name has an SPF record, and any address. */
bool bs_spf_has_record(struct bs_lookup *lookup, const char *name);
bool bs_spf_has_address(struct bs_lookup *lookup, const char *name);

#endif
