/* Every row of the verdict table that a message leads to, in every mode: what
 * the adapter is told, and what is counted. */
#include "tests/unit/scenes.h"

static uint32_t
count(enum bs_tally column)
{
	return tally("example.org", TODAY, column);
}

/* One scene in one mode, at the end of DATA. */
static void
play(const struct scene *scene, enum bs_mode mode)
{
	uint32_t before[BS_TALLIES];
	enum bs_action would = scene->actions[BS_ENFORCE];
	enum bs_action action = scene->actions[mode];

	domain("example.org")->mode = mode;
	for (unsigned i = 0; i < BS_TALLIES; i++)
		before[i] = count((enum bs_tally)i);
	prepare_scene(scene, BS_OP_DATA);
	ask(T0);
	assert_non_null(judgement.row);
	assert_int_equal(judgement.row->number, scene->row);
	assert_int_equal(answer.action, action);
	if (action == REJECT)
		assert_memory_equal(answer.reply, "550 5.7.1 ", 10);
	else
		assert_string_equal(answer.reply, "");
	assert_string_equal(answer.header,
	    mode == BS_OBSERVE || action == REJECT ? "" : scene->header);
	if (scene->evidence == NULL)
		assert_reason(judgement.known.evidence_reason, "");
	else
		assert_reason(judgement.known.evidence_reason, scene->evidence);
	if (scene->column < BS_TALLIES)
		before[scene->column]++;
	if (scene->row == 12 && scene->kind == BS_KIND_DSN)
		before[BS_TALLY_STRIPPED]++;
	if (action == REJECT)
		before[BS_TALLY_REJECTED]++;
	else if (action == JUNK)
		before[BS_TALLY_JUNKED]++;
	if (would == REJECT && action != REJECT)
		before[BS_TALLY_WOULD_REJECT]++;
	else if (would == JUNK && action != JUNK)
		before[BS_TALLY_WOULD_JUNK]++;
	for (unsigned i = 0; i < BS_TALLIES; i++)
		assert_int_equal(count((enum bs_tally)i), before[i]);
}

static void
every_row_in_every_mode(void **state)
{
	unsigned seen[20] = {0};

	(void)state;
	make_holes();
	for (size_t i = 0; i < COUNT(scenes); i++)
		for (int mode = BS_OBSERVE; mode <= BS_ENFORCE; mode++) {
			const struct scene *scene = &scenes[i];

			if (scene->row == 6)
				bs_writer_gap(writer, T0 - 5 * DAY,
				    T0 - 5 * DAY + 1);
			play(scene, (enum bs_mode)mode);
			seen[scene->row]++;
			/* a lost tag, a gap, or a tag of somebody else would
			 * colour what comes after */
			if (scene->row == 6 || scene->row == 12 ||
			    scene->recipient == tag_unissued) {
				tear_down(NULL);
				set_up(NULL);
				make_holes();
			}
		}
	for (unsigned row = 1; row <= 18; row++)
		assert_int_not_equal(seen[row], 0);
}

/* RCPT strips and waits; it refuses only what no message can change. */
static void
waits_for_the_message(void **state)
{
	(void)state;
	make_holes();
	for (size_t i = 0; i < COUNT(scenes); i++)
		for (int mode = BS_OBSERVE; mode <= BS_ENFORCE; mode++) {
			const struct scene *scene = &scenes[i];
			bool has_tag =
			    scene->recipient[0] == 'p' && scene->row != 3;
			bool is_final =
			    scene->row == 3 ||
			    strcmp(scene->sender, "joe@x.example") == 0 ||
			    (scene->row == 11 && mode == BS_ENFORCE);

			domain("example.org")->mode = (enum bs_mode)mode;
			prepare_scene(scene, BS_OP_RCPT);
			ask(T0);
			assert_int_equal(judgement.row != NULL, is_final);
			assert_string_equal(answer.header, "");
			if (scene->row == 11 && mode == BS_ENFORCE) {
				assert_int_equal(answer.action, REJECT);
				continue;
			}
			assert_int_equal(answer.action,
			    has_tag ? BS_ACTION_REWRITE : NONE);
			assert_int_equal(strlen(answer.address) > 0, has_tag);
			assert_string_equal(answer.reply, "");
			if (!is_final)
				assert_string_equal(answer.verdict, "");
		}
	for (unsigned i = 0; i < BS_TALLIES; i++)
		if (i != BS_TALLY_SIGNED && i != BS_TALLY_UNSIGNED)
			assert_int_equal(count((enum bs_tally)i),
			    i == BS_TALLY_FORGED || i == BS_TALLY_REJECTED);
}

/* Nothing that it returns could save a bounce to a stale tag then. */
static void
without_records_a_stale_tag_waits_for_no_message(void **state)
{
	(void)state;
	config->messages = false;
	for (size_t i = 0; i < COUNT(scenes); i++)
		for (int mode = BS_OBSERVE; mode <= BS_ENFORCE; mode++) {
			const struct scene *scene = &scenes[i];
			bool is_null = scene->sender[0] == '\0';
			bool is_stale = scene->recipient == tag_stale;

			if (!is_stale && scene->recipient != tag_grace)
				continue;
			domain("example.org")->mode = (enum bs_mode)mode;
			prepare_scene(scene, BS_OP_RCPT);
			ask(T0);
			assert_int_equal(answer.action == REJECT,
			    is_stale && is_null && mode == BS_ENFORCE);
			if (answer.action != REJECT)
				continue;
			assert_int_equal(judgement.row->number, 10);
			assert_string_equal(answer.address, "");
		}
}

/* Who is trusted is not judged, whatever is read. */
static void
trusts_its_own(void **state)
{
	(void)state;
	domain("example.org")->mode = BS_ENFORCE;
	for (size_t i = 0; i < COUNT(scenes); i++) {
		prepare_scene(&scenes[i], BS_OP_DATA);
		request.listener = BS_LISTENER_LOCAL;
		ask(T0);
		assert_int_equal(judgement.row->number, 0);
		assert_int_equal(answer.action, NONE);
		assert_string_equal(answer.header, "");
	}
}

/* Neither a clock in doubt nor a missing store leads to a refusal by evidence.
 */
static void
trouble_refuses_nothing(void **state)
{
	(void)state;
	domain("example.org")->mode = BS_ENFORCE;
	domain("example.org")->strict = true;
	detach();
	prepare_bounce(ALICE, FORGED_ID);
	ask(T0);
	assert_int_equal(judgement.row->number, 16);
	assert_int_equal(answer.action, HEADER);
	prepare_bounce(tag_unissued, FORGED_ID);
	ask(T0);
	assert_int_equal(judgement.row->number, 6);
	attach(T0);
	prepare_bounce(ALICE, FORGED_ID);
	ask(T0);
	assert_int_equal(answer.action, REJECT);
	bs_writer_tick(writer, config->lifetime_days, T0 - 100 * DAY);
	assert_true(bs_writer_meta(writer)->clock.in_doubt);
	for (size_t i = 0; i < COUNT(scenes); i++) {
		prepare_scene(&scenes[i], BS_OP_DATA);
		ask(T0);
		assert_int_not_equal(answer.action, REJECT);
		assert_int_not_equal(judgement.would, REJECT);
	}
}

static void
expect_unknown(const char *evidence)
{
	ask(T0);
	assert_int_equal(judgement.row->number, 16);
	assert_int_equal(answer.action, HEADER);
	assert_reason(judgement.known.evidence_reason, evidence);
}

/* Whatever the tag, and with "strict": a look-up that failed or was cut proves
 * nothing, and a message of theirs that was forwarded is not forged. */
static void
what_is_unclear_is_unknown(void **state)
{
	const char *const recipients[] = {ALICE, tag_unissued, tag_grace,
	    tag_stale, tag_unknown};

	(void)state;
	domain("example.org")->mode = BS_ENFORCE;
	domain("example.org")->strict = true;
	damage_msg("damaged@example.org", TODAY);
	for (size_t i = 0; i < COUNT(recipients); i++) {
		prepare_bounce(recipients[i], "damaged@example.org");
		expect_unknown("store-trouble");
		prepare_bounce(recipients[i], FORGED_ID);
		request.partial = true;
		expect_unknown("partial");
		prepare_bounce(recipients[i], NULL);
		request.partial = true;
		expect_unknown("partial");
		prepare_bounce(recipients[i], FORGED_ID);
		request.message_ids.truncated = true;
		expect_unknown("partial");
		prepare_bounce(recipients[i], SENT_ID);
		add(&request.final_recipients, "joe@second.example");
		expect_unknown("other-recipient");
		prepare_bounce(recipients[i], SENT_ID);
		SET(request.sender, DAEMON);
		add(&request.final_recipients, "joe@second.example");
		expect_unknown("other-recipient");
	}
	/* a replay names whom it likes: the cap of a tag holds */
	prepare_bounce(tag_replayed, "replayed@example.org");
	add(&request.final_recipients, "joe@second.example");
	ask(T0);
	assert_int_equal(judgement.row->number, 7);
}

/* A valid tag that was never issued here says that somebody else signs, and so
 * sends: what is not known here proves nothing any more. */
static void
a_foreign_tag_makes_coverage_partial(void **state)
{
	(void)state;
	domain("example.org")->mode = BS_ENFORCE;
	prepare_bounce(ALICE, FORGED_ID);
	ask(T0);
	assert_int_equal(answer.action, REJECT);
	prepare_bounce(tag_unissued, FORGED_ID);
	ask(T0);
	assert_int_equal(judgement.row->number, 5);
	prepare_bounce(ALICE, FORGED_ID);
	ask(T0);
	assert_int_equal(answer.action, HEADER);
	assert_reason(judgement.known.coverage_reason, "someone-else-signs");
	prepare_bounce(tag_unissued, FORGED_ID);
	ask(T0);
	assert_int_equal(judgement.row->number, 6);
}

/* The clock leapt ahead, mail left, and the clock was set back: the tag is not
 * stale, and the message is known whatever its date. */
static void
a_clock_that_was_ahead_refuses_nothing(void **state)
{
	static const int leaps[] = {12, 20, 30, 45, 400};
	char tagged[BS_ADDRESS_MAX];
	char id[32];

	(void)state;
	domain("example.org")->mode = BS_ENFORCE;
	domain("example.org")->strict = true;
	for (size_t i = 0; i < COUNT(leaps); i++) {
		int64_t then = T0 + leaps[i] * DAY;

		snprintf(id, sizeof(id), "ahead%zu@example.org", i);
		sign(ALICE, tagged, then);
		prepare_sent(tagged, ALICE, id);
		ask(then);
		settle(T0);
		prepare_bounce(tagged, FORGED_ID);
		ask(T0);
		assert_int_equal(judgement.row->number, 9);
		assert_int_equal(answer.action, JUNK);
		prepare_bounce(tagged, id);
		ask(T0);
		assert_int_equal(judgement.row->number, 8);
		prepare_bounce(ALICE, id);
		ask(T0);
		assert_int_equal(judgement.row->number, 12);
	}
}

static void
refuse(const char *recipient, const char *message_id)
{
	prepare_bounce(recipient, message_id);
	ask(T0);
	assert_int_equal(answer.action, REJECT);
}

static void
accept_by_hand(const char *address)
{
	struct bs_accepted_entry entry;

	assert_int_equal(bs_accepted_name(address, &entry), 0);
	entry.since = T0;
	entry.until = T0 + DAY;
	assert_int_equal(bs_accepted_put(&accepted, &entry), 0);
}

/* What is refused is remembered: if the message turns out to be ours, by a
 * record that comes late or with another's store, that is counted. */
static void
a_wrong_refusal_is_found_out(void **state)
{
	const struct bs_judge judge = judge_now();
	struct bs_msg_record record = {.sent = T0, .recipients = 1};
	struct bs_msg_key msg_key = {.day = TODAY};
	uint8_t alice[BS_RECORD_HASH];
	struct bs_view view;

	(void)state;
	domain("example.org")->mode = BS_ENFORCE;
	refuse(ALICE, "late@example.org");
	refuse("bob@example.org", "bobs@example.org");
	refuse(ALICE, "other@example.org");
	assert_int_equal(count(BS_TALLY_REFUSED_LATER_KNOWN), 0);
	settle(T0);
	/* told late; of the reverse-path, of the header From, and twice */
	send_signed(ALICE, "late@example.org", T0 + 60);
	assert_int_equal(count(BS_TALLY_REFUSED_LATER_KNOWN), 1);
	prepare_sent("carol@example.org", "bob@example.org",
	    "bobs@example.org");
	ask(T0 + 60);
	assert_int_equal(count(BS_TALLY_REFUSED_LATER_KNOWN), 2);
	settle(T0 + 60);
	send_signed(ALICE, "late@example.org", T0 + 120);
	assert_int_equal(count(BS_TALLY_REFUSED_LATER_KNOWN), 2);
	/* somebody else's message is no proof */
	send_signed("dave@example.org", "other@example.org", T0 + 120);
	assert_int_equal(count(BS_TALLY_REFUSED_LATER_KNOWN), 2);
	/* a record of another host's, and the next bounce shows it */
	refuse(ALICE, "elsewhere@example.org");
	bs_case_view(&judge, &view);
	bs_view_hash(&view, "elsewhere@example.org", 21, msg_key.message_id);
	bs_view_hash(&view, ALICE, strlen(ALICE), alice);
	bs_msg_add_owner(&record, alice);
	bs_writer_sent(writer, &msg_key, &record, T0);
	prepare_bounce(ALICE, "elsewhere@example.org");
	ask(T0);
	assert_int_equal(judgement.row->number, 12);
	assert_int_equal(count(BS_TALLY_REFUSED_LATER_KNOWN), 3);
	ask(T0);
	assert_int_equal(count(BS_TALLY_REFUSED_LATER_KNOWN), 3);
	/* the administrator says that such a bounce was genuine */
	refuse("erin@example.org", "by-hand@example.org");
	accept_by_hand("erin@example.org");
	prepare_bounce("erin@example.org", "by-hand@example.org");
	ask(T0);
	assert_int_equal(answer.action, HEADER);
	assert_int_equal(count(BS_TALLY_REFUSED_LATER_KNOWN), 4);
	memset(&accepted, 0, sizeof(accepted));
	/* a forged tag before a message of ours was known for what it is */
	refuse(tag_bad, SENT_ID);
	prepare_bounce(ALICE, SENT_ID);
	ask(T0);
	assert_int_equal(count(BS_TALLY_REFUSED_LATER_KNOWN), 4);
}

/* A genuine bounce without its tag makes coverage partial. */
static void
a_stripped_tag_is_remembered(void **state)
{
	(void)state;
	domain("example.org")->mode = BS_ENFORCE;
	/* a read receipt goes to the header address: nothing was lost */
	prepare_bounce(ALICE, SENT_ID);
	request.kind = BS_KIND_MDN;
	ask(T0);
	assert_int_equal(judgement.row->number, 12);
	prepare_bounce(ALICE, FORGED_ID);
	ask(T0);
	assert_int_equal(judgement.row->number, 13);
	/* what left without a tag lost none */
	prepare_sent(ALICE, "", "bare@example.org");
	request.listener = BS_LISTENER_IN;
	SET(request.client, "127.0.0.1");
	ask(T0 - 40 * DAY);
	prepare_bounce(ALICE, SENT_ID);
	ask(T0);
	assert_int_equal(judgement.row->number, 12);
	prepare_bounce(ALICE, FORGED_ID);
	ask(T0);
	assert_int_equal(judgement.row->number, 16);
	assert_reason(judgement.known.coverage_reason, "stripped");
	/* others are as they were */
	prepare_bounce("bob@example.org", FORGED_ID);
	ask(T0);
	assert_int_equal(judgement.row->number, 13);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_row_in_every_mode),
	    TEST(waits_for_the_message),
	    TEST(without_records_a_stale_tag_waits_for_no_message),
	    TEST(trusts_its_own),
	    TEST(trouble_refuses_nothing),
	    TEST(a_foreign_tag_makes_coverage_partial),
	    TEST(what_is_unclear_is_unknown),
	    TEST(a_clock_that_was_ahead_refuses_nothing),
	    TEST(a_wrong_refusal_is_found_out),
	    TEST(a_stripped_tag_is_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
