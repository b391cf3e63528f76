/* What Exim's processes know of the engine together, in files of its spool. */
#ifndef BS_EXIM_OUTAGE_FILES_H
#define BS_EXIM_OUTAGE_FILES_H

#include <stdbool.h>
#include <time.h>

#include "common/base/backstop.h"

/* A process of Exim lives for one connection, so that no memory of it would
 * last. Empty files in the spool folder do, by their times:
 *
 *	backstop.missed	there while mail left that the engine was not told of;
 *			mtime: since when, atime: when last
 *	backstop.away	mtime: since when the engine does not answer, 0 while
 *			it does; atime: when that was last tried
 *	backstop.logged	mtime: when that was last logged
 *	backstop.warned	mtime: when a client of Exim's was last warned of */

/* Notes that the engine did not answer, and where leaves is set, that it does
 * not know of mail that left. Returns whether to log it: at first, and then
 * once a minute on this host. */
bool bs_outage_files_note(const char *spool, bool leaves, time_t now);

/* Returns whether to warn of a client again: once a minute, too. */
bool bs_outage_files_warns(const char *spool, time_t now);

/* The engine answered. */
void bs_outage_files_answered(const char *spool);

enum bs_outage_files_engine {
	BS_OUTAGE_FILES_ANSWERS, /* or did, two seconds ago */
	BS_OUTAGE_FILES_AWAY,	 /* for longer: it is not worth a long wait */
	BS_OUTAGE_FILES_TRY, /* the same, but every few seconds one has to see
			      * whether it is back: who is told so */
};

enum bs_outage_files_engine bs_outage_files_engine(const char *spool,
    time_t now);

/* What is to be told: for how many seconds up to now something was missed. */
struct bs_outage_files {
	unsigned seconds;
	struct timespec last; /* when something was missed last */
};

/* Returns whether something was missed, and what in *missed. */
bool bs_outage_files_look(const char *spool, time_t now,
    struct bs_outage_files *missed);

/* Forgets what was told, unless more was missed meanwhile. */
void bs_outage_files_told(const char *spool,
    const struct bs_outage_files *told);

#endif
