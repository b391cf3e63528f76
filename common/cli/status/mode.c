/* backstop mode: shows the mode of a domain, and sets another. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/cli/load.h"
#include "common/cli/status/mode.h"
#include "common/base/log.h"
#include "common/cli/ask.h"
#include "common/cli/keys/keybook.h"
#include "common/cli/output.h"
#include "common/cli/status/edit.h"
#include "common/cli/status/next_mode.h"
#include "common/cli/status/rewrite.h"
#include "common/cli/store/look.h"
#include "common/config/read.h"

/* The domain in question, and what is known of it. */
struct subject {
	const struct bs_call *call;
	struct bs_keybook book;
	const struct bs_domain *domain;
	struct bs_domains survey;
	struct bs_next_mode_ground ground;
};

/* What came of setting a mode. */
struct outcome {
	enum bs_mode to;
	bool is_set;
	bool is_forced;
	bool answered;	   /* the engine did */
	size_t pass_count; /* what it still lets through */
	char passes[BS_NEXT_MODE_PASSES][BS_NEXT_MODE_TEXT];
	struct bs_answer answer;
};

static void
look_around(struct subject *subject)
{
	const struct bs_config *config = subject->book.config;
	const struct bs_keyring *keyring = &subject->book.keyring;
	int64_t now = subject->call->now;
	struct bs_look look;

	subject->ground.domain = subject->domain;
	subject->ground.has_key = bs_keyring_active(keyring) != NULL;
	if (bs_look_at_store(config, &look) != 0 ||
	    bs_domains_read(config, keyring, now, &subject->survey) != 0)
		return;
	subject->ground.clock_in_doubt = bs_look_doubts_clock(&look, now);
	subject->ground.survey =
	    &subject->survey.found->domains[subject->domain - config->domains];
}

/* Returns 0 or an exit status after the complaint; close it in any case. */
static int
open_subject(const struct bs_call *call, struct subject *subject)
{
	const char *name = call->words[0];
	int status;

	memset(subject, 0, sizeof(*subject));
	subject->call = call;
	if ((status = bs_keybook_open(call, false, &subject->book)) != 0)
		return status;
	subject->domain =
	    bs_config_domain(subject->book.config, name, strlen(name));
	if (subject->domain == NULL) {
		bs_complain("%.200s is not among 'domains' of %s", name,
		    call->config_path);
		return BS_EXIT_NO;
	}
	look_around(subject);
	return 0;
}

static void
close_subject(struct subject *subject)
{
	bs_domains_free(&subject->survey);
	bs_keybook_close(&subject->book);
}

static int
show(const struct subject *subject)
{
	const struct bs_domain *domain = subject->domain;
	struct bs_json *json;

	if (subject->call->json) {
		json = bs_json_object();
		bs_json_text(json, "domain", domain->name);
		bs_json_text(json, "mode", bs_mode_name(domain->mode));
		bs_next_mode_json(&subject->ground, json);
		bs_json_print(json);
	} else {
		bs_print(stdout, "%s: mode %s\n", domain->name,
		    bs_mode_name(domain->mode));
		bs_next_mode_print(&subject->ground, "");
	}
	return BS_EXIT_YES;
}

static void
print_outcome(const struct subject *subject, const struct outcome *outcome)
{
	const char *socket = subject->book.config->socket;
	bool dry_run = subject->call->dry_run;

	bs_print(stdout, "%s: mode %s%s%s; it %s %s\n", subject->domain->name,
	    bs_mode_name(outcome->to), dry_run ? " would be set" : "",
	    outcome->is_forced ? ", by force" : "", dry_run ? "is" : "was",
	    bs_mode_name(subject->domain->mode));
	for (size_t i = 0; i < outcome->pass_count; i++)
		bs_print(stdout, "note: %s\n", outcome->passes[i]);
	if (dry_run)
		return;
	if (outcome->answered && outcome->answer.status == BS_STATUS_OK)
		puts("the engine has taken it over");
	else if (!outcome->answered)
		bs_print(stdout,
		    "the engine does not answer at %s: it takes this over "
		    "when it starts\n",
		    socket);
}

static struct bs_json *
passes_json(const struct outcome *outcome)
{
	struct bs_json *array = bs_json_array();

	for (size_t i = 0; i < outcome->pass_count; i++)
		bs_json_append_text(array, outcome->passes[i]);
	return array;
}

static void
print_outcome_json(const struct subject *subject, const struct outcome *outcome,
    const struct bs_next_mode *next)
{
	struct bs_json *json = bs_json_object();
	const char *engine = NULL;

	if (outcome->answered)
		engine = outcome->answer.status == BS_STATUS_OK
			     ? "ok"
			     : outcome->answer.reason;
	bs_json_text(json, "domain", subject->domain->name);
	bs_json_text(json, "mode",
	    bs_mode_name(
		outcome->is_set ? outcome->to : subject->domain->mode));
	bs_json_text(json, "was", bs_mode_name(subject->domain->mode));
	bs_json_bool(json, "set", outcome->is_set);
	bs_json_bool(json, "forced", outcome->is_forced);
	bs_json_text(json, "engine", engine);
	bs_json_put(json, "reasons", bs_next_mode_reasons_json(next));
	if (outcome->to >= BS_JUNK)
		bs_json_put(json, "passes", passes_json(outcome));
	if (subject->call->dry_run)
		bs_json_bool(json, "dry_run", true);
	bs_json_print(json);
}

/* For the records of the host: a mode by force is a warning there. */
static void
log_change(const struct subject *subject, const struct outcome *outcome,
    const struct bs_next_mode *next)
{
	struct bs_log_line line;

	bs_log_open("backstop", BS_LOG_SYSLOG, false);
	bs_log_begin(&line);
	bs_log_add(&line, "op", "mode");
	bs_log_add(&line, "domain", subject->domain->name);
	bs_log_add(&line, "was", bs_mode_name(subject->domain->mode));
	bs_log_add(&line, "mode", bs_mode_name(outcome->to));
	bs_log_add_number(&line, "uid", getuid());
	bs_log_add_number(&line, "forced", outcome->is_forced);
	for (size_t i = 0; i < next->count; i++)
		bs_log_add(&line, "against", next->reasons[i].word);
	bs_log_end(&line, outcome->is_forced ? BS_LOG_WARNING : BS_LOG_INFO);
}

static void
ignore_fault(void *context, const struct bs_fault *fault, bool is_warning)
{
	(void)context;
	(void)fault;
	(void)is_warning;
}

/* Whether a text is a good configuration in which the domain has the mode. */
static bool
says(const char *text, size_t len, const char *domain, enum bs_mode mode)
{
	struct bs_config *config = NULL;
	const struct bs_domain *found = NULL;
	bool is_right;

	if (bs_config_parse(text, len, &config, ignore_fault, NULL) == 0)
		found = bs_config_domain(config, domain, strlen(domain));
	is_right = found != NULL && found->mode == mode;
	bs_config_free(config);
	return is_right;
}

/* Returns 0, -EBADMSG where the change would not do what it should, or
 * -errno. */
static int
write_mode(const struct bs_rewrite *file, const char *domain, enum bs_mode mode,
    bool dry_run)
{
	struct bs_splice splice;
	size_t fresh_len;
	size_t len;
	char *text;
	int rc;

	rc = bs_edit_domain(file->text, file->len, domain, "mode",
	    bs_mode_name(mode), &splice);
	if (rc != 0)
		return rc;
	fresh_len = strlen(splice.fresh);
	len = splice.from + fresh_len + (file->len - splice.to);
	if ((text = malloc(len)) == NULL)
		return -ENOMEM;
	memcpy(text, file->text, splice.from);
	memcpy(text + splice.from, splice.fresh, fresh_len);
	memcpy(text + splice.from + fresh_len, file->text + splice.to,
	    file->len - splice.to);
	if (!says(text, len, domain, mode))
		rc = -EBADMSG;
	else if (!dry_run)
		rc = bs_rewrite_save(file, text, len);
	free(text);
	return rc;
}

/* Returns 0 or an exit status after the complaint. */
static int
change_file(const struct subject *subject, enum bs_mode mode)
{
	const char *path = subject->call->config_path;
	const char *name = subject->domain->name;
	struct bs_rewrite file;
	int rc = bs_rewrite_read(path, &file);

	if (rc == 0)
		rc = write_mode(&file, name, mode, subject->call->dry_run);
	bs_rewrite_free(&file);
	if (rc == -EAGAIN)
		bs_complain("%s was changed by somebody else meanwhile; "
			    "nothing was set, try again",
		    path);
	else if (rc == -EBADMSG)
		bs_complain("%s: could not be changed; set it by hand: "
			    "[domain %s] mode = %s",
		    path, name, bs_mode_name(mode));
	else if (rc != 0)
		bs_complain("%s: %s%s", path, strerror(-rc),
		    rc == -EACCES || rc == -EPERM ? "; run as root" : "");
	return bs_exit_of(rc);
}

static void
complain(const struct subject *subject, const struct bs_next_mode *next,
    enum bs_mode to)
{
	const char *name = subject->domain->name;

	bs_complain("%s stays at mode %s; against %s speaks:", name,
	    bs_mode_name(subject->domain->mode), bs_mode_name(to));
	for (size_t i = 0; i < next->count; i++)
		bs_complain("%s: %s", next->reasons[i].word,
		    next->reasons[i].text);
	bs_complain("to set it all the same, type: backstop mode %s %s --force",
	    name, bs_mode_name(to));
}

/* Sets the mode, tells the engine, and says what came of it. */
static int
set_mode(const struct subject *subject, struct outcome *outcome,
    const struct bs_next_mode *next)
{
	int status = change_file(subject, outcome->to);

	if (status != 0)
		return status;
	if (!subject->call->dry_run) {
		outcome->is_set = true;
		log_change(subject, outcome, next);
		outcome->answered = bs_ask(subject->book.config->socket,
		    BS_OP_RELOAD, &outcome->answer);
	}
	if (subject->call->json)
		print_outcome_json(subject, outcome, next);
	else
		print_outcome(subject, outcome);
	if (!outcome->answered || outcome->answer.status == BS_STATUS_OK)
		return BS_EXIT_YES;
	bs_complain("the engine keeps its old settings (%s): restart it",
	    outcome->answer.reason);
	return BS_EXIT_NO;
}

static int
change(const struct subject *subject, enum bs_mode to)
{
	struct outcome outcome = {.to = to};
	struct bs_next_mode next = {0};

	if (to == subject->domain->mode) {
		if (subject->call->json)
			print_outcome_json(subject, &outcome, &next);
		else
			bs_print(stdout, "%s: mode %s, as it was\n",
			    subject->domain->name, bs_mode_name(to));
		return BS_EXIT_YES;
	}
	if (to > subject->domain->mode)
		bs_next_mode_check(&subject->ground, to, &next);
	outcome.pass_count =
	    bs_next_mode_passes(&subject->ground, to, outcome.passes);
	outcome.is_forced = next.count > 0;
	if (next.count == 0 || subject->call->force)
		return set_mode(subject, &outcome, &next);
	outcome.is_forced = false;
	if (subject->call->json)
		print_outcome_json(subject, &outcome, &next);
	complain(subject, &next, to);
	return BS_EXIT_NO;
}

int
bs_cmd_mode(const struct bs_call *call)
{
	struct subject subject;
	enum bs_mode to = BS_OBSERVE;
	int status;

	if (call->count > 1 && bs_mode_parse(call->words[1], &to) != 0) {
		bs_complain("%.60s: no mode; there are observe, mark, junk and "
			    "enforce",
		    call->words[1]);
		return EX_USAGE;
	}
	if (call->count == 1 && (call->force || call->dry_run)) {
		bs_complain("%s: which mode?",
		    call->force ? "--force" : "--dry-run");
		return EX_USAGE;
	}
	if (call->count > 1 && call->has_at && !call->dry_run) {
		bs_complain("mode takes --at only to show, or with --dry-run: "
			    "what it changes holds from now on");
		return EX_USAGE;
	}
	if ((status = open_subject(call, &subject)) == 0)
		status =
		    call->count > 1 ? change(&subject, to) : show(&subject);
	close_subject(&subject);
	return status;
}
