/* Where the engine's lines are: the journal, or files of a log. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/ascii.h"
#include "common/base/libarchive.h"
#include "common/cli/progress.h"
#include "common/cli/why/source.h"

/* Octets that are read at once, and of a line; what is longer is none of
 * ours. */
#define BLOCK ((size_t)1 << 20)
#define LINE_MAX_BYTES ((size_t)1 << 16)

#define JOURNALCTL "/usr/bin/journalctl"

/* A text that comes in pieces; carry has the begun line. */
struct reader {
	const struct bs_why_search *search;
	int64_t written;
	char carry[LINE_MAX_BYTES];
	size_t carried;
	bool too_long; /* the begun line: what follows of it is passed over */
};

/* Gives on the lines in whole lines that have the needle. */
static void
find(const struct reader *reader, const char *text, size_t len)
{
	const struct bs_why_search *search = reader->search;
	size_t at = 0;

	while (at < len) {
		size_t begin = at + bs_why_needle_find(search->needle,
					text + at, len - at);
		const char *end;

		if (begin == len)
			return;
		end = memchr(text + begin, '\n', len - begin);
		at = end == NULL ? len : (size_t)(end - text);
		while (begin > 0 && text[begin - 1] != '\n')
			begin--;
		search->take(text + begin, at - begin, reader->written,
		    search->context);
		at++;
	}
}

static void
carry(struct reader *reader, const char *text, size_t len)
{
	if (len > sizeof(reader->carry) - reader->carried)
		reader->too_long = true;
	if (reader->too_long)
		return;
	memcpy(reader->carry + reader->carried, text, len);
	reader->carried += len;
}

static void
end_carried(struct reader *reader)
{
	if (!reader->too_long)
		find(reader, reader->carry, reader->carried);
	reader->carried = 0;
	reader->too_long = false;
}

static void
feed(struct reader *reader, const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);
	size_t first;
	size_t whole;

	*reader->search->read += len;
	if (end == NULL) {
		carry(reader, text, len);
		return;
	}
	first = (size_t)(end - text) + 1;
	carry(reader, text, first - 1);
	end_carried(reader);
	for (whole = len; text[whole - 1] != '\n'; whole--)
		;
	find(reader, text + first, whole - first);
	carry(reader, text + whole, len - whole);
}

/* Reads what libarchive finds, from the first octet to the last: of one format
 * alone, which is none, and with any compression, which may be none, too. */
static int
read_archive(struct archive *archive, struct reader *reader,
    struct bs_progress *progress, uint64_t bytes)
{
	struct archive_entry *entry;
	const void *block;
	size_t len;
	la_int64_t offset;
	int rc = bs_libarchive.archive_read_next_header(archive, &entry);

	if (rc == ARCHIVE_EOF)
		return 0;
	if (rc != ARCHIVE_OK)
		return -EIO;
	while ((rc = bs_libarchive.archive_read_data_block(archive, &block,
		    &len, &offset)) == ARCHIVE_OK) {
		if (len > 0)
			feed(reader, block, len);
		/* compressed octets count */
		bs_progress_show(progress,
		    (uint64_t)bs_libarchive.archive_filter_bytes(archive, -1),
		    bytes);
	}
	end_carried(reader);
	return rc == ARCHIVE_EOF ? 0 : -EIO;
}

static int
read_fd(int fd, const struct bs_why_search *search, int64_t written,
    uint64_t bytes, const char *name)
{
	struct bs_progress progress;
	struct archive *archive;
	struct reader *reader;
	int rc = bs_libarchive_load();

	if (rc != 0)
		return rc;
	archive = bs_libarchive.archive_read_new();
	reader = calloc(1, sizeof(*reader));
	rc = -ENOMEM;
	bs_progress_begin(&progress, search->progress, name);
	if (archive == NULL || reader == NULL)
		goto out;
	reader->search = search;
	reader->written = written;
	if (bs_libarchive.archive_read_support_filter_all(archive) <
		ARCHIVE_WARN ||
	    bs_libarchive.archive_read_support_format_raw(archive) !=
		ARCHIVE_OK ||
	    bs_libarchive.archive_read_support_format_empty(archive) !=
		ARCHIVE_OK)
		goto out;
	rc =
	    bs_libarchive.archive_read_open_fd(archive, fd, BLOCK) == ARCHIVE_OK
		? read_archive(archive, reader, &progress, bytes)
		: -EIO;
out:
	bs_progress_end(&progress);
	free(reader);
	bs_libarchive.archive_read_free(archive);
	return rc;
}

static int
read_file(const char *path, const struct bs_why_search *search)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc;

	if (fd == -1)
		return -errno;
	if (fstat(fd, &st) != 0)
		rc = -errno;
	else if (S_ISDIR(st.st_mode))
		rc = -EISDIR;
	else
		rc = read_fd(fd, search, (int64_t)st.st_mtime,
		    (uint64_t)st.st_size, path);
	close(fd);
	return rc;
}

/* The rotated files of a log. */

struct rotated {
	char *path;
	int64_t written;
};

struct rotation {
	struct rotated *files;
	size_t count;
	size_t room;
};

/* Whether a name goes on as logrotate adds it: ".2", "-20261130",
 * "-20261130-1764489600"; at rest is what stands behind that. */
static bool
skip_number(const char **rest)
{
	const char *at = *rest;

	if ((at[0] != '.' && at[0] != '-') || !bs_ascii_is_digit(at[1]))
		return false;
	at++;
	*rest = at + strspn(at, "0123456789-");
	return true;
}

/* Whether a name is that of the log, rotated and perhaps compressed:
 * "mail.log.2.gz", or with logrotate's "extension" "mail-20261130.log.xz". */
static bool
is_rotated(const char *name, const char *base)
{
	static const char *const ends[] = {"", ".gz", ".xz", ".bz2", ".zst",
	    ".lz4", ".lzma", ".Z"};
	const char *dot = strrchr(base, '.');
	size_t len = strlen(base);
	size_t stem = dot == NULL ? 0 : (size_t)(dot - base);
	const char *rest = name;

	if (strncmp(name, base, len) == 0)
		rest = name + len;
	if (rest == name || !skip_number(&rest)) {
		if (stem == 0 || strncmp(name, base, stem) != 0)
			return false;
		rest = name + stem;
		if (!skip_number(&rest) || strncmp(rest, dot, strlen(dot)) != 0)
			return false;
		rest += strlen(dot);
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strcmp(rest, ends[i]) == 0)
			return true;
	return false;
}

static int
add(struct rotation *rotation, const char *folder, const char *name,
    int64_t since)
{
	struct rotated *file;
	struct stat st;
	char *path;

	if (asprintf(&path, "%s%s", folder, name) == -1)
		return -ENOMEM;
	if (stat(path, &st) != 0 || (int64_t)st.st_mtime < since) {
		free(path);
		return 0;
	}
	if (rotation->count == rotation->room) {
		size_t room = rotation->room * 2 + 16;
		struct rotated *files =
		    reallocarray(rotation->files, room, sizeof(*files));

		if (files == NULL) {
			free(path);
			return -ENOMEM;
		}
		rotation->files = files;
		rotation->room = room;
	}
	file = &rotation->files[rotation->count++];
	file->path = path;
	file->written = (int64_t)st.st_mtime;
	return 0;
}

static int
by_age(const void *a, const void *b)
{
	const struct rotated *left = a;
	const struct rotated *right = b;

	if (left->written != right->written)
		return left->written < right->written ? -1 : 1;
	return strcmp(right->path, left->path);
}

/* Finds them, the oldest first. A folder that cannot be listed has none. */
static int
find_rotated(const char *path, int64_t since, struct rotation *out)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash == NULL ? path : slash + 1;
	char *folder = slash == NULL
			   ? strdup("./")
			   : strndup(path, (size_t)(slash - path) + 1);
	struct dirent *entry;
	DIR *dir;
	int rc = 0;

	if (folder == NULL)
		return -ENOMEM;
	dir = opendir(folder);
	while (dir != NULL && rc == 0 && (entry = readdir(dir)) != NULL)
		if (is_rotated(entry->d_name, base))
			rc = add(out, folder, entry->d_name, since);
	if (dir != NULL)
		closedir(dir);
	free(folder);
	if (out->count > 0)
		qsort(out->files, out->count, sizeof(*out->files), by_age);
	return rc;
}

/* Reads a file, and keeps in status what went wrong first. */
static void
read_or_complain(const char *path, const struct bs_why_search *search,
    int *status)
{
	int rc = strcmp(path, "-") == 0 ? read_fd(STDIN_FILENO, search,
					      search->now, 0, "standard input")
					: read_file(path, search);
	int said = rc == 0 ? 0 : search->complain(path, rc);

	if (*status == 0)
		*status = said;
}

int
bs_why_read_log(const char *path, const struct bs_why_search *search)
{
	struct rotation rotation = {.count = 0};
	int status = 0;
	int rc = bs_libarchive_load();

	if (rc != 0)
		return search->complain(path, rc);
	rc = find_rotated(path, search->since, &rotation);
	if (rc != 0)
		status = search->complain(path, rc);
	for (size_t i = 0; i < rotation.count; i++) {
		read_or_complain(rotation.files[i].path, search, &status);
		free(rotation.files[i].path);
	}
	free(rotation.files);
	read_or_complain(path, search, &status);
	return status;
}

/* The journal. */

static _Noreturn void
become_journalctl(int64_t since, int out)
{
	char since_option[48];
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	snprintf(since_option, sizeof(since_option), "--since=@%" PRId64,
	    since);
	if (setsid() < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0)
		_exit(127);
	execl(JOURNALCTL, "journalctl", "--quiet", "--no-pager",
	    "--output=short-unix", since_option,
	    "_SYSTEMD_UNIT=backstopd.service", (char *)NULL);
	_exit(127);
}

int
bs_why_read_journal(const struct bs_why_search *search)
{
	uint64_t before = *search->read;
	int ends[2];
	int status = 0;
	pid_t child;
	int rc;

	if (access(JOURNALCTL, X_OK) != 0 ||
	    (access("/var/log/journal", F_OK) != 0 &&
		access("/run/log/journal", F_OK) != 0))
		return -ENOENT;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	if ((child = fork()) == 0)
		become_journalctl(search->since, ends[1]);
	close(ends[1]);
	rc = child == -1 ? -errno
			 : read_fd(ends[0], search, search->now, 0, "journal");
	close(ends[0]);
	if (child != -1)
		while (waitpid(child, &status, 0) == -1 && errno == EINTR)
			;
	/* it exits 1 where it may not look, and also where it finds nothing */
	if (rc == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) > 1))
		rc = -EIO;
	else if (rc == 0 && WEXITSTATUS(status) == 1 && *search->read == before)
		rc = -EACCES;
	return rc;
}
