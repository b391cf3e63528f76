/* Standard input, output and error. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/descriptors.h"

void
bs_descriptors_hold_standard(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int flags = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
		int opened;

		if (fcntl(fd, F_GETFD) != -1)
			continue;
		/* it gets the lowest number that is free, and that is fd */
		opened = open("/dev/null", flags);
		if (opened == -1)
			opened = open("/", O_RDONLY | O_DIRECTORY);
		if (opened != fd)
			abort();
	}
}
