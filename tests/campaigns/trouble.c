/* A library to preload: the clock, the memory and the disk of a program
 * misbehave as a file tells that the test maps, too.
 *
 * TROUBLE names the file. It holds the numbers of struct trouble; while they
 * are 0, nothing is changed. */
#undef _FILE_OFFSET_BITS /* it renames what others call by its first name */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum disk {
	DISK_FULL = 1,	/* ENOSPC */
	DISK_BROKEN,	/* EIO */
	DISK_SHORT,	/* less is written than was asked for */
	DISK_NOT_SYNCED /* fsync() and its like fail */
};

struct trouble {
	_Atomic int64_t clock_offset_s;
	_Atomic int64_t memory_one_in; /* allocations, of which one fails */
	_Atomic int64_t disk;	       /* enum disk */
	_Atomic int64_t disk_one_in;   /* calls, of which one fails */
	_Atomic uint64_t seed;
	_Atomic int64_t faults; /* how often something was made to fail */
};

static struct trouble *trouble;

__attribute__((constructor)) static void
map(void)
{
	const char *path = getenv("TROUBLE");
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *found;

	if (fd < 0)
		return;
	found = mmap(NULL, sizeof(*trouble), PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	close(fd);
	if (found != MAP_FAILED)
		trouble = found;
}

/* The real function behind one of ours. */
#define REAL(name)                                                             \
	static __typeof__(&(name)) real;                                       \
	if (real == NULL)                                                      \
	*(void **)&real = dlsym(RTLD_NEXT, #name)

/* True once in so many calls, in an order that the seed gives. */
static bool
strikes(int64_t one_in)
{
	uint64_t was;

	if (one_in <= 0)
		return false;
	was = atomic_fetch_add(&trouble->seed, 0x9e3779b97f4a7c15U);
	was = (was ^ (was >> 30)) * 0xbf58476d1ce4e5b9U;
	was = (was ^ (was >> 27)) * 0x94d049bb133111ebU;
	if ((was >> 11) % (uint64_t)one_in != 0)
		return false;
	atomic_fetch_add(&trouble->faults, 1);
	return true;
}

/* Time. */

static time_t
offset(void)
{
	return trouble != NULL ? (time_t)trouble->clock_offset_s : 0;
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int rc;

	REAL(clock_gettime);
	rc = real(clock, now);
	if (rc == 0 &&
	    (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec += offset();
	return rc;
}

time_t
time(time_t *where)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (where != NULL)
		*where = now.tv_sec;
	return now.tv_sec;
}

/* Memory. */

static bool
no_memory(void)
{
	if (trouble == NULL || !strikes(trouble->memory_one_in))
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	REAL(malloc);
	return no_memory() ? NULL : real(size);
}

void *
realloc(void *old, size_t size)
{
	REAL(realloc);
	return size > 0 && no_memory() ? NULL : real(old, size);
}

void *
reallocarray(void *old, size_t count, size_t size)
{
	REAL(reallocarray);
	return count > 0 && size > 0 && no_memory() ? NULL
						    : real(old, count, size);
}

/* dlsym() may ask for memory before it has found where that comes from. */
void *
calloc(size_t count, size_t size)
{
	static _Alignas(16) char early[4096];
	static size_t used;
	static bool looking;
	static __typeof__(&calloc) real;

	if (real == NULL) {
		if (looking) {
			void *taken = early + used;

			used += (count * size + 15) & ~(size_t)15;
			return used <= sizeof(early) ? taken : NULL;
		}
		looking = true;
		*(void **)&real = dlsym(RTLD_NEXT, "calloc");
		looking = false;
	}
	return no_memory() ? NULL : real(count, size);
}

/* The disk: files alone, and not those that the program was started with. */

static bool
on_disk(int fd)
{
	struct stat found;

	return trouble != NULL && trouble->disk != 0 && fd > STDERR_FILENO &&
	       fstat(fd, &found) == 0 && S_ISREG(found.st_mode);
}

/* How much of a write is done: all of it, less, or -1 and errno. */
static ssize_t
writable(int fd, size_t len)
{
	if (!on_disk(fd) || trouble->disk == DISK_NOT_SYNCED ||
	    !strikes(trouble->disk_one_in))
		return (ssize_t)len;
	if (trouble->disk == DISK_SHORT && len > 1)
		return (ssize_t)(len / 2);
	errno = trouble->disk == DISK_BROKEN ? EIO : ENOSPC;
	return -1;
}

ssize_t
write(int fd, const void *octets, size_t len)
{
	ssize_t some = writable(fd, len);

	REAL(write);
	return some < 0 ? -1 : real(fd, octets, (size_t)some);
}

ssize_t
pwrite(int fd, const void *octets, size_t len, off_t at)
{
	ssize_t some = writable(fd, len);

	REAL(pwrite);
	return some < 0 ? -1 : real(fd, octets, (size_t)some, at);
}

ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	ssize_t some = writable(fd, (size_t)count);

	REAL(writev);
	return some < 0 ? -1 : real(fd, parts, (int)some);
}

int
ftruncate(int fd, off_t len)
{
	ssize_t some = writable(fd, 1);

	REAL(ftruncate);
	return some < 0 ? -1 : real(fd, len);
}

/* The names that programs with large files have for them. */
ssize_t pwrite64(int fd, const void *octets, size_t len, off_t at)
    __attribute__((alias("pwrite")));
int ftruncate64(int fd, off_t len) __attribute__((alias("ftruncate")));

static bool
not_synced(int fd)
{
	if (!on_disk(fd) || trouble->disk != DISK_NOT_SYNCED ||
	    !strikes(trouble->disk_one_in))
		return false;
	errno = EIO;
	return true;
}

int
fsync(int fd)
{
	REAL(fsync);
	return not_synced(fd) ? -1 : real(fd);
}

int
fdatasync(int fd)
{
	REAL(fdatasync);
	return not_synced(fd) ? -1 : real(fd);
}

int
msync(void *from, size_t len, int flags)
{
	REAL(msync);
	if (trouble != NULL && trouble->disk == DISK_NOT_SYNCED &&
	    strikes(trouble->disk_one_in)) {
		errno = EIO;
		return -1;
	}
	return real(from, len, flags);
}
