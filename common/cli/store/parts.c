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
    int64_t now, bs_parts_progress *progress)
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
		if (progress != NULL)
			progress(done, entry.size);
	}
	parts->store_bytes = done;
	return rc;
}

int
bs_parts_write(struct bs_parts *parts, int fd, int store_fd, int64_t now,
    bs_parts_progress *progress)
{
	char about[128];
	struct bs_part_text *first = &parts->parts[BS_PART_ABOUT];
	struct bs_archive *archive = NULL;
	int rc = bs_archive_create(fd, &archive);

	if (rc != 0)
		return rc;
	first->len = (size_t)snprintf(about, sizeof(about),
	    "%d %" PRId64 " backstop %s\n", FORMAT, now, BS_VERSION);
	first->mode = 0600;
	first->is_there = true;
	free(first->text);
	if ((first->text = strdup(about)) == NULL)
		rc = -ENOMEM;
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
	return 0;
}

static int
put(int fd, const char *octets, size_t len)
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
    int fd, bs_parts_progress *progress)
{
	char chunk[CHUNK];
	uint64_t done = 0;
	ssize_t n;
	int rc = 0;

	while (rc == 0 &&
	       (n = bs_archive_read(archive, chunk, sizeof(chunk))) != 0) {
		if (n < 0)
			return (int)n;
		rc = put(fd, chunk, (size_t)n);
		done += (uint64_t)n;
		if (progress != NULL)
			progress(done, entry->size);
	}
	if (rc == 0 && done != entry->size)
		rc = -EUCLEAN;
	return rc;
}

/* "1 SECONDS backstop VERSION" */
static int
read_about(struct bs_parts *parts)
{
	const char *text = parts->parts[BS_PART_ABOUT].text;
	char *end = NULL;
	long format = strtol(text, &end, 10);

	if (end == text || *end != ' ')
		return -EUCLEAN;
	if (format > FORMAT)
		return -EPROTO;
	parts->made = strtoll(end + 1, NULL, 10);
	return format == FORMAT && parts->made > 0 ? 0 : -EUCLEAN;
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
    bs_parts_progress *progress)
{
	struct bs_part_text *out = &parts->parts[part];
	int rc;

	out->is_there = true;
	out->mode = entry->mode;
	if (part == BS_PART_STORE) {
		parts->store_bytes = entry->size;
		return read_store(archive, entry, store_fd, progress);
	}
	rc = read_text(archive, entry, out);
	return rc == 0 && part == BS_PART_ABOUT ? read_about(parts) : rc;
}

int
bs_parts_read(struct bs_parts *parts, int fd, int store_fd,
    bs_parts_progress *progress)
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
	if (rc != BS_ARCHIVE_END)
		return rc;
	for (int must = BS_PART_ABOUT; must <= BS_PART_STORE_KEY; must++)
		if (!parts->parts[must].is_there)
			return -EUCLEAN;
	return 0;
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
