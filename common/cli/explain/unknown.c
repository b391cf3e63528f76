/* The answer where nobody knows: what is probable, and what would settle it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/cli/explain/unknown.h"
#include "common/cli/output.h"

#define SHOWN 1024 /* room for one text from outside */

/* What would say more about which mail is meant. */
static const char *
ask_again(const struct bs_explained *explained)
{
	return explained->message->form == BS_MESSAGE_FORM_AS_IS
		   ? "nobody but the host that wrote it can say more"
		   : "save the notice whole (.eml), with its header and all "
		     "that is attached, and ask again";
}

static bool
has_ids(const struct bs_explained *explained)
{
	const struct bs_dsn_facts *facts = &explained->message->facts;

	return facts->message_ids.count > 0 && !facts->only_refers;
}

/* Why the absence of a record proves nothing. */
static enum bs_reason
reason_of(const struct bs_explained *explained)
{
	const struct bs_known *known = &explained->lookup.known;

	switch (known->evidence_reason) {
	case BS_REASON_NONE:
	case BS_REASON_NO_MESSAGE_ID:
	case BS_REASON_NOT_FOUND:
		return known->coverage_reason;
	default:
		return known->evidence_reason;
	}
}

/* Whether it is for the day of the mail that nothing is known of it. */
static bool
is_of_a_time(const struct bs_explained *explained)
{
	enum bs_reason reason = reason_of(explained);

	return reason == BS_REASON_YOUNG_STORE || reason == BS_REASON_SWEPT ||
	       reason == BS_REASON_GAP;
}

/* Reasons in words, the name of the domain between them where there are two.
 */
static const struct {
	enum bs_reason reason;
	const char *text;
	const char *rest;
} reasons[] = {
    {BS_REASON_SWEPT, "what is so old is not on record any more", NULL},
    {BS_REASON_GAP, "there is a time in which nothing was recorded", NULL},
    {BS_REASON_ENGINE_AWAY, "the engine, backstopd, does not run", NULL},
    {BS_REASON_CLOCK, "the clock of this host is in doubt", NULL},
    {BS_REASON_OUTBOUND_ELSEWHERE, "mail of ", " also leaves by other servers"},
    {BS_REASON_OUTBOUND_BEGAN_LATER, "mail of ",
	" left by other servers, too, until lately"},
    {BS_REASON_FOREIGN_KEY, "another server, too, signs mail of ", ""},
    {BS_REASON_LENT_KEY, "another server, too, signs mail of ", ""},
    {BS_REASON_SOMEONE_ELSE_SIGNS, "another server, too, signs mail of ", ""},
    {BS_REASON_SIGN_OFF, "mail of ", " is not signed here"},
    {BS_REASON_SIGNING_BEGAN_LATER, "mail of ",
	" has not been signed here for long enough"},
    {BS_REASON_EXEMPT, "mail of this address is not signed", NULL},
    {BS_REASON_STRIPPED, "some mail of ", " left unsigned"},
    {BS_REASON_UNSIGNED_MAIL, "some mail of ", " left unsigned"},
    {BS_REASON_UNSIGNED_IN_DOMAIN, "some mail of ", " left unsigned"},
    {BS_REASON_UNRECORDED, "some mail of ",
	" left without a record of its Message-ID"},
    {BS_REASON_MESSAGES_OFF, "Message-IDs are not recorded here", NULL},
    {BS_REASON_PARTIAL, "it returns more than could be looked up", NULL},
    {BS_REASON_STORE_TROUBLE, "the record could not be read", NULL},
};

/* The same in words, which go on behind "as" or "but". */
static const char *
reason_text(const struct bs_explained *explained, char out[static SHOWN])
{
	enum bs_reason reason = reason_of(explained);
	const char *domain =
	    explained->domain == NULL ? "this domain" : explained->domain->name;
	char since[BS_TIME_TEXT];

	snprintf(out, SHOWN, "%s",
	    explained->dated == 0 ? "neither the notice nor the returned mail "
				    "says when it was sent"
				  : "nothing says that the record is whole");
	if (reason == BS_REASON_YOUNG_STORE)
		snprintf(out, SHOWN, "what left before %s is not on record",
		    bs_explain_date(explained->ground->meta.epoch,
			explained->now, since));
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].reason == reason)
			snprintf(out, SHOWN, "%s%s%s", reasons[i].text,
			    reasons[i].rest == NULL ? "" : domain,
			    reasons[i].rest == NULL ? "" : reasons[i].rest);
	return out;
}

/* "Certain from 20 December on.", if a day is known. */
static void
say_certain(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	uint32_t day = explained->lookup.certain_day;
	char text[BS_TIME_TEXT];

	if (day > bs_day_of(explained->now))
		bs_explain_say(out, " Certain from %s on.",
		    bs_explain_date((int64_t)day * BS_DAY_SECONDS,
			explained->now, text));
}

static void
add_why_uncertain(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	char text[SHOWN];

	if (!explained->ground->has_store)
		bs_explain_add(out,
		    "It is not certain, as there is no record here of what "
		    "was sent: \"backstop status\" says why.");
	else if (explained->message->facts.has_returned_header &&
		 !has_ids(explained))
		bs_explain_add(out,
		    "It is not certain, as the mail was returned without a "
		    "Message-ID, by which our server knows its mail.");
	else if (!has_ids(explained))
		bs_explain_add(out,
		    "It is not certain, as the notice does not show which "
		    "mail it returns: %s.",
		    ask_again(explained));
	else
		bs_explain_add(out, "It is not certain yet, as %s.",
		    reason_text(explained, text));
}

/* What somebody can do who does not know, either. */
static void
add_advice(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	const struct bs_list *list =
	    &explained->message->facts.final_recipients;
	const char *first = bs_list_next(list, NULL);
	char shown[SHOWN];

	if (first == NULL)
		bs_explain_add(out, "If you know of no such mail, there is "
				    "nothing to do but to delete the notice.");
	else
		bs_explain_add(out,
		    "If you know of no mail to %s, there is nothing to do but "
		    "to delete the notice.",
		    bs_visible(first, shown, sizeof(shown)));
}

static void
put_probably_not(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	bool is_absent = explained->ground->has_store && has_ids(explained);

	bs_explain_say(out, "Probably not yours: ");
	if (is_absent)
		bs_explain_say(out,
		    "no mail with this Message-ID is on record here");
	if (explained->origin[0] != '\0')
		bs_explain_say(out, "%sit came from %s, which is not ours",
		    is_absent ? ", and " : "", explained->origin);
	bs_explain_say(out, ".");
	if (is_absent)
		say_certain(explained, out);
	add_why_uncertain(explained, out);
	add_advice(explained, out);
}

static void
put_perhaps(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	bool is_absent = explained->ground->has_store && has_ids(explained);

	bs_explain_say(out, "Perhaps yours: it came from %s, which is ours",
	    explained->origin);
	if (is_absent)
		bs_explain_say(out, "; but no mail with this Message-ID is on "
				    "record here");
	bs_explain_say(out, ".");
	if (is_absent)
		say_certain(explained, out);
	add_why_uncertain(explained, out);
}

/* The person may know more of the place than we do. */
static void
add_origin(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	bs_explain_add(out,
	    "The returned mail came from %s: if that is neither your mail "
	    "server nor where you were at the time, you did not send it.",
	    explained->origin);
}

/* Nothing leans anywhere. */
static void
put_open(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	char text[SHOWN];
	char date[BS_TIME_TEXT];

	bs_explain_say(out, "Unknown: ");
	if (!explained->ground->has_store)
		bs_explain_say(out,
		    "there is no record here of what was sent.");
	else if (!has_ids(explained))
		bs_explain_say(out,
		    "the notice does not show which mail it returns; %s.",
		    ask_again(explained));
	else if (explained->dated > 0 && is_of_a_time(explained))
		bs_explain_say(out, "the mail is of %s, and %s.",
		    bs_explain_date(explained->dated, explained->now, date),
		    reason_text(explained, text));
	else
		bs_explain_say(out,
		    "no mail with this Message-ID is on record here, but %s.",
		    reason_text(explained, text));
	if (!explained->ground->has_store)
		bs_explain_add(out, "\"backstop status\" says why.");
	if (explained->origin[0] != '\0')
		add_origin(explained, out);
	add_advice(explained, out);
}

static void
put_nothing(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	switch (explained->leaning) {
	case BS_LEANS_NO:
		put_probably_not(explained, out);
		break;
	case BS_LEANS_YES:
		put_perhaps(explained, out);
		break;
	case BS_LEANS_NOWHERE:
		put_open(explained, out);
		break;
	}
}

/* Says one thing that would settle the question. */
static void BS_PRINTF(2, 3)
    settle(struct bs_explain_answer_text *out, const char *format, ...)
{
	char text[SHOWN];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	bs_explain_say(out, "Unknown, and this is what would settle it: %s.",
	    text);
}

static void
settle_ground(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	if (explained->ground->config == NULL)
		settle(out, "the memory of the server that sends your mail: "
			    "ask its administrator to run this there (-c "
			    "FILE names its configuration)");
	else
		settle(out, "the keys and the store, which root alone may "
			    "read: run this as root on the mail server, after "
			    "backstop init, or ask its administrator to");
	if (explained->origin[0] != '\0')
		add_origin(explained, out);
}

static void
settle_tag(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	switch (explained->why) {
	case BS_WHY_TAG_BUT_NO_ID:
		settle(out, "the Received lines of the returned mail, from the "
			    "host that sent the notice: it bears the mark of "
			    "a mail of yours, but no mail with its Message-ID "
			    "left our server, so somebody copied the mark, or "
			    "a host on the way changed the Message-ID");
		return;
	case BS_WHY_REPLAY:
		settle(out, "who had a copy of it: it refers to a mail of "
			    "yours, but more notices of it came than a mail "
			    "can have, so most of them are made up");
		return;
	case BS_WHY_UNISSUED:
		settle(out, "who has our key: the mark is right, but our "
			    "server never gave it out; the administrator "
			    "should think of backstop key rotate");
		return;
	case BS_WHY_STALE_MAYBE:
		settle(out, "when the notice came: its mark was good once, "
			    "and has expired by now (backstop --at asks as of "
			    "a date)");
		return;
	default:
		settle(out, "the key that made the mark of this address: it is "
			    "not known here any more, or not yet");
	}
}

void
bs_explain_unknown(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	char shown[SHOWN];

	switch (explained->why) {
	case BS_WHY_NO_GROUND:
		settle_ground(explained, out);
		break;
	case BS_WHY_NO_RECIPIENT:
		settle(out, "the notice as it arrived, with its whole header: "
			    "it names nobody of our domains");
		break;
	case BS_WHY_OWN_NETWORK:
		settle(out,
		    "who may send from %s: that is a network of ours, "
		    "so the mail may have gone out past the server "
		    "that remembers",
		    explained->origin);
		break;
	case BS_WHY_OTHERS_MAIL:
		settle(out,
		    "who sends mail in the name of %s: a mail with "
		    "this Message-ID left our server, but not from "
		    "them",
		    bs_visible(explained->recipient, shown, sizeof(shown)));
		break;
	case BS_WHY_OTHER_PLACE:
		settle(out, "how the mail came to the host that refused it: "
			    "you sent a mail with this Message-ID, but to "
			    "other domains; it was forwarded there, or "
			    "somebody made a notice of a copy");
		break;
	case BS_WHY_NOTHING:
		put_nothing(explained, out);
		break;
	default:
		settle_tag(explained, out);
		break;
	}
}
