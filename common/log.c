/* Log lines: to standard error or syslog, escaped, limited in rate. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "common/log.h"

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
	bool debug;
	bool torn; /* the last line left without its end */
} state;

void
bs_log_open(const char *name, enum bs_log_sink sink, bool debug)
{
	state.sink = sink;
	state.debug = debug;
	if (sink == BS_LOG_SYSLOG)
		openlog(name, LOG_PID | LOG_NDELAY, LOG_MAIL);
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

/* Writes the line in one piece. What a reader that is behind does not take is
 * lost, but for the newline: without it the next line would join this one. */
static void
write_stderr(char *line, size_t len)
{
	char out[BS_LOG_LINE + 2];
	size_t at = 0;
	ssize_t n;

	if (state.torn)
		out[at++] = '\n';
	memcpy(out + at, line, len);
	at += len;
	out[at++] = '\n';
	n = write(STDERR_FILENO, out, at);
	if (n > 0)
		state.torn = (size_t)n < at;
}

static void
emit(enum bs_log_level level, const char *text)
{
	char line[BS_LOG_LINE];
	size_t len;
	int n;

	if (state.sink == BS_LOG_SYSLOG) {
		syslog(levels[level].priority, "%s", text);
		return;
	}
	if (state.sink == BS_LOG_JOURNAL)
		n = snprintf(line, sizeof(line), "<%d>%s",
		    levels[level].priority, text);
	else
		n = snprintf(line, sizeof(line), "%s: %s", levels[level].word,
		    text);
	if (n < 0)
		return;
	len = (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1;
	write_stderr(line, len);
}

void
bs_log(enum bs_log_level level, const char *format, ...)
{
	char raw[BS_LOG_LINE];
	char text[BS_LOG_LINE] = "";
	size_t len = 0;
	va_list args;
	int n;

	if (level == BS_LOG_DEBUG && !state.debug)
		return;
	va_start(args, format);
	n = vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	if (n < 0)
		return;
	for (const char *p = raw; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (!add_octet(text, &len, sizeof(text), c, !is_printable(c)))
			break;
	}
	emit(level, text);
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
