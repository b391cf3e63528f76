/* Days and hours as people read them, in UTC. */
#include <string.h>

#include "common/cli/report/times.h"

const char *
bs_short_day(uint32_t day, char out[static BS_TIME_TEXT])
{
	char text[BS_TIME_TEXT];
	char *rest;

	/* "Monday 04 June 2035" */
	bs_weekday_text(day, text);
	rest = strchr(text, ' ');
	snprintf(out, BS_TIME_TEXT, "%.3s%.7s", text, rest == NULL ? "" : rest);
	return out;
}

const char *
bs_short_time(int64_t when, char out[static BS_TIME_TEXT])
{
	/* "2035-06-04T03:00:00Z" */
	bs_time_text(when, out);
	if (strlen(out) > 10) {
		out[10] = ' ';
		out[strlen(out) - 4] = '\0';
	}
	return out;
}
