/* SPF records: what the grammar of RFC 7208 §12 takes, and what it refuses,
 * where, and with which advice. */
#include <arpa/inet.h>
#include <errno.h>

#include "common/spf/record.h"
#include "tests/unit/unit.h"

/* Reads all of a record. Returns the count of its terms, or -1 with the first
 * fault. */
static int
read_all(const char *text, size_t len, struct bs_spf_term *terms, size_t max,
    struct bs_spf_fault *fault)
{
	struct bs_spf_record record;
	struct bs_spf_term term;
	int count = 0;
	int rc;

	if (!bs_spf_record_is(text, len))
		return -2;
	bs_spf_record_begin(&record, text, len);
	while (
	    (rc = bs_spf_record_next(&record, &term, fault)) == BS_SPF_TERM) {
		if ((size_t)count < max)
			terms[count] = term;
		count++;
	}
	assert_true(rc == 0 || rc == -EINVAL);
	return rc == 0 ? count : -1;
}

static void
test_is(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} cases[] = {
	    {"v=spf1", true},
	    {"v=spf1 ", true},
	    {"V=sPf1 -all", true},
	    {"v=spf10", false},
	    {"v=spf1mx", false},
	    {"v=spf1\t-all", false},
	    {"v=spf", false},
	    {" v=spf1", false},
	    {"", false},
	    {"\"v=spf1 -all\"", false},
	    {"v=spf1,-all", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (bs_spf_record_is(cases[i].text, strlen(cases[i].text)) !=
		    cases[i].is)
			fail_msg("'%s'", cases[i].text);
}

static void
test_good(void **state)
{
	static const struct {
		const char *text;
		int terms;
	} good[] = {
	    {"v=spf1", 0},
	    {"v=spf1 ", 0},
	    {"v=spf1 a  -all", 2},
	    {"v=spf1 a -all   ", 2},
	    {"v=spf1 all -all", 2},
	    {"v=spf1 ?ALL", 1},
	    {"v=spf1 redirect=other.example.org ~all", 2},
	    {"v=spf1 x1.y-z_w=man:dog/cat ip4:192.0.2.4 -all", 3},
	    {"v=spf1 default=pass", 1},
	    {"v=spf1 default=+", 1},
	    {"v=spf1 default=", 1},
	    {"v=spf1 a:mail.example...org -all", 2},
	    {"v=spf1 a:a12345678901234567890123456789012345678901234567890123"
	     "4567890123.example.org -all",
		2},
	    {"v=spf1 a:%{H}.bar -all", 2},
	    {"v=spf1 a:%{h} -all", 2},
	    {"v=spf1 a:x%% a:x%_ a:x%-", 3},
	    {"v=spf1 ptr:example.org ptr -all", 3},
	    {"v=spf1 a:odd:name/with.example.org", 1},
	    {"v=spf1 a:host.example.xn--zckzah", 1},
	    {"v=spf1 a:example.org. mx:example.org./24", 2},
	    {"v=spf1 a:example.0a a:example.a0 a:example.1-2", 3},
	    {"v=spf1 a:.org", 1},
	    {"v=spf1 a:%{d}/24//64", 1},
	    {"v=spf1 a:%{l/}/24 a:%{l/}", 2},
	    {"v=spf1 exists:%{i}.%{l2r-}.user.%{d2}", 1},
	    {"v=spf1 exists:%{l2r+-}.user.%{d128}", 1},
	    {"v=spf1 a:macro%%percent%_%_space%-url.example.org -all", 2},
	    {"v=spf1 INCLUDE:example.org Redirect=example.org EXP=a.example",
		3},
	    {"v=spf1 -include:_spf.%{d2} ip4:192.0.2.0/24 -all", 3},
	    {"v=spf1 ip4:0.0.0.0/0 ip4:255.255.255.255/32", 2},
	    {"v=spf1 ip6:::/0 ip6:::1 ip6:2001:DB8::/32", 3},
	    {"v=spf1 ip6:::192.0.2.1/96 ip6:::ffff:192.0.2.1", 2},
	    {"v=spf1 ip6:1:2:3:4:5:6:7:8/128 ip6:1:2:3:4:5:6:192.0.2.1", 2},
	    {"v=spf1 include=example.org", 1},
	    {"v=spf1 v=spf1", 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct bs_spf_fault fault = {0};
		struct bs_spf_term term;
		int terms = read_all(good[i].text, strlen(good[i].text), &term,
		    1, &fault);

		if (terms != good[i].terms)
			fail_msg("'%s': %d, %zu: %s", good[i].text, terms,
			    fault.column, fault.text);
	}
}

struct bad {
	const char *text;
	size_t column;
	const char *advice; /* a part of it */
};

static void
check_bad(const struct bad *bad)
{
	struct bs_spf_fault fault = {0};
	struct bs_spf_term term;
	int terms = read_all(bad->text, strlen(bad->text), &term, 1, &fault);

	if (terms != -1)
		fail_msg("'%s' was taken: %d terms", bad->text, terms);
	if (fault.column != bad->column)
		fail_msg("'%s': column %zu, not %zu: %s", bad->text,
		    fault.column, bad->column, fault.text);
	if (strstr(fault.text, bad->advice) == NULL)
		fail_msg("'%s': no '%s' in '%s'", bad->text, bad->advice,
		    fault.text);
	assert_true(strlen(fault.text) < sizeof(fault.text) - 1);
}

static void
test_bad_terms(void **state)
{
	static const struct bad bad[] = {
	    {"v=spf1 ip4:192.0.2.4 -all moo", 26, "no mechanism moo"},
	    {"v=spf1 moo.cow/x=man:dog/cat -all", 7, "no mechanism"},
	    {"v=spf1 moo.cow:x=man:dog/cat -all", 7, "no mechanism"},
	    {"v=spf1 1up=x", 7, "begins like"},
	    {"v=spf1 =all", 7, "begins like"},
	    {"v=spf1 -moo=x", 7, "no sign"},
	    {"v=spf1 +redirect=example.org", 7, "no sign"},
	    {"v=spf1 ip4:192.0.2.4 redirect:example.org", 21, "redirect= ?"},
	    {"v=spf1 exp:example.org", 7, "exp= ?"},
	    {"v=spf1 -all.", 8, "takes nothing"},
	    {"v=spf1 -all:foobar", 11, "takes nothing"},
	    {"v=spf1 -all/8", 11, "takes nothing"},
	    {"v=spf1 ipv4:192.0.2.1", 7, "did you mean ip4: ?"},
	    {"v=spf1 ipv6:2001:db8::1", 7, "did you mean ip6: ?"},
	    {"v=spf1 ip5:192.0.2.1", 7, "did you mean ip4: ?"},
	    {"v=spf1 inlcude:example.org", 7, "did you mean include: ?"},
	    {"v=spf1 includes:example.org", 7, "did you mean include: ?"},
	    {"v=spf1 incude:example.org", 7, "did you mean include: ?"},
	    {"v=spf1 exist:example.org", 7, "did you mean exists: ?"},
	    {"v=spf1 al", 7, "no mechanism al"},
	    {"v=spf1 -alll", 8, "did you mean all ?"},
	    {"v=spf1 mail.example.org -all", 7, "a:mail.example.org"},
	    {"v=spf1 192.0.2.1/24 -all", 7, "ip4:192.0.2.1/24"},
	    {"v=spf1 2001:db8::1 -all", 7, "ip6:2001:db8::1"},
	    {"v=spf1 fe80::1", 7, "ip6:fe80::1"},
	    {"v=spf1 - all", 8, "right before"},
	    {"v=spf1 --all", 8, "did you mean all ?"},
	    {"v=spf1 a, mx", 8, "the comma"},
	    {"v=spf1 a;", 8, "the semicolon"},
	    {"v=spf1 foo; -all", 7, "the semicolon"},
	    {"v=spf1 ; -all", 7, "the semicolon"},
	    {"v=spf1 ip4:192.0.2.1~all", 20, "a space is missing before ~all"},
	    {"v=spf1 ip4:192.0.2.1-all", 20, "a space is missing before -all"},
	    {"v=spf1 ip4:192.0.2.0/24~all", 23, "missing before ~all"},
	    {"v=spf1 ip6:2001:db8::1?all", 22, "missing before ?all"},
	    {"v=spf1 mx~all", 9, "a space is missing before ~all"},
	    {"v=spf1 mx-ALL", 9, "a space is missing before -ALL"},
	    {"v=spf1 a/24~all", 11, "a space is missing before ~all"},
	    {"v=spf1 include:a.example~all", 24, "missing before ~all"},
	    {"v=spf1 ip4:192.0.2.1ip4:192.0.2.2", 20, "missing before ip4:"},
	    {"v=spf1 mxinclude:a.example -all", 9, "missing before include:"},
	    {"v=spf1 mx,a -all", 9, "a space in the place of the comma"},
	    {"v=spf1 mx;a -all", 9, "in the place of the semicolon"},
	    {"v=spf1 \"-all", 7, "zone file"},
	    {"v=spf1 -all\"", 11, "takes nothing"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		check_bad(&bad[i]);
}

static void
test_bad_octets(void **state)
{
	static const struct bad bad[] = {
	    {"v=spf1 a:\xef\xbb\xbfx.example.org -all", 9, "U+FEFF"},
	    {"v=spf1 \x80"
	     "a:example.org -all",
		7, "0x80"},
	    {"v=spf1 a:example.org \x96"
	     "all",
		21, "0x96"},
	    {"v=spf1 \xe2\x80\x93"
	     "all",
		7, "long dash"},
	    {"v=spf1 \xe2\x80\x90"
	     "all",
		7, "a hyphen of"},
	    {"v=spf1 \xe2\x80\x91"
	     "all",
		7, "a hyphen of"},
	    {"v=spf1 \xe2\x80\x92"
	     "all",
		7, "a dash of"},
	    {"v=spf1 \xe2\x80\x95"
	     "all",
		7, "long dash"},
	    {"v=spf1 \xe2\x88\x92"
	     "all",
		7, "minus sign"},
	    {"v=spf1 -all\xe2\x80\x9d", 11, "typographic quote"},
	    {"v=spf1 \xe2\x80\x9c-all", 7, "typographic quote"},
	    {"v=spf1 \xe2\x80", 7, "0xe2"},
	    {"v=spf1 a\xc2\xa0-all", 8, "no-break space"},
	    {"v=spf1 a:ctrl.example.org\rptr -all", 25, "0x0d"},
	    {"v=spf1 ip4:192.0.2.5\n include:example.org ~all", 20, "0x0a"},
	    {"v=spf1 a\tmx", 8, "a tab"},
	    {"v=spf1 a:example.org\x7f", 20, "0x7f"},
	    {"v=spf1 x=\x7f", 9, "0x7f"},
	};
	static const char with_nul[] = "v=spf1 a:host.example.org\0";
	struct bs_spf_fault fault;
	struct bs_spf_term term;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		check_bad(&bad[i]);
	assert_int_equal(
	    read_all(with_nul, sizeof(with_nul) - 1, &term, 1, &fault), -1);
	assert_int_equal(fault.column, 25);
}

static void
test_bad_domains(void **state)
{
	static const struct bad bad[] = {
	    {"v=spf1 a:foo-bar -all", 9, "no full name"},
	    {"v=spf1 a:museum", 9, "no full name"},
	    {"v=spf1 a:museum.", 9, "no full name"},
	    {"v=spf1 a:abc.123", 9, "does not end"},
	    {"v=spf1 mx:abc.123", 10, "does not end"},
	    {"v=spf1 a:111.222.33.44", 9, "ip4:111.222.33.44"},
	    {"v=spf1 a:192.0.2.0/24", 9, "write ip4:192.0.2.0"},
	    {"v=spf1 mx:192.0.2.1", 10, "write ip4:"},
	    {"v=spf1 include:192.0.2.1", 15, "write ip4:"},
	    {"v=spf1 include:192.0.2.0/24", 15, "write ip4:192.0.2.0/24"},
	    {"v=spf1 a:2001:db8::1", 9, "write ip6:"},
	    {"v=spf1 a:example.org:8080", 9, "no port"},
	    {"v=spf1 include:https://example.org/", 15, "no scheme"},
	    {"v=spf1 a:example.-com", 9, "does not end"},
	    {"v=spf1 a:example.com-", 9, "does not end"},
	    {"v=spf1 a:example..", 9, "does not end"},
	    {"v=spf1 a:%{d}.", 9, "does not end"},
	    {"v=spf1 a:%{d}com", 9, "does not end"},
	    {"v=spf1 a:", 9, "a: needs a domain"},
	    {"v=spf1 mx: -all", 10, "mx: needs a domain"},
	    {"v=spf1 a: mail.example.org", 9, "without a space"},
	    {"v=spf1 ptr:", 11, "ptr: needs a domain"},
	    {"v=spf1 ptr/0 -all", 10, "no network length"},
	    {"v=spf1 ptr:example.org/24", 11, "no network length"},
	    {"v=spf1 include +all", 14, "include:example.org"},
	    {"v=spf1 include: -all", 15, "include: needs a domain"},
	    {"v=spf1 include:example.org/24 -all", 15, "no network length"},
	    {"v=spf1 include:example.org, -all", 15, "the comma"},
	    {"v=spf1 exists", 13, "exists:example.org"},
	    {"v=spf1 exists:", 14, "exists: needs"},
	    {"v=spf1 exists:example.org/24", 14, "no network length"},
	    {"v=spf1 exp= -all", 11, "exp= needs"},
	    {"v=spf1 exp=-all", 11, "no full name"},
	    {"v=spf1 redirect=-all ?all", 16, "no full name"},
	    {"v=spf1 ?all redirect=", 21, "redirect= needs"},
	    {"v=spf1 redirect", 7, "redirect="},
	    {"v=spf1 exp=a.example.org -all exp=b.example.org", 30,
		"second time"},
	    {"v=spf1 redirect=a.example -all redirect=a.example", 31,
		"second time"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		check_bad(&bad[i]);
}

static void
test_bad_macros(void **state)
{
	static const struct bad bad[] = {
	    {"v=spf1 -exists:%(ir).sbl.example.org ?all", 15, "a macro is"},
	    {"v=spf1 exists:foo%(ir).sbl.example.org", 17, "a macro is"},
	    {"v=spf1 exists:foo%.sbl.example.org", 17, "a macro is"},
	    {"v=spf1 exists:foo.example.org%", 29, "a macro is"},
	    {"v=spf1 -all x=%abc", 14, "a macro is"},
	    {"v=spf1 a:%{a}.example.org -all", 9, "no macro %{a}"},
	    {"v=spf1 -all exp=%{r}.example.org", 16, "explanations only"},
	    {"v=spf1 x=%{T}", 9, "explanations only"},
	    {"v=spf1 a:x.%{d", 11, "not well formed"},
	    {"v=spf1 a:%{d0}", 9, "not well formed"},
	    {"v=spf1 a:%{d129}", 9, "not well formed"},
	    {"v=spf1 a:%{dr2}", 9, "not well formed"},
	    {"v=spf1 a:%{d!}", 9, "not well formed"},
	    {"v=spf1 a:%{", 9, "a macro is"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		check_bad(&bad[i]);
}

static void
test_bad_networks(void **state)
{
	static const struct bad bad[] = {
	    {"v=spf1 a/33 -all", 9, "/33 is no"},
	    {"v=spf1 a//129 -all", 10, "/129 is no"},
	    {"v=spf1 a/24/64 -all", 12, "/64 is no"},
	    {"v=spf1 a/24/24 -all", 8, "a cannot be followed"},
	    {"v=spf1 a/", 8, "a cannot be followed"},
	    {"v=spf1 a//", 8, "a cannot be followed"},
	    {"v=spf1 a/024", 9, "leading zeros"},
	    {"v=spf1 a//064", 10, "leading zeros"},
	    {"v=spf1 a/00", 9, "leading zeros"},
	    {"v=spf1 a/1000", 9, "is no network length"},
	    {"v=spf1 mx/33 -all", 10, "/33 is no"},
	    {"v=spf1 mx//129 -all", 11, "/129 is no"},
	    {"v=spf1 mx:example.org/+24", 10, "does not end"},
	    {"v=spf1 ip4", 10, "ip4: needs an address"},
	    {"v=spf1 ip4:", 11, "ip4: needs an address"},
	    {"v=spf1 ip4 192.0.2.1", 10, "ip4: needs an address"},
	    {"v=spf1 -all ip6", 15, "ip6: needs an address"},
	    {"v=spf1 ip4:192.0.2.4/33 -all", 21, "/33 is no"},
	    {"v=spf1 ip4:192.0.2.4/032 -all", 21, "leading zeros"},
	    {"v=spf1 ip4:192.0.2.4/ -all", 21, "must follow the slash"},
	    {"v=spf1 ip4:192.0.2.4//32", 21, "one slash"},
	    {"v=spf1 ip4:192.0.2.4/24/64", 21, "is no network length"},
	    {"v=spf1 ip4:192.0.2.4:8080", 11, "no port"},
	    {"v=spf1 ip4:192.0.2", 11, "all four numbers"},
	    {"v=spf1 ip4:192.0.2.0-192.0.2.9", 11, "no range"},
	    {"v=spf1 ip4:192.0.2.*", 11, "no range"},
	    {"v=spf1 ip4:192.0.02.1", 11, "leading zeros"},
	    {"v=spf1 ip4:192.0.2.256", 11, "0 to 255"},
	    {"v=spf1 ip4:192.0.2.1.", 11, "all four numbers"},
	    {"v=spf1 ip4:%{i}", 11, "takes no macros"},
	    {"v=spf1 ip6:%{i}/64", 11, "takes no macros"},
	    {"v=spf1 ip6:2001:db8:O::1", 11, "write 0 for O"},
	    {"v=spf1 ip4:192.O.2.l", 11, "1 for I or l"},
	    {"v=spf1 ip6:2001:db8::1,", 11, "take the comma out"},
	    {"v=spf1 ip4:192.0.2.1,192.0.2.2", 11, "parted by spaces"},
	    {"v=spf1 ip4:mail.example.org", 11, "a:mail.example.org"},
	    {"v=spf1 ip4:2001:db8::1", 11, "ip6:2001:db8::1"},
	    {"v=spf1 ip4/24", 10, "ip4: needs an address"},
	    {"v=spf1 ip6:192.0.2.1", 11, "ip4:192.0.2.1"},
	    {"v=spf1 ip6:::192.0.2.1/129", 23, "/129 is no"},
	    {"v=spf1 ip6:::192.0.2.1//33", 23, "one slash"},
	    {"v=spf1 ip6::CAFE::BABE", 11, "no IPv6 address"},
	    {"v=spf1 ip6:[2001:db8::1]", 11, "without brackets"},
	    {"v=spf1 ip6:2001:db8::1%eth0", 11, "takes an address"},
	    {"v=spf1 ip6:1:2:3:4:5:6:7:8:9", 11, "no IPv6 address"},
	    {"v=spf1 ip6:1:2:3:4:5:6:7", 11, "no IPv6 address"},
	    {"v=spf1 ip6:", 11, "ip6: needs an address"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		check_bad(&bad[i]);
}

static void
test_fields(void **state)
{
	static const char text[] =
	    "v=spf1 -ip4:192.0.2.1/24 ip6:2001:db8::1/64 ~A:x.example.org/20 "
	    "?mx//64 a/24//48 INCLUDE:%{d} exp=why.example.org x=y all";
	static const struct {
		enum bs_spf_kind kind;
		enum bs_spf_result qualifier;
		const char *domain;
		int prefix4; /* -1: none was written */
		int prefix6;
		bool asks;
	} wanted[] = {
	    {BS_SPF_IP4, BS_SPF_FAIL, NULL, 24, -1, false},
	    {BS_SPF_IP6, BS_SPF_PASS, NULL, -1, 64, false},
	    {BS_SPF_A, BS_SPF_SOFTFAIL, "x.example.org", 20, -1, true},
	    {BS_SPF_MX, BS_SPF_NEUTRAL, NULL, -1, 64, true},
	    {BS_SPF_A, BS_SPF_PASS, NULL, 24, 48, true},
	    {BS_SPF_INCLUDE, BS_SPF_PASS, "%{d}", -1, -1, true},
	    {BS_SPF_EXP, BS_SPF_PASS, "why.example.org", -1, -1, false},
	    {BS_SPF_UNKNOWN, BS_SPF_PASS, "y", -1, -1, false},
	    {BS_SPF_ALL, BS_SPF_PASS, NULL, -1, -1, false},
	};
	struct bs_spf_term terms[COUNT(wanted)];
	struct bs_spf_fault fault;
	uint8_t ip6[16];

	(void)state;
	assert_int_equal(
	    read_all(text, strlen(text), terms, COUNT(terms), &fault),
	    COUNT(wanted));
	for (size_t i = 0; i < COUNT(wanted); i++) {
		const char *domain = wanted[i].domain;

		assert_int_equal(terms[i].kind, wanted[i].kind);
		assert_int_equal(terms[i].qualifier, wanted[i].qualifier);
		assert_int_equal(terms[i].domain == NULL, domain == NULL);
		if (domain != NULL) {
			assert_int_equal(terms[i].domain_len, strlen(domain));
			assert_memory_equal(terms[i].domain, domain,
			    strlen(domain));
		}
		assert_int_equal(terms[i].has_prefix4, wanted[i].prefix4 >= 0);
		assert_int_equal(terms[i].prefix4,
		    wanted[i].prefix4 >= 0 ? wanted[i].prefix4 : 32);
		assert_int_equal(terms[i].has_prefix6, wanted[i].prefix6 >= 0);
		assert_int_equal(terms[i].prefix6,
		    wanted[i].prefix6 >= 0 ? wanted[i].prefix6 : 128);
		assert_int_equal(bs_spf_term_asks_dns(&terms[i]),
		    wanted[i].asks);
		assert_int_equal(bs_spf_term_is_mechanism(&terms[i]),
		    wanted[i].kind < BS_SPF_REDIRECT);
	}
	assert_memory_equal(terms[0].address, "\xc0\x00\x02\x01", 4);
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::1", ip6), 1);
	assert_memory_equal(terms[1].address, ip6, 16);
	assert_int_equal(terms[1].len, strlen("ip6:2001:db8::1/64"));
}

/* The longest term is taken, one octet more is not; the same of a record. */
static void
test_limits(void **state)
{
	static char text[BS_SPF_RECORD_MAX + 2];
	struct bs_spf_fault fault;
	struct bs_spf_term term;
	size_t len = 9 + BS_SPF_TERM_MAX - 2;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "v=spf1 x=", 9);
	assert_int_equal(read_all(text, len, &term, 1, &fault), 1);
	assert_int_equal(read_all(text, len + 1, &term, 1, &fault), -1);
	assert_int_equal(fault.column, 7);
	memset(text, ' ', sizeof(text));
	memcpy(text, "v=spf1", 6);
	assert_int_equal(read_all(text, BS_SPF_RECORD_MAX, &term, 1, &fault),
	    0);
	assert_int_equal(
	    read_all(text, BS_SPF_RECORD_MAX + 1, &term, 1, &fault), -1);
}

/* Behind a fault the next term can be read. */
static void
test_go_on(void **state)
{
	static const char text[] = "v=spf1 ipv4:192.0.2.1 mx: -all";
	struct bs_spf_record record;
	struct bs_spf_fault fault;
	struct bs_spf_term term;

	(void)state;
	bs_spf_record_begin(&record, text, strlen(text));
	assert_int_equal(bs_spf_record_next(&record, &term, &fault), -EINVAL);
	assert_int_equal(fault.column, 7);
	assert_int_equal(bs_spf_record_next(&record, &term, &fault), -EINVAL);
	assert_int_equal(fault.column, 25);
	assert_int_equal(bs_spf_record_next(&record, &term, &fault),
	    BS_SPF_TERM);
	assert_int_equal(term.kind, BS_SPF_ALL);
	assert_int_equal(bs_spf_record_next(&record, &term, &fault), 0);
	assert_int_equal(bs_spf_record_next(&record, &term, &fault), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_is),
	    cmocka_unit_test(test_good),
	    cmocka_unit_test(test_bad_terms),
	    cmocka_unit_test(test_bad_octets),
	    cmocka_unit_test(test_bad_domains),
	    cmocka_unit_test(test_bad_macros),
	    cmocka_unit_test(test_bad_networks),
	    cmocka_unit_test(test_fields),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
