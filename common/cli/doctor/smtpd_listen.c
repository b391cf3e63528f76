/* backstop doctor: the listeners of smtpd.conf(5). */
#include <stdio.h>
#include <string.h>

#include "common/cli/doctor/smtpd_listen.h"
#include "common/cli/doctor/smtpd_modes.h"
#include "common/cli/doctor/smtpd_route.h"

/* smtpd's own bounces come in by the socket. */
static void
check_socket(const struct bs_smtpd_look *look)
{
	const struct bs_smtpd_conf *conf = &look->conf;
	const struct bs_smtpd_listener *socket = NULL;
	unsigned found;

	for (size_t i = 0; i < conf->listener_count; i++)
		if (conf->listeners[i].is_socket)
			socket = &conf->listeners[i];
	found = socket != NULL ? bs_smtpd_modes_of(conf, socket) : 0;
	if (found & (BS_SMTPD_LOCAL | BS_SMTPD_UNTAG)) {
		bs_doctor_good(look->doctor, BS_CHECK_SMTPD_SOCKET,
		    "'listen on socket' takes tags off");
		return;
	}
	if (found != 0)
		bs_doctor_bad(look->doctor, BS_CHECK_SMTPD_SOCKET,
		    "'listen on socket' has a filter of mode %s: smtpd's own "
		    "bounces to a tag are lost there",
		    found & BS_SMTPD_IN ? "in" : "out");
	else
		bs_doctor_bad(look->doctor, BS_CHECK_SMTPD_SOCKET,
		    "'listen on socket' has no filter of ours: smtpd's own "
		    "bounces to a tag are lost there");
	bs_smtpd_fix_listener(look, "listen on socket",
	    BS_SMTPD_LOCAL | BS_SMTPD_UNTAG,
	    bs_smtpd_with_mode(conf, BS_SMTPD_OUT) != NULL ? "untag" : "local");
}

static void
check_names(const struct bs_smtpd_look *look,
    const struct bs_smtpd_listener *listener)
{
	char place[BS_PLACE_TEXT];

	for (size_t i = 0; i < listener->filter_count; i++) {
		if (bs_smtpd_find(&look->conf, listener->filters[i]) != NULL)
			continue;
		bs_doctor_bad(look->doctor, BS_CHECK_SMTPD_CONF,
		    "%s: there is no filter \"%s\": smtpd will not start",
		    bs_smtpd_place_text(look, &listener->place, place),
		    listener->filters[i]);
		bs_doctor_fix(look->doctor,
		    "define it above that line; then type: smtpd -n");
	}
}

static void
check_senders(const struct bs_smtpd_look *look,
    const struct bs_smtpd_listener *listener, unsigned found)
{
	char place[BS_PLACE_TEXT];

	if (!listener->has_senders || (found & BS_SMTPD_OUT) == 0)
		return;
	bs_doctor_bad(look->doctor, BS_CHECK_SMTPD_SENDERS,
	    "%s: 'senders' sees addresses that are signed, and refuses "
	    "everybody",
	    bs_smtpd_place_text(look, &listener->place, place));
	bs_doctor_fix(look->doctor,
	    "take 'senders' out, or use the layout of two hops (type: "
	    "man filter-backstop)");
}

/* Other hosts bring mail to port 25 alone. */
static bool
is_for_hosts(const struct bs_smtpd_listener *listener)
{
	return strcmp(bs_smtpd_port(listener), "25") == 0;
}

static void
check_incoming(const struct bs_smtpd_look *look,
    const struct bs_smtpd_listener *listener, unsigned found)
{
	char place[BS_PLACE_TEXT];
	char name[BS_PLACE_TEXT];
	char wanted[BS_PLACE_TEXT + 8];

	if (!bs_smtpd_is_public(listener) ||
	    ((found & BS_SMTPD_OUT) != 0 && !is_for_hosts(listener)))
		return;
	bs_smtpd_place_text(look, &listener->place, place);
	if (found & (BS_SMTPD_IN | BS_SMTPD_LOCAL)) {
		bs_doctor_good(look->doctor, BS_CHECK_SMTPD_IN,
		    "%s: what comes in is judged", place);
		return;
	}
	if (found & BS_SMTPD_OUT)
		bs_doctor_bad(look->doctor, BS_CHECK_SMTPD_IN,
		    "%s: mail from elsewhere comes in by a filter of mode out, "
		    "which is for mail that leaves: bounces to a tag are "
		    "refused, forged ones pass",
		    place);
	else
		bs_doctor_bad(look->doctor, BS_CHECK_SMTPD_IN,
		    "%s: mail from elsewhere comes in without filter-backstop "
		    "-m in: bounces to a tag are refused, forged ones pass",
		    place);
	snprintf(wanted, sizeof(wanted), "%s ...",
	    bs_smtpd_listener_text(listener, name));
	bs_smtpd_fix_listener(look, wanted, BS_SMTPD_IN, "in");
}

/* smtpd can be told to tell a sender of nothing only where it offers DSN. */
static void
check_dsn(const struct bs_smtpd_look *look,
    const struct bs_smtpd_listener *listener, unsigned found)
{
	const struct bs_spf_config *spf = &look->doctor->config->spf;
	char place[BS_PLACE_TEXT];

	if (!spf->check || spf->rules.dsn == BS_SPF_DSN_ALL ||
	    (found & BS_SMTPD_IN) == 0)
		return;
	bs_smtpd_place_text(look, &listener->place, place);
	if (!listener->no_dsn) {
		bs_doctor_good(look->doctor, BS_CHECK_SMTPD_DSN,
		    "%s: senders are told as 'dsn' says", place);
		return;
	}
	bs_doctor_bad(look->doctor, BS_CHECK_SMTPD_DSN,
	    "%s: dsn = %s does nothing at a listener with 'no-dsn': mail that "
	    "cannot be delivered is still returned to whoever is named as its "
	    "sender",
	    place, bs_spf_dsn_name(spf->rules.dsn));
	bs_doctor_fix(look->doctor,
	    "take 'no-dsn' out of that line; then restart smtpd");
}

/* How mail for others leaves that came in by a listener. */
enum way {
	WAY_UNKNOWN, /* not at all, or by a program that we do not know */
	WAY_SIGNED,  /* through a listener that signs */
	WAY_BARE,    /* as it came */
};

static enum way
way_out(const struct bs_smtpd_look *look,
    const struct bs_smtpd_listener *listener)
{
	const struct bs_smtpd_conf *conf = &look->conf;
	const struct bs_smtpd_mail mail = {.listener = listener,
	    .is_auth = listener->takes_auth};
	const struct bs_smtpd_listener *hop;
	const struct bs_smtpd_action *action;
	const struct bs_smtpd_rule *rule;
	bool is_certain;
	size_t at = 0;

	/* a rule for some of the mail may well let it leave unsigned */
	do
		rule = bs_smtpd_next_rule(conf, &mail, &at, &is_certain);
	while (rule != NULL && !is_certain);
	if (rule == NULL || rule->rejects)
		return WAY_UNKNOWN;
	action = bs_smtpd_rules_action(&conf->rules, rule->action);
	if (action == NULL || !action->relays)
		return WAY_UNKNOWN;
	if (!bs_smtpd_stays_here(action))
		return WAY_BARE;
	hop = bs_smtpd_next_hop(conf, action);
	if (hop == NULL)
		return WAY_UNKNOWN;
	return bs_smtpd_modes_of(conf, hop) & BS_SMTPD_SIGNS ? WAY_SIGNED
							     : WAY_UNKNOWN;
}

/* Whether users or programs of ours bring the mail that they send. Another
 * port of the host itself is one of a program through which mail goes, such as
 * a scanner: it may have been signed before. */
static bool
is_for_users(const struct bs_smtpd_listener *listener)
{
	const char *port = bs_smtpd_port(listener);

	return listener->is_socket || listener->takes_auth ||
	       (bs_smtpd_is_loopback(listener->where) &&
		   (strcmp(port, "25") == 0 || strcmp(port, "465") == 0 ||
		       strcmp(port, "587") == 0));
}

/* The name of an action that relays to a listener which signs, or NULL. */
static const char *
action_to_sign(const struct bs_smtpd_conf *conf)
{
	for (size_t i = 0; i < conf->rules.action_count; i++) {
		const struct bs_smtpd_action *action = &conf->rules.actions[i];
		const struct bs_smtpd_listener *hop =
		    bs_smtpd_next_hop(conf, action);

		if (hop != NULL &&
		    (bs_smtpd_modes_of(conf, hop) & BS_SMTPD_SIGNS) != 0)
			return action->name;
	}
	return NULL;
}

/* Returns whether what is sent by a listener is signed, as far as one sees. */
static bool
check_outgoing(const struct bs_smtpd_look *look,
    const struct bs_smtpd_listener *listener)
{
	const char *action = action_to_sign(&look->conf);
	char place[BS_PLACE_TEXT];
	char name[BS_PLACE_TEXT];

	if (!is_for_users(listener) ||
	    (bs_smtpd_modes_of(&look->conf, listener) & BS_SMTPD_SIGNS) != 0 ||
	    way_out(look, listener) != WAY_BARE)
		return true;
	bs_smtpd_listener_text(listener, name);
	bs_doctor_bad(look->doctor, BS_CHECK_SMTPD_OUT,
	    "%s: what is sent by '%s' leaves unsigned: bounces of it cannot "
	    "prove that they are genuine",
	    bs_smtpd_place_text(look, &listener->place, place), name);
	if (action != NULL && listener->tag[0] != '\0')
		bs_doctor_fix(look->doctor,
		    "in %s write, above the rule that it meets: match tag %s "
		    "from %s for any action \"%s\"; then restart smtpd",
		    look->doctor->call->smtpd_conf, listener->tag,
		    listener->takes_auth ? "auth" : "local", action);
	else if (action != NULL)
		bs_doctor_fix(look->doctor,
		    "in %s write: %s ... tag SEND, and, above the rule that it "
		    "meets: match tag SEND from %s for any action \"%s\"; then "
		    "restart smtpd",
		    look->doctor->call->smtpd_conf, name,
		    listener->takes_auth ? "auth" : "local", action);
	else {
		snprintf(name + strlen(name), sizeof(name) - strlen(name),
		    " ...");
		if (listener->is_socket ||
		    bs_smtpd_is_loopback(listener->where))
			bs_smtpd_fix_listener(look, name, BS_SMTPD_LOCAL,
			    "local");
		else
			bs_smtpd_fix_listener(look, name, BS_SMTPD_OUT, "out");
	}
	return false;
}

static bool
signs(const struct bs_config *config)
{
	for (size_t i = 0; i < config->domain_count; i++)
		if (config->domains[i].sign)
			return true;
	return false;
}

static void
check_signing(const struct bs_smtpd_look *look)
{
	const struct bs_smtpd_conf *conf = &look->conf;
	bool is_fine = true;
	unsigned found = 0;

	if (!signs(look->doctor->config))
		return;
	for (size_t i = 0; i < conf->listener_count; i++)
		found |= bs_smtpd_modes_of(conf, &conf->listeners[i]);
	if ((found & BS_SMTPD_SIGNS) == 0) {
		bs_doctor_bad(look->doctor, BS_CHECK_SMTPD_OUT,
		    "sign = yes, but no listener of smtpd signs");
		bs_smtpd_fix_listener(look,
		    "listen on 127.0.0.1 port 10026 tag SIGN", BS_SMTPD_OUT,
		    "out");
		return;
	}
	for (size_t i = 0; i < conf->listener_count; i++)
		is_fine = check_outgoing(look, &conf->listeners[i]) && is_fine;
	if (is_fine)
		bs_doctor_good(look->doctor, BS_CHECK_SMTPD_OUT,
		    "smtpd has a listener that signs, and what users send goes "
		    "through it");
}

void
bs_smtpd_check_listeners(const struct bs_smtpd_look *look)
{
	const struct bs_smtpd_conf *conf = &look->conf;

	check_socket(look);
	for (size_t i = 0; i < conf->listener_count; i++) {
		const struct bs_smtpd_listener *listener = &conf->listeners[i];
		unsigned found = bs_smtpd_modes_of(conf, listener);

		check_names(look, listener);
		if (listener->is_socket)
			continue;
		check_senders(look, listener, found);
		check_incoming(look, listener, found);
		check_dsn(look, listener, found);
	}
	check_signing(look);
}
