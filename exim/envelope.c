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

/* Whether a program of this host submits it, rather than another host by SMTP.
 */
static bool
is_submitted(void)
{
	return !smtp_input || smtp_batched_input;
}

void
bs_envelope_get(struct bs_envelope *envelope)
{
	memset(envelope, 0, sizeof(*envelope));
	envelope->has_sender =
	    copy(sender_address, envelope->sender, sizeof(envelope->sender));
	if (sender_host_address == NULL) {
		envelope->listener = BS_LISTENER_LOCAL;
		envelope->signer = BS_LISTENER_LOCAL;
		(void)copy(CUS "local", envelope->client,
		    sizeof(envelope->client));
		return;
	}
	envelope->auth = sender_host_authenticated != NULL;
	envelope->signer = envelope->auth ? BS_LISTENER_OUT : BS_LISTENER_IN;
	envelope->listener =
	    is_submitted() ? BS_LISTENER_LOCAL : envelope->signer;
	(void)copy(sender_host_address, envelope->client,
	    sizeof(envelope->client));
	(void)copy(expand_string(US "$sender_helo_name"), envelope->helo,
	    sizeof(envelope->helo));
	(void)copy(expand_string(US "$primary_hostname"), envelope->receiver,
	    sizeof(envelope->receiver));
}
