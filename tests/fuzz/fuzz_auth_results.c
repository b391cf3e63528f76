/* A first line as authserv-id, the rest as a field: known or not, at once or
 * line by line; and what is put before it changes nothing. */
#include <string.h>

#include "common/mail/auth_results.h"
#include "tests/fuzz/fuzz.h"

#define ID_MAX 64
#define FIELD_MAX 4096

static enum bs_auth_match
read_field(const char *id, const char *text, size_t len)
{
	struct bs_auth_reader reader;
	const char *end = memchr(text, '\n', len);
	size_t line = end == NULL ? len : (size_t)(end - text);
	enum bs_auth_match match = bs_auth_begin(&reader, id, text, line);

	while (match == BS_AUTH_MORE && line < len) {
		text += line + 1;
		len -= line + 1;
		end = memchr(text, '\n', len);
		line = end == NULL ? len : (size_t)(end - text);
		match = bs_auth_next(&reader, text, line);
		MUST(reader.at <= strlen(id));
	}
	return match;
}

/* A comment and a fold more before the id. */
static void
check_padded(const char *id, const char *text, size_t len,
    enum bs_auth_match match)
{
	static const char padding[] = ":\n (\\)( \n ) mx.example )\n\t ";
	const char *colon = memchr(text, ':', len);
	char padded[FIELD_MAX + sizeof(padding)];
	size_t before;

	if (match == BS_AUTH_OTHER || colon == NULL || len > FIELD_MAX)
		return;
	before = (size_t)(colon - text);
	memcpy(padded, text, before);
	memcpy(padded + before, padding, sizeof(padding) - 1);
	memcpy(padded + before + sizeof(padding) - 1, colon + 1,
	    len - before - 1);
	MUST(read_field(id, padded, len + sizeof(padding) - 2) == match);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = memchr(text, '\n', size);
	char id[ID_MAX];
	size_t id_len;
	enum bs_auth_match match;

	if (end == NULL || (id_len = (size_t)(end - text)) >= sizeof(id) ||
	    memchr(text, '\0', id_len) != NULL)
		return 0;
	memcpy(id, text, id_len);
	id[id_len] = '\0';
	text += id_len + 1;
	size -= id_len + 1;
	match = read_field(id, text, size);
	MUST(match != BS_AUTH_OURS || id_len > 0);
	MUST(bs_auth_is_ours(id, text, size) == (match == BS_AUTH_OURS));
	check_padded(id, text, size, match);
	return 0;
}
