/* RFC 3463 status codes in everyday words. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/cli/explain/status_code.h"
#include "common/base/ascii.h"

/* By subject and detail: RFC 3463 gives them the same meaning in every class.
 * The first entry that the code begins with counts. */
static const struct {
	const char *code;
	const char *text;
} meanings[] = {
    {"1.10", "the domain takes no mail"},
    {"1.1", "there is no such mailbox"},
    {"1.2", "there is no such domain"},
    {"1.3", "the address is malformed"},
    {"1.6", "the mailbox has moved"},
    {"1.", "the address is not right"},
    {"2.1", "the mailbox is closed"},
    {"2.2", "the mailbox is full"},
    {"2.3", "the message is too large"},
    {"2.", "the mailbox did not take it"},
    {"3.4", "the message is too large"},
    {"3.", "the mail server there did not take it"},
    {"4.1", "the mail server there does not answer"},
    {"4.4", "the way there is not known"},
    {"4.6", "it went in a loop"},
    {"4.7", "it could not be delivered in time"},
    {"4.", "the network or a host on the way failed"},
    {"6.", "its contents could not be handled"},
    {"7.23", "the SPF record of the sender's domain does not allow it"},
    {"7.24", "the SPF record of the sender's domain could not be read"},
    {"7.25", "the sending host has no name"},
    {"7.26", "it failed the receiver's checks for authentic mail"},
    {"7.", "the receiver's policy forbids it"},
};

static bool
has(const char *text, const char *words)
{
	size_t len = strlen(words);

	for (; strlen(text) >= len; text++)
		if (bs_ascii_same(text, words, len))
			return true;
	return false;
}

/* Some hosts give codes a meaning of their own: Exchange says 5.1.10 of unknown
 * recipients (RFC 7505: a domain without mail), and 5.4.1 where it answered and
 * refused. What the diagnostic says counts. Returns whether it says otherwise.
 */
static bool
is_contradicted(const char *code, const char *diagnostic)
{
	bool has_reply = bs_ascii_is_digit(diagnostic[0]) &&
			 bs_ascii_is_digit(diagnostic[1]) &&
			 bs_ascii_is_digit(diagnostic[2]);

	if (strcmp(code, "1.10") == 0)
		return diagnostic[0] != '\0' && !has(diagnostic, "null MX") &&
		       !has(diagnostic, "nullMX") &&
		       !has(diagnostic, "no mail");
	return strcmp(code, "4.1") == 0 && has_reply;
}

const char *
bs_explain_status_code(const char *status, const char *diagnostic)
{
	if (!bs_ascii_is_digit(status[0]) || status[1] != '.')
		return NULL;
	status += 2;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		size_t len = strlen(meanings[i].code);

		if (strncmp(status, meanings[i].code, len) == 0 &&
		    (meanings[i].code[len - 1] == '.' ||
			!bs_ascii_is_digit(status[len])))
			return is_contradicted(meanings[i].code, diagnostic)
				   ? NULL
				   : meanings[i].text;
	}
	return NULL;
}
