/* backstop init: the state folder and the first key. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/load.h"
#include "common/cli/cli.h"
#include "common/cli/keys/init.h"
#include "common/cli/output.h"

static void
print_made(const struct bs_call *call, const struct bs_config *config, int key)
{
	struct bs_json *json;

	if (call->json) {
		json = bs_json_object();
		bs_json_text(json, "state", config->state);
		if (key < 0)
			bs_json_null(json, "key");
		else
			bs_json_number(json, "key", key);
		bs_json_print(json);
	} else if (key < 0)
		bs_print(stdout, "%s was complete; nothing was made\n",
		    config->state);
	else
		bs_print(stdout, "%s is ready; key %d is active\n",
		    config->state, key);
}

int
bs_cmd_init(const struct bs_call *call)
{
	struct bs_config *config;
	struct bs_fault fault = {0};
	int key;
	int rc;

	if ((rc = bs_load_config(call, &config)) != 0)
		return rc;
	rc = bs_state_folder_init(config, call->key, call->now, &key, &fault);
	if (rc == 0)
		print_made(call, config, key);
	else
		bs_complain("%s%s", fault.text,
		    rc == -EACCES && geteuid() != 0 ? "; run as root" : "");
	bs_config_free(config);
	return bs_exit_of(rc);
}
