/* Finds reports in a file: plain, packed, or in mails.
 *
 * What a file is shows by its octets: senders call gzip zip, and XML gzip. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/base/libarchive.h"
#include "common/mail/parts.h"
#include "common/reports/unpack.h"
#include "common/reports/xml.h"

#define BLOCK 16384

/* An archive in a mail in an archive in a mail. */
#define DEPTH_MAX 4

/* Of one file, unpacked; a year of reports has less. */
#define OCTETS_MAX (INT64_C(2) << 30)
#define ENTRIES_MAX 1000

/* What has to be in memory as a whole: a mailbox, or an archive in one. */
#define WHOLE_MAX ((size_t)96 << 20)

/* Octets at the start of a text in which its first element stands. */
#define START_MAX 1024

/* What was found within something else, to be unpacked when that is done. */
struct found {
	struct found *next;
	uint8_t *octets;
	size_t len;
	unsigned depth;
};

struct unpack {
	bs_report_tell *tell;
	void *context;
	unsigned depth; /* of what is unpacked now */
	struct found *found;
	size_t found_octets;
	unsigned reports; /* texts that were read as one */
	unsigned entries;
	int64_t octets;
	int rc;
};

static void BS_PRINTF(2, 3)
    tell_fault(struct unpack *all, const char *format, ...)
{
	struct bs_report_said said = {.kind = BS_REPORT_FAULT};
	va_list args;

	va_start(args, format);
	vsnprintf(said.is.fault.text, sizeof(said.is.fault.text), format, args);
	va_end(args);
	if (!all->tell(all->context, &said))
		all->rc = -ECANCELED;
}

/* Whether more may be unpacked. */
static bool
count(struct unpack *all, size_t octets)
{
	if (all->rc == 0 && all->octets > OCTETS_MAX) {
		tell_fault(all,
		    "it unpacks to more than %lld octets: not all "
		    "was read",
		    (long long)OCTETS_MAX);
		all->rc = -ECANCELED;
	}
	all->octets += (int64_t)octets;
	return all->rc == 0;
}

/* Whether a text begins as XML does: with '<', whatever the width of its
 * characters, behind white space and a mark. */
static bool
is_xml(const uint8_t *octets, size_t len)
{
	for (size_t i = 0; i < len && i < START_MAX; i++) {
		if (octets[i] == '<')
			return true;
		if (octets[i] < 0x80 && octets[i] != 0 &&
		    strchr(" \t\r\n", octets[i]) == NULL)
			return false;
	}
	return false;
}

/* Whether "feedback" stands near the start: a mail has HTML, too. */
static bool
names_feedback(const char *octets, size_t len)
{
	static const char word[] = "feedback";
	size_t found = 0;

	for (size_t i = 0; i < len && i < START_MAX && word[found] != '\0';
	     i++) {
		if (bs_ascii_lower(octets[i]) == word[found])
			found++;
		else if (octets[i] != '\0') /* half of UTF-16 */
			found = bs_ascii_lower(octets[i]) == word[0];
	}
	return word[found] == '\0';
}

static bool
is_packed(const uint8_t *octets, size_t len)
{
	return len > 4 && ((octets[0] == 0x1f && octets[1] == 0x8b) ||
			      memcmp(octets, "PK\3\4", 4) == 0);
}

/* The block at hand and all that follow it in an entry, one after the other.
 * Returns false at the end, or where the archive is broken. */
struct entry {
	struct unpack *all;
	struct archive *archive;
	uint8_t block[BLOCK];
	size_t len;
};

static const char *
reason(struct archive *archive)
{
	const char *why = archive == NULL
			      ? "out of memory"
			      : bs_libarchive.archive_error_string(archive);

	return why == NULL ? "it is damaged" : why;
}

static bool
next_block(struct entry *entry)
{
	la_ssize_t len = bs_libarchive.archive_read_data(entry->archive,
	    entry->block, BLOCK);

	entry->len = len > 0 ? (size_t)len : 0;
	if (len < 0 && entry->all->rc == 0)
		tell_fault(entry->all, "it breaks off: %.100s",
		    reason(entry->archive));
	return entry->len > 0 && count(entry->all, entry->len);
}

static void
read_xml(struct entry *entry)
{
	struct unpack *all = entry->all;
	struct bs_report_xml *xml = bs_report_xml_new(all->tell, all->context);
	int rc;

	if (xml == NULL) {
		tell_fault(all, "out of memory");
		return;
	}
	all->reports++;
	do
		rc = bs_report_xml_feed(xml, entry->block, entry->len);
	while (rc == 0 && next_block(entry));
	if (rc == 0 && all->rc == 0)
		rc = bs_report_xml_end(xml);
	if (rc == -ECANCELED)
		all->rc = rc;
	bs_report_xml_free(xml);
}

/* Reads an entry whole. Returns malloc()ed memory with room for a few octets
 * more, or NULL after the fault. */
static uint8_t *
read_whole(struct entry *entry, size_t *len)
{
	uint8_t *whole = NULL;
	size_t room = 0;

	*len = 0;
	do {
		if (*len + entry->len + BS_PART_SLACK > room) {
			uint8_t *grown;

			room = 2 * room + 4 * BLOCK;
			grown =
			    room > 2 * WHOLE_MAX ? NULL : realloc(whole, room);
			if (grown == NULL) {
				tell_fault(entry->all,
				    "it is too large to be read as a mail or "
				    "an archive in an archive");
				free(whole);
				return NULL;
			}
			whole = grown;
		}
		memcpy(whole + *len, entry->block, entry->len);
		*len += entry->len;
	} while (next_block(entry));
	return whole;
}

/* Takes malloc()ed octets over, to unpack them later. */
static void
keep(struct unpack *all, uint8_t *octets, size_t len)
{
	struct found *found = NULL;

	if (all->depth == DEPTH_MAX)
		tell_fault(all, "archives in archives, over %d deep",
		    DEPTH_MAX);
	else if (len > WHOLE_MAX - all->found_octets)
		tell_fault(all, "too much is packed in it: not all was read");
	else if ((found = malloc(sizeof(*found))) == NULL)
		tell_fault(all, "out of memory");
	if (found == NULL) {
		free(octets);
		return;
	}
	*found = (struct found){all->found, octets, len, all->depth + 1};
	all->found = found;
	all->found_octets += len;
}

/* A part of a mail, if it may hold a report. */
static void
read_part(struct unpack *all, const struct bs_part *part)
{
	char *out = malloc(part->body.len + BS_PART_SLACK);
	size_t len;

	if (out == NULL) {
		tell_fault(all, "out of memory");
		return;
	}
	len = bs_part_decode(part, out);
	if (is_packed((uint8_t *)out, len) ||
	    (part->type == BS_PART_OTHER && is_xml((uint8_t *)out, len) &&
		names_feedback(out, len)))
		keep(all, (uint8_t *)out, len);
	else
		free(out);
}

static void
read_message(struct unpack *all, struct bs_slice message)
{
	struct bs_part part;
	size_t at = 0;

	bs_part_whole(message.text, message.len, &part);
	read_part(all, &part);
	while (
	    all->rc == 0 && bs_part_next(message.text, message.len, &at, &part))
		read_part(all, &part);
}

/* A mail, or a mailbox of them. */
static void
read_mails(struct unpack *all, char *text, size_t len)
{
	const struct found *before = all->found;
	struct bs_slice envelope;
	struct bs_slice message;
	size_t at = 0;

	len = bs_unquote_clean(text, len);
	while (all->rc == 0 &&
	       bs_unquote_next(text, len, &at, &envelope, &message))
		read_message(all, message);
	if (all->found == before && all->rc == 0)
		tell_fault(all, "no DMARC aggregate report is in it: neither "
				"XML nor gzip nor zip nor a mail with one");
}

static void
read_entry(struct entry *entry)
{
	struct unpack *all = entry->all;
	uint8_t *whole;
	size_t len;

	if (!next_block(entry))
		return;
	if (is_xml(entry->block, entry->len)) {
		read_xml(entry);
		return;
	}
	if ((whole = read_whole(entry, &len)) == NULL)
		return;
	if (is_packed(whole, len)) {
		keep(all, whole, len);
		return;
	}
	if (all->rc == 0)
		read_mails(all, (char *)whole, len);
	free(whole);
}

/* Takes an open archive apart. */
static void
unpack(struct unpack *all, struct archive *archive)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	struct archive_entry *head;
	int rc = ARCHIVE_OK;

	if (entry == NULL) {
		tell_fault(all, "out of memory");
		return;
	}
	*entry = (struct entry){.all = all, .archive = archive};
	while (all->rc == 0 &&
	       (rc = bs_libarchive.archive_read_next_header(archive, &head)) >=
		   ARCHIVE_WARN &&
	       rc != ARCHIVE_EOF) {
		if (++all->entries > ENTRIES_MAX) {
			tell_fault(all,
			    "more than %d files in one: not all "
			    "were read",
			    ENTRIES_MAX);
			all->rc = -ECANCELED;
		}
		if (bs_libarchive.archive_entry_filetype(head) != AE_IFDIR &&
		    all->rc == 0)
			read_entry(entry);
	}
	if (rc < ARCHIVE_WARN && all->rc == 0)
		tell_fault(all, "it cannot be unpacked: %.100s",
		    reason(archive));
	free(entry);
}

/* Returns NULL without memory, or without libarchive. */
static struct archive *
new_archive(void)
{
	struct archive *archive;

	if (bs_libarchive_load() != 0 ||
	    (archive = bs_libarchive.archive_read_new()) == NULL)
		return NULL;
	(void)bs_libarchive.archive_read_support_filter_gzip(archive);
	(void)bs_libarchive.archive_read_support_format_zip(archive);
	(void)bs_libarchive.archive_read_support_format_raw(archive);
	(void)bs_libarchive.archive_read_support_format_empty(archive);
	return archive;
}

static void
unpack_found(struct unpack *all)
{
	struct found *found = all->found;
	struct archive *archive;

	all->found = found->next;
	all->found_octets -= found->len;
	all->depth = found->depth;
	archive = all->rc == 0 ? new_archive() : NULL;
	if (archive != NULL && bs_libarchive.archive_read_open_memory(archive,
				   found->octets, found->len) == ARCHIVE_OK)
		unpack(all, archive);
	else if (all->rc == 0)
		tell_fault(all, "it cannot be unpacked: %.100s",
		    reason(archive));
	if (archive != NULL)
		(void)bs_libarchive.archive_read_free(archive);
	free(found->octets);
	free(found);
}

int
bs_report_unpack(int fd, bs_report_tell *tell, void *context)
{
	struct unpack all = {.tell = tell, .context = context};
	struct archive *archive = new_archive();

	if (archive != NULL && bs_libarchive.archive_read_open_fd(archive, fd,
				   BLOCK) == ARCHIVE_OK)
		unpack(&all, archive);
	else
		tell_fault(&all, "it cannot be read: %.100s", reason(archive));
	if (archive != NULL)
		(void)bs_libarchive.archive_read_free(archive);
	while (all.found != NULL)
		unpack_found(&all);
	return all.rc;
}
