/* A local_scan module for Exim that does nothing. */
#define LOCAL_SCAN
#include <local_scan.h>

int local_scan_version_major(void);
int local_scan_version_minor(void);

int
local_scan_version_major(void)
{
	return LOCAL_SCAN_ABI_VERSION_MAJOR;
}

int
local_scan_version_minor(void)
{
	return LOCAL_SCAN_ABI_VERSION_MINOR;
}

int
local_scan(int fd, uschar **text)
{
	(void)fd;
	(void)text;
	return LOCAL_SCAN_ACCEPT;
}
