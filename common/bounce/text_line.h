/* What one line of running text says: whom it names, and what failed. */
#ifndef BS_BOUNCE_TEXT_LINE_H
#define BS_BOUNCE_TEXT_LINE_H

#include "common/bounce/dsn.h"

/* Lines with words of failure that are counted. */
#define BS_DSN_FAILURES 3

/* folded is the same line as bs_phrases_fold() makes it. */
void bs_dsn_text_line_read(struct bs_dsn *dsn, const char *line, size_t len,
    const char *folded);

#endif
