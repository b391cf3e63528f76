/* One line of Prometheus' text format 0.0.4: name{label="value"} number. */
#ifndef BS_ENGINE_SAMPLE_H
#define BS_ENGINE_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"

/* A domain of which each octet is escaped, and all else. */
#define BS_SAMPLE_MAX (2 * BS_HOST_MAX + 256)

/* At first all zero. What does not fit is cut, and the line is none then. */
struct bs_sample {
	size_t len; /* BS_SAMPLE_MAX or more: it did not fit */
	size_t labels;
	char text[BS_SAMPLE_MAX];
};

/* In this order: the name, its parts joined; labels; a number. */
void bs_sample_name(struct bs_sample *sample, const char *name,
    const char *suffix);
void bs_sample_label(struct bs_sample *sample, const char *name,
    const char *value);
void bs_sample_number(struct bs_sample *sample, uint64_t number);
void bs_sample_seconds(struct bs_sample *sample, uint64_t ns);

#endif
