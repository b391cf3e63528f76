/* Whether a domain may take a step up: what speaks against it, and for. */
#ifndef BS_STEP_H
#define BS_STEP_H

#include <stdbool.h>

#include "common/base/backstop.h"
#include "common/cli/output.h"
#include "common/cli/status/domains.h"
#include "common/config/config.h"
#include "common/policy/bounce.h"

#define BS_STEP_REASONS 8
#define BS_STEP_TEXT 320

struct bs_step_reason {
	const char *word; /* for logs and --json */
	char text[BS_STEP_TEXT];
};

struct bs_step {
	size_t count; /* 0: it is safe */
	struct bs_step_reason reasons[BS_STEP_REASONS];
};

/* What is known beside the domain's own: all borrowed. */
struct bs_step_ground {
	const struct bs_domain *domain;
	const struct bs_survey_domain *survey; /* NULL: no store to be read */
	bool has_key;			       /* one is active */
	bool clock_in_doubt;
};

/* Collects what speaks against a mode. Nothing speaks against observe and
 * mark, which keep no mail from anybody. */
void bs_step_check(const struct bs_step_ground *ground, enum bs_mode to,
    struct bs_step *out);

/* Say what enforce would have done of late, and whether the next mode is
 * safe: in lines that begin with indent, or as members of an object. */
void bs_step_print(const struct bs_step_ground *ground, const char *indent);
void bs_step_json(const struct bs_step_ground *ground, struct bs_json *object);

/* The reasons as an array. */
struct bs_json *bs_step_reasons_json(const struct bs_step *step);

#endif
