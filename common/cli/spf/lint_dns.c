/* What DNS says of the names in and beside an SPF record. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/output.h"
#include "common/cli/spf/lint_dns.h"
#include "common/base/ascii.h"
#include "common/spf/lint/advice.h"
#include "common/spf/macro.h"
#include "common/spf/run_state.h"

/* Octets of an answer: what old resolvers take, and what is not cut to pieces
 * on its way (RFC 9715); 450 leaves a little for the name. */
#define ANSWER_LARGE 450
#define ANSWER_PLAIN 512
#define ANSWER_EDNS 1232

#define TTL_SHORT 300
#define TTL_LONG 86400

/* Hosts of the domain's MX whose own record is looked for. */
#define HOSTS_MAX 5

static bool
is_found(struct bs_spf_lint *lint, const char *name, enum bs_dns_type type)
{
	return bs_lookup_ask(lint->tree->lookup, name, type)->status ==
	       BS_DNS_FOUND;
}

/* An a or mx host's addresses. */
static void
note_host(struct bs_spf_lint *lint, size_t place,
    const struct bs_spf_leaf *leaf, const char *name)
{
	const struct bs_dns_answer *a =
	    bs_lookup_ask(lint->tree->lookup, name, BS_DNS_A);
	const struct bs_dns_answer *aaaa =
	    bs_lookup_ask(lint->tree->lookup, name, BS_DNS_AAAA);

	if (a->status == BS_DNS_FAILED || aaaa->status == BS_DNS_FAILED)
		bs_spf_note(lint, place, &leaf->term, BS_SPF_DNS_FAILED,
		    "DNS gives no answer for the addresses of %.120s: try "
		    "again, then ask who runs it",
		    name);
	else if (a->status != BS_DNS_FOUND && aaaa->status != BS_DNS_FOUND)
		bs_spf_note(lint, place, &leaf->term, BS_SPF_NO_ADDRESS,
		    a->status == BS_DNS_NO_NAME
			? "there is no name %.120s: take it out, or mend it"
			: "%.120s has no address: take it out, or mend it",
		    name);
}

static void
note_mx(struct bs_spf_lint *lint, size_t place, const struct bs_spf_leaf *leaf)
{
	const struct bs_dns_answer *answer =
	    bs_lookup_ask(lint->tree->lookup, leaf->name, BS_DNS_MX);
	char host[BS_HOST_MAX];

	if (answer->status == BS_DNS_FAILED)
		bs_spf_note(lint, place, &leaf->term, BS_SPF_DNS_FAILED,
		    "DNS gives no answer for the MX of %.120s", leaf->name);
	else if (answer->status != BS_DNS_FOUND)
		bs_spf_note(lint, place, &leaf->term, BS_SPF_NO_ADDRESS,
		    "%.120s has no MX: take the term out", leaf->name);
	else if (answer->count > BS_SPF_NAMES_MAX)
		bs_spf_note(lint, place, &leaf->term, BS_SPF_TOO_MANY_MX,
		    "%.120s has %u MX hosts, and more than %d end a check "
		    "(permerror): write their networks with ip4: and ip6:",
		    leaf->name, answer->count, BS_SPF_NAMES_MAX);
	for (unsigned n = 0;
	     n < BS_SPF_NAMES_MAX && bs_dns_answer_name(answer, n, host); n++)
		if (host[0] != '\0')
			note_host(lint, place, leaf, host);
		else
			bs_spf_note(lint, place, &leaf->term, BS_SPF_NO_ADDRESS,
			    "%.120s says by its MX that it takes no mail (null "
			    "MX, RFC 7505), so mx names no host: take it out",
			    leaf->name);
}

/* RFC 7208 §6.2: the explanation is left out where any of this is so. */
static void
note_explanation(struct bs_spf_lint *lint, size_t place,
    const struct bs_spf_leaf *leaf)
{
	const struct bs_dns_answer *answer =
	    bs_lookup_ask(lint->tree->lookup, leaf->name, BS_DNS_TXT);
	const uint8_t *record;
	const char *why = NULL;
	size_t len;
	size_t column;
	char *text;

	if (answer->status == BS_DNS_FAILED)
		why = "DNS gives no answer for it";
	else if (answer->status != BS_DNS_FOUND)
		why = "it has no TXT record";
	else if (answer->count > 1)
		why = "it has several TXT records: keep one";
	if (why == NULL &&
	    (record = bs_dns_answer_next(answer, NULL, &len)) != NULL) {
		text = bs_spf_answer_text(record, len, &len);
		if (!bs_spf_macro_is(text, len, true, &column))
			why = "its text has a macro that is none, or octets "
			      "that are no ASCII";
		free(text);
	}
	if (why != NULL)
		bs_spf_note(lint, place, &leaf->term, BS_SPF_EXPLANATION,
		    "nobody will see the explanation of %.100s: %s", leaf->name,
		    why);
}

/* RFC 7208 §5.7: exists: asks only whether the name has an A record, so one
 * that is the same for all matches everybody or nobody. */
static void
note_exists(struct bs_spf_lint *lint, size_t place,
    const struct bs_spf_leaf *leaf)
{
	const struct bs_dns_answer *answer =
	    bs_lookup_ask(lint->tree->lookup, leaf->name, BS_DNS_A);

	if (answer->status == BS_DNS_FAILED)
		bs_spf_note(lint, place, &leaf->term, BS_SPF_DNS_FAILED,
		    "DNS gives no answer for %.120s: try again", leaf->name);
	else if (answer->status != BS_DNS_FOUND)
		bs_spf_note(lint, place, &leaf->term, BS_SPF_NO_ADDRESS,
		    "%.120s has no address, so this never matches: take it out",
		    leaf->name);
	else if (leaf->term.qualifier == BS_SPF_PASS)
		bs_spf_note(lint, place, &leaf->term, BS_SPF_PASSES_ALL,
		    "everybody is allowed to send: exists: asks only whether "
		    "%.80s has an address, and it has; did you mean a:%.60s ?",
		    leaf->name, leaf->name);
}

void
bs_spf_note_leaf(struct bs_spf_lint *lint, size_t place,
    const struct bs_spf_leaf *leaf)
{
	enum bs_spf_kind kind = leaf->term.kind;
	bool is_asked = kind == BS_SPF_A || kind == BS_SPF_MX ||
			kind == BS_SPF_EXP || kind == BS_SPF_EXISTS;

	/* exp= counts wherever it stands (RFC 7208 §6) */
	if (!leaf->constant || !is_asked ||
	    (!leaf->reached && kind != BS_SPF_EXP))
		return;
	if (kind == BS_SPF_EXP) {
		/* of somebody else's record it says nothing to us */
		if (place == 0)
			note_explanation(lint, place, leaf);
	} else if (!bs_dns_is_name(leaf->name)) {
		bs_spf_note(lint, place, &leaf->term, BS_SPF_NO_ADDRESS,
		    "%.120s cannot be a name: a label of it is empty or over "
		    "63 octets",
		    leaf->name);
	} else if (kind == BS_SPF_EXISTS) {
		note_exists(lint, place, leaf);
	} else if (kind == BS_SPF_A) {
		note_host(lint, place, leaf, leaf->name);
	} else {
		note_mx(lint, place, leaf);
	}
}

static void
note_misspelt(struct bs_spf_lint *lint)
{
	const struct bs_spf_place *root = &lint->tree->places[0];
	const uint8_t *at = NULL;
	size_t len;

	if (root->answer == NULL)
		return;
	while ((at = bs_dns_answer_next(root->answer, at, &len)) != NULL) {
		size_t text_len;
		char *text = bs_spf_answer_text(at, len, &text_len);
		char shown[128];

		if (!bs_spf_record_is(text, text_len) &&
		    bs_spf_is_misspelt(text, text_len))
			bs_spf_note(lint, 0, NULL, BS_SPF_MISSPELT_VERSION,
			    "'%s' is not taken for an SPF record: it must "
			    "begin with v=spf1 and a space, without quotes",
			    bs_visible(text, shown, sizeof(shown)));
		free(text);
	}
}

/* What was an SPF record once, and what was meant to follow it. */
static void
note_obsolete(struct bs_spf_lint *lint)
{
	static const char sender_id[] = "spf2.0/";
	const struct bs_spf_place *root = &lint->tree->places[0];
	const uint8_t *at = NULL;
	size_t len;

	while ((at = bs_dns_answer_next(root->answer, at, &len)) != NULL) {
		size_t text_len;
		char *text = bs_spf_answer_text(at, len, &text_len);

		if (text_len >= sizeof(sender_id) - 1 &&
		    bs_ascii_same(text, sender_id, sizeof(sender_id) - 1))
			bs_spf_note(lint, 0, NULL, BS_SPF_OBSOLETE,
			    "there is a record of Sender ID (spf2.0), which "
			    "nobody reads any more: it can go");
		free(text);
	}
	if (is_found(lint, root->name, BS_DNS_SPF))
		bs_spf_note(lint, 0, NULL, BS_SPF_OBSOLETE,
		    "there is a record of the type SPF (99), too, which nobody "
		    "reads since RFC 7208: it can go, only TXT counts");
}

/* A root without a record that can be read. */
static void
note_state(struct bs_spf_lint *lint)
{
	const struct bs_spf_place *root = &lint->tree->places[0];
	const char *name = root->name;

	switch (root->state) {
	case BS_SPF_PLACE_FAILED:
		bs_spf_note(lint, 0, NULL, BS_SPF_DNS_FAILED,
		    "DNS gives no answer for %.120s", name);
		break;
	case BS_SPF_PLACE_NO_NAME:
		bs_spf_note(lint, 0, NULL, BS_SPF_NO_NAME,
		    "there is no name %.120s", name);
		break;
	case BS_SPF_PLACE_EMPTY:
		if (root->answer == NULL)
			bs_spf_note(lint, 0, NULL, BS_SPF_MISSPELT_VERSION,
			    "this is no SPF record: it must begin with v=spf1 "
			    "and a space");
		else
			bs_spf_note(lint, 0, NULL, BS_SPF_NO_RECORD,
			    "%.120s has no SPF record: make one with "
			    "'backstop spf make'; if it sends no mail: "
			    "\"v=spf1 -all\"",
			    name);
		break;
	case BS_SPF_PLACE_SEVERAL:
		bs_spf_note(lint, 0, NULL, BS_SPF_SEVERAL_RECORDS,
		    "%.120s has more than one SPF record, which counts as a "
		    "broken one (permerror): put their terms into one",
		    name);
		break;
	default:
		break;
	}
}

/* TXT records that are no SPF records. */
static unsigned
count_others(const struct bs_dns_answer *answer)
{
	const uint8_t *at = NULL;
	unsigned others = 0;
	size_t len;

	while ((at = bs_dns_answer_next(answer, at, &len)) != NULL) {
		size_t text_len;
		char *text = bs_spf_answer_text(at, len, &text_len);

		others += !bs_spf_record_is(text, text_len);
		free(text);
	}
	return others;
}

static void
note_answer(struct bs_spf_lint *lint)
{
	const struct bs_dns_answer *answer = lint->tree->places[0].answer;
	unsigned octets = answer->reply_octets;
	unsigned others = count_others(answer);

	if (octets > ANSWER_EDNS)
		bs_spf_note(lint, 0, NULL, BS_SPF_LARGE_ANSWER,
		    "the answer has %u octets: over %d it must be asked for "
		    "again by TCP, which some cannot; use shorter terms, or "
		    "other names for other TXT records",
		    octets, ANSWER_EDNS);
	else if (octets > ANSWER_LARGE)
		bs_spf_note(lint, 0, NULL, BS_SPF_LARGE_ANSWER,
		    "the answer has %u octets: %s %d some resolvers cannot "
		    "take it",
		    octets, octets > ANSWER_PLAIN ? "over" : "at more than",
		    ANSWER_PLAIN);
	if (others > 0)
		bs_spf_note(lint, 0, NULL, BS_SPF_SHARED_ANSWER,
		    "%u other TXT record%s with every answer: what proved "
		    "something once can go",
		    others, others == 1 ? " comes" : "s come");
	if (answer->is_alias)
		bs_spf_note(lint, 0, NULL, BS_SPF_ALIAS,
		    "the name is an alias (CNAME): whoever runs the other name "
		    "decides about your record");
	if (answer->ttl_seconds < TTL_SHORT)
		bs_spf_note(lint, 0, NULL, BS_SPF_TTL,
		    "it is kept for %u seconds (TTL): every mail asks anew; "
		    "3600 is usual",
		    answer->ttl_seconds);
	else if (answer->ttl_seconds > TTL_LONG)
		bs_spf_note(lint, 0, NULL, BS_SPF_TTL,
		    "it is kept for %u seconds (TTL): a mistake in it stays "
		    "for days; 3600 is usual",
		    answer->ttl_seconds);
}

static void
hear(void *context, const struct bs_spf_remark *remark)
{
	struct bs_spf_lint *lint = context;
	struct bs_spf_term where = {.text = lint->tree->places[0].text +
					    remark->column,
	    .len = remark->len};

	bs_spf_note(lint, 0, &where, remark->flaw, "%s", remark->text);
}

/* The strings of the record as they came. */
static void
note_strings(struct bs_spf_lint *lint)
{
	const struct bs_spf_place *root = &lint->tree->places[0];
	const uint8_t *at = NULL;
	size_t len;

	if (root->text == NULL)
		return;
	while ((at = bs_dns_answer_next(root->answer, at, &len)) != NULL) {
		size_t text_len;
		char *text = bs_spf_answer_text(at, len, &text_len);
		bool is_it = text_len == root->len &&
			     memcmp(text, root->text, text_len) == 0;

		free(text);
		if (is_it)
			bs_spf_advise_strings(at, len, hear, lint);
	}
}

/* Whether a name has an SPF record, can have none, as it is an alias (RFC 1034
 * §3.6.2), or could not be asked for. */
static bool
is_covered(struct bs_spf_lint *lint, const char *name)
{
	const struct bs_dns_answer *answer =
	    bs_lookup_ask(lint->tree->lookup, name, BS_DNS_TXT);
	const uint8_t *at = NULL;
	bool covered =
	    answer->status == BS_DNS_FAILED || answer->is_alias ||
	    bs_lookup_ask(lint->tree->lookup, name, BS_DNS_CNAME)->count > 0;
	size_t len;

	while (
	    !covered && (at = bs_dns_answer_next(answer, at, &len)) != NULL) {
		char *text = bs_spf_answer_text(at, len, &len);

		covered = bs_spf_record_is(text, len);
		free(text);
	}
	return covered;
}

static bool
is_below(const char *name, const char *domain)
{
	size_t len = strlen(name);
	size_t below = strlen(domain);

	return len > below + 1 && name[len - below - 1] == '.' &&
	       bs_ascii_same(name + len - below, domain, below);
}

/* Forgers take the names around a domain as well. */
static void
note_names(struct bs_spf_lint *lint)
{
	const char *domain = lint->tree->places[0].name;
	const struct bs_dns_answer *mx =
	    bs_lookup_ask(lint->tree->lookup, domain, BS_DNS_MX);
	char name[BS_HOST_MAX + 32];
	char host[BS_HOST_MAX];

	snprintf(name, sizeof(name), "no-such-name-of-backstop.%s", domain);
	if (bs_dns_is_name(name) && is_found(lint, name, BS_DNS_TXT)) {
		bs_spf_note(lint, 0, NULL, BS_SPF_WILDCARD,
		    "*.%.120s has TXT records: every name below the domain "
		    "has them",
		    domain);
		return;
	}
	for (unsigned n = 0; n < HOSTS_MAX && bs_dns_answer_name(mx, n, host);
	     n++)
		if (host[0] != '\0' && is_below(host, domain) &&
		    !is_covered(lint, host))
			bs_spf_note(lint, 0, NULL, BS_SPF_UNCOVERED_NAME,
			    "%.120s has no SPF record of its own; if it sends, "
			    "its HELO is checked: \"v=spf1 a -all\"",
			    host);
	snprintf(name, sizeof(name), "www.%s", domain);
	if (bs_dns_is_name(name) && is_found(lint, name, BS_DNS_A) &&
	    !is_covered(lint, name))
		bs_spf_note(lint, 0, NULL, BS_SPF_UNCOVERED_NAME,
		    "%.120s has no SPF record; if it sends no mail: \"v=spf1 "
		    "-all\"",
		    name);
}

void
bs_spf_note_domain(struct bs_spf_lint *lint)
{
	const struct bs_spf_place *root = &lint->tree->places[0];

	note_state(lint);
	note_misspelt(lint);
	if (root->answer == NULL || root->answer->status != BS_DNS_FOUND)
		return;
	note_answer(lint);
	note_obsolete(lint);
	note_strings(lint);
	note_names(lint);
}
