/* What libspf2 asks DNS for, by names of ours: which term each stands for, and
 * what DNS has for it. */
#include <errno.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/spf/asked.h"
#include "common/spf/names.h"

/* Reads a number and the octet behind it; moves behind both. */
static bool
read_number(const char **at, char end, unsigned *out)
{
	const char *first = *at;

	*out = 0;
	while (bs_ascii_is_digit(**at) && *out < 10000)
		*out = *out * 10 + (unsigned)(*(*at)++ - '0');
	return *at > first && *(*at)++ == end;
}

/* "t2.r0.bs-run", "4.t2.r0.bs-run" */
bool
bs_spf_alias_read(const struct bs_spf_run *run, const char *name,
    struct bs_spf_alias *out)
{
	out->has_host = bs_ascii_is_digit(name[0]);
	if (out->has_host && !read_number(&name, '.', &out->host))
		return false;
	if (*name++ != 't' || !read_number(&name, '.', &out->term) ||
	    *name++ != 'r' || !read_number(&name, '.', &out->record))
		return false;
	return strcmp(name, "bs-run") == 0 && out->record < run->record_count;
}

const struct bs_spf_term *
bs_spf_alias_open(struct bs_spf_run *run, const struct bs_spf_alias *alias,
    char name[static BS_HOST_MAX])
{
	struct bs_spf_run_record *record = &run->records[alias->record];
	const struct bs_spf_term *term = &record->redirect;

	if (alias->term > record->term_count ||
	    (alias->term == 0 && !record->has_redirect)) {
		(void)bs_spf_run_decide(run, BS_SPF_TEMPERROR,
		    "a term was asked for that is not there");
		return NULL;
	}
	if (alias->term > 0) {
		term = &record->terms[alias->term - 1];
		record->last_term = alias->term;
	}
	if (!alias->has_host && ++run->lookups > BS_SPF_LOOKUPS_MAX) {
		(void)bs_spf_run_decide(run, BS_SPF_PERMERROR,
		    "more than %d terms that ask DNS", BS_SPF_LOOKUPS_MAX);
		return NULL;
	}
	return bs_spf_run_expand(run, record, term, name) == 0 ? term : NULL;
}

/* Counts an answer that has nothing (RFC 7208 §4.6.4); one that failed ends the
 * evaluation. A name that DNS was not asked for is no void look-up. */
static int
weigh(struct bs_spf_run *run, const char *name,
    const struct bs_dns_answer *answer)
{
	if (answer->status == BS_DNS_FAILED)
		return bs_spf_run_decide(run, BS_SPF_TEMPERROR,
		    "DNS gave no answer for %.80s", name);
	if (answer->status != BS_DNS_FOUND && bs_dns_is_name(name) &&
	    ++run->voids > BS_SPF_VOIDS_MAX)
		return bs_spf_run_decide(run, BS_SPF_PERMERROR,
		    "more than %d look-ups found nothing, the last for %.60s",
		    BS_SPF_VOIDS_MAX, name);
	return 0;
}

/* The hosts of an mx; the addresses of all of them are asked for at once. */
static int
find_hosts(struct bs_spf_run *run, const char *name, struct bs_spf_hit *out)
{
	const struct bs_dns_answer *answer;
	int rc = bs_spf_run_ask(run, name, BS_DNS_MX, &answer);

	if (rc != 0 || (rc = weigh(run, name, answer)) != 0)
		return rc;
	if (answer->count > BS_SPF_NAMES_MAX)
		return bs_spf_run_decide(run, BS_SPF_PERMERROR,
		    "%.80s has more than %d MX records", name,
		    BS_SPF_NAMES_MAX);
	out->hosts = answer->count;
	return bs_spf_run_ask_all(run, answer, BS_SPF_NAMES_MAX);
}

/* Of the addresses, the one that matches by the prefix, else any. A prefix of
 * length 0 matches every client; libspf2 would take it for none given, so it is
 * told the client's own address. */
static const uint8_t *
choose_address(const struct bs_spf_run *run, const struct bs_spf_term *term,
    const struct bs_dns_answer *answer)
{
	unsigned prefix = run->is_ip6 ? term->prefix6 : term->prefix4;
	size_t size = run->is_ip6 ? 16 : 4;
	const uint8_t *chosen = NULL;
	const uint8_t *at = NULL;
	size_t len;

	if (answer->count > 0 && (term->kind == BS_SPF_EXISTS || prefix == 0))
		return run->client;
	while ((at = bs_dns_answer_next(answer, at, &len)) != NULL) {
		bool matches =
		    len == size && bs_spf_is_within(run->client, at, prefix);

		if (matches || (chosen == NULL && len == size))
			chosen = at;
		if (matches)
			break;
	}
	return chosen;
}

static int
find_address(struct bs_spf_run *run, const struct bs_spf_term *term,
    const char *name, struct bs_spf_hit *out)
{
	/* RFC 7208 §5.7: whatever the client's family */
	enum bs_dns_type type = term->kind == BS_SPF_EXISTS
				    ? BS_DNS_A
				    : bs_spf_run_address_type(run);
	const struct bs_dns_answer *answer;
	int rc = bs_spf_run_ask(run, name, type, &answer);

	if (rc != 0 || (rc = weigh(run, name, answer)) != 0)
		return rc;
	out->address = choose_address(run, term, answer);
	return 0;
}

static int
find_ptr(struct bs_spf_run *run, const char *name, struct bs_spf_hit *out)
{
	char validated[BS_HOST_MAX];
	bool within;
	int rc = bs_spf_run_validate(run, name, validated, &within);

	if (rc == 0 && within)
		out->address = run->client;
	return rc;
}

/* A host of an mx, by its place among the answers. */
static int
find_host(struct bs_spf_run *run, const struct bs_spf_alias *alias,
    const struct bs_spf_term *term, const char *name, struct bs_spf_hit *out)
{
	const struct bs_dns_answer *hosts;
	char host[BS_HOST_MAX];
	int rc = bs_spf_run_ask(run, name, BS_DNS_MX, &hosts);

	if (rc != 0 || !bs_dns_answer_name(hosts, alias->host, host))
		return rc;
	return find_address(run, term, host, out);
}

int
bs_spf_run_lookup(struct bs_spf_run *run, const char *asked, unsigned type,
    struct bs_spf_hit *out)
{
	char name[BS_HOST_MAX];
	const struct bs_spf_term *term;
	struct bs_spf_alias alias = {0};

	memset(out, 0, sizeof(*out));
	if (run->state != BS_SPF_RUNNING)
		return -ECANCELED;
	if (!bs_spf_alias_read(run, asked, &alias))
		return bs_spf_run_decide(run, BS_SPF_TEMPERROR,
		    "DNS was asked for no name of ours");
	if ((term = bs_spf_alias_open(run, &alias, name)) == NULL)
		return -ECANCELED;
	if (alias.has_host)
		return find_host(run, &alias, term, name, out);
	if (type == BS_DNS_MX)
		return find_hosts(run, name, out);
	if (term->kind == BS_SPF_PTR)
		return find_ptr(run, name, out);
	return find_address(run, term, name, out);
}
