/* What judging counts for the report: hours, rows, reasons, and who. */
#include <errno.h>

#include "common/judge/spf.h"
#include "common/judge/tops.h"
#include "common/store/tops.h"
#include "tests/unit/judging.h"

#define TODAY 20000
#define HOUR ((uint32_t)TODAY * 24 + 1)
#define T0 ((int64_t)TODAY * DAY + 3600)

static const char config_text[] = "domains = example.org, example.com\n"
				  "sign = yes\n"
				  "mode = enforce\n"
				  "outbound = here\n"
				  "exempt = noreply@example.org\n"
				  "[domain example.com]\n"
				  "sign = no\n";

static int
set_up(void **state)
{
	(void)state;
	begin(config_text, T0, 40);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	end();
	return 0;
}

static uint32_t
counted(enum bs_tally_kind kind, uint32_t when, const char *name,
    unsigned column)
{
	const struct bs_judge judge = judge_now();
	struct bs_entry entry = {.table = BS_TABLE_META};
	struct bs_tally_record record;
	uint8_t hash[BS_RECORD_HASH];
	struct bs_view view;

	bs_case_view(&judge, &view);
	assert_int_equal(bs_view_hash_domain(&view, name, strlen(name), hash),
	    0);
	entry.key_len = bs_tally_key_write(kind, when, hash, entry.key);
	if (bs_writer_get(writer, &entry) != 0)
		return 0;
	assert_int_equal(bs_tally_record_read(entry.key, entry.key_len,
			     entry.value, entry.value_len, &record),
	    0);
	return record.counts[column];
}

/* How often a text was counted today. Sets *all to how many others were. */
static int64_t
top(enum bs_top_kind kind, const char *text, size_t len, size_t *all)
{
	static struct bs_top_entry found[BS_TOP_SLOTS];
	int64_t floor;

	bs_writer_tick(writer, config->lifetime_days, T0 + 60);
	assert_int_equal(bs_tops_read(store, TODAY, kind, found, all, &floor),
	    0);
	for (size_t i = 0; i < *all; i++)
		if (found[i].len == len &&
		    memcmp(found[i].text, text, len) == 0)
			return found[i].count;
	return 0;
}

static int64_t
top_text(enum bs_top_kind kind, const char *text)
{
	size_t all;

	return top(kind, text, strlen(text), &all);
}

static size_t
top_size(enum bs_top_kind kind)
{
	size_t all;

	(void)top(kind, "", 0, &all);
	return all;
}

static void
forged_bounce(const char *client, const char *helo, const char *mta)
{
	prepare_bounce("Alice@example.org", "never-sent@example.org");
	SET(request.client, client);
	SET(request.helo, helo);
	SET(request.reporting_mta, mta);
	ask(T0);
	assert_string_equal(answer.verdict, "forged");
	assert_int_equal(answer.action, BS_ACTION_REJECT);
}

static void
counts_a_forged_bounce(void **state)
{
	const struct bs_judge judge = judge_now();
	const char user[] = "alice@example.org";
	uint8_t hash[BS_RECORD_HASH];
	struct bs_view view;
	size_t all;

	(void)state;
	forged_bounce("198.51.100.7", "helo.example.net", "MX.Example.Net");
	forged_bounce("198.51.100.99", "helo.example.net", "");
	assert_int_equal(
	    counted(BS_TALLY_OF_DAY, TODAY, "example.org", BS_TALLY_FORGED), 2);
	assert_int_equal(
	    counted(BS_TALLY_OF_HOUR, HOUR, "example.org", BS_TALLY_FORGED), 2);
	assert_int_equal(
	    counted(BS_TALLY_OF_HOUR, HOUR, "example.org", BS_TALLY_REJECTED),
	    2);
	assert_int_equal(
	    counted(BS_TALLY_OF_HOUR, HOUR + 1, "example.org", BS_TALLY_FORGED),
	    0);
	assert_int_equal(counted(BS_TALLY_OF_ROWS, TODAY, "example.org",
			     judgement.row->number),
	    2);
	assert_int_equal(top_text(BS_TOP_NETWORK, "198.51.100.0/24"), 2);
	assert_int_equal(top_text(BS_TOP_MTA, "mx.example.net"), 1);
	assert_int_equal(top_text(BS_TOP_MTA, "helo.example.net"), 1);
	bs_case_view(&judge, &view);
	bs_view_hash(&view, user, strlen(user), hash);
	assert_int_equal(
	    top(BS_TOP_USER, (const char *)hash, sizeof(hash), &all), 2);
	assert_int_equal(all, 1);
}

/* One that is genuine is nobody's attack. */
static void
counts_no_genuine_bounce(void **state)
{
	(void)state;
	send_signed("alice@example.org", "m1@example.org", T0);
	prepare_bounce("alice@example.org", "m1@example.org");
	SET(request.reporting_mta, "mx.example.net");
	add(&request.final_recipients, "bob@x.example");
	ask(T0 + 1);
	assert_string_equal(answer.verdict, "genuine");
	assert_int_equal(
	    counted(BS_TALLY_OF_HOUR, HOUR, "example.org", BS_TALLY_ID_HOME),
	    1);
	for (int kind = 0; kind < BS_TOP_KINDS; kind++)
		assert_int_equal(top_size((enum bs_top_kind)kind), 0);
}

/* RIGHT-TO-LEFT OVERRIDE and a name; as octets, as it would turn this line. */
static const char turned[] = {(char)0xe2, (char)0x80, (char)0xae, 'm', 'o', 'c',
    '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', '\0'};

/* What is no host name is not kept, whoever says it. */
static void
keeps_no_hostile_name(void **state)
{
	const char *const names[] = {"<script>alert(1)</script>",
	    "[198.51.100.7]", "localhost", "a b.example", "", turned};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		forged_bounce("198.51.100.7", names[i], names[i]);
	assert_int_equal(top_size(BS_TOP_MTA), 0);
	assert_int_equal(top_text(BS_TOP_NETWORK, "198.51.100.0/24"),
	    COUNT(names));
}

static void
writes_networks(void **state)
{
	static const char *const cases[][2] = {
	    {"192.0.2.1", "192.0.2.0/24"},
	    {"2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"},
	    {"::ffff:192.0.2.1", "192.0.2.0/24"},
	    {"fe80::1", "fe80::/48"},
	};
	char out[BS_NETWORK_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(bs_tops_network(cases[i][0], out), 0);
		assert_string_equal(out, cases[i][1]);
	}
	assert_int_equal(bs_tops_network("local", out), -EINVAL);
	assert_int_equal(bs_tops_network("", out), -EINVAL);
	assert_int_equal(bs_tops_network("192.0.2.1.example", out), -EINVAL);
}

static void
says_why_mail_left_unsigned(void **state)
{
	static const struct {
		const char *sender;
		enum bs_listener listener;
		const char *domain;
		enum bs_tally_left left;
	} cases[] = {
	    {"noreply@example.org", BS_LISTENER_OUT, "example.org",
		BS_LEFT_EXEMPT},
	    {"\"a b\"@example.org", BS_LISTENER_OUT, "example.org",
		BS_LEFT_QUOTED},
	    {"alice@example.org", BS_LISTENER_OUT, "example.org", BS_LEFT_LATE},
	    {"alice@example.org", BS_LISTENER_IN, "example.org",
		BS_LEFT_ELSEWHERE},
	    {"prvs=1234abcdef=alice@example.org", BS_LISTENER_OUT,
		"example.org", BS_LEFT_BAD_TAG},
	    {"alice@example.com", BS_LISTENER_OUT, "example.com",
		BS_LEFT_SIGN_OFF},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t before = counted(BS_TALLY_OF_LEFT, TODAY,
		    cases[i].domain, cases[i].left);

		prepare_sent(cases[i].sender, "", "m@example.org");
		request.listener = cases[i].listener;
		SET(request.client, "127.0.0.1");
		ask(T0);
		assert_int_equal(counted(BS_TALLY_OF_LEFT, TODAY,
				     cases[i].domain, cases[i].left),
		    before + 1);
	}
	memset(&keyring, 0, sizeof(keyring));
	prepare_sent("alice@example.org", "", "m@example.org");
	ask(T0);
	assert_int_equal(
	    counted(BS_TALLY_OF_LEFT, TODAY, "example.org", BS_LEFT_NO_KEY), 1);
	for (unsigned i = 0; i < BS_LEFTS; i++)
		assert_string_not_equal(
		    bs_reason_word(bs_tally_left_reason((enum bs_tally_left)i)),
		    "");
}

static void
judge_spf(enum bs_spf_result result, const char *name)
{
	struct bs_judge judge = judge_now();
	struct bs_spf_finding finding = {.identity = BS_SPF_MAILFROM,
	    .result = result};
	struct bs_case question;

	judge.host = "here.example";
	SET(finding.domain, name);
	prepare(BS_OP_SPF, BS_LISTENER_IN, OUTSIDE, "joe@x.example", "");
	bs_case_begin(&judge, &request, T0, &question);
	bs_judge_spf(&question, &finding, 1, &answer);
}

static void
counts_spf(void **state)
{
	(void)state;
	judge_spf(BS_SPF_FAIL, "X.example");
	judge_spf(BS_SPF_FAIL, "x.example");
	judge_spf(BS_SPF_PASS, "y.example");
	judge_spf(BS_SPF_SOFTFAIL, "z.example");
	judge_spf(BS_SPF_FAIL, "<b>.example");
	assert_int_equal(top_text(BS_TOP_SPF, "x.example"), 2);
	assert_int_equal(top_size(BS_TOP_SPF), 1);
	assert_int_equal(counted(BS_TALLY_OF_HOUR, HOUR, BS_TALLY_SPF,
			     BS_TALLY_SPF_RESULT + BS_SPF_FAIL),
	    3);
}

/* The setting is asked at each question; a reload changes it. */
static void
keeps_what_the_setting_says(void **state)
{
	(void)state;
	config->report = BS_KEEP_COUNTS;
	bs_writer_keep(writer, config->report);
	forged_bounce("198.51.100.7", "helo.example.net", "mx.example.net");
	judge_spf(BS_SPF_FAIL, "x.example");
	assert_int_equal(
	    counted(BS_TALLY_OF_HOUR, HOUR, "example.org", BS_TALLY_FORGED), 1);
	config->report = BS_KEEP_OFF;
	bs_writer_keep(writer, config->report);
	forged_bounce("198.51.100.7", "helo.example.net", "mx.example.net");
	assert_int_equal(
	    counted(BS_TALLY_OF_HOUR, HOUR, "example.org", BS_TALLY_FORGED), 1);
	assert_int_equal(counted(BS_TALLY_OF_ROWS, TODAY, "example.org",
			     judgement.row->number),
	    1);
	assert_int_equal(tally("example.org", TODAY, BS_TALLY_FORGED), 2);
	for (int kind = 0; kind < BS_TOP_KINDS; kind++)
		assert_int_equal(top_size((enum bs_top_kind)kind), 0);
}

/* A host of thousands of domains: the first ones have hours of their own. */
static void
counts_hours_of_many_domains_together(void **state)
{
	static char text[64 * (BS_TALLY_HOUR_DOMAINS + 10)];
	size_t len = 0;

	(void)state;
	end();
	len += (size_t)snprintf(text, sizeof(text),
	    "mode = enforce\nsign = yes\noutbound = here\ndomains = ");
	for (int i = 0; i < BS_TALLY_HOUR_DOMAINS + 10; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%sd%03d.example", i == 0 ? "" : ", ", i);
	begin(text, T0, 40);
	prepare_bounce("alice@d199.example", "never@d199.example");
	ask(T0);
	prepare_bounce("alice@d200.example", "never@d200.example");
	ask(T0);
	prepare_bounce("alice@d209.example", "never@d209.example");
	ask(T0);
	assert_int_equal(
	    counted(BS_TALLY_OF_HOUR, HOUR, "d199.example", BS_TALLY_FORGED),
	    1);
	assert_int_equal(
	    counted(BS_TALLY_OF_HOUR, HOUR, "d200.example", BS_TALLY_FORGED),
	    0);
	assert_int_equal(
	    counted(BS_TALLY_OF_HOUR, HOUR, BS_TALLY_OTHERS, BS_TALLY_FORGED),
	    2);
	assert_int_equal(tally("d209.example", TODAY, BS_TALLY_FORGED), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(counts_a_forged_bounce),
	    TEST(counts_no_genuine_bounce),
	    TEST(keeps_no_hostile_name),
	    cmocka_unit_test(writes_networks),
	    TEST(says_why_mail_left_unsigned),
	    TEST(counts_spf),
	    TEST(keeps_what_the_setting_says),
	    TEST(counts_hours_of_many_domains_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
