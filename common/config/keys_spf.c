/* The keys of [spf] and [dns]: two tables, and what each takes. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/keys_spf.h"
#include "common/config/domain.h"
#include "common/config/values.h"
#include "common/base/ascii.h"

static void
set_check(struct bs_config_reader *reader, const char *value)
{
	bs_value_flag(reader, "check", value, &reader->config->spf.check);
}

static void
set_mode(struct bs_config_reader *reader, const char *value)
{
	struct bs_spf_config *spf = &reader->config->spf;

	spf->has_mode = value[0] != '\0';
	if (spf->has_mode && bs_mode_parse(value, &spf->rules.mode) != 0)
		bs_config_fault(reader,
		    "mode = %.60s: must be observe, mark, junk or enforce",
		    value);
}

static void
take_action(struct bs_config_reader *reader, const char *value,
    enum bs_action *out)
{
	if (bs_spf_action_parse(value, out) != 0)
		bs_config_fault(reader,
		    "%s = %.60s: must be ignore, mark, junk, defer or reject",
		    reader->key->name, value);
}

/* The key's name says of which identity, and of which result. */
static void
set_action(struct bs_config_reader *reader, const char *value)
{
	const char *name = strchr(reader->key->name, '_') + 1;
	enum bs_spf_identity identity =
	    reader->key->name[0] == 'h' ? BS_SPF_HELO : BS_SPF_MAILFROM;
	enum bs_spf_result result;
	enum bs_action *out;

	if (bs_spf_result_parse(name, &result) != 0)
		return;
	out = &reader->config->spf.rules.actions[identity][result];
	take_action(reader, value, out);
	if (result == BS_SPF_TEMPERROR && *out == BS_ACTION_REJECT)
		bs_config_warn(reader,
		    "%s: a failed lookup is no reason to refuse; taken as "
		    "defer",
		    reader->key->name);
}

static void
set_own_domains(struct bs_config_reader *reader, const char *value)
{
	take_action(reader, value, &reader->config->spf.rules.own_domains);
}

static void
set_fail_needs_all(struct bs_config_reader *reader, const char *value)
{
	bs_value_flag(reader, "fail_needs_all", value,
	    &reader->config->spf.rules.fail_needs_all);
}

static void
set_dsn(struct bs_config_reader *reader, const char *value)
{
	if (bs_spf_dsn_parse(value, &reader->config->spf.rules.dsn) != 0)
		bs_config_fault(reader,
		    "dsn = %.60s: must be all, not-failed or authenticated",
		    value);
}

static void
set_forwarders(struct bs_config_reader *reader, const char *word)
{
	bs_value_domain(reader, &reader->config->spf.forwarders, word);
}

static void
set_skip(struct bs_config_reader *reader, const char *word)
{
	bs_value_block(reader, "skip", &reader->config->spf.skip,
	    &reader->config->spf.skip_count, word);
}

static void
set_results_from(struct bs_config_reader *reader, const char *word)
{
	bs_value_block(reader, "results_from",
	    &reader->config->spf.results_from,
	    &reader->config->spf.results_from_count, word);
}

static void
set_header(struct bs_config_reader *reader, const char *value)
{
	static const struct {
		const char *name;
		bool received_spf;
		bool auth_results;
	} kinds[] = {
	    {"both", true, true},
	    {"received-spf", true, false},
	    {"authentication-results", false, true},
	    {"none", false, false},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(value, kinds[i].name) == 0) {
			reader->config->spf.received_spf =
			    kinds[i].received_spf;
			reader->config->spf.auth_results =
			    kinds[i].auth_results;
			return;
		}
	bs_config_fault(reader,
	    "header = %.60s: must be both, received-spf, "
	    "authentication-results or none",
	    value);
}

static void
set_authserv_id(struct bs_config_reader *reader, const char *value)
{
	const char *why =
	    value[0] == '\0' ? NULL : bs_config_domain_fault(value);

	if (why != NULL)
		bs_config_fault(reader,
		    "authserv_id = %.60s: is not a name: %s", value, why);
	else
		bs_value_string(reader, &reader->config->spf.authserv_id,
		    value);
}

static void
set_deadline(struct bs_config_reader *reader, const char *value)
{
	bs_value_number(reader, "deadline", value, 1,
	    BS_SPF_DEADLINE_MAX_SECONDS, &reader->config->spf.deadline_seconds);
}

static bool
is_port(const char *text)
{
	size_t len = strspn(text, "0123456789");
	unsigned port = 0;

	if (len == 0 || len > 5 || text[len] != '\0' || text[0] == '0')
		return false;
	for (size_t i = 0; i < len; i++)
		port = port * 10 + (unsigned)(text[i] - '0');
	return port <= 65535;
}

static bool
is_address(int family, const char *text, size_t len)
{
	char address[INET6_ADDRSTRLEN];
	struct in6_addr out;

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	return inet_pton(family, address, &out) == 1;
}

/* "192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:53". */
static bool
is_server(const char *word)
{
	size_t len = strcspn(word, ":");
	const char *end;

	if (word[0] == '[') {
		end = strchr(word, ']');
		return end != NULL &&
		       is_address(AF_INET6, word + 1,
			   (size_t)(end - word) - 1) &&
		       (end[1] == '\0' || (end[1] == ':' && is_port(end + 2)));
	}
	if (is_address(AF_INET6, word, strlen(word)))
		return true;
	return is_address(AF_INET, word, len) &&
	       (word[len] == '\0' || is_port(word + len + 1));
}

static void
set_servers(struct bs_config_reader *reader, const char *word)
{
	if (is_server(word))
		bs_value_word(reader, &reader->config->spf.servers, word);
	else
		bs_config_fault(reader,
		    "servers: '%.60s' is not the address of a server (as "
		    "127.0.0.1, 127.0.0.1:53 or [::1]:53)",
		    word);
}

static void
clear_forwarders(struct bs_config_reader *reader)
{
	bs_words_clear(&reader->config->spf.forwarders);
}

static void
clear_skip(struct bs_config_reader *reader)
{
	reader->config->spf.skip_count = 0;
}

static void
clear_results_from(struct bs_config_reader *reader)
{
	reader->config->spf.results_from_count = 0;
}

static void
clear_servers(struct bs_config_reader *reader)
{
	bs_words_clear(&reader->config->spf.servers);
}

const struct bs_config_key bs_config_spf_keys[] = {
    {"check", BS_SCOPE_SPF, "yes", set_check, NULL},
    {"mode", BS_SCOPE_SPF, "", set_mode, NULL},
    {"own_domains", BS_SCOPE_SPF, "mark", set_own_domains, NULL},
    {"fail_needs_all", BS_SCOPE_SPF, "no", set_fail_needs_all, NULL},
    {"dsn", BS_SCOPE_SPF, "all", set_dsn, NULL},
    {"forwarders", BS_SCOPE_SPF, "", set_forwarders, clear_forwarders},
    {"skip", BS_SCOPE_SPF, "", set_skip, clear_skip},
    {"header", BS_SCOPE_SPF, "both", set_header, NULL},
    {"authserv_id", BS_SCOPE_SPF, "", set_authserv_id, NULL},
    {"results_from", BS_SCOPE_SPF, "", set_results_from, clear_results_from},
    {"deadline", BS_SCOPE_SPF, "20", set_deadline, NULL},
    {"helo_none", BS_SCOPE_SPF, "mark", set_action, NULL},
    {"helo_neutral", BS_SCOPE_SPF, "mark", set_action, NULL},
    {"helo_softfail", BS_SCOPE_SPF, "mark", set_action, NULL},
    {"helo_fail", BS_SCOPE_SPF, "mark", set_action, NULL},
    {"helo_temperror", BS_SCOPE_SPF, "mark", set_action, NULL},
    {"helo_permerror", BS_SCOPE_SPF, "mark", set_action, NULL},
    {"mailfrom_none", BS_SCOPE_SPF, "mark", set_action, NULL},
    {"mailfrom_neutral", BS_SCOPE_SPF, "mark", set_action, NULL},
    {"mailfrom_softfail", BS_SCOPE_SPF, "mark", set_action, NULL},
    {"mailfrom_fail", BS_SCOPE_SPF, "mark", set_action, NULL},
    {"mailfrom_temperror", BS_SCOPE_SPF, "mark", set_action, NULL},
    {"mailfrom_permerror", BS_SCOPE_SPF, "mark", set_action, NULL},
};
const size_t bs_config_spf_key_count =
    sizeof(bs_config_spf_keys) / sizeof(bs_config_spf_keys[0]);

const struct bs_config_key bs_config_dns_keys[] = {
    {"servers", BS_SCOPE_DNS, "", set_servers, clear_servers},
};
const size_t bs_config_dns_key_count =
    sizeof(bs_config_dns_keys) / sizeof(bs_config_dns_keys[0]);
