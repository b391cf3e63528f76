/* What the kernel says of this process, as Prometheus' own clients tell it. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/engine/process.h"

#define SECOND_NS UINT64_C(1000000000)
#define MICROSECOND_NS UINT64_C(1000)

bool
bs_process_cpu_ns(uint64_t *out)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return false;
	*out = ((uint64_t)usage.ru_utime.tv_sec +
		   (uint64_t)usage.ru_stime.tv_sec) *
		   SECOND_NS +
	       ((uint64_t)usage.ru_utime.tv_usec +
		   (uint64_t)usage.ru_stime.tv_usec) *
		   MICROSECOND_NS;
	return true;
}

/* The pages of proc(5)'s statm, of Linux alone. */
static bool
read_pages(uint64_t *all, uint64_t *resident)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long page = sysconf(_SC_PAGESIZE);
	char line[128];
	char *end;
	bool found;

	if (file == NULL)
		return false;
	found = page > 0 && fgets(line, sizeof(line), file) != NULL;
	if (found) {
		*all = strtoull(line, &end, 10) * (uint64_t)page;
		*resident = strtoull(end, NULL, 10) * (uint64_t)page;
	}
	(void)fclose(file);
	return found;
}

bool
bs_process_resident_bytes(uint64_t *out)
{
	uint64_t all;

	return read_pages(&all, out);
}

bool
bs_process_virtual_bytes(uint64_t *out)
{
	uint64_t resident;

	return read_pages(out, &resident);
}

bool
bs_process_open_fds(uint64_t *out)
{
	DIR *folder = opendir("/proc/self/fd");
	const struct dirent *entry;
	uint64_t count = 0;

	if (folder == NULL)
		return false;
	while ((entry = readdir(folder)) != NULL)
		count += entry->d_name[0] != '.';
	(void)closedir(folder);
	*out = count - 1; /* but for that of the folder */
	return true;
}

bool
bs_process_max_fds(uint64_t *out)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY)
		return false;
	*out = (uint64_t)limit.rlim_cur;
	return true;
}
