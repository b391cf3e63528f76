/* Every finding of SPF with every setting: actions and replies. */
#include <errno.h>

#include "common/policy/spf.h"
#include "tests/unit/unit.h"

static const enum bs_action words[] = {BS_ACTION_NONE, BS_ACTION_HEADER,
    BS_ACTION_JUNK, BS_ACTION_DEFER, BS_ACTION_REJECT};

static struct bs_spf_finding
finding(enum bs_spf_identity identity, enum bs_spf_result result)
{
	struct bs_spf_finding out = {.identity = identity, .result = result};

	snprintf(out.domain, sizeof(out.domain), "%s",
	    identity == BS_SPF_HELO ? "mx.d.example" : "d.example");
	return out;
}

/* One action for all results of an identity. */
static struct bs_spf_rules
rules(enum bs_mode mode, enum bs_action helo, enum bs_action mailfrom)
{
	struct bs_spf_rules out = {.mode = mode};

	for (unsigned i = 0; i < BS_SPF_RESULTS; i++) {
		out.actions[BS_SPF_HELO][i] = helo;
		out.actions[BS_SPF_MAILFROM][i] = mailfrom;
	}
	return out;
}

static unsigned
rank(enum bs_action action)
{
	for (unsigned i = 0; i < COUNT(words); i++)
		if (words[i] == action)
			return i;
	fail_msg("action %d", action);
	return 0;
}

/* What must be so of every decision. */
static void
check(const struct bs_spf_rules *set, const struct bs_spf_findings *found)
{
	struct bs_spf_decision out;

	bs_spf_decide(set, found, &out);
	assert_non_null(out.finding);
	assert_true(
	    out.finding == found->helo || out.finding == found->mailfrom);
	assert_true(rank(out.action) <= rank(out.would));
	if (set->mode == BS_OBSERVE)
		assert_int_equal(out.action, BS_ACTION_NONE);
	if (set->mode == BS_MARK)
		assert_true(rank(out.action) <= rank(BS_ACTION_HEADER));
	if (set->mode == BS_JUNK)
		assert_true(rank(out.action) <= rank(BS_ACTION_JUNK));
	if (set->mode == BS_ENFORCE)
		assert_int_equal(out.action, out.would);
	/* what may be a bounce is not refused by SPF, nor put off */
	if (found->may_be_bounce)
		assert_true(rank(out.would) <= rank(BS_ACTION_JUNK));
	/* a bounce is never harmed by SPF alone, nor a forwarder */
	if (found->mailfrom == NULL || found->is_forwarder)
		assert_true(rank(out.would) <= rank(BS_ACTION_HEADER));
	if (out.finding->result == BS_SPF_TEMPERROR)
		assert_int_not_equal(out.would, BS_ACTION_REJECT);
	if (out.finding->result == BS_SPF_PASS)
		assert_true(rank(out.would) <= rank(BS_ACTION_HEADER));
	if (out.would == BS_ACTION_REJECT && set->fail_needs_all &&
	    out.finding->result == BS_SPF_FAIL && !out.by_own_rule)
		assert_true(out.finding->denies_all);
}

static void
check_found(struct bs_spf_rules *set, const struct bs_spf_finding *helo,
    const struct bs_spf_finding *mailfrom)
{
	struct bs_spf_findings found = {.helo = helo, .mailfrom = mailfrom};

	for (unsigned bits = 0; bits < 16; bits++) {
		found.is_ours = bits & 1;
		found.is_forwarder = bits & 2;
		set->fail_needs_all = bits & 4;
		found.may_be_bounce = bits & 8;
		check(set, &found);
	}
}

/* The full product of modes, actions, own rule and results. */
static void
test_product(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4 * 5 * 5 * 5; i++) {
		struct bs_spf_rules set = rules((enum bs_mode)(i % 4),
		    words[i / 4 % 5], words[i / 20 % 5]);

		set.own_domains = words[i / 100];
		for (unsigned j = 0; j < 2 * BS_SPF_RESULTS * BS_SPF_RESULTS;
		     j++) {
			struct bs_spf_finding helo = finding(BS_SPF_HELO,
			    (enum bs_spf_result)(j / 2 % BS_SPF_RESULTS));
			struct bs_spf_finding mailfrom =
			    finding(BS_SPF_MAILFROM,
				(enum bs_spf_result)(j / 2 / BS_SPF_RESULTS));

			mailfrom.denies_all = helo.denies_all = j & 1;
			check_found(&set, &helo, &mailfrom);
			check_found(&set, &helo, NULL);
			check_found(&set, NULL, &mailfrom);
		}
	}
}

/* Whom each setting tells of nothing, of mail that is accepted. */
static bool
is_silent(enum bs_spf_dsn dsn, enum bs_spf_result result)
{
	static const char *const silent[] = {
	    [BS_SPF_DSN_ALL] = "",
	    [BS_SPF_DSN_NOT_FAILED] = "fail softfail",
	    [BS_SPF_DSN_AUTHENTICATED] = "fail softfail none neutral permerror",
	};

	return strstr(silent[dsn], bs_spf_result_name(result)) != NULL;
}

static void
check_dsn(struct bs_spf_rules *set, const struct bs_spf_finding *helo,
    const struct bs_spf_finding *mailfrom, unsigned bits)
{
	struct bs_spf_findings found = {.helo = helo,
	    .mailfrom = mailfrom,
	    .is_ours = bits & 1,
	    .is_forwarder = bits & 2,
	    .may_be_bounce = bits & 4};
	struct bs_spf_decision out;

	bs_spf_decide(set, &found, &out);
	assert_int_equal(out.no_dsn, mailfrom != NULL && !found.is_forwarder &&
					 out.action != BS_ACTION_REJECT &&
					 out.action != BS_ACTION_DEFER &&
					 is_silent(set->dsn, mailfrom->result));
}

/* Every setting with every mode, action, result of both identities, and kind of
 * sender. The name in HELO says nothing of who is told. */
static void
test_who_is_told(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3 * 4 * 5 * BS_SPF_RESULTS; i++)
		for (unsigned j = 0; j < 8 * BS_SPF_RESULTS; j++) {
			struct bs_spf_rules set =
			    rules((enum bs_mode)(i / 3 % 4), BS_ACTION_HEADER,
				words[i / 12 % 5]);
			struct bs_spf_finding mailfrom = finding(
			    BS_SPF_MAILFROM, (enum bs_spf_result)(i / 60));
			struct bs_spf_finding helo =
			    finding(BS_SPF_HELO, (enum bs_spf_result)(j / 8));

			set.dsn = (enum bs_spf_dsn)(i % 3);
			check_dsn(&set, &helo, &mailfrom, j % 8);
			check_dsn(&set, NULL, &mailfrom, j % 8);
			check_dsn(&set, &helo, NULL, j % 8);
		}
}

/* The law: what is not a result counts for nobody. */
static void
test_failed_lookup_proves_nothing(void **state)
{
	struct bs_spf_finding mailfrom =
	    finding(BS_SPF_MAILFROM, BS_SPF_TEMPERROR);
	struct bs_spf_findings found = {.mailfrom = &mailfrom};
	struct bs_spf_rules set =
	    rules(BS_MARK, BS_ACTION_HEADER, BS_ACTION_HEADER);
	struct bs_spf_decision out;

	(void)state;
	set.dsn = BS_SPF_DSN_AUTHENTICATED;
	bs_spf_decide(&set, &found, &out);
	assert_false(out.no_dsn);
	set.dsn = BS_SPF_DSN_NOT_FAILED;
	mailfrom.result = BS_SPF_NONE;
	bs_spf_decide(&set, &found, &out);
	assert_false(out.no_dsn);
}

static void
test_dsn_words(void **state)
{
	enum bs_spf_dsn dsn;

	(void)state;
	for (int i = BS_SPF_DSN_ALL; i <= BS_SPF_DSN_AUTHENTICATED; i++) {
		assert_int_equal(
		    bs_spf_dsn_parse(bs_spf_dsn_name((enum bs_spf_dsn)i), &dsn),
		    0);
		assert_int_equal(dsn, i);
	}
	assert_int_equal(bs_spf_dsn_parse("none", &dsn), -EINVAL);
}

static enum bs_action
decide(const struct bs_spf_rules *set, const struct bs_spf_findings *found,
    const struct bs_spf_finding **decider)
{
	struct bs_spf_decision out;

	bs_spf_decide(set, found, &out);
	*decider = out.finding;
	return out.action;
}

static void
test_who_decides(void **state)
{
	struct bs_spf_finding helo = finding(BS_SPF_HELO, BS_SPF_FAIL);
	struct bs_spf_finding mailfrom = finding(BS_SPF_MAILFROM, BS_SPF_PASS);
	struct bs_spf_findings found = {.helo = &helo, .mailfrom = &mailfrom};
	struct bs_spf_rules set =
	    rules(BS_ENFORCE, BS_ACTION_JUNK, BS_ACTION_REJECT);
	const struct bs_spf_finding *decider;

	(void)state;
	/* a pass of one does not excuse the other */
	assert_int_equal(decide(&set, &found, &decider), BS_ACTION_JUNK);
	assert_ptr_equal(decider, &helo);
	mailfrom.result = BS_SPF_FAIL;
	assert_int_equal(decide(&set, &found, &decider), BS_ACTION_REJECT);
	assert_ptr_equal(decider, &mailfrom);
	/* of two that weigh the same, MAIL FROM */
	set = rules(BS_ENFORCE, BS_ACTION_REJECT, BS_ACTION_REJECT);
	assert_int_equal(decide(&set, &found, &decider), BS_ACTION_REJECT);
	assert_ptr_equal(decider, &mailfrom);
	/* but not if it is ignored */
	set = rules(BS_ENFORCE, BS_ACTION_HEADER, BS_ACTION_NONE);
	assert_int_equal(decide(&set, &found, &decider), BS_ACTION_HEADER);
	assert_ptr_equal(decider, &helo);
	/* that mail has to wait does not make it suspect */
	set = rules(BS_JUNK, BS_ACTION_DEFER, BS_ACTION_DEFER);
	assert_int_equal(decide(&set, &found, &decider), BS_ACTION_HEADER);
}

static void
test_tells(void **state)
{
	struct bs_spf_finding helo = finding(BS_SPF_HELO, BS_SPF_NONE);
	struct bs_spf_finding mailfrom = finding(BS_SPF_MAILFROM, BS_SPF_FAIL);
	struct bs_spf_findings found = {.helo = &helo, .mailfrom = &mailfrom};
	struct bs_spf_rules set =
	    rules(BS_MARK, BS_ACTION_NONE, BS_ACTION_REJECT);
	struct bs_spf_decision out;

	(void)state;
	bs_spf_decide(&set, &found, &out);
	assert_false(out.tells[BS_SPF_HELO]);
	assert_true(out.tells[BS_SPF_MAILFROM]);
	assert_int_equal(out.action, BS_ACTION_HEADER);
	assert_int_equal(out.would, BS_ACTION_REJECT);
	helo.result = BS_SPF_PASS;
	bs_spf_decide(&set, &found, &out);
	assert_true(out.tells[BS_SPF_HELO]);
}

static void
test_own_domains(void **state)
{
	struct bs_spf_finding mailfrom =
	    finding(BS_SPF_MAILFROM, BS_SPF_SOFTFAIL);
	struct bs_spf_findings found = {.mailfrom = &mailfrom, .is_ours = true};
	struct bs_spf_rules set =
	    rules(BS_ENFORCE, BS_ACTION_HEADER, BS_ACTION_HEADER);
	struct bs_spf_decision out;

	(void)state;
	set.own_domains = BS_ACTION_REJECT;
	bs_spf_decide(&set, &found, &out);
	assert_int_equal(out.action, BS_ACTION_REJECT);
	assert_true(out.by_own_rule);
	/* it adds, and takes nothing away */
	set.own_domains = BS_ACTION_NONE;
	bs_spf_decide(&set, &found, &out);
	assert_int_equal(out.action, BS_ACTION_HEADER);
	assert_false(out.by_own_rule);
	set.own_domains = BS_ACTION_REJECT;
	mailfrom.result = BS_SPF_TEMPERROR;
	bs_spf_decide(&set, &found, &out);
	assert_int_equal(out.action, BS_ACTION_HEADER);
	mailfrom.result = BS_SPF_PASS;
	bs_spf_decide(&set, &found, &out);
	assert_int_equal(out.action, BS_ACTION_HEADER);
}

static void
assert_reply(const struct bs_spf_finding *found, enum bs_action action,
    const char *wanted)
{
	struct bs_spf_decision decision = {.finding = found, .action = action};
	char out[BS_SMTP_REPLY_MAX];

	bs_spf_reply(&decision, "192.0.2.1", true, out, sizeof(out));
	assert_string_equal(out, wanted);
}

static void
test_replies(void **state)
{
	struct bs_spf_finding found = finding(BS_SPF_MAILFROM, BS_SPF_FAIL);

	(void)state;
	assert_reply(&found, BS_ACTION_REJECT,
	    "550 5.7.23 SPF: the record of d.example does not allow 192.0.2.1 "
	    "to send its mail (fail). If it is to send it, add it to that "
	    "record; if this was forwarded, the forwarder must use a sender of "
	    "its own");
	snprintf(found.explanation, sizeof(found.explanation), "see\r\n250 ok");
	assert_reply(&found, BS_ACTION_DEFER,
	    "451 4.7.23 SPF: the record of d.example does not allow 192.0.2.1 "
	    "to send its mail (fail). If it is to send it, add it to that "
	    "record; if this was forwarded, the forwarder must use a sender of "
	    "its own. The domain d.example says: see??250 ok");
	found = finding(BS_SPF_HELO, BS_SPF_PERMERROR);
	snprintf(found.problem, sizeof(found.problem), "two records");
	assert_reply(&found, BS_ACTION_REJECT,
	    "550 5.7.24 SPF: the record of mx.d.example cannot be used: two "
	    "records. Correct it (RFC 7208), then send again");
	found.result = BS_SPF_TEMPERROR;
	snprintf(found.problem, sizeof(found.problem), "no answer");
	assert_reply(&found, BS_ACTION_DEFER,
	    "451 4.7.24 SPF: the record of mx.d.example could not be read: no "
	    "answer. Check the name servers of mx.d.example; try again later");
	found.result = BS_SPF_SOFTFAIL;
	assert_reply(&found, BS_ACTION_REJECT,
	    "550 5.7.1 SPF: the record of mx.d.example does not allow "
	    "192.0.2.1 to call itself that in HELO (softfail). Add 192.0.2.1 "
	    "to that record, or correct the name");
}

/* The longest of everything: a line, and no half of somebody's words. */
static void
test_long_replies(void **state)
{
	struct bs_spf_finding found = finding(BS_SPF_MAILFROM, BS_SPF_FAIL);
	struct bs_spf_decision decision = {.finding = &found,
	    .action = BS_ACTION_REJECT};
	char out[BS_SMTP_REPLY_MAX];

	(void)state;
	memset(found.explanation, 'e', sizeof(found.explanation) - 1);
	bs_spf_reply(&decision, "192.0.2.1", true, out, sizeof(out));
	assert_null(strstr(out, "says"));
	memset(found.domain, 'd', sizeof(found.domain) - 1);
	memset(found.problem, '\x01', sizeof(found.problem) - 1);
	for (unsigned i = 0; i < BS_SPF_RESULTS * 4; i++) {
		found.result = (enum bs_spf_result)(i / 4);
		found.identity = i & 1 ? BS_SPF_HELO : BS_SPF_MAILFROM;
		decision.by_own_rule = i & 2;
		bs_spf_reply(&decision, "2001:db8:1:2:3:4:5:6", true, out,
		    sizeof(out));
		assert_true(strlen(out) < sizeof(out) - 1);
		for (size_t j = 0; out[j] != '\0'; j++)
			assert_true(out[j] >= 0x20 && out[j] < 0x7f);
	}
}

static void
test_words(void **state)
{
	enum bs_action action = BS_ACTION_NONE;

	(void)state;
	assert_int_equal(bs_spf_action_parse("mark", &action), 0);
	assert_int_equal(action, BS_ACTION_HEADER);
	assert_int_equal(bs_spf_action_parse("Mark", &action), -EINVAL);
	assert_int_equal(bs_spf_action_parse("", &action), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_product),
	    cmocka_unit_test(test_who_is_told),
	    cmocka_unit_test(test_failed_lookup_proves_nothing),
	    cmocka_unit_test(test_dsn_words),
	    cmocka_unit_test(test_who_decides),
	    cmocka_unit_test(test_tells),
	    cmocka_unit_test(test_own_domains),
	    cmocka_unit_test(test_replies),
	    cmocka_unit_test(test_long_replies),
	    cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
