/* smtpd-filters(7), protocols 0.1 to 0.7: the lines of smtpd, taken apart. */
#include <errno.h>
#include <string.h>

#include "common/base/ascii.h"
#include "filter/proto.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool
is_word(struct bs_text text, const char *word)
{
	return text.len == strlen(word) && memcmp(text.at, word, text.len) == 0;
}

/* Takes the text up to the next bar out of *rest; false where none is left.
 * The last field of a line takes what remains, for addresses may hold bars. */
static bool
take(struct bs_text *rest, struct bs_text *field)
{
	const char *bar = memchr(rest->at, '|', rest->len);

	if (bar == NULL)
		return false;
	field->at = rest->at;
	field->len = (size_t)(bar - rest->at);
	rest->at = bar + 1;
	rest->len -= field->len + 1;
	return true;
}

/* As take(), from the end. */
static bool
take_last(struct bs_text *rest, struct bs_text *field)
{
	const char *bar = memrchr(rest->at, '|', rest->len);

	if (bar == NULL)
		return false;
	field->at = bar + 1;
	field->len = rest->len - (size_t)(bar + 1 - rest->at);
	rest->len = (size_t)(bar - rest->at);
	return true;
}

static bool
read_hex(struct bs_text text, uint64_t *out)
{
	uint64_t value = 0;

	if (text.len == 0 || text.len > 16)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int digit = bs_ascii_hex(text.at[i]);

		if (digit < 0)
			return false;
		value = value << 4 | (uint64_t)digit;
	}
	*out = value;
	return true;
}

/* "MAJOR.MINOR", of few digits. */
static bool
read_version(struct bs_text text, unsigned *major, unsigned *minor)
{
	unsigned numbers[2] = {0, 0};
	size_t digits = 0;
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '.' && n == 0 && digits > 0) {
			n = 1;
			digits = 0;
			continue;
		}
		if (!bs_ascii_is_digit(text.at[i]) || ++digits > 4)
			return false;
		numbers[n] = numbers[n] * 10 + (unsigned)(text.at[i] - '0');
	}
	*major = numbers[0];
	*minor = numbers[1];
	return n == 1 && digits > 0;
}

static const struct {
	const char *name;
	enum bs_proto_event event;
} events[] = {
    {"link-connect", BS_PROTO_CONNECT},
    {"link-disconnect", BS_PROTO_DISCONNECT},
    {"link-greeting", BS_PROTO_GREETING},
    {"link-identify", BS_PROTO_IDENTIFY},
    {"link-auth", BS_PROTO_AUTH},
    {"tx-rcpt", BS_PROTO_RCPT},
    {"tx-commit", BS_PROTO_COMMIT},
    {"protocol-client", BS_PROTO_COMMAND},
    {"protocol-server", BS_PROTO_REPLY},
};

/* rdns|fcrdns|source|destination */
static int
parse_connect(struct bs_text rest, struct bs_proto_line *out)
{
	struct bs_text skipped;

	if (!take(&rest, &skipped) || !take(&rest, &skipped) ||
	    !take(&rest, &out->text))
		return -EINVAL;
	out->listener = rest;
	return 0;
}

/* method|name, or the name alone as the oldest protocols have it. */
static int
parse_identify(struct bs_text rest, struct bs_proto_line *out)
{
	struct bs_text method;

	if (!take(&rest, &method))
		method = rest;
	out->text = rest;
	return 0;
}

/* result|user since 0.7, user|result before; the user may hold bars. */
static int
parse_auth(struct bs_text rest, unsigned minor, struct bs_proto_line *out)
{
	struct bs_text result;
	bool found;

	found = minor < 7 ? take_last(&rest, &result) : take(&rest, &result);
	if (!found)
		return -EINVAL;
	out->ok = is_word(result, "pass");
	out->text = rest;
	return 0;
}

/* msgid|result|address since 0.6, msgid|address|result before. */
static int
parse_rcpt(struct bs_text rest, unsigned minor, struct bs_proto_line *out)
{
	struct bs_text msgid;
	struct bs_text result;

	if (!take(&rest, &msgid) ||
	    !(minor < 6 ? take_last(&rest, &result) : take(&rest, &result)))
		return -EINVAL;
	out->ok = is_word(result, "ok");
	out->permanent = is_word(result, "permfail");
	out->text = rest;
	return 0;
}

static int
parse_event(struct bs_text rest, unsigned minor, struct bs_proto_line *out)
{
	switch (out->event) {
	case BS_PROTO_CONNECT:
		return parse_connect(rest, out);
	case BS_PROTO_IDENTIFY:
		return parse_identify(rest, out);
	case BS_PROTO_AUTH:
		return parse_auth(rest, minor, out);
	case BS_PROTO_RCPT:
		return parse_rcpt(rest, minor, out);
	case BS_PROTO_DISCONNECT:
	case BS_PROTO_GREETING:
	case BS_PROTO_COMMIT:
	case BS_PROTO_COMMAND:
	case BS_PROTO_REPLY:
		break;
	}
	out->text = rest;
	return 0;
}

/* event|session|what the event is about; a bare event ends at its session. */
static int
parse_report(struct bs_text rest, unsigned minor, struct bs_proto_line *out)
{
	struct bs_text name;
	struct bs_text session;

	if (!take(&rest, &name))
		return -EINVAL;
	for (size_t i = 0; i < COUNT(events); i++) {
		if (!is_word(name, events[i].name))
			continue;
		if (!take(&rest, &session)) {
			session = rest;
			rest.at += rest.len;
			rest.len = 0;
		}
		if (!read_hex(session, &out->asker.session))
			return -EINVAL;
		out->kind = BS_PROTO_REPORT;
		out->event = events[i].event;
		return parse_event(rest, minor, out);
	}
	return 0;
}

static const struct {
	const char *name;
	enum bs_proto_phase phase;
} phases[] = {
    {"data-line", BS_PROTO_DATA_LINE},
    {"mail-from", BS_PROTO_MAIL_FROM},
    {"rcpt-to", BS_PROTO_RCPT_TO},
    {"data", BS_PROTO_DATA},
    {"commit", BS_PROTO_END_OF_DATA},
};

static enum bs_proto_phase
read_phase(struct bs_text name)
{
	for (size_t i = 0; i < COUNT(phases); i++)
		if (is_word(name, phases[i].name))
			return phases[i].phase;
	return BS_PROTO_ANOTHER;
}

/* phase|session|token|argument; whatever the phase, smtpd waits. */
static int
parse_filter(struct bs_text rest, unsigned minor, struct bs_proto_line *out)
{
	struct bs_text phase;
	struct bs_text session;
	struct bs_text token;

	if (!take(&rest, &phase) || !take(&rest, &session))
		return -EINVAL;
	if (!take(&rest, &token)) {
		token = rest;
		rest.at += rest.len;
		rest.len = 0;
	}
	if (!read_hex(session, &out->asker.session) ||
	    !read_hex(token, &out->asker.token))
		return -EINVAL;
	out->asker.token_first = minor < 5;
	out->kind = BS_PROTO_FILTER;
	out->phase = read_phase(phase);
	out->text = rest;
	return 0;
}

/* What smtpd says of itself before it is ready. */
static void
parse_config(struct bs_text rest, struct bs_proto_line *out)
{
	struct bs_text name;
	unsigned major;

	if (is_word(rest, "ready")) {
		out->kind = BS_PROTO_READY;
		return;
	}
	if (!take(&rest, &name))
		return;
	if (is_word(name, "admd")) {
		out->kind = BS_PROTO_NAME;
		out->text = rest;
	} else if (is_word(name, "protocol") &&
		   read_version(rest, &major, &out->minor)) {
		out->kind = BS_PROTO_SPEAKS;
		if (major > 0)
			out->minor = UINT16_MAX;
	}
}

int
bs_proto_parse(const char *line, size_t len, struct bs_proto_line *out)
{
	struct bs_text rest = {line, len};
	struct bs_text kind;
	struct bs_text version;
	struct bs_text stamp;
	struct bs_text direction;
	unsigned major;
	unsigned minor;

	memset(out, 0, sizeof(*out));
	out->kind = BS_PROTO_OTHER;
	out->text.at = line;
	if (!take(&rest, &kind))
		return -EINVAL;
	if (is_word(kind, "config")) {
		parse_config(rest, out);
		return 0;
	}
	if ((!is_word(kind, "report") && !is_word(kind, "filter")) ||
	    !take(&rest, &version) || !take(&rest, &stamp) ||
	    !take(&rest, &direction) || !read_version(version, &major, &minor))
		return -EINVAL;
	if (major > 0)
		minor = UINT16_MAX; /* later than all that we know */
	if (is_word(kind, "filter"))
		return parse_filter(rest, minor, out);
	if (major > 0 || !is_word(direction, "smtp-in"))
		return 0;
	return parse_report(rest, minor, out);
}

bool
bs_proto_is_end(struct bs_text line)
{
	return line.len == 1 && line.at[0] == '.';
}
