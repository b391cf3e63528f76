/* backstop metrics --textfile: a file that node-exporter reads. */
#ifndef BS_CLI_METRICS_TEXTFILE_H
#define BS_CLI_METRICS_TEXTFILE_H

#include "common/base/backstop.h"

#define BS_TEXTFILE_NAME "backstop.prom"

/* Puts the metrics into a file of that name in a folder, in one step. Returns
 * 0, or an exit status after the complaint. */
BS_MUST_USE int bs_textfile_write(const char *folder, const char *metrics);

#endif
