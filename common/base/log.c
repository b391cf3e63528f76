/* Log lines: to standard error or syslog, escaped, limited in rate. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "common/base/ascii.h"
#include "common/base/log.h"
#include "common/base/log_out.h"

#define LIMIT_MS 60000

struct level {
	const char *word;
	int priority; /* of syslog(3) and sd-daemon(3) alike */
};

static const struct level levels[] = {
    [BS_LOG_ERR] = {"error", LOG_ERR},
    [BS_LOG_WARNING] = {"warning", LOG_WARNING},
    [BS_LOG_INFO] = {"info", LOG_INFO},
    [BS_LOG_DEBUG] = {"debug", LOG_DEBUG},
};

static struct {
	enum bs_log_sink sink;
	bool debug;   /* of -v */
	bool tracing; /* for a time */
} state;

void
bs_log_open(const char *name, enum bs_log_sink sink, bool debug)
{
	state.sink = sink;
	state.debug = debug;
	bs_log_out_open(sink == BS_LOG_SYSLOG ? name : NULL);
}

bool
bs_log_is_debug(void)
{
	return state.debug || state.tracing;
}

void
bs_log_trace(bool on)
{
	state.tracing = on;
}

/* Moves behind the "=" of "prvs=", also as quoted-printable, a URL or an escape
 * of ours writes it, or returns NULL. */
static char *
skip_equals(char *at)
{
	static const char *const forms[] = {"=3d", "%3d", "\\x3d", "=", "/",
	    "+"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t len = strlen(forms[i]);

		if (strnlen(at, len) == len && bs_ascii_same(at, forms[i], len))
			return at + len;
	}
	return NULL;
}

static bool
is_alnum(char c)
{
	return bs_ascii_is_alpha(c) || bs_ascii_is_digit(c);
}

/* Whether something has spoilt key and day alone: the MAC is there still. */
static bool
is_spoilt_tag(const char *at)
{
	for (int i = 0; i < 10; i++)
		if (i < 4 ? !is_alnum(at[i]) : bs_ascii_hex(at[i]) < 0)
			return false;
	return !is_alnum(at[10]);
}

/* Blots the MAC of a tag's digits, KDDDSSSSSS, or what a cut text has of it. */
static void
blot_digits(char *at)
{
	bool is_spoilt = is_spoilt_tag(at);

	for (int i = 0; i < 4; i++)
		if (!is_spoilt && !bs_ascii_is_digit(at[i]))
			return;
	at += 4;
	for (int i = 0; i < 6 && bs_ascii_hex(at[i]) >= 0; i++)
		at[i] = 'x';
}

void
bs_log_blot(char *text)
{
	char *digits;
	bool in_tag = false;

	while (*text != '\0') {
		if (strnlen(text, 4) == 4 && bs_ascii_same(text, "prvs", 4)) {
			in_tag = true;
			text += 4;
			continue;
		}
		/* older dialects have the digits behind the local part:
		 * "prvs=alice/KDDDSSSSSS@example.org" */
		in_tag = in_tag && *text != ' ' && *text != '@';
		if (in_tag && (digits = skip_equals(text)) != NULL)
			blot_digits(digits);
		text++;
	}
}

/* Appends c, or \xNN for one that is to be escaped. Returns whether it fitted;
 * half an escape never stands. */
static bool
add_octet(char *text, size_t *len, size_t size, unsigned char c, bool escape)
{
	static const char digits[] = "0123456789abcdef";

	if (*len + (escape ? 4 : 1) >= size)
		return false;
	if (escape) {
		text[(*len)++] = '\\';
		text[(*len)++] = 'x';
		text[(*len)++] = digits[c >> 4];
		text[(*len)++] = digits[c & 15];
	} else {
		text[(*len)++] = (char)c;
	}
	text[*len] = '\0';
	return true;
}

static bool
is_printable(unsigned char c)
{
	return c >= 0x20 && c < 0x7f;
}

/* Writes what stands before the text. Returns its length. */
static size_t
begin_line(enum bs_log_level level, char *line, size_t size)
{
	int len = 0;

	line[0] = '\0';
	if (state.sink == BS_LOG_JOURNAL)
		len = snprintf(line, size, "<%d>", levels[level].priority);
	else if (state.sink == BS_LOG_STDERR)
		len = snprintf(line, size, "%s: ", levels[level].word);
	return len < 0 ? 0 : (size_t)len;
}

static void
write_line(enum bs_log_level level, const char *text)
{
	char line[BS_LOG_LINE];
	size_t len = begin_line(level, line, sizeof(line));

	for (const char *p = text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (!add_octet(line, &len, sizeof(line), c, !is_printable(c)))
			break;
	}
	bs_log_out_write(levels[level].priority, line, len);
}

/* Says how many lines were lost, once others can be written again. */
static void
tell_lost(void)
{
	char text[80];
	uint64_t lost = bs_log_out_take_lost();

	if (lost == 0)
		return;
	snprintf(text, sizeof(text),
	    "%" PRIu64 " line%s of the log %s lost: nobody read them", lost,
	    lost == 1 ? "" : "s", lost == 1 ? "was" : "were");
	write_line(BS_LOG_WARNING, text);
}

bool
bs_log_flush(void)
{
	if (bs_log_out_flush())
		return true;
	tell_lost();
	return bs_log_out_flush();
}

uint64_t
bs_log_lost(void)
{
	return bs_log_out_lost();
}

void
bs_log(enum bs_log_level level, const char *format, ...)
{
	char text[BS_LOG_LINE];
	va_list args;
	int n;

	if (level == BS_LOG_DEBUG && !bs_log_is_debug())
		return;
	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0)
		return;
	bs_log_blot(text);
	(void)bs_log_flush();
	write_line(level, text);
}

void
bs_log_begin(struct bs_log_line *line)
{
	line->len = 0;
	line->text[0] = '\0';
}

/* A space would end the value, a quote could hide one from a reader that knows
 * quotes, and '\' begins our escapes. */
static bool
is_plain(unsigned char c)
{
	return is_printable(c) && c != ' ' && c != '"' && c != '\'' &&
	       c != '\\';
}

void
bs_log_add(struct bs_log_line *line, const char *key, const char *value)
{
	size_t key_len = strlen(key);
	size_t space = line->len > 0 ? 1 : 0;

	if (line->len + space + key_len + 1 >= sizeof(line->text))
		return;
	if (space > 0)
		line->text[line->len++] = ' ';
	memcpy(line->text + line->len, key, key_len);
	line->len += key_len;
	line->text[line->len++] = '=';
	line->text[line->len] = '\0';
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		if (!add_octet(line->text, &line->len, sizeof(line->text), c,
			!is_plain(c)))
			break;
	}
}

void
bs_log_add_number(struct bs_log_line *line, const char *key, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	bs_log_add(line, key, text);
}

void
bs_log_end(struct bs_log_line *line, enum bs_log_level level)
{
	bs_log(level, "%s", line->text);
}

bool
bs_log_allowed(struct bs_log_limit *limit, int64_t now_ms, unsigned *missed)
{
	if (now_ms < limit->next_ms) {
		limit->missed++;
		*missed = 0;
		return false;
	}
	*missed = limit->missed;
	limit->missed = 0;
	limit->next_ms = now_ms + LIMIT_MS;
	return true;
}
