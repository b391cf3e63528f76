/* What Exim's ACLs call before DATA: may this recipient be written to, and may
 * this sender send? */
#include <stdio.h>
#include <string.h>

#define DLFUNC_IMPL
#include <local_scan.h>

#include "common/adapter/verdict.h"
#include "common/base/ascii.h"
#include "exim/ask.h"
#include "exim/envelope.h"
#include "exim/scan.h"
#include "exim/spf.h"
#include "exim/outage.h"

#define DEADLINE_MS 500

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int bs_check(uschar **yield, int argc, uschar *argv[]);
EXPORTED int bs_spf(uschar **yield, int argc, uschar *argv[]);

/* One recipient, and what the engine says of it. */
struct check {
	struct bs_envelope envelope;
	char recipient[BS_ADDRESS_MAX];
	bool store_lacks_mail; /* what was missed */
	enum bs_company company;
	char reply[BS_SMTP_REPLY_MAX]; /* empty: it is not refused */
};

static struct check check;

/* With whom the accepted recipients of the message at hand may share it, and
 * the last that was asked about. */
static struct {
	int recipients; /* that were accepted by then */
	enum bs_company accepted;
	enum bs_company last;
} company;

static void
fill(void *context, unsigned n, struct bs_request *request)
{
	const struct check *self = context;

	(void)n;
	bs_ask_envelope(&self->envelope, request);
	request->op = BS_OP_RCPT;
	request->inspect = true;
	memcpy(request->recipient, self->recipient, sizeof(self->recipient));
}

static void
take(void *context, unsigned n, const struct bs_answer *answer)
{
	struct check *self = context;

	(void)n;
	if (answer == NULL ||
	    (self->store_lacks_mail && !bs_scan_needs_no_store(answer)))
		return;
	self->company = answer->company;
	if (bs_policy_refuses(answer->action))
		snprintf(self->reply, sizeof(self->reply), "%s",
		    bs_verdict_reply(answer->action, answer->reply));
}

/* Exim clears $acl_m_... with each message, and counts the recipients that its
 * ACL has accepted. */
static void
look_at_company(void)
{
	const uschar *asked = expand_string(US "$acl_m_backstop_asked");

	if (asked == NULL || *asked == '\0')
		company.accepted = BS_COMPANY_FREE;
	else if (recipients_count > company.recipients &&
		 company.accepted == BS_COMPANY_FREE)
		company.accepted = company.last;
	company.recipients = recipients_count;
	company.last = BS_COMPANY_FREE;
}

/* The recipient as the client wrote it. An ACL has it in lower case, and there
 * the tag of a foreign signer with whom we share a key may not verify. */
static const char *
as_written(const char *lowered)
{
	const uschar *command = expand_string(US "$smtp_command_argument");
	const char *at;
	size_t len = strlen(lowered);

	if (command == NULL || (at = strchr(CCS command, '<')) == NULL)
		return lowered;
	at++;
	if (strlen(at) > len && at[len] == '>' &&
	    bs_ascii_same(at, lowered, len))
		return at;
	return lowered;
}

/* ${dlfunc{...}{bs_check}{$local_part@$domain}} yields the SMTP reply with
 * which to refuse the recipient, or nothing. Without an answer it is forced to
 * fail, which lets mail flow. The ACL sets $acl_m_backstop_asked after it. */
int
bs_check(uschar **yield, int argc, uschar *argv[])
{
	struct bs_round round = {
	    .count = 1,
	    .deadline_ms = DEADLINE_MS,
	    .fill = fill,
	    .take = take,
	    .context = &check,
	};
	size_t len;

	if (host_checking || argc != 1 ||
	    (len = strlen(CCS argv[0])) >= BS_ADDRESS_MAX)
		return FAIL_FORCED;
	memset(&check, 0, sizeof(check));
	memcpy(check.recipient, as_written(CCS argv[0]), len);
	bs_envelope_get(&check.envelope);
	if (check.envelope.listener != BS_LISTENER_IN)
		return FAIL_FORCED;
	look_at_company();
	check.store_lacks_mail = !bs_outage_report(&check.envelope);
	round.is_away = check.envelope.engine_is_away;
	if (bs_ask_round(&round) > 0) {
		bs_outage_unanswered(false);
		return FAIL_FORCED;
	}
	bs_outage_answered();
	if (check.reply[0] == '\0' &&
	    bs_verdict_must_part(company.accepted, check.company))
		snprintf(check.reply, sizeof(check.reply), "%s",
		    bs_verdict_apart);
	company.last = check.company;
	*yield = string_copy(US check.reply);
	return OK;
}

/* ${dlfunc{...}{bs_spf}} in the ACL for MAIL or RCPT yields the SMTP reply with
 * which to refuse the sender, or nothing. */
int
bs_spf(uschar **yield, int argc, uschar *argv[])
{
	static struct bs_envelope envelope;
	const struct bs_answer *answer;
	bool unanswered;

	(void)argc;
	(void)argv;
	if (host_checking)
		return FAIL_FORCED;
	bs_envelope_get(&envelope);
	(void)!bs_outage_report(&envelope);
	answer = bs_spf_of_envelope(&envelope, &unanswered);
	if (unanswered)
		bs_outage_unanswered(false);
	if (answer == NULL)
		return FAIL_FORCED;
	*yield = string_copy(bs_verdict_refuses_sender(answer, envelope.sender)
				 ? US answer->reply
				 : US "");
	return OK;
}
