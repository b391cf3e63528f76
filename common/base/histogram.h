/* How long things took: how many within each of some bounds. */
#ifndef BS_BASE_HISTOGRAM_H
#define BS_BASE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/* From 0.1 ms, less than a commit takes, to the 25 s of an SPF check; the last
 * has no bound. */
#define BS_HISTOGRAM_BUCKETS 18

/* All zero: nothing yet. A time counts in the first bucket that it fits. */
struct bs_histogram {
	uint64_t counts[BS_HISTOGRAM_BUCKETS];
	uint64_t sum_ns;
};

/* Adds what took so many nanoseconds; less than none is none. */
void bs_histogram_add(struct bs_histogram *histogram, int64_t ns);

/* The bound of a bucket in seconds, as Prometheus writes it: "0.0001" to
 * "+Inf". Lives for ever; NULL behind the last bucket. */
const char *bs_histogram_bound(size_t bucket);

#endif
