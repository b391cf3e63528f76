/* DESIGN §10: questions and answers between an adapter and the engine. */
#include <errno.h>
#include <string.h>

#include "common/pure/fields.h"
#include "common/pure/wire.h"

#define NAMES(list) (list), sizeof(list) / sizeof((list)[0])

static const char *const op_names[] = {
    [BS_OP_SIGN] = "sign",
    [BS_OP_RCPT] = "rcpt",
    [BS_OP_DATA] = "data",
    [BS_OP_SENT] = "sent",
    [BS_OP_SPF] = "spf",
    [BS_OP_PING] = "ping",
    [BS_OP_RELOAD] = "reload",
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

#define TEXT(type, member)                                                     \
#member, BS_FIELD_TEXT, false, offsetof(struct type, member),          \
	    sizeof(((struct type *)NULL)->member), NULL, 0
#define OTHER(type, member, kind, required)                                    \
#member, kind, required, offsetof(struct type, member), 0, NULL, 0
#define WORD(type, name, member, required, list)                               \
	name, BS_FIELD_WORD, required, offsetof(struct type, member), 0,       \
	    NAMES(list)

#define REQUEST_SENDER 7

static const struct bs_field request_fields[] = {
    {OTHER(bs_request, version, BS_FIELD_NUMBER, true)},
    {OTHER(bs_request, id, BS_FIELD_ID, true)},
    {WORD(bs_request, "op", op, true, op_names)},
    {WORD(bs_request, "host", host, false, host_names)},
    {WORD(bs_request, "mode", listener, false, listener_names)},
    {TEXT(bs_request, client)},
    {TEXT(bs_request, helo)},
    [REQUEST_SENDER] = {TEXT(bs_request, sender)},
    {TEXT(bs_request, recipient)},
    {OTHER(bs_request, auth, BS_FIELD_FLAG, false)},
    {OTHER(bs_request, recipients, BS_FIELD_NUMBER, false)},
    {OTHER(bs_request, deadline_ms, BS_FIELD_NUMBER, false)},
};

static const struct bs_field answer_fields[] = {
    {OTHER(bs_answer, id, BS_FIELD_ID, true)},
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

int
bs_request_decode(const char *frame, size_t len, struct bs_request *out)
{
	bool seen[FIELDS_MAX] = {false};
	int rc;

	memset(out, 0, sizeof(*out));
	rc = bs_fields_decode(frame, len, NAMES(request_fields), seen, out);
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
	return bs_fields_decode(frame, len, NAMES(answer_fields), seen, out);
}

int
bs_request_encode(const struct bs_request *request, char *out, size_t size)
{
	const struct bs_field *always =
	    request->has_sender ? &request_fields[REQUEST_SENDER] : NULL;

	return bs_fields_encode(NAMES(request_fields), request, always, out,
	    size);
}

int
bs_answer_encode(const struct bs_answer *answer, char *out, size_t size)
{
	return bs_fields_encode(NAMES(answer_fields), answer, NULL, out, size);
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
