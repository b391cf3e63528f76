/* backstop explain: was the mail that a bounce returns ours? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/cli/explain/bait.h"
#include "common/cli/explain/decide.h"
#include "common/cli/explain/explain.h"
#include "common/cli/explain/head.h"
#include "common/cli/explain/inputs.h"
#include "common/cli/explain/json.h"
#include "common/cli/explain/judge.h"
#include "common/cli/explain/receipt.h"
#include "common/cli/explain/show.h"
#include "common/cli/explain/sum.h"
#include "common/cli/load.h"
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

/* A notice is judged as of the time when it came, if a server of ours wrote
 * that down; what its author says of it proves nothing. */
static void
set_time(const struct bs_call *call, struct bs_explained *out)
{
	out->now = call->now;
	out->as_of = call->now;
	bs_explain_read_arrival(out);
	if (!call->has_at && out->head.is_told_by_host &&
	    out->head.arrived < out->as_of)
		out->as_of = out->head.arrived;
	out->lifetime_days = lifetime_of(out->ground, out->as_of);
}

/* Reads and judges one message, which stands at *place of the input. */
static void
judge(const struct bs_call *call, struct bs_explain_ground *ground,
    const struct bs_explain_place *place,
    const struct bs_opened_message *opened, struct bs_explained *out)
{
	memset(out, 0, sizeof(*out));
	out->ground = ground;
	out->message = opened;
	out->place = *place;
	set_time(call, out);
	bs_explain_read_head(out);
	bs_explain_receipt(out);
	bs_explain_bait(out);
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

/* Explains one message. Returns 0 or -ENOMEM. */
static int
explain(const struct bs_call *call, struct bs_explain_ground *ground,
    const struct bs_explain_place *place, struct bs_slice envelope,
    struct bs_slice message, struct bs_explain_sum *sum)
{
	static struct bs_opened_message opened; /* too large for a stack */
	static struct bs_explained explained;
	int rc = bs_open_message(envelope, message, &opened);

	if (rc == 0) {
		judge(call, ground, place, &opened, &explained);
		bs_explain_decide(&explained);
		bs_explain_sum_add(sum, &explained);
		if (call->json)
			bs_explain_json(&explained);
		else
			bs_explain_show(&explained);
	}
	bs_open_message_free(&opened);
	return rc;
}

/* So many files take a while to be read, and it is done twice. */
#define MANY 500

/* What is asked, and what came of it so far. */
struct session {
	const struct bs_call *call;
	struct bs_explain_ground ground;
	struct bs_explain_inputs inputs;
	struct bs_explain_place place;
	struct bs_explain_sum sum;
	int trouble; /* the first -errno of an input */
};

static void
note_trouble(struct session *session, const struct bs_explain_input *input,
    int rc)
{
	bs_complain("%s: %s", bs_explain_inputs_name(input), strerror(-rc));
	if (session->trouble == 0)
		session->trouble = rc;
}

/* Counts the messages of an input. One that cannot be read has none. */
static size_t
count_messages(struct session *session, struct bs_explain_input *input)
{
	struct bs_slice envelope;
	struct bs_slice message;
	char *text;
	size_t len;
	size_t at = 0;
	size_t count = 0;
	int rc = bs_explain_inputs_read(input, &text, &len);

	if (rc != 0) {
		note_trouble(session, input, rc);
		input->is_unread = true;
		return 0;
	}
	while (bs_unquote_next(text, len, &at, &envelope, &message))
		count++;
	free(text);
	return count;
}

static void
explain_input(struct session *session, struct bs_explain_input *input)
{
	struct bs_slice envelope;
	struct bs_slice message;
	char *text = NULL;
	size_t len;
	size_t at = 0;
	int rc = bs_explain_inputs_read(input, &text, &len);

	session->place.file = input->path;
	while (
	    rc == 0 && bs_unquote_next(text, len, &at, &envelope, &message)) {
		session->place.number++;
		rc = explain(session->call, &session->ground, &session->place,
		    envelope, message, &session->sum);
	}
	if (rc != 0)
		note_trouble(session, input, rc);
	free(text);
}

static int
explain_all(struct session *session)
{
	const struct bs_explain_inputs *inputs = &session->inputs;

	if (inputs->count > MANY && isatty(STDERR_FILENO))
		bs_complain("counting the messages in %zu files ...",
		    inputs->count);
	for (size_t i = 0; i < inputs->count; i++)
		session->place.count +=
		    count_messages(session, &inputs->items[i]);
	for (size_t i = 0; i < inputs->count; i++)
		if (!inputs->items[i].is_unread)
			explain_input(session, &inputs->items[i]);
	if (session->place.count > 1 && !session->call->json)
		bs_explain_show_sum(&session->sum);
	if (session->trouble != 0)
		return bs_exit_of(session->trouble);
	if (session->place.count > 0)
		return bs_explain_sum_status(&session->sum);
	bs_complain("there is nothing to explain: the input is empty");
	return EX_DATAERR;
}

int
bs_cmd_explain(const struct bs_call *call)
{
	static struct session session; /* too large for a stack */
	int status;

	session.call = call;
	session.trouble =
	    bs_explain_inputs_list(&session.inputs, call->words, call->count);
	open_ground(call, &session.ground);
	status = explain_all(&session);
	close_ground(&session.ground);
	bs_explain_inputs_free(&session.inputs);
	return status;
}
