/* What the fuzz targets share. */
#ifndef BS_FUZZ_H
#define BS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An assertion that no build option takes away. */
#define MUST(claim)                                                            \
	do {                                                                   \
		if (!(claim)) {                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,       \
			    __LINE__, #claim);                                 \
			abort();                                               \
		}                                                              \
	} while (0)

#endif
