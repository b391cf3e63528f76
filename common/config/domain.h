/* What a domain name that mail can have looks like. */
#ifndef BS_CONFIG_DOMAIN_H
#define BS_CONFIG_DOMAIN_H

/* Why a text is not a domain name that mail can have, or NULL. */
const char *bs_config_domain_fault(const char *name);

#endif
