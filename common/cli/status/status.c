/* backstop status: what is set, what is there, and whether it works. */
#include "common/cli/status/overview.h"
#include "common/cli/status/detail.h"
#include "common/cli/status/domain_advice.h"
#include "common/cli/status/json.h"
#include "common/cli/status/show.h"
#include "common/cli/status/status.h"
#include "common/cli/status/trouble.h"
#include "common/cli/store/look.h"
#include "common/config/accepted_file.h"

/* The store, and what it says of each domain. */
static void
look_at_store(struct bs_overview *status)
{
	const struct bs_config *config = status->book.config;
	int64_t now = status->call->now;

	(void)bs_check_store_key(status->book.paths.store_key,
	    &status->store_key);
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
	struct bs_advices advices = {0};
	struct bs_fault fault = {0};
	int rc = bs_keybook_look(call, &status.book);

	if (rc != 0)
		goto out;
	status.answers =
	    bs_ask(status.book.config->socket, BS_OP_PING, &status.engine);
	look_at_store(&status);
	bs_disk_look(status.book.paths.store, &status.disk);
	status.accepted_rc = bs_accepted_load(status.book.paths.accepted,
	    &status.accepted, &fault);
	bs_accepted_expire(&status.accepted, call->now);
	bs_trouble_advise(&status, &advices);
	bs_domain_advise(&status, &advices);
	if (call->json)
		bs_status_print_json(&status, &advices);
	else if (call->all)
		bs_status_print_all(&status);
	else
		bs_status_print(&status, &advices);
	rc = bs_status_is_well(&status) ? BS_EXIT_YES : BS_EXIT_NO;
out:
	bs_advices_free(&advices);
	bs_domains_free(&status.survey);
	bs_keybook_close(&status.book);
	return rc;
}
