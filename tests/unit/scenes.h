/* The scenes of a bounce's arrival, one or more for each row of the
 * verdict table (common/policy/bounce.c). */
#ifndef BS_SCENES_H
#define BS_SCENES_H

#include "tests/unit/judging.h"

#define TODAY 20000
#define T0 ((int64_t)TODAY * DAY + 3600)
#define ALICE "alice@example.org"
#define SENT_ID "sent@example.org"

static const char config_text[] = "domains = example.org\n"
				  "sign = yes\n"
				  "outbound = here\n";

/* Tags of alice's, by what has become of them. */
static char tag_good[BS_ADDRESS_MAX];
static char tag_unissued[BS_ADDRESS_MAX];
static char tag_replayed[BS_ADDRESS_MAX];
static char tag_grace[BS_ADDRESS_MAX];
static char tag_stale[BS_ADDRESS_MAX];
static char tag_bad[BS_ADDRESS_MAX];
static char tag_unknown[BS_ADDRESS_MAX];
static char tag_unproven[BS_ADDRESS_MAX];

static inline void
make_tag(const char *plain, uint32_t day, char out[static BS_ADDRESS_MAX])
{
	struct bs_tag tag = {.form = BS_FORM_PRVS};

	assert_int_equal(bs_address_parse(plain, strlen(plain), &tag.plain), 0);
	assert_int_equal(bs_keyring_sign(&keyring, &tag, day, 10), 0);
	assert_int_equal(bs_tag_write(&tag, out, BS_ADDRESS_MAX), 0);
}

static inline void
make_tags(void)
{
	sign("replayed@example.org", tag_replayed, T0);
	for (int i = 0; i < 20; i++) {
		prepare(BS_OP_SENT, BS_LISTENER_IN, OUTSIDE, "", tag_replayed);
		ask(T0);
	}
	sign(ALICE, tag_good, T0);
	make_tag(ALICE, TODAY - 3, tag_unissued);
	make_tag(ALICE, TODAY - 12, tag_grace);
	make_tag(ALICE, TODAY - 30, tag_stale);
	make_tag("gap@example.org", TODAY - 5, tag_unproven);
	memcpy(tag_bad, tag_good, sizeof(tag_bad));
	tag_bad[9] = tag_bad[9] == '0' ? '1' : '0';
	memcpy(tag_unknown, tag_good, sizeof(tag_unknown));
	tag_unknown[5] = '8';
}

static inline int
set_up(void **state)
{
	(void)state;
	begin(config_text, T0, 60);
	make_tags();
	send_signed(ALICE, SENT_ID, T0);
	send_signed("replayed@example.org", "replayed@example.org", T0);
	prepare_sent("exempt@example.org", "", "unsigned@example.org");
	ask(T0 - 40 * DAY);
	settle(T0);
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	end();
	return 0;
}

#define NONE BS_ACTION_NONE
#define HEADER BS_ACTION_HEADER
#define JUNK BS_ACTION_JUNK
#define REJECT BS_ACTION_REJECT
#define FORGED_ID "forged@example.org"
#define DAEMON "MAILER-DAEMON@x.example"

/* What is asked, and the answer of op data: "" for no header. */
static const struct scene {
	unsigned row;
	const char *sender;
	const char *recipient;
	enum bs_kind kind;
	const char *id;
	enum bs_action actions[4]; /* by mode */
	const char *header;
	const char *evidence; /* as the log has it */
	enum bs_tally column; /* BS_TALLIES: none */
} scenes[] = {
    {1, DAEMON, ALICE, BS_KIND_OTHER, SENT_ID, {NONE, NONE, NONE, NONE}, "",
	"found", BS_TALLIES},
    {1, "joe@x.example", ALICE, BS_KIND_DSN, SENT_ID, {NONE, NONE, NONE, NONE},
	"", NULL, BS_TALLIES},
    {2, DAEMON, tag_good, BS_KIND_OTHER, NULL, {NONE, NONE, NONE, NONE}, "",
	"no-message-id", BS_TALLIES},
    {2, DAEMON, tag_stale, BS_KIND_AUTO, NULL, {NONE, NONE, NONE, NONE}, "",
	"no-message-id", BS_TALLIES},
    {3, DAEMON, tag_bad, BS_KIND_DSN, NULL, {NONE, NONE, NONE, NONE}, "",
	"no-message-id", BS_TALLIES},
    {4, "", tag_good, BS_KIND_DSN, SENT_ID, {NONE, HEADER, HEADER, HEADER},
	"X-Backstop: genuine reason=tag row=4", "found", BS_TALLY_TAG_HOME},
    {4, "", tag_good, BS_KIND_DSN, FORGED_ID, {NONE, HEADER, HEADER, HEADER},
	"X-Backstop: genuine reason=tag row=4", "not-found", BS_TALLY_TAG_HOME},
    {4, DAEMON, tag_good, BS_KIND_DSN, NULL, {NONE, HEADER, HEADER, HEADER},
	"X-Backstop: genuine reason=tag row=4", "no-message-id",
	BS_TALLY_TAG_HOME},
    /* rescued by evidence: never issued, and replayed */
    {4, "", tag_unissued, BS_KIND_DSN, SENT_ID, {NONE, HEADER, HEADER, HEADER},
	"X-Backstop: genuine reason=tag row=4", "found", BS_TALLY_TAG_HOME},
    {4, "", tag_replayed, BS_KIND_DSN, "replayed@example.org",
	{NONE, HEADER, HEADER, HEADER}, "X-Backstop: genuine reason=tag row=4",
	"found", BS_TALLY_TAG_HOME},
    {5, "", tag_unissued, BS_KIND_DSN, FORGED_ID, {NONE, HEADER, JUNK, JUNK},
	"X-Backstop: suspect reason=unissued row=5", "not-found",
	BS_TALLY_SUSPECT},
    {6, "", tag_unproven, BS_KIND_DSN, NULL, {NONE, HEADER, HEADER, HEADER},
	"X-Backstop: genuine reason=unproven row=6", "no-message-id",
	BS_TALLY_TAG_HOME},
    {7, "", tag_replayed, BS_KIND_DSN, SENT_ID, {NONE, HEADER, JUNK, JUNK},
	"X-Backstop: suspect reason=replay row=7", "not-theirs",
	BS_TALLY_SUSPECT},
    {8, "", tag_grace, BS_KIND_DSN, SENT_ID, {NONE, HEADER, HEADER, HEADER},
	"X-Backstop: genuine reason=late row=8", "found", BS_TALLY_ID_HOME},
    {8, "", tag_stale, BS_KIND_DSN, SENT_ID, {NONE, HEADER, HEADER, HEADER},
	"X-Backstop: genuine reason=late row=8", "found", BS_TALLY_ID_HOME},
    {8, DAEMON, tag_unknown, BS_KIND_DSN, SENT_ID,
	{NONE, HEADER, HEADER, HEADER}, "X-Backstop: genuine reason=late row=8",
	"found", BS_TALLY_ID_HOME},
    {9, "", tag_grace, BS_KIND_DSN, FORGED_ID, {NONE, HEADER, JUNK, JUNK},
	"X-Backstop: suspect reason=expired row=9", "not-found",
	BS_TALLY_SUSPECT},
    {9, "", tag_unknown, BS_KIND_DSN, NULL, {NONE, HEADER, JUNK, JUNK},
	"X-Backstop: suspect reason=unknown-key row=9", "no-message-id",
	BS_TALLY_SUSPECT},
    {9, DAEMON, tag_stale, BS_KIND_DSN, NULL, {NONE, HEADER, JUNK, JUNK},
	"X-Backstop: suspect reason=expired row=9", "no-message-id",
	BS_TALLY_SUSPECT},
    {10, "", tag_stale, BS_KIND_DSN, FORGED_ID, {NONE, HEADER, JUNK, REJECT},
	"X-Backstop: forged reason=stale row=10", "not-found", BS_TALLY_FORGED},
    {10, "", tag_stale, BS_KIND_UNREAD, NULL, {NONE, HEADER, JUNK, REJECT},
	"X-Backstop: forged reason=stale row=10", NULL, BS_TALLY_FORGED},
    {11, "", tag_bad, BS_KIND_DSN, SENT_ID, {NONE, HEADER, JUNK, REJECT},
	"X-Backstop: forged reason=bad-tag row=11", "found", BS_TALLY_FORGED},
    {12, "", ALICE, BS_KIND_DSN, SENT_ID, {NONE, HEADER, HEADER, HEADER},
	"X-Backstop: genuine reason=message-id row=12", "found",
	BS_TALLY_ID_HOME},
    {12, DAEMON, ALICE, BS_KIND_DSN, SENT_ID, {NONE, HEADER, HEADER, HEADER},
	"X-Backstop: genuine reason=message-id row=12", "found",
	BS_TALLY_ID_HOME},
    {12, "", ALICE, BS_KIND_MDN, SENT_ID, {NONE, HEADER, HEADER, HEADER},
	"X-Backstop: genuine reason=message-id row=12", "found",
	BS_TALLY_ID_HOME},
    {13, "", ALICE, BS_KIND_DSN, FORGED_ID, {NONE, HEADER, JUNK, REJECT},
	"X-Backstop: forged reason=untagged row=13", "not-found",
	BS_TALLY_FORGED},
    {14, "", ALICE, BS_KIND_DSN, NULL, {NONE, HEADER, JUNK, JUNK},
	"X-Backstop: suspect reason=untagged row=14", "no-message-id",
	BS_TALLY_SUSPECT},
    {14, "", "bob@example.org", BS_KIND_DSN, SENT_ID,
	{NONE, HEADER, JUNK, JUNK},
	"X-Backstop: suspect reason=untagged row=14", "not-theirs",
	BS_TALLY_SUSPECT},
    {15, DAEMON, ALICE, BS_KIND_DSN, FORGED_ID, {NONE, HEADER, JUNK, JUNK},
	"X-Backstop: suspect reason=untagged-daemon row=15", "not-found",
	BS_TALLY_SUSPECT},
    {16, "", "stripped@example.org", BS_KIND_DSN, FORGED_ID,
	{NONE, HEADER, HEADER, HEADER}, "X-Backstop: unknown row=16",
	"not-found", BS_TALLY_UNKNOWN},
    {16, "", ALICE, BS_KIND_UNREAD, NULL, {NONE, HEADER, HEADER, HEADER},
	"X-Backstop: unknown row=16", NULL, BS_TALLY_UNKNOWN},
    {17, "", ALICE, BS_KIND_MDN, FORGED_ID, {NONE, HEADER, HEADER, HEADER},
	"X-Backstop: unknown reason=mdn row=17", "not-found", BS_TALLY_UNKNOWN},
    {18, "", ALICE, BS_KIND_AUTO, NULL, {NONE, NONE, NONE, NONE}, "",
	"no-message-id", BS_TALLIES},
    {18, "", ALICE, BS_KIND_OTHER, FORGED_ID, {NONE, NONE, NONE, NONE}, "",
	"not-found", BS_TALLIES},
};

static inline void
prepare_scene(const struct scene *scene, enum bs_op op)
{
	prepare(op, BS_LISTENER_IN, OUTSIDE, scene->sender, scene->recipient);
	if (op == BS_OP_DATA) {
		request.kind = scene->kind;
		add(&request.message_ids, scene->id);
	} else {
		request.inspect = true;
	}
}

/* What has to be so for scenes 6 and 16. */
static inline void
make_holes(void)
{
	const struct bs_judge judge = judge_now();
	uint8_t hash[BS_RECORD_HASH];
	struct bs_view view;

	bs_case_view(&judge, &view);
	bs_view_hash(&view, "stripped@example.org", 20, hash);
	bs_writer_note(writer, hash, BS_NOTE_STRIPPED, T0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
