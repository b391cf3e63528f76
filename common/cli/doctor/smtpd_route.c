/* Which way mail goes by the rules of smtpd.conf(5). */
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/doctor/smtpd_route.h"

static enum bs_smtpd_answer
negated_if(bool is_negated, enum bs_smtpd_answer answer)
{
	if (!is_negated || answer == BS_SMTPD_MAYBE)
		return answer;
	return answer == BS_SMTPD_YES ? BS_SMTPD_NO : BS_SMTPD_YES;
}

static enum bs_smtpd_answer
yes_if(bool is_so)
{
	return is_so ? BS_SMTPD_YES : BS_SMTPD_NO;
}

static enum bs_smtpd_answer
meets_from(const struct bs_smtpd_rule *rule, const struct bs_smtpd_mail *mail)
{
	const struct bs_smtpd_listener *listener = mail->listener;

	switch (rule->from) {
	case BS_SMTPD_FROM_ANY:
		return BS_SMTPD_YES;
	case BS_SMTPD_FROM_LOCAL:
		return yes_if(listener->is_socket ||
			      bs_smtpd_is_loopback(listener->where));
	case BS_SMTPD_FROM_SOCKET:
		return yes_if(listener->is_socket);
	case BS_SMTPD_FROM_AUTH:
		return yes_if(mail->is_auth);
	case BS_SMTPD_FROM_SOME:
		break;
	}
	return BS_SMTPD_MAYBE;
}

static enum bs_smtpd_answer
meets_to(const struct bs_smtpd_conf *conf, const struct bs_smtpd_rule *rule,
    const struct bs_smtpd_mail *mail)
{
	switch (rule->to) {
	case BS_SMTPD_TO_ANY:
		return BS_SMTPD_YES;
	case BS_SMTPD_TO_LOCAL:
		return yes_if(mail->is_own);
	case BS_SMTPD_TO_DOMAIN:
		return mail->domain == NULL ? BS_SMTPD_NO
					    : bs_smtpd_set_has(&conf->rules,
						  rule->domains, mail->domain);
	case BS_SMTPD_TO_SOME:
		break;
	}
	return BS_SMTPD_MAYBE;
}

/* The least certain of all conditions. */
static enum bs_smtpd_answer
meets(const struct bs_smtpd_conf *conf, const struct bs_smtpd_rule *rule,
    const struct bs_smtpd_mail *mail)
{
	const enum bs_smtpd_answer answers[] = {
	    negated_if(rule->is_from_negated, meets_from(rule, mail)),
	    negated_if(rule->is_to_negated, meets_to(conf, rule, mail)),
	    rule->tags == BS_SMTPD_NO_SET
		? BS_SMTPD_YES
		: negated_if(rule->is_tag_negated,
		      bs_smtpd_set_has(&conf->rules, rule->tags,
			  mail->listener->tag)),
	    rule->auth == BS_SMTPD_MAYBE
		? BS_SMTPD_YES
		: yes_if((rule->auth == BS_SMTPD_YES) == mail->is_auth),
	    rule->is_narrow ? BS_SMTPD_MAYBE : BS_SMTPD_YES,
	};
	enum bs_smtpd_answer least = BS_SMTPD_YES;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (answers[i] < least)
			least = answers[i];
	return least;
}

const struct bs_smtpd_rule *
bs_smtpd_next_rule(const struct bs_smtpd_conf *conf,
    const struct bs_smtpd_mail *mail, size_t *at, bool *is_certain)
{
	while (*at < conf->rules.rule_count) {
		const struct bs_smtpd_rule *rule = &conf->rules.rules[(*at)++];
		enum bs_smtpd_answer answer = meets(conf, rule, mail);

		*is_certain = answer == BS_SMTPD_YES;
		if (answer != BS_SMTPD_NO)
			return rule;
	}
	return NULL;
}

/* Takes host and port out of "smtp+tls://label@host:port". Returns false where
 * there is no host. */
static bool
read_url(const char *url, char host[static BS_SMTPD_PATH], const char **port)
{
	const char *at = strstr(url, "://");
	const char *start = at != NULL ? at + 3 : url;
	const char *end;

	*port = strncmp(url, "smtps://", 8) == 0 ? "465" : "25";
	if ((at = strrchr(start, '@')) != NULL)
		start = at + 1;
	if (*start == '[') {
		end = start + strcspn(start, "]");
		start++;
		at = *end == ']' ? end + 1 : end;
	} else
		at = end = start + strcspn(start, ":");
	if (end <= start || (size_t)(end - start) >= BS_SMTPD_PATH)
		return false;
	memcpy(host, start, (size_t)(end - start));
	host[end - start] = '\0';
	if (*at == ':' && at[1] != '\0')
		*port = at + 1;
	return true;
}

bool
bs_smtpd_stays_here(const struct bs_smtpd_action *action)
{
	char host[BS_SMTPD_PATH];
	const char *port;

	return action->relays && !action->has_map &&
	       read_url(action->host, host, &port) &&
	       bs_smtpd_is_loopback(host);
}

unsigned
bs_smtpd_own_port(const struct bs_smtpd_action *action)
{
	char host[BS_SMTPD_PATH];
	const char *port;
	unsigned number = 0;

	if (!bs_smtpd_stays_here(action) ||
	    !read_url(action->host, host, &port))
		return 0;
	for (; bs_ascii_is_digit(*port) && number < 65536; port++)
		number = number * 10 + (unsigned)(*port - '0');
	return *port == '\0' && number < 65536 ? number : 0;
}

const struct bs_smtpd_listener *
bs_smtpd_next_hop(const struct bs_smtpd_conf *conf,
    const struct bs_smtpd_action *action)
{
	char host[BS_SMTPD_PATH];
	const char *port;

	if (!bs_smtpd_stays_here(action) ||
	    !read_url(action->host, host, &port))
		return NULL;
	for (size_t i = 0; i < conf->listener_count; i++) {
		const struct bs_smtpd_listener *listener = &conf->listeners[i];

		if (!listener->is_socket &&
		    strcmp(bs_smtpd_port(listener), port) == 0 &&
		    bs_smtpd_is_loopback(listener->where))
			return listener;
	}
	return NULL;
}
