/* What the kernel says of this process, as Prometheus' own clients tell it. */
#ifndef BS_ENGINE_PROCESS_H
#define BS_ENGINE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/* Each sets *out and returns true; false where this system does not say. The
 * processor's time is that of user and system, of all threads. */
bool bs_process_cpu_ns(uint64_t *out);
bool bs_process_resident_bytes(uint64_t *out);
bool bs_process_virtual_bytes(uint64_t *out);
bool bs_process_open_fds(uint64_t *out);
bool bs_process_max_fds(uint64_t *out);

#endif
