/* The administrator's log: one line a verdict. */
#ifndef BS_JUDGE_LOG_H
#define BS_JUDGE_LOG_H

#include "common/adapter/wire.h"
#include "common/judge/case.h"

/* Logs one line: a verdict on a bounce or a tag, or an address of ours that
 * went unsigned. Silent about all other mail. */
void bs_judge_log(const struct bs_request *request,
    const struct bs_answer *answer, const struct bs_judgement *judgement);

#endif
