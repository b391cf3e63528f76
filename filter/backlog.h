/* Lines of a message that smtpd has yet to get. */
#ifndef BS_FILTER_BACKLOG_H
#define BS_FILTER_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "filter/proto.h"

/* All zero: it is empty. */
struct bs_backlog {
	char *text; /* lines, each with its newline */
	size_t at;  /* where the first line begins that is not out */
	size_t len;
	size_t size; /* allocated */
};

/* Adds a line. Returns 0, or -ENOMEM. */
BS_MUST_USE int bs_backlog_add(struct bs_backlog *backlog, struct bs_text line);

/* Whether a line waits. */
bool bs_backlog_has(const struct bs_backlog *backlog);

/* The first line that waits; it lives until backlog is changed. There must be
 * one. */
struct bs_text bs_backlog_first(const struct bs_backlog *backlog);

/* Forgets the first line, which is this one. */
void bs_backlog_pop(struct bs_backlog *backlog, struct bs_text first);

/* Forgets all of it, and frees it. */
void bs_backlog_clear(struct bs_backlog *backlog);

#endif
