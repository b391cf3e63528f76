/* Questions to DNS from the command line: asked, waited for, remembered. */
#ifndef BS_CLI_SPF_LOOKUP_H
#define BS_CLI_SPF_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/base/backstop.h"
#include "common/cli/cli.h"
#include "common/dns/reply.h"

struct bs_lookup;

/* Opens a resolver for the servers that the call names: bs_spf_servers_find().
 * Returns 0 or an exit status after the complaint. */
BS_MUST_USE int bs_lookup_open(const struct bs_call *call,
    struct bs_lookup **out);

/* Takes NULL. */
void bs_lookup_close(struct bs_lookup *lookup);

/* The answer to a question; one that was asked before is remembered. Never
 * NULL; it lives as long as the lookup. Once it is spent, new questions fail
 * without being asked. Without memory the process ends. */
const struct bs_dns_answer *bs_lookup_ask(struct bs_lookup *lookup,
    const char *name, enum bs_dns_type type);

/* From now on, tells there of an answer that is long in coming; NULL: to
 * nobody. */
void bs_lookup_tell_waits(struct bs_lookup *lookup, FILE *out);

/* How many questions were asked, and how long that took. */
unsigned bs_lookup_count(const struct bs_lookup *lookup);
unsigned bs_lookup_elapsed_ms(const struct bs_lookup *lookup);

/* Whether so much was asked, or for so long, that no more is: a record may lead
 * to any number of names. */
bool bs_lookup_is_spent(const struct bs_lookup *lookup);

/* Whether mail of a domain leaves with signed return paths, as far as there is
 * a configuration to say so. */
bool bs_lookup_signs(const struct bs_lookup *lookup, const char *domain);

#endif
