/* A folder of a test's own, removed with all that is in it. */
#ifndef BS_FOLDER_H
#define BS_FOLDER_H

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* Makes a folder; path has room for PATH_MAX octets. */
static inline void
folder_make(char *path, size_t size)
{
	const char *base = getenv("TMPDIR");

	snprintf(path, size, "%s/backstop-test.XXXXXX",
	    base == NULL ? "/tmp" : base);
	assert_non_null(mkdtemp(path));
}

/* Removes the files of a folder, and it. */
static inline void
folder_remove(const char *path)
{
	struct dirent *entry;
	DIR *dir = opendir(path);

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		(void)unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	assert_int_equal(rmdir(path), 0);
}

#endif
