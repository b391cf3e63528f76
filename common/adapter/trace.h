/* Questions and answers in the log, as they are on the wire. */
#ifndef BS_ADAPTER_TRACE_H
#define BS_ADAPTER_TRACE_H

#include <stddef.h>
#include <stdint.h>

/* Logs a frame in lines of BS_LOG_DEBUG: "question peer=12 id=7 op=rcpt ...".
 * The attributes are as backstop-protocol(7) has them, but for the MACs of
 * tags, which are blotted out. what is "question" or "answer"; peer tells
 * connections apart, or is -1. It costs nothing where such lines are not
 * written. */
void bs_trace_frame(const char *what, int peer, uint64_t id, const char *frame,
    size_t len);

#endif
