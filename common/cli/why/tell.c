/* A decision of the engine in sentences. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/netblock.h"
#include "common/cli/output.h"
#include "common/cli/why/tell.h"

#define VALUE(name) bs_why_line_value(line, name)

struct text {
	char *out;
	size_t len;
};

struct meaning {
	const char *verdict; /* NULL: any */
	const char *word;
	const char *text;
};

/* Why, by verdict and reason (backstop(7), LOG WORDS). */
static const struct meaning reasons[] = {
    {"trusted", "",
	"It came from a trusted network, from a user who had logged "
	"in, or from this host: such mail is not judged."},
    {"not-ours", "",
	"The recipient is none of ours, or has the tag of another "
	"host."},
    {"reply", "",
	"It was ordinary mail to an address with a tag of ours, which "
	"is as good as the plain address."},
    {"ignored", "",
	"It was ordinary mail to an address with a tag that nobody "
	"here signed: to the mail server, an unknown user."},
    {"not-a-bounce", "",
	"It was no bounce, but an automatic answer or the "
	"like."},
    {NULL, "tag", "Its tag is right, and mail of ours left with it."},
    {NULL, "unproven",
	"Its tag is right; the store cannot say whether mail "
	"left with it."},
    {NULL, "late",
	"Its tag has expired, but it returns a message that this "
	"user sent."},
    {NULL, "message-id",
	"It has no tag, but returns a message that this user "
	"sent."},
    {NULL, "unissued", "Its tag is right, but no mail of ours left with it."},
    {NULL, "replay",
	"More bounces came to its tag than the mail that left with "
	"it can cause."},
    {NULL, "expired",
	"Its tag expired within the last week, or its key is not "
	"known."},
    {NULL, "unknown-key",
	"Its tag was made with a key that is not known "
	"here."},
    {NULL, "stale", "Its tag expired more than a week ago."},
    {NULL, "bad-tag", "Its tag is forged: nobody here signed it."},
    {"forged", "untagged",
	"It has no tag, and returns a message that never "
	"left here."},
    {NULL, "untagged", "It has no tag, and returns nothing that left here."},
    {NULL, "untagged-daemon",
	"It has no tag, and returns nothing that left "
	"here."},
    {NULL, "mdn",
	"It was a read receipt for a message that is not known "
	"here."},
    {"unknown", "",
	"Nobody can tell whether it was caused by mail of "
	"ours."},
};

/* Why nobody can tell. */
static const struct meaning evidence[] = {
    {NULL, "not-theirs", "Somebody else sent the message that it returns."},
    {NULL, "other-recipient",
	"The recipient sent the message that it returns, "
	"but to none of the domains that it names: it may "
	"have been forwarded."},
    {NULL, "over-cap",
	"More bounces of the same message came than it had "
	"recipients."},
    {NULL, "partial", "It returns more than could be looked up."},
    {NULL, "messages-off", "'messages' is off, so no message is known."},
    {NULL, "store-trouble", "The store could not be read."},
    {NULL, "key-trouble",
	"The keyring is damaged or empty, and the key of the "
	"tag is not in it."},
};

static const struct meaning coverage[] = {
    {NULL, "outbound-elsewhere",
	"All mail of the domain is not known to leave "
	"through this host (outbound = elsewhere)."},
    {NULL, "sign-off", "The domain does not sign (sign = no)."},
    {NULL, "foreign-key", "Somebody else may sign with a key of the keyring."},
    {NULL, "lent-key", "A key was given to somebody who may sign with it."},
    {NULL, "someone-else-signs", "Somebody else signs with a key of ours."},
    {NULL, "no-store", "There was no store."},
    {NULL, "young-store",
	"The store began later than the message may have "
	"left."},
    {NULL, "store-trouble", "The store could not be read or written."},
    {NULL, "clock", "The clock was in doubt."},
    {NULL, "engine-away", "The engine had been away."},
    {NULL, "adapter-silent",
	"The mail server had not said yet what left while "
	"the engine was away."},
    {NULL, "gap",
	"The store has a gap: the engine was away, or was not told of "
	"all mail."},
    {NULL, "signing-began-later", "The domain signed nothing at that time."},
    {NULL, "outbound-began-later",
	"'outbound = here' was not said at that "
	"time."},
    {NULL, "exempt", "Mail of this user leaves without a tag (exempt)."},
    {NULL, "stripped",
	"Bounces of this user's mail come home without their "
	"tag."},
    {NULL, "unsigned-mail", "Mail of this user left without a tag."},
    {NULL, "unsigned-in-domain", "Mail of the domain left without a tag."},
};

/* Why mail left unsigned, and what helps. */
static const struct meaning unsigned_reasons[] = {
    {NULL, "exempt", "exempt in backstop.conf names the sender."},
    {NULL, "quoted", "An address in quotes cannot bear a tag."},
    {NULL, "non-ascii",
	"An address with other characters than ASCII cannot "
	"bear a tag."},
    {NULL, "too-long",
	"A local part of more than 48 octets cannot bear a "
	"tag."},
    {NULL, "source-route", "An address with a route cannot bear a tag."},
    {NULL, "no-domain",
	"The sender has no domain, and nobody knows which one "
	"the mail server adds."},
    {NULL, "malformed", "The sender is no address."},
    {NULL, "foreign-tag", "The sender has the tag of another host already."},
    {NULL, "no-key", "No key is active. Type: backstop key rotate"},
    {NULL, "clock",
	"The clock is in doubt. If today's date is right, type: "
	"backstop store confirm-clock"},
    {NULL, "unrecorded",
	"The store could not be written in time: type: "
	"backstop status"},
};

#define MEANING(table, verdict, word)                                          \
	meaning(table, sizeof(table) / sizeof((table)[0]), verdict, word)

static const char *
meaning(const struct meaning *table, size_t count, const char *verdict,
    const char *word)
{
	for (size_t i = 0; i < count; i++)
		if ((table[i].verdict == NULL ||
			strcmp(table[i].verdict, verdict) == 0) &&
		    (strcmp(table[i].word, word) == 0 ||
			(table[i].verdict != NULL && table[i].word[0] == '\0')))
			return table[i].text;
	return NULL;
}

static void BS_PRINTF(2, 3) say(struct text *text, const char *format, ...)
{
	va_list args;
	int len;

	if (text->len >= BS_WHY_TOLD - 1)
		return;
	va_start(args, format);
	len = vsnprintf(text->out + text->len, BS_WHY_TOLD - text->len, format,
	    args);
	va_end(args);
	if (len > 0)
		text->len += (size_t)len;
	if (text->len > BS_WHY_TOLD - 1)
		text->len = BS_WHY_TOLD - 1;
}

static void
say_line(struct text *text, const char *sentence)
{
	if (sentence != NULL)
		say(text, "    %s\n", sentence);
}

static void
say_when(struct text *text, int64_t when)
{
	char time[BS_TIME_TEXT];

	if (when != 0)
		say(text, "%s: ", bs_when_text(when, time));
}

/* "203.0.113.9 (mx.example.net)" */
static void
say_client(struct text *text, const struct bs_why_line *line)
{
	say(text, "%s",
	    VALUE("client")[0] == '\0' ? "a host" : VALUE("client"));
	if (VALUE("helo")[0] != '\0')
		say(text, " (%s)", VALUE("helo"));
}

static const struct {
	const char *action;
	enum bs_why_outcome outcome;
	const char *was;
	const char *would;
} actions[] = {
    {"reject", BS_WHY_REFUSED, "It was refused.", "refused it"},
    {"defer", BS_WHY_PUT_OFF, "It was put off: the other host tries again.",
	"put it off"},
    {"junk", BS_WHY_AS_SPAM, "It was marked as spam.", "marked it as spam"},
    {"header", BS_WHY_DELIVERED,
	"It passed, with a header field that tells of the verdict.",
	"added a header field to it"},
    {"rewrite", BS_WHY_DELIVERED, "It passed, to the plain address.",
	"let it pass"},
    {"none", BS_WHY_DELIVERED, "It passed.", "let it pass"},
};
#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

static size_t
find_action(const char *word)
{
	size_t i = 0;

	while (i < ACTIONS && strcmp(actions[i].action, word) != 0)
		i++;
	return i;
}

enum bs_why_outcome
bs_why_outcome(const struct bs_why_line *line)
{
	size_t was = find_action(VALUE("action"));

	return was < ACTIONS ? actions[was].outcome : BS_WHY_OTHER;
}

static void
say_action(struct text *text, const struct bs_why_line *line)
{
	size_t was = find_action(VALUE("action"));
	size_t would = find_action(VALUE("would"));

	if (was < ACTIONS)
		say_line(text, actions[was].was);
	if (would < ACTIONS && strcmp(VALUE("mode"), "enforce") != 0)
		say(text, "    The mode was %s: enforce would have %s.\n",
		    VALUE("mode"), actions[would].would);
	else if (would < ACTIONS)
		say(text,
		    "    By itself this recipient would have %s, but a message "
		    "to several has one fate.\n",
		    actions[would].would);
}

/* Whether a decision is worth a way to take it back. */
static bool
is_harmful(const struct bs_why_line *line)
{
	return find_action(VALUE("action")) < 3 ||
	       find_action(VALUE("would")) < 3;
}

/* Adds what comes from outside as one word of a line to type, which the shell
 * takes as it is: whoever sent it must not have it run something. */
static void
say_word(struct text *text, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789@._:/+=-";

	if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
		say(text, "%s", word);
		return;
	}
	say(text, "'");
	for (; *word != '\0'; word++)
		if (*word == '\'')
			say(text, "'\\''");
		else
			say(text, "%c", *word);
	say(text, "'");
}

/* Names the client, or where it is not known, whom the bounce was for. */
static void
say_accept(struct text *text, const struct bs_why_line *line)
{
	struct bs_netblock client;
	char plain[BS_LOG_LINE];

	if (bs_netblock_parse(VALUE("client"), &client) == 0)
		snprintf(plain, sizeof(plain), "%s", VALUE("client"));
	else
		bs_why_plain_address(VALUE("recipient"), plain, sizeof(plain));
	say(text, "    If it was genuine, type: backstop accept %s",
	    plain[0] == '-' ? "-- " : "");
	say_word(text, plain);
	say(text, "\n");
}

static void
tell_verdict(const struct bs_why_line *line, struct text *text)
{
	const char *verdict = VALUE("verdict");

	say_client(text, line);
	if (strcmp(VALUE("sender"), "<>") == 0)
		say(text, " sent a bounce to %s.\n", VALUE("recipient"));
	else
		say(text, " sent mail from %s to %s.\n", VALUE("sender"),
		    VALUE("recipient"));
	say_action(text, line);
	say_line(text, MEANING(reasons, verdict, VALUE("reason")));
	if (strcmp(verdict, "unknown") == 0) {
		say_line(text, MEANING(evidence, "", VALUE("evidence")));
		say_line(text, MEANING(coverage, "", VALUE("coverage")));
	}
	if (VALUE("message_id")[0] != '\0')
		say(text, "    It returns the message <%s>.\n",
		    VALUE("message_id"));
	if (strcmp(VALUE("event"), "probing") == 0)
		say_line(text,
		    "That host tried too many addresses and tags (probe_limit), "
		    "so its bounces waited. If it is a backup MX of yours, name "
		    "it in gateways.");
	else if (VALUE("accepted")[0] != '\0')
		say_line(text, "The verdict was set aside, as you told "
			       "'backstop accept' to.");
	else if (is_harmful(line))
		say_accept(text, line);
	say(text, "    (verdict %s, row %s)\n", verdict, VALUE("row"));
}

static void
say_look_again(struct text *text, const struct bs_why_line *line)
{
	bool is_null = strcmp(VALUE("sender"), "<>") == 0;

	say(text, "    To look again, type: backstop spf check -i ");
	say_word(text, VALUE("client"));
	say(text, " -s ");
	say_word(text, is_null ? "" : VALUE("sender"));
	say(text,
	    "\n    To let that host through, name it in skip in [spf].\n");
}

static void
tell_spf(const struct bs_why_line *line, struct text *text)
{
	say_client(text, line);
	say(text, " sent mail from %s.\n",
	    VALUE("sender")[0] == '\0' ? "<>" : VALUE("sender"));
	say_action(text, line);
	say(text, "    SPF of %s: %s", VALUE("domain"), VALUE("spf"));
	if (VALUE("mechanism")[0] != '\0')
		say(text, ", by %s", VALUE("mechanism"));
	say(text, "%s\n",
	    strcmp(VALUE("identity"), "helo") == 0 ? ", for the name in HELO."
						   : ".");
	if (VALUE("problem")[0] != '\0')
		say(text, "    %s\n", VALUE("problem"));
	if (strcmp(VALUE("rule"), "own-domain") == 0)
		say_line(text,
		    "It came from outside in the name of a domain of "
		    "ours (own_domains).");
	if (strcmp(VALUE("skipped"), "forwarder") == 0)
		say_line(text, "A host named in forwarders passed by its own "
			       "record, so nothing was done.");
	if (strcmp(VALUE("event"), "no-dsn") == 0)
		say_line(text, "If it cannot be delivered, nobody is told: "
			       "the sender may be forged (dsn).");
	if (is_harmful(line))
		say_look_again(text, line);
}

static void
tell_event(const struct bs_why_line *line, struct text *text)
{
	const char *event = VALUE("event");

	if (strcmp(event, "refused-later-known") == 0) {
		say(text,
		    "A bounce of a message that %s sent had been refused, "
		    "which was wrong.\n"
		    "    The message turned out later to be ours: <%s>. Bounces "
		    "of it that were refused: %s.\n"
		    "    Go back to mode observe until you know by which way "
		    "that mail left.\n",
		    VALUE("sender")[0] == '\0' ? "somebody here"
					       : VALUE("sender"),
		    VALUE("message_id"), VALUE("bounces"));
		return;
	}
	if (strcmp(event, "probing") == 0) {
		tell_verdict(line, text);
		return;
	}
	say(text, "mail from %s", VALUE("sender"));
	if (strcmp(VALUE("client"), "local") == 0)
		say(text, ", of this host itself,");
	else if (VALUE("client")[0] != '\0')
		say(text, ", given to us by %s,", VALUE("client"));
	say(text, "%s\n",
	    strcmp(event, "signed") == 0     ? " left with a tag."
	    : strcmp(event, "unsigned") == 0 ? " left without a tag."
					     : ":");
	if (strcmp(event, "signed") != 0 && strcmp(event, "unsigned") != 0)
		say(text, "    %s\n", event);
	say_line(text, MEANING(unsigned_reasons, "", VALUE("reason")));
}

void
bs_why_tell(const struct bs_why_line *line, char out[static BS_WHY_TOLD])
{
	struct text text = {.out = out};

	out[0] = '\0';
	say_when(&text, line->when);
	if (VALUE("verdict")[0] != '\0')
		tell_verdict(line, &text);
	else if (VALUE("spf")[0] != '\0')
		tell_spf(line, &text);
	else
		tell_event(line, &text);
}
