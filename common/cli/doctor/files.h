/* Small files of somebody else's, read whole and with care. */
#ifndef BS_CLI_DOCTOR_FILES_H
#define BS_CLI_DOCTOR_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

/* Reads a small file whole. A symbolic link to it must belong to root or to
 * us. The text is malloc()ed. Returns 0; -EISDIR where it is not a regular
 * file; -ELOOP for somebody else's link; -EFBIG; or -errno. */
BS_MUST_USE int bs_doctor_read(const char *path, char **text, size_t *len);

/* Reads the beginning of a regular file, whoever's it is. Returns how much was
 * read; 0 where it cannot be. */
size_t bs_doctor_read_head(const char *path, char *out, size_t size);

/* Whether two names are of one file, or of one socket. */
bool bs_doctor_is_same_file(const char *one, const char *other);

/* Whether a user may reach a file so (access(2)), which a child finds out that
 * becomes that user. Only root can ask, and only of users that exist: else the
 * answer is yes. Returns 0 or an errno. */
int bs_doctor_try(const char *user, const char *path, int how);

/* The files of a configuration that includes others. Whoever begins with one
 * sets the limits, and the rest to zero. */
#define BS_DOCTOR_FILES 256
struct bs_doctor_files {
	size_t count_max; /* BS_DOCTOR_FILES at most */
	unsigned depth_max;
	size_t count;
	unsigned depth;
	char *names[BS_DOCTOR_FILES]; /* malloc()ed */
};

/* Reads one as bs_doctor_read() does; its number is files->count before the
 * call. A file that is opened before it is closed is one that it includes.
 * Returns as bs_doctor_read(), and -ELOOP beyond a limit. After 0, close it,
 * which frees the text. */
BS_MUST_USE int bs_doctor_files_open(struct bs_doctor_files *files,
    const char *path, char **text, size_t *len);
void bs_doctor_files_close(struct bs_doctor_files *files, char *text);

/* The name of a file, or "?". */
const char *bs_doctor_files_name(const struct bs_doctor_files *files,
    size_t file);

/* Frees all names. */
void bs_doctor_files_free(struct bs_doctor_files *files);

#endif
