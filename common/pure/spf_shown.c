/* An SPF record as libspf2 is to see it. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/pure/spf_run_state.h"

/* What is written, and how many terms that ask DNS may still be. */
struct page {
	char *out;
	size_t len;
	unsigned record;
	unsigned budget;
};

static void BS_PRINTF(2, 3) put(struct page *page, const char *format, ...)
{
	size_t room = BS_SPF_SHOWN_MAX - page->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(page->out + page->len, room, format, args);
	va_end(args);
	/* it is large enough by its bounds; what were cut would be no term */
	if (len > 0 && (size_t)len < room)
		page->len += (size_t)len;
	else
		page->out[page->len] = '\0';
}

/* Whether the first bits of two addresses are the same. */
static bool
is_within(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned octets = bits / 8;
	unsigned rest = bits % 8;

	return memcmp(a, b, octets) == 0 &&
	       (rest == 0 || (a[octets] ^ b[octets]) >> (8 - rest) == 0);
}

bool
bs_spf_run_matches(const struct bs_spf_run *run, const struct bs_spf_term *term)
{
	switch (term->kind) {
	case BS_SPF_ALL:
		return true;
	case BS_SPF_IP4:
		return !run->is_ip6 &&
		       is_within(run->client, term->address, term->prefix4);
	case BS_SPF_IP6:
		return run->is_ip6 &&
		       is_within(run->client, term->address, term->prefix6);
	default:
		return false;
	}
}

static char
sign_of(enum bs_spf_result qualifier)
{
	switch (qualifier) {
	case BS_SPF_FAIL:
		return '-';
	case BS_SPF_SOFTFAIL:
		return '~';
	case BS_SPF_NEUTRAL:
		return '?';
	default:
		return '+';
	}
}

/* libspf2 takes a prefix of no length for none given: all addresses are two
 * halves of them. */
static void
put_network(struct page *page, const struct bs_spf_term *term)
{
	bool is_ip6 = term->kind == BS_SPF_IP6;
	unsigned prefix = is_ip6 ? term->prefix6 : term->prefix4;
	char sign = sign_of(term->qualifier);
	char text[INET6_ADDRSTRLEN];

	if (prefix == 0 && is_ip6)
		put(page, " %cip6:::/1 %cip6:8000::/1", sign, sign);
	else if (prefix == 0)
		put(page, " %cip4:0.0.0.0/1 %cip4:128.0.0.0/1", sign, sign);
	else if (inet_ntop(is_ip6 ? AF_INET6 : AF_INET, term->address, text,
		     sizeof(text)) != NULL)
		put(page, " %c%s:%s/%u", sign, is_ip6 ? "ip6" : "ip4", text,
		    prefix);
}

/* One that asks DNS, by a name of ours. A ptr is seen to by us, and its answer
 * is that of a name that exists. */
static void
put_question(struct page *page, const struct bs_spf_term *term, unsigned n)
{
	static const char *const words[] = {
	    [BS_SPF_INCLUDE] = "include",
	    [BS_SPF_A] = "a",
	    [BS_SPF_MX] = "mx",
	    [BS_SPF_PTR] = "exists",
	    [BS_SPF_EXISTS] = "exists",
	};

	put(page, " %c%s:t%u.r%u.bs-run", sign_of(term->qualifier),
	    words[term->kind], n, page->record);
	if (term->has_prefix4 && term->prefix4 > 0)
		put(page, "/%u", term->prefix4);
	if (term->has_prefix6 && term->prefix6 > 0)
		put(page, "//%u", term->prefix6);
}

/* Writes a mechanism. Returns whether another one could still be reached. Of
 * networks only one that the client is in is shown: libspf2 counts mechanisms
 * in an octet, and 256 of them are none. */
static bool
put_mechanism(struct page *page, const struct bs_spf_run *run,
    const struct bs_spf_term *term, unsigned n)
{
	switch (term->kind) {
	case BS_SPF_ALL:
		put(page, " %call", sign_of(term->qualifier));
		return false;
	case BS_SPF_IP4:
	case BS_SPF_IP6:
		if (!bs_spf_run_matches(run, term))
			return true;
		put_network(page, term);
		return false;
	default:
		put_question(page, term, n);
		return page->budget-- > 0;
	}
}

void
bs_spf_run_show(const struct bs_spf_run *run, unsigned n,
    char out[static BS_SPF_SHOWN_MAX])
{
	const struct bs_spf_run_record *record = &run->records[n];
	struct page page = {.out = out, .record = n};
	struct bs_spf_record walk;
	struct bs_spf_fault fault;
	struct bs_spf_term term = {0};
	unsigned redirect = 0;

	/* the one beyond the limit has to be seen, none after it is */
	page.budget = BS_SPF_LOOKUPS_MAX - run->lookups;
	put(&page, "v=spf1");
	bs_spf_record_begin(&walk, record->text, record->len);
	for (unsigned at = 1;
	     bs_spf_record_next(&walk, &term, &fault) == BS_SPF_TERM; at++) {
		if (term.kind == BS_SPF_REDIRECT)
			redirect = at;
		if (!bs_spf_term_is_mechanism(&term))
			continue;
		if (!put_mechanism(&page, run, &term, at))
			return;
		if (run->cut_term == at && run->cut_record == n)
			return;
	}
	/* RFC 7208 §6.1: whatever its place, it comes last */
	if (redirect > 0)
		put(&page, " redirect=t%u.r%u.bs-run", redirect, n);
}
