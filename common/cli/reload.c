/* backstop reload: has the running engine read its configuration anew.
 *
 * The file is checked here, so that its mistakes are told to whoever typed
 * this; then the engine says whether it took it. A signal could tell neither.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/ask.h"
#include "common/cli/load.h"
#include "common/cli/output.h"
#include "common/cli/reload.h"

static void
print(const struct bs_call *call)
{
	struct bs_json *object;

	if (!call->json) {
		bs_print(stdout, "the engine has read %s\n", call->config_path);
		return;
	}
	object = bs_json_object();
	bs_json_text(object, "config", call->config_path);
	bs_json_print(object);
}

/* The file is good, so it is the engine that cannot read it. */
static int
complain(const struct bs_call *call, const struct bs_answer *answer,
    const struct bs_config *config)
{
	const char *reason = answer->reason;

	if (strcmp(reason, "not-root") == 0) {
		bs_complain("the engine reads its configuration anew for root "
			    "alone");
		return EX_NOPERM;
	}
	if (strcmp(reason, "bad-file") == 0)
		bs_complain("the engine keeps its old settings: it reads "
			    "another file, or user %s may not read %s; its log "
			    "says why",
		    config->user, call->config_path);
	else
		bs_complain("the engine keeps its old settings: restart it");
	return BS_EXIT_NO;
}

int
bs_cmd_reload(const struct bs_call *call)
{
	const struct bs_request request = {.op = BS_OP_RELOAD};
	struct bs_answer answer;
	struct bs_config *config = NULL;
	int status = bs_load_config(call, &config);

	if (status != 0)
		return status;
	status = bs_ask_or_tell(config->socket, &request, &answer);
	if (status == 0 && answer.status != BS_STATUS_OK) {
		status = complain(call, &answer, config);
	} else if (status == 0) {
		print(call);
	}
	bs_config_free(config);
	return status;
}
