/* How far long work has come, on a terminal. */
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/monotonic.h"
#include "common/cli/output.h"
#include "common/cli/store/percent.h"

#define QUIET_MS 1000
#define EVERY_MS 250

static int64_t next_ms; /* 0: nothing is under way */
static bool is_shown;

void
bs_percent_show(const char *what, uint64_t done, uint64_t whole)
{
	int64_t now_ms = bs_monotonic_ms();

	if (next_ms == 0)
		next_ms = now_ms + QUIET_MS;
	if (now_ms < next_ms || whole == 0 || !isatty(STDERR_FILENO))
		return;
	next_ms = now_ms + EVERY_MS;
	is_shown = true;
	fputc('\r', stderr);
	bs_print(stderr, "%s: %u %%", what,
	    (unsigned)((double)done * 100 / (double)whole));
}

void
bs_percent_end(void)
{
	if (is_shown)
		fputc('\n', stderr);
	is_shown = false;
	next_ms = 0;
}
