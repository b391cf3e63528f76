/* The keys of backstop.conf: one table, and what each takes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/keys.h"
#include "common/config/keys_spf.h"
#include "common/config/values.h"
#include "common/base/idn.h"
#include "common/base/ascii.h"

/* Octets of sun_path with its NUL (unix(7)). */
#define SOCKET_PATH_MAX 108

/* The longest name of a Linux user (useradd(8)). */
#define USER_NAME_MAX 32

static void
set_domains(struct bs_config_reader *reader, const char *word)
{
	bs_value_domain(reader, &reader->domains, word);
}

static void
set_sign(struct bs_config_reader *reader, const char *value)
{
	bs_value_flag(reader, "sign", value, &reader->target->sign);
}

static void
set_strict(struct bs_config_reader *reader, const char *value)
{
	bs_value_flag(reader, "strict", value, &reader->target->strict);
}

static void
set_outbound(struct bs_config_reader *reader, const char *value)
{
	bs_value_switch(reader, "outbound", &reader->target->outbound_here,
	    value, "here", "elsewhere");
}

static void
set_mode(struct bs_config_reader *reader, const char *value)
{
	if (bs_mode_parse(value, &reader->target->mode) != 0)
		bs_config_fault(reader,
		    "mode = %.60s: must be observe, mark, junk or enforce",
		    value);
}

static void
set_form(struct bs_config_reader *reader, const char *value)
{
	if (strcmp(value, "prvs") == 0)
		reader->target->form = BS_FORM_PRVS;
	else if (strcmp(value, "subaddress") == 0)
		reader->target->form = BS_FORM_SUBADDRESS;
	else
		bs_config_fault(reader,
		    "form = %.60s: must be prvs or subaddress", value);
}

/* Warns of a pattern that matches no address of its section's domain: whoever
 * wrote it meant other mail, which stays signed. */
static void
check_exempt_domain(struct bs_config_reader *reader, const char *pattern)
{
	const char *at = strrchr(pattern, '@');

	if (reader->target->name == NULL || at == NULL ||
	    bs_address_matches(reader->target->name, at + 1))
		return;
	bs_config_warn(reader, "exempt: %.60s matches no address at %.80s",
	    pattern, reader->target->name);
}

static void
set_exempt(struct bs_config_reader *reader, const char *word)
{
	char pattern[BS_ADDRESS_MAX];

	if (strpbrk(word, "@*") == NULL || word[0] == '@') {
		bs_config_fault(reader,
		    "exempt: '%.60s' is not a pattern (as noreply@example.org or "
		    "*-bounces@example.org)",
		    word);
		return;
	}
	if (strlen(word) >= sizeof(pattern)) {
		bs_config_fault(reader,
		    "exempt: a pattern has at most %zu octets, not %zu",
		    sizeof(pattern) - 1, strlen(word));
		return;
	}
	snprintf(pattern, sizeof(pattern), "%s", word);
	if (strchr(pattern, '@') != NULL)
		bs_idn_address(pattern, sizeof(pattern));
	bs_value_lower(pattern);
	check_exempt_domain(reader, pattern);
	bs_value_word(reader, &reader->target->exempt, pattern);
}

static void
set_trusted(struct bs_config_reader *reader, const char *word)
{
	bs_value_block(reader, "trusted", &reader->config->trusted,
	    &reader->config->trusted_count, word);
}

static void
set_gateways(struct bs_config_reader *reader, const char *word)
{
	bs_value_block(reader, "gateways", &reader->config->gateways,
	    &reader->config->gateway_count, word);
}

static void
set_lifetime(struct bs_config_reader *reader, const char *value)
{
	bs_value_number(reader, "lifetime", value, BS_LIFETIME_MIN_DAYS,
	    BS_LIFETIME_MAX_DAYS, &reader->config->lifetime_days);
}

static void
set_probe_limit(struct bs_config_reader *reader, const char *value)
{
	bs_value_number(reader, "probe_limit", value, 0, BS_PROBE_LIMIT_MAX,
	    &reader->config->probe_limit);
}

static void
set_messages(struct bs_config_reader *reader, const char *value)
{
	bs_value_flag(reader, "messages", value, &reader->config->messages);
}

static void
set_report(struct bs_config_reader *reader, const char *value)
{
	static const char *const words[] = {
	    [BS_KEEP_HOSTS] = "hosts",
	    [BS_KEEP_COUNTS] = "counts",
	    [BS_KEEP_OFF] = "off",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(value, words[i]) == 0) {
			reader->config->report = (enum bs_keep)i;
			return;
		}
	bs_config_fault(reader, "report = %.60s: must be hosts, counts or off",
	    value);
}

static void
set_state(struct bs_config_reader *reader, const char *value)
{
	if (value[0] != '/')
		bs_config_fault(reader, "state = %.60s: must begin with '/'",
		    value);
	else
		bs_value_string(reader, &reader->config->state, value);
}

static void
set_socket(struct bs_config_reader *reader, const char *value)
{
	if (value[0] != '/')
		bs_config_fault(reader, "socket = %.60s: must begin with '/'",
		    value);
	else if (strlen(value) >= SOCKET_PATH_MAX)
		bs_config_fault(reader,
		    "socket: the path has %zu octets, at most %d",
		    strlen(value), SOCKET_PATH_MAX - 1);
	else
		bs_value_string(reader, &reader->config->socket, value);
}

static bool
is_user_name(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (!bs_ascii_is_alpha(name[i]) && name[i] != '_' &&
		    (i == 0 || (!bs_ascii_is_digit(name[i]) && name[i] != '-' &&
				   name[i] != '.')))
			return false;
	return len > 0 && len <= USER_NAME_MAX;
}

static void
set_user(struct bs_config_reader *reader, const char *value)
{
	if (!is_user_name(value))
		bs_config_fault(reader, "user = %.60s: is not a user name",
		    value);
	else
		bs_value_string(reader, &reader->config->user, value);
}

static void
set_clients(struct bs_config_reader *reader, const char *word)
{
	if (!is_user_name(word))
		bs_config_fault(reader, "clients: '%.60s' is not a user name",
		    word);
	else
		bs_value_word(reader, &reader->config->clients, word);
}

static void
clear_domains(struct bs_config_reader *reader)
{
	bs_words_clear(&reader->domains);
}

static void
clear_exempt(struct bs_config_reader *reader)
{
	bs_words_clear(&reader->target->exempt);
}

static void
clear_trusted(struct bs_config_reader *reader)
{
	reader->config->trusted_count = 0;
}

static void
clear_gateways(struct bs_config_reader *reader)
{
	reader->config->gateway_count = 0;
}

static void
clear_clients(struct bs_config_reader *reader)
{
	bs_words_clear(&reader->config->clients);
}

const struct bs_config_key bs_config_keys[] = {
    {"domains", BS_SCOPE_HOST, "", set_domains, clear_domains},
    {"sign", BS_SCOPE_BOTH, "no", set_sign, NULL},
    {"mode", BS_SCOPE_BOTH, "observe", set_mode, NULL},
    {"outbound", BS_SCOPE_BOTH, "elsewhere", set_outbound, NULL},
    {"form", BS_SCOPE_BOTH, "prvs", set_form, NULL},
    {"exempt", BS_SCOPE_BOTH, "", set_exempt, clear_exempt},
    {"strict", BS_SCOPE_BOTH, "no", set_strict, NULL},
    {"trusted", BS_SCOPE_HOST, "127.0.0.0/8, ::1", set_trusted, clear_trusted},
    {"gateways", BS_SCOPE_HOST, "", set_gateways, clear_gateways},
    {"lifetime", BS_SCOPE_HOST, "10", set_lifetime, NULL},
    {"messages", BS_SCOPE_HOST, "yes", set_messages, NULL},
    {"probe_limit", BS_SCOPE_HOST, "20", set_probe_limit, NULL},
    {"report", BS_SCOPE_HOST, "hosts", set_report, NULL},
    {"state", BS_SCOPE_HOST, BS_STATE_PATH, set_state, NULL},
    {"socket", BS_SCOPE_HOST, BS_SOCKET_PATH, set_socket, NULL},
    {"user", BS_SCOPE_HOST, BS_ENGINE_USER, set_user, NULL},
    {"clients", BS_SCOPE_HOST, BS_FILTER_USER ", Debian-exim", set_clients,
	clear_clients},
};
const size_t bs_config_key_count =
    sizeof(bs_config_keys) / sizeof(bs_config_keys[0]);

/* Takes a list apart at its commas; one at the end is harmless. */
static void
set_list(struct bs_config_reader *reader, const struct bs_config_key *key,
    char *list)
{
	char *end;

	for (char *word = list; word != NULL; word = end) {
		if ((end = strchr(word, ',')) != NULL)
			*end++ = '\0';
		word += strspn(word, " \t");
		for (size_t n = strlen(word);
		     n > 0 && strchr(" \t", word[n - 1]) != NULL; n--)
			word[n - 1] = '\0';
		if (word[0] == '\0' && end == NULL)
			break;
		if (word[0] == '\0')
			bs_config_fault(reader,
			    "%s: there is nothing before a comma", key->name);
		else if (strpbrk(word, " \t") != NULL)
			bs_config_fault(reader,
			    "%s: a comma is missing in '%.60s'", key->name,
			    word);
		else
			key->set(reader, word);
	}
}

void
bs_config_set(struct bs_config_reader *reader, const struct bs_config_key *key,
    const char *value, bool continued)
{
	char *list;

	reader->key = key;
	if (key->clear == NULL && continued) {
		bs_config_fault(reader,
		    "%s takes one value, but this line begins with a space "
		    "and so continues it",
		    key->name);
		return;
	}
	if (key->clear == NULL) {
		if (value[0] == '\0' && key->fallback[0] != '\0')
			bs_config_fault(reader, "%s has no value", key->name);
		else
			key->set(reader, value);
		return;
	}
	if (!continued)
		key->clear(reader);
	if ((list = strdup(value)) == NULL) {
		reader->error = -ENOMEM;
		return;
	}
	set_list(reader, key, list);
	free(list);
}

static void
set_fallbacks(struct bs_config_reader *reader, const struct bs_config_key *keys,
    size_t count)
{
	for (size_t i = 0; i < count; i++)
		bs_config_set(reader, &keys[i], keys[i].fallback, false);
}

void
bs_config_set_fallbacks(struct bs_config_reader *reader)
{
	set_fallbacks(reader, bs_config_keys, bs_config_key_count);
	set_fallbacks(reader, bs_config_spf_keys, bs_config_spf_key_count);
	set_fallbacks(reader, bs_config_dns_keys, bs_config_dns_key_count);
}
