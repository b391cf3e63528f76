/* The lines of an answer, as they are put together. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/cli/explain/answer_text.h"

void
bs_explain_say(struct bs_explain_answer_text *out, const char *format, ...)
{
	size_t len = strlen(out->first);
	va_list args;

	va_start(args, format);
	vsnprintf(out->first + len, sizeof(out->first) - len, format, args);
	va_end(args);
}

void
bs_explain_add(struct bs_explain_answer_text *out, const char *format, ...)
{
	va_list args;

	if (out->count == BS_EXPLAIN_MORE)
		return;
	va_start(args, format);
	vsnprintf(out->more[out->count], sizeof(out->more[0]), format, args);
	va_end(args);
	out->count++;
}

const char *
bs_explain_date(int64_t when, int64_t now, char out[static BS_TIME_TEXT])
{
	time_t seconds = (time_t)when;
	time_t other = (time_t)now;
	struct tm tm = {0};
	struct tm then = {0};

	(void)gmtime_r(&seconds, &tm);
	(void)gmtime_r(&other, &then);
	out[0] = '\0';
	(void)strftime(out, BS_TIME_TEXT,
	    tm.tm_year == then.tm_year ? "%d %B" : "%d %B %Y", &tm);
	/* no number begins with 0 */
	if (out[0] == '0')
		memmove(out, out + 1, strlen(out));
	return out;
}
