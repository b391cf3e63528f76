/* backstop report on a terminal. */
#include <inttypes.h>
#include <stdio.h>

#include "common/cli/output.h"
#include "common/cli/report/show.h"

static void
print_numbers(const struct bs_report *report)
{
	const struct bs_report_count *count = &report->count;

	bs_print(stdout,
	    "%10" PRIu64 "  bounces refused as forged\n"
	    "%10" PRIu64 "  genuine bounces delivered\n"
	    "%10" PRIu64 "  refused, and later known to be ours\n"
	    "%10" PRIu64 "  unknown bounces passed\n",
	    count->rejected, count->genuine, count->refused_later_known,
	    count->unknown);
}

static void
print_attack(const struct bs_report *report)
{
	const struct bs_report_attack *worst = &report->attacks[report->worst];
	char start[BS_TIME_TEXT];
	char end[BS_TIME_TEXT];

	if (report->attack_count == 0) {
		puts("no attack");
		return;
	}
	bs_print(stdout, "attack from %s to %s: %" PRIu64 " bounces\n",
	    bs_time_text(worst->start, start), bs_time_text(worst->end, end),
	    worst->bounces);
}

void
bs_report_print(const struct bs_report *report)
{
	print_numbers(report);
	print_attack(report);
}
