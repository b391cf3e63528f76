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

/* The length of the UTF-8 character at text, 1 for an octet that is none. */
static size_t
take_utf8(const char *text, uint32_t *out)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)text[0];
	size_t len = first < 0x80   ? 1
		     : first < 0xc2 ? 0
		     : first < 0xe0 ? 2
		     : first < 0xf0 ? 3
		     : first < 0xf5 ? 4
				    : 0;

	*out = len < 2 ? first : first & (0x7fU >> len);
	for (size_t i = 1; i < len; i++) {
		unsigned char next = (unsigned char)text[i];

		if ((next & 0xc0) != 0x80)
			len = 0;
		else
			*out = *out << 6 | (next & 0x3f);
	}
	if (len == 0 || *out < least[len] || *out > 0x10ffff ||
	    (*out >= 0xd800 && *out < 0xe000)) {
		*out = UINT32_MAX;
		return 1;
	}
	return len;
}

/* Whether a terminal may be given the character: no control (C0, DEL, C1), no
 * mark that turns the direction of what follows, no line or paragraph
 * separator, no byte order mark, no tag. */
static bool
is_harmless(uint32_t c)
{
	static const struct {
		uint32_t first;
		uint32_t last;
	} harmful[] = {{0, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x61c, 0x61c},
	    {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},
	    {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
	    {0xe0000, 0xe007f}, {UINT32_MAX, UINT32_MAX}};

	for (size_t i = 0; i < sizeof(harmful) / sizeof(harmful[0]); i++)
		if (c >= harmful[i].first && c <= harmful[i].last)
			return false;
	return true;
}

/* Octets of a character as \xNN, with the NUL. */
#define SHOWN_MAX (4 * 4 + 1)

/* Shows the character at text in out, and moves behind it. Returns the length
 * of what is shown. */
static size_t
show(const char **text, bool is_line, char out[static SHOWN_MAX])
{
	uint32_t c;
	size_t len = take_utf8(*text, &c);
	size_t shown = 0;

	if (is_harmless(c) || (!is_line && (c == '\n' || c == '\t'))) {
		memcpy(out, *text, len);
		shown = len;
	} else {
		for (size_t i = 0; i < len; i++, shown += 4)
			snprintf(out + shown, 5, "\\x%02x",
			    (unsigned)(unsigned char)(*text)[i]);
	}
	*text += len;
	return shown;
}

static void
print(FILE *file, const char *text, bool is_line)
{
	char shown[SHOWN_MAX];
	size_t len;

	while (*text != '\0') {
		len = show(&text, is_line, shown);
		(void)fwrite(shown, 1, len, file);
	}
}

int
bs_vprint(FILE *file, const char *format, va_list args)
{
	char *text = NULL;
	int len = vasprintf(&text, format, args);

	if (len < 0) {
		bs_complain("out of memory");
		exit(EX_OSERR);
	}
	print(file, text, false);
	free(text);
	return len;
}

int
bs_print(FILE *file, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = bs_vprint(file, format, args);
	va_end(args);
	return len;
}

const char *
bs_plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

void
bs_complain(const char *format, ...)
{
	char line[LINE_MAX_OCTETS];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fputs("backstop: ", stderr);
	print(stderr, line, true);
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
	char shown[SHOWN_MAX];
	size_t at = 0;

	while (*text != '\0') {
		size_t len = show(&text, true, shown);

		if (at + len >= size)
			break;
		memcpy(out + at, shown, len);
		at += len;
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
bs_json_known(struct bs_json *object, const char *name, const char *text)
{
	bs_json_text(object, name, text[0] == '\0' ? NULL : text);
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
bs_json_free(struct bs_json *value)
{
	if (value != NULL)
		json_decref(json_of(value));
}

void
bs_json_print(struct bs_json *value)
{
	char *text = must(json_dumps(json_of(value), JSON_COMPACT));
	uint32_t c;
	size_t len;

	/* jansson has escaped what is below a space */
	for (const char *at = text; *at != '\0'; at += len) {
		len = take_utf8(at, &c);
		if (is_harmless(c))
			(void)fwrite(at, 1, len, stdout);
		else if (c < 0x10000)
			fprintf(stdout, "\\u%04x", (unsigned)c);
		else
			fprintf(stdout, "\\u%04x\\u%04x",
			    (unsigned)(0xd7c0 + (c >> 10)),
			    (unsigned)(0xdc00 + (c & 0x3ff)));
	}
	/* a full disk shows when standard output is flushed at the end */
	fputc('\n', stdout);
	free(text);
	json_decref(json_of(value));
}
