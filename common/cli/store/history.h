/* What the store counted: by day, by hour, by row and by reason; and who was
 * counted most often. For subcommands that show it.
 *
 * Each call reads in a child that is the store's owner and may only read. Days
 * and hours are of UTC, in numbers since 1970; where nothing was counted all is
 * 0. */
#ifndef BS_CLI_STORE_HISTORY_H
#define BS_CLI_STORE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/config/config.h"
#include "common/store/record.h"
#include "common/store/top_record.h"

/* Names are domains in lower case, or, of days and hours, BS_TALLY_SPF; of
 * hours, BS_TALLY_OTHERS (the domains beyond BS_TALLY_HOUR_DOMAINS). */
struct bs_history_query {
	enum bs_tally_kind kind;
	const char *const *names;
	size_t name_count;
	uint32_t first; /* the first day; of hours, the first hour */
	size_t units;	/* how many days or hours */
};

/* Reads records into out, which has room for name_count * units of them: that
 * of a name and unit is out[name * units + unit]. Columns are of enum bs_tally,
 * of SPF bs_tally_spf, of _ROWS the number of a row, of _LEFT bs_tally_left.
 * Returns 0 or -errno (-ENOENT: no store yet). */
BS_MUST_USE int bs_history_read(const struct bs_config *config,
    const struct bs_history_query *query, struct bs_tally_record *out);

/* Reads the top tables of days, both ends included, and makes one of them. Sets
 * *count, at most max, the most counted first, and *total to all that was
 * counted, an address that was forgotten too. Each was counted .count
 * times at most, and .count - .error times at least. Texts are as enum
 * bs_top_kind says; those of BS_TOP_USER are BS_RECORD_HASH octets. Returns 0
 * or -errno. */
BS_MUST_USE int bs_history_top(const struct bs_config *config,
    enum bs_top_kind kind, uint32_t first_day, uint32_t last_day,
    struct bs_top_entry *out, size_t max, size_t *count, int64_t *total);

/* The text that BS_TOP_USER has for an address in its canonical form
 * (bs_address_canonical(), without a tag). Returns 0 or -errno. */
BS_MUST_USE int bs_history_user(const struct bs_config *config,
    const char *canonical, uint8_t out[static BS_RECORD_HASH]);

#endif
