/* What backstop status found, and what follows from it. */
#include <errno.h>
#include <string.h>

#include "common/cli/status/overview.h"

const char *
bs_status_store(const struct bs_overview *status)
{
	/* without its key nothing can be found in it, whatever it is like */
	if (status->store_key.what[0] != '\0')
		return "unreadable";
	switch (status->store) {
	case 0:
		return "ok";
	case -ENOENT:
		return "missing";
	case -EUCLEAN:
	case -EBADMSG:
		return "damaged";
	default:
		return "unreadable";
	}
}

const char *
bs_status_store_fault(const struct bs_overview *status)
{
	if (status->answers && status->engine.store_error[0] != '\0')
		return status->engine.store_error;
	if (status->store_key.what[0] != '\0')
		return status->store_key.what;
	return status->store != 0 ? bs_store_error(status->store) : NULL;
}

int64_t
bs_status_age_days(const struct bs_overview *status, int64_t then)
{
	return (status->call->now - then) / BS_DAY_SECONDS;
}

bool
bs_status_has_key(const struct bs_overview *status)
{
	return bs_keyring_active(&status->book.keyring) != NULL;
}

bool
bs_status_is_well(const struct bs_overview *status)
{
	return status->answers &&
	       strcmp(status->engine.reason, "store-ok") == 0 &&
	       status->store == 0 && !status->clock_in_doubt &&
	       bs_status_has_key(status);
}

struct bs_next_mode_ground
bs_status_ground(const struct bs_overview *status, size_t domain)
{
	return (struct bs_next_mode_ground){
	    .domain = &status->book.config->domains[domain],
	    .survey = domain < status->survey.count
			  ? &status->survey.found->domains[domain]
			  : NULL,
	    .has_key = bs_status_has_key(status),
	    .clock_in_doubt = status->clock_in_doubt,
	};
}
