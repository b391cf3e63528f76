/* backstop doctor: the SPF records of our own domains, and DNS itself. */
#include <stdlib.h>

#include "common/cli/doctor/spf.h"
#include "common/cli/spf/lint_tree.h"

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
		    "%s: its SPF record has %u errors; the first: %s: %s",
		    domain, errors, bs_spf_flaw_name(error->flaw), error->text);
		bs_doctor_fix(doctor, "type: backstop spf %s %s",
		    error->flaw == BS_SPF_NO_RECORD ? "make" : "lint", domain);
	} else
		bs_doctor_good(doctor, BS_CHECK_SPF_RECORD,
		    "%s has an SPF record without errors", domain);
	if (warning != NULL) {
		bs_doctor_bad(doctor, BS_CHECK_SPF_HINTS,
		    "%s: %u warnings on its SPF record; the first: %s: %s",
		    domain, warnings, bs_spf_flaw_name(warning->flaw),
		    warning->text);
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
	bs_lookup_close(lookup);
}
