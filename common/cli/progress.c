/* How far a long job has come, on a terminal. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/monotonic.h"
#include "common/cli/output.h"
#include "common/cli/progress.h"

#define PATIENCE_MS 500
#define EACH_MS 100
#define BAR 30
#define NAME_COLUMNS 30
#define MEGABYTE (1024 * 1024)

void
bs_progress_begin(struct bs_progress *progress, bool wanted, const char *name)
{
	progress->name = name;
	progress->is_shown = false;
	progress->next_ms = wanted && isatty(STDERR_FILENO)
				? bs_monotonic_ms() + PATIENCE_MS
				: -1;
}

void
bs_progress_show(struct bs_progress *progress, uint64_t done, uint64_t whole)
{
	static const char bar[] = "##############################";
	size_t name_len;
	const char *name;
	double share;

	if (progress == NULL || progress->next_ms < 0 ||
	    bs_monotonic_ms() < progress->next_ms)
		return;
	name_len = strlen(progress->name);
	name = progress->name +
	       (name_len > NAME_COLUMNS ? name_len - NAME_COLUMNS : 0);
	progress->next_ms = bs_monotonic_ms() + EACH_MS;
	progress->is_shown = true;
	fputc('\r', stderr);
	if (whole == 0) {
		bs_print(stderr, "%s: %" PRIu64 " MB read", name,
		    done / MEGABYTE);
	} else {
		share = (double)done / (double)whole;
		share = share > 1 ? 1 : share;
		bs_print(stderr, "%s [%-*.*s] %3d %%", name, BAR,
		    (int)(share * BAR), bar, (int)(share * 100));
	}
	(void)fflush(stderr);
}

void
bs_progress_end(struct bs_progress *progress)
{
	if (progress->is_shown)
		fputs("\r\033[K", stderr);
}
