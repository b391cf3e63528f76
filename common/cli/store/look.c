/* What the store says of itself, for subcommands that show it or judge by it.
 */
#include <errno.h>
#include <string.h>

#include "common/cli/store/child.h"
#include "common/cli/store/look.h"
#include "common/engine/state_folder.h"

static int
look(const struct bs_child *child)
{
	struct bs_look *found = child->result;
	struct bs_store *store;
	int rc = bs_store_open(child->folder, BS_STORE_READ, &store);

	if (rc != 0)
		return rc;
	if ((rc = bs_store_stat(store, &found->stat)) == 0)
		rc = bs_meta_load(store, &found->meta);
	bs_store_close(store);
	return rc;
}

int
bs_look_at_store(const struct bs_config *config, struct bs_look *out)
{
	struct bs_state_folder_paths paths;
	struct bs_child child = {
	    .run = look,
	    .result = out,
	    .size = sizeof(*out),
	};
	int rc;

	memset(out, 0, sizeof(*out));
	if ((rc = bs_state_folder_paths(config->state, &paths)) != 0)
		return rc;
	child.folder = paths.store;
	rc = bs_child_run(&child);
	/* the store's owner wrote this, and the child is its: root trusts no
	 * count in it */
	if (rc == 0 && out->meta.gap_count > BS_GAPS_MAX)
		return -EUCLEAN;
	return rc;
}

bool
bs_look_doubts_clock(const struct bs_look *look, int64_t now)
{
	struct bs_clock clock = look->meta.clock;

	/* why the engine is in doubt only the engine knows */
	(void)bs_clock_look(&clock, bs_day_of(now),
	    BS_CLOCK_LEAP_DAYS(look->meta.lifetime_days), clock.in_doubt);
	return clock.in_doubt;
}

unsigned
bs_look_for_lifetime(const struct bs_config *config, int64_t now)
{
	struct bs_look look_result;

	if (bs_look_at_store(config, &look_result) != 0)
		return config->lifetime_days;
	return bs_meta_lifetime(&look_result.meta, config->lifetime_days,
	    bs_day_of(now));
}
