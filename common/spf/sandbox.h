/* The walls around the spf child: no files, no programs, no other sockets. */
#ifndef BS_CONFINE_H
#define BS_CONFINE_H

#include <stddef.h>
#include <stdint.h>

/* Gives up, for good, all that asking DNS does not need; connections are made
 * to these ports alone. What this kernel lacks is logged and stops nothing. To
 * be called once all files are open. */
void bs_confine(const uint16_t *ports, size_t count);

#endif
