/* smtpd.conf: statements, listeners, filters, rules that refuse bounces. */
#include "common/cli/doctor/smtpd_conf.h"
#include "common/cli/doctor/smtpd_modes.h"
#include "common/cli/doctor/smtpd_route.h"
#include "tests/unit/unit.h"

static struct bs_smtpd_conf conf;

static void
include_one(void *context, struct bs_smtpd_conf *into, const char *path)
{
	unsigned *count = context;
	static const char text[] = "listen on eth1\n";

	assert_string_equal(path, "/etc/mail/more.conf");
	if ((*count)++ == 0)
		bs_smtpd_read(into, 1, text, strlen(text), include_one, count);
}

static void
read_text(const char *text)
{
	unsigned count = 0;

	bs_smtpd_begin(&conf);
	bs_smtpd_read(&conf, 0, text, strlen(text), include_one, &count);
}

/* The words of the first statement, joined by '|'. */
static const char *
words_of(const char *text)
{
	static char joined[BS_SMTPD_LINE_OCTETS * 2];
	struct bs_smtpd_macros macros = {.count = 1,
	    .list = {{"if", "eth0 \"two words\""}}};
	struct bs_smtpd_text reading;
	struct bs_smtpd_line line;
	size_t len = 0;

	joined[0] = '\0';
	bs_smtpd_text_begin(&reading, text, strlen(text));
	if (!bs_smtpd_line_next(&reading, &macros, &line))
		return "";
	for (size_t i = 0; i < line.count; i++)
		len += (size_t)snprintf(joined + len, sizeof(joined) - len,
		    "%s%s", i > 0 ? "|" : "", line.words[i]);
	return joined;
}

static void
test_words(void **state)
{
	static const struct {
		const char *text;
		const char *words;
	} cases[] = {
	    {"", ""},
	    {"\n # a comment\n\n", ""},
	    {"listen on eth0 # here\nmore", "listen|on|eth0"},
	    {"a \\\n b\n", "a|b"},
	    {"a \"b c\" 'd\"e' \"f\\\"g\"", "a|b c|d\"e|f\"g"},
	    {"table t { a, \"b\"\n c }\nd", "table|t|{|a|,|b|c|}"},
	    {"match !from mail-from <t> reject",
		"match|!|from|mail-from|<|t|>|reject"},
	    {"listen on $if port 25", "listen|on|eth0|two words|port|25"},
	    {"listen on $other port", "listen|on|port"},
	    {"a=b", "a|=|b"},
	    {"\"no end", "no end"},
	    {"a $", "a"},
	    {"smtp://127.0.0.1:10026", "smtp://127.0.0.1:10026"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(words_of(cases[i].text), cases[i].words);
}

static void
test_listeners(void **state)
{
	(void)state;
	read_text("ext = \"eth0\"\n"
		  "listen on socket tag LOCAL filter \"bs-untag\"\n"
		  "listen on $ext port 587 tls-require pki mail \\\n"
		  "    auth <credentials> senders <owners> tag auth\n"
		  "listen on lo0 port 10026 tag SIGN filter { \"a\", b }\n"
		  "include \"/etc/mail/more.conf\"\n"
		  "listen on eth2 tls pki auth auth-optional\n");
	assert_int_equal(conf.listener_count, 5);
	assert_true(conf.listeners[0].is_socket);
	assert_string_equal(conf.listeners[0].filters[0], "bs-untag");
	assert_false(bs_smtpd_is_public(&conf.listeners[0]));
	assert_string_equal(conf.listeners[1].where, "eth0");
	assert_string_equal(conf.listeners[1].port, "587");
	assert_true(conf.listeners[1].needs_auth);
	assert_true(conf.listeners[1].has_senders);
	assert_int_equal(conf.listeners[1].place.line, 3);
	assert_false(bs_smtpd_is_public(&conf.listeners[1]));
	assert_int_equal(conf.listeners[2].filter_count, 2);
	assert_string_equal(conf.listeners[2].filters[1], "b");
	assert_false(bs_smtpd_is_public(&conf.listeners[2]));
	assert_string_equal(conf.listeners[3].where, "eth1");
	assert_int_equal(conf.listeners[3].place.file, 1);
	/* a pki may be called auth */
	assert_false(conf.listeners[4].needs_auth);
	assert_true(bs_smtpd_is_public(&conf.listeners[4]));
	assert_false(conf.is_cut);
}

static void
test_filters(void **state)
{
	char mode[BS_SMTPD_COMMAND];

	(void)state;
	read_text("filter \"in\" proc-exec \"/usr/libexec/filter-backstop -i "
		  "yes -m in\" user _bsfilter group _bsfilter\n"
		  "proc bs \"filter-backstop -mout\" user u\n"
		  "filter out proc bs\n"
		  "filter all chain { rspamd, \"in\" }\n"
		  "filter rspamd proc-exec \"filter-rspamd -m in\"\n"
		  "filter null phase mail-from match mail-from \"<>\" "
		  "disconnect \"550 no\"\n");
	assert_int_equal(conf.filter_count, 6);
	assert_string_equal(conf.filters[0].user, "_bsfilter");
	assert_true(bs_smtpd_option(conf.filters[0].command, 'm', mode));
	assert_string_equal(mode, "in");
	assert_true(bs_smtpd_option(
	    bs_smtpd_program(&conf, bs_smtpd_find(&conf, "out"))->command, 'm',
	    mode));
	assert_string_equal(mode, "out");
	assert_null(bs_smtpd_find(&conf, "bs"));
	assert_int_equal(conf.filters[3].member_count, 2);
	assert_string_equal(conf.filters[3].members[1], "in");
	assert_null(bs_smtpd_program(&conf, &conf.filters[3]));
	assert_false(bs_smtpd_option(conf.filters[4].command, 'm', mode));
	assert_false(bs_smtpd_is_ours("my-filter-backstop"));
	assert_false(bs_smtpd_option("filter-backstop --m", 'm', mode));
	assert_false(bs_smtpd_option("filter-backstop -m", 'm', mode));
	assert_int_equal(conf.refusal_count, 1);
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *text;
		size_t count;
	} cases[] = {
	    {"match !from local mail-from \"<>\" for any reject", 1},
	    {"match from any mail-from <> for any reject", 1},
	    {"match from any mail-from \"@\" reject", 1},
	    {"match from mail-from \"<>\" for any reject", 1},
	    {"match tag MX from any mail-from regex \"^$\" reject", 1},
	    {"match from any !mail-from regex \".+@.+\" reject", 1},
	    {"table bad { \"<>\", x@y.example }\n"
	     "match from any mail-from <bad> for any reject",
		1},
	    {"table bad { x@y.example }\n"
	     "match from any mail-from <bad> for any reject",
		0},
	    {"match from any mail-from { \"a@b\", \"<>\" } reject", 1},
	    {"match from any !mail-from { \"a@b\", \"<>\" } reject", 0},
	    {"match from any !mail-from \"<>\" reject", 0},
	    {"match from any mail-from \"<>\" action \"local\"", 0},
	    {"match from src 192.0.2.1 mail-from \"<>\" reject", 0},
	    {"match !from src <good> mail-from \"<>\" reject", 1},
	    {"match from any auth mail-from \"<>\" reject", 0},
	    {"match from any mail-from \"<>\" rcpt-to <noreply> reject", 0},
	    {"filter n phase mail-from match mail-from \"<>\" reject \"550\"",
		1},
	    {"filter n phase mail-from match mail-from \"<>\" junk", 0},
	    {"filter n phase rcpt-to match mail-from \"\" reject \"550\"", 1},
	    {"match", 0},
	    {"match mail-from", 0},
	    {"match mail-from reject", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		read_text(cases[i].text);
		if (conf.refusal_count != cases[i].count)
			fail_msg("%s: %zu", cases[i].text, conf.refusal_count);
	}
}

static void
test_actions(void **state)
{
	const struct bs_smtpd_action *actions = conf.rules.actions;

	(void)state;
	read_text("action \"a\" relay\n"
		  "action \"mail-from\" relay host smtp://x\n"
		  "action \"b\" relay src <s> mail-from \"a@b\" tls\n"
		  "action c maildir \"~/mail-from\" alias <aliases>\n"
		  "action d relay domain <smarthosts>\n"
		  "action e relay host smtp+tls://label@[::1]:10026\n"
		  "action f relay mail-from");
	assert_int_equal(conf.rules.action_count, 7);
	assert_true(actions[0].relays);
	assert_string_equal(actions[0].mail_from, "");
	assert_string_equal(actions[1].mail_from, "");
	assert_string_equal(actions[1].host, "smtp://x");
	assert_string_equal(actions[2].mail_from, "a@b");
	assert_int_equal(actions[2].place.line, 3);
	assert_false(actions[3].relays);
	assert_true(actions[4].has_map);
	assert_false(bs_smtpd_stays_here(&actions[1]));
	assert_true(bs_smtpd_stays_here(&actions[5]));
	assert_int_equal(bs_smtpd_own_port(&actions[5]), 10026);
	assert_int_equal(bs_smtpd_own_port(&actions[1]), 0);
	assert_string_equal(actions[6].mail_from, "");
}

static void
test_sets(void **state)
{
	static const char file[] = "# ours\nexample.org\n\n  Example.NET ok\n";

	(void)state;
	read_text("table t { \"*.example.org\", a = b }\n"
		  "table f file:/etc/mail/domains\n"
		  "table d db:/etc/mail/domains.db\n"
		  "match for domain <t> action x\n"
		  "match for domain <f> action x\n"
		  "match for domain <d> action x\n"
		  "match for domain <none> action x\n"
		  "match for domain regex \"x$\" action x\n"
		  "match for domain { one.example, two.example } action x\n");
	assert_int_equal(conf.rules.rule_count, 6);
#define HAS(n, name)                                                           \
	bs_smtpd_set_has(&conf.rules, conf.rules.rules[n].domains, name)
	assert_int_equal(HAS(0, "mail.Example.org"), BS_SMTPD_YES);
	assert_int_equal(HAS(0, "example.org"), BS_SMTPD_NO);
	assert_int_equal(HAS(0, "a"), BS_SMTPD_YES);
	assert_int_equal(HAS(0, "b"), BS_SMTPD_NO);
	assert_int_equal(HAS(1, "example.org"), BS_SMTPD_MAYBE);
	assert_string_equal(conf.rules.sets[1].file, "/etc/mail/domains");
	bs_smtpd_rules_take_file(&conf.rules, 1, file, sizeof(file) - 1);
	assert_int_equal(HAS(1, "example.org"), BS_SMTPD_YES);
	assert_int_equal(HAS(1, "example.net"), BS_SMTPD_YES);
	assert_int_equal(HAS(1, "example.com"), BS_SMTPD_NO);
	assert_int_equal(HAS(2, "example.org"), BS_SMTPD_MAYBE);
	assert_int_equal(HAS(3, "example.org"), BS_SMTPD_MAYBE);
	assert_int_equal(HAS(4, "example.org"), BS_SMTPD_MAYBE);
	assert_int_equal(HAS(5, "two.example"), BS_SMTPD_YES);
}

/* The lines of the rules that a mail may meet, the last for certain: "3? 5". */
static const char *
rules_of(const struct bs_smtpd_mail *mail)
{
	static char text[128];
	const struct bs_smtpd_rule *rule;
	bool is_certain = false;
	size_t len = 0;
	size_t at = 0;

	text[0] = '\0';
	while (!is_certain && (rule = bs_smtpd_next_rule(&conf, mail, &at,
				   &is_certain)) != NULL)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s%u%s", len > 0 ? " " : "", rule->place.line,
		    is_certain ? "" : "?");
	return text;
}

static void
test_ways(void **state)
{
	static const struct {
		size_t listener;
		bool is_auth;
		const char *domain;
		bool is_own;
		const char *rules;
	} cases[] = {
	    {0, false, NULL, false, "12"},
	    {0, false, "example.org", false, "6"},
	    {0, false, "host.example.net", true, "7"},
	    {1, true, NULL, false, "8? 11"},
	    {2, false, NULL, false, "9"},
	    {3, false, NULL, false, ""},
	    {3, false, "example.org", false, "6"},
	    {3, false, "host.example.net", true, ""},
	    {4, true, NULL, false, "8? 11"},
	};

	(void)state;
	read_text("listen on socket tag LOCAL\n"
		  "listen on eth0 port 587 tls-require auth tag SUBMIT\n"
		  "listen on lo port 10026 tag SIGN\n"
		  "listen on eth0\n"
		  "listen on eth0 smtps auth\n"
		  "match from any for domain example.org action l\n"
		  "match for local action l\n"
		  "match from auth mail-from <bulk> for any action bulk\n"
		  "match tag SIGN for any action out\n"
		  "match tag { A, B } from any for any action out\n"
		  "match from auth for any action sign\n"
		  "match ! tag SIGN from local for any action sign\n"
		  "action l maildir\naction out relay\n"
		  "action sign relay host smtp://127.0.0.1:10026\n");
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct bs_smtpd_mail mail = {
		    .listener = &conf.listeners[cases[i].listener],
		    .is_auth = cases[i].is_auth,
		    .domain = cases[i].domain,
		    .is_own = cases[i].is_own};

		if (strcmp(rules_of(&mail), cases[i].rules) != 0)
			fail_msg("case %zu: %s", i, rules_of(&mail));
	}
	assert_ptr_equal(bs_smtpd_next_hop(&conf,
			     bs_smtpd_rules_action(&conf.rules, "sign")),
	    &conf.listeners[2]);
	assert_null(bs_smtpd_next_hop(&conf,
	    bs_smtpd_rules_action(&conf.rules, "out")));
	assert_string_equal(bs_smtpd_port(&conf.listeners[4]), "465");
	assert_true(conf.listeners[4].is_smtps && conf.listeners[4].takes_auth);
}

static void
test_modes_of_listeners(void **state)
{
	(void)state;
	read_text("filter i proc-exec \"filter-backstop -m in\"\n"
		  "filter o proc-exec \"filter-backstop -s /x -m out\"\n"
		  "filter c chain { rspamd, o }\n"
		  "listen on eth0 filter { rspamd, i }\n"
		  "listen on lo filter c\n"
		  "listen on eth1 filter none\n");
	assert_int_equal(bs_smtpd_modes_of(&conf, &conf.listeners[0]),
	    BS_SMTPD_IN);
	assert_int_equal(bs_smtpd_modes_of(&conf, &conf.listeners[1]),
	    BS_SMTPD_OUT);
	assert_int_equal(bs_smtpd_modes_of(&conf, &conf.listeners[2]), 0);
	assert_ptr_equal(bs_smtpd_with_mode(&conf, BS_SMTPD_OUT),
	    &conf.filters[1]);
	assert_null(bs_smtpd_with_mode(&conf, BS_SMTPD_UNTAG));
}

static void
test_ttl(void **state)
{
	(void)state;
	read_text("queue compression\n");
	assert_int_equal(conf.queue_seconds, 4 * BS_DAY_SECONDS);
	assert_int_equal(conf.action_seconds, 0);
	read_text("queue ttl 12h\naction out relay ttl 2d\n"
		  "action slow relay ttl 7d\naction odd relay ttl 7x\n");
	assert_int_equal(conf.queue_seconds, 12 * 3600);
	assert_int_equal(conf.action_seconds, 7 * BS_DAY_SECONDS);
}

/* What has no room is left out, and said. */
static void
test_limits(void **state)
{
	static char text[BS_SMTPD_LISTENERS * 40 + 8192];
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < BS_SMTPD_LISTENERS + 1; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "listen on eth%zu\n", i);
	read_text(text);
	assert_int_equal(conf.listener_count, BS_SMTPD_LISTENERS);
	assert_true(conf.is_cut);
	memset(text, 'x', 5000);
	memcpy(text, "filter a chain ", 15);
	snprintf(text + 5000, 32, "\nlisten on socket\n");
	read_text(text);
	assert_true(conf.is_cut);
	assert_int_equal(conf.filter_count, 0);
	assert_int_equal(conf.listener_count, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_listeners),
	    cmocka_unit_test(test_filters),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_actions),
	    cmocka_unit_test(test_sets),
	    cmocka_unit_test(test_ways),
	    cmocka_unit_test(test_modes_of_listeners),
	    cmocka_unit_test(test_ttl),
	    cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
