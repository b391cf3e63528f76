/* Networks: what can be read as one, and which addresses lie in it. */
#include <errno.h>

#include "common/base/netblock.h"
#include "tests/unit/unit.h"

static void
test_parse(void **state)
{
	static const struct {
		const char *text;
		unsigned prefix;
	} good[] = {
	    {"192.0.2.0/24", 120},
	    {"192.0.2.1", 128},
	    {"192.0.2.1/32", 128},
	    {"0.0.0.0/0", 96},
	    {"10.0.0.0/8", 104},
	    {"::/0", 0},
	    {"::1", 128},
	    {"2001:db8::/32", 32},
	    {"2001:DB8:0:8000::/49", 49},
	    {"::ffff:192.0.2.0/120", 120},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct bs_netblock block;

		assert_int_equal(bs_netblock_parse(good[i].text, &block), 0);
		assert_int_equal(block.prefix, good[i].prefix);
	}
}

static void
test_refuse(void **state)
{
	static const char *const bad[] = {
	    "",
	    "/",
	    "/24",
	    "192.0.2.0/",
	    "192.0.2.0/33",
	    "192.0.2.0/024",
	    "192.0.2.0/ 24",
	    "192.0.2.0/+24",
	    "192.0.2.0/-1",
	    "192.0.2.0/24/24",
	    "192.0.2.0/1000",
	    "192.0.2.0/24 ",
	    " 192.0.2.0/24",
	    "192.0.2/24",
	    "192.0.2.1/24",
	    "192.0.2.256",
	    "192.0.02.1",
	    "0xc0000201",
	    "example.org",
	    "[::1]",
	    "::1/129",
	    "2001:db8::1/32",
	    "2001:db8::/32%eth0",
	    "fe80::1%eth0",
	    "::ffff:192.0.2.0/24",
	    ":::",
	    "1:2:3:4:5:6:7:8:9",
	    "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct bs_netblock block;

		if (bs_netblock_parse(bad[i], &block) != -EINVAL)
			fail_msg("'%s' was taken for a network", bad[i]);
	}
}

static void
test_has(void **state)
{
	static const struct {
		const char *block;
		const char *address;
		bool has;
	} cases[] = {
	    {"192.0.2.0/24", "192.0.2.0", true},
	    {"192.0.2.0/24", "192.0.2.255", true},
	    {"192.0.2.0/24", "192.0.3.0", false},
	    {"192.0.2.0/24", "::ffff:192.0.2.7", true},
	    {"192.0.2.0/24", "::192.0.2.7", false},
	    {"192.0.2.128/25", "192.0.2.127", false},
	    {"192.0.2.128/25", "192.0.2.128", true},
	    {"192.0.2.6/31", "192.0.2.7", true},
	    {"192.0.2.6/31", "192.0.2.8", false},
	    {"192.0.2.6", "192.0.2.6", true},
	    {"192.0.2.6", "192.0.2.7", false},
	    {"0.0.0.0/0", "203.0.113.9", true},
	    {"0.0.0.0/0", "2001:db8::1", false},
	    {"::/0", "2001:db8::1", true},
	    {"::/0", "203.0.113.9", false},
	    {"::/0", "::ffff:203.0.113.9", false},
	    {"::1", "::1", true},
	    {"::1", "0:0:0:0:0:0:0:1", true},
	    {"::1", "::2", false},
	    {"2001:db8:8000::/33", "2001:db8:ffff::1", true},
	    {"2001:db8:8000::/33", "2001:db8:7fff::1", false},
	    {"127.0.0.0/8", "local", false},
	    {"127.0.0.0/8", "", false},
	    {"127.0.0.0/8", "[127.0.0.1]", false},
	    {"127.0.0.0/8", "127.0.0.1/8", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bs_netblock block;

		assert_int_equal(bs_netblock_parse(cases[i].block, &block), 0);
		if (bs_netblock_has(&block, cases[i].address) != cases[i].has)
			fail_msg("%s and %s", cases[i].block, cases[i].address);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse),
	    cmocka_unit_test(test_refuse),
	    cmocka_unit_test(test_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
