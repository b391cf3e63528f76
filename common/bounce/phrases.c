/* Whether a text has one of the phrases that bounces are made of. */
#include <string.h>

#include "common/base/ascii.h"
#include "common/bounce/phrase_tables.h"
#include "common/bounce/phrases.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* U+00C0 to U+017F: each letter without its accent, '?' for what is no letter.
 */
static const char plain_letters[] =
    "aaaaaaaceeeeiiiidnooooo?ouuuuytsaaaaaaaceeeeiiiidnooooo?ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static bool
is_trail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Folds the letter at text to lower case without its accent: Latin in UTF-8 or
 * ISO 8859-1, Cyrillic in UTF-8. Returns the octets read, and adds those
 * written, never more, to *used. */
static size_t
fold_letter(const char *text, size_t len, char *out, size_t *used)
{
	unsigned char first = (unsigned char)text[0];
	bool pair = len > 1 && is_trail(text[1]);
	unsigned second = pair ? (unsigned char)text[1] : 0;

	if (pair && first >= 0xc3 && first <= 0xc5) {
		out[(*used)++] =
		    plain_letters[(first - 0xc3U) * 64 + (second - 0x80)];
		return 2;
	}
	if (pair && first == 0xd0 && second >= 0x90 && second <= 0xaf) {
		/* capitals: U+0410 to U+042F, small ones 32 behind */
		out[(*used)++] = (char)(second < 0xa0 ? 0xd0 : 0xd1);
		out[(*used)++] =
		    (char)(second < 0xa0 ? second + 0x20 : second - 0x20);
		return 2;
	}
	if (!pair && first >= 0xc0) {
		out[(*used)++] = plain_letters[first - 0xc0U];
		return 1;
	}
	out[(*used)++] = text[0];
	return 1;
}

size_t
bs_phrases_fold(const char *text, size_t len, char *out, size_t size)
{
	static const char quote[] = "\xe2\x80\x99"; /* U+2019 */
	size_t used = 0;

	for (size_t i = 0; i < len && used + 3 < size;) {
		if ((unsigned char)text[i] >= 0x80) {
			if (len - i >= 3 && memcmp(text + i, quote, 3) == 0) {
				out[used++] = '\'';
				i += 3;
			} else {
				i += fold_letter(text + i, len - i, out, &used);
			}
			continue;
		}
		if ((unsigned char)text[i] <= ' ') {
			if (used > 0 && out[used - 1] != ' ')
				out[used++] = ' ';
		} else {
			out[used++] = bs_ascii_lower(text[i]);
		}
		i++;
	}
	while (used > 0 && out[used - 1] == ' ')
		used--;
	out[used] = '\0';
	return used;
}

static bool
is_word_octet(char c)
{
	return bs_ascii_is_alpha(c) || bs_ascii_is_digit(c);
}

/* Whether a word begins at text[i]; in scripts without spaces, any letter
 * does. */
static bool
begins_word(const char *text, size_t i)
{
	if ((unsigned char)text[i] >= 0x80)
		return !is_trail(text[i]);
	return is_word_octet(text[i]) &&
	       (i == 0 || !is_word_octet(text[i - 1]));
}

/* The first two octets as a number that sorts as they do. */
static unsigned
first_two(const char *text)
{
	return (unsigned)(unsigned char)text[0] << 8 | (unsigned char)text[1];
}

/* The first entry of a sorted table that does not sort before the octets. */
static size_t
find(const struct bs_phrase_table *table, unsigned octets)
{
	size_t low = 0;
	size_t count = table->count;

	while (low < count) {
		size_t middle = low + (count - low) / 2;

		if (first_two(table->phrases[middle]) < octets)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

static bool
begins(const char *text, const char *with)
{
	while (*with != '\0' && *text == *with) {
		text++;
		with++;
	}
	return *with == '\0';
}

/* Whether a phrase of a sorted table begins at a word of the text. */
static bool
has_phrase(const char *folded, const struct bs_phrase_table *table)
{
	for (size_t i = 0; folded[i] != '\0'; i++) {
		unsigned octets;

		if (!begins_word(folded, i))
			continue;
		octets = first_two(folded + i);
		for (size_t at = find(table, octets);
		     at < table->count &&
		     first_two(table->phrases[at]) == octets;
		     at++)
			if (begins(folded + i, table->phrases[at]))
				return true;
	}
	return false;
}

bool
bs_phrases_tell_failure(const char *folded)
{
	return has_phrase(folded, &bs_phrase_table_failure);
}

bool
bs_phrases_subject_fails(const char *folded)
{
	return has_phrase(folded, &bs_phrase_table_subject);
}

static bool
is_one_of(const char *text, const char *const *table, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, table[i]) == 0)
			return true;
	return false;
}

bool
bs_phrases_subject_is_title(const char *folded)
{
	static const char *const titles[] = {"delivery failure",
	    "delivery failure notification", "delivery notification",
	    "delivery report", "delivery status notification",
	    "delivery status notification (delay)",
	    "delivery status notification (failure)", "failure notice",
	    "mail delivery failed",
	    "mail delivery failed: returning message to sender",
	    "mail delivery failure", "mail delivery problem",
	    "mail system error - returned mail", "non delivery report",
	    "non-delivery notification", "non-delivery report",
	    "nondeliverable mail", "returned mail",
	    "returned mail: see transcript for details",
	    "returned mail: user unknown", "undeliverable mail",
	    "undeliverable message", "undelivered mail returned to sender",
	    "warning: could not send message for past 4 hours", "系统退信",
	    "系统退信/systems bounce", "系統退信", "退信通知"};

	return is_one_of(folded, titles, COUNT(titles));
}

bool
bs_phrases_subject_is_automatic(const char *folded)
{
	/* elsewhere in a Subject, "auto:" is part of something else */
	return begins(folded, "auto:") ||
	       has_phrase(folded, &bs_phrase_table_automatic);
}

bool
bs_phrases_subject_is_reply(const char *folded)
{
	static const char *const marks[] = {"re:", "fw:", "fwd:", "aw:", "wg:",
	    "sv:", "vs:", "tr:", "rv:", "antw:", "odp:", "[fwd:", "(fwd)"};

	for (size_t i = 0; i < COUNT(marks); i++)
		if (begins(folded, marks[i]))
			return true;
	return false;
}

bool
bs_phrases_subject_is_complaint(const char *folded)
{
	static const char *const begin[] = {"complaint about message from",
	    "email feedback report", "abuse report", "spam report",
	    "email abuse report"};

	for (size_t i = 0; i < COUNT(begin); i++)
		if (begins(folded, begin[i]))
			return true;
	return false;
}

bool
bs_phrases_name_daemon(const char *folded_local, const char *folded_name)
{
	static const char *const locals[] = {"mailer-daemon", "mailer_daemon",
	    "mailerdaemon", "mailer.daemon", "mail-daemon", "mail_daemon",
	    "maildaemon", "mdaemon", "double-bounce", "mailsystem",
	    "mail-system", "mail_system", "mailerror", "mail-error", "ndr",
	    "undeliverable", "smtp-daemon", "mmdf", "mailer", "mailrouter",
	    "mail-router", "mail.delivery.system", "bounce-notification",
	    "delivery-failure", "nondelivery", "non-delivery"};

	return is_one_of(folded_local, locals, COUNT(locals)) ||
	       /* Exchange 2007 and later, the same at every site */
	       begins(folded_local, "microsoftexchange329e71ec88ae") ||
	       has_phrase(folded_name, &bs_phrase_table_daemon);
}

bool
bs_phrases_name_system(const char *folded_local, const char *folded_name)
{
	static const char *const locals[] = {"postmaster", "post_master",
	    "post-master", "post.master", "bounce", "bounces", "administrator",
	    "system", "root", "daemon", "mailadmin", "mail-admin", "mailserver",
	    "mail-server", "mailgate", "mailgateway", "hostmaster", "imss",
	    "interscan", "avgate", "virusalert", "mailmarshal", "mail",
	    "symantec_antivirus_for_smtp_gateways", "system administrator"};

	return is_one_of(folded_local, locals, COUNT(locals)) ||
	       begins(folded_local, "postmaster") ||
	       begins(folded_local, "mailer-daemon") ||
	       has_phrase(folded_name, &bs_phrase_table_system);
}

bool
bs_phrases_name_robot(const char *folded_local)
{
	static const char *const begin[] = {"no-reply", "noreply", "no_reply",
	    "donotreply", "do-not-reply", "do_not_reply", "nobody"};

	for (size_t i = 0; i < COUNT(begin); i++)
		if (begins(folded_local, begin[i]))
			return true;
	return false;
}

/* Without the dashes and such that frame a line. */
static const char *
unframe(const char *folded, char *out, size_t size)
{
	static const char frame[] = " -=_*#+|<>~.:!";
	size_t len;

	while (folded[0] != '\0' && strchr(frame, folded[0]) != NULL)
		folded++;
	len = strlen(folded);
	while (len > 0 && strchr(frame, folded[len - 1]) != NULL)
		len--;
	if (len >= size)
		len = size - 1;
	memcpy(out, folded, len);
	out[len] = '\0';
	return out;
}

bool
bs_phrases_are_banner(const char *folded)
{
	static const char *const whole[] = {"original message",
	    "original headers", "original mail", "original message headers",
	    "message header", "message headers", "mail header", "mail headers",
	    "original message text", "message d'origine", "mensaje original",
	    "mensagem original", "messaggio originale",
	    "ursprungliche nachricht"};
	char bare[256];

	/* "delete your own text from the attached returned message": Postfix
	 * says so before it names the recipients */
	if (strstr(folded, "attached returned message") != NULL)
		return false;
	return has_phrase(folded, &bs_phrase_table_banner) ||
	       is_one_of(unframe(folded, bare, sizeof(bare)), whole,
		   COUNT(whole));
}

bool
bs_phrases_are_like_banner(const char *folded)
{
	static const char *const what[] = {"e-mail", "header", "mail",
	    "message"};
	static const char *const where[] = {"attached", "below", "copy",
	    "enclosed", "follow", "following", "follows", "original",
	    "received", "returned", "undelivered", "unsent"};
	const struct bs_phrase_table whats = {what, COUNT(what)};
	const struct bs_phrase_table wheres = {where, COUNT(where)};

	return strlen(folded) < 100 && has_phrase(folded, &wheres) &&
	       has_phrase(folded, &whats);
}
