/* Any octets as smtpd.conf: what is told of it are texts that end, at places
 * that exist, however often it includes itself. */
#include <string.h>

#include "common/cli/doctor/smtpd_conf.h"
#include "common/cli/doctor/smtpd_modes.h"
#include "common/cli/doctor/smtpd_route.h"
#include "tests/fuzz/fuzz.h"

struct input {
	const char *text;
	size_t size;
	unsigned depth;
};

static void
include(void *context, struct bs_smtpd_conf *conf, const char *path)
{
	struct input *input = context;

	MUST(path != NULL);
	if (input->depth == 2)
		return;
	input->depth++;
	bs_smtpd_read(conf, input->depth, input->text, input->size, include,
	    input);
}

static void
check_text(const char *text, size_t size)
{
	MUST(memchr(text, '\0', size) != NULL);
}

static void
check_filter(const struct bs_smtpd_conf *conf,
    const struct bs_smtpd_filter *filter)
{
	char mode[BS_SMTPD_COMMAND];

	check_text(filter->name, sizeof(filter->name));
	check_text(filter->command, sizeof(filter->command));
	check_text(filter->user, sizeof(filter->user));
	check_text(filter->group, sizeof(filter->group));
	MUST(filter->member_count <= BS_SMTPD_MEMBERS);
	MUST(filter->place.line > 0 && filter->place.file <= 2);
	(void)bs_smtpd_program(conf, filter);
	if (bs_smtpd_option(filter->command, 'm', mode))
		MUST(bs_smtpd_is_ours(filter->command) && mode[0] != '\0');
}

/* The rules that a mail may meet come one after the other, to an end. */
static void
check_ways(const struct bs_smtpd_conf *conf,
    const struct bs_smtpd_listener *listener, const char *domain)
{
	const struct bs_smtpd_mail mail = {.listener = listener,
	    .is_auth = listener->takes_auth,
	    .domain = domain,
	    .is_own = domain != NULL};
	const struct bs_smtpd_rule *rule;
	bool is_certain;
	size_t before = 0;
	size_t at = 0;

	(void)bs_smtpd_modes_of(conf, listener);
	while ((rule = bs_smtpd_next_rule(conf, &mail, &at, &is_certain)) !=
	       NULL) {
		MUST(at > before && at <= conf->rules.rule_count);
		before = at;
		check_text(rule->action, sizeof(rule->action));
		(void)bs_smtpd_rules_action(&conf->rules, rule->action);
	}
}

static void
check_rules(struct bs_smtpd_conf *conf, const char *text, size_t size)
{
	struct bs_smtpd_rules *rules = &conf->rules;

	MUST(rules->rule_count <= BS_SMTPD_RULES);
	MUST(rules->action_count <= BS_SMTPD_ACTIONS);
	for (size_t i = 0; i < rules->action_count; i++) {
		const struct bs_smtpd_action *action = &rules->actions[i];
		const struct bs_smtpd_listener *hop =
		    bs_smtpd_next_hop(conf, action);

		check_text(action->host, sizeof(action->host));
		check_text(action->mail_from, sizeof(action->mail_from));
		MUST(hop == NULL || bs_smtpd_stays_here(action));
	}
	MUST(rules->set_count <= BS_SMTPD_SETS);
	if (rules->set_count > 0)
		bs_smtpd_rules_take_file(rules, 0, text, size);
	for (size_t i = 0; i < rules->set_count; i++) {
		const char *name;
		size_t at = 0;

		while ((name = bs_smtpd_set_next(rules, i, &at)) != NULL)
			MUST(name >= rules->octets &&
			     name + strlen(name) < rules->octets + rules->used);
		(void)bs_smtpd_set_has(rules, i, "mail.example.org");
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bs_smtpd_conf conf;
	struct input input = {.text = (const char *)data, .size = size};

	bs_smtpd_begin(&conf);
	bs_smtpd_read(&conf, 0, input.text, size, include, &input);
	MUST(conf.filter_count <= BS_SMTPD_FILTERS);
	MUST(conf.listener_count <= BS_SMTPD_LISTENERS);
	MUST(conf.refusal_count <= BS_SMTPD_REFUSALS);
	MUST(conf.macros.count <= BS_SMTPD_MACROS);
	for (size_t i = 0; i < conf.filter_count; i++)
		check_filter(&conf, &conf.filters[i]);
	for (size_t i = 0; i < conf.listener_count; i++) {
		const struct bs_smtpd_listener *listener = &conf.listeners[i];

		check_text(listener->where, sizeof(listener->where));
		check_text(listener->port, sizeof(listener->port));
		MUST(listener->filter_count <= BS_SMTPD_MEMBERS);
		MUST(!bs_smtpd_is_public(listener) || !listener->is_socket);
		check_ways(&conf, listener, NULL);
		check_ways(&conf, listener, "mail.example.org");
	}
	check_rules(&conf, input.text, size);
	return 0;
}
