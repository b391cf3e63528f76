/* backstop-protocol(7): questions to the engine, and its answers. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "common/adapter/fields.h"
#include "common/adapter/wire.h"

static const char *const op_names[BS_OPS] = {
    [BS_OP_SIGN] = "sign",
    [BS_OP_RCPT] = "rcpt",
    [BS_OP_DATA] = "data",
    [BS_OP_SENT] = "sent",
    [BS_OP_SPF] = "spf",
    [BS_OP_PING] = "ping",
    [BS_OP_RELOAD] = "reload",
    [BS_OP_TRACE] = "trace",
    [BS_OP_METRICS] = "metrics",
};

static const char *const host_names[] = {
    [BS_HOST_OTHER] = "",
    [BS_HOST_OPENSMTPD] = "opensmtpd",
    [BS_HOST_EXIM] = "exim",
};

static const char *const listener_names[] = {
    [BS_LISTENER_IN] = "in",
    [BS_LISTENER_OUT] = "out",
    [BS_LISTENER_LOCAL] = "local",
    [BS_LISTENER_UNTAG] = "untag",
};

static const char *const kind_names[] = {
    [BS_KIND_UNREAD] = "unread",
    [BS_KIND_DSN] = "dsn",
    [BS_KIND_MDN] = "mdn",
    [BS_KIND_AUTO] = "auto",
    [BS_KIND_OTHER] = "other",
};

static const char *const status_names[BS_STATUSES] = {
    [BS_STATUS_OK] = "ok",
    [BS_STATUS_UNKNOWN] = "unknown",
    [BS_STATUS_ERROR] = "error",
};

static const char *const company_names[] = {
    [BS_COMPANY_FREE] = "free",
    [BS_COMPANY_PASSING] = "passing",
    [BS_COMPANY_JUDGED] = "judged",
    [BS_COMPANY_GATEWAY] = "gateway",
};

#define AT(in, member) .offset = offsetof(struct in, member)
#define TEXT(in, member)                                                       \
	{                                                                      \
		.name = #member, .type = BS_FIELD_TEXT, AT(in, member),        \
		.size = sizeof(((struct in *)NULL)->member)                    \
	}
#define SPARE_TEXT(in, member)                                                 \
	{                                                                      \
		.name = #member, .type = BS_FIELD_TEXT, AT(in, member),        \
		.size = sizeof(((struct in *)NULL)->member), .spare = true     \
	}
#define VALUE(in, member, kind, rule)                                          \
	{                                                                      \
		.name = #member, .type = (kind), AT(in, member), rule          \
	}
#define WORD(in, word, member, list, rule)                                     \
	{                                                                      \
		.name = (word), .type = BS_FIELD_WORD, AT(in, member),         \
		.words = (list),                                               \
		.word_count = sizeof(list) / sizeof((list)[0]), rule           \
	}
#define LIST(in, word, member)                                                 \
	{                                                                      \
		.name = (word), .type = BS_FIELD_LIST, AT(in, member)          \
	}
#define MUST .required = true
#define MAY .required = false
#define QUIET .quiet = true

#define REQUEST_SENDER 7

/* A stranger writes what is spare and what the lists hold. It must not keep a
 * question from being asked, so it is left out where there is no room for it,
 * and "partial" says so. */
static const struct bs_field request_fields[] = {
    VALUE(bs_request, version, BS_FIELD_NUMBER, MUST),
    VALUE(bs_request, id, BS_FIELD_ID, MUST),
    WORD(bs_request, "op", op, op_names, MUST),
    WORD(bs_request, "host", host, host_names, QUIET),
    WORD(bs_request, "mode", listener, listener_names, MAY),
    TEXT(bs_request, client),
    TEXT(bs_request, helo),
    [REQUEST_SENDER] = TEXT(bs_request, sender),
    TEXT(bs_request, recipient),
    VALUE(bs_request, auth, BS_FIELD_FLAG, MAY),
    VALUE(bs_request, refused, BS_FIELD_FLAG, QUIET),
    VALUE(bs_request, recipients, BS_FIELD_NUMBER, MAY),
    VALUE(bs_request, missed_seconds, BS_FIELD_NUMBER, QUIET),
    VALUE(bs_request, hello, BS_FIELD_ID, QUIET),
    VALUE(bs_request, knows_seconds, BS_FIELD_NUMBER, QUIET),
    VALUE(bs_request, deadline_ms, BS_FIELD_NUMBER, MAY),
    VALUE(bs_request, trace_minutes, BS_FIELD_NUMBER, QUIET),
    VALUE(bs_request, from, BS_FIELD_ID, QUIET),
    VALUE(bs_request, inspect, BS_FIELD_FLAG, QUIET),
    VALUE(bs_request, accepts, BS_FIELD_FLAG, QUIET),
    VALUE(bs_request, weighs, BS_FIELD_FLAG, QUIET),
    VALUE(bs_request, weighed, BS_FIELD_FLAG, QUIET),
    WORD(bs_request, "outcome", outcome, bs_action_names, QUIET),
    WORD(bs_request, "kind", kind, kind_names, QUIET),
    VALUE(bs_request, date, BS_FIELD_ID, QUIET),
    SPARE_TEXT(bs_request, return_path),
    SPARE_TEXT(bs_request, header_from),
    TEXT(bs_request, receiver),
    VALUE(bs_request, tells, BS_FIELD_FLAG, QUIET),
    TEXT(bs_request, spf),
    VALUE(bs_request, partial, BS_FIELD_FLAG, QUIET),
    VALUE(bs_request, only_refers, BS_FIELD_FLAG, QUIET),
    LIST(bs_request, "message_id", message_ids),
    LIST(bs_request, "original_recipient", original_recipients),
    LIST(bs_request, "final_recipient", final_recipients),
    LIST(bs_request, "recipient_domain", recipient_domains),
    SPARE_TEXT(bs_request, reporting_mta),
};

static const struct bs_field answer_fields[] = {
    VALUE(bs_answer, id, BS_FIELD_ID, MUST),
    WORD(bs_answer, "status", status, status_names, MUST),
    WORD(bs_answer, "action", action, bs_action_names, MAY),
    WORD(bs_answer, "company", company, company_names, QUIET),
    TEXT(bs_answer, verdict),
    TEXT(bs_answer, reason),
    TEXT(bs_answer, address),
    TEXT(bs_answer, reply),
    TEXT(bs_answer, header),
    TEXT(bs_answer, results),
    TEXT(bs_answer, authserv_id),
    VALUE(bs_answer, no_dsn, BS_FIELD_FLAG, QUIET),
    TEXT(bs_answer, version),
    TEXT(bs_answer, store_error),
    VALUE(bs_answer, asks, BS_FIELD_ID, QUIET),
    VALUE(bs_answer, config, BS_FIELD_ID, QUIET),
    VALUE(bs_answer, log_lost, BS_FIELD_ID, QUIET),
    VALUE(bs_answer, next, BS_FIELD_ID, QUIET),
    LIST(bs_answer, "sample", samples),
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define FIELDS_MAX 40

void
bs_answer_clear(struct bs_answer *answer)
{
	memset(answer, 0,
	    offsetof(struct bs_answer, samples) +
		offsetof(struct bs_list, text));
}

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
	rc = bs_fields_decode(frame, len, request_fields, COUNT(request_fields),
	    seen, out);
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
	return bs_fields_decode(frame, len, answer_fields, COUNT(answer_fields),
	    seen, out);
}

int
bs_request_encode(const struct bs_request *request, char *out, size_t size)
{
	const struct bs_field *always =
	    request->has_sender ? &request_fields[REQUEST_SENDER] : NULL;
	struct bs_request partial;
	bool dropped;
	int len = bs_fields_encode(request_fields, COUNT(request_fields),
	    request, always, &dropped, out, size);

	if (len < 0 || !dropped || request->partial)
		return len;
	partial = *request;
	partial.partial = true;
	return bs_fields_encode(request_fields, COUNT(request_fields), &partial,
	    always, &dropped, out, size);
}

int
bs_answer_encode(const struct bs_answer *answer, char *out, size_t size)
{
	bool dropped;

	return bs_fields_encode(answer_fields, COUNT(answer_fields), answer,
	    NULL, &dropped, out, size);
}

bool
bs_wire_fits(const char *text)
{
	/* behind the longest name there is, "authserv_id=", and its newline */
	return bs_fields_cost(text) + sizeof("authserv_id=\n") <= BS_WIRE_LINE;
}

const char *
bs_op_name(enum bs_op op)
{
	return op_names[op];
}

const char *
bs_status_name(enum bs_status status)
{
	return status_names[status];
}

const char *
bs_kind_name(enum bs_kind kind)
{
	return kind_names[kind];
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
