/* What fields of smtpd's lines hold: a client's address, ESMTP parameters. */
#include <errno.h>
#include <string.h>

#include "common/base/ascii.h"
#include "filter/field.h"

/* Cuts the brackets or the port off; what is left should be an address. */
static int
bare_address(struct bs_text *source)
{
	static const char ipv6[] = "[IPv6:";
	const size_t ipv6_len = sizeof(ipv6) - 1;
	size_t skip = 1;
	const char *end;

	if (source->len == 0 || source->at[0] != '[') {
		end = memrchr(source->at, ':', source->len);
		if (end != NULL)
			source->len = (size_t)(end - source->at);
		return 0;
	}
	if (source->len >= ipv6_len &&
	    bs_ascii_same(source->at, ipv6, ipv6_len))
		skip = ipv6_len;
	if ((end = memchr(source->at, ']', source->len)) == NULL)
		return -EINVAL;
	source->at += skip;
	source->len = (size_t)(end - source->at);
	return 0;
}

int
bs_field_client(struct bs_text source, char *out, size_t size)
{
	static const char local[] = "local";
	size_t at = 0;

	out[0] = '\0';
	if ((source.len == 5 && memcmp(source.at, local, 5) == 0) ||
	    (source.len >= 5 && memcmp(source.at, "unix:", 5) == 0)) {
		if (size < sizeof(local))
			return -EINVAL;
		memcpy(out, local, sizeof(local));
		return 0;
	}
	if (bare_address(&source) != 0 || source.len == 0 || source.len >= size)
		return -EINVAL;
	/* the zone of a link-local address (RFC 4007 §11) means nothing to
	 * the engine */
	while (at < source.len && source.at[at] != '%') {
		char c = source.at[at];

		if (bs_ascii_hex(c) < 0 && c != '.' && c != ':') {
			out[0] = '\0';
			return -EINVAL;
		}
		out[at++] = c;
	}
	out[at] = '\0';
	return at > 0 ? 0 : -EINVAL;
}

/* The offset of the first '>' outside quotes; text.len where there is none.
 */
static size_t
path_end(struct bs_text text)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (text.at[i] == '"')
			quoted = !quoted;
		else if (text.at[i] == '\\' && quoted)
			i++;
		else if (text.at[i] == '>' && !quoted)
			return i;
	}
	return text.len;
}

struct bs_text
bs_field_params(struct bs_text command, enum bs_proto_phase phase,
    struct bs_text address)
{
	const char *verb =
	    phase == BS_PROTO_MAIL_FROM ? "MAIL FROM:" : "RCPT TO:";
	size_t verb_len = strlen(verb);
	struct bs_text none = {command.at, 0};
	size_t end;

	if (command.len < verb_len ||
	    !bs_ascii_same(command.at, verb, verb_len))
		return none;
	command.at += verb_len;
	command.len -= verb_len;
	while (command.len > 0 &&
	       (*command.at == ' ' ||
		   (*command.at >= '\t' && *command.at <= '\r'))) {
		command.at++;
		command.len--;
	}
	end = path_end(command);
	if (end == command.len || command.at[0] != '<' ||
	    end - 1 != address.len ||
	    memcmp(command.at + 1, address.at, address.len) != 0)
		return none;
	command.at += end + 1;
	command.len -= end + 1;
	return command;
}
