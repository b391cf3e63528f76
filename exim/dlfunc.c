/* What Exim's ACLs call before DATA: the verdict on a recipient, and SPF. */
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

/* One recipient, and what is said of it. */
struct check {
	struct bs_envelope origin;
	char recipient[BS_ADDRESS_MAX];
	bool untold;		       /* what was missed */
	char reply[BS_SMTP_REPLY_MAX]; /* empty: nothing is to be refused */
};

static struct check check;

static void
fill(void *context, unsigned n, struct bs_request *request)
{
	const struct check *self = context;

	(void)n;
	bs_ask_from(&self->origin, request);
	request->op = BS_OP_RCPT;
	request->inspect = true;
	memcpy(request->recipient, self->recipient, sizeof(self->recipient));
}

static void
take(void *context, unsigned n, const struct bs_answer *answer)
{
	struct check *self = context;

	(void)n;
	if (answer == NULL || (self->untold && !bs_scan_holds_untold(answer)))
		return;
	if (bs_policy_refuses(answer->action))
		snprintf(self->reply, sizeof(self->reply), "%s",
		    bs_verdict_reply(answer->action, answer->reply));
}

/* The recipient as the client wrote it. An ACL has it in lower case, in which
 * the tags of a shared key may not verify. */
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
 * which to refuse, or nothing. It is forced to fail where there is no answer,
 * so that mail flows. */
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
	bs_envelope_get(&check.origin);
	if (check.origin.listener != BS_LISTENER_IN)
		return FAIL_FORCED;
	check.untold = !bs_outage_tell(&check.origin);
	round.is_away = check.origin.engine_is_away;
	if (bs_ask(&round) > 0) {
		bs_outage_unanswered(false);
		return FAIL_FORCED;
	}
	bs_outage_answered();
	*yield = string_copy(US check.reply);
	return OK;
}

/* ${dlfunc{...}{bs_spf}} in the ACL for MAIL or RCPT yields the SMTP reply with
 * which to refuse the sender, or nothing. A sender that may be a bounce's is
 * not refused before that is known: that is local_scan's. */
int
bs_spf(uschar **yield, int argc, uschar *argv[])
{
	static struct bs_envelope origin;
	const struct bs_answer *answer;
	bool unanswered;

	(void)argc;
	(void)argv;
	if (host_checking)
		return FAIL_FORCED;
	bs_envelope_get(&origin);
	(void)!bs_outage_tell(&origin);
	answer = bs_exim_spf_ask(&origin, &unanswered);
	if (unanswered)
		bs_outage_unanswered(false);
	if (answer == NULL)
		return FAIL_FORCED;
	*yield = string_copy(
	    !bs_scan_wants_body(&origin) && bs_verdict_refuses_sender(answer)
		? US answer->reply
		: US "");
	return OK;
}
