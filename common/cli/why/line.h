/* A line of the engine's log, taken apart. */
#ifndef BS_CLI_WHY_LINE_H
#define BS_CLI_WHY_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/base/log.h"

#define BS_WHY_WORDS 32

struct bs_why_word {
	const char *name;
	const char *value; /* as it was before it was escaped */
};

/* Views into text, which the struct owns: do not copy it. */
struct bs_why_line {
	int64_t when; /* epoch seconds; 0: the line does not say */
	size_t count;
	struct bs_why_word words[BS_WHY_WORDS];
	char text[BS_LOG_LINE + 1];
};

/* Reads a line that tells of a decision, without its newline, as the journal,
 * syslog or standard error have it. A time without a year is the last such one
 * up to a day after written, when the log was last written to. Returns 0, or
 * -EINVAL for any other line. */
BS_MUST_USE int bs_why_line_parse(const char *text, size_t len, int64_t written,
    struct bs_why_line *out);

/* The value of a word; empty where there is none. */
const char *bs_why_line_value(const struct bs_why_line *line, const char *name);

/* Writes an address without its tag, whose MAC the log does not have. */
void bs_why_plain_address(const char *address, char *out, size_t size);

#endif
