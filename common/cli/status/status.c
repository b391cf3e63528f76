/* backstop status: what is set, what is there, and whether it works. */
#include <errno.h>
#include <string.h>

#include "common/cli/status/status.h"
#include "common/cli/store/look.h"

const char *
bs_status_store(int rc)
{
	switch (rc) {
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
	return status->answers && strcmp(status->engine, "store-ok") == 0 &&
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

/* The store, and what it says of each domain. */
static void
look_at_store(struct bs_overview *status)
{
	const struct bs_config *config = status->book.config;
	int64_t now = status->call->now;

	status->store = bs_look_at_store(config, &status->look);
	status->clock_in_doubt = bs_look_doubts_clock(&status->look, now);
	if (status->store == 0)
		status->store = bs_domains_read(config, &status->book.keyring,
		    now, &status->survey);
	if (status->store != 0)
		bs_domains_free(&status->survey);
}

int
bs_cmd_status(const struct bs_call *call)
{
	struct bs_overview status = {.call = call};
	int rc = bs_keybook_open(call, false, &status.book);

	if (rc != 0)
		goto out;
	status.answers = bs_ask_ping(status.book.config->socket, status.engine);
	look_at_store(&status);
	if (call->json)
		bs_status_print_json(&status);
	else
		bs_status_print(&status);
	rc = bs_status_is_well(&status) ? BS_EXIT_YES : BS_EXIT_NO;
out:
	bs_domains_free(&status.survey);
	bs_keybook_close(&status.book);
	return rc;
}
