/* The walls around the process that reads reports of strangers. */
#ifndef BS_REPORTS_JAIL_H
#define BS_REPORTS_JAIL_H

#include "common/base/backstop.h"

/* For a child: it keeps in and out, and gives up all else: other files, root,
 * the network, memory and time without end. Returns 0 or -errno. */
BS_MUST_USE int bs_report_jail_enter(int in, int out);

#endif
