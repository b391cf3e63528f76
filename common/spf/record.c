/* RFC 7208 §12: an SPF record taken apart by its grammar, strictly. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/spf/hint.h"
#include "common/spf/macro.h"
#include "common/spf/record.h"

_Static_assert(sizeof(((struct bs_spf_fault *)NULL)->text) == BS_SPF_HINT,
    "a hint fits into a fault");

static const char version[] = "v=spf1";
#define VERSION_LEN (sizeof(version) - 1)

enum takes {
	TAKES_NOTHING,
	TAKES_DOMAIN,	    /* ":" domain-spec */
	TAKES_MAYBE_DOMAIN, /* [ ":" domain-spec ] */
	TAKES_HOSTS,	    /* the same and [ dual-cidr-length ] */
	TAKES_ADDRESS,
};

static const struct mechanism {
	const char *name;
	enum bs_spf_kind kind;
	enum takes takes;
} mechanisms[] = {
    {"all", BS_SPF_ALL, TAKES_NOTHING},
    {"include", BS_SPF_INCLUDE, TAKES_DOMAIN},
    {"a", BS_SPF_A, TAKES_HOSTS},
    {"mx", BS_SPF_MX, TAKES_HOSTS},
    {"ptr", BS_SPF_PTR, TAKES_MAYBE_DOMAIN},
    {"ip4", BS_SPF_IP4, TAKES_ADDRESS},
    {"ip6", BS_SPF_IP6, TAKES_ADDRESS},
    {"exists", BS_SPF_EXISTS, TAKES_DOMAIN},
};
#define MECHANISMS (sizeof(mechanisms) / sizeof(mechanisms[0]))

/* A term being read: the part that is still to be read, and where to put a
 * fault. */
struct reading {
	const char *text; /* the rest */
	size_t len;
	const char *record;
	struct bs_spf_fault *fault;
};

bool
bs_spf_record_is(const char *text, size_t len)
{
	return len >= VERSION_LEN &&
	       bs_ascii_same(text, version, VERSION_LEN) &&
	       (len == VERSION_LEN || text[VERSION_LEN] == ' ');
}

void
bs_spf_record_begin(struct bs_spf_record *record, const char *text, size_t len)
{
	*record =
	    (struct bs_spf_record){.text = text, .len = len, .at = VERSION_LEN};
}

/* Notes where the fault is; the caller writes its text. */
static int
fault_at(struct reading *reading, const char *where)
{
	reading->fault->column = (size_t)(where - reading->record);
	return -EINVAL;
}

static int
refuse(struct reading *reading, const char *where, const char *why)
{
	snprintf(reading->fault->text, sizeof(reading->fault->text), "%s", why);
	return fault_at(reading, where);
}

static void
skip(struct reading *reading, size_t len)
{
	reading->text += len;
	reading->len -= len;
}

static bool
is_alphanum(char c)
{
	return bs_ascii_is_alpha(c) || bs_ascii_is_digit(c);
}

/* The length of name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ), or 0. */
static size_t
name_len(const char *text, size_t len)
{
	size_t n = 0;

	if (len == 0 || !bs_ascii_is_alpha(text[0]))
		return 0;
	while (n < len && (is_alphanum(text[n]) || text[n] == '-' ||
			      text[n] == '_' || text[n] == '.'))
		n++;
	return n;
}

static bool
is_name(const char *text, size_t len, const char *name)
{
	return len == strlen(name) && bs_ascii_same(text, name, len);
}

/* Whether a macro-string ends in a macro-expand. */
static bool
ends_in_macro(const char *text, size_t len)
{
	bool macro = false;

	for (size_t i = 0; i < len; i++) {
		macro = text[i] == '%';
		if (macro && text[++i] == '{')
			while (text[i] != '}')
				i++;
	}
	return macro;
}

/* toplabel: letters, digits and inner hyphens, not digits alone. */
static bool
is_toplabel(const char *text, size_t len)
{
	bool digits = true;

	for (size_t i = 0; i < len; i++)
		digits = digits && bs_ascii_is_digit(text[i]);
	return len > 0 && !digits && text[0] != '-' && text[len - 1] != '-';
}

/* domain-spec = macro-string domain-end, of a text that is a macro-string. */
static bool
has_domain_end(const char *text, size_t len)
{
	size_t start;

	if (ends_in_macro(text, len))
		return true;
	if (len > 0 && text[len - 1] == '.')
		len--;
	start = len;
	while (start > 0 &&
	       (is_alphanum(text[start - 1]) || text[start - 1] == '-'))
		start--;
	return start > 0 && text[start - 1] == '.' &&
	       is_toplabel(text + start, len - start);
}

static int
read_macros(struct reading *reading, struct bs_spf_term *term)
{
	size_t column;

	term->domain = reading->text;
	term->domain_len = reading->len;
	if (bs_spf_macro_is(reading->text, reading->len, false, &column))
		return 0;
	bs_spf_hint_macro(reading->text + column, reading->len - column,
	    reading->fault->text);
	return fault_at(reading, reading->text + column);
}

/* The rest as a domain-spec. */
static int
read_domain(struct reading *reading, const char *of, struct bs_spf_term *term)
{
	if (read_macros(reading, term) != 0)
		return -EINVAL;
	if (has_domain_end(reading->text, reading->len))
		return 0;
	bs_spf_hint_domain(reading->text, reading->len, of,
	    reading->fault->text);
	return fault_at(reading, reading->text);
}

/* Decimal without a leading zero. */
static int
read_prefix(struct reading *reading, const char *digits, size_t len,
    unsigned max, unsigned *out)
{
	bool good = len >= 1 && len <= 3 && (len == 1 || digits[0] != '0');

	*out = 0;
	for (size_t i = 0; good && i < len; i++) {
		good = bs_ascii_is_digit(digits[i]);
		*out = *out * 10 + (unsigned)(digits[i] - '0');
	}
	if (good && *out <= max)
		return 0;
	bs_spf_hint_prefix(digits, len, max, reading->fault->text);
	return fault_at(reading, digits);
}

/* The digits at the end of the rest, if a slash stands before them. */
static size_t
last_digits(const struct reading *reading)
{
	size_t n = 0;

	while (n < reading->len &&
	       bs_ascii_is_digit(reading->text[reading->len - n - 1]))
		n++;
	return n < reading->len && reading->text[reading->len - n - 1] == '/'
		   ? n
		   : 0;
}

/* Takes dual-cidr-length off the end. That is safe before the domain is read:
 * no domain-end is a slash and digits. */
static int
take_prefixes(struct reading *reading, struct bs_spf_term *term)
{
	size_t n = last_digits(reading);
	const char *digits = reading->text + reading->len - n;

	if (n > 0 && reading->len > n + 1 && digits[-2] == '/') {
		if (read_prefix(reading, digits, n, 128, &term->prefix6) != 0)
			return -EINVAL;
		term->has_prefix6 = true;
		reading->len -= n + 2;
		n = last_digits(reading);
		digits = reading->text + reading->len - n;
	}
	if (n == 0)
		return 0;
	term->has_prefix4 = true;
	if (read_prefix(reading, digits, n, 32, &term->prefix4) != 0)
		return -EINVAL;
	reading->len -= n + 1;
	return 0;
}

/* Dotted quad without leading zeros; inet_pton() is not as strict
 * everywhere. */
static bool
is_ip4(const char *text, size_t len, uint8_t out[static 4])
{
	size_t at = 0;

	for (unsigned i = 0; i < 4; i++) {
		unsigned value = 0;
		size_t start = at;

		while (
		    at < len && at - start < 3 && bs_ascii_is_digit(text[at]))
			value = value * 10 + (unsigned)(text[at++] - '0');
		if (at == start || value > 255 ||
		    (at - start > 1 && text[start] == '0'))
			return false;
		out[i] = (uint8_t)value;
		if (i < 3 && (at == len || text[at++] != '.'))
			return false;
	}
	return at == len;
}

static bool
is_ip6(const char *text, size_t len, uint8_t out[static 16])
{
	char address[INET6_ADDRSTRLEN];

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	return inet_pton(AF_INET6, address, out) == 1;
}

static int
read_address(struct reading *reading, struct bs_spf_term *term)
{
	bool is4 = term->kind == BS_SPF_IP4;
	const char *slash = memchr(reading->text, '/', reading->len);
	size_t len =
	    slash == NULL ? reading->len : (size_t)(slash - reading->text);

	if (!(is4 ? is_ip4(reading->text, len, term->address)
		  : is_ip6(reading->text, len, term->address))) {
		bs_spf_hint_address(reading->text, len, is4 ? 4 : 6,
		    reading->fault->text);
		return fault_at(reading, reading->text);
	}
	if (slash == NULL)
		return 0;
	term->has_prefix4 = is4;
	term->has_prefix6 = !is4;
	return read_prefix(reading, slash + 1, reading->len - len - 1,
	    is4 ? 32 : 128, is4 ? &term->prefix4 : &term->prefix6);
}

/* What stands behind the name of a mechanism. */
static int
read_argument(struct reading *reading, const struct mechanism *mechanism,
    struct bs_spf_term *term)
{
	char of[sizeof("include:")];

	if (mechanism->takes == TAKES_HOSTS &&
	    take_prefixes(reading, term) != 0)
		return -EINVAL;
	if (reading->len == 0 && (mechanism->takes == TAKES_NOTHING ||
				     mechanism->takes == TAKES_MAYBE_DOMAIN ||
				     mechanism->takes == TAKES_HOSTS))
		return 0;
	if (reading->len == 0 || reading->text[0] != ':' ||
	    mechanism->takes == TAKES_NOTHING) {
		bs_spf_hint_term(term->text, term->len, reading->fault->text);
		return fault_at(reading, reading->text);
	}
	skip(reading, 1);
	if (mechanism->takes == TAKES_ADDRESS)
		return read_address(reading, term);
	snprintf(of, sizeof(of), "%s:", mechanism->name);
	return read_domain(reading, of, term);
}

static int
read_mechanism(struct reading *reading, size_t name, struct bs_spf_term *term)
{
	for (size_t i = 0; i < MECHANISMS; i++)
		if (is_name(reading->text, name, mechanisms[i].name)) {
			term->kind = mechanisms[i].kind;
			skip(reading, name);
			return read_argument(reading, &mechanisms[i], term);
		}
	bs_spf_hint_term(term->text, term->len, reading->fault->text);
	return fault_at(reading, reading->text);
}

static int
read_once(struct reading *reading, bool *has, const char *of,
    struct bs_spf_term *term)
{
	if (*has) {
		snprintf(reading->fault->text, sizeof(reading->fault->text),
		    "%s stands here a second time: keep one", of);
		return fault_at(reading, term->text);
	}
	*has = true;
	return read_domain(reading, of, term);
}

static int
read_modifier(struct bs_spf_record *record, struct reading *reading,
    size_t name, struct bs_spf_term *term)
{
	bool redirect = is_name(reading->text, name, "redirect");
	bool exp = is_name(reading->text, name, "exp");

	if (reading->text != term->text)
		return refuse(reading, term->text,
		    "a modifier takes no sign before it: leave the sign out");
	skip(reading, name + 1);
	if (redirect) {
		term->kind = BS_SPF_REDIRECT;
		return read_once(reading, &record->has_redirect,
		    "redirect=", term);
	}
	if (exp) {
		term->kind = BS_SPF_EXP;
		return read_once(reading, &record->has_exp, "exp=", term);
	}
	term->kind = BS_SPF_UNKNOWN;
	return read_macros(reading, term);
}

/* Takes the qualifier off, RFC 7208 §4.6.2. */
static void
read_qualifier(struct reading *reading, struct bs_spf_term *term)
{
	static const char signs[] = "+-~?";
	static const enum bs_spf_result results[] = {BS_SPF_PASS, BS_SPF_FAIL,
	    BS_SPF_SOFTFAIL, BS_SPF_NEUTRAL};
	const char *sign = memchr(signs, reading->text[0], 4);

	term->qualifier = sign == NULL ? BS_SPF_PASS : results[sign - signs];
	if (sign != NULL)
		skip(reading, 1);
}

static int
read_term(struct bs_spf_record *record, struct reading *reading,
    struct bs_spf_term *term)
{
	size_t name;

	for (size_t i = 0; i < term->len; i++)
		if (term->text[i] < 0x21 || term->text[i] > 0x7e) {
			bs_spf_hint_octet(term->text + i, term->len - i,
			    reading->fault->text);
			return fault_at(reading, term->text + i);
		}
	reading->fault->too_long = term->len > BS_SPF_TERM_MAX;
	if (reading->fault->too_long)
		return refuse(reading, term->text,
		    "a term of over 480 octets: no name is that long");
	read_qualifier(reading, term);
	name = name_len(reading->text, reading->len);
	if (name > 0 && name < reading->len && reading->text[name] == '=')
		return read_modifier(record, reading, name, term);
	return read_mechanism(reading, name, term);
}

/* Of a term that cannot be read: whether it is two, which says more than what
 * is wrong with it as one. */
static void
find_joined(struct reading *reading, const struct bs_spf_term *term)
{
	size_t at = 0;

	for (size_t i = 0; i < term->len; i++)
		if (term->text[i] < 0x21 || term->text[i] > 0x7e)
			return;
	if (!reading->fault->too_long)
		at = bs_spf_hint_joined(term->text, term->len,
		    reading->fault->text);
	/* a comma belongs to what is read before it */
	if (at > 0 && strchr(",;", term->text[at]) == NULL)
		(void)fault_at(reading, term->text + at);
}

int
bs_spf_record_next(struct bs_spf_record *record, struct bs_spf_term *out,
    struct bs_spf_fault *fault)
{
	struct reading reading = {.record = record->text, .fault = fault};
	size_t end;
	int rc;

	fault->too_long = false;
	if (record->len > BS_SPF_RECORD_MAX && record->at < record->len) {
		record->at = record->len;
		return refuse(&reading, record->text + BS_SPF_RECORD_MAX,
		    "a record of over 4096 octets is not read: put parts of "
		    "it into names of their own, and include: them");
	}
	while (record->at < record->len && record->text[record->at] == ' ')
		record->at++;
	if (record->at == record->len)
		return 0;
	end = record->at;
	while (end < record->len && record->text[end] != ' ')
		end++;
	*out = (struct bs_spf_term){.text = record->text + record->at,
	    .len = end - record->at,
	    .prefix4 = 32,
	    .prefix6 = 128};
	reading.text = out->text;
	reading.len = out->len;
	record->at = end;
	rc = read_term(record, &reading, out);
	if (rc == 0)
		return BS_SPF_TERM;
	find_joined(&reading, out);
	return rc;
}

bool
bs_spf_term_asks_dns(const struct bs_spf_term *term)
{
	switch (term->kind) {
	case BS_SPF_INCLUDE:
	case BS_SPF_A:
	case BS_SPF_MX:
	case BS_SPF_PTR:
	case BS_SPF_EXISTS:
	case BS_SPF_REDIRECT:
		return true;
	default:
		return false;
	}
}

bool
bs_spf_term_is_mechanism(const struct bs_spf_term *term)
{
	return term->kind < BS_SPF_REDIRECT;
}
