/* Where a mistake in a file stands, for messages. */
#include <stdio.h>

#include "common/base/fault.h"

const char *
bs_fault_line(const struct bs_fault *fault, char out[static BS_FAULT_LINE])
{
	out[0] = '\0';
	if (fault->line > 0)
		snprintf(out, BS_FAULT_LINE, ":%u", fault->line);
	return out;
}
