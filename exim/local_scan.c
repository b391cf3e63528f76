/* What Exim calls for each message that it has read. */
#include <stdio.h>
#include <string.h>

#define LOCAL_SCAN
#include <local_scan.h>

#include "common/adapter/verdict.h"
#include "common/mail/auth_results.h"
#include "exim/body.h"
#include "exim/envelope.h"
#include "exim/relay.h"
#include "exim/scan.h"
#include "exim/spf.h"
#include "exim/report_sent.h"
#include "exim/outage.h"

/* Octets of a body that are read for what a bounce returns. In nearly all
 * bounces it stands within the first 36 kB. */
#define BODY_MAX ((size_t)256 * 1024)

/* Exim's rf_notify_never, which its headers for modules do not have. It stands
 * in its spool files, so it stays what it is. */
#define NOTIFY_NEVER 0x02

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int local_scan_version_major(void);
EXPORTED int local_scan_version_minor(void);

/* What is known of the message at hand. Exim reads one at a time. It may leave
 * by a longjmp, so each message begins by clearing this. */
static struct bs_envelope envelope;
static struct bs_scan scan;
static struct bs_dsn dsn;
static struct bs_sent_message message;
static char hidden[BS_ADDRESS_MAX];

int
local_scan_version_major(void)
{
	return LOCAL_SCAN_ABI_VERSION_MAJOR;
}

int
local_scan_version_minor(void)
{
	return LOCAL_SCAN_ABI_VERSION_MINOR;
}

static const char *
recipient(unsigned n)
{
	return CCS recipients_list[n].address;
}

static void
read_header(void)
{
	bs_dsn_begin(&dsn);
	for (const header_line *line = header_list; line != NULL;
	     line = line->next)
		if (line->type != '*' && line->text != NULL && line->slen > 0)
			bs_dsn_push(&dsn, CCS line->text, (size_t)line->slen);
	bs_dsn_push(&dsn, "\n", 1);
}

/* The return path that the transports will give, but for the tag. A host that
 * hides its name behind another one says so in two named lists. To ask for the
 * first does no harm where they are not defined. */
static const char *
find_leaves_as(void)
{
	const uschar *address;
	size_t len;

	if (!envelope.has_sender || envelope.sender[0] == '\0')
		return NULL;
	address = expand_string(US "${listnamed_d:backstop_visible}");
	if (address == NULL || *address == '\0')
		return envelope.sender;
	address = expand_string(
	    US "${if match_domain{$sender_address_domain}{+backstop_hidden}"
	       "{$sender_address_local_part@${listnamed_d:backstop_visible}}"
	       "{$sender_address}}");
	if (address == NULL || (len = strlen(CCS address)) >= sizeof(hidden))
		return envelope.sender;
	memcpy(hidden, address, len + 1);
	return hidden;
}

static void
begin(int fd)
{
	bs_envelope_get(&envelope);
	memset(&scan, 0, sizeof(scan));
	scan.envelope = &envelope;
	scan.leaves_as = find_leaves_as();
	scan.recipients = recipients_count > 0 ? (unsigned)recipients_count : 0;
	scan.recipient = recipient;
	scan.facts = &dsn.facts;
	if (!bs_scan_wants_body(&envelope))
		return;
	read_header();
	bs_body_push(fd, BODY_MAX, &dsn);
	bs_dsn_end(&dsn);
}

/* Mail that Exim relays for a client which the engine does not trust leaves
 * unsigned. The engine has to know of it. */
static void
warn_of_untrusted(void)
{
	if (!scan.doubted)
		return;
	for (unsigned n = 0; n < scan.recipients && !scan.leaves; n++)
		scan.leaves = bs_relay_to(recipient(n)) == BS_RELAY_BEYOND;
	if (scan.leaves)
		bs_outage_untrusted();
}

/* RFC 6409 §8.3. Without a Message-ID, a bounce of this message could not be
 * told from a forged one. */
static void
add_message_id(void)
{
	const uschar *host = expand_string(US "$primary_hostname");
	int len = snprintf(message.message_id, sizeof(message.message_id),
	    "E%s@%s", CCS message_id, host == NULL ? "localhost" : CCS host);

	if (len < 0 || (size_t)len >= sizeof(message.message_id)) {
		message.message_id[0] = '\0';
		return;
	}
	header_add(' ', "Message-ID: <%s>\n", message.message_id);
}

static void
read_sent_message(void)
{
	memset(&message, 0, sizeof(message));
	if (!scan.leaves)
		return;
	read_header();
	bs_dsn_end(&dsn);
	memcpy(message.from, dsn.facts.own_from, sizeof(message.from));
	memcpy(message.message_id, dsn.facts.own_message_id,
	    sizeof(message.message_id));
	if (!dsn.facts.has_own_message_id)
		add_message_id();
}

static void
report(void)
{
	if (bs_report_sent(&scan, &message) > 0)
		bs_outage_unanswered(scan.leaves);
}

/* Refuses or defers with a reply, without its code: Exim writes that itself. */
static int
refuse(const char *reply, uschar **text)
{
	*text = string_copy(CUS reply + sizeof("550"));
	return reply[0] == '4' ? LOCAL_SCAN_TEMPREJECT_NOLOGHDR
			       : LOCAL_SCAN_REJECT_NOLOGHDR;
}

/* What SPF says, or NULL. It is asked first, as the log line of a verdict on a
 * bounce tells what SPF found. */
static const struct bs_answer *
ask_spf(void)
{
	bool unanswered;
	const struct bs_answer *spf =
	    bs_spf_of_envelope(&envelope, &unanswered);

	if (unanswered) {
		bs_outage_unanswered(false);
		envelope.engine_is_away = true;
	}
	if (spf != NULL)
		memcpy(envelope.spf, spf->verdict, sizeof(envelope.spf));
	return spf;
}

/* Removes Authentication-Results (RFC 8601) that bear our name: they do not
 * come from us. */
static void
remove_forged(const char *id)
{
	for (header_line *line = header_list; line != NULL; line = line->next)
		if (line->type != '*' && line->text != NULL && line->slen > 0 &&
		    bs_auth_is_ours(id, CCS line->text, (size_t)line->slen))
			line->type = '*';
}

/* Adds a field on top of the message. */
static void
put_on_top(const char *field)
{
	if (bs_verdict_is_field(field))
		header_add_at_position(FALSE, NULL, FALSE, ' ', "%s\n", field);
}

static bool
goes_on(const char *to)
{
	return bs_relay_to(to) == BS_RELAY_NEXT;
}

/* Exim's router takes tags off for local domains alone. In the other domains a
 * tag may be somebody else's, and only the engine knows. */
static bool
must_wait(void)
{
	return envelope.listener == BS_LISTENER_IN &&
	       bs_scan_keeps_tag(&scan, goes_on);
}

/* Adds our header fields, and removes those that others wrote in our name. */
static void
mark(const struct bs_answer *spf)
{
	bool is_junk = scan.verdict.action == BS_ACTION_JUNK;

	if (envelope.listener == BS_LISTENER_IN && !scan.trusted)
		header_remove(0, CUS "X-Backstop");
	if (spf != NULL) {
		remove_forged(spf->authserv_id);
		put_on_top(spf->header);
		put_on_top(spf->results);
		is_junk = is_junk || (spf->action == BS_ACTION_JUNK &&
					 !scan.verdict.is_genuine);
	}
	if (scan.verdict.header[0] != '\0')
		header_add(' ', "%s\n", scan.verdict.header);
	if (is_junk)
		header_add(' ', "%s\n", bs_verdict_junk_field);
}

/* Exim's mark of taint is kept: what a stranger wrote must not name a file. */
static void
strip(void)
{
	char plain[BS_ADDRESS_MAX];

	for (unsigned n = 0; n < scan.asked_count; n++) {
		recipient_item *item =
		    &recipients_list[scan.asked[n].recipient];

		if (bs_scan_strip(&scan, n, plain) == 0)
			item->address =
			    string_copy_taint(US plain, item->address);
	}
}

/* Has the sender be told of nothing: the word is what the router of
 * backstop-exim(7) waits for. It takes the place of what the client asked to be
 * told of, too; without that router it is lost at an alias. */
static void
withhold_dsn(uschar **text)
{
	for (unsigned n = 0; n < scan.recipients; n++)
		recipients_list[n].dsn_flags = NOTIFY_NEVER;
	*text = string_copy(US "nodsn");
}

EXPORTED int
local_scan(int fd, uschar **text)
{
	const struct bs_answer *spf;
	unsigned owed;

	/* anybody may run "exim -bh", in which no mail really comes in */
	if (host_checking)
		return LOCAL_SCAN_ACCEPT;
	begin(fd);
	scan.store_lacks_mail = !bs_outage_report(&envelope);
	spf = ask_spf();
	owed = bs_scan_ask(&scan);
	if (owed > 0)
		bs_outage_unanswered(scan.leaves_as != NULL);
	else if (scan.asked_count > 0 || scan.leaves_as != NULL)
		bs_outage_answered();
	if (owed == 0 && bs_scan_is_weighed(&scan))
		bs_report_sent_weighed(&scan);
	if (bs_policy_refuses(scan.verdict.action))
		return refuse(
		    bs_verdict_reply(scan.verdict.action, scan.verdict.reply),
		    text);
	if (spf != NULL && bs_verdict_refuses_sender(spf, envelope.sender))
		return refuse(spf->reply, text);
	if (must_wait())
		return refuse(bs_verdict_unanswered, text);
	warn_of_untrusted();
	read_sent_message();
	if (owed == 0)
		report();
	mark(spf);
	strip();
	if (scan.signed_as[0] != '\0')
		*text = string_copy_taint(US scan.signed_as, sender_address);
	else if (spf != NULL && spf->no_dsn)
		withhold_dsn(text);
	return LOCAL_SCAN_ACCEPT;
}
