/* The walls around a child that reads what strangers wrote: no files, no
 * programs, no other sockets. */
#ifndef BS_BASE_SANDBOX_H
#define BS_BASE_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

/* Gives up, for good, all that asking DNS does not need; connections are made
 * to these ports alone. What this kernel lacks is logged, of who ("spf child"),
 * and stops nothing. To be called once all files are open. */
void bs_sandbox_enter(const char *who, const uint16_t *ports, size_t count);

#endif
