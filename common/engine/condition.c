/* How the engine is: for "backstop status", and for the service manager. */
#include <stdio.h>

#include "common/base/log.h"
#include "common/engine/condition.h"
#include "common/engine/notify.h"
#include "common/keys/keyring.h"
#include "common/store/lmdb.h"

void
bs_condition_answer(const struct bs_supervisor *supervisor,
    const struct bs_settings *settings, struct bs_answer *answer)
{
	int error = bs_supervise_error(supervisor);

	snprintf(answer->verdict, sizeof(answer->verdict), "up");
	snprintf(answer->reason, sizeof(answer->reason), "store-%s",
	    bs_supervise_state(supervisor));
	snprintf(answer->version, sizeof(answer->version), "%s", BS_VERSION);
	if (error != 0)
		snprintf(answer->store_error, sizeof(answer->store_error), "%s",
		    bs_store_error(error));
	answer->config = settings->config->digest;
	answer->log_lost = bs_log_lost();
}

void
bs_condition_notify(const struct bs_supervisor *supervisor,
    const struct bs_settings *settings)
{
	const char *store = bs_supervise_state(supervisor);
	int error = bs_supervise_error(supervisor);
	bool signs = bs_keyring_active(&settings->keyring) != NULL;

	bs_notify_status("answers; store %s%s%s%s", store,
	    error != 0 ? ": " : "", error != 0 ? bs_store_error(error) : "",
	    signs ? "" : "; no key is active, so nothing is signed");
}
