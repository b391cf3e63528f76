/* What several messages come to. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/cli/cli.h"
#include "common/cli/explain/sum.h"

void
bs_explain_sum_add(struct bs_explain_sum *sum,
    const struct bs_explained *explained)
{
	sum->messages++;
	if (explained->is_bait)
		sum->bait++;
	else if (explained->why == BS_WHY_NO_NOTICE)
		sum->no_bounce++;
	else if (explained->answer == BS_EXPLAIN_YES)
		sum->yes++;
	else if (explained->answer == BS_EXPLAIN_NO)
		sum->no++;
	else
		sum->unknown++;
	if (explained->is_bait)
		return;
	sum->likely_no += explained->leaning == BS_LEANS_NO;
	sum->likely_yes += explained->leaning == BS_LEANS_YES;
}

int
bs_explain_sum_status(const struct bs_explain_sum *sum)
{
	if (sum->yes == sum->messages)
		return BS_EXIT_YES;
	return sum->no == sum->messages ? BS_EXIT_NO : BS_EXIT_UNKNOWN;
}

/* Adds ", N text" if there are any. */
static void BS_PRINTF(4, 5)
    add(size_t count, char *out, size_t size, const char *format, ...)
{
	size_t len = strlen(out);
	va_list args;

	if (count == 0)
		return;
	va_start(args, format);
	vsnprintf(out + len, size - len, format, args);
	va_end(args);
}

void
bs_explain_sum_text(const struct bs_explain_sum *sum, char *out, size_t size)
{
	snprintf(out, size, "%zu messages", sum->messages);
	add(sum->yes, out, size, ", %zu about mail that you sent", sum->yes);
	add(sum->no, out, size, ", %zu about mail that you did not send",
	    sum->no);
	add(sum->unknown, out, size, ", %zu unknown", sum->unknown);
	add(sum->likely_no, out, size, " (%zu probably not yours)",
	    sum->likely_no);
	add(sum->likely_yes, out, size, " (%zu perhaps yours)",
	    sum->likely_yes);
	add(sum->no_bounce, out, size, ", %zu that %s no bounce",
	    sum->no_bounce, sum->no_bounce == 1 ? "is" : "are");
	add(sum->bait, out, size, ", %zu that may be bait", sum->bait);
}
