/* What backstop(8) prints; the one file that knows jansson. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "common/cli/output.h"

#define LINE_MAX_OCTETS 2048

void
bs_complain(const char *format, ...)
{
	char line[LINE_MAX_OCTETS];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fputs("backstop: ", stderr);
	for (const char *p = line; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			fprintf(stderr, "\\x%02x", (unsigned)*p);
		else
			fputc(*p, stderr);
	}
	fputc('\n', stderr);
}

static struct tm
utc(int64_t when)
{
	time_t seconds = (time_t)when;
	struct tm tm = {0};

	(void)gmtime_r(&seconds, &tm);
	return tm;
}

const char *
bs_time_text(int64_t epoch_seconds, char out[static BS_TIME_TEXT])
{
	struct tm tm = utc(epoch_seconds);

	out[0] = '\0';
	(void)strftime(out, BS_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return out;
}

const char *
bs_day_text(uint32_t day, char out[static BS_TIME_TEXT])
{
	struct tm tm = utc((int64_t)day * BS_DAY_SECONDS);

	out[0] = '\0';
	(void)strftime(out, BS_TIME_TEXT, "%Y-%m-%d", &tm);
	return out;
}

const char *
bs_when_text(int64_t epoch_seconds, char out[static BS_TIME_TEXT])
{
	time_t seconds = (time_t)epoch_seconds;
	struct tm tm = {0};

	out[0] = '\0';
	(void)localtime_r(&seconds, &tm);
	(void)strftime(out, BS_TIME_TEXT, "%A %d %B %Y, %H:%M %Z", &tm);
	return out;
}

const char *
bs_weekday_text(uint32_t day, char out[static BS_TIME_TEXT])
{
	struct tm tm = utc((int64_t)day * BS_DAY_SECONDS);

	out[0] = '\0';
	(void)strftime(out, BS_TIME_TEXT, "%A %d %B %Y", &tm);
	return out;
}

const char *
bs_visible(const char *text, char *out, size_t size)
{
	size_t at = 0;

	for (; *text != '\0' && at + 5 <= size; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7f)
			out[at++] = *text;
		else
			at += (size_t)snprintf(out + at, 5, "\\x%02x", c);
	}
	out[at] = '\0';
	return out;
}

static void *
must(void *value)
{
	if (value == NULL) {
		bs_complain("out of memory");
		exit(EX_OSERR);
	}
	return value;
}

static json_t *
json_of(struct bs_json *value)
{
	return (json_t *)value;
}

struct bs_json *
bs_json_object(void)
{
	return must(json_object());
}

struct bs_json *
bs_json_array(void)
{
	return must(json_array());
}

static void
set(struct bs_json *object, const char *name, json_t *value)
{
	if (json_object_set_new(json_of(object), name, must(value)) != 0)
		must(NULL);
}

/* A string of any octets: those that are no UTF-8 become \xNN. */
static json_t *
text_value(const char *text)
{
	json_t *value = json_string(text);
	char *escaped;
	size_t at = 0;

	if (value != NULL)
		return value;
	escaped = must(malloc(4 * strlen(text) + 1));
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x80) {
			escaped[at++] = *text;
			continue;
		}
		snprintf(escaped + at, 5, "\\x%02x",
		    (unsigned)(unsigned char)*text);
		at += 4;
	}
	escaped[at] = '\0';
	value = json_string(escaped);
	free(escaped);
	return value;
}

void
bs_json_text(struct bs_json *object, const char *name, const char *text)
{
	set(object, name, text == NULL ? json_null() : text_value(text));
}

void
bs_json_time(struct bs_json *object, const char *name, int64_t when)
{
	char text[BS_TIME_TEXT];

	bs_json_text(object, name, when == 0 ? NULL : bs_time_text(when, text));
}

void
bs_json_number(struct bs_json *object, const char *name, int64_t number)
{
	set(object, name, json_integer(number));
}

void
bs_json_bool(struct bs_json *object, const char *name, bool value)
{
	set(object, name, json_boolean(value));
}

void
bs_json_null(struct bs_json *object, const char *name)
{
	set(object, name, json_null());
}

void
bs_json_put(struct bs_json *object, const char *name, struct bs_json *child)
{
	set(object, name, json_of(child));
}

static void
append(struct bs_json *array, json_t *child)
{
	if (json_array_append_new(json_of(array), must(child)) != 0)
		must(NULL);
}

void
bs_json_append(struct bs_json *array, struct bs_json *child)
{
	append(array, json_of(child));
}

void
bs_json_append_text(struct bs_json *array, const char *text)
{
	append(array, text_value(text));
}

void
bs_json_print(struct bs_json *value)
{
	/* a full disk shows when standard output is flushed at the end */
	(void)json_dumpf(json_of(value), stdout, JSON_COMPACT);
	fputc('\n', stdout);
	json_decref(json_of(value));
}
