/* Any octets as a file of DMARC reports: XML, gzip, zip, a mail; and cleaned in
 * pieces as whole. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/reports/scrub.h"
#include "common/reports/tidy.h"
#include "common/reports/unpack.h"
#include "tests/fuzz/fuzz.h"

static bool
tell(void *context, const struct bs_report_said *said)
{
	struct bs_report_said copy = *said;
	unsigned *count = context;

	MUST(bs_report_tidy(&copy) == 0);
	if (said->kind == BS_REPORT_ROW) {
		MUST(memchr(said->is.row.domain, '\0', BS_HOST_MAX) != NULL);
		MUST(said->is.row.fate < BS_REPORT_FATES);
	}
	return ++*count < 10000;
}

/* Returns the octets of the clean text. */
static size_t
scrub(const uint8_t *data, size_t size, size_t piece, char *out)
{
	struct bs_scrub scrub = {0};
	size_t len = 0;

	while (size > 0) {
		size_t now = size < piece ? size : piece;

		len += bs_scrub(&scrub, data, now, out + len);
		data += now;
		size -= now;
	}
	return len;
}

static void
must_be_clean(const char *text, size_t len)
{
	MUST(len == 0 || text[0] == '<');
	for (size_t i = 0; i < len; i++)
		MUST((unsigned char)text[i] >= ' ' || text[i] == '\t' ||
		     text[i] == '\n' || text[i] == '\r');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned count = 0;
	char *whole = malloc(size + BS_SCRUB_SLACK);
	char *pieces = malloc(size + BS_SCRUB_SLACK);
	size_t len;
	int fd = memfd_create("report", 0);

	MUST(fd >= 0 && whole != NULL && pieces != NULL);
	MUST(write(fd, data, size) == (ssize_t)size);
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	(void)!bs_report_unpack(fd, tell, &count);
	close(fd);
	len = scrub(data, size, size, whole);
	must_be_clean(whole, len);
	MUST(scrub(data, size, 2, pieces) == len);
	MUST(memcmp(whole, pieces, len) == 0);
	free(whole);
	free(pieces);
	return 0;
}
