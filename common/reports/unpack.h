/* Finds reports in a file: plain, packed, or in mails. */
#ifndef BS_REPORTS_UNPACK_H
#define BS_REPORTS_UNPACK_H

#include "common/base/backstop.h"
#include "common/reports/row.h"

/* Reads a file to its end and tells of all reports in it; of what cannot be
 * read as faults. It is for a process that may crash. Returns 0, or -ECANCELED
 * where no more was wanted. */
BS_MUST_USE int bs_report_unpack(int fd, bs_report_tell *tell, void *context);

#endif
