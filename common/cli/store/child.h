/* Runs work on the store in a child that becomes the store's owner: root must
 * not leave files of its own there, and LMDB can crash on a damaged file. */
#ifndef BS_CLI_STORE_CHILD_H
#define BS_CLI_STORE_CHILD_H

#include <stddef.h>

#include "common/base/backstop.h"

/* run() returns 0 or -errno and leaves its result, of size octets, at *result.
 * All of it is the caller's. */
struct bs_child {
	const char *folder; /* the store's */
	int (*run)(const struct bs_child *child);
	const void *context;
	void *result;
	size_t size;
	const char *progress; /* shown on a terminal while it lasts, or NULL */
};

/* Runs it. Returns what run() did, or -EUCLEAN if it crashed. */
BS_MUST_USE int bs_child_run(const struct bs_child *child);

#endif
