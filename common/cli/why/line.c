/* A line of the engine's log, taken apart. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/ascii.h"
#include "common/cli/why/line.h"

#define DAY_SECONDS 86400
#define STAMP_MAX 40 /* octets of the longest time */

/* "prvs=" and the digits of a tag. */
#define TAG "prvs="
#define TAG_DIGITS 10

/* The words with which a decision begins; others stand in lines of -v. */
static const char *const firsts[] = {"verdict=", "event=", "spf="};

/* Whether the line goes on with start, which is then gone past. */
static bool
skip(const char **at, const char *end, const char *start)
{
	size_t len = strlen(start);

	if ((size_t)(end - *at) < len || memcmp(*at, start, len) != 0)
		return false;
	*at += len;
	return true;
}

/* Goes past ": ", where it ends the name of a program of ours, as in
 * "... mx backstopd[12]: ", or the level of a line on standard error. In the
 * lines of others a stranger may have written anything behind it. */
static void
skip_program(const char **at, const char *end)
{
	static const char *const names[] = {"backstopd", "info"};
	const char *colon = memmem(*at, (size_t)(end - *at), ": ", 2);
	const char *name_end = colon;
	const char *name;

	if (colon == NULL)
		return;
	if (name_end > *at && name_end[-1] == ']') {
		do
			name_end--;
		while (name_end > *at && bs_ascii_is_digit(name_end[-1]));
		if (name_end == *at || *--name_end != '[')
			return;
	}
	for (name = name_end; name > *at && name[-1] != ' '; name--)
		;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((size_t)(name_end - name) == strlen(names[i]) &&
		    memcmp(name, names[i], strlen(names[i])) == 0)
			*at = colon + 2;
}

/* Where the message begins, or NULL where it is no decision. */
static const char *
find_message(const char *text, const char *end)
{
	const char *at = text;

	if (!skip(&at, end, "<6>"))
		skip_program(&at, end);
	(void)skip(&at, end, "info: ");
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		const char *behind = at;

		if (skip(&behind, end, firsts[i]))
			return at;
	}
	return NULL;
}

/* "1764490907.123456", of journalctl. */
static bool
read_seconds(const char *stamp, int64_t *out)
{
	size_t len = strspn(stamp, "0123456789");

	if (len < 9 || len > 11 || (stamp[len] != '.' && stamp[len] != ' '))
		return false;
	*out = 0;
	for (size_t i = 0; i < len; i++)
		*out = *out * 10 + (stamp[i] - '0');
	return true;
}

/* "2026-11-30T08:21:47.123456+01:00", of rsyslog, journalctl and others; the
 * fraction and the colon may be absent. */
static bool
read_iso(const char *stamp, int64_t *out)
{
	struct tm tm = {0};
	const char *rest = strptime(stamp, "%Y-%m-%dT%H:%M:%S", &tm);

	if (rest == NULL)
		return false;
	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	tm.tm_gmtoff = 0;
	if (strptime(rest, "%z", &tm) == NULL)
		return false;
	*out = (int64_t)timegm(&(struct tm){.tm_year = tm.tm_year,
		   .tm_mon = tm.tm_mon,
		   .tm_mday = tm.tm_mday,
		   .tm_hour = tm.tm_hour,
		   .tm_min = tm.tm_min,
		   .tm_sec = tm.tm_sec}) -
	       tm.tm_gmtoff;
	return true;
}

/* "Nov 30 08:21:47", of older syslogs, in the host's own time. */
static bool
read_yearless(const char *stamp, int64_t written, int64_t *out)
{
	time_t end = (time_t)(written + DAY_SECONDS);
	struct tm tm = {0};
	struct tm now;

	if (strptime(stamp, "%b %d %H:%M:%S", &tm) == NULL ||
	    localtime_r(&end, &now) == NULL)
		return false;
	tm.tm_isdst = -1;
	tm.tm_year = now.tm_year;
	*out = (int64_t)mktime(&tm);
	if (*out > (int64_t)end) {
		tm.tm_isdst = -1;
		tm.tm_year--;
		*out = (int64_t)mktime(&tm);
	}
	return true;
}

static int64_t
read_time(const char *text, size_t len, int64_t written)
{
	char stamp[STAMP_MAX];
	int64_t when = 0;

	snprintf(stamp, sizeof(stamp), "%.*s",
	    (int)(len < STAMP_MAX ? len : STAMP_MAX - 1), text);
	if (read_seconds(stamp, &when) || read_iso(stamp, &when) ||
	    read_yearless(stamp, written, &when))
		return when > 0 ? when : 0;
	return 0;
}

/* Undoes \xNN, in place. A NUL stays as it was written. */
static void
unescape(char *value)
{
	char *to = value;

	for (const char *from = value; *from != '\0'; to++) {
		int high = -1;
		int low = -1;

		if (from[0] == '\\' && from[1] == 'x' &&
		    (high = bs_ascii_hex(from[2])) >= 0)
			low = bs_ascii_hex(from[3]);
		if (low >= 0 && high * 16 + low != 0) {
			*to = (char)(high * 16 + low);
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

int
bs_why_line_parse(const char *text, size_t len, int64_t written,
    struct bs_why_line *out)
{
	const char *message = find_message(text, text + len);
	char *rest = out->text;
	char *word;

	if (message == NULL || memchr(text, '\0', len) != NULL)
		return -EINVAL;
	out->when = read_time(text, (size_t)(message - text), written);
	len -= (size_t)(message - text);
	if (len > BS_LOG_LINE)
		len = BS_LOG_LINE;
	memcpy(out->text, message, len);
	out->text[len] = '\0';
	out->count = 0;
	while (
	    (word = strsep(&rest, " ")) != NULL && out->count < BS_WHY_WORDS) {
		char *value = strchr(word, '=');

		if (value == NULL)
			continue;
		*value++ = '\0';
		unescape(value);
		out->words[out->count].name = word;
		out->words[out->count++].value = value;
	}
	return 0;
}

const char *
bs_why_line_value(const struct bs_why_line *line, const char *name)
{
	for (size_t i = 0; i < line->count; i++)
		if (strcmp(line->words[i].name, name) == 0)
			return line->words[i].value;
	return "";
}

void
bs_why_plain_address(const char *address, char *out, size_t size)
{
	const char *tag = strstr(address, TAG);
	const char *rest = tag == NULL ? "" : tag + strlen(TAG);

	snprintf(out, size, "%s", address);
	if (strlen(rest) <= TAG_DIGITS)
		return;
	rest += TAG_DIGITS;
	if (tag == address && *rest == '=')
		snprintf(out, size, "%s", rest + 1);
	else if (tag > address && tag[-1] == '+' && *rest == '@')
		snprintf(out, size, "%.*s%s", (int)(tag - 1 - address), address,
		    rest);
}
