/* What is half done is removed when the program is told to end (SIGHUP,
 * SIGINT, SIGTERM). */
#ifndef BS_CLI_STORE_INTERRUPT_H
#define BS_CLI_STORE_INTERRUPT_H

#include "common/base/backstop.h"

/* From now on, such a signal removes this file, or empty folder, and ends the
 * program. Several are removed in their order. A child removes nothing. */
void bs_interrupt_removes(const char *path);

/* It removes nothing any more. */
void bs_interrupt_forget(void);

/* Between these two the signals wait: what is begun is ended first. */
void bs_interrupt_hold(void);
void bs_interrupt_release(void);

#endif
