/* Exim's configuration: pieces, retry rules, ACLs that refuse bounces. */
#include "common/cli/doctor/exim_conf.h"
#include "tests/unit/unit.h"

static struct bs_exim_conf conf;

static void
note_include(void *context, struct bs_exim_conf *into, const char *path,
    bool if_exists)
{
	char *out = context;

	(void)into;
	snprintf(out, 64, "%s%s", path, if_exists ? "?" : "");
}

static void
read_text(const char *text)
{
	char included[64] = "";

	bs_exim_begin(&conf);
	bs_exim_read(&conf, 7, text, strlen(text), note_include, included);
	bs_exim_end(&conf);
}

static void
test_pieces(void **state)
{
	(void)state;
	read_text("BACKSTOP_SO = /usr/lib/backstop.so\n"
		  ".ifdef _OPT_MAIN_LOCAL_SCAN_PATH\n"
		  "  local_scan_path = BACKSTOP_SO\n"
		  ".endif\n"
		  ".include_if_exists /usr/lib/exim4/backstop.conf\n"
		  "BACKSTOP_TAG = \\N^x$\\N\n"
		  "hostlist relay_from_hosts = 127.0.0.1 : \\\n"
		  "   192.0.2.0/24\n"
		  "begin routers\n"
		  "untag:\n"
		  "  driver = redirect\n"
		  "  # a comment in between\n"
		  "  condition = ${if match{$local_part}{BACKSTOP_TAG}}\n"
		  "local_user:\n"
		  "  check_local_user\n"
		  "begin transports\n"
		  "X = ${if Y{$local_scan_data}fail}\n");
	assert_string_equal(conf.module, "/usr/lib/backstop.so");
	assert_true(conf.has_slot);
	assert_string_equal(conf.other_module, "");
	assert_string_equal(conf.relay_from_hosts, "127.0.0.1 : 192.0.2.0/24");
	assert_true(conf.has_main);
	assert_true(conf.has_router);
	assert_false(conf.is_late);
	assert_true(conf.has_transport);
	assert_int_equal(conf.retry_seconds, 0);
}

static void
test_nothing(void **state)
{
	(void)state;
	read_text("begin routers\nlocal_user:\n  check_local_user\n");
	assert_false(conf.has_main || conf.has_router || conf.has_transport);
	assert_string_equal(conf.module, "");
}

static void
test_late(void **state)
{
	(void)state;
	read_text("begin routers\nlocal_user:\n  check_local_user\n"
		  "untag:\n  data = BACKSTOP_TAG\n");
	assert_true(conf.has_router);
	assert_true(conf.is_late);
}

/* Exim has one slot: it matters not who comes first. */
static void
test_slot(void **state)
{
	(void)state;
	read_text("local_scan_path = /a/other.so\n"
		  "BACKSTOP_SO = /a/b.so\nlocal_scan_path = /a/b.so\n");
	assert_true(conf.has_slot);
	assert_string_equal(conf.other_module, "/a/other.so");
}

static void
test_retry(void **state)
{
	static const struct {
		const char *rule;
		unsigned seconds;
	} cases[] = {
	    {"* * F,2h,15m; G,16h,1h,1.5; F,4d,6h", 4 * 86400},
	    {"* quota F,1h,10m\n* * F,1w,1h", 7 * 86400},
	    {"* * F,1d12h,1h", 36 * 3600},
	    {"* *", 0},
	    {"* * F,", 0},
	    {"* * F,xd,1h", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[128];

		snprintf(text, sizeof(text), "begin retry\n%s\n",
		    cases[i].rule);
		read_text(text);
		assert_int_equal(conf.retry_seconds, cases[i].seconds);
	}
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *text;
		size_t count;
	} cases[] = {
	    {"check:\n deny senders = :\n  message = no bounces\n accept", 1},
	    {"check:\n  drop\n    senders = :\n    domains = +local_domains",
		1},
	    {"deny !hosts = +relay_from_hosts\n  senders = <>", 1},
	    {"deny senders = :\n     condition = ${if eq{a}{b}}\n accept", 0},
	    {"deny senders = :\n     recipients = noreply@example.org", 0},
	    {"deny senders = a@b.example : c@d.example", 0},
	    {"accept senders = :\n deny message = x", 0},
	    {"warn senders = :\n  set acl_m_deny = 1", 0},
	    {"deny message = a \\\n  senders = :", 0},
	    {"defer senders = :", 0},
	    {"deny senders = :\n\nnext:\n  condition = x", 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[256];

		snprintf(text, sizeof(text), "begin acl\n%s\n", cases[i].text);
		read_text(text);
		if (conf.refusal_count != cases[i].count)
			fail_msg("%s: %zu", cases[i].text, conf.refusal_count);
		if (cases[i].count > 0)
			assert_int_equal(conf.refusals[0].file, 7);
	}
	/* outside the ACLs it is something else */
	read_text("deny senders = :\n");
	assert_int_equal(conf.refusal_count, 0);
}

static void
test_include(void **state)
{
	static const char text[] = ".include_if_exists /a/b.conf\n";
	static const char other[] = ".include /a/c.conf\n";
	char included[64] = "";

	(void)state;
	bs_exim_begin(&conf);
	bs_exim_read(&conf, 0, text, strlen(text), note_include, included);
	assert_string_equal(included, "/a/b.conf?");
	bs_exim_read(&conf, 0, other, strlen(other), note_include, included);
	assert_string_equal(included, "/a/c.conf");
}

static void
test_setting(void **state)
{
	static const char text[] = "# dc_relay_nets='no'\n"
				   "dc_relay_nets='192.0.2.0/24 ; ::1'\n"
				   "dc_use_split_config='false'\n"
				   "dc_use_split_config=true\r\n"
				   "dc_last=\"x\"";
	char out[32];

	(void)state;
	assert_true(bs_exim_setting(text, strlen(text), "dc_relay_nets", out,
	    sizeof(out)));
	assert_string_equal(out, "192.0.2.0/24 ; ::1");
	assert_true(bs_exim_setting(text, strlen(text), "dc_use_split_config",
	    out, sizeof(out)));
	assert_string_equal(out, "true");
	assert_true(
	    bs_exim_setting(text, strlen(text), "dc_last", out, sizeof(out)));
	assert_string_equal(out, "x");
	assert_false(
	    bs_exim_setting(text, strlen(text), "dc_las", out, sizeof(out)));
	assert_false(
	    bs_exim_setting(text, strlen(text), "dc_relay_nets", out, 5));
}

static void
test_items(void **state)
{
	static const struct {
		const char *list;
		const char *items;
	} cases[] = {
	    {"", ""},
	    {" ; ", ""},
	    {"192.0.2.0/24 ; ::1", "192.0.2.0/24|::1"},
	    {"127.0.0.1 : 192.0.2.0/24", "127.0.0.1|192.0.2.0/24"},
	    {"127.0.0.1 : ::::1", "127.0.0.1|::1"},
	    {"<; 2001:db8::/32 ; 192.0.2.1", "2001:db8::/32|192.0.2.1"},
	    {"a", "a"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *list = cases[i].list;
		char separator = '\0';
		char joined[128] = "";
		char item[32];
		size_t len = 0;

		while (bs_exim_item(&list, &separator, item, sizeof(item)))
			len +=
			    (size_t)snprintf(joined + len, sizeof(joined) - len,
				"%s%s", len > 0 ? "|" : "", item);
		assert_string_equal(joined, cases[i].items);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pieces),
	    cmocka_unit_test(test_nothing),
	    cmocka_unit_test(test_late),
	    cmocka_unit_test(test_slot),
	    cmocka_unit_test(test_retry),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_include),
	    cmocka_unit_test(test_setting),
	    cmocka_unit_test(test_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
