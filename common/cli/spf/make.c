/* backstop spf make: asks what sends mail for a domain, writes its record. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/ascii.h"
#include "common/cli/output.h"
#include "common/cli/spf/evidence.h"
#include "common/cli/spf/fit.h"
#include "common/cli/spf/make.h"
#include "common/cli/spf/make_show.h"
#include "common/cli/spf/present.h"
#include "common/cli/spf/publish.h"
#include "common/cli/spf/sources.h"
#include "common/cli/spf/take.h"
#include "common/cli/spf/wizard.h"
#include "common/spf/lint/typed.h"
#include "common/spf/lint/zone.h"

/* Files of reports that are named one by one. */
#define REPORTS_MAX 1000

/* Returns 0 or an exit status after the complaint. */
static int
ask_domain(const struct bs_call *call, struct bs_spf_wizard *wizard)
{
	char answer[BS_SPF_ANSWER] = "";
	const char *typed = answer;

	if (call->count > 0) {
		typed = call->words[0];
		if (bs_spf_read_domain(&wizard->talk, typed, wizard->domain))
			return 0;
	}
	while (call->count == 0 && !wizard->talk.has_ended) {
		bs_spf_talk_ask(&wizard->talk,
		    "For which domain (like example.org):", answer);
		if (bs_spf_read_domain(&wizard->talk, answer, wizard->domain))
			return 0;
		if (!wizard->talk.has_ended)
			fputs("That is no domain. It looks like example.org.\n",
			    wizard->talk.out);
	}
	bs_complain("%.200s: is no domain; type: backstop spf make example.org",
	    typed);
	return EX_USAGE;
}

/* Whether anything sends. Whoever says no to a domain that looks otherwise is
 * asked again, as that record would forbid all of its mail. */
static void
ask_sends(struct bs_spf_wizard *wizard)
{
	struct bs_spf_talk *talk = &wizard->talk;

	wizard->sends = bs_spf_talk_agrees(talk,
	    "Does anything send mail as somebody@ this domain?", true);
	if (wizard->sends)
		return;
	if (wizard->signs || wizard->has_present)
		wizard->sends = !bs_spf_talk_agrees(talk,
		    wizard->signs
			? "But this host signs mail of it. Is it certain that "
			  "all mail of it is to be refused?"
			: "But its record lets hosts send. Is it certain that "
			  "all mail of it is to be refused?",
		    false);
	if (!wizard->sends)
		wizard->receives =
		    bs_spf_talk_agrees(talk, "Does it receive mail?",
			bs_lookup_ask(wizard->lookup, wizard->domain, BS_DNS_MX)
				->count > 0);
}

/* How the record is to end: a beginner's watches, and keeps no mail away. */
static const char *
ask_stage(struct bs_spf_wizard *wizard)
{
	struct bs_spf_talk *talk = &wizard->talk;

	if (wizard->unfit_count > 0) {
		fputs("As not all senders fit, the record is to end in ?all, "
		      "which keeps no mail away.\n",
		    talk->out);
		return "?all";
	}
	putc('\n', talk->out);
	if (!bs_spf_talk_agrees(talk,
		"Are these all that send mail for the domain, as far as you "
		"know?",
		true))
		return "?all";
	if (!wizard->has_present)
		return "~all";
	if (wizard->present_all == '-' && !wizard->is_less)
		return bs_spf_talk_agrees(talk,
			   "Its record ends in -all now. Keep that?", true)
			   ? "-all"
			   : "~all";
	return bs_spf_talk_agrees(talk,
		   "Has the domain had ~all for a month, and did no mail of "
		   "yours fail?",
		   false)
		   ? "-all"
		   : "~all";
}

/* Whether a mailbox can stand in a DMARC record as it is. */
static bool
is_mailbox(const char *text)
{
	const char *at = strrchr(text, '@');

	if (at == NULL || at == text || !bs_spf_zone_is_name(at + 1) ||
	    strchr(at, '.') == NULL || strlen(text) >= BS_HOST_MAX)
		return false;
	for (const char *p = text; p < at; p++)
		if (!bs_ascii_is_alpha(*p) && !bs_ascii_is_digit(*p) &&
		    strchr(".-_+=", *p) == NULL)
			return false;
	return true;
}

/* Where reports are to go. */
static void
ask_reports(struct bs_spf_wizard *wizard)
{
	char *typed = wizard->reports_typed;
	char question[BS_HOST_MAX + 160];

	fputs("\nReceivers can report daily who mails in the domain's name "
	      "(DMARC).\n",
	    wizard->talk.out);
	snprintf(question, sizeof(question),
	    "Where to? A mailbox, or n for nowhere [postmaster@%s]:",
	    wizard->domain);
	for (;;) {
		bs_spf_talk_ask(&wizard->talk, question, typed);
		if (bs_spf_typed_agrees(typed) == 'n')
			return;
		if (typed[0] == '\0' || bs_spf_typed_agrees(typed) == 'y')
			snprintf(typed, BS_SPF_ANSWER, "postmaster@%s",
			    wizard->domain);
		if (is_mailbox(typed))
			break;
		fputs("That is no mailbox like reports@example.org, of plain "
		      "letters and digits.\n",
		    wizard->talk.out);
	}
	wizard->reports = typed;
}

/* Reads the reports that were named: behind --reports, and in words behind the
 * domain. Returns 0 or an exit status after the complaint. */
static int
read_reports(const struct bs_call *call, const struct bs_spf_wizard *wizard,
    struct bs_spf_sources *out)
{
	char *files[REPORTS_MAX];
	size_t count = 0;
	int status;

	if (call->reports == NULL && call->count > 1) {
		bs_complain("one domain at a time; reports stand behind "
			    "--reports");
		return EX_USAGE;
	}
	if (call->reports == NULL)
		return 0;
	if (call->count > REPORTS_MAX) {
		bs_complain("more than %d files: name their folder",
		    REPORTS_MAX);
		return EX_USAGE;
	}
	files[count++] = call->reports;
	for (size_t i = 1; i < call->count; i++)
		files[count++] = call->words[i];
	status = bs_spf_sources_read(files, count, wizard->domain, out);
	if (out->reports.reports == 0)
		return status;
	return bs_spf_sources_ask(call, out);
}

/* Returns false where something sends, but nobody is named. */
static bool
ask_all(struct bs_spf_wizard *wizard, const struct bs_spf_sources *sources)
{
	ask_sends(wizard);
	if (!wizard->sends) {
		wizard->all = "-all";
		return true;
	}
	bs_spf_wizard_keep(wizard);
	bs_spf_wizard_own(wizard);
	bs_spf_wizard_mx(wizard);
	if (sources->reports.reports > 0)
		bs_spf_wizard_evidence(wizard, sources);
	bs_spf_wizard_topics(wizard);
	bs_spf_wizard_fit(wizard);
	if (!bs_spf_wizard_somebody(wizard))
		return false;
	bs_spf_wizard_fit(wizard);
	if (!bs_spf_wizard_anybody(wizard))
		return false;
	wizard->all = ask_stage(wizard);
	ask_reports(wizard);
	return true;
}

/* Asks, and prints. Returns an exit status. */
static int
make(const struct bs_call *call, struct bs_spf_wizard *wizard,
    const struct bs_spf_sources *sources)
{
	/* too large for a stack */
	static struct bs_spf_publish publish;
	int status = bs_spf_wizard_look(wizard);

	if (status != 0)
		return status;
	if (!ask_all(wizard, sources)) {
		bs_spf_make_show_none(wizard, call->json);
		return BS_EXIT_NO;
	}
	bs_spf_publish_make(wizard, &publish);
	if (call->json)
		bs_spf_make_show_json(wizard, &publish);
	else
		bs_spf_make_show(wizard, &publish);
	bs_spf_publish_free(&publish);
	return BS_EXIT_YES;
}

int
bs_cmd_spf_make(const struct bs_call *call)
{
	/* too large for a stack */
	static struct bs_spf_wizard wizard;
	struct bs_spf_sources sources = {.count = 0};
	int status;

	memset(&wizard, 0, sizeof(wizard));
	wizard.talk.out = call->json ? stderr : stdout;
	if ((status = ask_domain(call, &wizard)) != 0)
		return status;
	status = read_reports(call, &wizard, &sources);
	if (status == 0)
		status = bs_lookup_open(call, &wizard.lookup);
	if (status == 0) {
		bs_lookup_tell_waits(wizard.lookup, wizard.talk.out);
		wizard.signs = bs_lookup_signs(wizard.lookup, wizard.domain);
		status = make(call, &wizard, &sources);
	}
	bs_lookup_close(wizard.lookup);
	bs_spf_sources_free(&sources);
	return status;
}
