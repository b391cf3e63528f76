/* Standard input, output and error. */
#ifndef BS_BASE_DESCRIPTORS_H
#define BS_BASE_DESCRIPTORS_H

/* Where whoever started us closed one of them, its number would be that of the
 * next file we open, and what is printed or logged would go into that: the
 * keyring, the store, a peer's connection. So each gets something that can be
 * neither read nor written, as if it were closed still. To be called first. */
void bs_descriptors_hold_standard(void);

#endif
