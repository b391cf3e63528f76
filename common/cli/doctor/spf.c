/* backstop doctor: the SPF records of our own domains, and DNS itself. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/doctor/spf.h"
#include "common/cli/spf/lint_tree.h"
#include "common/cli/spf/own.h"

/* Domains in a row without an answer, after which no other is asked for. */
#define SILENT_MAX 2

/* Remarks that have a finding of their own. */
static bool
is_told_apart(enum bs_spf_flaw flaw)
{
	return flaw == BS_SPF_LOCAL_PART || flaw == BS_SPF_DNS_FAILED;
}

/* The first remark of a weight, or NULL; *count is how many there are. */
static const struct bs_spf_remark *
first_of(const struct bs_spf_lint *lint, enum bs_spf_weight weight,
    unsigned *count)
{
	const struct bs_spf_remark *first = NULL;

	*count = 0;
	for (size_t i = 0; i < lint->count; i++) {
		const struct bs_spf_remark *remark = &lint->noted[i].remark;

		if (bs_spf_flaw_weight(remark->flaw) != weight ||
		    is_told_apart(remark->flaw))
			continue;
		if ((*count)++ == 0)
			first = remark;
	}
	return first;
}

static void
tell(struct bs_doctor *doctor, const char *domain,
    const struct bs_spf_lint *lint)
{
	unsigned errors;
	unsigned warnings;
	const struct bs_spf_remark *error =
	    first_of(lint, BS_SPF_ERROR, &errors);
	const struct bs_spf_remark *warning =
	    first_of(lint, BS_SPF_WARNING, &warnings);

	if (error != NULL) {
		bs_doctor_bad(doctor, BS_CHECK_SPF_RECORD,
		    "%s: its SPF record has %u error%s; the first: %s: %s",
		    domain, errors, errors == 1 ? "" : "s",
		    bs_spf_flaw_name(error->flaw), error->text);
		bs_doctor_fix(doctor, "type: backstop spf %s %s",
		    error->flaw == BS_SPF_NO_RECORD ? "make" : "lint", domain);
	} else
		bs_doctor_good(doctor, BS_CHECK_SPF_RECORD,
		    "%s has an SPF record without errors", domain);
	if (warning != NULL) {
		bs_doctor_bad(doctor, BS_CHECK_SPF_HINTS,
		    "%s: %u warning%s on its SPF record; the first: %s: %s",
		    domain, warnings, warnings == 1 ? "" : "s",
		    bs_spf_flaw_name(warning->flaw), warning->text);
		bs_doctor_fix(doctor, "type: backstop spf lint %s", domain);
	}
	if (!bs_spf_lint_has(lint, BS_SPF_LOCAL_PART))
		return;
	bs_doctor_bad(doctor, BS_CHECK_SPF_LOCAL_PART,
	    "%s: its SPF record asks for the local part (%%{l} or %%{s}), "
	    "which is prvs=... in what is signed",
	    domain);
	bs_doctor_fix(doctor, "write %%{d} there (type: backstop spf lint %s)",
	    domain);
}

/* Returns whether DNS said something of the domain. */
static bool
check_domain(struct bs_doctor *doctor, struct bs_lookup *lookup,
    const char *domain)
{
	struct bs_spf_lint lint = {.tree = bs_spf_tree_read(lookup, domain)};
	bool answered = lint.tree->places[0].state != BS_SPF_PLACE_FAILED;

	if (answered) {
		bs_spf_note_all(&lint, NULL, 0);
		tell(doctor, domain, &lint);
	}
	if (!answered || bs_spf_lint_has(&lint, BS_SPF_DNS_FAILED)) {
		bs_doctor_bad(doctor, BS_CHECK_DNS, "DNS gives no answer %s %s",
		    answered ? "to all of" : "for", domain);
		bs_doctor_fix(doctor,
		    "type: backstop spf lint %s; servers are named in [dns] of "
		    "%s",
		    domain, doctor->call->config_path);
	} else
		bs_doctor_good(doctor, BS_CHECK_DNS, "DNS answers for %s",
		    domain);
	free(lint.noted);
	bs_spf_tree_free(lint.tree);
	return answered;
}

/* The addresses to ask about: of --address, else those of the interfaces that
 * others see. */
static size_t
find_addresses(const struct bs_doctor *doctor,
    struct bs_spf_own out[static BS_SPF_OWN_MAX])
{
	size_t count;
	size_t kept = 0;

	memset(out, 0, BS_SPF_OWN_MAX * sizeof(*out));
	if (doctor->call->address != NULL)
		return bs_doctor_spf_address(doctor->call->address,
		    &out[0].net);
	count = bs_spf_own_addresses(out);
	for (size_t i = 0; i < count; i++)
		if (out[i].reserved == NULL && !out[i].is_temporary)
			out[kept++] = out[i];
	return kept;
}

/* Whether the record says that mail by this address is not the domain's. What
 * cannot be known, or has a finding of its own, does not count. */
static bool
is_refused(const struct bs_spf_said *said)
{
	return said->open == 0 && (said->result == BS_SPF_FAIL ||
				      said->result == BS_SPF_SOFTFAIL ||
				      said->result == BS_SPF_NEUTRAL);
}

static void
check_addresses(struct bs_doctor *doctor, struct bs_lookup *lookup,
    const char *domain, const struct bs_spf_own *addresses, size_t count)
{
	struct bs_spf_said said[BS_SPF_OWN_MAX];
	char text[BS_SPF_NET_TEXT];
	char list[BS_FINDING_TEXT / 2] = "";
	size_t len = 0;
	size_t refused = 0;
	size_t passed = 0;
	size_t first = 0;

	bs_spf_own_check(lookup, domain, addresses, count, said);
	for (size_t i = 0; i < count; i++) {
		passed += said[i].result == BS_SPF_PASS && said[i].open == 0;
		if (!is_refused(&said[i]))
			continue;
		first = refused++ == 0 ? i : first;
		if (len < sizeof(list))
			len += (size_t)snprintf(list + len, sizeof(list) - len,
			    "%s%s (%s)", refused > 1 ? ", " : "",
			    bs_spf_net_text(&addresses[i].net, text),
			    bs_spf_result_name(said[i].result));
	}
	if (refused == 0) {
		if (passed == count)
			bs_doctor_good(doctor, BS_CHECK_SPF_ADDRESSES,
			    "%s: this host's addresses pass its SPF record",
			    domain);
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_SPF_ADDRESSES,
	    "%s: mail that leaves by %zu of this host's %zu address%s does not "
	    "pass its SPF record: %s",
	    domain, refused, count, count == 1 ? "" : "es", list);
	bs_doctor_fix(doctor,
	    "add ip%c:%s to the record (type: backstop spf make %s), or have "
	    "no mail leave by it",
	    addresses[first].net.is_ip6 ? '6' : '4',
	    bs_spf_net_text(&addresses[first].net, text), domain);
}

/* Whether this host's addresses may send for the domains that it signs. */
static void
check_own(struct bs_doctor *doctor, struct bs_lookup *lookup)
{
	const struct bs_config *config = doctor->config;
	struct bs_spf_own addresses[BS_SPF_OWN_MAX];
	size_t count = find_addresses(doctor, addresses);

	if (!doctor->sends && (doctor->has_smtpd || doctor->has_exim) &&
	    doctor->call->address == NULL) {
		bs_doctor_good(doctor, BS_CHECK_SPF_ADDRESSES,
		    "mail leaves through another host, whose addresses count "
		    "(to ask about one, type: backstop doctor --address "
		    "ADDRESS)");
		return;
	}
	if (count == 0) {
		bs_doctor_good(doctor, BS_CHECK_SPF_ADDRESSES,
		    "this host has private addresses alone; to ask about the "
		    "one that others see, type: backstop doctor --address "
		    "ADDRESS");
		return;
	}
	for (size_t i = 0; i < config->domain_count; i++)
		if (config->domains[i].sign)
			check_addresses(doctor, lookup, config->domains[i].name,
			    addresses, count);
}

bool
bs_doctor_spf_address(const char *text, struct bs_spf_net *out)
{
	*out = (struct bs_spf_net){.prefix = 32};
	if (inet_pton(AF_INET, text, out->address) == 1)
		return true;
	out->is_ip6 = true;
	out->prefix = 128;
	return inet_pton(AF_INET6, text, out->address) == 1;
}

void
bs_doctor_spf(struct bs_doctor *doctor)
{
	const struct bs_config *config = doctor->config;
	struct bs_lookup *lookup;
	unsigned silent = 0;

	if (config->domain_count == 0)
		return;
	if (bs_lookup_open(doctor->call, &lookup) != 0) {
		bs_doctor_unseen(doctor, BS_CHECK_DNS,
		    "DNS could not be asked");
		return;
	}
	for (size_t i = 0; i < config->domain_count; i++) {
		const char *domain = config->domains[i].name;

		if (silent < SILENT_MAX)
			silent = check_domain(doctor, lookup, domain)
				     ? 0
				     : silent + 1;
		else
			bs_doctor_unseen(doctor, BS_CHECK_SPF_RECORD,
			    "%s: not asked for, as DNS gives no answers",
			    domain);
	}
	if (silent < SILENT_MAX)
		check_own(doctor, lookup);
	bs_lookup_close(lookup);
}
