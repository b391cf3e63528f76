/* An engine that does not answer: it is logged, and reported to it later. */
#include <stdio.h>
#include <time.h>

#define LOCAL_SCAN
#include <local_scan.h>

#include "common/base/log.h"
#include "exim/ask.h"
#include "exim/outage_files.h"
#include "exim/report_sent.h"
#include "exim/outage.h"

/* Since 9.0, log_write() takes the destination alone. */
#if LOCAL_SCAN_ABI_VERSION_MAJOR >= 9
#define LOG(...) log_write(LOG_MAIN, __VA_ARGS__)
#else
#define LOG(...) log_write(0, LOG_MAIN, __VA_ARGS__)
#endif

static const char *
spool(void)
{
	const uschar *path = expand_string(US "$spool_directory");

	return path == NULL ? "." : CCS path;
}

void
bs_outage_unanswered(bool leaves)
{
	if (bs_outage_files_note(spool(), leaves, time(NULL)))
		LOG("backstop: no answer from the engine at %s: mail passes "
		    "unsigned and unjudged",
		    BS_SOCKET_PATH);
}

/* The engine asks what it missed while it was stopped: nothing, or it was told.
 * Without an answer it asks the next process. */
static void
say_hello(uint64_t asks)
{
	time_t now = time(NULL);
	struct bs_outage_missed missed;

	if (!bs_outage_files_look(spool(), now, &missed))
		(void)!bs_report_sent_hello(asks,
		    (unsigned)(now - bs_outage_files_since(spool(), now)));
}

void
bs_outage_answered(void)
{
	uint64_t asks = bs_ask_asks();

	bs_outage_files_answered(spool());
	if (asks != 0)
		say_hello(asks);
}

void
bs_outage_untrusted(void)
{
	char sender[BS_ADDRESS_MAX];

	snprintf(sender, sizeof(sender), "%s", CCS sender_address);
	bs_log_blot(sender);
	if (bs_outage_files_warns(spool(), time(NULL)))
		LOG("backstop: Exim relays for %s, which is not in \"trusted\" "
		    "of backstop.conf: mail of <%s> leaves unsigned",
		    sender_host_address, sender);
}

bool
bs_outage_report(struct bs_envelope *envelope)
{
	time_t now = time(NULL);
	enum bs_outage_files_engine engine =
	    bs_outage_files_engine(spool(), now);
	struct bs_outage_missed missed = {.seconds = 0};
	bool store_lacks_mail = bs_outage_files_look(spool(), now, &missed);

	(void)bs_outage_files_since(spool(), now);
	envelope->engine_is_away = engine == BS_OUTAGE_FILES_AWAY;
	if (!store_lacks_mail && engine != BS_OUTAGE_FILES_TRY)
		return true;
	if (bs_report_sent_missed(missed.seconds, envelope->engine_is_away) >
	    0) {
		bs_outage_unanswered(false);
		envelope->engine_is_away = true;
		return !store_lacks_mail;
	}
	if (store_lacks_mail)
		bs_outage_files_told(spool(), &missed);
	bs_outage_files_answered(spool());
	envelope->engine_is_away = false;
	return true;
}
