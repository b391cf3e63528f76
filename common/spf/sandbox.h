/* The walls around the spf child: no files, no programs, no other sockets. */
#ifndef BS_SPF_SANDBOX_H
#define BS_SPF_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

/* Gives up, for good, all that asking DNS does not need; connections are made
 * to these ports alone. What this kernel lacks is logged and stops nothing. To
 * be called once all files are open. */
void bs_sandbox_enter(const uint16_t *ports, size_t count);

#endif
