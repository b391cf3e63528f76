/* Each line of smtpd's, brought to the part that it is for. */
#ifndef BS_FILTER_DISPATCH_H
#define BS_FILTER_DISPATCH_H

#include "filter/filter.h"

/* Takes one line of smtpd's. It never fails: what cannot be judged passes. */
void bs_dispatch_line(struct bs_filter *filter, struct bs_text line);

/* Forgets all sessions and all questions in flight, and says nothing of it. */
void bs_dispatch_close(struct bs_filter *filter);

#endif
