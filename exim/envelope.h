/* Who sends the message at hand, as Exim's globals have it. */
#ifndef BS_EXIM_ENVELOPE_H
#define BS_EXIM_ENVELOPE_H

#include <stdbool.h>

#include "common/base/backstop.h"
#include "common/adapter/wire.h"

struct bs_envelope {
	enum bs_listener listener; /* "in": the message is judged */
	enum bs_listener signer;   /* for whom a signature is asked */
	bool auth;
	char client[BS_HOST_MAX];   /* an address, or "local" */
	char helo[BS_HOST_MAX];	    /* empty where there is none */
	char receiver[BS_HOST_MAX]; /* this host */
	char sender[BS_ADDRESS_MAX];
	bool has_sender;     /* false if it is too long to be asked about */
	bool engine_is_away; /* bs_outage_report()'s */
	char spf[16];	     /* what SPF found, once it was asked */
};

/* Fills in where the message comes from. Exim's own bounces and what users
 * submit on this machine are local: to refuse them is to lose them. A program
 * that submits mail may name a host that it comes from (-oMa): the mail is
 * still local, but signed only if that host's would be. Whether a host is
 * trusted is for the engine to say. */
void bs_envelope_get(struct bs_envelope *envelope);

#endif
