/* backstop checkconf: every mistake of the configuration, with its line. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/fault.h"
#include "common/cli/checkconf.h"
#include "common/cli/load.h"
#include "common/config/read.h"
#include "common/cli/cli.h"
#include "common/cli/output.h"

struct findings {
	const char *path;
	bool json;
};

static void
print_fault(void *context, const struct bs_fault *fault, bool is_warning)
{
	const struct findings *findings = context;
	char line[BS_FAULT_LINE];
	struct bs_json *json;

	if (findings->json) {
		json = bs_json_object();
		bs_json_text(json, "file", findings->path);
		bs_json_number(json, "line", fault->line);
		bs_json_text(json, "level", is_warning ? "warning" : "error");
		bs_json_text(json, "text", fault->text);
		bs_json_print(json);
		return;
	}
	bs_print(stdout, "%s%s: %s%s\n", findings->path,
	    bs_fault_line(fault, line), is_warning ? "warning: " : "",
	    fault->text);
}

int
bs_cmd_checkconf(const struct bs_call *call)
{
	struct findings findings = {
	    .path = call->count > 0 ? call->words[0] : call->config_path,
	    .json = call->json,
	};
	struct bs_config *config;
	int rc = bs_config_load(findings.path, &config, print_fault, &findings);

	bs_config_free(config);
	if (rc == -EINVAL)
		return BS_EXIT_NO;
	if (rc != 0) {
		bs_complain("%s: %s", findings.path, strerror(-rc));
		return bs_exit_of(rc);
	}
	if (!call->json)
		bs_print(stdout, "%s: no mistakes\n", findings.path);
	return BS_EXIT_YES;
}
