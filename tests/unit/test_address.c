/* Addresses taken apart and put together. */
#include <errno.h>

#include "common/mail/address.h"
#include "tests/unit/unit.h"

static int
parse(const char *text, struct bs_address *out)
{
	return bs_address_parse(text, strlen(text), out);
}

static void
takes_apart(void **state)
{
	static const struct {
		const char *text;
		const char *local;
		const char *domain;
		unsigned flags;
	} cases[] = {
	    {"alice@example.org", "alice", "example.org", 0},
	    {"<alice@example.org>", "alice", "example.org", 0},
	    {"a=b+c|d@x", "a=b+c|d", "x", 0},
	    {"\"a b>@\"@example.org", "\"a b>@\"", "example.org",
		BS_ADDRESS_QUOTED},
	    /* quotes that mean nothing */
	    {"\"alice\"@example.org", "alice", "example.org", 0},
	    {"<\"a.b=c+d\"@example.org>", "a.b=c+d", "example.org", 0},
	    {"\"alice\"", "alice", "", BS_ADDRESS_NO_DOMAIN},
	    {"\"\"@example.org", "\"\"", "example.org", BS_ADDRESS_QUOTED},
	    {"\"a..b\"@example.org", "\"a..b\"", "example.org",
		BS_ADDRESS_QUOTED},
	    {"\"a.\"@example.org", "\"a.\"", "example.org", BS_ADDRESS_QUOTED},
	    {"\"a\\\"b\"@example.org", "\"a\\\"b\"", "example.org",
		BS_ADDRESS_QUOTED},
	    {"@relay,@other:bob@example.org", "bob", "example.org",
		BS_ADDRESS_ROUTED},
	    {"postmaster", "postmaster", "", BS_ADDRESS_NO_DOMAIN},
	    {"j\xc3\xb6rg@example.org", "j\xc3\xb6rg", "example.org",
		BS_ADDRESS_EIGHTBIT},
	    {"alice@b\xc3\xbc"
	     "cher.example",
		"alice",
		"b\xc3\xbc"
		"cher.example",
		BS_ADDRESS_EIGHTBIT},
	    {"alice@[IPv6:2001:db8::1]", "alice", "[IPv6:2001:db8::1]", 0},
	};
	struct bs_address address;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(parse(cases[i].text, &address), 0);
		assert_int_equal(address.flags, cases[i].flags);
		assert_int_equal(address.local_len, strlen(cases[i].local));
		assert_memory_equal(address.local, cases[i].local,
		    address.local_len);
		assert_int_equal(address.domain_len, strlen(cases[i].domain));
		assert_memory_equal(address.domain, cases[i].domain,
		    address.domain_len);
	}
}

static void
refuses(void **state)
{
	static const char *const cases[] = {"@", "@example.org", "alice@",
	    "a b@example.org", "alice@exa mple.org", "alice@@example.org",
	    "\"open@example.org", "\"a\"b@example.org", "@relay", "a>b@c",
	    "alice@[192.0.2.1", "alice@example.org\n", "a\x01@b",
	    "alice,bob@example.org", "alice@a:b"};
	struct bs_address address;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(parse(cases[i], &address), -EINVAL);
	assert_int_equal(bs_address_parse("a\0b@c", 5, &address), -EINVAL);
}

static void
knows_the_null_path(void **state)
{
	struct bs_address address;

	(void)state;
	assert_int_equal(parse("", &address), BS_ADDRESS_NULL);
	assert_int_equal(parse("<>", &address), BS_ADDRESS_NULL);
}

static void
bounds_lengths(void **state)
{
	char text[BS_ADDRESS_MAX + 8];
	struct bs_address address;

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(bs_address_parse(text, BS_ADDRESS_MAX, &address),
	    -EMSGSIZE);
	memcpy(text + 256, "@b", 2);
	assert_int_equal(bs_address_parse(text, 258, &address), -EINVAL);
	memcpy(text + 255, "@b", 2);
	assert_int_equal(bs_address_parse(text, 257, &address), 0);
}

static void
writes(void **state)
{
	struct bs_address address;
	char out[32];

	(void)state;
	assert_int_equal(parse("Alice.S@Example.ORG", &address), 0);
	assert_int_equal(bs_address_write(&address, out, sizeof(out)), 0);
	assert_string_equal(out, "Alice.S@Example.ORG");
	assert_int_equal(bs_address_canonical(&address, out, sizeof(out)), 0);
	assert_string_equal(out, "alice.s@example.org");
	assert_int_equal(bs_address_write(&address, out, 20), 0);
	assert_int_equal(bs_address_write(&address, out, 19), -EMSGSIZE);
}

static void
knows_daemons(void **state)
{
	struct bs_address address;

	(void)state;
	assert_int_equal(parse("MAILER-DAEMON@x.example", &address), 0);
	assert_true(bs_address_is_daemon(&address));
	assert_int_equal(parse("postmaster", &address), 0);
	assert_true(bs_address_is_daemon(&address));
	assert_int_equal(parse("postmaster2@x.example", &address), 0);
	assert_false(bs_address_is_daemon(&address));
}

static void
matches_patterns(void **state)
{
	(void)state;
	assert_true(bs_address_matches("a@b", "a@b"));
	assert_false(bs_address_matches("a@b", "a@c"));
	assert_true(bs_address_matches("list-bounces@example.net",
	    "*-bounces@example.net"));
	assert_false(bs_address_matches("list-bounces@example.net",
	    "*-bounce@example.net"));
	assert_true(bs_address_matches("aXbXc", "a*b*c"));
	assert_false(bs_address_matches("aXbX", "a*b*c"));
	assert_true(bs_address_matches("", "**"));
	assert_false(bs_address_matches("a", ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_apart),
	    cmocka_unit_test(refuses),
	    cmocka_unit_test(knows_the_null_path),
	    cmocka_unit_test(bounds_lengths),
	    cmocka_unit_test(writes),
	    cmocka_unit_test(knows_daemons),
	    cmocka_unit_test(matches_patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
