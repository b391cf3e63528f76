/* The words of reasons. */
#include "common/policy/reason.h"

static const struct {
	const char *word;
	bool is_usual;
} reasons[BS_REASONS] = {
    [BS_REASON_NONE] = {"", false},

    [BS_REASON_BAD_TAG] = {"bad-tag", false},
    [BS_REASON_TAG] = {"tag", false},
    [BS_REASON_UNISSUED] = {"unissued", false},
    [BS_REASON_UNPROVEN] = {"unproven", false},
    [BS_REASON_REPLAY] = {"replay", false},
    [BS_REASON_LATE] = {"late", false},
    [BS_REASON_EXPIRED] = {"expired", false},
    [BS_REASON_UNKNOWN_KEY] = {"unknown-key", false},
    [BS_REASON_STALE] = {"stale", false},
    [BS_REASON_MESSAGE_ID] = {"message-id", false},
    [BS_REASON_UNTAGGED] = {"untagged", false},
    [BS_REASON_UNTAGGED_DAEMON] = {"untagged-daemon", false},
    [BS_REASON_MDN] = {"mdn", false},
    [BS_REASON_NO_ROW] = {"no-row", false},

    [BS_REASON_SIGNED] = {"signed", true},
    [BS_REASON_UNRECORDED] = {"unrecorded", false},
    [BS_REASON_NULL_SENDER] = {"null", true},
    [BS_REASON_MALFORMED] = {"malformed", false},
    [BS_REASON_STRANGER] = {"stranger", true},
    [BS_REASON_UNTRUSTED] = {"untrusted", true},
    [BS_REASON_NOT_OURS] = {"not-ours", true},
    [BS_REASON_SIGN_OFF] = {"sign-off", true},
    [BS_REASON_EXEMPT] = {"exempt", false},
    [BS_REASON_NO_KEY] = {"no-key", false},
    [BS_REASON_CLOCK] = {"clock", false},
    [BS_REASON_TAGGED] = {"tagged", true},
    [BS_REASON_FOREIGN_TAG] = {"foreign-tag", false},
    [BS_REASON_QUOTED] = {"quoted", false},
    [BS_REASON_NON_ASCII] = {"non-ascii", false},
    [BS_REASON_TOO_LONG] = {"too-long", false},
    [BS_REASON_SOURCE_ROUTE] = {"source-route", false},
    [BS_REASON_NO_DOMAIN] = {"no-domain", false},

    [BS_REASON_FOUND] = {"found", false},
    [BS_REASON_NOT_FOUND] = {"not-found", false},
    [BS_REASON_NOT_THEIRS] = {"not-theirs", false},
    [BS_REASON_OVER_CAP] = {"over-cap", false},
    [BS_REASON_OTHER_RECIPIENT] = {"other-recipient", false},
    [BS_REASON_PARTIAL] = {"partial", false},
    [BS_REASON_MESSAGES_OFF] = {"messages-off", false},
    [BS_REASON_NO_MESSAGE_ID] = {"no-message-id", false},
    [BS_REASON_KEY_TROUBLE] = {"key-trouble", false},

    [BS_REASON_OUTBOUND_ELSEWHERE] = {"outbound-elsewhere", false},
    [BS_REASON_FOREIGN_KEY] = {"foreign-key", false},
    [BS_REASON_LENT_KEY] = {"lent-key", false},
    [BS_REASON_SOMEONE_ELSE_SIGNS] = {"someone-else-signs", false},
    [BS_REASON_NO_STORE] = {"no-store", false},
    [BS_REASON_STORE_TROUBLE] = {"store-trouble", false},
    [BS_REASON_YOUNG_STORE] = {"young-store", false},
    [BS_REASON_ENGINE_AWAY] = {"engine-away", false},
    [BS_REASON_ADAPTER_SILENT] = {"adapter-silent", false},
    [BS_REASON_GAP] = {"gap", false},
    [BS_REASON_SIGNING_BEGAN_LATER] = {"signing-began-later", false},
    [BS_REASON_OUTBOUND_BEGAN_LATER] = {"outbound-began-later", false},
    [BS_REASON_STRIPPED] = {"stripped", false},
    [BS_REASON_UNSIGNED_MAIL] = {"unsigned-mail", false},
    [BS_REASON_UNSIGNED_IN_DOMAIN] = {"unsigned-in-domain", false},
    [BS_REASON_SWEPT] = {"swept", false},
};

const char *
bs_reason_word(enum bs_reason reason)
{
	return (unsigned)reason < BS_REASONS ? reasons[reason].word : "?";
}

bool
bs_reason_is_usual(enum bs_reason reason)
{
	return (unsigned)reason < BS_REASONS && reasons[reason].is_usual;
}
