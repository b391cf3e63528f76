/* Log lines: to standard error or syslog, escaped, limited in rate. */
#ifndef BS_BASE_LOG_H
#define BS_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"

/* Octets of the longest line, its NUL included; the rest is cut off. */
#define BS_LOG_LINE 900

enum bs_log_level { BS_LOG_ERR, BS_LOG_WARNING, BS_LOG_INFO, BS_LOG_DEBUG };

enum bs_log_sink {
	BS_LOG_STDERR,	/* "warning: text" */
	BS_LOG_JOURNAL, /* "<4>text", as systemd reads standard error */
	BS_LOG_SYSLOG,	/* facility mail */
};

/* Where lines go from now on; name is for syslog and lives for ever. */
void bs_log_open(const char *name, enum bs_log_sink sink, bool debug);

/* Whether lines of BS_LOG_DEBUG are written: with -v, or while tracing. */
bool bs_log_is_debug(void);

/* Turns tracing on or off: lines of BS_LOG_DEBUG are written as with -v. */
void bs_log_trace(bool on);

/* One line. Octets that are not printable ASCII leave as \xNN, and the MAC of
 * each tag as xxxxxx. It never waits for whoever reads the log: lines are kept
 * for them, some hundreds, and then lost. */
void bs_log(enum bs_log_level level, const char *format, ...) BS_PRINTF(2, 3);

/* Writes lines that were kept, as far as somebody reads. To be called now and
 * then, as a line of the log may not be followed by another. Returns whether
 * any is still kept. */
bool bs_log_flush(void);

/* How many lines were lost since the program began. */
uint64_t bs_log_lost(void);

/* Builds "key=value key=value": values are escaped so that a space, a quote
 * or a control cannot look like another key. */
struct bs_log_line {
	size_t len;
	char text[BS_LOG_LINE];
};
void bs_log_begin(struct bs_log_line *line);
void bs_log_add(struct bs_log_line *line, const char *key, const char *value);
void bs_log_add_number(struct bs_log_line *line, const char *key,
    int64_t value);
void bs_log_end(struct bs_log_line *line, enum bs_log_level level);

/* Writes x over each digit of the MAC of each tag in a text: who reads the log
 * must not learn a tag that is still valid. A tag is known by its shape alone,
 * prvs= and ten digits, wherever it stands and whoever made it. */
void bs_log_blot(char *text);

/* A limit of one line a minute for each place that owns one (all zero at
 * first). Returns whether to log now; *missed is how many were not since. */
struct bs_log_limit {
	int64_t next_ms;
	unsigned missed;
};
bool bs_log_allowed(struct bs_log_limit *limit, int64_t now_ms,
    unsigned *missed);

#endif
