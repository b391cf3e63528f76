/* Any octets as a question and as an answer: decode, encode, decode. */
#include <errno.h>
#include <string.h>

#include "common/pure/wire.h"
#include "tests/fuzz/fuzz.h"

/* What a reader of the stream sees of the same octets: the frame is all of
 * them if they were decoded. */
static void
check_frame(const char *text, size_t size, int decoded)
{
	size_t len = 0;
	int rc = bs_wire_frame(text, size, &len);

	MUST(rc == 0 || rc == BS_WIRE_MORE || rc == -EMSGSIZE);
	if (rc == 0)
		MUST(len > 0 && len <= size && len <= BS_WIRE_MAX &&
		     text[len - 1] == '\n');
	if (decoded == 0)
		MUST(rc == 0 && len == size);
}

/* Octet for octet: both were zeros at first, so even what pads the members is
 * the same. */
static void
same_octets(const void *a, const void *b, size_t size)
{
	MUST(memcmp(a, b, size) == 0);
}

static void
check_request(const char *text, size_t size)
{
	struct bs_request first;
	struct bs_request second;
	char out[BS_WIRE_MAX];
	int len;
	int rc = bs_request_decode(text, size, &first);

	check_frame(text, size, rc);
	if (rc != 0) {
		MUST(rc == -EINVAL || rc == -EMSGSIZE || rc == -EPROTO);
		return;
	}
	MUST(first.version == BS_WIRE_VERSION);
	len = bs_request_encode(&first, out, sizeof(out));
	MUST(len > 0);
	MUST(bs_request_decode(out, (size_t)len, &second) == 0);
	same_octets(&first, &second, sizeof(first));
}

static void
check_answer(const char *text, size_t size)
{
	struct bs_answer first;
	struct bs_answer second;
	char out[BS_WIRE_MAX];
	int len;
	int rc = bs_answer_decode(text, size, &first);

	check_frame(text, size, rc);
	if (rc != 0) {
		MUST(rc == -EINVAL || rc == -EMSGSIZE);
		return;
	}
	len = bs_answer_encode(&first, out, sizeof(out));
	MUST(len > 0);
	MUST(bs_answer_decode(out, (size_t)len, &second) == 0);
	same_octets(&first, &second, sizeof(first));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_request((const char *)data, size);
	check_answer((const char *)data, size);
	return 0;
}
