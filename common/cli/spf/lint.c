/* backstop spf lint: what is wrong with a domain's SPF record. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/output.h"
#include "common/cli/spf/domain.h"
#include "common/cli/spf/given.h"
#include "common/cli/spf/lint.h"
#include "common/cli/spf/lint_show.h"
#include "common/cli/spf/lint_tree.h"
#include "common/spf/lint/zone.h"

static int
exit_of(const struct bs_call *call, const struct bs_spf_lint *lint)
{
	unsigned errors = bs_spf_lint_count(lint, BS_SPF_ERROR);
	unsigned failed = 0;

	for (size_t i = 0; i < lint->count; i++)
		failed += lint->noted[i].remark.flaw == BS_SPF_DNS_FAILED;
	if (errors > failed)
		return BS_EXIT_NO;
	if (failed > 0)
		return BS_EXIT_UNKNOWN;
	return call->strict && bs_spf_lint_count(lint, BS_SPF_WARNING) > 0
		   ? BS_EXIT_NO
		   : BS_EXIT_YES;
}

static int
show(const struct bs_call *call, struct bs_spf_lint *lint)
{
	if (call->json)
		bs_spf_lint_json(lint);
	else
		bs_spf_lint_print(lint);
	return exit_of(call, lint);
}

static int
lint_given(const struct bs_call *call, struct bs_lookup *lookup)
{
	static struct bs_spf_given given;
	struct bs_spf_lint lint = {0};
	int status;

	bs_spf_given_read(call->record, &given);
	lint.tree = bs_spf_tree_given(lookup,
	    call->domain == NULL ? "" : call->domain, given.text, given.len);
	if (given.too_long)
		bs_spf_note(&lint, 0, NULL, BS_SPF_LONG_STRING,
		    "a string of a zone file has %d octets at most: split it, "
		    "\"v=spf1 ... \" \"...\", with a space before the quote",
		    BS_SPF_STRING_MAX);
	bs_spf_note_all(&lint, given.strings_len > 0 ? given.strings : NULL,
	    given.strings_len);
	status = show(call, &lint);
	free(lint.noted);
	bs_spf_tree_free(lint.tree);
	free(given.text);
	return status;
}

static int
lint_domain(const struct bs_call *call, struct bs_lookup *lookup)
{
	struct bs_spf_lint lint = {
	    .tree = bs_spf_tree_read(lookup, call->words[0])};
	int status;

	bs_spf_note_all(&lint, NULL, 0);
	status = show(call, &lint);
	free(lint.noted);
	bs_spf_tree_free(lint.tree);
	return status;
}

/* Returns 0 or an exit status after the complaint. */
static int
check_words(const struct bs_call *call)
{
	const char *name = call->count > 0 ? call->words[0] : call->domain;

	if ((call->count > 0) == (call->record != NULL)) {
		bs_complain("name a domain, or give a record with --record");
		return EX_USAGE;
	}
	if (call->domain != NULL && call->record == NULL) {
		bs_complain("--domain says whose the record of --record is");
		return EX_USAGE;
	}
	return name == NULL ? 0 : bs_spf_domain_check(name, true);
}

int
bs_cmd_spf_lint(const struct bs_call *call)
{
	struct bs_lookup *lookup;
	int status = check_words(call);

	if (status != 0 || (status = bs_lookup_open(call, &lookup)) != 0)
		return status;
	status = call->record != NULL ? lint_given(call, lookup)
				      : lint_domain(call, lookup);
	bs_lookup_close(lookup);
	return status;
}
