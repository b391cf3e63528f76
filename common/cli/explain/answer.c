/* An answer in words, for the person who got the notice. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/cli/explain/answer.h"
#include "common/cli/explain/status_code.h"
#include "common/cli/output.h"
#include "common/base/ascii.h"

#define SHOWN 512 /* room for one text from outside */

static void BS_PRINTF(2, 3)
    say(struct bs_explain_answer_text *out, const char *format, ...)
{
	size_t len = strlen(out->first);
	va_list args;

	va_start(args, format);
	vsnprintf(out->first + len, sizeof(out->first) - len, format, args);
	va_end(args);
}

static void BS_PRINTF(2, 3)
    add(struct bs_explain_answer_text *out, const char *format, ...)
{
	va_list args;

	if (out->count == BS_EXPLAIN_MORE)
		return;
	va_start(args, format);
	vsnprintf(out->more[out->count], sizeof(out->more[0]), format, args);
	va_end(args);
	out->count++;
}

/* When the returned mail left: by its record, or the day of its tag. */
static void
say_when(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	const struct bs_known *known = &explained->lookup.known;
	const struct bs_explain_tag *tag = &explained->tag;
	char text[BS_TIME_TEXT];

	if (explained->why == BS_WHY_MESSAGE_ID && known->has_msg) {
		say(out, "%s", bs_when_text(known->msg.sent, text));
		return;
	}
	if (explained->why == BS_WHY_PATH_TAG)
		tag = &explained->path_tag;
	if (known->tag_record.first_use != 0 && explained->why == BS_WHY_TAG)
		say(out, "%s",
		    bs_weekday_text(bs_day_of(known->tag_record.first_use),
			text));
	else if (tag->day > explained->lifetime_days)
		say(out, "%s",
		    bs_weekday_text(tag->day - explained->lifetime_days, text));
}

/* ", to bob@example.net and 2 more" */
static void
say_to_whom(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	const struct bs_dsn_facts *facts = &explained->message->facts;
	const struct bs_list *list = &facts->final_recipients;
	const char *first;
	char shown[SHOWN];

	if (list->count == 0)
		list = &facts->original_recipients;
	if ((first = bs_list_next(list, NULL)) == NULL)
		return;
	say(out, ", to %s", bs_visible(first, shown, sizeof(shown)));
	if (list->count > 1)
		say(out, " and %u more", list->count - 1);
}

static bool
is_word(const char *text, const char *word)
{
	return strlen(text) == strlen(word) &&
	       bs_ascii_same(text, word, strlen(word));
}

/* Why it came back, as far as the notice says so. */
static void
say_why(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	const struct bs_dsn_facts *facts = &explained->message->facts;
	const char *meaning =
	    bs_explain_status_code(facts->status, facts->diagnostic);
	char shown[SHOWN];

	if (facts->class == BS_DSN_MDN) {
		say(out, ", and this is a receipt for it");
		return;
	}
	if (is_word(facts->action, "delivered") ||
	    is_word(facts->action, "relayed") ||
	    is_word(facts->action, "expanded")) {
		say(out, ", and it was %s",
		    bs_visible(facts->action, shown, sizeof(shown)));
		return;
	}
	/* RFC 3464 §2.3.3: what failed is not tried again, whatever its status
	 */
	if (is_word(facts->action, "failed"))
		say(out, facts->status[0] == '4' ? ", given up" : ", refused");
	else if (is_word(facts->action, "delayed") || facts->status[0] == '4')
		say(out, ", not delivered yet");
	else
		say(out, ", refused");
	if (meaning == NULL && facts->diagnostic[0] == '\0')
		say(out, "; the notice does not say why");
	else
		say(out, " because %s", meaning != NULL ? meaning : "of this");
	if (facts->diagnostic[0] != '\0')
		say(out, " (%s)",
		    bs_visible(facts->diagnostic, shown, sizeof(shown)));
	else if (meaning != NULL)
		say(out, " (%s)",
		    bs_visible(facts->status, shown, sizeof(shown)));
}

static void
add_subject(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	const struct bs_dsn_facts *facts = &explained->message->facts;
	char shown[SHOWN];

	if (facts->returned_subject[0] != '\0')
		add(out, "Its subject was: %s",
		    bs_visible(facts->returned_subject, shown, sizeof(shown)));
}

/* It left our server; but perhaps the user did not send it. */
static void
add_abuse(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	const char *from = explained->message->facts.returned_from;
	const char *at = strrchr(from, '@');
	char shown[SHOWN];

	add(out, "If you did not write it, somebody uses your account: change "
		 "its password now, and tell your administrator.");
	if (at != NULL && bs_config_domain(explained->ground->config, at + 1,
			      strlen(at + 1)) == NULL)
		add(out,
		    "It bears the name of %s, which is no address of "
		    "ours: if you do not know why, your account is being "
		    "used.",
		    bs_visible(from, shown, sizeof(shown)));
}

static void
put_yes(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	say(out, "You did: ");
	say_when(explained, out);
	say_to_whom(explained, out);
	say_why(explained, out);
	say(out, ".");
	add_subject(explained, out);
	if (explained->why == BS_WHY_PATH_TAG)
		add(out, "The return path of the returned mail bears a mark "
			 "that only our server makes.");
	else if (explained->why == BS_WHY_TAG)
		add(out, "The notice came to an address with a mark that only "
			 "our server makes, for mail of yours alone.");
	else
		add(out, "Our server remembers sending a mail of yours with "
			 "this Message-ID.");
	add_abuse(explained, out);
}

static const char *
no_text(enum bs_explain_why why)
{
	switch (why) {
	case BS_WHY_BAD_TAG:
		return "The return path that it answers was never signed by "
		       "our server.";
	case BS_WHY_STALE_TAG:
		return "The return path that it answers expired more than a "
		       "week ago, and no bounce is that late.";
	default:
		return "Nothing of yours left our server with this "
		       "Message-ID.";
	}
}

static void
put_no(const struct bs_explained *explained, struct bs_explain_answer_text *out)
{
	char shown[SHOWN];

	say(out, "You did not send this. Someone put your address on it");
	if (explained->origin[0] != '\0')
		say(out, "; it came from %s",
		    bs_visible(explained->origin, shown, sizeof(shown)));
	say(out, ". %s", no_text(explained->why));
	add(out, "Nobody used your account: there is nothing to do but to "
		 "delete the notice.");
	if (explained->why == BS_WHY_STALE_TAG)
		add(out, "If you have had the notice for longer, ask as of "
			 "then: backstop --at 2026-01-01T00:00:00Z explain");
	if (explained->why == BS_WHY_NO_ID &&
	    explained->message->form == BS_MESSAGE_FORM_PASTED)
		add(out, "This was read out of a pasted text: the notice "
			 "itself, saved whole (.eml), would be surer.");
	add_subject(explained, out);
}

static void
put_no_notice(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	const char *what = "an ordinary message, or too little of a notice";

	if (explained->message->facts.class == BS_DSN_AUTOREPLY)
		what = "an automatic reply, as when somebody is away";
	else if (explained->message->facts.class == BS_DSN_ARF)
		what = "a complaint about a mail, not a bounce of one";
	say(out, "This is no bounce: it is %s.", what);
	add(out, "If a bounce is what you have, save it whole (.eml), with "
		 "its header, and ask again.");
}

/* Adds one thing that would settle the question. */
static void BS_PRINTF(2, 3)
    settle(struct bs_explain_answer_text *out, const char *format, ...)
{
	static const char begin[] = "Unknown, and this is what would settle "
				    "it: ";
	char text[SHOWN];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say(out, "%s%s", out->first[0] == '\0' ? begin : "; or ", text);
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
		settle(out, "the keys and the store: run this as root on the "
			    "mail server, after backstop init");
	if (explained->origin[0] != '\0')
		add(out,
		    "The returned mail came from %s: if that is not your "
		    "mail server, you did not send it.",
		    explained->origin);
}

/* Nothing proves anything: says what is missing. */
static void
settle_nothing(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	const struct bs_known *known = &explained->lookup.known;

	if (explained->message->facts.message_ids.count == 0)
		settle(out, "the header of the returned mail, with its "
			    "Message-ID: save the notice whole (.eml), or ask "
			    "the administrator of the host that sent it");
	if (!explained->ground->has_store)
		settle(out, "the store: there is none here that can be read "
			    "(backstop status says why)");
	else if (known->facts.coverage != BS_COVERAGE_FULL)
		settle(out,
		    "a memory of all that was sent: it is partial for "
		    "that time (%s; backstop status says more)",
		    bs_reason_word(known->coverage_reason));
	else if (out->first[0] == '\0')
		settle(out,
		    "the returned mail itself: no Message-ID of it "
		    "could be judged (%s)",
		    bs_reason_word(known->evidence_reason));
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
		settle(out, "when the notice came: its mark was good then, if "
			    "it says its date truly (backstop --at asks as of "
			    "a date)");
		return;
	default:
		settle(out, "the key that made the mark of this address: it is "
			    "not known here any more, or not yet");
	}
}

static void
put_unknown(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	char shown[SHOWN];

	switch (explained->why) {
	case BS_WHY_NO_NOTICE:
		put_no_notice(explained, out);
		return;
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
		settle_nothing(explained, out);
		break;
	default:
		settle_tag(explained, out);
		break;
	}
	say(out, ".");
	add_subject(explained, out);
}

void
bs_explain_answer(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	memset(out, 0, sizeof(*out));
	switch (explained->answer) {
	case BS_EXPLAIN_YES:
		put_yes(explained, out);
		break;
	case BS_EXPLAIN_NO:
		put_no(explained, out);
		break;
	case BS_EXPLAIN_UNKNOWN:
		put_unknown(explained, out);
		break;
	}
}
