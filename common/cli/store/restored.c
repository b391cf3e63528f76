/* What the two ways to restore a store share beside common/cli/store/place.c.
 */
#include <errno.h>

#include "common/cli/cli.h"
#include "common/cli/output.h"
#include "common/cli/store/look.h"
#include "common/cli/store/restored.h"
#include "common/cli/store/services.h"
#include "common/cli/store/store.h"

const struct bs_clock *
bs_restored_clock(const struct bs_config *config, int64_t now,
    struct bs_clock *out)
{
	struct bs_look there;

	if (bs_look_at_store(config, &there) != 0 ||
	    there.meta.clock.trusted_day == 0 ||
	    bs_look_doubts_clock(&there, now))
		return NULL;
	*out = there.meta.clock;
	return out;
}

int
bs_restored_complain(const char *file, const char *folder, int rc)
{
	switch (rc) {
	case -EBUSY:
		bs_complain("backstopd runs; stop it first: %s",
		    bs_services_stop_line());
		return BS_EXIT_NO;
	case -EUCLEAN:
	case -EBADMSG:
	case -EINVAL:
		bs_complain("%s: is no sound backup of a store; nothing was "
			    "changed",
		    file);
		return BS_EXIT_NO;
	case -EKEYREJECTED:
		bs_complain("%s: was written with another store.key: put that "
			    "one back first; nothing was changed",
		    file);
		return BS_EXIT_NO;
	case -EPROTO:
		bs_complain("%s: was written by a newer version; nothing was "
			    "changed",
		    file);
		return BS_EXIT_NO;
	default:
		return bs_store_complain(folder, rc);
	}
}
