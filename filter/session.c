/* SMTP sessions of smtpd, and what we remember of each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/adapter/verdict.h"
#include "common/mail/address.h"
#include "filter/field.h"
#include "filter/session.h"

#define BUCKETS (sizeof(((struct bs_sessions *)NULL)->buckets) / sizeof(void *))

/* smtpd's ids are random in their upper half and count in the lower. */
static size_t
bucket_of(uint64_t id)
{
	return (size_t)((id ^ id >> 32) % BUCKETS);
}

struct bs_session *
bs_sessions_find(const struct bs_sessions *sessions, uint64_t id)
{
	struct bs_session *at = sessions->buckets[bucket_of(id)];

	while (at != NULL && at->id != id)
		at = at->next;
	return at;
}

struct bs_session *
bs_sessions_add(struct bs_sessions *sessions, uint64_t id)
{
	struct bs_session **bucket = &sessions->buckets[bucket_of(id)];
	struct bs_session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return NULL;
	session->id = id;
	session->next = *bucket;
	*bucket = session;
	return session;
}

static void
end_transaction(struct bs_transaction *tx)
{
	while (tx->recipients != NULL) {
		struct bs_recipient *recipient = tx->recipients;

		tx->recipients = recipient->next;
		free(recipient);
	}
	memset(tx, 0, sizeof(*tx));
}

void
bs_sessions_remove(struct bs_sessions *sessions, struct bs_session *session)
{
	struct bs_session **link = &sessions->buckets[bucket_of(session->id)];

	while (*link != session)
		link = &(*link)->next;
	*link = session->next;
	end_transaction(&session->tx);
	free(session);
}

struct bs_session *
bs_sessions_any(const struct bs_sessions *sessions)
{
	for (size_t i = 0; i < BUCKETS; i++)
		if (sessions->buckets[i] != NULL)
			return sessions->buckets[i];
	return NULL;
}

bool
bs_sessions_may_leave_mail(const struct bs_sessions *sessions)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (const struct bs_session *at = sessions->buckets[i];
		     at != NULL; at = at->next)
			if (at->tx.sender[0] != '\0' && at->tx.accepted > 0 &&
			    !at->tx.is_told)
				return true;
	return false;
}

/* Copies a text that fits and holds no NUL; else leaves out empty. */
static bool
keep(struct bs_text text, char *out, size_t size)
{
	out[0] = '\0';
	if (text.len >= size || memchr(text.at, '\0', text.len) != NULL)
		return false;
	memcpy(out, text.at, text.len);
	out[text.len] = '\0';
	return true;
}

/* To a sender without a domain, as programs of this host have it ("root"),
 * smtpd adds the name of the listener, after we have seen it. */
static void
set_leaves_as(struct bs_session *session)
{
	struct bs_transaction *tx = &session->tx;
	struct bs_address address;
	int len;

	memcpy(tx->leaves_as, tx->sender, sizeof(tx->leaves_as));
	if (session->listener[0] == '\0' ||
	    bs_address_parse(tx->sender, strlen(tx->sender), &address) != 0 ||
	    !(address.flags & BS_ADDRESS_NO_DOMAIN))
		return;
	len = snprintf(tx->leaves_as, sizeof(tx->leaves_as), "%s@%s",
	    tx->sender, session->listener);
	if (len < 0 || (size_t)len >= sizeof(tx->leaves_as))
		memcpy(tx->leaves_as, tx->sender, sizeof(tx->leaves_as));
}

void
bs_session_mail(struct bs_session *session, struct bs_text sender)
{
	struct bs_transaction *tx = &session->tx;

	end_transaction(tx);
	tx->has_sender = keep(sender, tx->sender, sizeof(tx->sender));
	tx->is_bounce = tx->has_sender && bs_verdict_may_be_bounce(tx->sender);
	set_leaves_as(session);
}

void
bs_session_request(const struct bs_session *session, enum bs_listener mode,
    struct bs_request *request)
{
	const struct bs_transaction *tx = &session->tx;

	request->host = BS_HOST_OPENSMTPD;
	request->listener = mode;
	request->auth = session->auth;
	request->has_sender = tx->has_sender;
	memcpy(request->client, session->client, sizeof(request->client));
	memcpy(request->helo, session->helo, sizeof(request->helo));
	memcpy(request->sender, tx->sender, sizeof(request->sender));
	memcpy(request->spf, tx->spf.result, sizeof(request->spf));
}

bool
bs_session_rcpt(struct bs_session *session, struct bs_text recipient)
{
	struct bs_transaction *tx = &session->tx;
	bool kept = keep(recipient, tx->recipient, sizeof(tx->recipient));

	tx->recipient_is_tagged = kept && bs_verdict_is_tagged(tx->recipient);
	tx->recipient_is_junk = false;
	tx->recipient_was_refused = false;
	tx->recipient_company = BS_COMPANY_FREE;
	return kept;
}

/* Beyond the limit, or without memory, a recipient is not remembered: the
 * bounce is then neither counted nor refused. */
static void
remember(struct bs_transaction *tx)
{
	size_t size = strlen(tx->recipient) + 1;
	struct bs_recipient *recipient;

	if (tx->recipient_count >= BS_RECIPIENTS_MAX ||
	    (recipient = malloc(sizeof(*recipient) + size)) == NULL) {
		tx->has_more_recipients = true;
		return;
	}
	memcpy(recipient->address, tx->recipient, size);
	recipient->is_tagged = tx->recipient_is_tagged;
	recipient->next = tx->recipients;
	tx->recipients = recipient;
	tx->recipient_count++;
}

static void
note_domain(struct bs_transaction *tx, struct bs_text recipient)
{
	struct bs_address address;

	if (bs_address_parse(recipient.at, recipient.len, &address) == 0 &&
	    !(address.flags & BS_ADDRESS_NO_DOMAIN))
		(void)!bs_list_add(&tx->domains, address.domain,
		    address.domain_len);
}

void
bs_session_rcpt_done(struct bs_session *session, struct bs_text recipient,
    bool accepted)
{
	struct bs_transaction *tx = &session->tx;

	if (accepted) {
		tx->accepted++;
		if (tx->company == BS_COMPANY_FREE)
			tx->company = tx->recipient_company;
		if (tx->recipient_is_junk)
			tx->junk++;
		if (tx->recipient[0] == '\0')
			tx->has_more_recipients = true;
		else if (tx->recipient_is_tagged || tx->is_bounce)
			remember(tx);
		note_domain(tx, recipient);
	}
	tx->recipient[0] = '\0';
	tx->recipient_is_tagged = false;
	tx->recipient_is_junk = false;
	tx->recipient_was_refused = false;
	tx->recipient_company = BS_COMPANY_FREE;
}

void
bs_session_note(struct bs_session *session, const struct bs_proto_line *line)
{
	switch (line->event) {
	case BS_PROTO_CONNECT:
		/* an unknown client is an untrusted one */
		if (bs_field_client(line->text, session->client,
			sizeof(session->client)) != 0)
			session->client[0] = '\0';
		(void)keep(line->listener, session->destination,
		    sizeof(session->destination));
		break;
	case BS_PROTO_GREETING:
		(void)keep(line->text, session->listener,
		    sizeof(session->listener));
		break;
	case BS_PROTO_IDENTIFY:
		(void)keep(line->text, session->helo, sizeof(session->helo));
		break;
	case BS_PROTO_AUTH:
		session->auth = session->auth || line->ok;
		break;
	case BS_PROTO_COMMAND:
		session->command_len = 0;
		if (line->text.len <= sizeof(session->command)) {
			memcpy(session->command, line->text.at, line->text.len);
			session->command_len = line->text.len;
		}
		break;
	default:
		break;
	}
}
