/* libspf2: results, terms, limits, and hostile records. The whole of RFC 7208's
 * suite is tried over real DNS elsewhere. */
#include "common/spf/libspf2.h"
#include "tests/unit/spf_zone.h"

#define NOW 1790000000

static struct bs_libspf2 *libspf2;
static struct zone zone;
static struct bs_spf_finding finding;

static const struct zone_record records[] = {
    {"many.example", BS_DNS_TXT,
	"v=spf1 mx a:a.example include:i.example ip4:192.0.2.0/24 -all "
	"exp=why.example"},
    {"many.example", BS_DNS_MX, "mx1.example"},
    {"many.example", BS_DNS_MX, "mx2.example"},
    {"mx1.example", BS_DNS_A, "198.51.100.1"},
    {"mx2.example", BS_DNS_A, "198.51.100.2"},
    {"a.example", BS_DNS_A, "198.51.100.3"},
    {"i.example", BS_DNS_TXT, "v=spf1 ip4:203.0.113.0/24 -all"},
    {"why.example", BS_DNS_TXT, "%{i} may not send for %{o} (%{r})"},
    {"both.example", BS_DNS_TXT, "v=spf1 a:a.example ip4:0.0.0.0/0 -all"},
    {"to.example", BS_DNS_TXT, "v=spf1 redirect=many.example"},
    {"all.example", BS_DNS_TXT, "v=spf1 ?all redirect=many.example"},
    {"none.example", BS_DNS_TXT, "v=spf10 -all"},
    {"two.example", BS_DNS_TXT, "v=spf1 -all"},
    {"two.example", BS_DNS_TXT, "v=spf1 ~all"},
    {"broken.example", BS_DNS_TXT, "v=spf1 -all ip4:1.2.3"},
    {"dead.example", BS_DNS_TXT, "FAIL"},
    {"deada.example", BS_DNS_TXT, "v=spf1 a:deadhost.example -all"},
    {"deadhost.example", BS_DNS_A, "FAIL"},
    {"zero.example", BS_DNS_TXT, "v=spf1 ~a:a.example/0 -all"},
    {"zeromx.example", BS_DNS_TXT, "v=spf1 mx:many.example/0 -all"},
    {"zerono.example", BS_DNS_TXT, "v=spf1 a:nowhere.example/0 ~all"},
    {"zero4.example", BS_DNS_TXT, "v=spf1 ip4:9.9.9.9/0 -all"},
    {"zero6.example", BS_DNS_TXT, "v=spf1 ip6:::/0 ~all"},
    {"void.example", BS_DNS_TXT,
	"v=spf1 a:no1.example a:no2.example a:no3.example +all"},
    {"void2.example", BS_DNS_TXT, "v=spf1 a:no1.example a:no2.example ~all"},
    {"ptr.example", BS_DNS_TXT, "v=spf1 ptr -all"},
    {"1.100.51.198.in-addr.arpa", BS_DNS_PTR, "h.ptr.example"},
    {"1.100.51.198.in-addr.arpa", BS_DNS_PTR, "other.example"},
    {"h.ptr.example", BS_DNS_A, "198.51.100.1"},
    {"2.100.51.198.in-addr.arpa", BS_DNS_PTR, "h.ptr.example"},
    {"p.example", BS_DNS_TXT, "v=spf1 exists:%{p}.yes.example -all"},
    {"h.ptr.example.yes.example", BS_DNS_A, "127.0.0.2"},
    {"self.example", BS_DNS_TXT, "v=spf1 include:self.example -all"},
    {"none2.example", BS_DNS_TXT, "v=spf1 include:none.example +all"},
    {"mark.example", BS_DNS_TXT,
	"v=spf1 a:t1.r0.bs-run include:r.bs-run a:a.example -all"},
    {"t1.r0.bs-run", BS_DNS_A, "192.0.2.77"},
    {"r.bs-run", BS_DNS_TXT, "v=spf1 ?ip4:192.0.2.77 -all"},
    {"sub.example", BS_DNS_TXT,
	"v=spf1 exists:%{l1r-}.%{d2}._u.example ?exists:%{i}._u.example -all"},
    {"alice.sub.example._u.example", BS_DNS_A, "127.0.0.1"},
};

static void
ask(const char *client, const char *sender, const char *helo)
{
	struct bs_spf_query query = {.identity = BS_SPF_MAILFROM};

	snprintf(query.client, sizeof(query.client), "%s", client);
	snprintf(query.sender, sizeof(query.sender), "%s", sender);
	snprintf(query.helo, sizeof(query.helo), "%s", helo);
	snprintf(query.receiver, sizeof(query.receiver), "mx.example.org");
	zone.records = records;
	zone.count = COUNT(records);
	zone.asked = 0;
	/* each run is told one answer more, as a child is */
	for (zone.known = 0; zone.known <= ZONE_ANSWERS; zone.known++) {
		int rc = bs_libspf2_check(libspf2, &query, NOW, zone_lookup,
		    &zone, &finding);

		if (rc == 0)
			return;
		assert_true(
		    rc == BS_LIBSPF2_MISSING || rc == BS_LIBSPF2_EXPLAINING);
	}
	fail_msg("%s: there is no end", sender);
}

static void
test_results(void **state)
{
	static const struct {
		const char *client;
		const char *domain;
		enum bs_spf_result result;
		const char *mechanism;
	} cases[] = {
	    {"198.51.100.1", "many.example", BS_SPF_PASS, "mx"},
	    {"198.51.100.2", "many.example", BS_SPF_PASS, "mx"},
	    {"198.51.100.3", "many.example", BS_SPF_PASS, "a:a.example"},
	    {"203.0.113.9", "many.example", BS_SPF_PASS, "include:i.example"},
	    {"192.0.2.9", "many.example", BS_SPF_PASS, "ip4:192.0.2.0/24"},
	    {"::ffff:192.0.2.9", "many.example", BS_SPF_PASS,
		"ip4:192.0.2.0/24"},
	    {"127.0.0.1", "many.example", BS_SPF_FAIL, "-all"},
	    {"2001:db8::1", "many.example", BS_SPF_PERMERROR, ""}, /* voids */
	    {"198.51.100.3", "both.example", BS_SPF_PASS, "a:a.example"},
	    {"198.51.100.4", "both.example", BS_SPF_PASS, "ip4:0.0.0.0/0"},
	    {"198.51.100.3", "to.example", BS_SPF_PASS, "a:a.example"},
	    {"198.18.0.1", "to.example", BS_SPF_FAIL, "-all"},
	    {"198.18.0.1", "all.example", BS_SPF_NEUTRAL, "?all"},
	    {"198.18.0.1", "none.example", BS_SPF_NONE, ""},
	    {"198.18.0.1", "nowhere.example", BS_SPF_NONE, ""},
	    {"198.18.0.1", "two.example", BS_SPF_PERMERROR, ""},
	    {"198.18.0.1", "broken.example", BS_SPF_PERMERROR, ""},
	    {"198.18.0.1", "dead.example", BS_SPF_TEMPERROR, ""},
	    {"198.18.0.1", "deada.example", BS_SPF_TEMPERROR, ""},
	    {"198.18.0.1", "zero.example", BS_SPF_SOFTFAIL, "~a:a.example/0"},
	    {"198.18.0.1", "zeromx.example", BS_SPF_PASS, "mx:many.example/0"},
	    {"198.18.0.1", "zerono.example", BS_SPF_SOFTFAIL, "~all"},
	    {"198.18.0.1", "zero4.example", BS_SPF_PASS, "ip4:9.9.9.9/0"},
	    {"2001:db8::1", "zero4.example", BS_SPF_FAIL, "-all"},
	    {"2001:db8::1", "zero6.example", BS_SPF_PASS, "ip6:::/0"},
	    {"198.18.0.1", "zero6.example", BS_SPF_SOFTFAIL, "~all"},
	    {"198.18.0.1", "void.example", BS_SPF_PERMERROR, ""},
	    {"198.18.0.1", "void2.example", BS_SPF_SOFTFAIL, "~all"},
	    {"198.51.100.1", "ptr.example", BS_SPF_PASS, "ptr"},
	    {"198.51.100.2", "ptr.example", BS_SPF_FAIL, "-all"},
	    {"198.51.100.1", "p.example", BS_SPF_PASS,
		"exists:%{p}.yes.example"},
	    {"198.51.100.2", "p.example", BS_SPF_FAIL, "-all"},
	    {"198.18.0.1", "self.example", BS_SPF_PERMERROR, ""},
	    {"198.18.0.1", "none2.example", BS_SPF_PERMERROR, ""},
	    {"192.0.2.77", "mark.example", BS_SPF_PASS, "a:t1.r0.bs-run"},
	    {"198.51.100.3", "mark.example", BS_SPF_PASS, "a:a.example"},
	    {"198.18.0.1", "sub.example", BS_SPF_PASS,
		"exists:%{l1r-}.%{d2}._u.example"},
	    {"198.18.0.1", "nodots", BS_SPF_NONE, ""},
	    {"198.18.0.1", "[192.0.2.1]", BS_SPF_NONE, ""},
	    {"198.18.0.1", "a..example", BS_SPF_NONE, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char sender[300];

		snprintf(sender, sizeof(sender), "alice-x@%s", cases[i].domain);
		ask(cases[i].client, sender, "mail.example.org");
		if (finding.result != cases[i].result ||
		    strcmp(finding.mechanism, cases[i].mechanism) != 0)
			fail_msg("%s from %s: %s by '%s' (%s)", cases[i].domain,
			    cases[i].client, bs_spf_result_name(finding.result),
			    finding.mechanism, finding.problem);
		assert_string_equal(finding.sender, sender);
		assert_string_equal(finding.domain, cases[i].domain);
	}
}

static void
test_explanation(void **state)
{
	(void)state;
	ask("198.18.0.1", "alice@to.example", "mail.example.org");
	assert_string_equal(finding.explanation,
	    "198.18.0.1 may not send for to.example (mx.example.org)");
	assert_true(finding.denies_all);
	ask("198.18.0.1", "", "many.example");
	assert_int_equal(finding.result, BS_SPF_FAIL);
	assert_string_equal(finding.sender, "postmaster@many.example");
	ask("198.51.100.1", "alice@many.example", "mail.example.org");
	assert_string_equal(finding.explanation, "");
	assert_int_equal(finding.lookups, 1);
}

/* Every name has a record with ten includes below itself. */
static const char *
make_tree(const char *name, enum bs_dns_type type)
{
	static char record[2000];
	size_t len = (size_t)snprintf(record, sizeof(record), "v=spf1");

	if (type != BS_DNS_TXT || strlen(name) > 200)
		return NULL;
	for (int i = 0; i < 10; i++)
		len += (size_t)snprintf(record + len, sizeof(record) - len,
		    " include:%d.tree.example", i);
	snprintf(record + len, sizeof(record) - len, " -all");
	return record;
}

static const char *
make_hosts(const char *name, enum bs_dns_type type)
{
	if (strcmp(name, "hosts.example") == 0 && type == BS_DNS_TXT)
		return "v=spf1 mx:m0.example mx:m1.example mx:m2.example "
		       "mx:m3.example mx:m4.example mx:m5.example "
		       "mx:m6.example mx:m7.example mx:m8.example "
		       "mx:m9.example a -all";
	return type == BS_DNS_A ? "192.0.2.200" : NULL;
}

static void
test_limits(void **state)
{
	(void)state;
	zone.make = make_tree;
	ask("198.18.0.1", "a@1.tree.example", "mail.example.org");
	assert_int_equal(finding.result, BS_SPF_PERMERROR);
	assert_true(zone.asked <= 11);
	zone.make = make_hosts;
	ask("198.18.0.1", "a@hosts.example", "mail.example.org");
	assert_int_equal(finding.result, BS_SPF_PERMERROR);
	assert_true(zone.asked <= 4);
	zone.make = NULL;
}

/* A record with a run of one macro in a term, and with a literal tail of a
 * length around those at which libspf2 counts wrong (CVE-2023-42118). */
static char hostile[8192];

static const char *
make_hostile(const char *name, enum bs_dns_type type)
{
	return zone_same(name, "hostile.example") && type == BS_DNS_TXT
		   ? hostile
		   : NULL;
}

static void
test_hostile(void **state)
{
	static const char *const terms[] = {"exp=", "exists:", "redirect=",
	    "a:", "mx:", "include:", "ptr:", "x-unknown="};
	static const unsigned tails[] = {0, 1, 40, 3000};

	(void)state;
	zone.make = make_hostile;
	for (size_t i = 0; i < COUNT(terms); i++)
		for (unsigned macros = 1; macros < 400; macros += 21)
			for (size_t t = 0; t < COUNT(tails); t++) {
				size_t len = (size_t)snprintf(hostile,
				    sizeof(hostile), "v=spf1 %s", terms[i]);

				for (unsigned m = 0; m < macros; m++)
					len += (size_t)snprintf(hostile + len,
					    sizeof(hostile) - len, "%%{d}");
				memset(hostile + len, 'x', tails[t]);
				len += tails[t];
				snprintf(hostile + len, sizeof(hostile) - len,
				    ".example -all");
				ask("198.18.0.1", "a@hostile.example",
				    "mail.example.org");
				assert_true(
				    finding.result == BS_SPF_PERMERROR ||
				    finding.result == BS_SPF_TEMPERROR ||
				    finding.result == BS_SPF_FAIL);
			}
	zone.make = NULL;
}

/* libspf2 counts mechanisms in an octet. */
static void
test_many_networks(void **state)
{
	size_t len = (size_t)snprintf(hostile, sizeof(hostile), "v=spf1");

	(void)state;
	zone.make = make_hostile;
	for (int i = 0; i < 280; i++)
		len += (size_t)snprintf(hostile + len, sizeof(hostile) - len,
		    " ip4:10.0.%d.1", i % 256);
	snprintf(hostile + len, sizeof(hostile) - len, " ip4:192.0.2.5 -all");
	ask("192.0.2.5", "a@hostile.example", "mail.example.org");
	assert_int_equal(finding.result, BS_SPF_PASS);
	assert_string_equal(finding.mechanism, "ip4:192.0.2.5");
	ask("192.0.2.6", "a@hostile.example", "mail.example.org");
	assert_int_equal(finding.result, BS_SPF_FAIL);
	zone.make = NULL;
}

static int
set_up(void **state)
{
	(void)state;
	libspf2 = bs_libspf2_new();
	return libspf2 == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	bs_libspf2_free(libspf2);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_results),
	    cmocka_unit_test(test_explanation),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_many_networks),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
