/* What is wrong with an SPF record, as far as that can be seen without DNS. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/spf/hint.h"
#include "common/spf/lint/advice.h"
#include "common/spf/macro.h"

/* Octets of a term that a text shows. */
#define SHOWN 60

struct advice {
	const char *text;
	size_t len;
	const char *domain;
	bool signs;
	bs_spf_tell *tell;
	void *context;
	struct bs_spf_term all; /* the first one; its text is NULL: none */
	bool has_redirect;
	struct bs_spf_term full; /* the first with a length that says nothing */
	unsigned full_count;
};

static void BS_PRINTF(4, 5)
    remark(const struct advice *advice, enum bs_spf_flaw flaw,
	const struct bs_spf_term *term, const char *format, ...)
{
	struct bs_spf_remark remark = {.flaw = flaw};
	va_list args;

	if (term != NULL) {
		remark.column = (size_t)(term->text - advice->text);
		remark.len = term->len;
	}
	va_start(args, format);
	vsnprintf(remark.text, sizeof(remark.text), format, args);
	va_end(args);
	advice->tell(advice->context, &remark);
}

static int
shown(size_t len)
{
	return (int)(len < SHOWN ? len : SHOWN);
}

/* A term without its sign. */
static const char *
bare(const struct bs_spf_term *term, size_t *len)
{
	size_t sign = strchr("+-~?", term->text[0]) != NULL;

	*len = term->len - sign;
	return term->text + sign;
}

bool
bs_spf_term_net(const struct bs_spf_term *term, struct bs_spf_net *out)
{
	if (term->kind != BS_SPF_IP4 && term->kind != BS_SPF_IP6)
		return false;
	*out = (struct bs_spf_net){.is_ip6 = term->kind == BS_SPF_IP6};
	out->prefix = out->is_ip6 ? term->prefix6 : term->prefix4;
	memcpy(out->address, term->address, out->is_ip6 ? 16 : 4);
	return true;
}

bool
bs_spf_is_constant(const char *text, size_t len)
{
	for (const char *letter = "slohipv"; *letter != '\0'; letter++)
		if (bs_spf_macro_has(text, len, *letter))
			return false;
	return true;
}

static void
check_network(const struct advice *advice, const struct bs_spf_term *term)
{
	char text[BS_SPF_NET_TEXT];
	struct bs_spf_net net;
	const char *what;
	bool host_bits;

	if (!bs_spf_term_net(term, &net))
		return;
	host_bits = bs_spf_net_mask(&net);
	bs_spf_net_text(&net, text);
	if (net.prefix == 0 && term->qualifier == BS_SPF_PASS) {
		remark(advice, BS_SPF_PASSES_ALL, term,
		    "everybody is allowed to send: name the networks that do");
		return;
	}
	if ((what = bs_spf_net_reserved(&net)) != NULL)
		remark(advice, BS_SPF_RESERVED_NETWORK, term,
		    "%s: %s; mail from there cannot reach others", text, what);
	else if (bs_spf_net_is_wide(&net) && term->qualifier == BS_SPF_PASS)
		remark(advice, BS_SPF_WIDE_NETWORK, term,
		    "%s holds many senders that are not yours: name the hosts "
		    "that send for you",
		    text);
	if (host_bits)
		remark(advice, BS_SPF_HOST_BITS, term,
		    "this is the network %s: write it so, or the one address "
		    "alone",
		    text);
}

static void
check_lengths(struct advice *advice, const struct bs_spf_term *term)
{
	if ((term->has_prefix4 && term->prefix4 == 32) ||
	    (term->has_prefix6 && term->prefix6 == 128)) {
		if (advice->full_count++ == 0)
			advice->full = *term;
	}
	if ((term->kind != BS_SPF_A && term->kind != BS_SPF_MX) ||
	    term->qualifier != BS_SPF_PASS)
		return;
	if (term->prefix4 == 0 || term->prefix6 == 0)
		remark(advice, BS_SPF_PASSES_ALL, term,
		    "everybody is allowed to send, if the name has an "
		    "address: leave /0 out");
	else if (term->prefix4 <= 16 || term->prefix6 <= 32)
		remark(advice, BS_SPF_WIDE_NETWORK, term,
		    "a network of that size holds many senders that are not "
		    "yours");
}

/* The name that would be asked for, for an example sender. */
static void
show_macros(const struct advice *advice, const struct bs_spf_term *term)
{
	struct bs_spf_letters letters = {
	    .domain =
		advice->domain[0] == '\0' ? "example.org" : advice->domain,
	    .helo = "mail.example.net",
	    .validated = "unknown",
	    .client = {192, 0, 2, 1},
	};
	char sender[BS_ADDRESS_MAX];
	char name[BS_HOST_MAX];

	snprintf(sender, sizeof(sender), "alice@%s", letters.domain);
	letters.sender = sender;
	if (bs_spf_macro_domain(term->domain, term->domain_len, &letters,
		name) == 0)
		remark(advice, BS_SPF_MACROS, term,
		    "for alice from 192.0.2.1 it asks for %.120s; lint cannot "
		    "follow it for all",
		    name);
}

static void
check_macros(const struct advice *advice, const struct bs_spf_term *term)
{
	const char *text = term->domain;
	size_t len = term->domain_len;

	if (text == NULL || term->kind == BS_SPF_UNKNOWN)
		return;
	if (bs_spf_macro_has(text, len, 'p'))
		remark(advice, BS_SPF_USES_PTR, term,
		    "%%{p} is slow and not to be relied on (RFC 7208, 7.2): "
		    "use %%{i}");
	if (bs_spf_macro_has(text, len, 'l') ||
	    bs_spf_macro_has(text, len, 's')) {
		if (advice->signs)
			remark(advice, BS_SPF_LOCAL_PART, term,
			    "the local part of what leaves is signed "
			    "(prvs=...=alice), so %%{l} and %%{s} are not what "
			    "you list: use %%{i} or %%{d}");
	}
	if (!bs_spf_is_constant(text, len) && term->kind != BS_SPF_EXP)
		show_macros(advice, term);
}

/* "include=...": a modifier that nobody knows, so nothing happens. */
static void
check_modifier(const struct advice *advice, const struct bs_spf_term *term)
{
	static const char *const names[] = {"all", "include", "a", "mx", "ptr",
	    "ip4", "ip6", "exists", "ipv4", "ipv6"};
	const char *equals = memchr(term->text, '=', term->len);
	size_t name = (size_t)(equals - term->text);

	if (name == 1 && bs_ascii_same(term->text, "v", 1)) {
		remark(advice, BS_SPF_NO_MODIFIER, term,
		    "the version stands at the beginning alone: take it out "
		    "here");
		return;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == name &&
		    bs_ascii_same(term->text, names[i], name)) {
			remark(advice, BS_SPF_NO_MODIFIER, term,
			    "%.*s= does nothing: did you mean %.*s: ?",
			    shown(name), term->text, shown(name), term->text);
			return;
		}
	remark(advice, BS_SPF_UNKNOWN_MODIFIER, term,
	    "nobody knows the modifier %.*s=; it is passed over", shown(name),
	    term->text);
}

/* Remarks on "all", and on terms that stand after it. */
static void
check_all(struct advice *advice, const struct bs_spf_term *term)
{
	if (term->kind == BS_SPF_REDIRECT)
		advice->has_redirect = true;
	if (advice->all.text != NULL && bs_spf_term_is_mechanism(term)) {
		remark(advice, BS_SPF_UNREACHED, term,
		    "this stands behind all and is never looked at: move it "
		    "before all");
		return;
	}
	if (term->kind != BS_SPF_ALL)
		return;
	advice->all = *term;
	if (term->qualifier == BS_SPF_PASS)
		remark(advice, BS_SPF_PASSES_ALL, term,
		    "everybody is allowed to send as you: write ~all, and -all "
		    "when you are sure");
	else if (term->qualifier == BS_SPF_NEUTRAL)
		remark(advice, BS_SPF_NEUTRAL_ALL, term,
		    "?all says nothing about forged mail: go on to ~all, and "
		    "to -all when you are sure");
}

/* One remark for all, as tools write such lengths throughout. */
static void
check_full(const struct advice *advice)
{
	const struct bs_spf_term *full = &advice->full;
	const char *length =
	    full->has_prefix4 && full->prefix4 == 32 ? "/32" : "/128";

	if (advice->full_count == 1)
		remark(advice, BS_SPF_REDUNDANT_LENGTH, full,
		    "%s says nothing: leave it out", length);
	if (advice->full_count > 1)
		remark(advice, BS_SPF_REDUNDANT_LENGTH, full,
		    "%s says nothing: leave it out, here and in %u more "
		    "term%s",
		    length, advice->full_count - 1,
		    advice->full_count > 2 ? "s" : "");
}

/* The name that a term asks for, of which the last dot says nothing. Returns
 * its length. */
static size_t
target(const struct advice *advice, const struct bs_spf_term *term,
    const char **out)
{
	size_t len = term->domain_len;

	*out = term->domain;
	if (term->domain == NULL) {
		*out = advice->domain;
		len = strlen(advice->domain);
	}
	return len > 0 && (*out)[len - 1] == '.' ? len - 1 : len;
}

/* Whether two terms ask for the same, however they are written. */
static bool
are_alike(const struct advice *advice, const struct bs_spf_term *a,
    const struct bs_spf_term *b)
{
	const char *a_name;
	const char *b_name;
	size_t a_len = target(advice, a, &a_name);

	return a->kind == b->kind && bs_spf_term_asks_dns(a) &&
	       a->prefix4 == b->prefix4 && a->prefix6 == b->prefix6 &&
	       a_len > 0 && a_len == target(advice, b, &b_name) &&
	       bs_ascii_same(a_name, b_name, a_len);
}

/* Whether an earlier term says the same, or has the term's network in it. */
static void
check_earlier(const struct advice *advice, const struct bs_spf_term *term)
{
	struct bs_spf_record record;
	struct bs_spf_fault fault;
	struct bs_spf_term other;
	struct bs_spf_net outer;
	struct bs_spf_net inner;
	bool is_net = bs_spf_term_net(term, &inner);
	size_t len;
	size_t other_len;
	const char *text = bare(term, &len);

	if (is_net)
		(void)bs_spf_net_mask(&inner);
	bs_spf_record_begin(&record, advice->text, advice->len);
	for (;;) {
		int rc = bs_spf_record_next(&record, &other, &fault);

		if (rc == 0 || other.text >= term->text)
			return;
		if (rc != BS_SPF_TERM || !bs_spf_term_is_mechanism(&other))
			continue;
		if (bare(&other, &other_len) != NULL && len == other_len &&
		    bs_ascii_same(bare(&other, &other_len), text, len)) {
			remark(advice, BS_SPF_DUPLICATE, term,
			    "this stands here a second time: take it out");
			return;
		}
		if (are_alike(advice, &other, term)) {
			remark(advice, BS_SPF_OVERLAP, term,
			    "%.*s before it is the same: take it out",
			    shown(other.len), other.text);
			return;
		}
		if (!is_net || !bs_spf_term_net(&other, &outer))
			continue;
		(void)bs_spf_net_mask(&outer);
		if (!bs_spf_net_has(&outer, &inner))
			continue;
		remark(advice, BS_SPF_OVERLAP, term,
		    "%.*s before it holds it already: take it out",
		    shown(other.len), other.text);
		return;
	}
}

/* What is a name by the grammar, and yet two terms: "a:mx.example.org-all". */
static void
check_joined(const struct advice *advice, const struct bs_spf_term *term)
{
	struct bs_spf_remark found = {.flaw = BS_SPF_MISSING_SPACE};
	char hint[BS_SPF_HINT];
	size_t at;

	if (term->kind == BS_SPF_UNKNOWN ||
	    (at = bs_spf_hint_joined(term->text, term->len, hint)) == 0)
		return;
	found.column = (size_t)(term->text - advice->text) + at;
	found.len = term->len - at;
	snprintf(found.text, sizeof(found.text), "%s", hint);
	advice->tell(advice->context, &found);
}

static void
check_term(struct advice *advice, const struct bs_spf_term *term)
{
	check_joined(advice, term);
	check_all(advice, term);
	check_network(advice, term);
	check_lengths(advice, term);
	check_macros(advice, term);
	if (term->kind == BS_SPF_UNKNOWN)
		check_modifier(advice, term);
	if (term->kind == BS_SPF_PTR)
		remark(advice, BS_SPF_USES_PTR, term,
		    "ptr is slow and not to be relied on (RFC 7208, 5.5): name "
		    "the hosts with a: or their networks with ip4: and ip6:");
	if (bs_spf_term_is_mechanism(term) && term->kind != BS_SPF_ALL)
		check_earlier(advice, term);
}

/* Remarks that need the whole record. */
static void
check_whole(const struct advice *advice)
{
	struct bs_spf_record record;
	struct bs_spf_fault fault;
	struct bs_spf_term term;

	if (advice->all.text == NULL && !advice->has_redirect)
		remark(advice, BS_SPF_NO_ALL, NULL,
		    "the record says nothing about who is not listed: end it "
		    "with ~all, and with -all when you are sure");
	if (advice->all.text == NULL || !advice->has_redirect)
		return;
	bs_spf_record_begin(&record, advice->text, advice->len);
	while (bs_spf_record_next(&record, &term, &fault) == BS_SPF_TERM)
		if (term.kind == BS_SPF_REDIRECT)
			remark(advice, BS_SPF_UNREACHED, &term,
			    "beside all a redirect= is never followed: take "
			    "one of the two out");
}

/* Octets from a fault to the end of its term, one at least. */
static size_t
rest_of_term(const char *text, size_t len, size_t column)
{
	size_t end = column;

	while (end < len && text[end] != ' ')
		end++;
	return end > column ? end - column : 1;
}

void
bs_spf_advise(const char *text, size_t len, const char *domain, bool signs,
    bs_spf_tell *tell, void *context)
{
	struct advice advice = {.text = text,
	    .len = len,
	    .domain = domain,
	    .signs = signs,
	    .tell = tell,
	    .context = context};
	struct bs_spf_record record;
	struct bs_spf_fault fault;
	struct bs_spf_term term;
	bool faulty = false;
	int rc;

	bs_spf_record_begin(&record, text, len);
	while ((rc = bs_spf_record_next(&record, &term, &fault)) != 0) {
		struct bs_spf_remark found = {.flaw = BS_SPF_SYNTAX};

		if (rc == BS_SPF_TERM) {
			check_term(&advice, &term);
			continue;
		}
		faulty = true;
		found.column = fault.column;
		found.len = rest_of_term(text, len, fault.column);
		snprintf(found.text, sizeof(found.text), "%s", fault.text);
		tell(context, &found);
	}
	check_full(&advice);
	/* the term that could not be read may have been "all" */
	if (!faulty)
		check_whole(&advice);
}

/* Whether a string begins with a term that may also be the end of a name: "a",
 * "mx:", "-all ". A colon, or a sign, stands in no name. */
static bool
begins_mechanism(const char *text, size_t len, bool is_cut)
{
	static const char *const names[] = {"a", "mx", "ptr", "all"};
	bool sign = len > 0 && strchr("+-~?", text[0]) != NULL;

	text += sign;
	len -= sign;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);

		if (len < n || !bs_ascii_same(text, names[i], n))
			continue;
		if (len > n && text[n] == ':')
			return true;
		if (len == n || text[n] == ' ' || text[n] == '/')
			return sign || !is_cut;
	}
	return false;
}

void
bs_spf_advise_strings(const uint8_t *record, size_t len, bs_spf_tell *tell,
    void *context)
{
	struct bs_spf_remark found = {.flaw = BS_SPF_MISSING_SPACE, .len = 1};
	char before = ' ';
	bool is_cut = false;

	for (size_t at = 0; at < len && record[at] < len - at;
	     at += 1U + record[at]) {
		size_t octets = record[at];
		const char *text = (const char *)record + at + 1;

		if (octets == 0)
			continue;
		if (before != ' ' &&
		    (bs_spf_hint_begins_term(text, octets) ||
			begins_mechanism(text, octets, is_cut))) {
			snprintf(found.text, sizeof(found.text),
			    "strings are joined without a space: write one at "
			    "the end of the string before, or at the beginning "
			    "of this one");
			tell(context, &found);
		}
		found.column += octets;
		before = text[octets - 1];
		/* a program cuts where a string is full, and within a name */
		is_cut = octets == UINT8_MAX;
	}
}

bool
bs_spf_is_misspelt(const char *text, size_t len)
{
	static const char *const beginnings[] = {"v=spf", "\"v=spf", "spf1",
	    "v-spf1", "v:spf1", "v spf1", "v= spf", "v =spf", "vspf1", "=spf1",
	    "spf=", "ip4:", "include:"};

	while (len > 0 && (text[0] == ' ' || text[0] == '\t')) {
		text++;
		len--;
	}
	if (bs_spf_record_is(text, len))
		return true; /* all but the spaces */
	return bs_ascii_begins_one(text, len, beginnings,
	    sizeof(beginnings) / sizeof(beginnings[0]));
}
