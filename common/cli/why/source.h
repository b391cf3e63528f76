/* Where the engine's lines are: the journal, or files of a log, also those that
 * logrotate has put aside and compressed. */
#ifndef BS_CLI_WHY_SOURCE_H
#define BS_CLI_WHY_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/cli/why/search.h"

/* What is looked for, and who takes what is found. */
struct bs_why_search {
	const struct bs_why_needle *needle;
	int64_t since; /* epoch seconds; 0: from the beginning */
	int64_t now;
	/* Octets that were read, of all sources. */
	uint64_t *read;
	/* Takes a line that has the needle in it, without its newline; written
	 * is when its log was last written to. */
	void (*take)(const char *line, size_t len, int64_t written,
	    void *context);
	void *context;
	/* Told of a file that cannot be read whole; what it had counts, and the
	 * next one is read. Returns the exit status of that. */
	int (*complain)(const char *path, int rc);
	bool progress; /* shown on standard error */
};

/* Reads the engine's lines in the journal. Returns 0; or -ENOENT where there is
 * no journal, -EACCES where journalctl gives nothing and says so, or -errno. */
BS_MUST_USE int bs_why_read_journal(const struct bs_why_search *search);

/* Reads a file, and before it those that were rotated out of its place and are
 * not older than since; or "-", the standard input. Returns 0, or what complain
 * said of the first that could not be read whole. */
BS_MUST_USE int bs_why_read_log(const char *path,
    const struct bs_why_search *search);

#endif
