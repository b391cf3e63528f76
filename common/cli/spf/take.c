/* What somebody typed as hosts, networks or services, taken into the record. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/base/idn.h"
#include "common/cli/output.h"
#include "common/cli/spf/take.h"
#include "common/spf/lint/provider.h"
#include "common/spf/lint/typed.h"
#include "common/spf/lint/zone.h"

bool
bs_spf_has_record(struct bs_lookup *lookup, const char *name)
{
	const struct bs_dns_answer *answer;
	const uint8_t *at = NULL;
	bool found = false;
	size_t len;

	if (!bs_dns_is_name(name))
		return false;
	answer = bs_lookup_ask(lookup, name, BS_DNS_TXT);
	while (!found && (at = bs_dns_answer_next(answer, at, &len)) != NULL) {
		size_t text_len;
		char *text = bs_spf_answer_text(at, len, &text_len);

		found = bs_spf_record_is(text, text_len);
		free(text);
	}
	return found;
}

bool
bs_spf_has_address(struct bs_lookup *lookup, const char *name)
{
	return bs_dns_is_name(name) &&
	       (bs_lookup_ask(lookup, name, BS_DNS_A)->count > 0 ||
		   bs_lookup_ask(lookup, name, BS_DNS_AAAA)->count > 0);
}

/* Other letters than ASCII become xn--...; a mechanism before them stays. */
static bool
make_ascii(struct bs_spf_talk *talk, char word[static BS_SPF_ANSWER])
{
	char ascii[BS_HOST_MAX];
	char *name = strchr(word, ':');
	size_t room;

	if (bs_idn_is_ascii(word))
		return true;
	name = name == NULL ? word : name + 1;
	room = BS_SPF_ANSWER - (size_t)(name - word);
	if (bs_idn_domain(name, ascii) != 0 || strlen(ascii) >= room)
		return false;
	bs_print(talk->out, "In DNS, %s is written %s.\n", name, ascii);
	memcpy(name, ascii, strlen(ascii) + 1);
	return true;
}

/* Says of the end of a record that was pasted why it is not taken. */
static void
show_end(struct bs_spf_talk *talk, const char *plain)
{
	switch (plain[0]) {
	case '-':
	case '~':
	case '?':
		bs_print(talk->out,
		    "Not taken, %s: how the record ends is asked at the end.\n",
		    plain);
		break;
	case '+':
	case 'a':
	case 'A':
		bs_print(talk->out,
		    "Not taken, %s: by it everybody could send as you.\n",
		    plain);
		break;
	default:
		break; /* v=spf1, or a quote */
	}
}

/* Makes a word plain, and says what it was. Returns false for one that is
 * nothing by itself, or no name in any letters. */
static bool
make_plain(struct bs_spf_talk *talk, const char *word, size_t len,
    bool is_record, char out[static BS_SPF_ANSWER])
{
	switch (bs_spf_typed_plain(word, len, is_record, out, BS_SPF_ANSWER)) {
	case BS_SPF_TYPED_IGNORED:
		if (is_record)
			show_end(talk, out);
		else
			bs_print(talk->out,
			    "Not taken: %.*s holds no name or address.\n",
			    (int)len, word);
		return false;
	case BS_SPF_TYPED_MAILBOX:
		bs_print(talk->out, "Of the address, its domain: %s\n", out);
		break;
	case BS_SPF_TYPED_URL:
		bs_print(talk->out, "Of the URL, its host: %s\n", out);
		break;
	case BS_SPF_TYPED_PLAIN:
		break;
	}
	if (make_ascii(talk, out))
		return true;
	bs_print(talk->out, "Not taken: %s is no name that can be in DNS.\n",
	    out);
	return false;
}

bool
bs_spf_read_domain(struct bs_spf_talk *talk, const char *typed,
    char out[static BS_HOST_MAX])
{
	char plain[BS_SPF_ANSWER];
	const char *line = typed;
	const char *word;
	size_t len;

	if (!bs_spf_typed_next(&line, &word, &len) ||
	    !make_plain(talk, word, len, false, plain) ||
	    !bs_spf_zone_is_name(plain) || strchr(plain, '.') == NULL ||
	    line[strspn(line, " \t,;")] != '\0')
		return false;
	/* an address is no domain, though it has dots */
	len = strlen(plain);
	if (bs_ascii_is_digit(plain[len - 1]) &&
	    plain[strspn(plain, "0123456789.")] == '\0')
		return false;
	memcpy(out, plain, len + 1);
	return true;
}

/* The name of a term of a host or service is one, or has macros. */
static bool
is_sound(const char *term)
{
	const char *name = strchr(term, ':');
	char host[BS_SPF_DRAFT_TERM];
	size_t len;

	if (name == NULL || strncmp(term, "ip", 2) == 0 ||
	    strchr(name, '%') != NULL)
		return true;
	len = strcspn(++name, "/");
	snprintf(host, sizeof(host), "%.*s", (int)len, name);
	return bs_spf_zone_is_name(host);
}

/* A name alone may be a host or a service: DNS knows which. */
static void
choose_kind(struct bs_spf_wizard *wizard, const char *name, bool is_service,
    char term[static BS_SPF_DRAFT_TERM])
{
	bool has_record = bs_spf_has_record(wizard->lookup, name);
	bool has_address = bs_spf_has_address(wizard->lookup, name);

	if (is_service && !has_record && has_address) {
		bs_print(wizard->talk.out,
		    "%s has no SPF record to include, but an address: it is "
		    "taken as a host.\n",
		    name);
		snprintf(term, BS_SPF_DRAFT_TERM, "a:%s", name);
	} else if (!is_service && !has_address && has_record) {
		bs_print(wizard->talk.out,
		    "%s has no address, but an SPF record: it is taken as a "
		    "service.\n",
		    name);
		snprintf(term, BS_SPF_DRAFT_TERM, "include:%s", name);
	}
}

static bool
take_word(struct bs_spf_wizard *wizard, const char *word, size_t len,
    bool is_record, bool is_service)
{
	char plain[BS_SPF_ANSWER];
	char term[BS_SPF_DRAFT_TERM];
	struct bs_spf_fault why;

	if (!make_plain(&wizard->talk, word, len, is_record, plain))
		return false;
	if (bs_spf_draft_read(plain, is_service, term, &why) != 0) {
		bs_print(wizard->talk.out, "Not taken, %s: %s.\n", plain,
		    why.text);
		return false;
	}
	if (!is_sound(term)) {
		bs_print(wizard->talk.out,
		    "Not taken, %s: a name has letters, digits, - and _ "
		    "alone.\n",
		    plain);
		return false;
	}
	/* it was typed as a name alone */
	if (strlen(term) > strlen(plain) && strncmp(term, "ip", 2) != 0)
		choose_kind(wizard, plain, is_service, term);
	if (!bs_spf_wizard_add(wizard, term))
		return false;
	if (strncmp(term, "a:", 2) == 0)
		bs_spf_wizard_note_helo(wizard, term + 2, " a");
	return true;
}

/* Somebody typed the name of a provider. */
static bool
take_provider(struct bs_spf_wizard *wizard,
    const struct bs_spf_provider *provider)
{
	char term[BS_SPF_DRAFT_TERM];

	if (!bs_spf_has_record(wizard->lookup, provider->include)) {
		bs_print(wizard->talk.out,
		    "%s had the record %s to include, but DNS has none now: "
		    "look into its manual for the name.\n",
		    provider->name, provider->include);
		return false;
	}
	bs_print(wizard->talk.out, "%s: include:%s\n", provider->name,
	    provider->include);
	snprintf(term, sizeof(term), "include:%s", provider->include);
	return bs_spf_wizard_add(wizard, term);
}

bool
bs_spf_wizard_take(struct bs_spf_wizard *wizard, const char *line,
    bool is_service)
{
	const struct bs_spf_provider *provider = bs_spf_provider_typed(line);
	bool is_record = bs_spf_typed_is_record(line);
	bool any = false;
	const char *word;
	size_t len;

	if (provider != NULL)
		return take_provider(wizard, provider);
	if (is_record)
		fputs("Of the record, its terms:\n", wizard->talk.out);
	while (bs_spf_typed_next(&line, &word, &len))
		any =
		    take_word(wizard, word, len, is_record, is_service) || any;
	return any;
}
