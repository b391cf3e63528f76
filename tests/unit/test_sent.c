/* What the engine remembers of mail that left, and of what came back. */
#include "tests/unit/judging.h"

#define TODAY 20000
#define T0 ((int64_t)TODAY * DAY + 3600)

static const char config_text[] =
    "domains = example.org, example.net, example.com\n"
    "sign = yes\n"
    "outbound = here\n"
    "exempt = noreply@example.org\n"
    "[domain example.net]\n"
    "form = subaddress\n"
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

static bool
owns(const struct bs_msg_record *record, const char *address)
{
	const struct bs_judge judge = judge_now();
	uint8_t hash[BS_RECORD_HASH];
	struct bs_view view;

	bs_case_view(&judge, &view);
	bs_view_hash(&view, address, strlen(address), hash);
	return bs_msg_has_owner(record, hash);
}

static uint32_t
unsigned_day(const char *text)
{
	struct bs_sender_record record;

	return find_sender(text, &record) ? record.last_unsigned_day : 0;
}

static uint32_t
unrecorded_day(const char *text)
{
	struct bs_sender_record record;

	return find_sender(text, &record) ? record.last_unrecorded_day : 0;
}

/* "%" in a sender stands for its signed form. */
static void
how_it_left(void **state)
{
	static const struct {
		const char *sender;
		const char *plain;
		enum bs_listener listener;
		enum bs_msg_fate fate;
		bool marks_domain;
		unsigned tallied; /* SIGNED + 10 * UNSIGNED */
	} cases[] = {
	    {"%alice@example.org", "alice@example.org", BS_LISTENER_OUT,
		BS_MSG_SIGNED, false, 1},
	    {"%Bob@example.net", "bob@example.net", BS_LISTENER_LOCAL,
		BS_MSG_SIGNED, false, 1},
	    {"noreply@example.org", "noreply@example.org", BS_LISTENER_OUT,
		BS_MSG_EXEMPT, false, 0},
	    {"\"a b\"@example.org", "\"a b\"@example.org", BS_LISTENER_OUT,
		BS_MSG_OBSTACLE, false, 10},
	    {"SRS0=x=y=z=w@example.org", "srs0=x=y=z=w@example.org",
		BS_LISTENER_OUT, BS_MSG_OBSTACLE, false, 10},
	    /* no answer in time */
	    {"alice@example.org", "alice@example.org", BS_LISTENER_OUT,
		BS_MSG_OBSTACLE, false, 10},
	    {"alice@example.org", "alice@example.org", BS_LISTENER_LOCAL,
		BS_MSG_OBSTACLE, false, 10},
	    /* past the listeners that sign */
	    {"alice@example.org", "alice@example.org", BS_LISTENER_IN,
		BS_MSG_RELAYED, true, 10},
	    {"alice@example.org", "alice@example.org", BS_LISTENER_UNTAG,
		BS_MSG_RELAYED, true, 10},
	    {"%alice@example.org", "alice@example.org", BS_LISTENER_IN,
		BS_MSG_SIGNED, false, 1},
	    {"prvs=3010abcdef=alice@example.org", "alice@example.org",
		BS_LISTENER_IN, BS_MSG_RELAYED, true, 10},
	    {"prvs=7010abcdef=alice@example.org", "alice@example.org",
		BS_LISTENER_OUT, BS_MSG_OBSTACLE, false, 10},
	    {"alice@example.com", "alice@example.com", BS_LISTENER_OUT,
		BS_MSG_RELAYED, true, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *at = strchr(cases[i].plain, '@');
		char sender[BS_ADDRESS_MAX];
		struct bs_msg_record record;
		bool is_signed = cases[i].fate == BS_MSG_SIGNED;

		end();
		begin(config_text, T0, 40);
		SET(sender, cases[i].sender);
		if (sender[0] == '%')
			sign(cases[i].sender + 1, sender, T0);
		prepare_sent(sender, "", "m@example.org");
		request.listener = cases[i].listener;
		SET(request.client, "127.0.0.1");
		request.recipients = 3;
		ask(T0);
		assert_true(find_msg("m@example.org", TODAY, &record));
		assert_int_equal(record.fate, cases[i].fate);
		assert_int_equal(record.recipients, 3);
		assert_true(record.sent == T0);
		assert_int_equal(record.owner_count, 1);
		assert_true(owns(&record, cases[i].plain));
		assert_int_equal(record.domain_count, 1);
		/* of example.com, which does not sign, the start said so */
		assert_int_equal(unsigned_day(cases[i].plain),
		    is_signed ? 0 : TODAY);
		assert_int_equal(unsigned_day(at) == TODAY,
		    cases[i].marks_domain);
		assert_int_equal(
		    tally(at + 1, TODAY, BS_TALLY_SIGNED) +
			10 * tally(at + 1, TODAY, BS_TALLY_UNSIGNED),
		    cases[i].tallied);
	}
}

static void
who_owns_it(void **state)
{
	static const struct {
		const char *sender;
		const char *from;
		const char *owners[2];
	} cases[] = {
	    {"alice@example.org", "bob@example.net",
		{"alice@example.org", "bob@example.net"}},
	    {"alice@example.org", "Alice@Example.org", {"alice@example.org"}},
	    {"alice@example.org", "joe@x.example", {"alice@example.org"}},
	    {"alice@example.org", "no address", {"alice@example.org"}},
	    {"list-bounces@x.example", "alice@example.org",
		{"alice@example.org"}},
	    {"list-bounces@x.example", "joe@x.example", {NULL}},
	    {"no address", "alice@example.org", {NULL}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bs_msg_record record;
		unsigned count = 0;
		char id[16];

		snprintf(id, sizeof(id), "m%zu", i);
		prepare_sent(cases[i].sender, cases[i].from, id);
		ask(T0);
		while (count < 2 && cases[i].owners[count] != NULL)
			count++;
		assert_int_equal(find_msg(id, TODAY, &record), count > 0);
		if (count == 0)
			continue;
		assert_int_equal(record.owner_count, count);
		for (unsigned n = 0; n < count; n++)
			assert_true(owns(&record, cases[i].owners[n]));
	}
	/* a reverse-path of others says nothing of our coverage */
	assert_int_equal(unsigned_day("@example.net"), 0);
	assert_int_equal(unrecorded_day("@example.org"), 0);
}

static void
where_it_went(void **state)
{
	static const struct {
		const char *domains[5];
		bool partial;
		unsigned count;
	} cases[] = {
	    {{"x.example"}, false, 1},
	    {{"a.example", "b.example", "c.example", "d.example"}, false, 4},
	    {{"a.example", "b.example", "c.example", "d.example", "e.example"},
		false, BS_MSG_MANY},
	    {{NULL}, false, BS_MSG_MANY},
	    {{"x.example"}, true, BS_MSG_MANY},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bs_msg_record record;
		char id[16];

		snprintf(id, sizeof(id), "m%zu", i);
		prepare(BS_OP_SENT, BS_LISTENER_OUT, "local",
		    "alice@example.org", "");
		add(&request.message_ids, id);
		for (size_t n = 0; n < COUNT(cases[i].domains); n++)
			add(&request.recipient_domains, cases[i].domains[n]);
		request.partial = cases[i].partial;
		ask(T0);
		assert_true(find_msg(id, TODAY, &record));
		assert_int_equal(record.domain_count, cases[i].count);
	}
}

/* A stranger uses our address. */
static void
strangers_are_not_believed(void **state)
{
	struct bs_msg_record record;

	(void)state;
	prepare_sent("alice@example.org", "alice@example.org", "m");
	request.listener = BS_LISTENER_IN;
	SET(request.client, OUTSIDE);
	ask(T0);
	assert_false(find_msg("m", TODAY, &record));
	assert_int_equal(unsigned_day("alice@example.org"), 0);
	request.auth = true;
	ask(T0);
	assert_true(find_msg("m", TODAY, &record));
}

static void
what_was_not_read(void **state)
{
	char tagged[BS_ADDRESS_MAX];

	(void)state;
	sign("alice@example.org", tagged, T0);
	prepare_sent(tagged, "", NULL);
	ask(T0);
	assert_int_equal(unrecorded_day("alice@example.org"), TODAY);
	assert_int_equal(unrecorded_day("@example.org"), TODAY);
	assert_int_equal(unrecorded_day("@example.net"), 0);
	assert_int_equal(unsigned_day("alice@example.org"), 0);
	prepare_bounce("alice@example.org", "no@x");
	find(T0);
	assert_reason(known.evidence_reason, "unrecorded");
	assert_int_equal(known.facts.coverage, BS_COVERAGE_FULL);
}

static void
counts_what_comes_home(void **state)
{
	struct bs_tag_record *tag = &known.tag_record;
	struct bs_msg_record record;
	char tagged[BS_ADDRESS_MAX];

	(void)state;
	sign("alice@example.org", tagged, T0);
	prepare_sent(tagged, "", "m@example.org");
	ask(T0);
	/* both at once */
	prepare_bounce(tagged, "m@example.org");
	request.op = BS_OP_SENT;
	ask(T0);
	/* it was not read */
	prepare(BS_OP_SENT, BS_LISTENER_IN, OUTSIDE, "", tagged);
	ask(T0);
	/* no tag */
	prepare_bounce("alice@example.org", "m@example.org");
	request.op = BS_OP_SENT;
	ask(T0);
	assert_true(find_msg("m@example.org", TODAY, &record));
	assert_int_equal(record.bounces, 2);
	assert_int_equal(record.fate, BS_MSG_SIGNED);
	prepare_bounce(tagged, "m@example.org");
	find(T0);
	assert_int_equal(tag->bounces, 2);
	assert_int_equal(tag->recipients, 1);
	assert_int_equal(tag->issued, 1);
}

static uint32_t
bounces_of(const char *tagged, const char *message_id)
{
	struct bs_msg_record record;

	assert_true(find_msg(message_id, TODAY, &record));
	prepare_bounce(tagged, message_id);
	find(T0);
	assert_int_equal(known.tag_record.bounces, record.bounces);
	return record.bounces;
}

/* No op sent follows for a bounce about which the answer alone decides. */
static void
counts_what_the_answer_accepts(void **state)
{
	const size_t last = strlen("prvs=KDDDSSSSS");
	char tagged[BS_ADDRESS_MAX];
	char bad[BS_ADDRESS_MAX];

	(void)state;
	sign("alice@example.org", tagged, T0);
	prepare_sent(tagged, "", "m@example.org");
	ask(T0);
	memcpy(bad, tagged, sizeof(bad));
	bad[last] = bad[last] == '0' ? '1' : '0';
	domain("example.org")->mode = BS_ENFORCE;
	prepare_bounce(tagged, "m@example.org");
	ask(T0);
	assert_string_equal(answer.verdict, "genuine");
	assert_int_equal(bounces_of(tagged, "m@example.org"), 0);
	prepare_bounce(tagged, "m@example.org");
	request.accepts = true;
	ask(T0);
	assert_int_equal(bounces_of(tagged, "m@example.org"), 1);
	/* what is refused, what is no bounce from outside, what may be refused
	 * yet */
	prepare_bounce(bad, "m@example.org");
	request.accepts = true;
	ask(T0);
	assert_int_equal(answer.action, BS_ACTION_REJECT);
	prepare_bounce(tagged, "m@example.org");
	request.accepts = true;
	request.auth = true;
	ask(T0);
	prepare_bounce(tagged, "m@example.org");
	request.op = BS_OP_RCPT;
	request.accepts = true;
	ask(T0);
	assert_int_equal(bounces_of(tagged, "m@example.org"), 1);
}

/* What an adapter could not tell is a gap, store or no store. */
static void
what_was_missed(void **state)
{
	const struct bs_meta *meta = bs_writer_meta(writer);

	(void)state;
	prepare(BS_OP_SENT, BS_LISTENER_OUT, "local", "", "");
	request.missed_seconds = 30;
	ask(T0);
	assert_int_equal(meta->gap_count, 1);
	assert_true(meta->gaps[0].start == T0 - 31);
	assert_true(meta->gaps[0].end == T0);
	/* one that began earlier and is told later */
	request.missed_seconds = 300;
	ask(T0 + 10);
	assert_int_equal(meta->gap_count, 1);
	assert_true(meta->gaps[0].start == T0 - 291);
	assert_true(meta->gaps[0].end == T0 + 10);
	detach();
	request.missed_seconds = 600;
	ask(T0 + 20);
	attach(T0 + 25);
	settle(T0 + 26);
	assert_int_equal(meta->gap_count, 1);
	assert_true(meta->gaps[0].start == T0 - 581);
	assert_true(meta->gaps[0].end == T0 + 26);
	request.missed_seconds = UINT32_MAX;
	ask(T0 + 30);
	assert_true(meta->gaps[0].start == 0);
	/* and lies in the store */
	detach();
	attach(T0 + 40);
	assert_int_equal(meta->gap_count, 1);
	assert_true(meta->gaps[0].start == 0);
	assert_true(meta->gaps[0].end == T0 + 40);
}

/* The same message, waiting for the disk and lying there. */
static void
what_is_pending_counts(void **state)
{
	struct bs_msg_record pending;
	struct bs_msg_record stored;

	(void)state;
	prepare_sent("alice@example.org", "bob@example.org", "m");
	ask(T0);
	prepare_sent("carol@example.org", "", "m");
	ask(T0 + 1);
	assert_true(find_msg("m", TODAY, &pending));
	settle(T0 + 2);
	assert_true(find_msg("m", TODAY, &stored));
	assert_int_equal(stored.owner_count, 3);
	assert_memory_equal(&pending, &stored, sizeof(stored));
	/* half of it on the disk, half of it waiting */
	prepare_sent("dave@example.org", "", "m");
	ask(T0 + 3);
	assert_true(find_msg("m", TODAY, &pending));
	assert_int_equal(pending.owner_count, 4);
	assert_int_equal(pending.recipients, 3);
	detach();
	attach(T0 + 4);
	settle(T0 + 5);
	assert_true(find_msg("m", TODAY, &stored));
	assert_memory_equal(&pending, &stored, sizeof(stored));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* The host adds a domain that nobody told us: any of ours may be it, and the
 * address has left without a tag there, but nobody else has. */
static void
a_sender_without_a_domain_left_unsigned_in_any(void **state)
{
	(void)state;
	prepare(BS_OP_SIGN, BS_LISTENER_OUT, "127.0.0.1", "root", "");
	ask(T0);
	assert_int_equal(answer.action, BS_ACTION_NONE);
	assert_string_equal(answer.reason, "no-domain");
	assert_int_equal(unsigned_day("root@example.org"), TODAY);
	assert_int_equal(unsigned_day("root@example.net"), TODAY);
	assert_int_equal(unsigned_day("alice@example.org"), 0);
	assert_int_equal(tally("example.org", TODAY, BS_TALLY_NAMELESS), 1);
	assert_int_equal(tally("example.net", TODAY, BS_TALLY_NAMELESS), 1);
	/* a stranger adds nothing to what is known */
	prepare(BS_OP_SIGN, BS_LISTENER_IN, "192.0.2.1", "postmaster", "");
	ask(T0);
	assert_int_equal(unsigned_day("postmaster@example.org"), 0);
	assert_int_equal(tally("example.org", TODAY, BS_TALLY_NAMELESS), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(how_it_left),
	    TEST(a_sender_without_a_domain_left_unsigned_in_any),
	    TEST(who_owns_it),
	    TEST(where_it_went),
	    TEST(strangers_are_not_believed),
	    TEST(what_was_not_read),
	    TEST(counts_what_comes_home),
	    TEST(counts_what_the_answer_accepts),
	    TEST(what_was_missed),
	    TEST(what_is_pending_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
