/* Reasons in words for people who have never seen the log. */
#include <stddef.h>

#include "common/cli/report/words.h"

struct words {
	enum bs_reason reason;
	const char *text;
};

static const struct words coverage[] = {
    {BS_REASON_OUTBOUND_ELSEWHERE, "other servers send, too"},
    {BS_REASON_OUTBOUND_BEGAN_LATER, "other servers sent, too"},
    {BS_REASON_SIGN_OFF, "mail is not signed"},
    {BS_REASON_SIGNING_BEGAN_LATER, "mail was not yet signed"},
    {BS_REASON_FOREIGN_KEY, "a key came from elsewhere"},
    {BS_REASON_LENT_KEY, "a key was given to another server"},
    {BS_REASON_SOMEONE_ELSE_SIGNS, "another server signs, too"},
    {BS_REASON_NO_STORE, "there was no store"},
    {BS_REASON_YOUNG_STORE, "the store began later"},
    {BS_REASON_STORE_TROUBLE, "the store could not be read"},
    {BS_REASON_CLOCK, "the clock was in doubt"},
    {BS_REASON_ENGINE_AWAY, "the engine did not run"},
    {BS_REASON_ADAPTER_SILENT, "not all has been told yet"},
    {BS_REASON_GAP, "a time was not recorded"},
    {BS_REASON_EXEMPT, "some mail is exempt"},
    {BS_REASON_STRIPPED, "a tag was lost on the way"},
    {BS_REASON_UNSIGNED_MAIL, "some mail left unsigned"},
    {BS_REASON_UNSIGNED_IN_DOMAIN, "some mail left unsigned"},
    {BS_REASON_UNRECORDED, "some mail left unrecorded"},
    {BS_REASON_SWEPT, "older than the store keeps"},
};

static const struct words unsigned_mail[] = {
    {BS_REASON_SIGN_OFF, "signing is off"},
    {BS_REASON_EXEMPT, "exempt by the settings"},
    {BS_REASON_NO_KEY, "no key was active"},
    {BS_REASON_CLOCK, "the clock was in doubt"},
    {BS_REASON_FOREIGN_TAG, "it had another's tag already"},
    {BS_REASON_QUOTED, "the local part is quoted"},
    {BS_REASON_NON_ASCII, "the address is not ASCII"},
    {BS_REASON_TOO_LONG, "the local part is too long"},
    {BS_REASON_SOURCE_ROUTE, "the address has a route"},
    {BS_REASON_BAD_TAG, "it had a tag that is not ours, or too old"},
    {BS_REASON_OUTBOUND_ELSEWHERE, "it left past the listeners that sign"},
    {BS_REASON_LATE, "the engine did not answer in time"},
    {BS_REASON_NO_DOMAIN, "the address has no domain"},
    {BS_REASON_MALFORMED, "it is no address"},
    {BS_REASON_UNRECORDED, "the store could not record it"},
    {BS_REASON_ENGINE_AWAY, "the engine did not answer"},
};

static const char *
find(const struct words *words, size_t count, enum bs_reason reason)
{
	for (size_t i = 0; i < count; i++)
		if (words[i].reason == reason)
			return words[i].text;
	return bs_reason_word(reason);
}

const char *
bs_report_coverage_words(enum bs_reason reason)
{
	return find(coverage, sizeof(coverage) / sizeof(coverage[0]), reason);
}

const char *
bs_report_unsigned_words(enum bs_reason reason)
{
	return find(unsigned_mail,
	    sizeof(unsigned_mail) / sizeof(unsigned_mail[0]), reason);
}
