/* backstop.conf: each mistake, with its line, all in one pass. */
#include <errno.h>

#include "tests/unit/config_test.h"

/* Of 64 octets, one more than a label has. */
#define LONG_LABEL                                                             \
	"a234567890123456789012345678901234567890123456789012345678901234"

/* Each line alone, under "domains = example.org": its mistake at line 2. */
static void
test_bad_lines(void **state)
{
	static const struct {
		const char *line;
		const char *says;
	} cases[] = {
	    {"sign = maybe", "sign = maybe: must be no or yes"},
	    {"sign = YES", "must be no or yes"},
	    {"sign =", "sign has no value"},
	    {"sign = # yes", "sign has no value"},
	    {"strict = 1", "must be no or yes"},
	    {"mode = off", "must be observe, mark, junk or enforce"},
	    {"report = yes", "report = yes: must be hosts, counts or off"},
	    {"report = Hosts", "must be hosts, counts or off"},
	    {"outbound = yes", "must be elsewhere or here"},
	    {"form = srs", "must be prvs or subaddress"},
	    {"lifetime = 0x10", "must be a decimal number"},
	    {"lifetime = 010", "must be a decimal number"},
	    {"lifetime = -10", "must be a decimal number"},
	    {"lifetime = 10 days", "must be a decimal number"},
	    {"lifetime = 1", "must be 2 to 60"},
	    {"lifetime = 61", "must be 2 to 60"},
	    {"lifetime = 100000000000000000010", "must be 2 to 60"},
	    {"state = var/lib", "must begin with '/'"},
	    {"socket = sock", "must begin with '/'"},
	    {"user = two words", "is not a user name"},
	    {"user = 0", "is not a user name"},
	    {"clients = a/b", "is not a user name"},
	    {"trusted = 192.0.2.1/24", "is not a network"},
	    {"trusted = ::1 127.0.0.1", "a comma is missing"},
	    {"trusted = ,::1", "there is nothing before a comma"},
	    {"gateways = mx.example.org", "is not a network"},
	    {"exempt = noreply", "is not a pattern"},
	    {"exempt = @example.org", "is not a pattern"},
	    {"Sign = yes", "unknown key 'Sign'; known: domains sign"},
	    {"helo_fail = mark", "unknown key"},
	    {"a very odd key = x", "there is no key before '='"},
	    {"= x", "there is no key before '='"},
	    {"sign: yes", "'=' is missing"},
	    {"sign", "'=' is missing"},
	    {"trusted: ::1", "'=' is missing"},
	    {"domains = example.net", "domains appears twice"},
	    {"[spf", "']' is missing"},
	    {"[spf] x", "follows ']'"},
	    {"[]", "unknown section []"},
	    {"[domain]", "unknown section [domain]"},
	    {"[domains example.org]", "unknown section"},
	    {"[domain example.net]", "example.net is not among 'domains'"},
	    {"[domain  example.org]", "is not a domain name"},
	    {"[domain .org]", "is not a domain name"},
	    {"sign = y\001s", "a control character"},
	    {"sign = yes\rmode = junk", "a control character"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[512];
		struct bs_config *config;
		struct report report;

		snprintf(text, sizeof(text), "domains = example.org\n%s\n",
		    cases[i].line);
		assert_int_equal(parse(text, &config, &report), -EINVAL);
		assert_null(config);
		if (report.count != 1 || strncmp(report.text, "2: ", 3) != 0 ||
		    strstr(report.text, cases[i].says) == NULL)
			fail_msg("'%s' got: %s", cases[i].line, report.text);
	}
}

/* The same of lines in a section. */
static void
test_bad_spf(void **state)
{
	static const struct {
		const char *section;
		const char *line;
		const char *says;
	} cases[] = {
	    {"spf", "check = maybe", "must be no or yes"},
	    {"spf", "mode = off", "must be observe, mark, junk or enforce"},
	    {"spf", "helo_fail = refuse",
		"helo_fail = refuse: must be ignore, mark, junk, defer or "
		"reject"},
	    {"spf", "helo_fail =", "helo_fail has no value"},
	    {"spf", "helo_pass = mark", "unknown key 'helo_pass'"},
	    {"spf", "servers = ::1", "unknown key 'servers'"},
	    {"spf", "domains = a.example", "unknown key 'domains'"},
	    {"spf", "own_domains = yes", "own_domains = yes: must be ignore"},
	    {"spf", "fail_needs_all = all", "must be no or yes"},
	    {"spf", "dsn = none",
		"dsn = none: must be all, not-failed or authenticated"},
	    {"spf", "forwarders = a@b.example", "is not a domain name"},
	    {"spf", "skip = mx.example", "is not a network"},
	    {"spf", "header = spf", "must be both, received-spf"},
	    {"spf", "authserv_id = mx example", "is not a name"},
	    {"spf", "deadline = 0", "must be 1 to 60"},
	    {"spf", "deadline = 61", "must be 1 to 60"},
	    {"dns", "check = yes",
		"unknown key 'check'; known in [dns]: servers"},
	    {"dns", "servers = resolver.example",
		"is not the address of a server"},
	    {"dns", "servers = 127.0.0.1:", "is not the address of a server"},
	    {"dns", "servers = 127.0.0.1:0", "is not the address of a server"},
	    {"dns", "servers = 127.0.0.1:65536",
		"is not the address of a server"},
	    {"dns", "servers = 127.0.0.1:53x",
		"is not the address of a server"},
	    {"dns", "servers = [127.0.0.1]:53",
		"is not the address of a server"},
	    {"dns", "servers = [::1", "is not the address of a server"},
	    {"dns", "servers = [::1]53", "is not the address of a server"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[512];
		struct bs_config *config;
		struct report report;

		snprintf(text, sizeof(text),
		    "domains = example.org\n[%s]\n%s\n", cases[i].section,
		    cases[i].line);
		assert_int_equal(parse(text, &config, &report), -EINVAL);
		if (report.count != 1 || strncmp(report.text, "3: ", 3) != 0 ||
		    strstr(report.text, cases[i].says) == NULL)
			fail_msg("'%s' got: %s", cases[i].line, report.text);
	}
}

static void
test_domain_names(void **state)
{
	static const char *const bad[] = {
	    ".",
	    ".org",
	    "example..org",
	    "example.org.",
	    "-example.org",
	    "example-.org",
	    "ex ample.org",
	    "ex*mple.org",
	    "user@x.org",
	    "[192.0.2.1]",
	    "192.0.2.1",
	    "ex\xe4mple.org",
	    "example.1",
	    LONG_LABEL,
	};
	static const char *const fine[] = {
	    "localhost",
	    "a.b.c.d.e",
	    "xn--exmple-cua.org",
	    "ex\xc3\xa4mple.org",
	    "ex_ample.org",
	    "1and1.example",
	    "1.2.3.example",
	};
	char text[512];
	struct bs_config *config;
	struct report report;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(text, sizeof(text), "domains = %s\n", bad[i]);
		if (parse(text, &config, &report) != -EINVAL)
			fail_msg("'%s' was taken for a domain", bad[i]);
	}
	for (size_t i = 0; i < COUNT(fine); i++) {
		snprintf(text, sizeof(text), "domains = %s\n", fine[i]);
		bs_config_free(good(text));
	}
	assert_int_equal(
	    parse("domains = a.example, A.EXAMPLE", &config, &report), -EINVAL);
	assert_non_null(strstr(report.text, "1: domain a.example is listed "
					    "twice"));
}

/* No name of a section is cut, however long. */
static void
test_long_sections(void **state)
{
	static const char label[] =
	    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee";
	struct bs_config *config;
	struct report report;
	char name[254];
	char text[1024];

	(void)state;
	snprintf(name, sizeof(name), "%s.x.example", label);
	snprintf(text, sizeof(text),
	    "domains = %s, %s.y.example\n"
	    "[domain %s]\nsign = yes\n"
	    "[domain %s.y.example]\nmode = junk\n",
	    name, label, name, label);
	config = good(text);
	assert_true(domain(config, name)->sign);
	assert_int_equal(domain(config, name)->mode, BS_OBSERVE);
	bs_config_free(config);

	/* the longest name there is: it is reported, but not listed */
	memset(name, 'a', 253);
	for (size_t i = 50; i < 250; i += 50)
		name[i] = '.';
	name[253] = '\0';
	snprintf(text, sizeof(text), "domains = x.example\n[domain %s]\n",
	    name);
	assert_int_equal(parse(text, &config, &report), -EINVAL);
	assert_int_equal(report.count, 1);
	assert_non_null(strstr(report.text, "is not among 'domains'"));
}

/* All of it in one pass, each with its line, none because of another. */
static void
test_one_pass(void **state)
{
	struct bs_config *config;
	struct report report;

	(void)state;
	assert_int_equal(parse("domains = example.org, exa mple\n"
			       "sign = perhaps\n"
			       "   more\n"
			       "colour = blue\n"
			       "   green\n"
			       "no equals sign\n"
			       "   and its continuation\n"
			       "trusted = 127.0.0.1,\n"
			       "   300.0.0.1,\n"
			       "   ::1\n"
			       "trusted = ::1\n"
			       "[domain example.org]\n"
			       "  mode = shout\n"
			       "lifetime = 5\n"
			       "[domain example.org]\n"
			       "sign = ja\n"
			       "[wrong]\n"
			       "anything = goes\n"
			       "[spf]\n"
			       "[spf]\n"
			       "x = y\n"
			       "x\n",
			     &config, &report),
	    -EINVAL);
	assert_string_equal(report.text,
	    "1: domains: a comma is missing in 'exa mple'\n"
	    "2: sign = perhaps: must be no or yes\n"
	    "3: sign takes one value, but this line begins with a space and "
	    "so continues it\n"
	    "4: unknown key 'colour'; known: domains sign mode outbound form "
	    "exempt strict trusted gateways lifetime messages probe_limit "
	    "report state socket user "
	    "clients\n"
	    "6: '=' is missing: 'no equals sign'\n"
	    "9: trusted: '300.0.0.1' is not a network (as 192.0.2.0/24, "
	    "2001:db8::/32 or one address; no bits set behind the prefix)\n"
	    "11: trusted appears twice\n"
	    "13: mode = shout: must be observe, mark, junk or enforce\n"
	    "14: unknown key 'lifetime'; known in [domain NAME]: sign mode "
	    "outbound form exempt strict\n"
	    "15: section [domain example.org] appears twice\n"
	    "16: sign = ja: must be no or yes\n"
	    "17: unknown section [wrong]; known: [domain NAME], [spf], [dns]\n"
	    "20: section [spf] appears twice\n"
	    "21: unknown key 'x'; known in [spf]: check mode own_domains "
	    "fail_needs_all dsn forwarders skip header authserv_id "
	    "results_from deadline helo_none helo_neutral ...\n"
	    "22: '=' is missing: 'x'\n");
}

/* A line may be longer than any buffer of ours. */
static void
test_long_lines(void **state)
{
	static char text[16384];
	struct bs_config *config;
	struct report report;
	size_t len;

	(void)state;
	len = (size_t)snprintf(text, sizeof(text), "domains = a.example");
	for (unsigned i = 0; len < 4000; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    ", host%u.example", i);
	snprintf(text + len, sizeof(text) - len,
	    ", last.example # and %0300d\nmode = junk\n", 7);
	config = good(text);
	assert_non_null(domain(config, "host200.example"));
	assert_int_equal(domain(config, "last.example")->mode, BS_JUNK);
	bs_config_free(config);

	/* a fault behind a long comment has its own line */
	snprintf(text, sizeof(text),
	    "domains = example.org\n#%09000d\nsign = maybe\n", 7);
	assert_int_equal(parse(text, &config, &report), -EINVAL);
	assert_int_equal(report.count, 1);
	assert_non_null(strstr(report.text, "3: sign = maybe"));
	/* and so has a long value: the report quotes its start */
	snprintf(text, sizeof(text), "[domain %09000d]\nmode = %04000d\n", 7,
	    7);
	assert_int_equal(parse(text, &config, &report), -EINVAL);
	assert_non_null(strstr(report.text, "1: '00000"));
	assert_non_null(strstr(report.text, "2: mode = 00000"));
}

/* A pattern longer than any address would match none. */
static void
test_long_pattern(void **state)
{
	struct bs_config *config;
	struct report report;
	char text[1024];

	(void)state;
	snprintf(text, sizeof(text), "domains = a.example\nexempt = %0600d@*\n",
	    7);
	assert_int_equal(parse(text, &config, &report), -EINVAL);
	assert_non_null(
	    strstr(report.text, "2: exempt: a pattern has at most"));
}

static void
test_nul(void **state)
{
	static const char text[] = "domains = example.org\nsign = yes\0\n"
				   "mode = junk\0x\n\0";
	struct bs_config *config;
	struct report report;

	(void)state;
	assert_int_equal(parse_len(text, sizeof(text) - 1, &config, &report),
	    -EINVAL);
	assert_string_equal(report.text, "2: the line holds a NUL\n"
					 "3: the line holds a NUL\n"
					 "4: the line holds a NUL\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bad_lines),
	    cmocka_unit_test(test_bad_spf),
	    cmocka_unit_test(test_domain_names),
	    cmocka_unit_test(test_long_sections),
	    cmocka_unit_test(test_one_pass),
	    cmocka_unit_test(test_long_lines),
	    cmocka_unit_test(test_long_pattern),
	    cmocka_unit_test(test_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
