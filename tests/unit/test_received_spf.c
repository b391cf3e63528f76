/* Received-SPF: as RFC 7208 §9.1 has it, whatever the values are. */
#include <errno.h>

#include "common/mail/received_spf.h"
#include "tests/unit/trace_grammar.h"
#include "tests/unit/unit.h"

static const struct bs_received_spf plain = {
    .result = BS_SPF_PASS,
    .identity = BS_SPF_MAILFROM,
    .client = "192.0.2.1",
    .domain = "d.example",
    .envelope_from = "u@d.example",
    .helo = "mx.d.example",
    .receiver = "mx.example.org",
    .mechanism = "ip4:192.0.2.0/24",
};

static void
assert_writes(const struct bs_received_spf *spf, const char *wanted)
{
	char out[1024];

	assert_int_equal(bs_received_spf_write(spf, out, sizeof(out)), 0);
	assert_string_equal(out, wanted);
	assert_true(is_received_spf(out));
	assert_true(is_folded(out));
}

static void
test_plain(void **state)
{
	struct bs_received_spf spf = plain;

	(void)state;
	assert_writes(&spf,
	    "Received-SPF: pass (mx.example.org: domain of d.example "
	    "designates 192.0.2.1\n\tas permitted sender) "
	    "client-ip=192.0.2.1;\n\tenvelope-from=\"u@d.example\"; "
	    "helo=mx.d.example;\n\treceiver=mx.example.org; "
	    "identity=mailfrom;\n"
	    "\tmechanism=\"ip4:192.0.2.0/24\"");
	spf = (struct bs_received_spf){.result = BS_SPF_PERMERROR,
	    .identity = BS_SPF_HELO,
	    .client = "2001:db8::1",
	    .problem = "two records"};
	assert_writes(&spf,
	    "Received-SPF: permerror client-ip=\"2001:db8::1\"; "
	    "identity=helo;\n\tproblem=\"two records\"");
}

/* What a client may send to break out of its value. */
static void
test_hostile(void **state)
{
	static const struct {
		const char *helo;
		const char *wanted;
	} cases[] = {
	    {"h;x=y", "\"h;x=y\""},
	    {"a\"b\\c", "\"a\\\"b\\\\c\""},
	    {"a\r\nX-Spam: no", "\"aX-Spam: no\""},
	    {"[192.0.2.1]", "\"[192.0.2.1]\""},
	    {"a..b", "\"a..b\""},
	    {".a", "\".a\""},
	    {"a.", "\"a.\""},
	    {"", "\"\""},
	    {"(x)", "\"(x)\""},
	    {"\x7f\xc3\xa4", "\"??\""},
	    {"a b", "\"a b\""},
	};
	struct bs_received_spf spf = {.client = "192.0.2.1"};
	char wanted[256];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		spf.helo = cases[i].helo;
		snprintf(wanted, sizeof(wanted),
		    "Received-SPF: none client-ip=192.0.2.1; helo=%s; "
		    "identity=helo",
		    cases[i].wanted);
		assert_writes(&spf, wanted);
	}
	spf.helo = NULL;
	spf.domain = "a)(b\\\n .example";
	assert_writes(&spf,
	    "Received-SPF: none (domain of a\\)\\(b\\\\\\ .example does not say "
	    "whether it\n\tdesignates 192.0.2.1 as permitted sender) "
	    "client-ip=192.0.2.1;\n\tidentity=helo");
}

/* Every result, and every size of buffer: whole or not at all. */
static void
test_sizes(void **state)
{
	struct bs_received_spf spf = plain;
	char out[1024];

	(void)state;
	for (unsigned i = 0; i < BS_SPF_RESULTS; i++) {
		size_t size = 1;

		spf.result = (enum bs_spf_result)i;
		while (bs_received_spf_write(&spf, out, size) != 0) {
			assert_true(strlen(out) < size);
			assert_true(++size < sizeof(out));
		}
		assert_int_equal(strlen(out), size - 1);
		assert_true(is_received_spf(out));
		assert_true(is_folded(out));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plain),
	    cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
