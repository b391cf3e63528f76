/* Any octets as a question and as an answer: decode, encode, decode. */
#include <errno.h>
#include <string.h>

#include "common/adapter/wire.h"
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

/* That there was more than a list has room for is not written again. */
static void
forget_what_was_cut(struct bs_request *request)
{
	request->message_ids.truncated = false;
	request->original_recipients.truncated = false;
	request->final_recipients.truncated = false;
	request->recipient_domains.truncated = false;
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
	forget_what_was_cut(&first);
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
	first.samples.truncated = false;
	len = bs_answer_encode(&first, out, sizeof(out));
	MUST(len > 0);
	MUST(bs_answer_decode(out, (size_t)len, &second) == 0);
	same_octets(&first, &second, sizeof(first));
}

static void
put(const char *text, size_t size, char *out, size_t room)
{
	size_t len = size < room - 1 ? size : room - 1;

	memcpy(out, text, len);
	out[len] = '\0';
}

/* Any octets as what a stranger's message says: the question is asked, with
 * what it has room for. */
static void
check_evidence(const char *text, size_t size)
{
	struct bs_request told = {.version = BS_WIRE_VERSION,
	    .op = BS_OP_DATA,
	    .has_sender = true};
	struct bs_request heard;
	char out[BS_WIRE_MAX];
	int len;

	put(text, size, told.return_path, sizeof(told.return_path));
	put(text, size, told.header_from, sizeof(told.header_from));
	(void)!bs_list_add(&told.message_ids, told.return_path,
	    strlen(told.return_path));
	len = bs_request_encode(&told, out, sizeof(out));
	MUST(len > 0);
	MUST(bs_request_decode(out, (size_t)len, &heard) == 0);
	MUST(heard.partial ||
	     (strcmp(heard.return_path, told.return_path) == 0 &&
		 strcmp(heard.header_from, told.header_from) == 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_request((const char *)data, size);
	check_answer((const char *)data, size);
	check_evidence((const char *)data, size);
	return 0;
}
