/* Replies to smtpd: built whole, of parts that cannot break the line. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/adapter/verdict.h"
#include "filter/reply.h"

#define BIT(mode) (1u << (mode))
#define RECIPIENTS                                                             \
	(BIT(BS_LISTENER_IN) | BIT(BS_LISTENER_LOCAL) | BIT(BS_LISTENER_UNTAG))
#define READERS                                                                \
	(BIT(BS_LISTENER_IN) | BIT(BS_LISTENER_OUT) | BIT(BS_LISTENER_LOCAL))
#define EVERY (RECIPIENTS | BIT(BS_LISTENER_OUT))

/* Never "auth", which hands over passwords. Each of them is known to the
 * smtpd of 6.8 too: one that it does not know ends it. */
static const struct {
	unsigned modes;
	bool inspects; /* only where messages are read */
	const char *line;
} registrations[] = {
    {EVERY, false, "register|report|smtp-in|link-connect\n"},
    {EVERY, false, "register|report|smtp-in|link-disconnect\n"},
    {EVERY, false, "register|report|smtp-in|link-greeting\n"},
    {EVERY, false, "register|report|smtp-in|link-identify\n"},
    {EVERY, false, "register|report|smtp-in|link-auth\n"},
    {EVERY, false, "register|report|smtp-in|tx-rcpt\n"},
    {EVERY, false, "register|report|smtp-in|tx-commit\n"},
    {EVERY, false, "register|report|smtp-in|protocol-client\n"},
    {BIT(BS_LISTENER_IN), false, "register|report|smtp-in|protocol-server\n"},
    {EVERY, false, "register|filter|smtp-in|mail-from\n"},
    {RECIPIENTS, false, "register|filter|smtp-in|rcpt-to\n"},
    {BIT(BS_LISTENER_IN), false, "register|filter|smtp-in|data\n"},
    {BIT(BS_LISTENER_IN), true, "register|filter|smtp-in|commit\n"},
    {READERS, true, "register|filter|smtp-in|data-line\n"},
    {EVERY, false, "register|ready\n"},
};

const char *
bs_reply_registration(enum bs_listener mode, bool inspect, size_t n)
{
	for (size_t i = 0; i < sizeof(registrations) / sizeof(registrations[0]);
	     i++)
		if ((registrations[i].modes & BIT(mode)) &&
		    (inspect || !registrations[i].inspects) && n-- == 0)
			return registrations[i].line;
	return NULL;
}

/* What snprintf(3) returned, as a length or -EMSGSIZE. */
static int
fitted(int len, size_t size)
{
	return len < 0 || (size_t)len >= size ? -EMSGSIZE : len;
}

int
bs_reply_line_head(const struct bs_proto_asker *asker,
    char out[static BS_REPLY_LINE_HEAD])
{
	uint64_t first = asker->token_first ? asker->token : asker->session;
	uint64_t second = asker->token_first ? asker->session : asker->token;

	return snprintf(out, BS_REPLY_LINE_HEAD,
	    "filter-dataline|%016" PRIx64 "|%016" PRIx64 "|", first, second);
}

/* The line up to the bar before the decision. Returns as fitted(). */
static int
begin(const struct bs_proto_asker *asker, char *out, size_t size)
{
	uint64_t first = asker->token_first ? asker->token : asker->session;
	uint64_t second = asker->token_first ? asker->session : asker->token;

	return fitted(snprintf(out, size,
			  "filter-result|%016" PRIx64 "|%016" PRIx64 "|", first,
			  second),
	    size);
}

static int
decide(const struct bs_proto_asker *asker, const char *decision,
    const char *text, char *out, size_t size)
{
	int head = begin(asker, out, size);
	int tail;

	if (head < 0)
		return head;
	tail = fitted(
	    snprintf(out + head, size - (size_t)head, "%s%s\n", decision, text),
	    size - (size_t)head);
	return tail < 0 ? tail : head + tail;
}

int
bs_reply_proceed(const struct bs_proto_asker *asker, char *out, size_t size)
{
	return decide(asker, "proceed", "", out, size);
}

int
bs_reply_junk(const struct bs_proto_asker *asker, char *out, size_t size)
{
	return decide(asker, "junk", "", out, size);
}

int
bs_reply_reject(const struct bs_proto_asker *asker, const char *reply,
    char *out, size_t size)
{
	if (!bs_verdict_is_reply(reply))
		return -EINVAL;
	return decide(asker, "reject|", reply, out, size);
}

int
bs_reply_rewrite(const struct bs_proto_asker *asker, const char *address,
    struct bs_text params, char *out, size_t size)
{
	int head = begin(asker, out, size);
	int tail;

	if (head < 0)
		return head;
	if (!bs_reply_is_address(address) ||
	    (params.len > 0 &&
		(memchr(params.at, '\n', params.len) != NULL ||
		    memchr(params.at, '\0', params.len) != NULL)))
		return -EINVAL;
	if (params.len >= size)
		return -EMSGSIZE;
	tail = fitted(snprintf(out + head, size - (size_t)head,
			  "rewrite|<%s>%.*s\n", address, (int)params.len,
			  params.len > 0 ? params.at : ""),
	    size - (size_t)head);
	return tail < 0 ? tail : head + tail;
}

bool
bs_reply_is_address(const char *address)
{
	if (*address == '\0')
		return false;
	for (; *address != '\0'; address++)
		if (*address <= 0x20 || *address > 0x7e || *address == '<' ||
		    *address == '>')
			return false;
	return true;
}
