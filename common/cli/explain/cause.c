/* Why a mail was not delivered, in everyday words. */
#include <stddef.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/explain/cause.h"

enum cause {
	NO_MAILBOX,
	NO_DOMAIN,
	NO_MAIL,
	MALFORMED,
	MOVED,
	BAD_ADDRESS,
	BAD_SENDER,
	CLOSED,
	FULL,
	TOO_LARGE,
	MAILBOX,
	SYSTEM,
	BUSY,
	NO_ANSWER,
	NO_WAY,
	LOOP,
	TOO_LATE,
	NETWORK,
	CONTENTS,
	VIRUS,
	SPAM,
	BLOCKED,
	SPF,
	SPF_TROUBLE,
	NO_NAME,
	NOT_AUTHENTIC,
	NO_RELAY,
	UNENCRYPTED,
	TOO_MANY,
	PROTOCOL,
	LANGUAGE,
	POLICY,
	CAUSES,
};

static const struct bs_explain_cause causes[] = {
    [NO_MAILBOX] = {"there is no such mailbox", false, false},
    [NO_DOMAIN] = {"there is no such domain", true, false},
    [NO_MAIL] = {"the domain takes no mail", true, false},
    [MALFORMED] = {"the address is malformed", false, false},
    [MOVED] = {"the mailbox has moved", false, false},
    [BAD_ADDRESS] = {"the address is not right", false, false},
    [BAD_SENDER] = {"it does not accept the sender's address", false, false},
    [CLOSED] = {"the mailbox is closed", false, false},
    [FULL] = {"the mailbox is full", false, false},
    [TOO_LARGE] = {"the message is too large", false, false},
    [MAILBOX] = {"the mailbox did not take it", false, false},
    [SYSTEM] = {"the mail server there did not take it", false, false},
    [BUSY] = {"the mail server there takes no more mail for now", false, false},
    [NO_ANSWER] = {"the mail server there does not answer", true, false},
    [NO_WAY] = {"the way there is not known", true, false},
    [LOOP] = {"it went in a loop", true, false},
    [TOO_LATE] = {"it could not be delivered in time", true, true},
    [NETWORK] = {"the network or a host on the way failed", true, false},
    [CONTENTS] = {"its contents could not be handled", false, false},
    [VIRUS] = {"it was taken for a virus", false, false},
    [SPAM] = {"it was taken for spam", false, false},
    [BLOCKED] = {"the host that sent it, or its sender, is blocked there",
	false, false},
    [SPF] = {"the SPF record of the sender's domain does not allow it", false,
	false},
    [SPF_TROUBLE] = {"the SPF record of the sender's domain could not be read",
	false, false},
    [NO_NAME] = {"the sending host has no name", false, false},
    [NOT_AUTHENTIC] = {"it failed the receiver's checks for authentic mail",
	false, false},
    [NO_RELAY] = {"the mail server there takes no mail for that address", false,
	false},
    [UNENCRYPTED] = {"it has to be sent encrypted", false, false},
    [TOO_MANY] = {"it had too many recipients at once", false, false},
    [PROTOCOL] = {"the two mail servers did not understand each other", false,
	false},
    [LANGUAGE] = {"the mail server there takes no such letters in addresses",
	false, false},
    [POLICY] = {"the receiver's policy forbids it", false, false},
};

/* By subject and detail: RFC 3463 gives them the same meaning in every class.
 * The first entry that the code begins with counts. */
static const struct {
	const char *code;
	enum cause cause;
} codes[] = {
    {"1.10", NO_MAIL},
    {"1.1", NO_MAILBOX},
    {"1.2", NO_DOMAIN},
    {"1.3", MALFORMED},
    {"1.6", MOVED},
    {"1.7", BAD_SENDER},
    {"1.8", BAD_SENDER},
    {"1.0", CAUSES}, /* a host that knows better says better */
    {"1.", BAD_ADDRESS},
    {"2.1", CLOSED},
    {"2.2", FULL},
    {"2.3", TOO_LARGE},
    {"2.", MAILBOX},
    {"3.4", TOO_LARGE},
    {"3.2", BUSY},
    {"3.", SYSTEM},
    {"4.1", NO_ANSWER},
    {"4.4", NO_WAY},
    {"4.6", LOOP},
    {"4.7", TOO_LATE},
    {"4.316", TOO_LATE}, /* Exchange Online: "Message expired" */
    {"4.", NETWORK},
    {"5.3", TOO_MANY},
    {"5.0", CAUSES},
    {"5.", PROTOCOL},
    {"6.7", LANGUAGE},
    {"6.", CONTENTS},
    {"7.10", UNENCRYPTED},
    {"7.20", NOT_AUTHENTIC},
    {"7.21", NOT_AUTHENTIC},
    {"7.22", NOT_AUTHENTIC},
    {"7.23", SPF},
    {"7.24", SPF_TROUBLE},
    {"7.25", NO_NAME},
    {"7.26", NOT_AUTHENTIC},
    {"7.27", BAD_SENDER},
    {"7.28", BUSY},
    {"7.29", NOT_AUTHENTIC},
    {"7.30", UNENCRYPTED},
    {"7.", POLICY},
};

/* What hosts write, in lower case, the clearest first. A phrase begins where a
 * word does. */
static const struct {
	const char *words;
	enum cause cause;
} phrases[] = {
    {"null mx", NO_MAIL},
    {"nullmx", NO_MAIL},
    {"accepts no mail", NO_MAIL},
    {"indicated no smtp service", NO_MAIL},
    {"does not accept mail", NO_MAIL},
    {"mailbox full", FULL},
    {"mailbox is full", FULL},
    {"over quota", FULL},
    {"overquota", FULL},
    {"over its quota", FULL},
    {"exceeded its quota", FULL},
    {"quota exceed", FULL},
    {"quota would be exceed", FULL},
    {"over-quota", FULL},
    {"quota usage exceeded", FULL},
    {"mailfolder is full", FULL},
    {"disk quota", FULL},
    {"diskspace quota", FULL},
    {"full mailbox", FULL},
    {"not have enough space", FULL},
    {"exceeded storage", FULL},
    {"out of storage", FULL},
    {"would exceed mailbox quota", FULL},
    {"virus", VIRUS},
    {"malware", VIRUS},
    {"spf record", SPF},
    {"no such domain", NO_DOMAIN},
    {"domain name not found", NO_DOMAIN},
    {"domain not found", NO_DOMAIN},
    {"domain does not exist", NO_DOMAIN},
    {"host unknown", NO_DOMAIN},
    {"unknown host", NO_DOMAIN},
    {"host not found", NO_DOMAIN},
    {"find any host by that name", NO_DOMAIN},
    {"find any host named", NO_DOMAIN},
    {"host or domain name not found", NO_DOMAIN},
    {"name or service not known", NO_DOMAIN},
    {"no mx or a", NO_DOMAIN},
    {"no mxs for this domain", NO_DOMAIN},
    {"unrouteable mail domain", NO_DOMAIN},
    {"unrouteable address", BAD_ADDRESS},
    {"too many hops", LOOP},
    {"message is looping", LOOP},
    {"loops back to myself", LOOP},
    {"mail loop", LOOP},
    {"greylist", BUSY},
    {"graylist", BUSY},
    {"rate limit", BUSY},
    {"frequency limited", BUSY},
    {"too many connections", BUSY},
    {"receiving mail at a rate", BUSY},
    {"receiving mail too quickly", BUSY},
    {"starttls command first", UNENCRYPTED},
    {"too many recipients", TOO_MANY},
    {"too large", TOO_LARGE},
    {"too big", TOO_LARGE},
    {"size limit", TOO_LARGE},
    {"exceeds maximum size", TOO_LARGE},
    {"exceeds the maximum", TOO_LARGE},
    {"message expired", TOO_LATE},
    {"retry timeout exceeded", TOO_LATE},
    {"failing for a long time", TOO_LATE},
    {"too old", TOO_LATE},
    {"timed out", NO_ANSWER},
    {"connection refused", NO_ANSWER},
    {"no route to host", NO_ANSWER},
    {"not accept our requests to connect", NO_ANSWER},
    {"not initiate smtp conversation", NO_ANSWER},
    {"network is unreachable", NO_ANSWER},
    {"able to establish an smtp connection", NO_ANSWER},
    {"unauthenticated email", NOT_AUTHENTIC},
    {"dmarc", NOT_AUTHENTIC},
    {"relaying denied", NO_RELAY},
    {"relay access denied", NO_RELAY},
    {"relay not permitted", NO_RELAY},
    {"relaying not allowed", NO_RELAY},
    {"not permitted to relay", NO_RELAY},
    {"unable to relay", NO_RELAY},
    {"sender address rejected", BAD_SENDER},
    {"sender rejected", BAD_SENDER},
    {"blacklist", BLOCKED},
    {"black list", BLOCKED},
    {"blocklist", BLOCKED},
    {"block list", BLOCKED},
    {"dnsbl", BLOCKED},
    {"spamhaus", BLOCKED},
    {"poor reputation", BLOCKED},
    {"banned sending", BLOCKED},
    {"temporarily blocked", BLOCKED},
    {"client host blocked", BLOCKED},
    {"block for spam", BLOCKED},
    {"host network not allowed", BLOCKED},
    {"554 blocked", BLOCKED},
    {"550 blocked", BLOCKED},
    {"spam", SPAM},
    {"unsolicited", SPAM},
    {"user unknown", NO_MAILBOX},
    {"unknown user", NO_MAILBOX},
    {"no such user", NO_MAILBOX},
    {"no such recipient", NO_MAILBOX},
    {"no such mailbox", NO_MAILBOX},
    {"no such address", NO_MAILBOX},
    {"no such person", NO_MAILBOX},
    {"no mailbox", NO_MAILBOX},
    {"no mail box", NO_MAILBOX},
    {"user not found", NO_MAILBOX},
    {"user does not exist", NO_MAILBOX},
    {"user doesn't exist", NO_MAILBOX},
    {"this user doesn't have", NO_MAILBOX},
    {"mailbox does not exist", NO_MAILBOX},
    {"mailbox not found", NO_MAILBOX},
    {"account does not exist", NO_MAILBOX},
    {"account that you tried to reach does not exist", NO_MAILBOX},
    {"recipient does not exist", NO_MAILBOX},
    {"recipient not found", NO_MAILBOX},
    {"recipient unknown", NO_MAILBOX},
    {"recipient name is not recognized", NO_MAILBOX},
    {"recipient no longer on server", NO_MAILBOX},
    {"unknown recipient", NO_MAILBOX},
    {"unknown address", NO_MAILBOX},
    {"unknown mailbox", NO_MAILBOX},
    {"unknown or illegal alias", NO_MAILBOX},
    {"address unknown", NO_MAILBOX},
    {"addressee unknown", NO_MAILBOX},
    {"invalid recipient", NO_MAILBOX},
    {"invalid mailbox", NO_MAILBOX},
    {"recipientnotfound", NO_MAILBOX},
    {"recipnotfound", NO_MAILBOX},
    {"is not an active address", NO_MAILBOX},
    {"not found by smtp address lookup", NO_MAILBOX},
    {"account has been disabled", CLOSED},
    {"account is disabled", CLOSED},
    {"mailbox disabled", CLOSED},
    {"mailbox is frozen", CLOSED},
    {"disabled recipient", CLOSED},
    {"disabled or discontinued", CLOSED},
    {"account inactive", CLOSED},
    {"content rejected", POLICY},
    {"policy reasons", POLICY},
};

#define PLAIN_MAX 512

static bool
is_word(char c)
{
	return bs_ascii_is_alpha(c) || bs_ascii_is_digit(c);
}

/* Whether a word is a name: an address, a host, a URL. Its parts say nothing:
 * "spam.example.com" refuses for other reasons, too. Exchange's
 * "RESOLVER.ADR.RecipientNotFound" is none. */
static bool
is_name(const char *word, size_t len)
{
	if (len > 9 && memcmp(word, "RESOLVER.", 9) == 0)
		return false;
	for (size_t i = 1; i + 1 < len; i++)
		if (word[i] == '@' || word[i] == '/' ||
		    (word[i] == '.' && is_word(word[i - 1]) &&
			is_word(word[i + 1])))
			return true;
	return false;
}

/* Copies a diagnostic in lower case, its names left out. */
static void
plain(const char *text, char out[static PLAIN_MAX])
{
	size_t used = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, " \t<>()\"");
		size_t kept = is_name(text, len) ? 0 : len;

		for (size_t i = 0; i < kept && used + 2 < PLAIN_MAX; i++)
			out[used++] =
			    (char)(text[i] == '.' ? ' '
						  : bs_ascii_lower(text[i]));
		text += len;
		if (*text == '\0')
			break;
		text++;
		if (used > 0 && used + 2 < PLAIN_MAX && out[used - 1] != ' ')
			out[used++] = ' ';
	}
	out[used] = '\0';
}

static bool
has(const char *text, const char *words)
{
	size_t len = strlen(words);

	for (const char *at = text; (at = strstr(at, words)) != NULL; at++)
		if (at == text || !is_word(at[-1]) || !is_word(*words))
			return len > 0;
	return false;
}

/* The entry of a code without its class, or CAUSES. */
static enum cause
of_code(const char *code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		size_t len = strlen(codes[i].code);

		if (strncmp(code, codes[i].code, len) == 0 &&
		    (codes[i].code[len - 1] == '.' ||
			!bs_ascii_is_digit(code[len])))
			return codes[i].cause;
	}
	return CAUSES;
}

static size_t
digits(const char *text)
{
	return strspn(text, "0123456789");
}

/* Reads "5.1.1" at text. Returns it without its class, or NULL; also for
 * "5.0.0", which says nothing, and for the address of a host. */
static const char *
code_at(const char *text)
{
	size_t subject;
	size_t detail;

	if ((text[0] != '4' && text[0] != '5') || text[1] != '.')
		return NULL;
	subject = digits(text + 2);
	if (subject != 1 || text[2] == '0' || text[3] != '.')
		return NULL;
	detail = digits(text + 4);
	if (detail == 0 || detail > 3 ||
	    (text[4 + detail] == '.' && digits(text + 5 + detail) > 0))
		return NULL;
	return text + 2;
}

static const char *
find_code(const char *text)
{
	const char *found = NULL;

	for (size_t i = 0; text[i] != '\0' && found == NULL; i++)
		if (i == 0 || (!is_word(text[i - 1]) && text[i - 1] != '.'))
			found = code_at(text + i);
	return found;
}

/* A host that answers does so with a number of three digits. */
static bool
is_reply(const char *text)
{
	return bs_ascii_is_digit(text[0]) && bs_ascii_is_digit(text[1]) &&
	       bs_ascii_is_digit(text[2]);
}

/* Exchange says 5.1.10 of unknown recipients (RFC 7505: a domain without
 * mail), and 5.4.1 where it answered and refused. */
static bool
is_contradicted(enum cause cause, const char *diagnostic)
{
	if (cause == NO_MAIL)
		return diagnostic[0] != '\0';
	return cause == NO_ANSWER && is_reply(diagnostic);
}

const struct bs_explain_cause *
bs_explain_cause(const char *status, const char *diagnostic)
{
	char text[PLAIN_MAX];
	const char *code = NULL;
	enum cause cause;

	plain(diagnostic, text);
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (has(text, phrases[i].words))
			return &causes[phrases[i].cause];
	if (bs_ascii_is_digit(status[0]) && status[1] == '.')
		code = status + 2;
	/* "5.0.0" says nothing: perhaps the diagnostic has a better one */
	if (code == NULL || code[0] == '0')
		code = find_code(diagnostic);
	if (code == NULL)
		return NULL;
	cause = of_code(code);
	if (cause == CAUSES || is_contradicted(cause, diagnostic))
		return NULL;
	return &causes[cause];
}
