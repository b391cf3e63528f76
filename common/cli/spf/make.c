/* backstop spf make: asks what sends mail for a domain, writes its record. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/spf/make.h"
#include "common/cli/output.h"
#include "common/cli/spf/tree.h"
#include "common/cli/spf/wizard.h"
#include "common/spf/lint/zone.h"

#define TTL_SECONDS 3600

/* Octets of a line of a zone file. */
#define LINE_MAX_OCTETS (2 * BS_SPF_RECORD_MAX)

static const char *const stages[] = {"?all", "~all", "-all"};
#define STAGES (sizeof(stages) / sizeof(stages[0]))

/* Returns 0 or an exit status after the complaint. */
static int
ask_domain(const struct bs_call *call, struct bs_spf_wizard *wizard)
{
	char answer[BS_SPF_ANSWER];
	const char *domain = call->count > 0 ? call->words[0]
					     : bs_spf_wizard_ask(wizard,
						   "For which domain?", answer);
	size_t len = strlen(domain);

	if (len > 0 && domain[len - 1] == '.')
		len--;
	if (len >= sizeof(wizard->domain) || !bs_dns_is_name(domain) ||
	    strchr(domain, '.') == NULL) {
		bs_complain("%.200s: is no domain; type: backstop spf make "
			    "example.org",
		    domain);
		return EX_USAGE;
	}
	memcpy(wizard->domain, domain, len);
	wizard->domain[len] = '\0';
	return 0;
}

static void
show_present(struct bs_spf_wizard *wizard)
{
	struct bs_spf_tree *tree =
	    bs_spf_tree_read(wizard->lookup, wizard->domain);
	const struct bs_spf_place *root = &tree->places[0];
	char text[4 * BS_SPF_RECORD_MAX];

	if (root->text != NULL)
		bs_print(wizard->talk,
		    "%s has a record, which the new one is to replace:\n  "
		    "%s\n",
		    wizard->domain, bs_visible(root->text, text, sizeof(text)));
	else if (root->state == BS_SPF_PLACE_FAILED)
		bs_print(wizard->talk,
		    "DNS gives no answer for %s; names cannot be looked "
		    "at.\n",
		    wizard->domain);
	else
		bs_print(wizard->talk, "%s has no SPF record yet.\n",
		    wizard->domain);
	bs_spf_tree_free(tree);
}

/* How the record is to end: a beginner's watches, and keeps no mail away. */
static const char *
ask_stage(struct bs_spf_wizard *wizard)
{
	if (!bs_spf_wizard_agrees(wizard,
		"Are these all that send mail for the domain, as far as you "
		"know?",
		true))
		return stages[0];
	if (bs_spf_wizard_agrees(wizard,
		"Has the domain had ~all for a month, and did no mail of yours "
		"fail?",
		false))
		return stages[2];
	return stages[1];
}

static void
ask_all(struct bs_spf_wizard *wizard)
{
	wizard->sends = bs_spf_wizard_agrees(wizard,
	    "Does anything send mail as somebody@ this domain?", true);
	if (!wizard->sends) {
		wizard->all = stages[2];
		return;
	}
	bs_spf_wizard_own(wizard);
	bs_spf_wizard_mx(wizard);
	bs_spf_wizard_others(wizard);
	bs_spf_wizard_services(wizard);
	wizard->all = ask_stage(wizard);
}

static void
write_line(const char *name, const char *record, char line[LINE_MAX_OCTETS])
{
	if (bs_spf_zone_line(name, TTL_SECONDS, record, strlen(record), line,
		LINE_MAX_OCTETS) < 0)
		line[0] = '\0';
}

/* The record with one of the endings. */
static void
write_record(const struct bs_spf_wizard *wizard, const char *all,
    char line[LINE_MAX_OCTETS])
{
	char record[BS_SPF_RECORD_MAX];

	line[0] = '\0';
	if (bs_spf_draft_write(&wizard->draft, all, record, sizeof(record)) > 0)
		write_line(wizard->domain, record, line);
}

/* What to do with the record next. */
static void
print_stages(const struct bs_spf_wizard *wizard)
{
	static const char *const advice[STAGES] = {
	    "; Watch it for two weeks: does mail of yours come from elsewhere? "
	    "Then go on:",
	    "; Forged mail looks suspicious now. After a month in which no "
	    "mail of yours failed:",
	    "; Forged mail is refused now. Forwarders without SRS lose mail of "
	    "yours, too."};
	char line[LINE_MAX_OCTETS];
	bool shown = false;

	for (size_t i = 0; i < STAGES; i++) {
		if (strcmp(stages[i], wizard->all) == 0)
			shown = true;
		if (!shown)
			continue;
		write_record(wizard, stages[i], line);
		bs_print(stdout, "%s%s\n%s\n",
		    strcmp(stages[i], wizard->all) == 0 ? "" : "; ", line,
		    advice[i]);
	}
}

static void
print_text(const struct bs_spf_wizard *wizard)
{
	char line[LINE_MAX_OCTETS];

	putchar('\n');
	if (!wizard->sends) {
		write_record(wizard, "-all", line);
		bs_print(stdout, "; %s sends no mail, and this says so:\n%s\n",
		    wizard->domain, line);
		return;
	}
	print_stages(wizard);
	if (wizard->helo_count > 0)
		puts("\n; Hosts that send are checked by the name of their "
		     "HELO, too:");
	for (size_t i = 0; i < wizard->helo_count; i++) {
		write_line(wizard->helos[i], "v=spf1 a -all", line);
		bs_print(stdout, "%s\n", line);
	}
	snprintf(line, sizeof(line), "www.%s", wizard->domain);
	if (bs_lookup_ask(wizard->lookup, line, BS_DNS_A)->status ==
	    BS_DNS_FOUND) {
		char www[LINE_MAX_OCTETS];

		write_line(line, "v=spf1 -all", www);
		bs_print(stdout,
		    "\n; Names that send nothing are forged as well; say "
		    "so for each, as here:\n%s\n",
		    www);
	}
	bs_print(stdout,
	    "\n; A domain that forwards with SRS needs a record of its own. "
	    "When it is published:\n;   backstop spf lint %s\n",
	    wizard->domain);
}

static void
print_json(const struct bs_spf_wizard *wizard)
{
	struct bs_json *object = bs_json_object();
	struct bs_json *zone = bs_json_array();
	char record[BS_SPF_RECORD_MAX] = "";
	char line[LINE_MAX_OCTETS];

	if (bs_spf_draft_write(&wizard->draft, wizard->all, record,
		sizeof(record)) < 0)
		record[0] = '\0';
	bs_json_text(object, "domain", wizard->domain);
	bs_json_text(object, "record", record);
	write_record(wizard, wizard->all, line);
	bs_json_append_text(zone, line);
	for (size_t i = 0; i < wizard->helo_count; i++) {
		write_line(wizard->helos[i], "v=spf1 a -all", line);
		bs_json_append_text(zone, line);
	}
	bs_json_put(object, "zone", zone);
	bs_json_print(object);
}

int
bs_cmd_spf_make(const struct bs_call *call)
{
	/* too large for a stack */
	static struct bs_spf_wizard wizard;
	int status;

	memset(&wizard, 0, sizeof(wizard));
	wizard.talk = call->json ? stderr : stdout;
	if ((status = ask_domain(call, &wizard)) != 0 ||
	    (status = bs_lookup_open(call, &wizard.lookup)) != 0)
		return status;
	show_present(&wizard);
	ask_all(&wizard);
	if (call->json)
		print_json(&wizard);
	else
		print_text(&wizard);
	bs_lookup_close(wizard.lookup);
	return BS_EXIT_YES;
}
