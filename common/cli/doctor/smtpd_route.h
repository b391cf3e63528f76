/* Which way mail goes by the rules of smtpd.conf(5). */
#ifndef BS_CLI_DOCTOR_SMTPD_ROUTE_H
#define BS_CLI_DOCTOR_SMTPD_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/cli/doctor/smtpd_conf.h"

/* A mail that came in by a listener. */
struct bs_smtpd_mail {
	const struct bs_smtpd_listener *listener;
	bool is_auth;	    /* its sender has logged in */
	const char *domain; /* of its recipient; NULL: somebody else's */
	bool is_own;	    /* ... is this host's own name */
};

/* The next rule from *at on that the mail meets, for certain or not, and sets
 * *at behind it. Returns NULL where there is no other. A view. */
const struct bs_smtpd_rule *bs_smtpd_next_rule(const struct bs_smtpd_conf *conf,
    const struct bs_smtpd_mail *mail, size_t *at, bool *is_certain);

/* The listener of this host to which an action relays, or NULL. A view. */
const struct bs_smtpd_listener *bs_smtpd_next_hop(
    const struct bs_smtpd_conf *conf, const struct bs_smtpd_action *action);

/* The port of this host to which an action relays; 0 where it is none, or has
 * a name. */
unsigned bs_smtpd_own_port(const struct bs_smtpd_action *action);

/* Whether an action relays to a program or listener of this host. */
bool bs_smtpd_stays_here(const struct bs_smtpd_action *action);

#endif
