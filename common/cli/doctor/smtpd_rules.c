/* backstop doctor: what the rules of smtpd.conf(5) do with mail. */
#include <stdio.h>
#include <string.h>

#include "common/cli/doctor/domains.h"
#include "common/cli/doctor/own.h"
#include "common/cli/doctor/process.h"
#include "common/cli/doctor/smtpd_modes.h"
#include "common/cli/doctor/smtpd_route.h"
#include "common/cli/doctor/smtpd_rules.h"

/* Hops through listeners of this host that are followed. */
#define HOPS_MAX 4

static void
check_refusals(const struct bs_smtpd_look *look)
{
	const struct bs_smtpd_conf *conf = &look->conf;
	char place[BS_PLACE_TEXT];

	for (size_t i = 0; i < conf->refusal_count; i++) {
		bs_doctor_bad(look->doctor, BS_CHECK_NULL_SENDER,
		    "%s refuses every mail with a null reverse-path: no bounce "
		    "comes home, and hosts that ask back refuse your mail",
		    bs_smtpd_place_text(look, &conf->refusals[i], place));
		bs_doctor_fix(look->doctor,
		    "take that line out: Backstop tells bounces apart");
	}
	if (conf->refusal_count == 0)
		bs_doctor_good(look->doctor, BS_CHECK_NULL_SENDER,
		    "no rule of smtpd was seen to refuse all bounces");
}

/* The listener through which an action relays, if it is another than before. */
static const struct bs_smtpd_listener *
signing_hop(const struct bs_smtpd_conf *conf,
    const struct bs_smtpd_action *action)
{
	const struct bs_smtpd_listener *hop = bs_smtpd_next_hop(conf, action);

	return hop != NULL &&
		       (bs_smtpd_modes_of(conf, hop) & BS_SMTPD_SIGNS) != 0
		   ? hop
		   : NULL;
}

/* Whether mail that a listener has signed may leave by an action. */
static bool
may_meet(const struct bs_smtpd_conf *conf,
    const struct bs_smtpd_listener *listener,
    const struct bs_smtpd_action *action)
{
	bool is_local =
	    listener->is_socket || bs_smtpd_is_loopback(listener->where);
	const struct bs_smtpd_mail mail = {.listener = listener,
	    .is_auth = listener->takes_auth && !is_local};
	const struct bs_smtpd_rule *rule;
	bool is_certain = false;
	size_t at = 0;

	while (!is_certain && (rule = bs_smtpd_next_rule(conf, &mail, &at,
				   &is_certain)) != NULL)
		if (!rule->rejects && strcmp(rule->action, action->name) == 0)
			return true;
	return false;
}

/* Whether signed mail may leave by it; what no rule names may be meant for
 * that. */
static bool
has_signed(const struct bs_smtpd_conf *conf,
    const struct bs_smtpd_action *action)
{
	bool is_named = false;

	for (size_t i = 0; i < conf->rules.rule_count; i++)
		is_named = is_named || strcmp(conf->rules.rules[i].action,
					   action->name) == 0;
	for (size_t i = 0; i < conf->listener_count; i++)
		if ((bs_smtpd_modes_of(conf, &conf->listeners[i]) &
			BS_SMTPD_SIGNS) != 0 &&
		    may_meet(conf, &conf->listeners[i], action))
			return true;
	return !is_named;
}

/* The tag is made for the sender as the filter sees it. */
static void
check_renaming(const struct bs_smtpd_look *look,
    const struct bs_smtpd_action *action)
{
	char place[BS_PLACE_TEXT];

	if (action->mail_from[0] == '\0' ||
	    signing_hop(&look->conf, action) != NULL ||
	    !has_signed(&look->conf, action))
		return;
	bs_smtpd_place_text(look, &action->place, place);
	if (action->mail_from[0] == '@')
		bs_doctor_bad(look->doctor, BS_CHECK_SMTPD_MAIL_FROM,
		    "%s: 'mail-from' moves the sender to another domain after "
		    "it was signed: the tag is of another address, and the "
		    "bounces of such mail are refused as forged",
		    place);
	else
		bs_doctor_bad(look->doctor, BS_CHECK_SMTPD_MAIL_FROM,
		    "%s: 'mail-from' replaces the sender after it was signed: "
		    "the tag is lost, and bounces of such mail are taken for "
		    "forged",
		    place);
	bs_doctor_fix(look->doctor,
	    "take 'mail-from' out, or have no signed mail use that action; "
	    "then restart smtpd");
}

/* A hop of this host must be there: one that is not keeps all mail waiting. */
static void
check_hop(const struct bs_smtpd_look *look,
    const struct bs_smtpd_action *action)
{
	unsigned port = bs_smtpd_own_port(action);
	char place[BS_PLACE_TEXT];
	char listener[64];

	if (port == 0 || bs_smtpd_next_hop(&look->conf, action) != NULL ||
	    bs_process_listens_at(port))
		return;
	bs_doctor_bad(look->doctor, BS_CHECK_SMTPD_OUT,
	    "%s: action \"%s\" relays to port %u of this host, where nobody "
	    "listens: such mail waits in the queue",
	    bs_smtpd_place_text(look, &action->place, place), action->name,
	    port);
	snprintf(listener, sizeof(listener),
	    "listen on 127.0.0.1 port %u tag SIGN", port);
	bs_smtpd_fix_listener(look, listener, BS_SMTPD_OUT, "out");
}

static void
check_action(const struct bs_smtpd_look *look,
    const struct bs_smtpd_action *action)
{
	check_renaming(look, action);
	check_hop(look, action);
}

/* Where mail to the host's own name ends that came in by a listener. */
enum end {
	END_HERE,    /* it is delivered, or another host is named for it */
	END_NOWHERE, /* it is refused */
	END_ROUND,   /* it is sent to whoever takes mail of that name: us */
};

static enum end
follow(const struct bs_smtpd_conf *conf,
    const struct bs_smtpd_listener *listener, const char *own)
{
	for (int hops = 0; hops < HOPS_MAX; hops++) {
		const struct bs_smtpd_mail mail = {.listener = listener,
		    .domain = own,
		    .is_own = true};
		const struct bs_smtpd_action *action;
		const struct bs_smtpd_rule *rule;
		bool is_certain;
		size_t at = 0;

		rule = bs_smtpd_next_rule(conf, &mail, &at, &is_certain);
		if (rule == NULL)
			return END_NOWHERE;
		if (!is_certain)
			return END_HERE; /* for all we know */
		if (rule->rejects)
			return END_NOWHERE;
		action = bs_smtpd_rules_action(&conf->rules, rule->action);
		if (action == NULL || !action->relays)
			return END_HERE;
		listener = bs_smtpd_next_hop(conf, action);
		if (listener == NULL)
			return action->has_map || action->host[0] != '\0'
				   ? END_HERE
				   : END_ROUND;
	}
	return END_ROUND;
}

static void
check_own_name(const struct bs_smtpd_look *look, const char *own)
{
	const struct bs_smtpd_conf *conf = &look->conf;
	struct bs_doctor *doctor = look->doctor;
	enum end end = END_HERE;

	for (size_t i = 0; i < conf->listener_count && end == END_HERE; i++)
		if (conf->listeners[i].is_socket)
			end = follow(conf, &conf->listeners[i], own);
	if (end == END_HERE) {
		bs_doctor_good(doctor, BS_CHECK_SMTPD_OWN_NAME,
		    "smtpd has a rule for mail to the host itself, %s", own);
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_SMTPD_OWN_NAME,
	    "no rule delivers mail to the host itself, %s: %s", own,
	    end == END_NOWHERE ? "what cron writes to root is refused"
			       : "what cron writes to root goes round until it "
				 "is lost");
	bs_doctor_fix(doctor,
	    "in %s write, above all rules 'for any': match from local for "
	    "local action NAME, NAME being one that delivers; then restart "
	    "smtpd",
	    doctor->call->smtpd_conf);
}

/* Whether a rule takes mail from other hosts. */
static bool
is_open(const struct bs_smtpd_rule *rule)
{
	if (rule->rejects || rule->auth == BS_SMTPD_YES)
		return false;
	switch (rule->from) {
	case BS_SMTPD_FROM_ANY:
	case BS_SMTPD_FROM_SOME:
		return !rule->is_from_negated ||
		       rule->from == BS_SMTPD_FROM_SOME;
	case BS_SMTPD_FROM_LOCAL:
	case BS_SMTPD_FROM_AUTH:
	case BS_SMTPD_FROM_SOCKET:
		break;
	}
	return rule->is_from_negated;
}

/* Whether mail from other hosts to a domain meets a rule. */
static bool
takes(const struct bs_smtpd_conf *conf, const char *domain)
{
	for (size_t i = 0; i < conf->rules.rule_count; i++) {
		const struct bs_smtpd_rule *rule = &conf->rules.rules[i];

		if (!is_open(rule) || rule->to == BS_SMTPD_TO_LOCAL)
			continue;
		if (rule->to != BS_SMTPD_TO_DOMAIN || rule->is_to_negated ||
		    bs_smtpd_set_has(&conf->rules, rule->domains, domain) !=
			BS_SMTPD_NO)
			return true;
	}
	return false;
}

/* Whether other hosts bring their mail to this one. */
static bool
is_mx(const struct bs_smtpd_conf *conf)
{
	for (size_t i = 0; i < conf->listener_count; i++)
		if (bs_smtpd_is_public(&conf->listeners[i]) &&
		    (bs_smtpd_modes_of(conf, &conf->listeners[i]) &
			BS_SMTPD_IN) != 0)
			return true;
	return false;
}

/* The domains of a rule that delivers here. */
static void
count_strangers(const struct bs_smtpd_look *look,
    const struct bs_smtpd_rule *rule, const char *own,
    struct bs_doctor_strangers *strangers)
{
	const struct bs_smtpd_rules *rules = &look->conf.rules;
	const struct bs_smtpd_action *action =
	    bs_smtpd_rules_action(rules, rule->action);
	const char *name;
	size_t at = 0;

	if (!is_open(rule) || rule->to != BS_SMTPD_TO_DOMAIN ||
	    rule->is_to_negated || action == NULL || action->relays)
		return;
	while ((name = bs_smtpd_set_next(rules, rule->domains, &at)) != NULL)
		bs_doctor_stranger(look->doctor, name, own, strangers);
}

static void
check_domains(const struct bs_smtpd_look *look, const char *own)
{
	const struct bs_smtpd_conf *conf = &look->conf;
	const struct bs_config *config = look->doctor->config;
	struct bs_doctor_strangers strangers = {0};
	bool is_fine = true;

	for (size_t i = 0; i < conf->rules.rule_count; i++)
		count_strangers(look, &conf->rules.rules[i], own, &strangers);
	is_fine = bs_doctor_tell_strangers(look->doctor, BS_CHECK_SMTPD_DOMAINS,
	    "smtpd", &strangers);
	for (size_t i = 0; is_mx(conf) && i < config->domain_count; i++) {
		const char *domain = config->domains[i].name;

		if (takes(conf, domain) || bs_own_same_name(domain, own))
			continue;
		is_fine = false;
		bs_doctor_bad(look->doctor, BS_CHECK_SMTPD_DOMAINS,
		    "%s is among 'domains', but smtpd takes no mail of it from "
		    "other hosts: bounces of its mail are refused",
		    domain);
		bs_doctor_fix(look->doctor,
		    "in %s write: match from any for domain \"%s\" action "
		    "NAME, NAME being one that delivers; then restart smtpd",
		    look->doctor->call->smtpd_conf, domain);
	}
	if (is_fine)
		bs_doctor_good(look->doctor, BS_CHECK_SMTPD_DOMAINS,
		    "smtpd and 'domains' name the same domains");
}

void
bs_smtpd_check_rules(const struct bs_smtpd_look *look)
{
	const struct bs_smtpd_rules *rules = &look->conf.rules;
	char own[BS_HOST_MAX];

	bs_own_name(own);
	check_refusals(look);
	for (size_t i = 0; i < rules->action_count; i++)
		check_action(look, &rules->actions[i]);
	if (look->conf.is_cut)
		return;
	check_own_name(look, own);
	if (look->doctor->config->domain_count > 0)
		check_domains(look, own);
}
