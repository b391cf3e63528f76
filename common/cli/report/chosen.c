/* Which domains the text shows, where there are many. */
#include <stdint.h>
#include <string.h>

#include "common/cli/report/chosen.h"

static uint64_t
weight(const struct bs_report *report, size_t at)
{
	const struct bs_report_count *count = &report->domains[at].count;

	return count->left_signed + count->left_unsigned + count->genuine +
	       count->forged + count->suspect + count->unknown;
}

size_t
bs_report_choose(const struct bs_report *report,
    size_t out[static BS_REPORT_CHOSEN])
{
	size_t count = 0;

	for (size_t i = 0; i < report->domain_count; i++) {
		size_t least = 0;

		if (count < BS_REPORT_CHOSEN) {
			out[count++] = i;
			continue;
		}
		/* of equal ones the last one goes */
		for (size_t j = 1; j < count; j++)
			if (weight(report, out[j]) <=
			    weight(report, out[least]))
				least = j;
		if (weight(report, i) <= weight(report, out[least]))
			continue;
		memmove(out + least, out + least + 1,
		    (count - least - 1) * sizeof(out[0]));
		out[count - 1] = i;
	}
	return count;
}
