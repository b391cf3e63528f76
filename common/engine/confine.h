/* The walls around the spf child: no files, no programs, no other sockets. */
#ifndef BS_CONFINE_H
#define BS_CONFINE_H

/* Gives up, for good, all that asking DNS does not need. What this kernel
 * lacks is logged and stops nothing. To be called once all files are open. */
void bs_confine(void);

#endif
