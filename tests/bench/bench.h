/* What the benchmarks share: a clock, medians, a folder on a real disk. */
#ifndef BS_BENCH_H
#define BS_BENCH_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"

#define BENCH_SENDER_MAX 64

/* A benchmark that cannot run on this machine (meson's exit code). */
#define BENCH_SKIP 77

int64_t bench_now_ns(void);

/* The p-th percentile (50 is the median) of values, which it sorts. */
double bench_percentile(double *values, size_t count, double p);

/* Ends the program with a message. */
_Noreturn void bench_fail(const char *what);

/* The same where rc, 0 or -errno or an outcome that nobody expected, is not 0.
 */
void bench_must(int rc, const char *what);

/* Makes a folder under $BACKSTOP_BENCH, $TMPDIR or /var/tmp and prints what
 * kind of file system it is on; one in memory ends the program as skipped. */
void bench_folder_make(char out[static PATH_MAX]);

/* A file in memory. */
struct bench_file {
	char *octets;
	size_t len;
};

/* Reads the files of a folder that are not empty. Returns how many there are,
 * 0 where there is no such folder; more than max end the program. */
size_t bench_read_folder(const char *path, struct bench_file *files,
    size_t max);

/* Removes a folder with all that is in it. */
void bench_folder_remove(const char *path);

/* Spreads n over 64 bits; the same on each run. */
uint64_t bench_mix(uint64_t n);

/* The address of the n-th sender. */
void bench_sender(uint64_t n, char out[static BENCH_SENDER_MAX]);

#endif
