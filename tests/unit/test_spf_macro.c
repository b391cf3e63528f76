/* Macros: the examples of RFC 7208 §7.4, transformers, escapes, limits. */
#include <arpa/inet.h>
#include <errno.h>

#include "common/base/ascii.h"
#include "common/spf/macro.h"
#include "tests/unit/unit.h"

static struct bs_spf_letters
some_letters(const char *client)
{
	struct bs_spf_letters letters = {
	    .sender = "strong-bad@email.example.com",
	    .domain = "email.example.com",
	    .helo = "mx.example.org",
	    .validated = "mx.example.org",
	    .receiver = "mail.example.net",
	    .now = 1700000000,
	    .is_ip6 = strchr(client, ':') != NULL,
	};

	assert_int_equal(inet_pton(letters.is_ip6 ? AF_INET6 : AF_INET, client,
			     letters.client),
	    1);
	return letters;
}

struct example {
	const char *client;
	const char *text;
	const char *wanted;
};

static void
check(const struct example *example, bool for_explanation)
{
	struct bs_spf_letters letters = some_letters(example->client);
	char out[512];
	int rc = bs_spf_macro_expand(example->text, strlen(example->text),
	    for_explanation, &letters, out, sizeof(out));

	if (rc != 0 || strlen(out) != strlen(example->wanted) ||
	    !bs_ascii_same(out, example->wanted, strlen(out)))
		fail_msg("'%s': %d '%s', not '%s'", example->text, rc, out,
		    example->wanted);
}

#define IP4 "192.0.2.3"
#define IP6 "2001:db8::cb01"

static void
test_rfc_examples(void **state)
{
	static const struct example examples[] = {
	    {IP4, "%{s}", "strong-bad@email.example.com"},
	    {IP4, "%{o}", "email.example.com"},
	    {IP4, "%{d}", "email.example.com"},
	    {IP4, "%{d4}", "email.example.com"},
	    {IP4, "%{d3}", "email.example.com"},
	    {IP4, "%{d2}", "example.com"},
	    {IP4, "%{d1}", "com"},
	    {IP4, "%{dr}", "com.example.email"},
	    {IP4, "%{d2r}", "example.email"},
	    {IP4, "%{l}", "strong-bad"},
	    {IP4, "%{l-}", "strong.bad"},
	    {IP4, "%{lr}", "strong-bad"},
	    {IP4, "%{lr-}", "bad.strong"},
	    {IP4, "%{l1r-}", "strong"},
	    {IP4, "%{ir}.%{v}._spf.%{d2}",
		"3.2.0.192.in-addr._spf.example.com"},
	    {IP4, "%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
	    {IP4, "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}",
		"bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
	    {IP4, "%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}",
		"3.2.0.192.in-addr.strong.lp._spf.example.com"},
	    {IP4, "%{d2}.trusted-domains.example.net",
		"example.com.trusted-domains.example.net"},
	    {IP6, "%{ir}.%{v}._spf.%{d2}",
		"1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1."
		"0.0.2.ip6._spf.example.com"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(examples); i++)
		check(&examples[i], false);
}

static void
test_letters(void **state)
{
	static const struct example examples[] = {
	    {IP4, "", ""},
	    {IP4, "plain.example", "plain.example"},
	    {IP4, "%%%_%-", "% %20"},
	    {IP4, "%{h}", "mx.example.org"},
	    {IP4, "%{p}", "mx.example.org"},
	    {IP4, "%{i}", "192.0.2.3"},
	    {IP4, "%{v}", "in-addr"},
	    {IP6, "%{v}", "ip6"},
	    {IP4, "%{S}", "strong-bad%40email.example.com"},
	    {IP4, "%{d2.}", "example.com"},
	    {IP4, "%{d128}", "email.example.com"},
	    {IP4, "%{d02}", "example.com"},
	    {IP4, "%{dR}", "com.example.email"},
	    {IP4, "%{l2r+-}", "bad.strong"},
	    {IP4, "%{d-}", "email.example.com"},
	    {IP4, "%{dr-}", "email.example.com"},
	    {IP4, "%{s1r.-}", "strong"},
	};
	static const struct example explanations[] = {
	    {IP4, "a %{c}!", "a 192.0.2.3!"},
	    {IP6, "%{c}", "2001:db8::cb01"},
	    {IP4, "%{t} at %{r}", "1700000000 at mail.example.net"},
	    {IP4, "ends in a dot.", "ends in a dot."},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(examples); i++)
		check(&examples[i], false);
	for (size_t i = 0; i < COUNT(explanations); i++)
		check(&explanations[i], true);
}

static void
test_urls(void **state)
{
	static const char text[] = "http://example.com/why.html?l=%{L}";
	struct bs_spf_letters letters = some_letters(IP4);
	char out[128];

	(void)state;
	letters.sender = "~jack&jill=up-a_b3.c@e8.example.com";
	assert_int_equal(bs_spf_macro_expand(text, strlen(text), true, &letters,
			     out, sizeof(out)),
	    0);
	assert_string_equal(out,
	    "http://example.com/why.html?l=~jack%26jill%3Dup-a_b3.c");
	letters.sender = "\"a@b\"\xc3\xbc@example.org";
	assert_int_equal(bs_spf_macro_expand("%{L}|%{o}", 9, true, &letters,
			     out, sizeof(out)),
	    0);
	assert_string_equal(out, "%22a%40b%22%C3%BC|example.org");
}

/* Empty parts are parts. */
static void
test_parts(void **state)
{
	static const struct {
		const char *text;
		const char *wanted;
	} cases[] = {
	    {"%{l-}", "a..b."},
	    {"%{lr-}", ".b..a"},
	    {"%{l1-}", ""},
	    {"%{l2-}", "b."},
	    {"%{l3r-}", "b..a"},
	    {"%{l2r-}", ".a"},
	};
	struct bs_spf_letters letters = some_letters(IP4);
	char out[64];

	(void)state;
	letters.sender = "a--b-@example.org";
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(bs_spf_macro_expand(cases[i].text,
				     strlen(cases[i].text), false, &letters,
				     out, sizeof(out)),
		    0);
		assert_string_equal(out, cases[i].wanted);
	}
	letters.sender = "";
	assert_int_equal(bs_spf_macro_expand("%{s}%{l}%{o}%{lr}%{o2}", 22,
			     false, &letters, out, sizeof(out)),
	    0);
	assert_string_equal(out, "");
}

static void
test_is(void **state)
{
	static const struct {
		const char *text;
		int column; /* -1: it is a macro-string */
		int explaining;
	} cases[] = {
	    {"", -1, -1},
	    {"a!b~", -1, -1},
	    {"%{d2r.-+,/_=}", -1, -1},
	    {"%%%_%-", -1, -1},
	    {"a b", 1, -1},
	    {"a%{c}", 1, -1},
	    {"%{R}%{t}", 0, -1},
	    {"a%", 1, 1},
	    {"a%{", 1, 1},
	    {"a%{}", 1, 1},
	    {"a%{d", 1, 1},
	    {"ab%x", 2, 2},
	    {"%{d}%{a}", 4, 4},
	    {"%{d0}", 0, 0},
	    {"%{d129}", 0, 0},
	    {"%{d99999999999999999999}", 0, 0},
	    {"%{d2x}", 0, 0},
	    {"%{d.r}", 0, 0},
	    {"%{d:}", 0, 0},
	    {"a\x7f", 1, 1},
	    {"a\x80", 1, 1},
	    {"a\t", 1, 1},
	};
	size_t column;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].text);

		if (bs_spf_macro_is(cases[i].text, len, false, &column))
			assert_int_equal(cases[i].column, -1);
		else
			assert_int_equal(cases[i].column, column);
		if (bs_spf_macro_is(cases[i].text, len, true, &column))
			assert_int_equal(cases[i].explaining, -1);
		else
			assert_int_equal(cases[i].explaining, column);
	}
	assert_false(bs_spf_macro_is("a\0b", 3, true, &column));
	assert_int_equal(column, 1);
	assert_false(bs_spf_macro_is("%{\0}", 4, true, &column));
	assert_false(bs_spf_macro_is("%{d\0}", 5, true, &column));
}

static void
test_has(void **state)
{
	(void)state;
	assert_true(bs_spf_macro_has("a%{p}b", 6, 'p'));
	assert_true(bs_spf_macro_has("%{P2r}", 6, 'p'));
	assert_false(bs_spf_macro_has("%%{p}", 5, 'p'));
	assert_true(bs_spf_macro_has("%%%{p}", 6, 'p'));
	assert_false(bs_spf_macro_has("p.example.org", 13, 'p'));
	assert_false(bs_spf_macro_has("%{d}", 4, 'p'));
	assert_false(bs_spf_macro_has("", 0, 'p'));
}

static void
test_sizes(void **state)
{
	struct bs_spf_letters letters = some_letters(IP4);
	char out[8];

	(void)state;
	assert_int_equal(bs_spf_macro_expand("1234567", 7, false, &letters, out,
			     sizeof(out)),
	    0);
	assert_string_equal(out, "1234567");
	assert_int_equal(bs_spf_macro_expand("12345678", 8, false, &letters,
			     out, sizeof(out)),
	    -EMSGSIZE);
	assert_int_equal(
	    bs_spf_macro_expand("%{s}", 4, false, &letters, out, sizeof(out)),
	    -EMSGSIZE);
	assert_int_equal(
	    bs_spf_macro_expand("%{a}", 4, false, &letters, out, sizeof(out)),
	    -EINVAL);
}

/* RFC 7208 §7.3: labels go from the left until 253 octets are left. */
static void
test_domain(void **state)
{
	static const char many[] = "first.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}."
				   "%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}."
				   "%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.";
	struct bs_spf_letters letters = some_letters(IP4);
	char text[700];
	char out[BS_HOST_MAX];

	(void)state;
	assert_int_equal(bs_spf_macro_domain("%{d}.", 5, &letters, out), 0);
	assert_string_equal(out, "email.example.com");
	assert_int_equal(bs_spf_macro_domain(many, strlen(many), &letters, out),
	    0);
	/* 14 times "email.example.com." is 252, without the last dot 251 */
	assert_int_equal(strlen(out), 251);
	assert_memory_equal(out, "email.example.com.email.", 24);
	for (size_t len = 250; len < sizeof(text); len++) {
		size_t wanted = len <= 253 ? len : len <= 300 ? len - 50 : 250;

		memset(text, 'x', len);
		if (len > 253)
			text[len - wanted - 1] = '.';
		assert_int_equal(bs_spf_macro_domain(text, len, &letters, out),
		    0);
		assert_int_equal(strlen(out), wanted);
		text[len++] = '.';
		assert_int_equal(
		    bs_spf_macro_domain(text, len--, &letters, out), 0);
		assert_int_equal(strlen(out), wanted);
	}
	memset(text, 'x', sizeof(text));
	assert_int_equal(bs_spf_macro_domain(text, 254, &letters, out),
	    -EMSGSIZE);
	assert_int_equal(bs_spf_macro_domain("%{c}", 4, &letters, out),
	    -EINVAL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rfc_examples),
	    cmocka_unit_test(test_letters),
	    cmocka_unit_test(test_urls),
	    cmocka_unit_test(test_parts),
	    cmocka_unit_test(test_is),
	    cmocka_unit_test(test_has),
	    cmocka_unit_test(test_sizes),
	    cmocka_unit_test(test_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
