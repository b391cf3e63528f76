/* Every combination of facts against the rows of the verdict table. */
#include <errno.h>

#include "common/adapter/wire.h"
#include "common/policy/bounce.h"
#include "tests/unit/unit.h"

/* The table once more, written independently of common/policy/bounce.c, so that
 * a slip in one does not hide in the other. */

static bool
is_n(const struct bs_facts *f)
{
	return f->sender == BS_SENDER_NULL;
}

/* A daemon's name on a message that was read and is no DSN is just a name. */
static bool
is_d(const struct bs_facts *f)
{
	return f->sender == BS_SENDER_DAEMON &&
	       (f->kind == BS_KIND_UNREAD || f->kind == BS_KIND_DSN);
}

static bool
is_o(const struct bs_facts *f)
{
	return !is_n(f) && !is_d(f);
}

static bool
is_found(const struct bs_facts *f)
{
	return f->evidence == BS_EVIDENCE_YES;
}

/* The message is theirs, but went to other domains than the bounce names. */
static bool
is_elsewhere(const struct bs_facts *f)
{
	return f->evidence == BS_EVIDENCE_ELSEWHERE;
}

/* A look-up failed, or there was more to look up. */
static bool
is_failed(const struct bs_facts *f)
{
	return f->evidence == BS_EVIDENCE_FAILED;
}

static bool
is_unclear(const struct bs_facts *f)
{
	return is_elsewhere(f) || is_failed(f);
}

static bool
is_full(const struct bs_facts *f)
{
	return f->coverage == BS_COVERAGE_FULL;
}

static bool
is_untagged_dsn(const struct bs_facts *f)
{
	return f->tag == BS_TAG_NONE && f->kind == BS_KIND_DSN;
}

static bool
row_0(const struct bs_facts *f)
{
	return f->trusted;
}

static bool
row_1(const struct bs_facts *f)
{
	return f->tag == BS_TAG_FOREIGN || !f->ours ||
	       (is_o(f) && f->tag == BS_TAG_NONE);
}

static bool
row_2(const struct bs_facts *f)
{
	return is_o(f) &&
	       (f->tag == BS_TAG_VALID || f->tag == BS_TAG_GRACE ||
		   f->tag == BS_TAG_STALE || f->tag == BS_TAG_UNKNOWN);
}

static bool
row_3(const struct bs_facts *f)
{
	return !is_n(f) && f->tag == BS_TAG_BAD;
}

static bool
row_4(const struct bs_facts *f)
{
	return !is_o(f) && f->tag == BS_TAG_VALID &&
	       (f->issue == BS_ISSUED || is_found(f));
}

static bool
row_5(const struct bs_facts *f)
{
	return !is_o(f) && f->tag == BS_TAG_VALID &&
	       f->issue == BS_NOT_ISSUED && !is_found(f) && !is_unclear(f);
}

static bool
row_6(const struct bs_facts *f)
{
	return !is_o(f) && f->tag == BS_TAG_VALID &&
	       f->issue == BS_ISSUE_UNKNOWN;
}

static bool
row_7(const struct bs_facts *f)
{
	return !is_o(f) && f->tag == BS_TAG_VALID &&
	       f->issue == BS_ISSUED_OVER_CAP && !is_found(f) && !is_failed(f);
}

static bool
row_8(const struct bs_facts *f)
{
	return !is_o(f) && is_found(f) &&
	       (f->tag == BS_TAG_GRACE || f->tag == BS_TAG_STALE ||
		   f->tag == BS_TAG_UNKNOWN);
}

static bool
row_9(const struct bs_facts *f)
{
	if (is_o(f) || is_found(f) || is_unclear(f))
		return false;
	return f->tag == BS_TAG_GRACE || f->tag == BS_TAG_UNKNOWN ||
	       (is_d(f) && f->tag == BS_TAG_STALE);
}

static bool
row_10(const struct bs_facts *f)
{
	return is_n(f) && f->tag == BS_TAG_STALE && !is_found(f) &&
	       !is_unclear(f);
}

static bool
row_11(const struct bs_facts *f)
{
	return is_n(f) && f->tag == BS_TAG_BAD;
}

static bool
row_12(const struct bs_facts *f)
{
	return !is_o(f) && f->tag == BS_TAG_NONE && is_found(f);
}

static bool
row_13(const struct bs_facts *f)
{
	return is_n(f) && is_untagged_dsn(f) && f->evidence == BS_EVIDENCE_NO &&
	       is_full(f);
}

static bool
row_14(const struct bs_facts *f)
{
	return is_n(f) && is_untagged_dsn(f) &&
	       f->evidence == BS_EVIDENCE_NONE && is_full(f);
}

static bool
row_15(const struct bs_facts *f)
{
	return is_d(f) && is_untagged_dsn(f) && !is_found(f) &&
	       !is_unclear(f) && is_full(f);
}

/* A message that was not read, one that was not recorded and a look-up that
 * failed are all unknown. */
static bool
row_16(const struct bs_facts *f)
{
	if (is_o(f))
		return false;
	switch (f->tag) {
	case BS_TAG_NONE:
		return f->kind == BS_KIND_UNREAD ||
		       (f->kind == BS_KIND_DSN &&
			   (f->coverage == BS_COVERAGE_PARTIAL ||
			       is_unclear(f)));
	case BS_TAG_VALID:
		return f->issue == BS_NOT_ISSUED ? is_unclear(f) : is_failed(f);
	case BS_TAG_GRACE:
	case BS_TAG_STALE:
	case BS_TAG_UNKNOWN:
		return is_unclear(f);
	default:
		return false;
	}
}

static bool
row_17(const struct bs_facts *f)
{
	return is_n(f) && f->tag == BS_TAG_NONE && f->kind == BS_KIND_MDN &&
	       !is_found(f);
}

static bool
row_18(const struct bs_facts *f)
{
	return is_n(f) && f->tag == BS_TAG_NONE &&
	       (f->kind == BS_KIND_AUTO || f->kind == BS_KIND_OTHER);
}

static bool
row_19(const struct bs_facts *f)
{
	(void)f;
	return true;
}

#define NONE BS_ACTION_NONE
#define HEADER BS_ACTION_HEADER
#define JUNK BS_ACTION_JUNK
#define REJECT BS_ACTION_REJECT

#define RCPT BS_FINAL_AT_RCPT
#define DATA BS_FINAL_AT_DATA
#define ONCE BS_TOLD_AT_RCPT
#define EVER BS_TOLD_ALWAYS

/* The right half of the table. strict is what mode enforce does then. */
static const struct expected {
	bool (*matches)(const struct bs_facts *facts);
	const char *verdict;
	bool strip;
	enum bs_action mark;
	enum bs_action junk;
	enum bs_action enforce;
	enum bs_action strict;
	bool is_judgement;
	enum bs_tally tally;
	enum bs_final final;
	enum bs_told told;
	bool lost_tag;
} expected[] = {
    {row_0, "trusted:", true, NONE, NONE, NONE, NONE, false, BS_TALLIES, RCPT,
	ONCE, false},
    {row_1, "not-ours:", false, NONE, NONE, NONE, NONE, false, BS_TALLIES, RCPT,
	ONCE, false},
    {row_2, "reply:", true, NONE, NONE, NONE, NONE, false, BS_TALLIES, RCPT,
	BS_TOLD_LATE_OF_DAEMONS, false},
    {row_3, "ignored:bad-tag", false, NONE, NONE, NONE, NONE, false, BS_TALLIES,
	RCPT, ONCE, false},
    {row_4, "genuine:tag", true, NONE, NONE, NONE, NONE, true,
	BS_TALLY_TAG_HOME, DATA, EVER, false},
    {row_5, "suspect:unissued", true, HEADER, JUNK, JUNK, REJECT, true,
	BS_TALLY_SUSPECT, DATA, EVER, false},
    {row_6, "genuine:unproven", true, NONE, NONE, NONE, NONE, true,
	BS_TALLY_TAG_HOME, DATA, EVER, false},
    {row_7, "suspect:replay", true, HEADER, JUNK, JUNK, JUNK, true,
	BS_TALLY_SUSPECT, DATA, EVER, false},
    {row_8, "genuine:late", true, NONE, NONE, NONE, NONE, true,
	BS_TALLY_ID_HOME, DATA, EVER, false},
    {row_9, "suspect:expired", true, HEADER, JUNK, JUNK, JUNK, true,
	BS_TALLY_SUSPECT, DATA, EVER, false},
    {row_10, "forged:stale", true, HEADER, JUNK, REJECT, REJECT, true,
	BS_TALLY_FORGED, BS_FINAL_IF_NO_RECORD_HELPS, EVER, false},
    {row_11, "forged:bad-tag", true, HEADER, JUNK, REJECT, REJECT, true,
	BS_TALLY_FORGED, BS_FINAL_IF_REFUSED, EVER, false},
    {row_12, "genuine:message-id", false, HEADER, NONE, NONE, NONE, true,
	BS_TALLY_ID_HOME, DATA, EVER, true},
    {row_13, "forged:untagged", false, HEADER, JUNK, REJECT, REJECT, true,
	BS_TALLY_FORGED, DATA, EVER, false},
    {row_14, "suspect:untagged", false, HEADER, JUNK, JUNK, REJECT, true,
	BS_TALLY_SUSPECT, DATA, EVER, false},
    {row_15, "suspect:untagged-daemon", false, HEADER, JUNK, JUNK, JUNK, true,
	BS_TALLY_SUSPECT, DATA, EVER, false},
    {row_16, "unknown:", true, HEADER, HEADER, HEADER, HEADER, true,
	BS_TALLY_UNKNOWN, DATA, EVER, false},
    {row_17, "unknown:mdn", false, HEADER, HEADER, HEADER, HEADER, true,
	BS_TALLY_UNKNOWN, DATA, EVER, false},
    {row_18, "not-a-bounce:", false, NONE, NONE, NONE, NONE, false, BS_TALLIES,
	DATA, EVER, false},
    {row_19, "unknown:no-row", false, HEADER, HEADER, HEADER, HEADER, true,
	BS_TALLY_UNKNOWN, DATA, EVER, false},
};

#define ROWS COUNT(expected)

static unsigned
expected_row(const struct bs_facts *facts)
{
	unsigned row = 0;

	while (!expected[row].matches(facts))
		row++;
	return row;
}

/* The numbers of values of each fact, in the order of struct bs_facts. */
#define PRODUCT (2U * 2 * 3 * 7 * 5 * 5 * 4 * 2)

/* One digit of a number whose places have different bases. */
static unsigned
digit(unsigned *number, unsigned base)
{
	unsigned value = *number % base;

	*number /= base;
	return value;
}

static struct bs_facts
facts_at(unsigned number)
{
	struct bs_facts facts;

	facts.trusted = digit(&number, 2) == 1;
	facts.ours = digit(&number, 2) == 1;
	facts.sender = (enum bs_sender)digit(&number, 3);
	facts.tag = (enum bs_tag_fact)digit(&number, 7);
	facts.kind = (enum bs_kind)digit(&number, 5);
	facts.evidence = (enum bs_evidence)digit(&number, 5);
	facts.issue = (enum bs_issue)digit(&number, 4);
	facts.coverage = (enum bs_coverage)digit(&number, 2);
	return facts;
}

/* Rows 0 to 18 leave nothing to row 19, which is there for later changes. */
static void
every_fact_has_its_row(void **state)
{
	unsigned hits[ROWS] = {0};

	(void)state;
	for (unsigned i = 0; i < PRODUCT; i++) {
		struct bs_facts facts = facts_at(i);
		const struct bs_row *row = bs_policy_row(&facts);

		assert_non_null(row);
		if (row->number != expected_row(&facts))
			print_error("facts %u: trusted %d ours %d sender %d "
				    "tag %d kind %d evidence %d issue %d "
				    "coverage %d\n",
			    i, facts.trusted, facts.ours, facts.sender,
			    facts.tag, facts.kind, facts.evidence, facts.issue,
			    facts.coverage);
		assert_int_equal(row->number, expected_row(&facts));
		hits[row->number]++;
	}
	for (unsigned row = 0; row < ROWS - 1; row++)
		assert_int_not_equal(hits[row], 0);
	assert_int_equal(hits[ROWS - 1], 0);
}

/* What a row says whatever the facts, and that none of it is forgotten. */
static void
every_row_says_all_of_itself(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ROWS; i++) {
		const struct bs_row *row = bs_policy_row_at(i);
		const struct expected *want = &expected[i];
		char verdict[64];

		assert_non_null(row);
		assert_int_equal(row->number, i);
		snprintf(verdict, sizeof(verdict), "%s:%s", row->verdict,
		    bs_reason_word(row->reason));
		assert_string_equal(verdict, want->verdict);
		assert_int_equal(row->strip, want->strip);
		assert_int_equal(row->is_judgement, want->is_judgement);
		assert_int_equal(row->tally, want->tally);
		assert_int_equal(row->final, want->final);
		assert_int_equal(row->told, want->told);
		assert_int_equal(row->lost_tag, want->lost_tag);
		/* a reply stands exactly where a row can refuse */
		assert_int_equal(row->reply != NULL,
		    want->enforce == REJECT || want->strict == REJECT);
	}
	assert_null(bs_policy_row_at(ROWS));
}

static void
every_row_acts_by_mode(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PRODUCT; i++) {
		struct bs_facts facts = facts_at(i);
		const struct bs_row *row = bs_policy_row(&facts);
		const struct expected *want = &expected[row->number];

		assert_int_equal(bs_policy_action(row, &facts, BS_MARK, false),
		    want->mark);
		assert_int_equal(bs_policy_action(row, &facts, BS_JUNK, false),
		    want->junk);
		assert_int_equal(
		    bs_policy_action(row, &facts, BS_ENFORCE, false),
		    want->enforce);
		/* strict is of null senders alone */
		assert_int_equal(
		    bs_policy_action(row, &facts, BS_ENFORCE, true),
		    is_n(&facts) ? want->strict : want->enforce);
		/* strict is of mode enforce alone */
		assert_int_equal(bs_policy_action(row, &facts, BS_MARK, true),
		    want->mark);
		assert_int_equal(bs_policy_action(row, &facts, BS_JUNK, true),
		    want->junk);
	}
}

/* Mode observe changes nothing but that tags come off. */
static void
observe_only_looks(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PRODUCT; i++) {
		struct bs_facts facts = facts_at(i);
		const struct bs_row *row = bs_policy_row(&facts);

		assert_int_equal(
		    bs_policy_action(row, &facts, BS_OBSERVE, false), NONE);
		assert_int_equal(
		    bs_policy_action(row, &facts, BS_OBSERVE, true), NONE);
	}
}

/* Whether a row's reply is one line of SMTP that a remote host can be sent
 * (RFC 5321 §4.5.3.1.5: 512 octets with its CRLF; the wire has 255). */
static bool
is_refusal(const char *reply)
{
	return reply != NULL && strncmp(reply, "550 5.7.1 ", 10) == 0 &&
	       strlen(reply) < 256 && strpbrk(reply, "\r\n") == NULL;
}

/* Only three rows refuse, with "strict" two more, and null senders alone. */
static void
little_is_refused(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PRODUCT; i++) {
		struct bs_facts facts = facts_at(i);
		const struct bs_row *row = bs_policy_row(&facts);
		unsigned n = row->number;

		for (int mode = BS_OBSERVE; mode < BS_ENFORCE; mode++) {
			assert_int_not_equal(bs_policy_action(row, &facts,
						 (enum bs_mode)mode, true),
			    REJECT);
			assert_int_not_equal(bs_policy_action(row, &facts,
						 (enum bs_mode)mode, false),
			    REJECT);
		}
		if (bs_policy_action(row, &facts, BS_ENFORCE, false) ==
		    REJECT) {
			assert_true(n == 10 || n == 11 || n == 13);
			assert_int_equal(facts.sender, BS_SENDER_NULL);
		}
		if (bs_policy_action(row, &facts, BS_ENFORCE, true) == REJECT) {
			assert_true(is_refusal(row->reply));
			assert_true(facts.ours && !facts.trusted);
			assert_true(is_n(&facts));
		}
	}
}

/* What failed proves nothing, whatever the mode: a bounce is not even junk for
 * it. A bad tag needs no look-up to be known as one. */
static void
trouble_reaches_no_refusal(void **state)
{
	unsigned seen = 0;

	(void)state;
	for (unsigned i = 0; i < PRODUCT; i++) {
		struct bs_facts facts = facts_at(i);
		const struct bs_row *row = bs_policy_row(&facts);
		bool failed =
		    is_failed(&facts) || (facts.tag == BS_TAG_VALID &&
					     facts.issue == BS_ISSUE_UNKNOWN);

		if (facts.tag == BS_TAG_BAD)
			continue;
		for (int mode = BS_OBSERVE; mode <= BS_ENFORCE; mode++) {
			enum bs_action action = bs_policy_action(row, &facts,
			    (enum bs_mode)mode, true);

			if (failed)
				assert_int_equal(bs_policy_harm(action), 0);
			/* nor is a bounce of a message of theirs refused */
			if (is_elsewhere(&facts))
				assert_false(bs_policy_refuses(action));
		}
		seen += failed;
	}
	assert_int_not_equal(seen, 0);
}

/* A callout is MAIL FROM:<>, RCPT, QUIT: nothing is read, nothing refused. */
static void
callouts_pass(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PRODUCT; i++) {
		struct bs_facts facts = facts_at(i);
		const struct bs_row *row = bs_policy_row(&facts);

		if (facts.kind != BS_KIND_UNREAD || facts.tag != BS_TAG_NONE)
			continue;
		assert_int_not_equal(
		    bs_policy_action(row, &facts, BS_ENFORCE, true), REJECT);
		if (facts.ours && !facts.trusted &&
		    facts.sender != BS_SENDER_OTHER)
			assert_true(row->number == 16 ||
				    (row->number == 12 && is_found(&facts)));
	}
}

static void
names_its_words(void **state)
{
	static const char *const modes[] = {"observe", "mark", "junk",
	    "enforce"};
	static const char *const actions[] = {"none", "rewrite", "header",
	    "junk", "reject", "defer"};
	static const char *const bad[] = {"", "Observe", "enforce ", "refuse"};
	enum bs_mode mode = BS_JUNK;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(bs_mode_parse(bad[i], &mode), -EINVAL);
	assert_int_equal(mode, BS_JUNK);
	for (size_t i = 0; i < COUNT(modes); i++) {
		assert_int_equal(bs_mode_parse(modes[i], &mode), 0);
		assert_int_equal(mode, i);
		assert_string_equal(bs_mode_name(mode), modes[i]);
	}
	assert_string_equal(bs_sender_name(BS_SENDER_DAEMON), "daemon");
	assert_string_equal(bs_tag_fact_name(BS_TAG_UNKNOWN), "unknown-key");
	assert_string_equal(bs_evidence_name(BS_EVIDENCE_FAILED), "failed");
	assert_string_equal(bs_issue_name(BS_ISSUED_OVER_CAP), "over-cap");
	assert_string_equal(bs_coverage_name(BS_COVERAGE_PARTIAL), "partial");
	assert_string_equal(bs_tag_fact_name(BS_TAG_FOREIGN + 1), "?");
	assert_string_equal(bs_evidence_name((enum bs_evidence) - 1), "?");
	assert_int_equal(COUNT(actions), BS_ACTIONS);
	for (size_t i = 0; i < COUNT(actions); i++)
		assert_string_equal(bs_action_names[i], actions[i]);
}

/* Each word fits the wire, and no two are the same. */
static void
every_reason_has_its_word(void **state)
{
	const size_t room = sizeof(((struct bs_answer *)NULL)->reason);

	(void)state;
	assert_string_equal(bs_reason_word(BS_REASON_NONE), "");
	assert_string_equal(bs_reason_word(BS_REASONS), "?");
	assert_string_equal(bs_reason_word((enum bs_reason) - 1), "?");
	assert_false(bs_reason_is_usual(BS_REASONS));
	for (unsigned i = 1; i < BS_REASONS; i++) {
		const char *word = bs_reason_word((enum bs_reason)i);

		assert_non_null(word);
		assert_in_range(strlen(word), 1, room - 1);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(word,
			    bs_reason_word((enum bs_reason)j));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_fact_has_its_row),
	    cmocka_unit_test(every_row_says_all_of_itself),
	    cmocka_unit_test(every_row_acts_by_mode),
	    cmocka_unit_test(every_reason_has_its_word),
	    cmocka_unit_test(observe_only_looks),
	    cmocka_unit_test(little_is_refused),
	    cmocka_unit_test(trouble_reaches_no_refusal),
	    cmocka_unit_test(callouts_pass),
	    cmocka_unit_test(names_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
