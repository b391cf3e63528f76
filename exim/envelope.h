/* Who sends the message at hand, as Exim's globals have it. */
#ifndef BS_EXIM_ENVELOPE_H
#define BS_EXIM_ENVELOPE_H

#include <stdbool.h>

#include "common/base/backstop.h"
#include "common/adapter/wire.h"

struct bs_envelope {
	enum bs_listener listener; /* in: to be judged; out or local */
	enum bs_listener signer;   /* the same, to be signed for */
	bool auth;
	char client[BS_HOST_MAX];   /* an address, or "local" */
	char helo[BS_HOST_MAX];	    /* empty where there is none */
	char receiver[BS_HOST_MAX]; /* this host */
	char sender[BS_ADDRESS_MAX];
	bool has_sender;     /* false where it is too long to be asked about */
	bool engine_is_away; /* bs_outage_tell()'s */
	char spf[16];	     /* what was found of it, once it was asked */
};

/* Fills in where the message comes from. Exim's own bounces are local, and what
 * users submit on this machine: whoever refuses those loses them. Where such a
 * one is said to be from a host (-oMa), it is signed if that host's mail would
 * be. Whether a host is trusted is for the engine to say. */
void bs_envelope_get(struct bs_envelope *origin);

#endif
