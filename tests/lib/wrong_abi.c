/* A local_scan module of an ABI that no Exim has. */
#define LOCAL_SCAN
#include <local_scan.h>

int local_scan_version_major(void);
int local_scan_version_minor(void);

int
local_scan_version_major(void)
{
	return LOCAL_SCAN_ABI_VERSION_MAJOR + 90;
}

int
local_scan_version_minor(void)
{
	return 0;
}

int
local_scan(int fd, uschar **text)
{
	(void)fd;
	(void)text;
	return LOCAL_SCAN_REJECT;
}
