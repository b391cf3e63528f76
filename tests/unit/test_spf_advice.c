/* What is wrong with a readable SPF record, without asking DNS. */
#include "common/spf/lint/advice.h"
#include "tests/unit/unit.h"

/* Remarks as "flaw@column flaw@column ". */
struct heard {
	char all[512];
};

static void
hear(void *context, const struct bs_spf_remark *remark)
{
	struct heard *heard = context;
	size_t len = strlen(heard->all);

	assert_true(remark->text[0] != '\0');
	assert_true(strlen(remark->text) < sizeof(remark->text) - 1);
	snprintf(heard->all + len, sizeof(heard->all) - len, "%s@%zu ",
	    bs_spf_flaw_name(remark->flaw), remark->column);
}

static void
test_advise(void **state)
{
	static const struct {
		const char *record;
		const char *remarks;
	} cases[] = {
	    {"v=spf1 -all", ""},
	    {"v=spf1 a mx include:_spf.example.net ~all", ""},
	    {"v=spf1 redirect=_spf.example.net", ""},
	    {"v=spf1", "no-all@0 "},
	    {"v=spf1 a", "no-all@0 "},
	    {"v=spf1 a ?all", "neutral-all@9 "},
	    {"v=spf1 +all", "passes-all@7 "},
	    {"v=spf1 a all", "passes-all@9 "},
	    {"v=spf1 ip4:0.0.0.0/0 -all", "passes-all@7 "},
	    {"v=spf1 -ip4:0.0.0.0/0 -all", ""},
	    {"v=spf1 a/0 -all", "passes-all@7 "},
	    {"v=spf1 -all a mx", "unreached@12 unreached@14 "},
	    {"v=spf1 -all redirect=a.example", "unreached@12 "},
	    {"v=spf1 redirect=a.example -all", "unreached@7 "},
	    {"v=spf1 ptr -all", "uses-ptr@7 "},
	    {"v=spf1 exists:%{p}.a.example -all", "uses-ptr@7 macros@7 "},
	    {"v=spf1 exists:%{l}.a.example -all", "local-part@7 macros@7 "},
	    {"v=spf1 exists:%%{l}.a.example -all", ""},
	    {"v=spf1 include:_spf.%{d} -all", ""},
	    {"v=spf1 exists:%{i}.a.example -all", "macros@7 "},
	    {"v=spf1 exp=%{i}.a.example -all", ""},
	    {"v=spf1 a A -all", "duplicate@9 "},
	    {"v=spf1 a -a -all", "duplicate@9 "},
	    {"v=spf1 include:a.example include:b.example include:A.example ~all",
		"duplicate@43 "},
	    {"v=spf1 ip4:192.0.2.1 ip4:192.0.2.0/24 -all", ""},
	    {"v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1 -all", "overlap@24 "},
	    {"v=spf1 ip6:2001:db8:1::/48 ip6:2001:db8:1:2::1 -all",
		"overlap@27 "},
	    {"v=spf1 ip4:192.0.0.0/16 -all", "wide-network@7 "},
	    {"v=spf1 ip4:192.0.0.0/17 -all", ""},
	    {"v=spf1 ip6:2001:db8::/32 -all", "wide-network@7 "},
	    {"v=spf1 a/16 mx//32 -all", "wide-network@7 wide-network@12 "},
	    {"v=spf1 ip4:10.1.2.3 -all", "reserved-network@7 "},
	    {"v=spf1 ip4:192.0.2.1/24 -all", "host-bits@7 "},
	    {"v=spf1 ip4:192.0.2.1/32 a/32//128 -all", "redundant-length@7 "},
	    {"v=spf1 a a:example.org -all", "overlap@9 "},
	    {"v=spf1 a:Mail.example.org a:mail.example.org. -all",
		"overlap@26 "},
	    {"v=spf1 mx mx:example.org/24 -all", ""},
	    {"v=spf1 include:a.example include:A.example. -all", "overlap@25 "},
	    {"v=spf1 ip4:192.0.2.1 ip4:192.0.2.1/32 -all",
		"overlap@21 redundant-length@21 "},
	    {"v=spf1 a:mail.example.org-all", "missing-space@25 no-all@0 "},
	    {"v=spf1 include:a.example,b.example -all", "missing-space@24 "},
	    {"v=spf1 exists:%{l1r,}.a.example -all", "local-part@7 macros@7 "},
	    {"v=spf1 ip6:2001:db8::1/128 -all", "redundant-length@7 "},
	    {"v=spf1 include=a.example ip4=192.0.2.1 -all",
		"no-modifier@7 no-modifier@25 "},
	    {"v=spf1 v=spf1 -all", "no-modifier@7 "},
	    {"v=spf1 x=y -all", "unknown-modifier@7 "},
	    {"v=spf1 ipv4:192.0.2.1 mx: a", "syntax@7 syntax@25 "},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct heard heard = {""};

		bs_spf_advise(cases[i].record, strlen(cases[i].record),
		    "example.org", true, hear, &heard);
		if (strcmp(heard.all, cases[i].remarks) != 0)
			fail_msg("'%s': %s", cases[i].record, heard.all);
	}
}

/* A domain that does not sign may ask for local parts. */
static void
test_unsigned(void **state)
{
	static const char record[] = "v=spf1 exists:%{l}.a.example -all";
	struct heard heard = {""};

	(void)state;
	bs_spf_advise(record, strlen(record), "", false, hear, &heard);
	assert_string_equal(heard.all, "macros@7 ");
}

/* What is remarked on a string behind one that is full: a program may have cut
 * a name in two there. */
static const char *
after_full_string(const char *text)
{
	static struct heard heard;
	uint8_t record[320];
	size_t len = strlen(text);

	heard = (struct heard){""};
	record[0] = UINT8_MAX;
	memset(record + 1, 'x', UINT8_MAX);
	record[256] = (uint8_t)len;
	memcpy(record + 257, text, len);
	bs_spf_advise_strings(record, 257 + len, hear, &heard);
	return heard.all;
}

static void
test_strings(void **state)
{
	static const struct {
		const char *strings; /* parted by '|' */
		const char *remarks;
	} cases[] = {
	    {"v=spf1 a -all", ""},
	    {"v=spf1 a |include:a.example -all", ""},
	    {"v=spf1 a| include:a.example -all", ""},
	    {"v=spf1 a|include:a.example -all", "missing-space@8 "},
	    {"v=spf1 ip4:192.0|.2.1 -all", ""},
	    {"v=spf1 ip4:192.0.2.1|-all", "missing-space@20 "},
	    {"v=spf1 ip4:192.0.2.1||ip4:192.0.2.2|", "missing-space@20 "},
	    {"v=spf1 a:exampl|e.example -all", ""},
	    {"v=spf1 a:mail.a.example|mx -all", "missing-space@23 "},
	    {"v=spf1 a:mail.a.example|A", "missing-space@23 "},
	    {"v=spf1 a|mx -all", "missing-space@8 "},
	    {"v=spf1 mx|a/24 -all", "missing-space@9 "},
	    {"v=spf1 mx|?a:b.example -all", "missing-space@9 "},
	    {"v=spf1 mx|ptr -all", "missing-space@9 "},
	    {"v=spf1 mx|+mx//64 -all", "missing-space@9 "},
	    {"v=spf1 mx|-all ", "missing-space@9 "},
	    {"v=spf1 mx|all", "missing-space@9 "},
	    {"v=spf1|mx -all", "missing-space@6 "},
	    {"v=spf1 a:b.ex|all.example mx -all", ""},
	    {"v=spf1 a:b-|a.example -all", ""},
	    {"v=spf1 a:b.|mxa.example -all", ""},
	    {"v=spf1 mx |mx -all", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct heard heard = {""};
		uint8_t record[128];
		size_t len = 0;

		for (const char *at = cases[i].strings;; at++) {
			size_t n = strcspn(at, "|");

			record[len++] = (uint8_t)n;
			memcpy(record + len, at, n);
			len += n;
			at += n;
			if (*at == '\0')
				break;
		}
		bs_spf_advise_strings(record, len, hear, &heard);
		if (strcmp(heard.all, cases[i].remarks) != 0)
			fail_msg("'%s': %s", cases[i].strings, heard.all);
	}
	assert_string_equal(after_full_string("a -all"), "");
	assert_string_equal(after_full_string("~all"), "missing-space@255 ");
	assert_string_equal(after_full_string("mx:a.example -all"),
	    "missing-space@255 ");
	/* a length that lies */
	bs_spf_advise_strings((const uint8_t *)"\x05"
					       "abc",
	    4, hear, NULL);
}

static void
test_misspelt(void **state)
{
	static const char *const bad[] = {"v=spf10 -all", "v=spf -all",
	    "v=spf1,a", "\"v=spf1 -all\"", " v=spf1 -all", "v=spf2 -all",
	    "spf1 -all", "V-SPF1 a", "v=spf1\xc2\xa0-all",
	    "ip4:192.0.2.1 -all"};
	static const char *const others[] = {"",
	    "v=DKIM1; p=", "v=DMARC1; p=none", "site-verification=spf1",
	    "spf2.0/pra -all"};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (!bs_spf_is_misspelt(bad[i], strlen(bad[i])))
			fail_msg("'%s'", bad[i]);
	for (size_t i = 0; i < COUNT(others); i++)
		if (bs_spf_is_misspelt(others[i], strlen(others[i])))
			fail_msg("'%s'", others[i]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_advise),
	    cmocka_unit_test(test_unsigned),
	    cmocka_unit_test(test_strings),
	    cmocka_unit_test(test_misspelt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
