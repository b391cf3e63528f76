/* What Exim's processes know of the engine together, in files of its spool. */
#ifndef BS_EXIM_OUTAGE_FILES_H
#define BS_EXIM_OUTAGE_FILES_H

#include <stdbool.h>
#include <time.h>

#include "common/base/backstop.h"

/* A process of Exim lives for one connection, so it cannot remember. Empty
 * files in the spool folder can, by their times:
 *
 *	backstop.missed	there while mail left that the engine was not told of;
 *			mtime: since when, atime: when last
 *	backstop.away	mtime: since when the engine does not answer, 0 while
 *			it does; atime: when that was last tried
 *	backstop.logged	mtime: when that was last logged
 *	backstop.warned	mtime: when a client of Exim's was last warned of
 *	backstop.since	mtime: since when there are such files */

/* Notes that the engine did not answer and, where leaves is set, that it was
 * not told of mail that leaves. Returns whether to log it: at first, and then
 * once a minute on this host. */
bool bs_outage_files_note(const char *spool, bool leaves, time_t now);

/* Returns whether to warn of a client: once a minute, too. */
bool bs_outage_files_warns(const char *spool, time_t now);

/* The engine answered. */
void bs_outage_files_answered(const char *spool);

enum bs_outage_files_engine {
	BS_OUTAGE_FILES_ANSWERS, /* or did so two seconds ago */
	BS_OUTAGE_FILES_AWAY,	 /* for longer: it is not worth a long wait */
	BS_OUTAGE_FILES_TRY, /* the same, but this process is to see whether it
			      * is back: every few seconds one is */
};

enum bs_outage_files_engine bs_outage_files_engine(const char *spool,
    time_t now);

/* Mail left that the engine was not told of. */
struct bs_outage_missed {
	unsigned seconds;     /* since it began */
	struct timespec last; /* when that happened last */
};

/* Returns whether there is anything to report, and what in *missed. */
bool bs_outage_files_look(const char *spool, time_t now,
    struct bs_outage_missed *missed);

/* Since when all mail that left untold is known here; now where that cannot be
 * kept. To be called before any mail leaves. */
time_t bs_outage_files_since(const char *spool, time_t now);

/* Forgets what was reported, unless more was missed meanwhile. */
void bs_outage_files_told(const char *spool,
    const struct bs_outage_missed *told);

#endif
