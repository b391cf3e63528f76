/* Who sends the message at hand, as Exim's globals have it. */
#include <stdio.h>
#include <string.h>

#define LOCAL_SCAN
#include <local_scan.h>

#include "exim/envelope.h"

/* Copies what fits; else leaves out empty. */
static bool
copy(const uschar *text, char *out, size_t size)
{
	size_t len = text == NULL ? 0 : strlen(CCS text);

	out[0] = '\0';
	if (len >= size)
		return false;
	if (len > 0)
		memcpy(out, text, len + 1);
	return true;
}

/* Whether a program of this host waits for its end, and not a host for a reply.
 */
static bool
is_submitted(void)
{
	return !smtp_input || smtp_batched_input;
}

void
bs_envelope_get(struct bs_envelope *origin)
{
	memset(origin, 0, sizeof(*origin));
	origin->has_sender =
	    copy(sender_address, origin->sender, sizeof(origin->sender));
	if (sender_host_address == NULL) {
		origin->listener = BS_LISTENER_LOCAL;
		origin->signer = BS_LISTENER_LOCAL;
		(void)copy(CUS "local", origin->client, sizeof(origin->client));
		return;
	}
	origin->auth = sender_host_authenticated != NULL;
	origin->signer = origin->auth ? BS_LISTENER_OUT : BS_LISTENER_IN;
	origin->listener = is_submitted() ? BS_LISTENER_LOCAL : origin->signer;
	(void)copy(sender_host_address, origin->client, sizeof(origin->client));
	(void)copy(expand_string(US "$sender_helo_name"), origin->helo,
	    sizeof(origin->helo));
	(void)copy(expand_string(US "$primary_hostname"), origin->receiver,
	    sizeof(origin->receiver));
}
