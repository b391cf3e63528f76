/* backstop mode: what a domain's mode is, and a step to another. */
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

struct matter {
	const struct bs_call *call;
	struct bs_keybook book;
	const struct bs_domain *domain;
	struct bs_domains survey;
	struct bs_next_mode_ground ground;
};

/* What came of a step. */
struct outcome {
	enum bs_mode to;
	bool is_set;
	bool is_forced;
	bool answered; /* the engine did ... */
	struct bs_answer answer;
};

static void
look_around(struct matter *matter)
{
	const struct bs_config *config = matter->book.config;
	const struct bs_keyring *keyring = &matter->book.keyring;
	int64_t now = matter->call->now;
	struct bs_look look;

	matter->ground.domain = matter->domain;
	matter->ground.has_key = bs_keyring_active(keyring) != NULL;
	if (bs_look_at_store(config, &look) != 0 ||
	    bs_domains_read(config, keyring, now, &matter->survey) != 0)
		return;
	matter->ground.clock_in_doubt = bs_look_doubts_clock(&look, now);
	matter->ground.survey =
	    &matter->survey.found->domains[matter->domain - config->domains];
}

/* Returns 0 or an exit status after the complaint; close it in any case. */
static int
open_matter(const struct bs_call *call, struct matter *matter)
{
	const char *name = call->words[0];
	int status;

	memset(matter, 0, sizeof(*matter));
	matter->call = call;
	if ((status = bs_keybook_open(call, false, &matter->book)) != 0)
		return status;
	matter->domain =
	    bs_config_domain(matter->book.config, name, strlen(name));
	if (matter->domain == NULL) {
		bs_complain("%.200s is not among 'domains' of %s", name,
		    call->config_path);
		return BS_EXIT_NO;
	}
	look_around(matter);
	return 0;
}

static void
close_matter(struct matter *matter)
{
	bs_domains_free(&matter->survey);
	bs_keybook_close(&matter->book);
}

static int
show(const struct matter *matter)
{
	const struct bs_domain *domain = matter->domain;
	struct bs_json *json;

	if (matter->call->json) {
		json = bs_json_object();
		bs_json_text(json, "domain", domain->name);
		bs_json_text(json, "mode", bs_mode_name(domain->mode));
		bs_next_mode_json(&matter->ground, json);
		bs_json_print(json);
	} else {
		printf("%s: mode %s\n", domain->name,
		    bs_mode_name(domain->mode));
		bs_next_mode_print(&matter->ground, "");
	}
	return BS_EXIT_YES;
}

static void
print_outcome(const struct matter *matter, const struct outcome *outcome)
{
	const char *socket = matter->book.config->socket;

	printf("%s: mode %s%s; it was %s\n", matter->domain->name,
	    bs_mode_name(outcome->to), outcome->is_forced ? ", by force" : "",
	    bs_mode_name(matter->domain->mode));
	if (outcome->answered && outcome->answer.status == BS_STATUS_OK)
		puts("the engine has taken it over");
	else if (!outcome->answered)
		printf("the engine does not answer at %s: it takes this over "
		       "when it starts\n",
		    socket);
}

static void
print_outcome_json(const struct matter *matter, const struct outcome *outcome,
    const struct bs_next_mode *step)
{
	struct bs_json *json = bs_json_object();
	const char *engine = NULL;

	if (outcome->answered)
		engine = outcome->answer.status == BS_STATUS_OK
			     ? "ok"
			     : outcome->answer.reason;
	bs_json_text(json, "domain", matter->domain->name);
	bs_json_text(json, "mode",
	    bs_mode_name(outcome->is_set ? outcome->to : matter->domain->mode));
	bs_json_text(json, "was", bs_mode_name(matter->domain->mode));
	bs_json_bool(json, "set", outcome->is_set);
	bs_json_bool(json, "forced", outcome->is_forced);
	bs_json_text(json, "engine", engine);
	bs_json_put(json, "reasons", bs_next_mode_reasons_json(step));
	bs_json_print(json);
}

/* A step by force is for the records of others, too. */
static void
log_step(const struct matter *matter, const struct outcome *outcome,
    const struct bs_next_mode *step)
{
	struct bs_log_line line;

	bs_log_open("backstop", BS_LOG_SYSLOG, false);
	bs_log_begin(&line);
	bs_log_add(&line, "op", "mode");
	bs_log_add(&line, "domain", matter->domain->name);
	bs_log_add(&line, "was", bs_mode_name(matter->domain->mode));
	bs_log_add(&line, "mode", bs_mode_name(outcome->to));
	bs_log_add_number(&line, "uid", getuid());
	bs_log_add_number(&line, "forced", outcome->is_forced);
	for (size_t i = 0; i < step->count; i++)
		bs_log_add(&line, "against", step->reasons[i].word);
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
write_mode(const struct bs_rewrite *file, const char *domain, enum bs_mode mode)
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
	rc = says(text, len, domain, mode) ? bs_rewrite_save(file, text, len)
					   : -EBADMSG;
	free(text);
	return rc;
}

/* Returns 0 or an exit status after the complaint. */
static int
change_file(const struct matter *matter, enum bs_mode mode)
{
	const char *path = matter->call->config_path;
	const char *name = matter->domain->name;
	struct bs_rewrite file;
	int rc = bs_rewrite_read(path, &file);

	if (rc == 0)
		rc = write_mode(&file, name, mode);
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
complain_step(const struct matter *matter, const struct bs_next_mode *step,
    enum bs_mode to)
{
	const char *name = matter->domain->name;

	bs_complain("%s stays at mode %s; against %s speaks:", name,
	    bs_mode_name(matter->domain->mode), bs_mode_name(to));
	for (size_t i = 0; i < step->count; i++)
		bs_complain("%s: %s", step->reasons[i].word,
		    step->reasons[i].text);
	bs_complain("to set it all the same, type: backstop mode %s %s --force",
	    name, bs_mode_name(to));
}

/* Sets the mode, tells the engine, and says so. */
static int
take_step(const struct matter *matter, struct outcome *outcome,
    const struct bs_next_mode *step)
{
	int status = change_file(matter, outcome->to);

	if (status != 0)
		return status;
	outcome->is_set = true;
	log_step(matter, outcome, step);
	outcome->answered =
	    bs_ask(matter->book.config->socket, BS_OP_RELOAD, &outcome->answer);
	if (matter->call->json)
		print_outcome_json(matter, outcome, step);
	else
		print_outcome(matter, outcome);
	if (!outcome->answered || outcome->answer.status == BS_STATUS_OK)
		return BS_EXIT_YES;
	bs_complain("the engine keeps its old settings (%s): restart it",
	    outcome->answer.reason);
	return BS_EXIT_NO;
}

static int
change(const struct matter *matter, enum bs_mode to)
{
	struct outcome outcome = {.to = to};
	struct bs_next_mode step = {0};

	if (to == matter->domain->mode) {
		if (matter->call->json)
			print_outcome_json(matter, &outcome, &step);
		else
			printf("%s: mode %s, as it was\n", matter->domain->name,
			    bs_mode_name(to));
		return BS_EXIT_YES;
	}
	if (to > matter->domain->mode)
		bs_next_mode_check(&matter->ground, to, &step);
	outcome.is_forced = step.count > 0;
	if (step.count == 0 || matter->call->force)
		return take_step(matter, &outcome, &step);
	outcome.is_forced = false;
	if (matter->call->json)
		print_outcome_json(matter, &outcome, &step);
	complain_step(matter, &step, to);
	return BS_EXIT_NO;
}

int
bs_cmd_mode(const struct bs_call *call)
{
	struct matter matter;
	enum bs_mode to = BS_OBSERVE;
	int status;

	if (call->count > 1 && bs_mode_parse(call->words[1], &to) != 0) {
		bs_complain("%.60s: no mode; there are observe, mark, junk and "
			    "enforce",
		    call->words[1]);
		return EX_USAGE;
	}
	if (call->count == 1 && call->force) {
		bs_complain("--force: which mode?");
		return EX_USAGE;
	}
	if ((status = open_matter(call, &matter)) == 0)
		status = call->count > 1 ? change(&matter, to) : show(&matter);
	close_matter(&matter);
	return status;
}
