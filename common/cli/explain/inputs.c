/* The files to explain: as named, and those in folders. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cli/explain/inputs.h"
#include "common/cli/output.h"
#include "common/mail/unquote.h"

#define MAX_BYTES ((size_t)64 * 1024 * 1024)
#define CHUNK_BYTES 65536

const char *
bs_explain_inputs_name(const struct bs_explain_input *input)
{
	return input->path != NULL ? input->path : "standard input";
}

/* Adds an input, and takes path over. */
static int
add(struct bs_explain_inputs *inputs, char *path, bool is_found)
{
	struct bs_explain_input *grown = inputs->items;
	size_t size = inputs->size;

	if (inputs->count == size) {
		size = size == 0 ? 16 : size * 2;
		grown = reallocarray(grown, size, sizeof(*grown));
		if (grown == NULL) {
			free(path);
			return -ENOMEM;
		}
		inputs->items = grown;
		inputs->size = size;
	}
	grown[inputs->count++] = (struct bs_explain_input){.path = path,
	    .is_found = is_found,
	    .is_kept = path == NULL};
	return 0;
}

static char *
join(const char *folder, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

/* Whether a path is a folder; a symbolic link counts only where the person
 * named it. */
static bool
is_folder(const char *path, bool is_named)
{
	struct stat st;

	return (is_named ? stat(path, &st) : lstat(path, &st)) == 0 &&
	       S_ISDIR(st.st_mode);
}

static bool
is_file(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool
is_maildir(const char *path)
{
	char *cur = join(path, "cur");
	char *new = join(path, "new");
	bool found = cur != NULL && new != NULL &&is_folder(cur, false) &&
		     is_folder(new, false);

	free(cur);
	free(new);
	return found;
}

static int
compare(const struct dirent **one, const struct dirent **other)
{
	return strcmp((*one)->d_name, (*other)->d_name);
}

/* Whether a folder in a folder is looked into. Of a Maildir, what is neither
 * cur nor new nor a mailbox of its own is an index, or holds what is still
 * being written. */
static bool
is_looked_into(const char *path, const char *name, bool in_maildir)
{
	if (is_maildir(path))
		return true;
	if (in_maildir)
		return strcmp(name, "cur") == 0 || strcmp(name, "new") == 0;
	return name[0] != '.';
}

/* Takes one entry of a folder: a file, or a folder that is looked into later.
 */
static int
take_entry(struct bs_explain_inputs *inputs, struct bs_explain_inputs *folders,
    const char *folder, const char *name, bool in_maildir)
{
	struct bs_explain_inputs *to = NULL;
	char *path;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	if ((path = join(folder, name)) == NULL)
		return -ENOMEM;
	if (is_folder(path, false)) {
		if (is_looked_into(path, name, in_maildir))
			to = folders;
	} else if (!in_maildir && name[0] != '.' && is_file(path)) {
		to = inputs;
	}
	if (to != NULL)
		return add(to, path, true);
	free(path);
	return 0;
}

static int
list_folder(struct bs_explain_inputs *inputs, struct bs_explain_inputs *folders,
    const char *path)
{
	struct dirent **entries;
	bool in_maildir = is_maildir(path);
	int count;
	int rc = 0;

	if ((count = scandir(path, &entries, NULL, compare)) < 0) {
		rc = -errno;
		bs_complain("%s: %s", path, strerror(-rc));
		return rc;
	}
	for (int i = 0; i < count; i++) {
		int one = take_entry(inputs, folders, path, entries[i]->d_name,
		    in_maildir);

		if (rc == 0)
			rc = one;
		free(entries[i]);
	}
	free(entries);
	return rc;
}

/* Lists a folder, and the folders in it behind it. Takes path over. */
static int
list_folders(struct bs_explain_inputs *inputs, char *path)
{
	struct bs_explain_inputs folders = {0};
	int rc = add(&folders, path, false);

	for (size_t i = 0; i < folders.count; i++) {
		int one = list_folder(inputs, &folders, folders.items[i].path);

		if (rc == 0)
			rc = one;
	}
	bs_explain_inputs_free(&folders);
	return rc;
}

int
bs_explain_inputs_list(struct bs_explain_inputs *out, char **words,
    size_t count)
{
	int rc = count == 0 ? add(out, NULL, false) : 0;

	for (size_t i = 0; i < count; i++) {
		char *path = NULL;
		int one;

		if (strcmp(words[i], "-") != 0 &&
		    (path = strdup(words[i])) == NULL)
			return -ENOMEM;
		one = path != NULL && is_folder(path, true)
			  ? list_folders(out, path)
			  : add(out, path, false);
		if (rc == 0)
			rc = one;
	}
	if (out->count == 1)
		out->items[0].is_kept = true;
	return rc;
}

void
bs_explain_inputs_free(struct bs_explain_inputs *inputs)
{
	for (size_t i = 0; i < inputs->count; i++) {
		free(inputs->items[i].path);
		free(inputs->items[i].text);
	}
	free(inputs->items);
}

/* Reads until the end. Returns 0, -EFBIG or -errno. */
static int
read_all(int fd, char **text, size_t *len)
{
	size_t size = 0;
	ssize_t n = 1;
	char *grown;

	while (n != 0) {
		if (*len == MAX_BYTES)
			return -EFBIG;
		if (*len == size) {
			size += size < CHUNK_BYTES ? CHUNK_BYTES : size;
			if ((grown = realloc(*text, size)) == NULL)
				return -ENOMEM;
			*text = grown;
		}
		if ((n = read(fd, *text + *len, size - *len)) < 0) {
			if (errno != EINTR)
				return -errno;
			continue;
		}
		*len += (size_t)n;
	}
	return 0;
}

/* What was found in a folder may have become something else by now: a link to
 * a file of root's, a pipe that nobody writes to. */
static int
open_input(const struct bs_explain_input *input)
{
	int flags = input->is_found ? O_NOFOLLOW | O_NONBLOCK : 0;
	int fd = open(input->path, O_RDONLY | O_CLOEXEC | flags);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (input->is_found && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

static char *
copy_of(const char *text, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);

	return copy == NULL ? NULL : memcpy(copy, text, len);
}

int
bs_explain_inputs_read(struct bs_explain_input *input, char **text, size_t *len)
{
	int fd = STDIN_FILENO;
	int rc;

	*text = NULL;
	*len = 0;
	if (input->text != NULL) {
		*len = input->len;
		*text = copy_of(input->text, input->len);
		return *text == NULL ? -ENOMEM : 0;
	}
	if (input->path != NULL && (fd = open_input(input)) < 0)
		return fd;
	rc = read_all(fd, text, len);
	if (input->path != NULL)
		close(fd);
	if (rc == 0)
		*len = bs_unquote_clean(*text, *len);
	if (rc == 0 && input->is_kept) {
		input->len = *len;
		input->text = copy_of(*text, *len);
		rc = input->text == NULL ? -ENOMEM : 0;
	}
	if (rc != 0) {
		free(*text);
		*text = NULL;
	}
	return rc;
}
