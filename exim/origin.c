/* Who sends the message at hand, as Exim's globals have it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOCAL_SCAN
#include <local_scan.h>

#include "exim/missed.h"
#include "exim/origin.h"

/* Since 9.0, log_write() takes the destination alone. */
#if LOCAL_SCAN_ABI_VERSION_MAJOR >= 9
#define LOG(...) log_write(LOG_MAIN, __VA_ARGS__)
#else
#define LOG(...) log_write(0, LOG_MAIN, __VA_ARGS__)
#endif

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

static const char *
spool(void)
{
	const uschar *path = expand_string(US "$spool_directory");

	return path == NULL ? "." : CCS path;
}

void
bs_origin_get(struct bs_origin *origin)
{
	memset(origin, 0, sizeof(*origin));
	origin->engine_is_away = bs_missed_is_away(spool(), time(NULL));
	origin->has_sender =
	    copy(sender_address, origin->sender, sizeof(origin->sender));
	if (sender_host_address == NULL) {
		origin->listener = BS_LISTENER_LOCAL;
		(void)copy(CUS "local", origin->client, sizeof(origin->client));
		return;
	}
	origin->auth = sender_host_authenticated != NULL;
	origin->listener = origin->auth ? BS_LISTENER_OUT : BS_LISTENER_IN;
	(void)copy(sender_host_address, origin->client, sizeof(origin->client));
	(void)copy(expand_string(US "$sender_helo_name"), origin->helo,
	    sizeof(origin->helo));
	(void)copy(expand_string(US "$primary_hostname"), origin->receiver,
	    sizeof(origin->receiver));
}

void
bs_origin_unanswered(void)
{
	if (!host_checking && bs_missed_note(spool(), time(NULL)))
		LOG("backstop: no answer from the engine at %s: mail passes "
		    "unsigned and unjudged",
		    BS_SOCKET_PATH);
}

unsigned
bs_origin_missed(void)
{
	return host_checking ? 0 : bs_missed_take(spool(), time(NULL));
}

void
bs_origin_put_back(unsigned seconds)
{
	bs_missed_put_back(spool(), seconds, time(NULL));
}
