/* Tells the service manager how the engine is: sd_notify(3), without its
 * library. Where no manager asked for that, nothing happens. */
#ifndef BS_ENGINE_NOTIFY_H
#define BS_ENGINE_NOTIFY_H

#include "common/base/backstop.h"

/* What a manager shows of a service is one line; longer ones are cut. */
#define BS_NOTIFY_TEXT 300

/* Takes the manager's socket out of the environment, so that no child has it.
 * To be called before the first of them. */
void bs_notify_open(void);

/* Questions are answered from now on. */
void bs_notify_ready(void);

/* How things are, in words. The same words are not sent twice. */
void bs_notify_status(const char *format, ...) BS_PRINTF(1, 2);

/* The engine ends. */
void bs_notify_stopping(void);

#endif
