/* Host names that strangers tell. */
#include "common/mail/host.h"
#include "tests/unit/unit.h"

/* RIGHT-TO-LEFT OVERRIDE and a name; as octets, as it would turn this line. */
static const char turned[] = {(char)0xe2, (char)0x80, (char)0xae, 'm', 'o', 'c',
    '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', '\0'};

static void
copies_what_may_be_a_name(void **state)
{
	static const struct {
		const char *text;
		const char *name; /* empty: none */
	} cases[] = {
	    {"mx.example.net", "mx.example.net"},
	    {"MX.Example.NET.", "mx.example.net"},
	    {"xn--mller-kva.example", "xn--mller-kva.example"},
	    {"3com.example", "3com.example"},
	    {"a-b.c-d.e1", "a-b.c-d.e1"},
	    {"", ""},
	    {".", ""},
	    {"localhost", ""},
	    {"a..b", ""},
	    {".a.b", ""},
	    {"a.b..", ""},
	    {"-a.b", ""},
	    {"a-.b", ""},
	    {"a_b.example", ""},
	    {"192.0.2.1", ""},
	    {"[192.0.2.1]", ""},
	    {"2001:db8::1", ""},
	    {"mx.example.net bad", ""},
	    {"<script>alert(1)</script>.example", ""},
	    {"m\xc3\xbcller.example", ""},
	    {turned, ""},
	    {"a\n.example", ""},
	};
	char out[BS_HOST_NAME_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len =
		    bs_host_copy(cases[i].text, strlen(cases[i].text), out);

		assert_int_equal(len, strlen(cases[i].name));
		assert_memory_equal(out, cases[i].name, len);
	}
	assert_int_equal(bs_host_copy("a\0.example", 10, out), 0);
}

static void
knows_the_limits(void **state)
{
	char text[300];
	char out[BS_HOST_NAME_MAX];

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t i = 60; i < sizeof(text); i += 60)
		text[i] = '.';
	assert_int_equal(bs_host_copy(text, 253, out), 253);
	assert_int_equal(bs_host_copy(text, 254, out), 0);
	assert_int_equal(bs_host_copy(text, 300, out), 0);
	memset(text, 'a', 64);
	text[63] = '.';
	assert_int_equal(bs_host_copy(text, 65, out), 65);
	text[63] = 'a';
	text[64] = '.';
	assert_int_equal(bs_host_copy(text, 66, out), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(copies_what_may_be_a_name),
	    cmocka_unit_test(knows_the_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
