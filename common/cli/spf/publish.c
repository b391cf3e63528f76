/* What is to be put into the zone, by 'backstop spf make'. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/spf/publish.h"
#include "common/cli/spf/take.h"
#include "common/spf/lint/zone.h"

#define TTL_SECONDS 3600
#define DMARC "v=DMARC1"

/* Whether a name can have another TXT record. */
enum place {
	PLACE_FREE,
	PLACE_ALIAS,   /* beside a CNAME nothing may stand */
	PLACE_STARRED, /* its addresses may be those of "*" */
	PLACE_TAKEN,   /* it has such a record */
	PLACE_UNKNOWN, /* DNS does not say */
};

static void BS_PRINTF(2, 3)
    note(struct bs_spf_publish *out, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	(void)bs_spf_texts_add(&out->notes, text);
}

static void
add(struct bs_spf_publish *out, const char *name, const char *type,
    const char *value, const char *lead)
{
	struct bs_spf_entry *entry = &out->list[out->count];

	if (out->count == BS_SPF_ENTRIES || !bs_spf_zone_is_name(name))
		return;
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	entry->type = type;
	entry->value = bs_spf_texts_add(&out->values, value);
	entry->lead = lead;
	out->count++;
}

static bool
is_alias(struct bs_lookup *lookup, const char *name)
{
	return bs_lookup_ask(lookup, name, BS_DNS_CNAME)->count > 0 ||
	       bs_lookup_ask(lookup, name, BS_DNS_TXT)->is_alias;
}

/* A name of the domain that nobody made. */
static bool
any_name(const struct bs_spf_wizard *wizard, char out[static BS_HOST_MAX])
{
	int len = snprintf(out, BS_HOST_MAX, "no-such-name-of-backstop.%s",
	    wizard->domain);

	return len > 0 && len < BS_HOST_MAX && bs_dns_is_name(out);
}

/* Whether names that nobody made have addresses: a name that gets a record of
 * its own loses those (RFC 4592 §2.2.1). */
static bool
is_starred(struct bs_spf_wizard *wizard)
{
	char name[BS_HOST_MAX];

	return any_name(wizard, name) &&
	       (bs_spf_has_address(wizard->lookup, name) ||
		   is_alias(wizard->lookup, name));
}

static bool
has_dmarc(struct bs_lookup *lookup, const char *name)
{
	const struct bs_dns_answer *answer =
	    bs_lookup_ask(lookup, name, BS_DNS_TXT);
	const uint8_t *at = NULL;
	bool found = false;
	size_t len;

	while (!found && (at = bs_dns_answer_next(answer, at, &len)) != NULL) {
		size_t text_len;
		char *text = bs_spf_answer_text(at, len, &text_len);

		found = text_len >= strlen(DMARC) &&
			bs_ascii_same(text, DMARC, strlen(DMARC));
		free(text);
	}
	return found;
}

/* Whether the name of a host may get an SPF record. */
static enum place
look_at_host(struct bs_spf_wizard *wizard, const char *name)
{
	struct bs_lookup *lookup = wizard->lookup;

	if (is_alias(lookup, name))
		return PLACE_ALIAS;
	if (bs_lookup_ask(lookup, name, BS_DNS_TXT)->status == BS_DNS_FAILED ||
	    bs_lookup_ask(lookup, name, BS_DNS_CNAME)->status == BS_DNS_FAILED)
		return PLACE_UNKNOWN;
	if (bs_spf_has_record(lookup, name))
		return PLACE_TAKEN;
	return is_starred(wizard) ? PLACE_STARRED : PLACE_FREE;
}

/* Says why a name gets no record. */
static void
explain(struct bs_spf_wizard *wizard, const char *name, enum place place,
    const char *value, struct bs_spf_publish *out)
{
	char target[BS_HOST_MAX] = "another name";

	switch (place) {
	case PLACE_ALIAS:
		(void)bs_dns_answer_name(
		    bs_lookup_ask(wizard->lookup, name, BS_DNS_CNAME), 0,
		    target);
		note(out,
		    "%s is an alias (CNAME) of %s: no other record may stand "
		    "beside it, and its SPF record is that of %s.",
		    name, target, target);
		break;
	case PLACE_STARRED:
		note(out,
		    "%s may have its addresses from *.%s, and would lose them "
		    "by a record of its own. If it has A and AAAA records of "
		    "its own, it can have: \"%s\"",
		    name, wizard->domain, value);
		break;
	case PLACE_TAKEN:
		note(out,
		    "%s has an SPF record already; a second one would be an "
		    "error. See: backstop spf lint %s",
		    name, name);
		break;
	case PLACE_UNKNOWN:
		note(out,
		    "DNS gives no answer for %s. If it turns out to be no "
		    "alias (CNAME) and to have no SPF record, it can have: "
		    "\"%s\"",
		    name, value);
		break;
	default:
		break;
	}
}

static void
add_host(struct bs_spf_wizard *wizard, const char *name, const char *value,
    const char *lead, struct bs_spf_publish *out)
{
	enum place place = look_at_host(wizard, name);

	if (place == PLACE_FREE)
		add(out, name, "TXT", value, lead);
	else
		explain(wizard, name, place, value, out);
}

/* Hosts that send say so by the name of their HELO, staged as the domain. */
static void
add_helos(struct bs_spf_wizard *wizard, struct bs_spf_publish *out)
{
	char value[BS_SPF_NAME_TERMS + 32];

	for (size_t i = 0; i < wizard->helo_count; i++) {
		snprintf(value, sizeof(value), "v=spf1%s %s",
		    wizard->helos[i].terms, wizard->all);
		add_host(wizard, wizard->helos[i].name, value,
		    "Hosts that send are checked by the name of their HELO, "
		    "too; with the same end as the domain's record:",
		    out);
	}
}

static bool
is_helo(const struct bs_spf_wizard *wizard, const char *name)
{
	for (size_t i = 0; i < wizard->helo_count; i++)
		if (strlen(wizard->helos[i].name) == strlen(name) &&
		    bs_ascii_same(wizard->helos[i].name, name, strlen(name)))
			return true;
	return false;
}

static void
add_www(struct bs_spf_wizard *wizard, struct bs_spf_publish *out)
{
	char name[BS_HOST_MAX];
	int len = snprintf(name, sizeof(name), "www.%s", wizard->domain);

	if (len < 0 || (size_t)len >= sizeof(name) || !bs_dns_is_name(name) ||
	    is_helo(wizard, name) ||
	    (!bs_spf_has_address(wizard->lookup, name) &&
		!is_alias(wizard->lookup, name)))
		return;
	add_host(wizard, name, "v=spf1 -all",
	    "Names that send nothing are forged as well; say so for each, as "
	    "here:",
	    out);
}

/* A domain that neither sends nor receives says so to senders (RFC 7505). */
static void
add_null_mx(const struct bs_spf_wizard *wizard, struct bs_spf_publish *out)
{
	if (wizard->sends || wizard->receives)
		return;
	add(out, wizard->domain, "MX", "0 .",
	    "It receives none, either (RFC 7505); in the place of all other MX "
	    "records:");
	if (bs_lookup_ask(wizard->lookup, wizard->domain, BS_DNS_MX)->count > 0)
		note(out,
		    "%s has MX records now: take them out, as the null MX "
		    "stands alone.",
		    wizard->domain);
}

static void
note_reports(const struct bs_spf_wizard *wizard, struct bs_spf_publish *out)
{
	const char *domain;

	if (wizard->reports == NULL ||
	    (domain = strrchr(wizard->reports, '@')) == NULL ||
	    bs_spf_wizard_is_ours(wizard, ++domain))
		return;
	note(out,
	    "Reports to %s need the consent of that domain (RFC 7489, 7.1): "
	    "%s._report._dmarc.%s. %d IN TXT \"" DMARC "\"",
	    wizard->reports, wizard->domain, domain, TTL_SECONDS);
}

static void
add_dmarc(struct bs_spf_wizard *wizard, struct bs_spf_publish *out)
{
	struct bs_lookup *lookup = wizard->lookup;
	char value[BS_SPF_ANSWER + 64];
	char name[BS_HOST_MAX];
	int len = snprintf(name, sizeof(name), "_dmarc.%s", wizard->domain);

	if (len < 0 || (size_t)len >= sizeof(name) || !bs_dns_is_name(name) ||
	    (wizard->sends && wizard->reports == NULL))
		return;
	snprintf(value, sizeof(value), DMARC "; p=%s%s%s",
	    wizard->sends ? "none" : "reject",
	    wizard->reports == NULL ? "" : "; rua=mailto:",
	    wizard->reports == NULL ? "" : wizard->reports);
	if (has_dmarc(lookup, name))
		note(out,
		    "%s has a DMARC record already, and a second one would "
		    "void both. It should be: \"%s\"%s",
		    name, value, wizard->sends ? ", with p= as it is" : "");
	else if (bs_lookup_ask(lookup, name, BS_DNS_TXT)->status ==
		     BS_DNS_FAILED ||
		 (is_alias(lookup, name) && !is_starred(wizard)))
		explain(wizard, name,
		    is_alias(lookup, name) ? PLACE_ALIAS : PLACE_UNKNOWN, value,
		    out);
	else
		add(out, name, "TXT", value,
		    wizard->sends
			? "For the weeks of watching: receivers send reports "
			  "of who mails in your name, and refuse nothing for "
			  "it (DMARC); what reports tell: backstop spf sources"
			: "What claims to be from it is to be refused "
			  "(DMARC):");
	note_reports(wizard, out);
}

void
bs_spf_publish_make(struct bs_spf_wizard *wizard, struct bs_spf_publish *out)
{
	char record[BS_SPF_RECORD_MAX];

	memset(out, 0, sizeof(*out));
	if (bs_spf_draft_write(&wizard->draft, wizard->all, record,
		sizeof(record)) > 0)
		add(out, wizard->domain, "TXT", record,
		    wizard->sends ? "" : "It sends no mail, and this says so:");
	add_helos(wizard, out);
	add_www(wizard, out);
	add_null_mx(wizard, out);
	add_dmarc(wizard, out);
}

void
bs_spf_publish_free(struct bs_spf_publish *publish)
{
	bs_spf_texts_free(&publish->values);
	bs_spf_texts_free(&publish->notes);
}

const char *
bs_spf_publish_line(const struct bs_spf_entry *entry, const char *value,
    char out[static BS_SPF_LINE])
{
	if (strcmp(entry->type, "TXT") == 0) {
		if (bs_spf_zone_line(entry->name, TTL_SECONDS, value,
			strlen(value), out, BS_SPF_LINE) < 0)
			out[0] = '\0';
	} else {
		snprintf(out, BS_SPF_LINE, "%s. %d IN %s %s", entry->name,
		    TTL_SECONDS, entry->type, value);
	}
	return out;
}
