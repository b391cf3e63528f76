/* What every adapter makes of the engine's answers about a message. */
#include <errno.h>
#include <string.h>

#include "common/adapter/verdict.h"
#include "common/base/ascii.h"
#include "common/keys/tag.h"
#include "common/mail/host.h"
#include "common/mail/address.h"

const char bs_verdict_unanswered[] =
    "451 4.3.0 This return path cannot be checked now, try again later";
const char bs_verdict_apart[] =
    "452 4.5.3 This bounce is judged for each recipient: send it to this one "
    "apart";
const char bs_verdict_too_many[] = "452 4.5.3 Too many recipients for a bounce";
const char bs_verdict_junk_field[] = "X-Spam: yes";

/* Where the engine gave no text, or one that does not fit its action. */
static const char reject_text[] =
    "550 5.7.1 This host did not send the message that you return";
static const char defer_text[] = "451 4.7.1 Please try again later";

bool
bs_verdict_may_be_bounce(const char *sender)
{
	struct bs_address address;
	int rc = bs_address_parse(sender, strlen(sender), &address);

	return rc == BS_ADDRESS_NULL ||
	       (rc == 0 && bs_address_is_daemon(&address));
}

static bool
read_tag(const char *recipient, struct bs_tag *tag)
{
	struct bs_address address;

	return bs_address_parse(recipient, strlen(recipient), &address) == 0 &&
	       bs_tag_parse(&address, tag) == BS_SHAPE_OURS;
}

bool
bs_verdict_is_tagged(const char *recipient)
{
	struct bs_tag tag;

	return read_tag(recipient, &tag);
}

int
bs_verdict_untag(const char *recipient, char out[static BS_ADDRESS_MAX])
{
	struct bs_tag tag;

	if (!read_tag(recipient, &tag) ||
	    bs_address_write(&tag.plain, out, BS_ADDRESS_MAX) != 0)
		return -EINVAL;
	return 0;
}

void
bs_verdict_evidence(const struct bs_dsn_facts *facts,
    struct bs_request *request)
{
	request->kind = facts->kind;
	request->message_ids = facts->message_ids;
	request->final_recipients = facts->final_recipients;
	request->original_recipients = facts->original_recipients;
	request->only_refers = facts->only_refers;
	/* an engine that does not know the one takes the other, and refuses
	 * nothing */
	request->partial = facts->message_ids.truncated || facts->only_refers;
	request->date =
	    facts->returned_date > 0 ? (uint64_t)facts->returned_date : 0;
	memcpy(request->return_path, facts->return_path,
	    sizeof(request->return_path));
	/* only a name: it must not take the place of what counts */
	request->reporting_mta[bs_host_copy(facts->reporting_mta,
	    strlen(facts->reporting_mta), request->reporting_mta)] = '\0';
}

static void
take_header(struct bs_verdict *verdict, const struct bs_answer *answer)
{
	verdict->header[0] = '\0';
	if (bs_verdict_is_field(answer->header) &&
	    strchr(answer->header, '\n') == NULL)
		memcpy(verdict->header, answer->header,
		    sizeof(verdict->header));
}

void
bs_verdict_weigh(struct bs_verdict *verdict, const struct bs_answer *answer)
{
	static const struct bs_answer none;
	bool is_first = !verdict->is_weighed;
	bool names_strictest;
	unsigned harm;

	if (answer == NULL || answer->status != BS_STATUS_OK)
		answer = &none;
	harm = bs_policy_harm(answer->action);
	names_strictest = answer->company == BS_COMPANY_GATEWAY;
	verdict->is_weighed = true;
	if (names_strictest && (is_first || harm > verdict->strictest))
		take_header(verdict, answer);
	if (harm > verdict->strictest)
		verdict->strictest = harm;
	if (!is_first && harm >= bs_policy_harm(verdict->action))
		return;
	verdict->is_genuine = strcmp(answer->verdict, "genuine") == 0;
	verdict->action = answer->action;
	memcpy(verdict->reply, answer->reply, sizeof(verdict->reply));
	if (!names_strictest)
		take_header(verdict, answer);
}

bool
bs_verdict_must_part(enum bs_company one, enum bs_company other)
{
	return (one == BS_COMPANY_PASSING && other == BS_COMPANY_JUDGED) ||
	       (one == BS_COMPANY_JUDGED && other == BS_COMPANY_PASSING);
}

bool
bs_verdict_refuses_sender(const struct bs_answer *answer, const char *sender)
{
	/* RFC 5321 §4.2.1 */
	char first = answer->action == BS_ACTION_DEFER ? '4' : '5';

	return bs_policy_refuses(answer->action) && answer->reply[0] == first &&
	       bs_verdict_is_reply(answer->reply) &&
	       !bs_verdict_may_be_bounce(sender);
}

const char *
bs_verdict_reply(enum bs_action action, const char *reply)
{
	bool defers = action == BS_ACTION_DEFER;

	if (bs_verdict_is_reply(reply) && (!defers || reply[0] == '4'))
		return reply;
	return defers ? defer_text : reject_text;
}

bool
bs_verdict_is_reply(const char *text)
{
	if ((text[0] != '4' && text[0] != '5') || !bs_ascii_is_digit(text[1]) ||
	    !bs_ascii_is_digit(text[2]) || text[3] != ' ' || text[4] == '\0' ||
	    strncmp(text, "421", 3) == 0)
		return false;
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

bool
bs_verdict_is_field(const char *text)
{
	size_t name = strcspn(text, " \t\n:");

	if (name == 0 || text[name] != ':')
		return false;
	for (const char *c = text; *c != '\0'; c++) {
		bool folds =
		    *c == '\n' && (c[1] == ' ' || c[1] == '\t') && c[2] > ' ';

		if (*c > 0x7e || (*c < 0x20 && *c != '\t' && !folds))
			return false;
	}
	return true;
}
