/* An engine that does not answer: logged, remembered, and told of it later. */
#include <stdio.h>
#include <time.h>

#define LOCAL_SCAN
#include <local_scan.h>

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
bs_trouble_unanswered(bool leaves)
{
	if (bs_missed_note(spool(), leaves, time(NULL)))
		LOG("backstop: no answer from the engine at %s: mail passes "
		    "unsigned and unjudged",
		    BS_SOCKET_PATH);
}

void
bs_trouble_answered(void)
{
	bs_missed_answered(spool());
}

void
bs_trouble_untrusted(void)
{
	if (bs_missed_warns(spool(), time(NULL)))
		LOG("backstop: Exim relays for %s, which is not in \"trusted\" "
		    "of backstop.conf: mail of <%s> leaves unsigned",
		    sender_host_address, sender_address);
}

bool
bs_trouble_tell(struct bs_origin *origin)
{
	time_t now = time(NULL);
	enum bs_missed_engine engine = bs_missed_engine(spool(), now);
	struct bs_missed missed = {.seconds = 0};
	bool untold = bs_missed_look(spool(), now, &missed);

	origin->engine_is_away = engine == BS_MISSED_AWAY;
	if (!untold && engine != BS_MISSED_TRY)
		return true;
	if (bs_tell_missed(missed.seconds, origin->engine_is_away) > 0) {
		bs_trouble_unanswered(false);
		origin->engine_is_away = true;
		return !untold;
	}
	if (untold)
		bs_missed_told(spool(), &missed);
	bs_missed_answered(spool());
	origin->engine_is_away = false;
	return true;
}
