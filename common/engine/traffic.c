/* What the engine was asked, how it answered and how long that took. */
#include "common/engine/traffic.h"

#define MS_NS INT64_C(1000000)

void
bs_traffic_answered(struct bs_traffic *traffic, const struct bs_asked *asked,
    enum bs_status status, int64_t now_ns)
{
	int64_t took_ns = now_ns - asked->at_ns;

	traffic->answers[asked->op][status]++;
	bs_histogram_add(&traffic->seconds[asked->op], took_ns);
	if (asked->deadline_ms > 0 && took_ns > asked->deadline_ms * MS_NS)
		traffic->late++;
}
