/* What is counted of each domain and day, and why. */
#include "common/policy/tally.h"

static const enum bs_reason left_reasons[BS_LEFTS] = {
    [BS_LEFT_SIGN_OFF] = BS_REASON_SIGN_OFF,
    [BS_LEFT_EXEMPT] = BS_REASON_EXEMPT,
    [BS_LEFT_NO_KEY] = BS_REASON_NO_KEY,
    [BS_LEFT_CLOCK] = BS_REASON_CLOCK,
    [BS_LEFT_LATE] = BS_REASON_LATE,
    [BS_LEFT_ELSEWHERE] = BS_REASON_OUTBOUND_ELSEWHERE,
    [BS_LEFT_FOREIGN_TAG] = BS_REASON_FOREIGN_TAG,
    [BS_LEFT_QUOTED] = BS_REASON_QUOTED,
    [BS_LEFT_NON_ASCII] = BS_REASON_NON_ASCII,
    [BS_LEFT_TOO_LONG] = BS_REASON_TOO_LONG,
    [BS_LEFT_SOURCE_ROUTE] = BS_REASON_SOURCE_ROUTE,
    [BS_LEFT_BAD_TAG] = BS_REASON_BAD_TAG,
};

enum bs_reason
bs_tally_left_reason(enum bs_tally_left left)
{
	return left_reasons[left];
}
