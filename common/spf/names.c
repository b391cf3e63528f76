/* RFC 7208 §7 and §5.5: the names that the terms of a record stand for, and the
 * client's own name. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/spf/macro.h"
#include "common/spf/names.h"

void
bs_spf_reverse_name(bool is_ip6, const uint8_t *client,
    char out[static BS_HOST_MAX])
{
	static const char hex[] = "0123456789abcdef";
	size_t len = 0;

	if (!is_ip6) {
		snprintf(out, BS_HOST_MAX, "%u.%u.%u.%u.in-addr.arpa",
		    client[3], client[2], client[1], client[0]);
		return;
	}
	for (size_t i = 16; i-- > 0;) {
		out[len++] = hex[client[i] & 0xf];
		out[len++] = '.';
		out[len++] = hex[client[i] >> 4];
		out[len++] = '.';
	}
	snprintf(out + len, BS_HOST_MAX - len, "ip6.arpa");
}

/* Whether the client's address is among those of a name. */
static int
is_client(struct bs_spf_run *run, const char *name, bool *out)
{
	size_t size = run->is_ip6 ? 16 : 4;
	const struct bs_dns_answer *answer;
	const uint8_t *at = NULL;
	size_t len;
	int rc;

	*out = false;
	rc = bs_spf_run_ask(run, name, bs_spf_run_address_type(run), &answer);
	if (rc != 0)
		return rc;
	while ((at = bs_dns_answer_next(answer, at, &len)) != NULL)
		if (len == size && memcmp(at, run->client, size) == 0)
			*out = true;
	return 0;
}

/* 2: the domain itself, 1: below it, 0: neither. */
static unsigned
nearness(const char *name, const char *domain)
{
	size_t len = strlen(name);
	size_t domain_len = strlen(domain);

	if (len < domain_len ||
	    !bs_ascii_same(name + len - domain_len, domain, domain_len))
		return 0;
	if (len == domain_len)
		return 2;
	return domain_len > 0 && name[len - domain_len - 1] == '.' ? 1 : 0;
}

int
bs_spf_run_validate(struct bs_spf_run *run, const char *domain,
    char out[static BS_HOST_MAX], bool *within)
{
	char name[BS_HOST_MAX];
	const struct bs_dns_answer *answer;
	const uint8_t *at = NULL;
	bool found = false;
	unsigned best = 0;
	unsigned seen = 0;
	bool valid;
	size_t len;
	int rc;

	snprintf(out, BS_HOST_MAX, "unknown");
	*within = false;
	bs_spf_reverse_name(run->is_ip6, run->client, name);
	/* RFC 7208 §5.5: a failure of DNS is no match, and only so many names
	 * are looked at */
	if ((rc = bs_spf_run_ask(run, name, BS_DNS_PTR, &answer)) != 0 ||
	    (rc = bs_spf_run_ask_all(run, answer, BS_SPF_NAMES_MAX)) != 0)
		return rc;
	while (best < 2 && seen++ < BS_SPF_NAMES_MAX &&
	       (at = bs_dns_answer_next(answer, at, &len)) != NULL) {
		if (len >= sizeof(name))
			continue;
		memcpy(name, at, len);
		name[len] = '\0';
		if (found && nearness(name, domain) <= best)
			continue;
		if ((rc = is_client(run, name, &valid)) != 0)
			return rc;
		if (!valid)
			continue;
		found = true;
		best = nearness(name, domain);
		memcpy(out, name, len + 1);
	}
	*within = best > 0;
	return 0;
}

/* What the letters stand for in a record. validated is where p is kept. */
static int
set_letters(struct bs_spf_run *run, const struct bs_spf_run_record *record,
    const char *text, size_t text_len, char validated[static BS_HOST_MAX],
    struct bs_spf_letters *out)
{
	bool within;

	*out = (struct bs_spf_letters){
	    .sender = run->sender,
	    .domain = record->domain,
	    .helo = run->query->helo,
	    .validated = validated,
	    .receiver = run->query->receiver[0] != '\0' ? run->query->receiver
							: "unknown",
	    .now = run->now,
	    .is_ip6 = run->is_ip6,
	};
	memcpy(out->client, run->client, sizeof(out->client));
	validated[0] = '\0';
	if (!bs_spf_macro_has(text, text_len, 'p'))
		return 0;
	return bs_spf_run_validate(run, record->domain, validated, &within);
}

int
bs_spf_run_expand(struct bs_spf_run *run,
    const struct bs_spf_run_record *record, const struct bs_spf_term *term,
    char out[static BS_HOST_MAX])
{
	char validated[BS_HOST_MAX];
	struct bs_spf_letters letters;
	int rc;

	if (term->domain == NULL) {
		memmove(out, record->domain, strlen(record->domain) + 1);
		return 0;
	}
	rc = set_letters(run, record, term->domain, term->domain_len, validated,
	    &letters);
	if (rc != 0)
		return rc;
	if (bs_spf_macro_domain(term->domain, term->domain_len, &letters,
		out) != 0)
		return bs_spf_run_decide(run, BS_SPF_PERMERROR,
		    "%.60s: a macro of it cannot be expanded", record->domain);
	return 0;
}

int
bs_spf_run_expand_text(struct bs_spf_run *run,
    const struct bs_spf_run_record *record, const char *text, size_t len,
    char *out, size_t size)
{
	char validated[BS_HOST_MAX];
	struct bs_spf_letters letters;
	int rc = set_letters(run, record, text, len, validated, &letters);

	if (rc != 0)
		return rc;
	return bs_spf_macro_expand(text, len, true, &letters, out, size) == 0
		   ? 0
		   : -EINVAL;
}
