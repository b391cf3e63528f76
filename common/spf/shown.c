/* An SPF record as libspf2 is to see it. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/spf/shown.h"

struct page {
	char *out;
	size_t len;
	unsigned record;
};

static void BS_PRINTF(2, 3) put(struct page *page, const char *format, ...)
{
	size_t room = BS_SPF_SHOWN_MAX - page->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(page->out + page->len, room, format, args);
	va_end(args);
	/* BS_SPF_SHOWN_MAX has room for all; a term that were cut is left out
	 */
	if (len > 0 && (size_t)len < room)
		page->len += (size_t)len;
	else
		page->out[page->len] = '\0';
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

/* libspf2 takes a prefix of length 0 for none given, so all addresses are
 * written as two halves. */
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

/* A term that asks DNS, by a name of ours. We evaluate ptr ourselves; libspf2
 * sees an exists in its place, which matches if the ptr does. */
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

static void
put_mechanism(struct page *page, const struct bs_spf_term *term, unsigned n)
{
	switch (term->kind) {
	case BS_SPF_ALL:
		put(page, " %call", sign_of(term->qualifier));
		break;
	case BS_SPF_IP4:
	case BS_SPF_IP6:
		put_network(page, term);
		break;
	default:
		put_question(page, term, n);
		break;
	}
}

/* Only the terms that can be reached: libspf2 counts mechanisms in one octet,
 * so of 256 it would see none. */
void
bs_spf_run_show(const struct bs_spf_run *run, unsigned n,
    char out[static BS_SPF_SHOWN_MAX])
{
	const struct bs_spf_run_record *record = &run->records[n];
	struct page page = {.out = out, .record = n};

	put(&page, "v=spf1");
	for (unsigned at = 1; at <= record->term_count; at++) {
		put_mechanism(&page, &record->terms[at - 1], at);
		if (run->cut_term == at && run->cut_record == n)
			return;
	}
	/* RFC 7208 §6.1: whatever its place, it comes last */
	if (record->has_redirect)
		put(&page, " redirect=t0.r%u.bs-run", n);
}
