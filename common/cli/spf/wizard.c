/* The questions of 'backstop spf make': what sends, one after the other. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/ascii.h"
#include "common/cli/output.h"
#include "common/cli/spf/flatten.h"
#include "common/cli/spf/own.h"
#include "common/cli/spf/take.h"
#include "common/cli/spf/wizard.h"
#include "common/spf/lint/advice.h"
#include "common/spf/lint/net.h"
#include "common/spf/lint/provider.h"
#include "common/spf/lint/typed.h"
#include "common/spf/lint/zone.h"

/* This host. */
struct host {
	char name[BS_HOST_MAX];
	size_t count;
	struct bs_spf_own list[BS_SPF_OWN_MAX];
};

/* A name of this host with a dot: its own, or one of the domain that DNS
 * knows. */
static void
read_host(const struct bs_spf_wizard *wizard, struct host *out)
{
	char full[2 * BS_HOST_MAX];

	memset(out, 0, sizeof(*out));
	(void)gethostname(out->name, sizeof(out->name) - 1);
	out->count = bs_spf_own_addresses(out->list);
	if (out->name[0] == '\0' || strchr(out->name, '.') != NULL)
		return;
	snprintf(full, sizeof(full), "%s.%s", out->name, wizard->domain);
	if (strlen(full) < sizeof(out->name) &&
	    bs_spf_has_address(wizard->lookup, full))
		memcpy(out->name, full, strlen(full) + 1);
}

static const char *
term_of(const struct bs_spf_net *net, char out[static BS_SPF_NET_TEXT + 8])
{
	char text[BS_SPF_NET_TEXT];

	snprintf(out, BS_SPF_NET_TEXT + 8, "%s:%s", net->is_ip6 ? "ip6" : "ip4",
	    bs_spf_net_text(net, text));
	return out;
}

/* The /64 that a temporary address is of. */
static struct bs_spf_net
network_of(const struct bs_spf_net *address)
{
	struct bs_spf_net net = *address;

	net.prefix = 64;
	(void)bs_spf_net_mask(&net);
	return net;
}

static void
show_host(const struct bs_spf_wizard *wizard, const struct host *host)
{
	char text[BS_SPF_NET_TEXT];
	FILE *out = wizard->talk.out;

	bs_print(out, "\nThis host, %s, has %s", host->name,
	    host->count > 0 ? "the addresses" : "no address but loopback");
	for (size_t i = 0; i < host->count; i++)
		bs_print(out, "%s %s%s", i > 0 ? "," : "",
		    bs_spf_net_text(&host->list[i].net, text),
		    host->list[i].is_temporary	     ? " (temporary)"
		    : host->list[i].reserved != NULL ? " (private)"
						     : "");
	fputs(".\n", out);
}

/* Whether DNS says that a name is at one of this host's addresses. */
static bool
is_at(struct bs_spf_wizard *wizard, const struct host *host, const char *name)
{
	static const enum bs_dns_type types[] = {BS_DNS_A, BS_DNS_AAAA};
	const uint8_t *at = NULL;
	size_t len;

	for (size_t t = 0; t < 2 && bs_dns_is_name(name); t++) {
		const struct bs_dns_answer *answer =
		    bs_lookup_ask(wizard->lookup, name, types[t]);

		while ((at = bs_dns_answer_next(answer, at, &len)) != NULL)
			for (size_t i = 0; i < host->count; i++)
				if (host->list[i].net.is_ip6 == (t == 1) &&
				    memcmp(host->list[i].net.address, at,
					len) == 0)
					return true;
	}
	return false;
}

/* Whether this host probably sends: it signs for the domain, or DNS says that
 * it is the domain's. */
static bool
is_likely(struct bs_spf_wizard *wizard, const struct host *host)
{
	const struct bs_dns_answer *mx =
	    bs_lookup_ask(wizard->lookup, wizard->domain, BS_DNS_MX);
	char name[BS_HOST_MAX];

	if (wizard->signs || is_at(wizard, host, wizard->domain))
		return true;
	for (unsigned n = 0; bs_dns_answer_name(mx, n, name); n++)
		if (is_at(wizard, host, name))
			return true;
	return false;
}

/* The names by which this host may say HELO: its own, and those of the MX that
 * are at its addresses. */
static void
note_helo(struct bs_spf_wizard *wizard, const struct host *host,
    const char *terms)
{
	const struct bs_dns_answer *mx =
	    bs_lookup_ask(wizard->lookup, wizard->domain, BS_DNS_MX);
	char name[BS_HOST_MAX];

	bs_spf_wizard_note_helo(wizard, host->name, terms);
	for (unsigned n = 0; bs_dns_answer_name(mx, n, name); n++)
		if (is_at(wizard, host, name))
			bs_spf_wizard_note_helo(wizard, name, terms);
}

/* Adds a network of this host, and to what is known of its names. */
static void
add_own(struct bs_spf_wizard *wizard, const struct host *host,
    const struct bs_spf_net *net)
{
	char term[BS_SPF_NET_TEXT + 8];
	char spaced[BS_SPF_NET_TEXT + 9];

	term_of(net, term);
	snprintf(spaced, sizeof(spaced), " %s", term);
	if (bs_spf_wizard_lets_pass(wizard, net)) {
		bs_print(wizard->talk.out, "%s may send already.\n", term);
		note_helo(wizard, host, spaced);
	} else if (bs_spf_wizard_add(wizard, term)) {
		note_helo(wizard, host, spaced);
	}
}

static void
add_temporary(struct bs_spf_wizard *wizard, const struct host *host)
{
	for (size_t i = 0; i < host->count; i++) {
		struct bs_spf_net net = network_of(&host->list[i].net);
		char text[BS_SPF_NET_TEXT];
		char question[256];
		bool is_known = false;

		if (!host->list[i].is_temporary ||
		    host->list[i].reserved != NULL)
			continue;
		for (size_t k = 0; k < i; k++)
			is_known = is_known || (host->list[k].is_temporary &&
						   bs_spf_net_has(&net,
						       &host->list[k].net));
		if (is_known)
			continue;
		snprintf(question, sizeof(question),
		    "Temporary IPv6 addresses change each day, so they are "
		    "left out. Unless the mail server is bound to a lasting "
		    "address, its mail comes from them: add their network %s?",
		    bs_spf_net_text(&net, text));
		if (bs_spf_talk_agrees(&wizard->talk, question, true))
			add_own(wizard, host, &net);
	}
}

/* The address that others see of a host behind NAT, as DNS has it. */
static bool
find_public(struct bs_spf_wizard *wizard, const char *name,
    char out[static BS_SPF_NET_TEXT])
{
	const struct bs_dns_answer *answer;
	struct bs_spf_net net = {.prefix = 32};
	const uint8_t *at = NULL;
	size_t len;

	if (!bs_dns_is_name(name) || strchr(name, '.') == NULL)
		return false;
	answer = bs_lookup_ask(wizard->lookup, name, BS_DNS_A);
	while ((at = bs_dns_answer_next(answer, at, &len)) != NULL) {
		if (len != 4)
			continue;
		memcpy(net.address, at, 4);
		if (bs_spf_net_reserved(&net) != NULL)
			continue;
		bs_spf_net_text(&net, out);
		return true;
	}
	return false;
}

/* What it probably is: that of the host's name, of the MX, or the domain's. */
static void
guess_public(struct bs_spf_wizard *wizard, const struct host *host,
    char out[static BS_SPF_NET_TEXT])
{
	const struct bs_dns_answer *mx =
	    bs_lookup_ask(wizard->lookup, wizard->domain, BS_DNS_MX);
	char name[BS_HOST_MAX];

	if (find_public(wizard, host->name, out))
		return;
	for (unsigned n = 0; bs_dns_answer_name(mx, n, name); n++)
		if (bs_spf_wizard_is_ours(wizard, name) &&
		    find_public(wizard, name, out))
			return;
	if (!find_public(wizard, wizard->domain, out))
		out[0] = '\0';
}

/* Reads the address that was typed. Returns whether it is one that others can
 * see. */
static bool
read_public(struct bs_spf_wizard *wizard, const char *answer,
    struct bs_spf_net *out)
{
	char buffer[BS_SPF_DRAFT_TERM + 8];
	char text[BS_SPF_DRAFT_TERM];
	char plain[BS_SPF_ANSWER];
	struct bs_spf_fault why = {.text = "an address alone, please"};
	struct bs_spf_term term;

	(void)bs_spf_typed_plain(answer, strlen(answer), false, plain,
	    sizeof(plain));
	if (bs_spf_draft_read(plain, false, text, &why) != 0 ||
	    bs_spf_draft_parse(text, &term, &why, buffer) != 0 ||
	    !bs_spf_term_net(&term, out)) {
		bs_print(wizard->talk.out,
		    "%s is no address. It is four numbers, like 192.0.2.1; a "
		    "page that tells it is\nopened in a browser behind the "
		    "same router.\n",
		    plain);
		return false;
	}
	if (bs_spf_net_reserved(out) == NULL)
		return true;
	bs_print(wizard->talk.out, "%s: %s; others see another address.\n",
	    plain, bs_spf_net_reserved(out));
	return false;
}

static void
ask_public(struct bs_spf_wizard *wizard, const struct host *host)
{
	char known[BS_SPF_NET_TEXT] = "";
	char question[256];
	char answer[BS_SPF_ANSWER];
	struct bs_spf_net net = {.prefix = 32};
	bool found = false;

	guess_public(wizard, host, known);
	fputs("Its IPv4 addresses are private: others see that of the router "
	      "before it.\n",
	    wizard->talk.out);
	snprintf(question, sizeof(question), "Its public address %s%s%s:",
	    known[0] == '\0' ? "(Enter: it has none)" : "[", known,
	    known[0] == '\0' ? "" : "]");
	while (!found) {
		if (bs_spf_talk_ask(&wizard->talk, question, answer)[0] == '\0')
			snprintf(answer, sizeof(answer), "%s", known);
		if (answer[0] == '\0' || bs_spf_typed_agrees(answer) == 'n')
			return;
		found = read_public(wizard, answer, &net);
	}
	add_own(wizard, host, &net);
}

static void
add_host(struct bs_spf_wizard *wizard, const struct host *host)
{
	bool has_ip4 = false;
	bool has_private = false;

	for (size_t i = 0; i < host->count; i++) {
		const struct bs_spf_own *own = &host->list[i];

		if (own->reserved != NULL) {
			has_private = has_private || !own->net.is_ip6;
			continue;
		}
		has_ip4 = has_ip4 || !own->net.is_ip6;
		if (!own->is_temporary)
			add_own(wizard, host, &own->net);
	}
	add_temporary(wizard, host);
	if (!has_ip4 && (has_private || host->count == 0))
		ask_public(wizard, host);
}

void
bs_spf_wizard_own(struct bs_spf_wizard *wizard)
{
	/* too large for a stack */
	static struct host host;

	read_host(wizard, &host);
	show_host(wizard, &host);
	if (wizard->signs)
		bs_print(wizard->talk.out, "It signs mail of %s (%s).\n",
		    wizard->domain, "sign = yes");
	if (bs_spf_talk_agrees(&wizard->talk,
		"Does this host send mail of the domain to other servers?",
		is_likely(wizard, &host)))
		add_host(wizard, &host);
}

/* The provider that the MX hosts are of, or NULL. */
static const struct bs_spf_provider *
provider_of(const struct bs_dns_answer *mx)
{
	const struct bs_spf_provider *provider = NULL;
	char host[BS_HOST_MAX];

	for (unsigned n = 0;
	     provider == NULL && bs_dns_answer_name(mx, n, host); n++)
		provider = bs_spf_provider_of_host(host);
	return provider;
}

/* Asks for the provider's include. Returns whether there was anything to ask.
 */
static bool
ask_provider(struct bs_spf_wizard *wizard,
    const struct bs_spf_provider *provider)
{
	char question[BS_SPF_DRAFT_TERM + 128];
	char term[BS_SPF_DRAFT_TERM];

	if (provider == NULL ||
	    !bs_spf_has_record(wizard->lookup, provider->include))
		return false;
	snprintf(term, sizeof(term), "include:%s", provider->include);
	for (size_t i = 0; i < wizard->draft.count; i++)
		if (strcmp(wizard->draft.terms[i], term) == 0)
			return true;
	snprintf(question, sizeof(question),
	    "That is %s. Does the domain's mail leave there, too (%s)?",
	    provider->name, term);
	if (bs_spf_talk_agrees(&wizard->talk, question, true))
		(void)bs_spf_wizard_add(wizard, term);
	return true;
}

static bool
has_term(const struct bs_spf_wizard *wizard, const char *term)
{
	for (size_t i = 0; i < wizard->draft.count; i++) {
		const char *text = wizard->draft.terms[i];

		if (strcmp(text + (text[0] == '+'), term) == 0)
			return true;
	}
	return false;
}

static void
ask_mx_hosts(struct bs_spf_wizard *wizard, const struct bs_dns_answer *mx)
{
	char host[BS_HOST_MAX];

	/* they may be all that sends: whoever types Enter keeps his mail */
	if (!has_term(wizard, "mx") &&
	    (!bs_spf_talk_agrees(&wizard->talk,
		 "Do these hosts send mail of it, too?",
		 wizard->draft.count == 0) ||
		!bs_spf_wizard_add(wizard, "mx")))
		return;
	for (unsigned n = 0; bs_dns_answer_name(mx, n, host); n++)
		bs_spf_wizard_note_helo(wizard, host, " a");
}

void
bs_spf_wizard_mx(struct bs_spf_wizard *wizard)
{
	const struct bs_dns_answer *mx =
	    bs_lookup_ask(wizard->lookup, wizard->domain, BS_DNS_MX);
	FILE *out = wizard->talk.out;
	char host[BS_HOST_MAX];

	if (!bs_dns_answer_name(mx, 0, host) || !bs_dns_is_name(host))
		return; /* none, or a null MX */
	bs_print(out, "\nMail to the domain goes to");
	for (unsigned n = 0; bs_dns_answer_name(mx, n, host); n++)
		bs_print(out, "%s %s", n > 0 ? "," : "", host);
	fputs(".\n", out);
	if (!ask_provider(wizard, provider_of(mx)))
		ask_mx_hosts(wizard, mx);
}

/* What is easily forgotten, asked for one by one. */
static const struct topic {
	const char *lead;
	const char *prompt;
	bool is_service;
	bool is_web;
} topics[] = {
    {"The web site: forms, orders and passwords are often mailed from its "
     "host.",
	"Its host's name or address (Enter: it mails nothing as the domain):",
	false, true},
    {"Fax, scanners, printers: those that mail by themselves, not by a server "
     "named above.",
	"Their addresses, network or host (Enter: none):", false, false},
    {"A shop, bookings, invoices: the host or the service that mails them.",
	"Host, address or name to include (Enter: none):", true, false},
    {"Newsletters and other services that send in your name; each tells a "
     "name to\ninclude.",
	"Name to include, or the service's (Enter: none):", true, false},
    {"Monitoring, backups, and whatever else: hosts that mail warnings, a "
     "relay, another\noffice.",
	"Host, address, network (Enter: none):", false, false},
};
#define TOPICS (sizeof(topics) / sizeof(topics[0]))

/* "yes" to the question for the web site means the one that DNS knows. */
static void
take_web_site(struct bs_spf_wizard *wizard)
{
	char www[BS_HOST_MAX + 8];

	snprintf(www, sizeof(www), "www.%s", wizard->domain);
	if (!bs_spf_has_address(wizard->lookup, www))
		snprintf(www, sizeof(www), "%s", wizard->domain);
	(void)bs_spf_wizard_take(wizard, www, false);
}

static void
ask_topic(struct bs_spf_wizard *wizard, const struct topic *topic)
{
	char answer[BS_SPF_ANSWER];

	bs_print(wizard->talk.out, "\n%s\n", topic->lead);
	for (;;) {
		char said;

		bs_spf_talk_ask(&wizard->talk, topic->prompt, answer);
		said = bs_spf_typed_agrees(answer);
		if (answer[0] == '\0' || said == 'n')
			return;
		if (said == '\0') {
			(void)bs_spf_wizard_take(wizard, answer,
			    topic->is_service);
		} else if (topic->is_web) {
			take_web_site(wizard);
			return;
		} else {
			fputs("Which? Type a name or an address, or Enter for "
			      "none.\n",
			    wizard->talk.out);
		}
	}
}

void
bs_spf_wizard_topics(struct bs_spf_wizard *wizard)
{
	for (size_t i = 0; i < TOPICS; i++)
		ask_topic(wizard, &topics[i]);
}

bool
bs_spf_wizard_anybody(struct bs_spf_wizard *wizard)
{
	struct bs_spf_tree *tree = bs_spf_wizard_tree(wizard);
	struct bs_spf_flattened flat;
	bool any = false;

	if (tree == NULL)
		return true;
	bs_spf_flatten(tree, &flat);
	/* what DNS does not tell of may be somebody */
	any = flat.failed.count > 0;
	for (size_t i = 0; i < flat.count; i++)
		any = any || flat.steps[i].kind == BS_SPF_FLAT_NET ||
		      flat.steps[i].kind == BS_SPF_FLAT_OPEN;
	bs_spf_flattened_free(&flat);
	bs_spf_tree_free(tree);
	return any;
}

bool
bs_spf_wizard_somebody(struct bs_spf_wizard *wizard)
{
	char answer[BS_SPF_ANSWER];

	while (!bs_spf_wizard_anybody(wizard)) {
		fputs("\nSomething sends mail for the domain, but nobody is "
		      "named: such a record would\nforbid all of it. Where "
		      "does your mail program hand mail to? Its settings "
		      "name that\nserver.\n",
		    wizard->talk.out);
		bs_spf_talk_ask(&wizard->talk,
		    "Its name, address or include (Enter: write no record):",
		    answer);
		if (answer[0] == '\0' || bs_spf_typed_agrees(answer) == 'n')
			return false;
		(void)bs_spf_wizard_take(wizard, answer, false);
	}
	return true;
}
