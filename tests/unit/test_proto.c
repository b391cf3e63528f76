/* Lines of smtpd taken apart, in the field orders of each protocol. */
#include <errno.h>

#include "filter/proto.h"
#include "tests/unit/unit.h"

#define HEAD(version) "|" version "|1576146008.006099|smtp-in|"
#define SESSION 0x7641df9771b4ed00ull
#define TOKEN 0x1ef1c203cc576e5dull

struct line {
	const char *text;
	enum bs_proto_kind kind;
	enum bs_proto_event event;
	const char *about;
	bool ok;
};

static void
check_text(struct bs_text text, const char *wanted)
{
	assert_non_null(text.at);
	assert_int_equal(text.len, strlen(wanted));
	assert_memory_equal(text.at, wanted, text.len);
}

static void
reports(void **state)
{
	static const struct line cases[] = {
	    {"report" HEAD("0.7") "link-connect|7641df9771b4ed00|host|pass|"
				  "192.0.2.1:4|198.51.100.1:25",
		BS_PROTO_REPORT, BS_PROTO_CONNECT, "192.0.2.1:4", false},
	    {"report" HEAD("0.6") "link-connect|7641df9771b4ed00||error|"
				  "unix:/run/s|unix:/run/s",
		BS_PROTO_REPORT, BS_PROTO_CONNECT, "unix:/run/s", false},
	    {"report" HEAD("0.7") "link-disconnect|7641df9771b4ed00",
		BS_PROTO_REPORT, BS_PROTO_DISCONNECT, "", false},
	    {"report" HEAD("0.6") "link-greeting|7641df9771b4ed00|mx.a.b",
		BS_PROTO_REPORT, BS_PROTO_GREETING, "mx.a.b", false},
	    {"report" HEAD("0.7") "link-identify|7641df9771b4ed00|EHLO|a.b",
		BS_PROTO_REPORT, BS_PROTO_IDENTIFY, "a.b", false},
	    {"report" HEAD("0.1") "link-identify|7641df9771b4ed00|a.b",
		BS_PROTO_REPORT, BS_PROTO_IDENTIFY, "a.b", false},
	    {"report" HEAD("0.6") "link-auth|7641df9771b4ed00|a|b|pass",
		BS_PROTO_REPORT, BS_PROTO_AUTH, "a|b", true},
	    {"report" HEAD("0.6") "link-auth|7641df9771b4ed00|pass|fail",
		BS_PROTO_REPORT, BS_PROTO_AUTH, "pass", false},
	    {"report" HEAD("0.7") "link-auth|7641df9771b4ed00|pass|a|b",
		BS_PROTO_REPORT, BS_PROTO_AUTH, "a|b", true},
	    {"report" HEAD("0.7") "link-auth|7641df9771b4ed00|fail|pass",
		BS_PROTO_REPORT, BS_PROTO_AUTH, "pass", false},
	    {"report" HEAD("0.10") "link-auth|7641df9771b4ed00|pass|a",
		BS_PROTO_REPORT, BS_PROTO_AUTH, "a", true},
	    {"report" HEAD("0.5") "tx-rcpt|7641df9771b4ed00|1f|a|b@x|ok",
		BS_PROTO_REPORT, BS_PROTO_RCPT, "a|b@x", true},
	    {"report" HEAD("0.6") "tx-rcpt|7641df9771b4ed00|1f|ok|a|b@x",
		BS_PROTO_REPORT, BS_PROTO_RCPT, "a|b@x", true},
	    {"report" HEAD("0.7") "tx-rcpt|7641df9771b4ed00|1f|permfail|ok",
		BS_PROTO_REPORT, BS_PROTO_RCPT, "ok", false},
	    {"report" HEAD("0.7") "tx-rcpt|7641df9771b4ed00|1f|tempfail|a@x",
		BS_PROTO_REPORT, BS_PROTO_RCPT, "a@x", false},
	    {"report" HEAD("0.7") "tx-commit|7641df9771b4ed00|1f|1234",
		BS_PROTO_REPORT, BS_PROTO_COMMIT, "1f|1234", false},
	    {"report" HEAD("0.7") "protocol-client|7641df9771b4ed00|MAIL a|b",
		BS_PROTO_REPORT, BS_PROTO_COMMAND, "MAIL a|b", false},
	    {"report" HEAD("0.7") "protocol-client|7641df9771b4ed00|",
		BS_PROTO_REPORT, BS_PROTO_COMMAND, "", false},
	    {"report" HEAD("0.6") "protocol-server|7641df9771b4ed00|250-DSN",
		BS_PROTO_REPORT, BS_PROTO_REPLY, "250-DSN", false},
	};
	struct bs_proto_line line;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;

		assert_int_equal(bs_proto_parse(text, strlen(text), &line), 0);
		assert_int_equal(line.kind, cases[i].kind);
		assert_int_equal(line.event, cases[i].event);
		assert_true(line.asker.session == SESSION);
		assert_int_equal(line.ok, cases[i].ok);
		check_text(line.text, cases[i].about);
		if (i == 0)
			check_text(line.listener, "198.51.100.1:25");
	}
}

static void
requests(void **state)
{
	static const struct {
		const char *text;
		enum bs_proto_phase phase;
		bool token_first;
		const char *argument;
	} cases[] = {
	    {"filter" HEAD("0.7") "mail-from|7641df9771b4ed00|"
				  "1ef1c203cc576e5d|a|b@x",
		BS_PROTO_MAIL_FROM, false, "a|b@x"},
	    {"filter" HEAD("0.5") "mail-from|7641df9771b4ed00|"
				  "1ef1c203cc576e5d|",
		BS_PROTO_MAIL_FROM, false, ""},
	    {"filter" HEAD("0.4") "rcpt-to|7641df9771b4ed00|"
				  "1ef1c203cc576e5d|a@x",
		BS_PROTO_RCPT_TO, true, "a@x"},
	    {"filter" HEAD("0.7") "data|7641df9771b4ed00|1ef1c203cc576e5d|",
		BS_PROTO_DATA, false, ""},
	    {"filter" HEAD("0.7") "data|7641df9771b4ed00|1ef1c203cc576e5d",
		BS_PROTO_DATA, false, ""},
	    {"filter" HEAD("0.7") "connect|7641df9771b4ed00|"
				  "1ef1c203cc576e5d|host|192.0.2.1",
		BS_PROTO_ANOTHER, false, "host|192.0.2.1"},
	    {"filter" HEAD("0.99") "rcpt-to|7641DF9771B4ED00|"
				   "1EF1C203CC576E5D|a@x",
		BS_PROTO_RCPT_TO, false, "a@x"},
	    {"filter" HEAD("1.0") "unheard-of|7641df9771b4ed00|"
				  "1ef1c203cc576e5d|a|b|c",
		BS_PROTO_ANOTHER, false, "a|b|c"},
	    {"filter|0.7|1.1|smtp-out|rcpt-to|7641df9771b4ed00|"
	     "1ef1c203cc576e5d|a@x",
		BS_PROTO_RCPT_TO, false, "a@x"},
	};
	struct bs_proto_line line;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;

		assert_int_equal(bs_proto_parse(text, strlen(text), &line), 0);
		assert_int_equal(line.kind, BS_PROTO_FILTER);
		assert_int_equal(line.phase, cases[i].phase);
		assert_true(line.asker.session == SESSION);
		assert_true(line.asker.token == TOKEN);
		assert_int_equal(line.asker.token_first, cases[i].token_first);
		check_text(line.text, cases[i].argument);
	}
}

static void
other_lines(void **state)
{
	static const char *const cases[] = {
	    "config|smtpd-version|7.8.0p1",
	    "config|protocol|seven",
	    "config|",
	    "config|ready|no",
	    "report" HEAD("0.7") "tx-reset|7641df9771b4ed00|1f",
	    "report" HEAD("0.7") "unheard-of|x|y",
	    "report" HEAD("1.0") "link-connect|7641df9771b4ed00|a|b|c|d",
	    "report|0.7|1.1|smtp-out|link-connect|7641df9771b4ed00|a|b|c|d",
	    "report|0.7|1.1|stats|entry|key|counter|1",
	};
	static const char ready[] = "config|ready";
	static const char speaks[] = "config|protocol|0.7";
	static const char later[] = "config|protocol|1.0";
	struct bs_proto_line line;

	(void)state;
	assert_int_equal(bs_proto_parse(ready, strlen(ready), &line), 0);
	assert_int_equal(line.kind, BS_PROTO_READY);
	assert_int_equal(bs_proto_parse(speaks, strlen(speaks), &line), 0);
	assert_int_equal(line.kind, BS_PROTO_SPEAKS);
	assert_int_equal(line.minor, 7);
	assert_int_equal(bs_proto_parse(later, strlen(later), &line), 0);
	assert_true(line.minor > 7);
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(
		    bs_proto_parse(cases[i], strlen(cases[i]), &line), 0);
		assert_int_equal(line.kind, BS_PROTO_OTHER);
	}
}

static void
malformed_lines_are_refused(void **state)
{
	static const char *const cases[] = {
	    "",
	    "|",
	    "config",
	    "report",
	    "filter|0.7",
	    "filter|0.7|1.1|smtp-in",
	    "Filter" HEAD("0.7") "data|1|2|",
	    "answer" HEAD("0.7") "data|1|2|",
	    "filter" HEAD("0.7") "data",
	    "filter" HEAD("0.7") "data|1",
	    "filter" HEAD("0.7") "data||2|",
	    "filter" HEAD("0.7") "data|1||",
	    "filter" HEAD("0.7") "data|1|g|",
	    "filter" HEAD("0.7") "data|0x1|2|",
	    "filter" HEAD("0.7") "data|11112222333344445|2|",
	    "filter" HEAD("0") "data|1|2|",
	    "filter" HEAD("") "data|1|2|",
	    "filter" HEAD(".7") "data|1|2|",
	    "filter" HEAD("0.") "data|1|2|",
	    "filter" HEAD("0.7.1") "data|1|2|",
	    "filter" HEAD("0.-7") "data|1|2|",
	    "filter" HEAD("0.12345") "data|1|2|",
	    "report" HEAD("0.7") "link-connect",
	    "report" HEAD("0.7") "link-connect|",
	    "report" HEAD("0.7") "link-connect|1|a|b",
	    "report" HEAD("0.7") "link-connect|1|a|b|c",
	    "report" HEAD("0.7") "link-connect|g|a|b|c|d",
	    "report" HEAD("0.7") "link-auth|1",
	    "report" HEAD("0.7") "link-auth|1|pass",
	    "report" HEAD("0.6") "link-auth|1|pass",
	    "report" HEAD("0.7") "tx-rcpt|1|2|ok",
	    "report" HEAD("0.5") "tx-rcpt|1|2|ok",
	};
	struct bs_proto_line line;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    bs_proto_parse(cases[i], strlen(cases[i]), &line), -EINVAL);
}

/* A line ends where its length says: what follows in memory is another. */
static void
reads_no_further(void **state)
{
	static const char text[] =
	    "filter" HEAD("0.7") "mail-from|1|2|a@example.org";
	struct bs_proto_line line;

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		char *exact = malloc(len == 0 ? 1 : len);

		assert_non_null(exact);
		memcpy(exact, text, len);
		if (bs_proto_parse(exact, len, &line) == 0)
			assert_true(
			    line.text.at + line.text.len <= exact + len);
		free(exact);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reports),
	    cmocka_unit_test(requests),
	    cmocka_unit_test(other_lines),
	    cmocka_unit_test(malformed_lines_are_refused),
	    cmocka_unit_test(reads_no_further),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
