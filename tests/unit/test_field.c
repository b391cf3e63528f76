/* Client addresses and ESMTP parameters in smtpd's fields. */
#include <errno.h>

#include "filter/field.h"
#include "tests/unit/unit.h"

static struct bs_text
text_of(const char *text)
{
	struct bs_text out = {text, strlen(text)};

	return out;
}

static void
clients(void **state)
{
	static const struct {
		const char *source;
		const char *client; /* NULL: none */
	} cases[] = {
	    {"192.0.2.1:25", "192.0.2.1"},
	    {"192.0.2.1", "192.0.2.1"},
	    {"[192.0.2.1]:25", "192.0.2.1"},
	    {"[2001:db8::1]:25", "2001:db8::1"},
	    {"[IPv6:2001:db8::1]:25", "2001:db8::1"},
	    {"[ipv6:::1]:25", "::1"},
	    {"[::ffff:192.0.2.1]:25", "::ffff:192.0.2.1"},
	    {"2001:db8::1:25", "2001:db8::1"},
	    {"[fe80::1%eth0]:25", "fe80::1"},
	    {"unix:/var/run/smtpd.sock", "local"},
	    {"unix:", "local"},
	    {"local", "local"},
	    {"", NULL},
	    {":", NULL},
	    {":25", NULL},
	    {"[", NULL},
	    {"[]", NULL},
	    {"[]:25", NULL},
	    {"[IPv6:]:25", NULL},
	    {"[2001:db8::1", NULL},
	    {"[%eth0]:25", NULL},
	    {"host.example.org:25", NULL},
	    {"192.0.2.1 :25", NULL},
	    {"unix", NULL},
	    {"locally", NULL},
	    {"0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0:1",
		NULL},
	};
	char out[48];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int rc =
		    bs_field_client(text_of(cases[i].source), out, sizeof(out));

		assert_int_equal(rc, cases[i].client == NULL ? -EINVAL : 0);
		assert_string_equal(out,
		    cases[i].client == NULL ? "" : cases[i].client);
	}
	assert_int_equal(bs_field_client(text_of("local"), out, 5), -EINVAL);
	assert_string_equal(out, "");
}

static void
params(void **state)
{
	static const struct {
		const char *command;
		enum bs_proto_phase phase;
		const char *address;
		const char *params;
	} cases[] = {
	    {"MAIL FROM:<a@x>", BS_PROTO_MAIL_FROM, "a@x", ""},
	    {"MAIL FROM:<a@x> RET=HDRS ENVID=q", BS_PROTO_MAIL_FROM, "a@x",
		" RET=HDRS ENVID=q"},
	    {"mail from:\t <a@x> BODY=8BITMIME", BS_PROTO_MAIL_FROM, "a@x",
		" BODY=8BITMIME"},
	    {"MAIL FROM:<> RET=FULL", BS_PROTO_MAIL_FROM, "", " RET=FULL"},
	    {"MAIL FROM:<a@x>SIZE=1", BS_PROTO_MAIL_FROM, "a@x", "SIZE=1"},
	    {"MAIL FROM:<a@x> AUTH=<>", BS_PROTO_MAIL_FROM, "a@x", " AUTH=<>"},
	    {"MAIL FROM:<\"a>b\"@x> SIZE=1", BS_PROTO_MAIL_FROM, "\"a>b\"@x",
		" SIZE=1"},
	    {"MAIL FROM:<\"a\\\">b\"@x> SIZE=1", BS_PROTO_MAIL_FROM,
		"\"a\\\">b\"@x", " SIZE=1"},
	    {"RCPT TO:<a@x> NOTIFY=NEVER", BS_PROTO_RCPT_TO, "a@x",
		" NOTIFY=NEVER"},
	    {"rcpt to: <a|b@x> ORCPT=rfc822;a|b", BS_PROTO_RCPT_TO, "a|b@x",
		" ORCPT=rfc822;a|b"},
	    {"RCPT TO:<a@x> NOTIFY=NEVER", BS_PROTO_MAIL_FROM, "a@x", ""},
	    {"MAIL FROM:<a@x> RET=HDRS", BS_PROTO_RCPT_TO, "a@x", ""},
	    {"MAIL FROM:<b@x> RET=HDRS", BS_PROTO_MAIL_FROM, "a@x", ""},
	    {"MAIL FROM:<aa@x> RET=HDRS", BS_PROTO_MAIL_FROM, "a@x", ""},
	    {"MAIL FROM:a@x> RET=HDRS", BS_PROTO_MAIL_FROM, "a@x", ""},
	    {"MAIL FROM:<a@x", BS_PROTO_MAIL_FROM, "a@x", ""},
	    {"MAIL FROM:<\"a@x> RET=HDRS", BS_PROTO_MAIL_FROM, "\"a@x", ""},
	    {"MAIL FROM:<\"a\\", BS_PROTO_MAIL_FROM, "", ""},
	    {"MAIL FROM:>", BS_PROTO_MAIL_FROM, "", ""},
	    {"MAIL FROM:", BS_PROTO_MAIL_FROM, "", ""},
	    {"MAIL FROM", BS_PROTO_MAIL_FROM, "", ""},
	    {"", BS_PROTO_MAIL_FROM, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bs_text found =
		    bs_field_params(text_of(cases[i].command), cases[i].phase,
			text_of(cases[i].address));

		assert_int_equal(found.len, strlen(cases[i].params));
		assert_memory_equal(found.at, cases[i].params,
		    strlen(cases[i].params));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(clients),
	    cmocka_unit_test(params),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
