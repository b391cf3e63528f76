/* An answer in words, for the person who got the notice. */
#include <stdio.h>
#include <string.h>

#include "common/cli/explain/answer.h"
#include "common/cli/explain/fate.h"
#include "common/cli/explain/head.h"
#include "common/cli/explain/unknown.h"
#include "common/cli/output.h"

#define SHOWN 1024 /* room for one text from outside */

/* When the returned mail left: by its record, or the day of its tag. */
static void
say_when(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	const struct bs_known *known = &explained->lookup.known;
	const struct bs_explain_tag *tag = &explained->tag;
	char text[BS_TIME_TEXT];

	if (explained->why == BS_WHY_MESSAGE_ID && known->has_msg) {
		bs_explain_say(out, "%s", bs_when_text(known->msg.sent, text));
		return;
	}
	if (explained->why == BS_WHY_PATH_TAG)
		tag = &explained->path_tag;
	if (known->tag_record.first_use != 0 && explained->why == BS_WHY_TAG)
		bs_explain_say(out, "%s",
		    bs_weekday_text(bs_day_of(known->tag_record.first_use),
			text));
	else if (tag->day > explained->lifetime_days)
		bs_explain_say(out, "%s",
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
	bs_explain_say(out, ", to %s", bs_visible(first, shown, sizeof(shown)));
	if (list->count > 1)
		bs_explain_say(out, " and %u%s more", list->count - 1,
		    list->truncated ? " or" : "");
	if (list->guessed)
		bs_explain_say(out, " (a guess: the notice does not say it "
				    "clearly)");
}

/* A line for each recipient. */
static void
add_fates(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	const struct bs_dsn_facts *facts = &explained->message->facts;
	const char *recipient = NULL;
	char fate[BS_EXPLAIN_FATE_MAX];
	char shown[SHOWN];
	size_t at = 0;

	while ((recipient = bs_list_next(&facts->final_recipients,
		    recipient)) != NULL) {
		const struct bs_dsn_fate *one = bs_explain_fate_of(facts, at++);

		bs_explain_add(out, "  %s: %s",
		    bs_visible(recipient, shown, sizeof(shown)),
		    one == NULL ? "the notice does not say"
				: bs_explain_fate_text(one, fate));
	}
	if (facts->final_recipients.truncated)
		bs_explain_add(out, "  and more, for whom there is no room "
				    "here");
}

/* To whom it went and what became of it. */
static void
say_fate(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	const struct bs_dsn_facts *facts = &explained->message->facts;
	char text[BS_EXPLAIN_FATE_MAX];

	if (bs_explain_fates_differ(facts)) {
		bs_explain_say(out,
		    ", to %u recipients, with different outcomes:",
		    facts->final_recipients.count);
		add_fates(explained, out);
		return;
	}
	say_to_whom(explained, out);
	bs_explain_say(out, ", %s.", bs_explain_notice_text(explained, text));
}

static void
add_subject(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	char shown[SHOWN];

	if (explained->returned_subject[0] != '\0')
		bs_explain_add(out, "Its subject was: %s",
		    bs_visible(explained->returned_subject, shown,
			sizeof(shown)));
}

/* It left our server; but perhaps the user did not send it. */
static void
add_abuse(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	const char *from = explained->message->facts.returned_from;
	const char *at = strrchr(from, '@');
	char shown[SHOWN];

	bs_explain_add(out, "If you did not write it, somebody uses your "
			    "account: change its password now, and tell your "
			    "administrator.");
	if (at != NULL && bs_config_domain(explained->ground->config, at + 1,
			      strlen(at + 1)) == NULL)
		bs_explain_add(out,
		    "It bears the name of %s, which is no address of "
		    "ours: if you do not know why, your account is being "
		    "used.",
		    bs_visible(from, shown, sizeof(shown)));
}

/* Whether the tag of the recipient is that of the returned return path. */
static bool
is_returned_path(const struct bs_explained *explained)
{
	return explained->recipient_field == bs_explain_returned_path;
}

static void
put_yes(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	bs_explain_say(out, "You did: ");
	say_when(explained, out);
	say_fate(explained, out);
	add_subject(explained, out);
	if (explained->why == BS_WHY_PATH_TAG ||
	    (explained->why == BS_WHY_TAG && is_returned_path(explained)))
		bs_explain_add(out, "The return path of the returned mail "
				    "bears a mark that only our server makes.");
	else if (explained->why == BS_WHY_TAG)
		bs_explain_add(out, "The notice came to an address with a mark "
				    "that only our server makes, for mail of "
				    "yours alone.");
	else
		bs_explain_add(out, "Our server remembers sending a mail of "
				    "yours with this Message-ID.");
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

	bs_explain_say(out, "You did not send this. Someone put your address "
			    "on it");
	if (explained->origin[0] != '\0')
		bs_explain_say(out, "; it came from %s",
		    bs_visible(explained->origin, shown, sizeof(shown)));
	bs_explain_say(out, ". %s", no_text(explained->why));
	bs_explain_add(out, "Nobody used your account: there is nothing to do "
			    "but to delete the notice.");
	if (explained->why == BS_WHY_NO_ID &&
	    explained->message->form == BS_MESSAGE_FORM_PASTED)
		bs_explain_add(out,
		    "This was read out of a pasted text: the notice "
		    "itself, saved whole (.eml), would be surer.");
	add_subject(explained, out);
}

/* Whether the message may be what is left of a notice. */
static bool
may_be_cut(const struct bs_explained *explained)
{
	const struct bs_opened_message *message = explained->message;

	return message->facts.class == BS_DSN_ORDINARY &&
	       (message->form == BS_MESSAGE_FORM_PASTED ||
		   message->form == BS_MESSAGE_FORM_UNQUOTED ||
		   message->facts.own_from[0] == '\0');
}

static void
put_no_notice(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	const char *what = "an ordinary message";

	if (explained->message->facts.class == BS_DSN_AUTOREPLY)
		what = "an automatic reply, as when somebody is away";
	else if (explained->message->facts.class == BS_DSN_ARF)
		what = "a complaint about a mail, not a bounce of one";
	else if (may_be_cut(explained))
		what = "an ordinary message, or too little of a notice";
	bs_explain_say(out, "This is no bounce: it is %s.", what);
	if (may_be_cut(explained))
		bs_explain_add(out, "If a bounce is what you have, save it "
				    "whole (.eml), with its header, and ask "
				    "again.");
}

/* Comes before all else: it may keep somebody from a click. */
static void
say_bait(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	if (explained->message->is_notice)
		bs_explain_say(out, "Take care, this may be bait: it looks "
				    "like a bounce, but returns no mail and "
				    "names nobody but you. ");
	else
		bs_explain_say(out, "Take care, this may be bait: it is signed "
				    "as by a mail system, but is no bounce of "
				    "a mail. ");
	bs_explain_say(out, "Do not click on anything in it, and open nothing "
			    "that is attached.");
}

void
bs_explain_answer(const struct bs_explained *explained,
    struct bs_explain_answer_text *out)
{
	memset(out, 0, sizeof(*out));
	if (explained->is_bait) {
		say_bait(explained, out);
		return;
	}
	switch (explained->answer) {
	case BS_EXPLAIN_YES:
		put_yes(explained, out);
		break;
	case BS_EXPLAIN_NO:
		put_no(explained, out);
		break;
	case BS_EXPLAIN_UNKNOWN:
		if (explained->why == BS_WHY_NO_NOTICE) {
			put_no_notice(explained, out);
			break;
		}
		bs_explain_unknown(explained, out);
		add_subject(explained, out);
		break;
	}
}
