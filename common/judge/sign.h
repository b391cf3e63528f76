/* Op sign: whether a return path is signed, and with what. */
#ifndef BS_JUDGE_SIGN_H
#define BS_JUDGE_SIGN_H

#include "common/adapter/wire.h"
#include "common/judge/case.h"

void bs_judge_sign(struct bs_case *question, struct bs_answer *answer,
    struct bs_judgement *judgement);

#endif
