/* What became of a mail, in everyday words. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/explain/cause.h"
#include "common/cli/explain/fate.h"
#include "common/cli/explain/words.h"
#include "common/cli/output.h"

static bool
is_word(const char *text, const char *word)
{
	return strlen(text) == strlen(word) &&
	       bs_ascii_same(text, word, strlen(word));
}

static bool
is_refusal(const char *diagnostic)
{
	return diagnostic[0] == '5' && bs_ascii_is_digit(diagnostic[1]) &&
	       bs_ascii_is_digit(diagnostic[2]);
}

/* RFC 3464 §2.3.3: what failed is not tried again, whatever its status. NULL
 * where the mail was not held up. */
static const char *
verb(const char *action, const char *status, const char *diagnostic,
    const struct bs_explain_cause *cause)
{
	bool is_temporary = status[0] == '4';

	if (is_word(action, "delivered") || is_word(action, "relayed") ||
	    is_word(action, "expanded"))
		return NULL;
	if (is_word(action, "delayed") || (is_temporary && action[0] == '\0'))
		return "not delivered yet";
	/* "4.0.0" of a host that answered 554 is no matter of time */
	if ((is_temporary && !is_refusal(diagnostic)) ||
	    is_word(action, "expired") || (cause != NULL && cause->is_given_up))
		return "given up";
	return cause != NULL && cause->is_on_the_way ? "not delivered"
						     : "refused";
}

static const char *
arrival(const char *action)
{
	if (is_word(action, "delivered"))
		return "delivered";
	return is_word(action, "relayed")
		   ? "handed on to a mail server that confirms nothing more"
		   : "delivered to the members of a list";
}

/* Whether a text says something to people: "71" is the exit status of a
 * program. */
static bool
has_words(const char *text)
{
	for (; *text != '\0'; text++)
		if (bs_ascii_is_alpha(*text) || (unsigned char)*text >= 0x80)
			return true;
	return false;
}

static const char *
tell(const char *action, const char *status, const char *diagnostic,
    char out[static BS_EXPLAIN_FATE_MAX])
{
	const struct bs_explain_cause *cause =
	    bs_explain_cause(status, diagnostic);
	const char *what = verb(action, status, diagnostic, cause);
	char decoded[512];
	char shown[512];

	bs_explain_words(diagnostic, decoded, sizeof(decoded));
	bs_visible(decoded, shown, sizeof(shown));
	if (what == NULL)
		snprintf(out, BS_EXPLAIN_FATE_MAX, "%s", arrival(action));
	else if (cause != NULL)
		snprintf(out, BS_EXPLAIN_FATE_MAX, "%s because %s (%s)", what,
		    cause->text, shown[0] != '\0' ? shown : status);
	else if (has_words(shown))
		snprintf(out, BS_EXPLAIN_FATE_MAX, "%s with the words \"%s\"",
		    what, shown);
	else if (shown[0] != '\0')
		snprintf(out, BS_EXPLAIN_FATE_MAX,
		    "%s; the notice says no more than \"%s\"", what, shown);
	else
		snprintf(out, BS_EXPLAIN_FATE_MAX,
		    "%s; the notice does not say why", what);
	return out;
}

const char *
bs_explain_fate_text(const struct bs_dsn_fate *fate,
    char out[static BS_EXPLAIN_FATE_MAX])
{
	return tell(fate->action, fate->status, fate->diagnostic, out);
}

/* A receipt says what was done with the mail (RFC 8098 §3.2.6). */
static const char *
receipt(const struct bs_explained *explained,
    char out[static BS_EXPLAIN_FATE_MAX])
{
	const char *disposition = explained->message->facts.disposition;
	const char *type = strchr(disposition, ';');
	char shown[sizeof(explained->rejection)];

	bs_visible(explained->rejection, shown, sizeof(shown));
	type = type == NULL ? "" : type + 1 + strspn(type + 1, " ");
	if (explained->is_rejection && shown[0] != '\0')
		snprintf(out, BS_EXPLAIN_FATE_MAX,
		    "rejected where it arrived (%s)", shown);
	else if (explained->is_rejection)
		snprintf(out, BS_EXPLAIN_FATE_MAX,
		    "rejected where it arrived, by a rule or for want of room; "
		    "the notice does not say why");
	else if (strncmp(type, "displayed", 9) == 0)
		snprintf(out, BS_EXPLAIN_FATE_MAX,
		    "and this is a receipt for it: it was opened");
	else if (strncmp(type, "deleted", 7) == 0)
		snprintf(out, BS_EXPLAIN_FATE_MAX,
		    "and this is a receipt for it: it was deleted unread");
	else
		snprintf(out, BS_EXPLAIN_FATE_MAX,
		    "and this is a receipt for it");
	return out;
}

/* Whether the subject of a notice says that it is about a delay. */
static bool
is_warning(const char *subject)
{
	static const char *const words[] = {"delay", "still being retried",
	    "could not send message for", "not yet delivered", "deferred",
	    "verz\xc3\xb6gert", "retard", "retras"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (const char *at = subject; *at != '\0'; at++)
			if (strlen(at) >= strlen(words[i]) &&
			    bs_ascii_same(at, words[i], strlen(words[i])))
				return true;
	return false;
}

const char *
bs_explain_notice_text(const struct bs_explained *explained,
    char out[static BS_EXPLAIN_FATE_MAX])
{
	const struct bs_dsn_facts *facts = &explained->message->facts;
	const char *action = facts->action;

	if (facts->class == BS_DSN_MDN)
		return receipt(explained, out);
	/* without a report, the subject alone may tell */
	if (action[0] == '\0' && facts->status[0] != '5' &&
	    is_warning(explained->head.subject))
		action = "delayed";
	return tell(action, facts->status, facts->diagnostic, out);
}

const struct bs_dsn_fate *
bs_explain_fate_of(const struct bs_dsn_facts *facts, size_t recipient)
{
	const struct bs_dsn_fate *fate;

	if (recipient >= BS_DSN_RECIPIENTS)
		return NULL;
	fate = &facts->fates[recipient];
	return fate->action[0] == '\0' && fate->status[0] == '\0' &&
		       fate->diagnostic[0] == '\0'
		   ? NULL
		   : fate;
}

bool
bs_explain_fates_differ(const struct bs_dsn_facts *facts)
{
	const struct bs_dsn_fate *first = NULL;

	for (size_t i = 0; i < facts->final_recipients.count; i++) {
		const struct bs_dsn_fate *fate = bs_explain_fate_of(facts, i);
		const struct bs_explain_cause *cause;

		if (fate == NULL)
			continue;
		if (first == NULL)
			first = fate;
		cause = bs_explain_cause(fate->status, fate->diagnostic);
		if (cause !=
			bs_explain_cause(first->status, first->diagnostic) ||
		    !is_word(fate->action, first->action) ||
		    fate->status[0] != first->status[0])
			return true;
	}
	return false;
}
