/* Reasons in words for people who have never seen the log. */
#ifndef BS_CLI_REPORT_WORDS_H
#define BS_CLI_REPORT_WORDS_H

#include "common/policy/reason.h"

/* Why not all mail of a day is known, and why mail left without a tag: a few
 * words each; the word of the log where there are none. Never NULL. */
const char *bs_report_coverage_words(enum bs_reason reason);
const char *bs_report_unsigned_words(enum bs_reason reason);

#endif
