/* backstop explain: was the mail that a bounce returns ours? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/cli/load.h"
#include "common/cli/explain/decide.h"
#include "common/cli/explain/explain.h"
#include "common/cli/explain/head.h"
#include "common/cli/explain/judge.h"
#include "common/cli/explain/show.h"
#include "common/cli/output.h"
#include "common/cli/store/look.h"

/* Where a person asks who has no account on the server, there is no
 * configuration: then the message alone is explained. */
static void
open_config(const struct bs_call *call, struct bs_explain_ground *out)
{
	out->lack = "no-config";
	if (strcmp(call->config_path, BS_CONFIG_PATH) == 0 &&
	    access(call->config_path, F_OK) != 0)
		return;
	if (bs_load_config(call, &out->config) == 0)
		out->lack = NULL;
}

static void
open_store(struct bs_explain_ground *out)
{
	struct bs_fault fault;
	struct bs_look look;

	out->lack = "no-store";
	if (bs_state_folder_store_key(out->paths.store_key, out->store_key,
		&fault) != 0 ||
	    bs_look_at_store(out->config, &look) != 0)
		return;
	out->meta = look.meta;
	out->has_store = true;
	out->lack = NULL;
}

static void
open_ground(const struct bs_call *call, struct bs_explain_ground *out)
{
	memset(out, 0, sizeof(*out));
	open_config(call, out);
	if (out->config == NULL ||
	    bs_state_folder_paths(out->config->state, &out->paths) != 0)
		return;
	if (bs_load_keyring(out->config, &out->keyring) != 0) {
		out->lack = "no-keyring";
		return;
	}
	out->has_keyring = true;
	open_store(out);
}

static void
close_ground(struct bs_explain_ground *ground)
{
	bs_keyring_wipe(&ground->keyring);
	bs_mac_wipe(ground->store_key, sizeof(ground->store_key));
	bs_config_free(ground->config);
}

static unsigned
lifetime_of(const struct bs_explain_ground *ground, int64_t when)
{
	if (ground->config == NULL)
		return 0;
	return bs_meta_lifetime(&ground->meta, ground->config->lifetime_days,
	    bs_day_of(when));
}

/* Reads and judges one notice as of a time. */
static void
judge(struct bs_explain_ground *ground, const struct bs_opened_message *opened,
    int64_t when, struct bs_explained *out)
{
	memset(out, 0, sizeof(*out));
	out->ground = ground;
	out->message = opened;
	out->as_of = when;
	out->lifetime_days = lifetime_of(ground, when);
	bs_explain_read_head(out);
	if (!opened->is_notice)
		return;
	if (bs_explain_judge(out) != 0 && ground->has_store) {
		/* the store opened, but proved to be damaged */
		ground->has_store = false;
		ground->lack = "no-store";
		if (bs_explain_judge(out) != 0)
			ground->lack = "no-judgement";
	}
}

/* Explains one message of the input. Returns the exit status. */
static int
explain(const struct bs_call *call, struct bs_explain_ground *ground,
    struct bs_slice envelope, struct bs_slice message)
{
	static const int statuses[] = {
	    [BS_EXPLAIN_YES] = BS_EXIT_YES,
	    [BS_EXPLAIN_NO] = BS_EXIT_NO,
	    [BS_EXPLAIN_UNKNOWN] = BS_EXIT_UNKNOWN,
	};
	static struct bs_opened_message opened; /* too large for a stack */
	static struct bs_explained explained;
	int status = EX_OSERR;

	if (bs_open_message(envelope, message, &opened) != 0)
		bs_complain("out of memory");
	else {
		judge(ground, &opened, call->now, &explained);
		bs_explain_decide(&explained);
		if (call->json)
			bs_explain_show_json(&explained);
		else
			bs_explain_show(&explained);
		status = statuses[explained.answer];
	}
	bs_open_message_free(&opened);
	return status;
}

/* Explains each message. If their answers differ, the exit status is that of an
 * unknown. */
static int
explain_all(const struct bs_call *call, struct bs_explain_ground *ground,
    const char *text, size_t len)
{
	struct bs_slice envelope;
	struct bs_slice message;
	size_t at = 0;
	size_t count = 0;
	int status = BS_EXIT_UNKNOWN;

	while (bs_unquote_next(text, len, &at, &envelope, &message)) {
		int one;

		if (count > 0 && !call->json)
			puts("");
		one = explain(call, ground, envelope, message);
		if (one >= EX__BASE)
			return one;
		status = count++ == 0 || one == status ? one : BS_EXIT_UNKNOWN;
	}
	if (count > 0)
		return status;
	bs_complain("there is nothing to explain: the input is empty");
	return EX_DATAERR;
}

int
bs_cmd_explain(const struct bs_call *call)
{
	const char *path = call->count > 0 ? call->words[0] : NULL;
	static struct bs_explain_ground ground;
	char *text = NULL;
	size_t len;
	int rc;
	int status;

	if (path != NULL && strcmp(path, "-") == 0)
		path = NULL;
	if ((rc = bs_open_message_read(path, &text, &len)) != 0) {
		bs_complain("%s: %s", path != NULL ? path : "standard input",
		    strerror(-rc));
		return bs_exit_of(rc);
	}
	len = bs_unquote_clean(text, len);
	open_ground(call, &ground);
	status = explain_all(call, &ground, text, len);
	close_ground(&ground);
	free(text);
	return status;
}
