/* backstop.conf from its text, every mistake reported with its line. */
#ifndef BS_CONFIG_READ_H
#define BS_CONFIG_READ_H

#include <stddef.h>

#include "common/base/backstop.h"
#include "common/config/config.h"
#include "common/config/values.h"

/* Reads a file. Returns 0 with *out set (free it with bs_config_free()),
 * -EINVAL after the report of every mistake, or -errno where the file cannot
 * be read (nothing reported). */
BS_MUST_USE int bs_config_load(const char *path, struct bs_config **out,
    bs_config_report *report, void *context);

/* As bs_config_load(), from memory. */
BS_MUST_USE int bs_config_parse(const char *text, size_t len,
    struct bs_config **out, bs_config_report *report, void *context);

#endif
