/* A record that is written: what is typed, where terms stand. */
#include <errno.h>

#include "common/spf/lint/draft.h"
#include "common/spf/lint/provider.h"
#include "common/spf/lint/typed.h"
#include "tests/unit/unit.h"

static void
test_read(void **state)
{
	static const struct {
		const char *typed;
		bool is_service;
		const char *term; /* NULL: it is not taken ... */
		const char *why;  /* and this stands in the reason */
	} cases[] = {
	    {"192.0.2.1", false, "ip4:192.0.2.1", NULL},
	    {"192.0.2.0/24", true, "ip4:192.0.2.0/24", NULL},
	    {"2001:db8::/48", false, "ip6:2001:db8::/48", NULL},
	    {"::1", false, "ip6:::1", NULL},
	    {"mail.example.org", false, "a:mail.example.org", NULL},
	    {"_spf.example.org", true, "include:_spf.example.org", NULL},
	    {"include:example.org", false, "include:example.org", NULL},
	    {"+ip4:192.0.2.1", false, "ip4:192.0.2.1", NULL},
	    {"mx", false, "mx", NULL},
	    {"a", false, "a", NULL},
	    {"mx:example.org", false, "mx:example.org", NULL},
	    {"face.example", false, "a:face.example", NULL},
	    {"4.example", false, "a:4.example", NULL},
	    {"+all", false, NULL, "everybody"},
	    {"all", true, NULL, "everybody"},
	    {"ptr:example.org", false, NULL, "slow"},
	    {"192.0.2.1 192.0.2.2", false, NULL, "one at a time"},
	    {"192.0.2", false, NULL, "all four numbers"},
	    {"192.0.2.0/33", false, NULL, "/33"},
	    {"localhost", false, NULL, "needs a dot"},
	    {"exists", false, NULL, "needs a dot"},
	    {"", false, NULL, "needs a domain"},
	    {"all-inkl.example", false, "a:all-inkl.example", NULL},
	    {"ptr1.example", false, "a:ptr1.example", NULL},
	    {"exists:%{i}.a.example", true, "exists:%{i}.a.example", NULL},
	    {"a/24", false, "a/24", NULL},
	    {"redirect=a.example", true, NULL, "as a service"},
	    {"exp=a.example", true, NULL, "explains"},
	    {"~all", false, NULL, "the end of a record"},
	    {"m\xc3\xbcller.example", false, NULL, "xn--"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char term[BS_SPF_DRAFT_TERM];
		struct bs_spf_fault why;
		int rc = bs_spf_draft_read(cases[i].typed, cases[i].is_service,
		    term, &why);

		if (cases[i].term == NULL) {
			assert_int_equal(rc, -EINVAL);
			if (strstr(why.text, cases[i].why) == NULL)
				fail_msg("'%s': %s", cases[i].typed, why.text);
			continue;
		}
		if (rc != 0)
			fail_msg("'%s': %s", cases[i].typed, why.text);
		assert_string_equal(term, cases[i].term);
	}
}

static void
test_too_long(void **state)
{
	char typed[600];
	char term[BS_SPF_DRAFT_TERM];
	struct bs_spf_fault why;
	struct bs_spf_draft draft = {0};

	(void)state;
	memset(typed, 'x', sizeof(typed) - 1);
	typed[sizeof(typed) - 1] = '\0';
	assert_int_equal(bs_spf_draft_read(typed, false, term, &why), -EINVAL);
	assert_int_equal(bs_spf_draft_add(&draft, typed), -EINVAL);
}

static void
test_write(void **state)
{
	struct bs_spf_draft draft = {0};
	char record[128];

	(void)state;
	assert_int_equal(
	    bs_spf_draft_write(&draft, "-all", record, sizeof(record)), 11);
	assert_string_equal(record, "v=spf1 -all");
	assert_int_equal(bs_spf_draft_add(&draft, "include:a.example"), 0);
	assert_int_equal(bs_spf_draft_add(&draft, "mx"), 0);
	assert_int_equal(bs_spf_draft_add(&draft, "ip6:2001:db8::1"), 0);
	assert_int_equal(bs_spf_draft_add(&draft, "a:b.example"), 0);
	assert_int_equal(bs_spf_draft_add(&draft, "ip4:192.0.2.1"), 0);
	assert_int_equal(bs_spf_draft_add(&draft, "INCLUDE:a.example"),
	    BS_SPF_DRAFT_KNOWN);
	assert_int_equal(bs_spf_draft_add(&draft, "ipv4:x"), -EINVAL);
	assert_int_equal(bs_spf_draft_add(&draft, "mx a"), -EINVAL);
	(void)!bs_spf_draft_write(&draft, "~all", record, sizeof(record));
	assert_string_equal(record,
	    "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 mx a:b.example "
	    "include:a.example ~all");
	for (size_t size = 1; size <= strlen(record); size++) {
		char small[128];

		assert_int_equal(
		    bs_spf_draft_write(&draft, "~all", small, size), -EMSGSIZE);
	}
	bs_spf_draft_drop(&draft, draft.count - 1);
	assert_int_equal(bs_spf_draft_add(&draft, "ip4:192.0.2.1"), 0);
	for (unsigned i = 0; i < 100; i++) {
		char term[64];
		int rc;

		snprintf(term, sizeof(term), "ip4:198.51.100.%u", i);
		rc = bs_spf_draft_add(&draft, term);
		assert_int_equal(rc, i + 5 < BS_SPF_DRAFT_TERMS ? 0 : -ENOSPC);
	}
}

/* Terms of a record stay as they stood, behind new networks. */
static void
test_keep(void **state)
{
	struct bs_spf_draft draft = {0};
	char record[256];

	(void)state;
	assert_int_equal(bs_spf_draft_add(&draft, "a:b.example"), 0);
	assert_int_equal(
	    bs_spf_draft_keep(&draft, draft.kept, "include:a.example"), 0);
	assert_int_equal(
	    bs_spf_draft_keep(&draft, draft.kept, "-ip4:192.0.2.1"), 0);
	assert_int_equal(bs_spf_draft_keep(&draft, draft.kept, "+mx"), 0);
	assert_int_equal(bs_spf_draft_keep(&draft, draft.kept, "exp=e.example"),
	    0);
	assert_int_equal(bs_spf_draft_add(&draft, "mx"), BS_SPF_DRAFT_KNOWN);
	assert_int_equal(bs_spf_draft_add(&draft, "ip4:192.0.2.0/24"), 0);
	(void)!bs_spf_draft_write(&draft, "~all", record, sizeof(record));
	assert_string_equal(record,
	    "v=spf1 ip4:192.0.2.0/24 include:a.example -ip4:192.0.2.1 +mx "
	    "exp=e.example a:b.example ~all");
	assert_int_equal(bs_spf_draft_keep(&draft, 5, "ip4:192.0.2.9"),
	    -EINVAL);
	assert_int_equal(bs_spf_draft_keep(&draft, 1, "ip4:192.0.2.9"), 0);
	bs_spf_draft_drop(&draft, 2);
	(void)!bs_spf_draft_write(&draft, "~all", record, sizeof(record));
	assert_string_equal(record,
	    "v=spf1 ip4:192.0.2.0/24 include:a.example ip4:192.0.2.9 +mx "
	    "exp=e.example a:b.example ~all");
	bs_spf_draft_drop(&draft, 1);
	assert_int_equal(draft.kept, 3);
	bs_spf_draft_drop(&draft, 3);
	bs_spf_draft_drop(&draft, 99);
	(void)!bs_spf_draft_write(&draft, "~all", record, sizeof(record));
	assert_string_equal(record,
	    "v=spf1 ip4:192.0.2.0/24 include:a.example +mx exp=e.example "
	    "~all");
}

static void
test_typed(void **state)
{
	static const struct {
		const char *word;
		bool is_record;
		enum bs_spf_typed what;
		const char *plain;
	} cases[] = {
	    {"a.example", false, BS_SPF_TYPED_PLAIN, "a.example"},
	    {"a.example.", false, BS_SPF_TYPED_PLAIN, "a.example"},
	    {"\"a.example\"", false, BS_SPF_TYPED_PLAIN, "a.example"},
	    {"[2001:db8::1]", false, BS_SPF_TYPED_PLAIN, "2001:db8::1"},
	    {"<x@a.example>", false, BS_SPF_TYPED_MAILBOX, "a.example"},
	    {"mailto:x@a.example", false, BS_SPF_TYPED_MAILBOX, "a.example"},
	    {"https://a.example:8443/x", false, BS_SPF_TYPED_URL, "a.example"},
	    {"http://[2001:db8::1]:80/", false, BS_SPF_TYPED_URL,
		"2001:db8::1"},
	    {"http://", false, BS_SPF_TYPED_URL, ""},
	    {"V=SPF1", false, BS_SPF_TYPED_IGNORED, "V=SPF1"},
	    {"~all\"", true, BS_SPF_TYPED_IGNORED, "~all"},
	    {"+all", false, BS_SPF_TYPED_PLAIN, "+all"},
	    {"\"", false, BS_SPF_TYPED_IGNORED, ""},
	    {"0123456789abcdefghijklmnopqrstuvwxyz", false, BS_SPF_TYPED_PLAIN,
		"0123456789abcdefghijklmnopqrstu"},
	};
	const char *line = " a, b;c\t ";
	const char *word;
	char plain[32];
	size_t len;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum bs_spf_typed what =
		    bs_spf_typed_plain(cases[i].word, strlen(cases[i].word),
			cases[i].is_record, plain, sizeof(plain));

		if (what != cases[i].what || strcmp(plain, cases[i].plain) != 0)
			fail_msg("'%s': %d, '%s'", cases[i].word, what, plain);
	}
	for (; bs_spf_typed_next(&line, &word, &len); count++)
		assert_true(len == 1 && word[0] == "abc"[count]);
	assert_int_equal(count, 3);
	assert_true(bs_spf_typed_is_record(" \"v=spf1 a\""));
	assert_false(bs_spf_typed_is_record("v=spf10"));
	assert_int_equal(bs_spf_typed_agrees("Yes."), 'y');
	assert_int_equal(bs_spf_typed_agrees("none"), 'n');
	assert_int_equal(bs_spf_typed_agrees("nobody.example"), '\0');
	assert_int_equal(bs_spf_typed_agrees(""), '\0');
}

static void
test_provider(void **state)
{
	const struct bs_spf_provider *google =
	    bs_spf_provider_of_host("ASPMX.L.google.com");

	(void)state;
	assert_string_equal(google->include, "_spf.google.com");
	assert_ptr_equal(bs_spf_provider_of_include("_SPF.google.com"), google);
	assert_ptr_equal(bs_spf_provider_typed("google workspace"), google);
	assert_string_equal(
	    bs_spf_provider_of_host("a-b.mail.protection.outlook.com")->name,
	    "Microsoft 365");
	assert_null(bs_spf_provider_of_host("notgoogle.com"));
	assert_null(bs_spf_provider_of_host(""));
	assert_null(bs_spf_provider_typed(""));
	assert_null(bs_spf_provider_typed("mail.example.org"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read),
	    cmocka_unit_test(test_too_long),
	    cmocka_unit_test(test_write),
	    cmocka_unit_test(test_keep),
	    cmocka_unit_test(test_typed),
	    cmocka_unit_test(test_provider),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
