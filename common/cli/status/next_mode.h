/* Whether a domain may take a step up: what speaks against it, and for. */
#ifndef BS_CLI_STATUS_NEXT_MODE_H
#define BS_CLI_STATUS_NEXT_MODE_H

#include <stdbool.h>

#include "common/base/backstop.h"
#include "common/cli/output.h"
#include "common/cli/status/domains.h"
#include "common/config/config.h"
#include "common/policy/bounce.h"

#define BS_NEXT_MODE_REASONS 8
#define BS_NEXT_MODE_TEXT 320

struct bs_next_mode_reason {
	const char *word; /* for logs and --json */
	char text[BS_NEXT_MODE_TEXT];
};

struct bs_next_mode {
	size_t count; /* 0: it is safe */
	struct bs_next_mode_reason reasons[BS_NEXT_MODE_REASONS];
};

/* What is known beside the domain's own: all borrowed. */
struct bs_next_mode_ground {
	const struct bs_domain *domain;
	const struct bs_domain_status *survey; /* NULL: no store to be read */
	bool has_key;			       /* one is active */
	bool clock_in_doubt;
};

/* Collects what speaks against a mode. Nothing speaks against observe and
 * mark, which keep no mail from anybody. */
void bs_next_mode_check(const struct bs_next_mode_ground *ground,
    enum bs_mode to, struct bs_next_mode *out);

/* What a mode still lets through, in words; returns how many texts. */
#define BS_NEXT_MODE_PASSES 3
size_t bs_next_mode_passes(const struct bs_next_mode_ground *ground,
    enum bs_mode to, char out[static BS_NEXT_MODE_PASSES][BS_NEXT_MODE_TEXT]);

/* Say what enforce would have done of late, and whether the next mode is
 * safe: in lines that begin with indent, or as members of an object. */
void bs_next_mode_print(const struct bs_next_mode_ground *ground,
    const char *indent);
void bs_next_mode_json(const struct bs_next_mode_ground *ground,
    struct bs_json *object);

/* The reasons as an array. */
struct bs_json *bs_next_mode_reasons_json(const struct bs_next_mode *step);

#endif
