/* The domains of a question in one spelling. */
#ifndef BS_ENGINE_IDN_H
#define BS_ENGINE_IDN_H

#include "common/adapter/wire.h"

/* Returns the request as it is to be judged: with the domains of all addresses
 * and of HELO in ASCII. It is the request itself where they are, else *out. A
 * domain that cannot be written so stays as it came. */
const struct bs_request *bs_idn_request(const struct bs_request *request,
    struct bs_request *out);

#endif
