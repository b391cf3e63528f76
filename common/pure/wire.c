/* DESIGN §10: questions and answers between an adapter and the engine. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/pure/ascii.h"
#include "common/pure/wire.h"

#define NAMES(list) (list), sizeof(list) / sizeof((list)[0])

static const char *const op_names[] = {
    [BS_OP_SIGN] = "sign",
    [BS_OP_RCPT] = "rcpt",
    [BS_OP_DATA] = "data",
    [BS_OP_SENT] = "sent",
    [BS_OP_SPF] = "spf",
    [BS_OP_PING] = "ping",
};

static const char *const host_names[] = {
    [BS_HOST_OPENSMTPD] = "opensmtpd",
    [BS_HOST_EXIM] = "exim",
};

static const char *const listener_names[] = {
    [BS_LISTENER_IN] = "in",
    [BS_LISTENER_OUT] = "out",
    [BS_LISTENER_LOCAL] = "local",
    [BS_LISTENER_UNTAG] = "untag",
};

static const char *const status_names[] = {
    [BS_STATUS_OK] = "ok",
    [BS_STATUS_UNKNOWN] = "unknown",
    [BS_STATUS_ERROR] = "error",
};

enum type { TYPE_TEXT, TYPE_WORD, TYPE_NUMBER, TYPE_ID, TYPE_FLAG };

/* One attribute: where its value lives in a request or an answer. */
struct field {
	const char *name;
	enum type type;
	bool required;
	size_t offset;
	size_t size;		  /* TYPE_TEXT: of the array */
	const char *const *words; /* TYPE_WORD: by enumerator */
	size_t word_count;
};

#define TEXT(type, member)                                                     \
#member, TYPE_TEXT, false, offsetof(struct type, member),              \
	    sizeof(((struct type *)NULL)->member), NULL, 0
#define OTHER(type, member, kind, required)                                    \
#member, kind, required, offsetof(struct type, member), 0, NULL, 0
#define WORD(type, name, member, required, list)                               \
	name, TYPE_WORD, required, offsetof(struct type, member), 0, NAMES(list)

#define REQUEST_SENDER 7

static const struct field request_fields[] = {
    {OTHER(bs_request, version, TYPE_NUMBER, true)},
    {OTHER(bs_request, id, TYPE_ID, true)},
    {WORD(bs_request, "op", op, true, op_names)},
    {WORD(bs_request, "host", host, false, host_names)},
    {WORD(bs_request, "mode", listener, false, listener_names)},
    {TEXT(bs_request, client)},
    {TEXT(bs_request, helo)},
    [REQUEST_SENDER] = {TEXT(bs_request, sender)},
    {TEXT(bs_request, recipient)},
    {OTHER(bs_request, auth, TYPE_FLAG, false)},
    {OTHER(bs_request, recipients, TYPE_NUMBER, false)},
    {OTHER(bs_request, deadline_ms, TYPE_NUMBER, false)},
};

static const struct field answer_fields[] = {
    {OTHER(bs_answer, id, TYPE_ID, true)},
    {WORD(bs_answer, "status", status, true, status_names)},
    {WORD(bs_answer, "action", action, false, bs_action_names)},
    {TEXT(bs_answer, verdict)},
    {TEXT(bs_answer, reason)},
    {TEXT(bs_answer, address)},
    {TEXT(bs_answer, reply)},
    {TEXT(bs_answer, header)},
};

#define FIELDS_MAX 16

int
bs_wire_frame(const char *buf, size_t len, size_t *frame_len)
{
	size_t line = 0;
	size_t lines = 0;

	for (size_t i = 0; i < len && i < BS_WIRE_MAX; i++) {
		if (i - line >= BS_WIRE_LINE)
			return -EMSGSIZE;
		if (buf[i] != '\n')
			continue;
		if (i == line) {
			*frame_len = i + 1;
			return 0;
		}
		if (++lines > BS_WIRE_LINES)
			return -EMSGSIZE;
		line = i + 1;
	}
	return len >= BS_WIRE_MAX ? -EMSGSIZE : BS_WIRE_MORE;
}

/* Undoes the percent-encoding. A NUL, a bare octet that should have been
 * encoded or half an escape is malformed. */
static int
decode_text(const char *in, size_t len, char *out, size_t size)
{
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		int octet = (unsigned char)in[i];

		if (octet < 0x21 || octet >= 0x7f)
			return -EINVAL;
		if (octet == '%') {
			if (i + 2 >= len || bs_ascii_hex(in[i + 1]) < 0 ||
			    bs_ascii_hex(in[i + 2]) < 0)
				return -EINVAL;
			octet = bs_ascii_hex(in[i + 1]) << 4 |
				bs_ascii_hex(in[i + 2]);
			i += 2;
		}
		if (octet == 0)
			return -EINVAL;
		if (at + 1 >= size)
			return -EMSGSIZE;
		out[at++] = (char)octet;
	}
	out[at] = '\0';
	return 0;
}

static int
decode_number(const char *in, size_t len, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (len == 0)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		uint64_t digit = (uint64_t)(in[i] - '0');

		if (!bs_ascii_is_digit(in[i]) || digit > max ||
		    value > (max - digit) / 10)
			return -EINVAL;
		value = value * 10 + digit;
	}
	*out = value;
	return 0;
}

static int
decode_word(const char *in, size_t len, const struct field *field,
    unsigned *out)
{
	for (size_t i = 0; i < field->word_count; i++)
		if (strlen(field->words[i]) == len &&
		    memcmp(field->words[i], in, len) == 0) {
			*out = (unsigned)i;
			return 0;
		}
	return -EINVAL;
}

static int
decode_value(const struct field *field, const char *in, size_t len,
    void *target)
{
	char *at = (char *)target + field->offset;
	uint64_t number = 0;
	unsigned value = 0;
	bool flag;
	int rc;

	switch (field->type) {
	case TYPE_TEXT:
		return decode_text(in, len, at, field->size);
	case TYPE_WORD:
		if ((rc = decode_word(in, len, field, &value)) == 0)
			memcpy(at, &value, sizeof(value));
		return rc;
	case TYPE_NUMBER:
		if ((rc = decode_number(in, len, UINT32_MAX, &number)) == 0) {
			value = (unsigned)number;
			memcpy(at, &value, sizeof(value));
		}
		return rc;
	case TYPE_ID:
		if ((rc = decode_number(in, len, UINT64_MAX, &number)) == 0)
			memcpy(at, &number, sizeof(number));
		return rc;
	case TYPE_FLAG:
		if ((rc = decode_number(in, len, 1, &number)) == 0) {
			flag = number == 1;
			memcpy(at, &flag, sizeof(flag));
		}
		return rc;
	}
	return -EINVAL;
}

static bool
is_name(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!(text[i] >= 'a' && text[i] <= 'z') &&
		    !bs_ascii_is_digit(text[i]) && text[i] != '_')
			return false;
	return len > 0;
}

/* One "name=value" line. A name that is not in the table is for a later
 * version; one that comes twice is a mistake. */
static int
decode_line(const char *line, size_t len, const struct field *fields,
    size_t count, bool *seen, void *target)
{
	const char *equals = memchr(line, '=', len);
	size_t name_len;

	if (equals == NULL)
		return -EINVAL;
	name_len = (size_t)(equals - line);
	if (!is_name(line, name_len))
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		if (strlen(fields[i].name) != name_len ||
		    memcmp(fields[i].name, line, name_len) != 0)
			continue;
		if (seen[i])
			return -EINVAL;
		seen[i] = true;
		return decode_value(&fields[i], equals + 1, len - name_len - 1,
		    target);
	}
	return 0;
}

static int
decode_frame(const char *frame, size_t len, const struct field *fields,
    size_t count, bool *seen, void *target)
{
	size_t lines = 0;
	int rc;

	if (len > BS_WIRE_MAX)
		return -EMSGSIZE;
	while (len > 0 && frame[0] != '\n') {
		const char *end = memchr(frame, '\n', len);
		size_t line_len;

		if (end == NULL)
			return -EINVAL;
		line_len = (size_t)(end - frame);
		if (line_len >= BS_WIRE_LINE || ++lines > BS_WIRE_LINES)
			return -EMSGSIZE;
		rc = decode_line(frame, line_len, fields, count, seen, target);
		if (rc != 0)
			return rc;
		frame += line_len + 1;
		len -= line_len + 1;
	}
	if (len != 1)
		return -EINVAL;
	for (size_t i = 0; i < count; i++)
		if (fields[i].required && !seen[i])
			return -EINVAL;
	return 0;
}

int
bs_request_decode(const char *frame, size_t len, struct bs_request *out)
{
	bool seen[FIELDS_MAX] = {false};
	int rc;

	memset(out, 0, sizeof(*out));
	rc = decode_frame(frame, len, NAMES(request_fields), seen, out);
	out->has_sender = seen[REQUEST_SENDER];
	if (rc == 0 && out->version != BS_WIRE_VERSION)
		rc = -EPROTO;
	return rc;
}

int
bs_answer_decode(const char *frame, size_t len, struct bs_answer *out)
{
	bool seen[FIELDS_MAX] = {false};

	memset(out, 0, sizeof(*out));
	return decode_frame(frame, len, NAMES(answer_fields), seen, out);
}

/* A frame being written. */
struct output {
	char *out;
	size_t size;
	size_t len;
	size_t line; /* where the current line begins */
};

static void
add_octet(struct output *output, char c)
{
	if (output->len < output->size)
		output->out[output->len] = c;
	output->len++;
}

static void
add_raw(struct output *output, const char *text)
{
	while (*text != '\0')
		add_octet(output, *text++);
}

static void
add_encoded(struct output *output, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x21 && c < 0x7f && c != '%') {
			add_octet(output, *text);
			continue;
		}
		add_octet(output, '%');
		add_octet(output, digits[c >> 4]);
		add_octet(output, digits[c & 15]);
	}
}

static void
add_value(struct output *output, const struct field *field, const char *at)
{
	char number[24];
	uint64_t id;
	unsigned value;
	bool flag;

	switch (field->type) {
	case TYPE_TEXT:
		add_encoded(output, at);
		return;
	case TYPE_WORD:
		memcpy(&value, at, sizeof(value));
		add_raw(output,
		    value < field->word_count ? field->words[value] : "");
		return;
	case TYPE_NUMBER:
		memcpy(&value, at, sizeof(value));
		id = value;
		break;
	case TYPE_ID:
		memcpy(&id, at, sizeof(id));
		break;
	case TYPE_FLAG:
		memcpy(&flag, at, sizeof(flag));
		id = flag;
		break;
	default:
		return;
	}
	snprintf(number, sizeof(number), "%" PRIu64, id);
	add_raw(output, number);
}

/* Ends a line. Returns 0 or -EMSGSIZE. */
static int
end_line(struct output *output)
{
	add_octet(output, '\n');
	if (output->len > output->size ||
	    output->len - output->line > BS_WIRE_LINE)
		return -EMSGSIZE;
	output->line = output->len;
	return 0;
}

/* Absent text is not written; always names a field that is, empty or not. */
static int
encode_frame(const struct field *fields, size_t count, const void *source,
    const struct field *always, struct output *output)
{
	for (size_t i = 0; i < count; i++) {
		const char *at = (const char *)source + fields[i].offset;

		if (fields[i].type == TYPE_TEXT && *at == '\0' &&
		    &fields[i] != always)
			continue;
		add_raw(output, fields[i].name);
		add_octet(output, '=');
		add_value(output, &fields[i], at);
		if (end_line(output) != 0)
			return -EMSGSIZE;
	}
	return end_line(output) != 0 ? -EMSGSIZE : (int)output->len;
}

int
bs_request_encode(const struct bs_request *request, char *out, size_t size)
{
	struct output output = {.out = out, .size = size};
	const struct field *always =
	    request->has_sender ? &request_fields[REQUEST_SENDER] : NULL;

	if (size > BS_WIRE_MAX)
		output.size = BS_WIRE_MAX;
	return encode_frame(NAMES(request_fields), request, always, &output);
}

int
bs_answer_encode(const struct bs_answer *answer, char *out, size_t size)
{
	struct output output = {.out = out, .size = size};

	if (size > BS_WIRE_MAX)
		output.size = BS_WIRE_MAX;
	return encode_frame(NAMES(answer_fields), answer, NULL, &output);
}

const char *
bs_op_name(enum bs_op op)
{
	return op_names[op];
}

const char *
bs_listener_name(enum bs_listener listener)
{
	return listener_names[listener];
}

int
bs_listener_parse(const char *text, enum bs_listener *out)
{
	for (size_t i = 0; i < sizeof(listener_names) / sizeof(char *); i++)
		if (strcmp(text, listener_names[i]) == 0) {
			*out = (enum bs_listener)i;
			return 0;
		}
	return -EINVAL;
}
