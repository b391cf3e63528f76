/* One evaluation of SPF: records found, names expanded, limits kept. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/spf/asked.h"
#include "common/spf/macro.h"
#include "common/spf/run.h"
#include "common/spf/shown.h"

/* RFC 7208 §5: a mapped address is the one that it maps. */
static bool
read_client(struct bs_spf_run *run)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	uint8_t *client = run->client;

	if (inet_pton(AF_INET, run->query->client, client) == 1)
		return true;
	if (inet_pton(AF_INET6, run->query->client, client) != 1)
		return false;
	run->is_ip6 = memcmp(client, mapped, sizeof(mapped)) != 0;
	if (!run->is_ip6)
		memmove(client, client + sizeof(mapped), 4);
	return true;
}

/* RFC 7208 §4.3: a domain of several labels, and none of them out of form. */
static bool
is_domain(const char *name)
{
	const char *dot = strchr(name, '.');

	return bs_dns_is_name(name) && dot != NULL && dot[1] != '\0' &&
	       name[0] != '[';
}

/* Who is checked, and whose record is read first (RFC 7208 §2.4, §4.3). */
static bool
read_sender(struct bs_spf_run *run)
{
	const struct bs_spf_query *query = run->query;
	char *domain = run->records[0].domain;
	const char *sender =
	    query->identity == BS_SPF_HELO ? "" : query->sender;
	const char *at = strrchr(sender, '@');
	size_t local_len = at == NULL ? 0 : (size_t)(at - sender);
	int len;

	len = snprintf(domain, BS_HOST_MAX, "%s", bs_spf_query_domain(query));
	if (len > 1 && len < BS_HOST_MAX && domain[len - 1] == '.')
		domain[len - 1] = '\0';
	if (local_len == 0)
		snprintf(run->sender, sizeof(run->sender), "postmaster@%s",
		    domain);
	else
		snprintf(run->sender, sizeof(run->sender), "%.*s@%s",
		    (int)local_len, sender, domain);
	return len >= 0 && len < BS_HOST_MAX && is_domain(domain);
}

void
bs_spf_run_again(struct bs_spf_run *run)
{
	run->state = BS_SPF_RUNNING;
	run->lookups = 0;
	run->voids = 0;
	run->record_count = 0;
	run->records[0].redirected_to = 0;
}

void
bs_spf_run_begin(struct bs_spf_run *run, const struct bs_spf_query *query,
    int64_t now, bs_spf_lookup *lookup, void *context)
{
	run->lookup = lookup;
	run->context = context;
	run->query = query;
	run->now = now;
	run->is_ip6 = false;
	run->problem[0] = '\0';
	run->cut_term = 0;
	bs_spf_run_again(run);
	if (!read_sender(run))
		(void)bs_spf_run_decide(run, BS_SPF_NONE,
		    "%s is no domain name that could have a record",
		    query->identity == BS_SPF_HELO ? "HELO" : "the sender's");
	else if (!read_client(run))
		(void)bs_spf_run_decide(run, BS_SPF_NONE,
		    "the client has no address");
}

/* Whether a term that asks nobody matches the client. */
static bool
matches(const struct bs_spf_run *run, const struct bs_spf_term *term)
{
	switch (term->kind) {
	case BS_SPF_ALL:
		return true;
	case BS_SPF_IP4:
		return !run->is_ip6 && bs_spf_is_within(run->client,
					   term->address, term->prefix4);
	case BS_SPF_IP6:
		return run->is_ip6 && bs_spf_is_within(run->client,
					  term->address, term->prefix6);
	default:
		return false;
	}
}

/* RFC 8616 §4: a local part beyond ASCII is no label of DNS, so a term that
 * makes one of it matches nothing. */
static bool
wants_local_part(const struct bs_spf_run *run, const struct bs_spf_term *term)
{
	const char *at = strrchr(run->sender, '@');
	bool is_ascii = true;

	for (const char *c = run->sender; c < at; c++)
		is_ascii = is_ascii && (unsigned char)*c < 0x80;
	return !is_ascii && term->domain != NULL &&
	       (bs_spf_macro_has(term->domain, term->domain_len, 's') ||
		   bs_spf_macro_has(term->domain, term->domain_len, 'l'));
}

/* Keeps a mechanism that can be reached. */
static void
keep_mechanism(const struct bs_spf_run *run, struct bs_spf_run_record *record,
    const struct bs_spf_term *term)
{
	bool asks = bs_spf_term_asks_dns(term);

	if (term->kind == BS_SPF_ALL && !record->has_all) {
		record->has_all = true;
		record->denies_all = term->qualifier == BS_SPF_FAIL;
	}
	if (record->is_closed || (!asks && !matches(run, term)) ||
	    wants_local_part(run, term))
		return;
	record->terms[record->term_count++] = *term;
	/* so many that ask end it, whatever they find */
	record->is_closed = !asks || record->term_count > BS_SPF_LOOKUPS_MAX;
}

static void
keep_term(const struct bs_spf_run *run, struct bs_spf_run_record *record,
    const struct bs_spf_term *term)
{
	if (term->kind == BS_SPF_REDIRECT) {
		record->has_redirect = true;
		record->redirect = *term;
	} else if (term->kind == BS_SPF_EXP) {
		record->has_exp = true;
		record->exp = *term;
	} else if (bs_spf_term_is_mechanism(term)) {
		keep_mechanism(run, record, term);
	}
}

/* Reads a record to its end: a fault anywhere makes it void (RFC 7208 §4.6).
 * What only we cannot read is no fault of the domain's. */
static int
take_record(struct bs_spf_run *run, struct bs_spf_run_record *record)
{
	struct bs_spf_record walk;
	struct bs_spf_term term = {0};
	struct bs_spf_fault fault = {0};
	int rc;

	record->term_count = 0;
	record->is_closed = false;
	record->has_all = false;
	record->denies_all = false;
	record->has_redirect = false;
	record->has_exp = false;
	bs_spf_record_begin(&walk, record->text, record->len);
	while ((rc = bs_spf_record_next(&walk, &term, &fault)) == BS_SPF_TERM)
		keep_term(run, record, &term);
	/* RFC 7208 §6.1 */
	if (record->has_all)
		record->has_redirect = false;
	if (rc != 0)
		return bs_spf_run_decide(run,
		    fault.too_long ? BS_SPF_TEMPERROR : BS_SPF_PERMERROR,
		    "%.60s, column %zu: %s", record->domain, fault.column + 1,
		    fault.text);
	return 0;
}

/* The one SPF record among the TXT records of a domain (RFC 7208 §4.5).
 * Returns how many there are; the first is in record. */
static unsigned
choose_record(const struct bs_dns_answer *answer,
    struct bs_spf_run_record *record)
{
	char text[BS_SPF_RECORD_MAX + 1];
	const uint8_t *at = NULL;
	unsigned found = 0;
	size_t len;
	int joined;

	while ((at = bs_dns_answer_next(answer, at, &len)) != NULL) {
		joined = bs_dns_txt_join(at, len, text, sizeof(text));
		if (joined == -EMSGSIZE)
			joined = sizeof(text);
		if (joined < 0 || !bs_spf_record_is(text, (size_t)joined))
			continue;
		if (found++ > 0)
			continue;
		record->len = (size_t)joined;
		if (record->len <= sizeof(record->text))
			memcpy(record->text, text, record->len);
	}
	return found;
}

static int
fetch(struct bs_spf_run *run, unsigned n)
{
	struct bs_spf_run_record *record = &run->records[n];
	const struct bs_dns_answer *answer;
	unsigned found;
	int rc;

	record->last_term = 0;
	record->redirected_to = 0;
	rc = bs_spf_run_ask(run, record->domain, BS_DNS_TXT, &answer);
	if (rc != 0)
		return rc;
	if (answer->status == BS_DNS_FAILED)
		return bs_spf_run_decide(run, BS_SPF_TEMPERROR,
		    "DNS gave no answer for the record of %.80s",
		    record->domain);
	if ((found = choose_record(answer, record)) == 0)
		return bs_spf_run_decide(run,
		    n == 0 ? BS_SPF_NONE : BS_SPF_PERMERROR,
		    "%.80s has no SPF record", record->domain);
	if (found > 1)
		return bs_spf_run_decide(run, BS_SPF_PERMERROR,
		    "%.80s has %u SPF records", record->domain, found);
	if (record->len > sizeof(record->text))
		return bs_spf_run_decide(run, BS_SPF_TEMPERROR,
		    "the record of %.80s has more than %d octets",
		    record->domain, BS_SPF_RECORD_MAX);
	return take_record(run, record);
}

int
bs_spf_run_fetch(struct bs_spf_run *run, const char *name,
    char out[static BS_SPF_SHOWN_MAX])
{
	unsigned n = run->record_count;
	char domain[BS_HOST_MAX];
	struct bs_spf_alias alias = {0};
	int rc;

	if (run->state != BS_SPF_RUNNING)
		return -ECANCELED;
	if (n > 0) {
		if (!bs_spf_alias_read(run, name, &alias) || alias.has_host)
			return bs_spf_run_decide(run, BS_SPF_TEMPERROR,
			    "a record was asked for by no name of ours");
		if (bs_spf_alias_open(run, &alias, domain) == NULL)
			return -ECANCELED;
		/* the limit of look-ups is that of records, too */
		memcpy(run->records[n].domain, domain, sizeof(domain));
		if (alias.term == 0)
			run->records[alias.record].redirected_to = n;
	}
	if ((rc = fetch(run, n)) != 0)
		return rc;
	run->record_count++;
	bs_spf_run_show(run, n, out);
	return 0;
}
