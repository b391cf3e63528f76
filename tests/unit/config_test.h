/* A configuration of a test's own: parsed, and what was reported of it. */
#ifndef BS_CONFIG_TEST_H
#define BS_CONFIG_TEST_H

#include <limits.h>

#include "common/config/read.h"
#include "tests/unit/unit.h"

#define REPORT_MAX 4096

/* "LINE: text" of each mistake, warnings with a '!' before, a line each. */
struct report {
	size_t count;
	unsigned last_line;
	char text[REPORT_MAX];
};

static inline void
take(void *context, const struct bs_fault *fault, bool is_warning)
{
	struct report *report = context;
	size_t len = strlen(report->text);

	/* in the order of the lines; the whole file comes last */
	if (fault->line != 0)
		assert_true(fault->line >= report->last_line);
	report->last_line = fault->line == 0 ? UINT_MAX : fault->line;
	report->count++;
	snprintf(report->text + len, sizeof(report->text) - len, "%s%u: %s\n",
	    is_warning ? "!" : "", fault->line, fault->text);
}

static inline int
parse_len(const char *text, size_t len, struct bs_config **out,
    struct report *report)
{
	memset(report, 0, sizeof(*report));
	return bs_config_parse(text, len, out, take, report);
}

static inline int
parse(const char *text, struct bs_config **out, struct report *report)
{
	return parse_len(text, strlen(text), out, report);
}

/* A text that must be good and without warnings. */
static inline struct bs_config *
good(const char *text)
{
	struct bs_config *config;
	struct report report;

	if (parse(text, &config, &report) != 0 || report.count != 0)
		fail_msg("%s", report.text);
	return config;
}

static inline const struct bs_domain *
domain(const struct bs_config *config, const char *name)
{
	return bs_config_domain(config, name, strlen(name));
}

#endif
