/* Which recipients of a bounce may share a message. */
#ifndef BS_JUDGE_COMPANY_H
#define BS_JUDGE_COMPANY_H

#include "common/judge/case.h"

/* A message has one fate, that of its mildest verdict. Beside a recipient who
 * gets the bounce whatever it returns, by a valid tag, an exemption or the
 * administrator's word, a forged one would reach all others. */
enum bs_company bs_company_of(const struct bs_case *question,
    const struct bs_known *known);

#endif
