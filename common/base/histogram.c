/* How long things took: how many within each of some bounds. */
#include "common/base/histogram.h"

#define MS INT64_C(1000000)
#define US INT64_C(1000)
#define S INT64_C(1000000000)

static const struct {
	int64_t ns;
	const char *seconds;
} bounds[BS_HISTOGRAM_BUCKETS] = {
    {100 * US, "0.0001"},
    {250 * US, "0.00025"},
    {500 * US, "0.0005"},
    {1 * MS, "0.001"},
    {2500 * US, "0.0025"},
    {5 * MS, "0.005"},
    {10 * MS, "0.01"},
    {25 * MS, "0.025"},
    {50 * MS, "0.05"},
    {100 * MS, "0.1"},
    {250 * MS, "0.25"},
    {500 * MS, "0.5"},
    {1 * S, "1"},
    {2500 * MS, "2.5"},
    {5 * S, "5"},
    {10 * S, "10"},
    {25 * S, "25"},
    {INT64_MAX, "+Inf"},
};

void
bs_histogram_add(struct bs_histogram *histogram, int64_t ns)
{
	size_t bucket = 0;

	if (ns < 0)
		ns = 0;
	while (ns > bounds[bucket].ns)
		bucket++;
	histogram->counts[bucket]++;
	histogram->sum_ns += (uint64_t)ns;
}

const char *
bs_histogram_bound(size_t bucket)
{
	return bucket < BS_HISTOGRAM_BUCKETS ? bounds[bucket].seconds : NULL;
}
