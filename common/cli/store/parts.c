/* What a backup holds: the parts, by their names in the archive. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/cli/store/archive.h"
#include "common/cli/store/parts.h"
#include "common/keys/mac.h"

#define FORMAT 1
#define TEXT_MAX ((size_t)4 << 20)
#define CHUNK 65536

/* The first part: a line, and one for each part. */
#define ABOUT_MAX 1024

/* No other name is ever written to: where a part goes is not for the archive
 * to say. */
static const char *const names[BS_PARTS] = {
    [BS_PART_ABOUT] = "backstop-backup",
    [BS_PART_CONFIG] = "backstop.conf",
    [BS_PART_KEYRING] = "keyring",
    [BS_PART_STORE_KEY] = "store.key",
    [BS_PART_ACCEPTED] = "accepted",
    [BS_PART_STORE] = "store/data.mdb",
};

const char *
bs_parts_name(enum bs_part part)
{
	return names[part];
}

int
bs_parts_take(struct bs_parts *parts, enum bs_part part, const char *path)
{
	struct bs_part_text *out = &parts->parts[part];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int rc;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0)
		rc = -errno;
	else if ((out->text = malloc(TEXT_MAX)) == NULL)
		rc = -ENOMEM;
	else
		rc = bs_file_read(fd, out->text, TEXT_MAX, &out->len);
	out->mode = st.st_mode & 07777;
	out->is_there = rc == 0;
	close(fd);
	return rc;
}

static int
write_text(struct bs_archive *archive, enum bs_part part,
    const struct bs_part_text *text, int64_t now)
{
	struct bs_archive_entry entry = {.mode = text->mode, .size = text->len};
	int rc;

	if (!text->is_there)
		return 0;
	snprintf(entry.name, sizeof(entry.name), "%s", names[part]);
	if ((rc = bs_archive_add(archive, &entry, now)) != 0)
		return rc;
	return bs_archive_write(archive, text->text, text->len);
}

static int
write_store(struct bs_archive *archive, struct bs_parts *parts, int fd,
    int64_t now, struct bs_progress *progress)
{
	struct bs_archive_entry entry = {.mode = 0600};
	char chunk[CHUNK];
	struct stat st;
	uint64_t done = 0;
	ssize_t n;
	int rc;

	if (fstat(fd, &st) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		return -errno;
	snprintf(entry.name, sizeof(entry.name), "%s", names[BS_PART_STORE]);
	entry.size = (uint64_t)st.st_size;
	rc = bs_archive_add(archive, &entry, now);
	while (rc == 0 && (n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0) {
			rc = errno == EINTR ? 0 : -errno;
			continue;
		}
		rc = bs_archive_write(archive, chunk, (size_t)n);
		done += (uint64_t)n;
		bs_progress_show(progress, done, entry.size);
	}
	parts->store_bytes = done;
	return rc;
}

/* The digest of all that a file holds. */
static int
digest_file(int fd, char out[static BS_DIGEST_TEXT])
{
	struct bs_digest digest;
	char chunk[CHUNK];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) != 0)
		return -errno;
	bs_digest_begin(&digest);
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n > 0)
			bs_digest_add(&digest, chunk, (size_t)n);
		else if (errno != EINTR)
			return -errno;
	}
	bs_digest_end(&digest, out);
	return 0;
}

/* Adds the line of a part's digest. */
static void
add_digest(struct bs_part_text *first, const char *digest, const char *name)
{
	first->len += (size_t)snprintf(first->text + first->len,
	    ABOUT_MAX - first->len, "%s %s\n", digest, name);
}

/* Writes the first part: read_about(). */
static int
make_about(struct bs_parts *parts, int store_fd, int64_t now)
{
	struct bs_part_text *first = &parts->parts[BS_PART_ABOUT];
	char digest[BS_DIGEST_TEXT];
	int rc;

	free(first->text);
	if ((first->text = calloc(1, ABOUT_MAX)) == NULL)
		return -ENOMEM;
	first->mode = 0600;
	first->is_there = true;
	first->len = (size_t)snprintf(first->text, ABOUT_MAX,
	    "%d %" PRId64 " backstop %s\n", FORMAT, now, BS_VERSION);
	for (int part = BS_PART_CONFIG; part < BS_PART_STORE; part++) {
		const struct bs_part_text *text = &parts->parts[part];

		if (!text->is_there)
			continue;
		bs_digest_of(text->text, text->len, digest);
		add_digest(first, digest, names[part]);
	}
	if (store_fd >= 0) {
		if ((rc = digest_file(store_fd, digest)) != 0)
			return rc;
		add_digest(first, digest, names[BS_PART_STORE]);
	}
	bs_digest_of(first->text, first->len, digest);
	add_digest(first, digest, names[BS_PART_ABOUT]);
	return 0;
}

int
bs_parts_write(struct bs_parts *parts, int fd, int store_fd, int64_t now,
    struct bs_progress *progress)
{
	struct bs_archive *archive = NULL;
	int rc = bs_archive_create(fd, &archive);

	if (rc != 0)
		return rc;
	rc = make_about(parts, store_fd, now);
	for (int part = 0; rc == 0 && part < BS_PART_STORE; part++)
		rc = write_text(archive, (enum bs_part)part,
		    &parts->parts[part], now);
	if (rc == 0 && store_fd >= 0)
		rc = write_store(archive, parts, store_fd, now, progress);
	if (rc == 0)
		rc = bs_archive_finish(archive);
	bs_archive_close(archive);
	return rc;
}

/* Returns the part of a name, or -EPROTO. */
static int
find_part(const char *name)
{
	for (int part = 0; part < BS_PARTS; part++)
		if (strcmp(names[part], name) == 0)
			return part;
	return -EPROTO;
}

/* Reads all of an entry, which must be as long as it says. */
static int
read_text(struct bs_archive *archive, const struct bs_archive_entry *entry,
    struct bs_part_text *out)
{
	ssize_t n;

	if (entry->size >= TEXT_MAX)
		return -EUCLEAN;
	if ((out->text = calloc(1, entry->size + 1)) == NULL)
		return -ENOMEM;
	while (out->len < entry->size) {
		n = bs_archive_read(archive, out->text + out->len,
		    entry->size - out->len);
		if (n <= 0)
			return n < 0 ? (int)n : -EUCLEAN;
		out->len += (size_t)n;
	}
	bs_digest_of(out->text, out->len, out->digest);
	return 0;
}

int
bs_parts_put(int fd, const char *octets, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, octets, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			octets += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static int
read_store(struct bs_archive *archive, const struct bs_archive_entry *entry,
    int fd, char out[static BS_DIGEST_TEXT], struct bs_progress *progress)
{
	struct bs_digest digest;
	char chunk[CHUNK];
	uint64_t done = 0;
	ssize_t n;
	int rc = 0;

	bs_digest_begin(&digest);
	while (rc == 0 &&
	       (n = bs_archive_read(archive, chunk, sizeof(chunk))) != 0) {
		if (n < 0)
			return (int)n;
		rc = bs_parts_put(fd, chunk, (size_t)n);
		bs_digest_add(&digest, chunk, (size_t)n);
		done += (uint64_t)n;
		bs_progress_show(progress, done, entry->size);
	}
	bs_digest_end(&digest, out);
	if (rc == 0 && done != entry->size)
		rc = -EUCLEAN;
	return rc;
}

/* Reads the line of a digest, which begins at offset *at of the first part, and
 * moves behind it. The last one is of all before it. Returns 0 or -EUCLEAN. */
static int
read_digest(struct bs_parts *parts, size_t *at)
{
	struct bs_part_text *first = &parts->parts[BS_PART_ABOUT];
	const char *line = first->text + *at;
	const char *end = memchr(line, '\n', first->len - *at);
	char name[BS_ARCHIVE_NAME];
	size_t len = end == NULL ? 0 : (size_t)(end - line);
	struct bs_part_text *text;
	int part;

	if (len <= BS_DIGEST_LEN + 1 || line[BS_DIGEST_LEN] != ' ' ||
	    len - BS_DIGEST_LEN > sizeof(name))
		return -EUCLEAN;
	snprintf(name, sizeof(name), "%.*s", (int)(len - BS_DIGEST_LEN - 1),
	    line + BS_DIGEST_LEN + 1);
	if ((part = find_part(name)) < 0)
		return -EUCLEAN;
	text = &parts->parts[part];
	if (text->said[0] != '\0')
		return -EUCLEAN;
	memcpy(text->said, line, BS_DIGEST_LEN);
	if (part == BS_PART_ABOUT)
		bs_digest_of(first->text, *at, first->digest);
	*at += len + 1;
	return part == BS_PART_ABOUT && *at != first->len ? -EUCLEAN : 0;
}

/* "1 SECONDS backstop VERSION", and for each part "DIGEST NAME": its own comes
 * last. */
static int
read_about(struct bs_parts *parts)
{
	const struct bs_part_text *first = &parts->parts[BS_PART_ABOUT];
	const char *text = first->text;
	char *end = NULL;
	long format = strtol(text, &end, 10);
	size_t at;
	int rc = 0;

	if (end == text || *end != ' ')
		return -EUCLEAN;
	if (format > FORMAT)
		return -EPROTO;
	parts->made = strtoll(end + 1, NULL, 10);
	if (format != FORMAT || parts->made <= 0)
		return -EUCLEAN;
	at = strcspn(text, "\n") + 1;
	while (rc == 0 && at < first->len)
		rc = read_digest(parts, &at);
	return rc == 0 && first->said[0] == '\0' ? -EUCLEAN : rc;
}

/* Whether an entry may come: each part once, and the first of all first. No
 * entry is longer than the whole file. */
static int
check_entry(const struct bs_parts *parts, const struct bs_archive_entry *entry,
    uint64_t whole)
{
	int part = find_part(entry->name);
	bool has_begun = parts->parts[BS_PART_ABOUT].is_there;

	if (!has_begun && part != BS_PART_ABOUT)
		return -EUCLEAN;
	if (part < 0)
		return part;
	return parts->parts[part].is_there || entry->size > whole ? -EUCLEAN
								  : part;
}

static int
read_entry(struct bs_parts *parts, struct bs_archive *archive,
    const struct bs_archive_entry *entry, int part, int store_fd,
    struct bs_progress *progress)
{
	struct bs_part_text *out = &parts->parts[part];
	int rc;

	out->is_there = true;
	out->mode = entry->mode;
	if (part == BS_PART_STORE) {
		parts->store_bytes = entry->size;
		return read_store(archive, entry, store_fd, out->digest,
		    progress);
	}
	rc = read_text(archive, entry, out);
	return rc == 0 && part == BS_PART_ABOUT ? read_about(parts) : rc;
}

/* Those parts are there that must be, and that had a digest when the backup was
 * written; and they are what they were then. */
static int
check_parts(struct bs_parts *parts)
{
	const struct bs_part_text *all = parts->parts;

	for (int part = 0; part < BS_PARTS; part++)
		if (all[part].is_there != (all[part].said[0] != '\0') ||
		    (part <= BS_PART_STORE_KEY && !all[part].is_there))
			return -EUCLEAN;
	for (int part = 0; part < BS_PARTS; part++)
		if (strcmp(all[part].digest, all[part].said) != 0) {
			parts->bad = (enum bs_part)part;
			return -EBADMSG;
		}
	return 0;
}

int
bs_parts_read(struct bs_parts *parts, int fd, int store_fd,
    struct bs_progress *progress)
{
	struct bs_archive *archive = NULL;
	struct bs_archive_entry entry;
	struct stat st;
	int part;
	int rc;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EUCLEAN;
	if ((rc = bs_archive_open(fd, &archive)) != 0)
		return rc;
	while ((rc = bs_archive_next(archive, &entry)) == 0) {
		part = check_entry(parts, &entry, (uint64_t)st.st_size);
		rc = part < 0 ? part
			      : read_entry(parts, archive, &entry, part,
				    store_fd, progress);
		if (rc != 0)
			break;
	}
	bs_archive_close(archive);
	return rc == BS_ARCHIVE_END ? check_parts(parts) : rc;
}

void
bs_parts_free(struct bs_parts *parts)
{
	for (int part = 0; part < BS_PARTS; part++) {
		struct bs_part_text *text = &parts->parts[part];

		if (text->text != NULL)
			bs_mac_wipe(text->text, text->len);
		free(text->text);
	}
	memset(parts, 0, sizeof(*parts));
}
