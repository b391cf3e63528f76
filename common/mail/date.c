/* Dates of header fields (RFC 5322 §3.3), also as older software writes them.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/mail/date.h"

/* Words of a date that are read: "Thu, 29 Apr 2010 23:34:45 +0900 (JST)" has
 * seven. */
#define WORDS_MAX 10

struct word {
	const char *at;
	size_t len;
};

/* Parts of a date; -1 while unknown. */
struct parts {
	int day;
	int month; /* 0 to 11 */
	int year;
	int seconds;   /* of the day */
	int zone_mins; /* east of UTC */
};

static size_t
split(const char *text, size_t len, struct word *words)
{
	static const char apart[] = " \t\r\n,()";
	size_t count = 0;
	size_t i = 0;

	while (count < WORDS_MAX) {
		while (i < len && memchr(apart, text[i], sizeof(apart) - 1))
			i++;
		if (i == len)
			break;
		words[count].at = text + i;
		while (i < len && !memchr(apart, text[i], sizeof(apart) - 1))
			i++;
		words[count].len = (size_t)(text + i - words[count].at);
		count++;
	}
	return count;
}

/* A number of up to max_digits digits, from *at on; -1 where there is none. */
static int
number(const struct word *word, size_t *at, size_t max_digits)
{
	size_t start = *at;
	int value = 0;

	while (*at < word->len && *at - start < max_digits &&
	       bs_ascii_is_digit(word->at[*at]))
		value = value * 10 + (word->at[(*at)++] - '0');
	return *at == start ? -1 : value;
}

static int
month_of(const struct word *word)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	if (word->len < 3)
		return -1;
	for (int i = 0; i < 12; i++)
		if (bs_ascii_same(word->at, names + 3 * i, 3))
			return i;
	return -1;
}

/* "23:34:45", seconds perhaps absent. Returns seconds of the day or -1. */
static int
time_of(const struct word *word)
{
	int unit[3] = {0, 0, 0};
	size_t at = 0;
	int count = 0;

	do {
		if ((unit[count] = number(word, &at, 2)) < 0)
			return -1;
		count++;
	} while (count < 3 && at < word->len && word->at[at] == ':' && ++at);
	if (count < 2 || unit[0] > 23 || unit[1] > 59 || unit[2] > 60)
		return -1;
	return (unit[0] * 60 + unit[1]) * 60 + unit[2];
}

/* "+0900", or one of the names of RFC 5322 §4.3. */
static bool
zone_of(const struct word *word, int *mins)
{
	static const struct {
		const char *name;
		int mins;
	} names[] = {{"GMT", 0}, {"UTC", 0}, {"UT", 0}, {"Z", 0}, {"EST", -300},
	    {"EDT", -240}, {"CST", -360}, {"CDT", -300}, {"MST", -420},
	    {"MDT", -360}, {"PST", -480}, {"PDT", -420}, {"JST", 540},
	    {"BST", 60}, {"CET", 60}, {"CEST", 120}};
	size_t at = 1;
	int value;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == word->len &&
		    bs_ascii_same(word->at, names[i].name, word->len)) {
			*mins = names[i].mins;
			return true;
		}
	if (word->at[0] != '+' && word->at[0] != '-')
		return false;
	value = number(word, &at, 4);
	if (at != 5)
		return false;
	value = value / 100 * 60 + value % 100;
	*mins = word->at[0] == '-' ? -value : value;
	return true;
}

/* RFC 5322 §4.3: two digits are of 1950 to 2049, three count from 1900. */
static int
year_of(const struct word *word)
{
	size_t at = 0;
	int year = number(word, &at, 4);

	if (at < 2 || at != word->len)
		return -1;
	if (at == 2)
		return year + (year < 50 ? 2000 : 1900);
	return at == 3 ? year + 1900 : year;
}

static int
day_of(const struct word *word)
{
	size_t at = 0;
	int day = number(word, &at, 2);

	return at == word->len && day >= 1 && day <= 31 ? day : -1;
}

/* "29-Apr-2010", one word. */
static bool
take_dashed(const struct word *word, struct parts *parts)
{
	struct word piece[3];
	size_t at = 0;

	for (int i = 0; i < 3; i++) {
		piece[i].at = word->at + at;
		while (at < word->len && word->at[at] != '-')
			at++;
		piece[i].len = (size_t)(word->at + at - piece[i].at);
		if (i < 2 && at++ == word->len)
			return false;
	}
	if (at != word->len || day_of(&piece[0]) < 0 ||
	    month_of(&piece[1]) < 0 || year_of(&piece[2]) < 0)
		return false;
	parts->day = day_of(&piece[0]);
	parts->month = month_of(&piece[1]);
	parts->year = year_of(&piece[2]);
	return true;
}

/* In every order in use the day stands before the year, and the zone behind the
 * time. */
static void
take(const struct word *word, struct parts *parts)
{
	if (memchr(word->at, ':', word->len) != NULL) {
		if (parts->seconds < 0)
			parts->seconds = time_of(word);
	} else if (parts->seconds >= 0 && zone_of(word, &parts->zone_mins)) {
		/* a name in parentheses may repeat it */
	} else if (parts->month < 0 && month_of(word) >= 0) {
		parts->month = month_of(word);
	} else if (parts->day < 0 && day_of(word) > 0) {
		parts->day = day_of(word);
	} else if (parts->day > 0 && parts->year < 0 && year_of(word) >= 0) {
		parts->year = year_of(word);
	} else if (parts->day < 0) {
		(void)take_dashed(word, parts);
	}
}

/* Days since 1970-01-01 of a day in the Gregorian calendar; years are counted
 * from March, so that the leap day is the last. */
static int64_t
days_since_epoch(int year, int month, int day)
{
	int64_t y = month < 2 ? year - 1 : year;
	int64_t m = (month + 10) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day -
	       1 - 719468;
}

int
bs_date_parse(const char *text, size_t len, int64_t *out)
{
	struct parts parts = {-1, -1, -1, -1, 0};
	struct word words[WORDS_MAX];
	size_t count = split(text, len, words);

	for (size_t i = 0; i < count; i++)
		take(&words[i], &parts);
	if (parts.day < 0 || parts.month < 0 || parts.year < 1 ||
	    parts.seconds < 0)
		return -EINVAL;
	*out = days_since_epoch(parts.year, parts.month, parts.day) * 86400 +
	       parts.seconds - parts.zone_mins * 60;
	return 0;
}
