/* What the benchmarks share: a clock, medians, a folder on a real disk. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"

int64_t
bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int
compare(const void *a, const void *b)
{
	double left = *(const double *)a;
	double right = *(const double *)b;

	return left < right ? -1 : left > right;
}

double
bench_percentile(double *values, size_t count, double p)
{
	size_t at = (size_t)((double)(count - 1) * p / 100 + 0.5);

	qsort(values, count, sizeof(*values), compare);
	return values[at];
}

void
bench_fail(const char *what)
{
	fprintf(stderr, "%s: this should not be\n", what);
	exit(EXIT_FAILURE);
}

void
bench_must(int rc, const char *what)
{
	if (rc > 0)
		bench_fail(what);
	if (rc == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(-rc));
	exit(EXIT_FAILURE);
}

/* The name of a file system's kind, or NULL for one that lies in memory. */
static const char *
disk_kind(const struct statfs *fs)
{
	static const struct {
		long magic;
		const char *name;
	} kinds[] = {
	    {EXT4_SUPER_MAGIC, "ext4"},
	    {XFS_SUPER_MAGIC, "xfs"},
	    {BTRFS_SUPER_MAGIC, "btrfs"},
	    {OVERLAYFS_SUPER_MAGIC, "overlay"},
	};

	if (fs->f_type == TMPFS_MAGIC || fs->f_type == RAMFS_MAGIC)
		return NULL;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (fs->f_type == kinds[i].magic)
			return kinds[i].name;
	return "another file system";
}

void
bench_folder_make(char out[static PATH_MAX])
{
	const char *base = getenv("BACKSTOP_BENCH");
	const char *kind;
	struct statfs fs;

	if (base == NULL)
		base = getenv("TMPDIR");
	if (base == NULL)
		base = "/var/tmp";
	bench_must(statfs(base, &fs) == 0 ? 0 : -errno, base);
	if ((kind = disk_kind(&fs)) == NULL) {
		printf("%s is in memory: set BACKSTOP_BENCH to a folder on "
		       "a disk\n",
		    base);
		exit(BENCH_SKIP);
	}
	snprintf(out, PATH_MAX, "%s/backstop-bench.XXXXXX", base);
	bench_must(mkdtemp(out) != NULL ? 0 : -errno, out);
	printf("disk: %s\n", kind);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

void
bench_folder_remove(const char *path)
{
	(void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* The finaliser of splitmix64. */
uint64_t
bench_mix(uint64_t n)
{
	n += 0x9e3779b97f4a7c15;
	n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9;
	n = (n ^ n >> 27) * 0x94d049bb133111eb;
	return n ^ n >> 31;
}

void
bench_sender(uint64_t n, char out[static BENCH_SENDER_MAX])
{
	snprintf(out, BENCH_SENDER_MAX, "sender%07" PRIu64 "@example.org", n);
}

/* Returns whether it is a file with something in it. */
static bool
read_file(int folder, const char *name, struct bench_file *out)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	struct stat status;
	bool is_file;

	if (fd == -1 || fstat(fd, &status) != 0)
		bench_fail(name);
	is_file = S_ISREG(status.st_mode) && status.st_size > 0;
	if (is_file) {
		out->len = (size_t)status.st_size;
		out->octets = malloc(out->len);
		if (out->octets == NULL ||
		    read(fd, out->octets, out->len) != status.st_size)
			bench_fail(name);
	}
	close(fd);
	return is_file;
}

size_t
bench_read_folder(const char *path, struct bench_file *files, size_t max)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	size_t count = 0;

	if (folder == NULL)
		return 0;
	while ((entry = readdir(folder)) != NULL) {
		if (count == max)
			bench_fail(path);
		if (read_file(dirfd(folder), entry->d_name, &files[count]))
			count++;
	}
	closedir(folder);
	return count;
}
