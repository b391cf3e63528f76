/* Small files of somebody else's, read whole and with care. */
#ifndef BS_CLI_DOCTOR_FILES_H
#define BS_CLI_DOCTOR_FILES_H

#include <stddef.h>

#include "common/base/backstop.h"

/* A small file of somebody else's, read whole. It must be a file, and a
 * symbolic link to it root's or our own. The text is malloc()ed. Returns 0,
 * -EFBIG, -ELOOP, -EISDIR for what is no file, or -errno. */
BS_MUST_USE int bs_doctor_read(const char *path, char **text, size_t *len);

/* The files of a configuration that includes others; who begins with one sets
 * the limits, and the rest to zero. */
#define BS_DOCTOR_FILES 256
struct bs_doctor_files {
	size_t count_max; /* BS_DOCTOR_FILES at most */
	unsigned depth_max;
	size_t count;
	unsigned depth;
	char *names[BS_DOCTOR_FILES]; /* malloc()ed */
};

/* Reads one as bs_doctor_read() does, whose name is kept under files->count;
 * what is opened before it is closed is included by it. Returns as that does,
 * -ELOOP beyond a limit; after 0, close it, which frees the text. */
BS_MUST_USE int bs_doctor_files_open(struct bs_doctor_files *files,
    const char *path, char **text, size_t *len);
void bs_doctor_files_close(struct bs_doctor_files *files, char *text);

/* The name of one, or "?"; and frees all names. */
const char *bs_doctor_files_name(const struct bs_doctor_files *files,
    size_t file);
void bs_doctor_files_free(struct bs_doctor_files *files);

#endif
