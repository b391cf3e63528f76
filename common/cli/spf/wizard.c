/* The questions of 'backstop spf make': what sends, one after the other. */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/output.h"
#include "common/cli/spf/tree.h"
#include "common/cli/spf/wizard.h"
#include "common/base/ascii.h"
#include "common/spf/lint/net.h"

/* Notes a host of the domain whose HELO needs a record. */
static void
note_helo(struct bs_spf_wizard *wizard, const char *name)
{
	size_t len = strlen(name);
	size_t domain = strlen(wizard->domain);

	/* the domain itself has the record; others' names are not ours */
	if (len <= domain + 1 || len >= BS_HOST_MAX ||
	    name[len - domain - 1] != '.' ||
	    !bs_ascii_same(name + len - domain, wizard->domain, domain) ||
	    wizard->helo_count == BS_SPF_NAMES)
		return;
	for (size_t i = 0; i < wizard->helo_count; i++)
		if (strlen(wizard->helos[i]) == len &&
		    bs_ascii_same(wizard->helos[i], name, len))
			return;
	memcpy(wizard->helos[wizard->helo_count++], name, len + 1);
}

/* An interface's address as a network of one address; false for addresses that
 * others cannot see. */
static bool
read_interface(const struct ifaddrs *at, struct bs_spf_net *out)
{
	*out = (struct bs_spf_net){.prefix = 32};
	if (at->ifa_addr == NULL)
		return false;
	if (at->ifa_addr->sa_family == AF_INET) {
		const struct sockaddr_in *in =
		    (const struct sockaddr_in *)(const void *)at->ifa_addr;

		memcpy(out->address, &in->sin_addr, 4);
		return out->address[0] != 127;
	}
	if (at->ifa_addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in =
		    (const struct sockaddr_in6 *)(const void *)at->ifa_addr;

		memcpy(out->address, &in->sin6_addr, 16);
		out->is_ip6 = true;
		out->prefix = 128;
		return !IN6_IS_ADDR_LOOPBACK(&in->sin6_addr) &&
		       !IN6_IS_ADDR_LINKLOCAL(&in->sin6_addr);
	}
	return false;
}

static void
add_interface(struct bs_spf_wizard *wizard, const struct bs_spf_net *net)
{
	char text[BS_SPF_NET_TEXT];
	char term[BS_SPF_DRAFT_TERM];

	snprintf(term, sizeof(term), "%s%s",
	    net->is_ip6 ? "ip6:" : "ip4:", bs_spf_net_text(net, text));
	(void)bs_spf_wizard_add(wizard, term);
}

void
bs_spf_wizard_own(struct bs_spf_wizard *wizard)
{
	struct ifaddrs *list = NULL;
	struct bs_spf_net net;
	char text[BS_SPF_NET_TEXT];
	char name[BS_HOST_MAX] = "";
	size_t count = 0;

	if (getifaddrs(&list) != 0)
		return;
	(void)gethostname(name, sizeof(name) - 1);
	bs_print(wizard->talk, "\nThis host, %s, has the addresses", name);
	for (struct ifaddrs *at = list; at != NULL; at = at->ifa_next)
		if (read_interface(at, &net))
			bs_print(wizard->talk, "%s %s", count++ > 0 ? "," : "",
			    bs_spf_net_text(&net, text));
	fputs(count > 0 ? ".\n" : ": none.\n", wizard->talk);
	if (count > 0 &&
	    bs_spf_wizard_agrees(wizard,
		"Does it send mail of the domain to other servers?", false)) {
		for (struct ifaddrs *at = list; at != NULL; at = at->ifa_next)
			if (read_interface(at, &net))
				add_interface(wizard, &net);
		note_helo(wizard, name);
	}
	freeifaddrs(list);
}

void
bs_spf_wizard_mx(struct bs_spf_wizard *wizard)
{
	const struct bs_dns_answer *answer =
	    bs_lookup_ask(wizard->lookup, wizard->domain, BS_DNS_MX);
	char shown[4 * BS_HOST_MAX];
	char host[BS_HOST_MAX];

	if (answer->count == 0)
		return;
	bs_print(wizard->talk, "\nMail to the domain goes to");
	for (unsigned n = 0; bs_dns_answer_name(answer, n, host); n++)
		bs_print(wizard->talk, "%s %s", n > 0 ? "," : "",
		    bs_visible(host, shown, sizeof(shown)));
	fputs(".\n", wizard->talk);
	if (!bs_spf_wizard_agrees(wizard,
		"Do these hosts send mail of it, too?", false) ||
	    !bs_spf_wizard_add(wizard, "mx"))
		return;
	for (unsigned n = 0; bs_dns_answer_name(answer, n, host); n++)
		note_helo(wizard, host);
}

/* Asks for lines until an empty one. */
static void
ask_lines(struct bs_spf_wizard *wizard, const char *prompt, bool is_service)
{
	char answer[BS_SPF_ANSWER];
	char term[BS_SPF_DRAFT_TERM];
	struct bs_spf_fault why;

	while (bs_spf_wizard_ask(wizard, prompt, answer)[0] != '\0') {
		if (bs_spf_draft_read(answer, is_service, term, &why) != 0) {
			bs_print(wizard->talk, "Not taken: %s.\n", why.text);
			continue;
		}
		if (bs_spf_wizard_add(wizard, term) &&
		    strncmp(term, "a:", 2) == 0)
			note_helo(wizard, term + 2);
	}
}

void
bs_spf_wizard_others(struct bs_spf_wizard *wizard)
{
	fputs("\nOther hosts that send mail of the domain: an address, a "
	      "network (192.0.2.0/28)\nor a host's name a line, an empty line "
	      "at the end.\n",
	    wizard->talk);
	ask_lines(wizard, "Host:", false);
}

void
bs_spf_wizard_services(struct bs_spf_wizard *wizard)
{
	fputs("\nServices that send in your name: newsletters, invoices, a "
	      "provider's mail. Each\ntells you a name to include; one a "
	      "line, an empty line at the end.\n",
	    wizard->talk);
	ask_lines(wizard, "Include:", true);
}
