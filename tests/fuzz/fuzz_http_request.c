/* A request by HTTP: what is answered by metrics is whole, and asks for them;
 * and in pieces it is the same as at once. */
#include <string.h>

#include "common/cli/metrics/http_request.h"
#include "tests/fuzz/fuzz.h"

/* Whether it ends by an empty line. */
static bool
is_whole(const char *text, size_t size)
{
	return memmem(text, size, "\n\r\n", 3) != NULL ||
	       memmem(text, size, "\n\n", 2) != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	bool is_head;
	bool was_head;
	enum bs_http_status status = bs_http_request_read(text, size, &is_head);
	enum bs_http_status piece = BS_HTTP_UNFINISHED;
	size_t n = 0;

	MUST(status < BS_HTTP_TROUBLE);
	if (status == BS_HTTP_OK) {
		MUST(is_whole(text, size));
		MUST(memmem(text, size, "/metrics", 8) != NULL);
		MUST(memmem(text, size, is_head ? "HEAD " : "GET ",
			 is_head ? 5 : 4) != NULL);
	}
	if (status == BS_HTTP_UNFINISHED)
		MUST(size < BS_HTTP_REQUEST_MAX);
	/* in pieces of a growing length, as reading each octet is slow */
	while (piece == BS_HTTP_UNFINISHED && n < size) {
		n += 1 + n / 16;
		if (n > size)
			n = size;
		piece = bs_http_request_read(text, n, &was_head);
	}
	MUST(piece == status);
	MUST(size == 0 || was_head == is_head || status == BS_HTTP_BAD);
	return 0;
}
