/* NOTIFY=NEVER for senders that are to be told of nothing. */
#include <string.h>

#include "common/base/ascii.h"
#include "filter/notify.h"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

static bool
begins(struct bs_text text, const char *word)
{
	size_t len = strlen(word);

	return text.len >= len && bs_ascii_same(text.at, word, len);
}

/* Takes the next parameter out of *rest, with the spaces before it; an empty
 * one is behind the last. */
static struct bs_text
next_param(struct bs_text *rest)
{
	struct bs_text param = {rest->at, 0};

	while (param.len < rest->len && is_space(param.at[param.len]))
		param.len++;
	while (param.len < rest->len && !is_space(param.at[param.len]))
		param.len++;
	rest->at += param.len;
	rest->len -= param.len;
	return param;
}

static bool
is_notify(struct bs_text param)
{
	while (param.len > 0 && is_space(*param.at)) {
		param.at++;
		param.len--;
	}
	return begins(param, "NOTIFY=");
}

struct bs_text
bs_notify_never(struct bs_text params, char out[static BS_NOTIFY_MAX])
{
	static const char never[] = " NOTIFY=NEVER";
	struct bs_text result = {out, 0};
	struct bs_text param;

	if (params.len > BS_COMMAND_MAX)
		params.len = 0;
	while ((param = next_param(&params)).len > 0) {
		if (is_notify(param))
			continue;
		memcpy(out + result.len, param.at, param.len);
		result.len += param.len;
	}
	memcpy(out + result.len, never, sizeof(never) - 1);
	result.len += sizeof(never) - 1;
	return result;
}

/* What is known of the listener that the client has connected to, or a place
 * for it; NULL where there is none left, or it has no name. */
static struct bs_offer *
find_offer(struct bs_filter *filter, const char *listener)
{
	if (listener[0] == '\0')
		return NULL;
	for (size_t i = 0; i < BS_OFFERS; i++) {
		struct bs_offer *offer = &filter->offers[i];

		if (offer->listener[0] == '\0')
			memcpy(offer->listener, listener, strlen(listener) + 1);
		if (strcmp(offer->listener, listener) == 0)
			return offer;
	}
	return NULL;
}

void
bs_notify_reply(struct bs_filter *filter, struct bs_session *session,
    struct bs_text line)
{
	struct bs_text command = {session->command, session->command_len};
	struct bs_offer *offer;

	if (!begins(command, "EHLO") || line.len < 4 || !begins(line, "250"))
		return;
	if (line.len == 7 && memcmp(line.at + 4, "DSN", 3) == 0)
		session->offers_dsn = BS_OFFER_YES;
	else if (line.at[3] == ' ' && session->offers_dsn == BS_OFFER_UNKNOWN)
		session->offers_dsn = BS_OFFER_NO;
	if (session->offers_dsn != BS_OFFER_UNKNOWN &&
	    (offer = find_offer(filter, session->destination)) != NULL)
		offer->dsn = session->offers_dsn;
}

static enum bs_offered
find_offered(struct bs_filter *filter, const struct bs_session *session)
{
	const struct bs_offer *offer;

	/* smtpd takes NOTIFY of a client that said HELO, too */
	if (session->offers_dsn == BS_OFFER_UNKNOWN &&
	    (offer = find_offer(filter, session->destination)) != NULL)
		return offer->dsn;
	return session->offers_dsn;
}

bool
bs_notify_is_offered(struct bs_filter *filter, const struct bs_session *session)
{
	return find_offered(filter, session) == BS_OFFER_YES;
}

void
bs_notify_warn(struct bs_filter *filter, const struct bs_session *session)
{
	unsigned missed;

	if (find_offered(filter, session) == BS_OFFER_NO &&
	    bs_log_allowed(&filter->no_dsn, filter->now_ms, &missed))
		bs_log(BS_LOG_WARNING,
		    "the listener at %s has \"no-dsn\" in smtpd.conf: senders "
		    "that \"dsn\" in backstop.conf excludes are told all the "
		    "same; %u more since the last such line",
		    session->destination, missed);
}
