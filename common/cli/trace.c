/* backstop trace: the running engine logs what it is asked, and why it answers
 * as it does.
 *
 * It is asked for over the engine's socket, which needs no process id to be
 * found. SIGUSR1 does the same where only a signal can be sent. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/load.h"
#include "common/cli/ask.h"
#include "common/cli/output.h"
#include "common/cli/trace.h"

static void
print(const struct bs_call *call)
{
	struct bs_json *object;

	if (call->json) {
		object = bs_json_object();
		bs_json_number(object, "minutes", call->minutes);
		bs_json_print(object);
	} else if (call->minutes == 0) {
		puts("the engine does not trace any more");
	} else {
		bs_print(stdout,
		    "the engine logs each question, its facts and its "
		    "answer for %u minute%s\n",
		    call->minutes, bs_plural(call->minutes));
	}
}

int
bs_cmd_trace(const struct bs_call *call)
{
	const struct bs_request request = {
	    .op = BS_OP_TRACE,
	    .trace_minutes = call->minutes,
	};
	struct bs_answer answer;
	struct bs_config *config = NULL;
	int status = bs_load_config(call, &config);

	if (status != 0)
		return status;
	status = bs_ask_or_tell(config->socket, &request, &answer);
	if (status == 0 && answer.status != BS_STATUS_OK) {
		bs_complain("the engine traces for root alone (%s)",
		    answer.reason[0] == '\0' ? "it is of an older version"
					     : answer.reason);
		status = EX_NOPERM;
	} else if (status == 0) {
		print(call);
	}
	bs_config_free(config);
	return status;
}
