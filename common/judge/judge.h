/* From a question to its answer. */
#ifndef BS_JUDGE_JUDGE_H
#define BS_JUDGE_JUDGE_H

#include <stdint.h>

#include "common/adapter/wire.h"
#include "common/judge/case.h"

/* Notes of each domain what the settings say today: whether mail of it is
 * signed and read. Due whenever a store comes, the day or the settings change.
 */
void bs_judge_note_domains(const struct bs_judge *judge, int64_t now);

/* Answers one question as of now (epoch seconds), but for ops spf, ping and
 * reload. What cannot be read or is not ours gets status ok and action none. */
void bs_judge(const struct bs_judge *judge, const struct bs_request *request,
    int64_t now, struct bs_answer *answer, struct bs_judgement *judgement);

#endif
