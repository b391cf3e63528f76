/* What Exim itself says of its configuration; run with care. */
#ifndef BS_CLI_DOCTOR_EXIM_ASK_H
#define BS_CLI_DOCTOR_EXIM_ASK_H

#include <stddef.h>

#include "common/base/backstop.h"

#define BS_EXIM_COMPLAINT 300

/* Has the program say "-bP config", as nobody if that is enough: of the
 * configuration in a file, or, where that is NULL, of its own. The text is
 * malloc()ed and has a NUL behind it. Returns 0; -EINVAL where Exim refuses
 * its configuration, with its words in complaint, which may be empty; or
 * -errno (-ETIMEDOUT, -EFBIG). */
BS_MUST_USE int bs_exim_ask(const char *program, const char *file, char **text,
    size_t *len, char complaint[static BS_EXIM_COMPLAINT]);

#endif
