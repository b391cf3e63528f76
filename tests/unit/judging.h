/* An engine's memory without its loop: settings, keys and a store that has
 * been at work for a month. Time is a number of the test's. */
#ifndef BS_JUDGING_H
#define BS_JUDGING_H

#include <limits.h>

#include "common/config/read.h"
#include "common/judge/facts.h"
#include "common/judge/judge.h"
#include "common/judge/log.h"
#include "common/judge/probe.h"
#include "common/keys/day.h"
#include "tests/unit/folder.h"

#define DAY ((int64_t)BS_DAY_SECONDS)
#define OUTSIDE "198.51.100.7"
#define WINDOW 18 /* days: lifetime 10, skew 1, grace 7 */

static char folder[PATH_MAX];
static struct bs_config *config;
static struct bs_keyring keyring;
static struct bs_writer *writer;
static struct bs_store *store;
static struct bs_probe_limit *limits; /* NULL: nobody has to wait */
static struct bs_accepted accepted;   /* all zero: nothing is */
static struct bs_request request;
static struct bs_answer answer;
static struct bs_judgement judgement;
static struct bs_known known;

static inline struct bs_judge
judge_now(void)
{
	return (struct bs_judge){.config = config,
	    .keyring = &keyring,
	    .writer = writer,
	    .limits = limits,
	    .accepted = &accepted};
}

static inline void
report_fault(void *context, const struct bs_fault *fault, bool is_warning)
{
	(void)context;
	(void)is_warning;
	fail_msg("line %u: %s", fault->line, fault->text);
}

static inline void
attach(int64_t now)
{
	static const uint8_t boot[BS_BOOT_LEN];

	store = NULL;
	assert_int_equal(bs_store_open(folder, BS_STORE_HOLD, &store), 0);
	assert_int_equal(
	    bs_writer_attach(writer, store, boot, config->lifetime_days, now),
	    0);
}

static inline void
detach(void)
{
	bs_store_close(bs_writer_detach(writer));
}

/* What waits goes to the disk; the engine lives. */
static inline void
settle(int64_t now)
{
	assert_int_equal(bs_writer_flush(writer, now), 0);
	bs_writer_tick(writer, config->lifetime_days, now);
}

/* An engine that has been here for so many days, without a gap, and whose
 * domains have signed from its first day on. */
static inline void
begin(const char *text, int64_t now, unsigned days)
{
	static const uint8_t store_key[BS_STORE_KEY_LEN] = "judging";
	int64_t before = now - days * DAY;
	struct bs_change marks[2];
	struct bs_judge judge;

	folder_make(folder, sizeof(folder));
	assert_int_equal(
	    bs_config_parse(text, strlen(text), &config, report_fault, NULL),
	    0);
	memset(&keyring, 0, sizeof(keyring));
	assert_int_equal(bs_keyring_make(&keyring, 3, BS_KEY_MADE, before), 0);
	assert_int_equal(bs_keyring_activate(&keyring, 3, before), 0);
	assert_int_equal(bs_store_open(folder, BS_STORE_HOLD, &store), 0);
	bs_meta_number(&marks[0], "epoch", before, 0);
	bs_meta_number(&marks[1], "alive", now, 0);
	assert_int_equal(bs_store_apply(store, marks, 2), 0);
	bs_store_close(store);
	assert_non_null(writer = bs_writer_new(store_key));
	attach(now);
	judge = judge_now();
	for (unsigned i = 0; i <= days; i++)
		bs_judge_note_domains(&judge, before + i * DAY);
	settle(now);
}

static inline void
end(void)
{
	detach();
	bs_writer_free(writer);
	bs_config_free(config);
	folder_remove(folder);
}

static inline struct bs_domain *
domain(const char *name)
{
	return (struct bs_domain *)(uintptr_t)bs_config_domain(config, name,
	    strlen(name));
}

#define assert_reason(reason, word)                                            \
	assert_string_equal(bs_reason_word(reason), word)

#define SET(array, text) snprintf(array, sizeof(array), "%s", text)

/* Begins a question; the test fills in the rest. */
static inline void
prepare(enum bs_op op, enum bs_listener listener, const char *client,
    const char *sender, const char *recipient)
{
	memset(&request, 0, sizeof(request));
	request.version = BS_WIRE_VERSION;
	request.id = 1;
	request.op = op;
	request.listener = listener;
	request.has_sender = true;
	request.recipients = 1;
	SET(request.client, client);
	SET(request.sender, sender);
	SET(request.recipient, recipient);
}

static inline void
add(struct bs_list *list, const char *text)
{
	if (text != NULL)
		(void)!bs_list_add(list, text, strlen(text));
}

static inline void
ask(int64_t now)
{
	const struct bs_judge judge = judge_now();

	bs_judge(&judge, &request, now, &answer, &judgement);
	assert_int_equal(answer.status, BS_STATUS_OK);
}

/* Finds the facts as the engine does. */
static inline void
find(int64_t now)
{
	const struct bs_judge judge = judge_now();
	struct bs_case question;

	bs_case_begin(&judge, &request, now, &question);
	assert_int_equal(bs_facts_find(&question, &known), 0);
}

/* Signs, records, and hands back the signed address. */
static inline void
sign(const char *sender, char out[static BS_ADDRESS_MAX], int64_t now)
{
	prepare(BS_OP_SIGN, BS_LISTENER_OUT, "local", sender, "");
	ask(now);
	assert_string_equal(answer.reason, "signed");
	if (judgement.wait)
		assert_int_equal(bs_writer_flush(writer, now), 0);
	memcpy(out, answer.address, BS_ADDRESS_MAX);
}

/* The host accepted mail that leaves. */
static inline void
prepare_sent(const char *sender, const char *from, const char *message_id)
{
	prepare(BS_OP_SENT, BS_LISTENER_OUT, "local", sender, "");
	SET(request.header_from, from);
	add(&request.message_ids, message_id);
	add(&request.recipient_domains, "x.example");
}

/* Mail that is signed, and leaves. */
static inline void
send_signed(const char *sender, const char *message_id, int64_t now)
{
	char tagged[BS_ADDRESS_MAX];

	sign(sender, tagged, now);
	prepare_sent(tagged, sender, message_id);
	ask(now);
}

/* A bounce that was read, from outside. */
static inline void
prepare_bounce(const char *recipient, const char *message_id)
{
	prepare(BS_OP_DATA, BS_LISTENER_IN, OUTSIDE, "", recipient);
	request.kind = BS_KIND_DSN;
	add(&request.message_ids, message_id);
}

/* A record of the store, what is pending included. */
static inline bool
find_sender(const char *text, struct bs_sender_record *out)
{
	const struct bs_judge judge = judge_now();
	uint8_t hash[BS_RECORD_HASH];
	struct bs_view view;

	bs_case_view(&judge, &view);
	bs_view_hash(&view, text, strlen(text), hash);
	return bs_view_sender(&view, hash, out) == 0;
}

static inline bool
find_msg(const char *message_id, uint32_t day, struct bs_msg_record *out)
{
	const struct bs_judge judge = judge_now();
	struct bs_msg_key key = {.day = day};
	struct bs_view view;

	bs_case_view(&judge, &view);
	bs_view_hash(&view, message_id, strlen(message_id), key.message_id);
	return bs_view_msg(&view, &key, out) == 0;
}

/* Puts a record of a message in the store that nobody can read. */
static inline void
damage_msg(const char *message_id, uint32_t day)
{
	const struct bs_judge judge = judge_now();
	struct bs_msg_key key = {.day = day};
	struct bs_entry entry = {.table = BS_TABLE_MSG, .value_len = 107};
	struct bs_change change;
	struct bs_view view;

	bs_case_view(&judge, &view);
	bs_view_hash(&view, message_id, strlen(message_id), key.message_id);
	entry.key_len = bs_msg_key_write(&key, entry.key);
	memset(entry.value, 0x5a, sizeof(entry.value));
	bs_change_set(&change, &entry);
	assert_int_equal(bs_store_apply(store, &change, 1), 0);
}

static inline uint32_t
tally(const char *name, uint32_t day, enum bs_tally column)
{
	const struct bs_judge judge = judge_now();
	struct bs_entry entry = {.table = BS_TABLE_META};
	struct bs_tally_record record;
	uint8_t hash[BS_RECORD_HASH];
	struct bs_view view;

	bs_case_view(&judge, &view);
	assert_int_equal(bs_view_hash_domain(&view, name, strlen(name), hash),
	    0);
	entry.key_len =
	    bs_tally_key_write(BS_TALLY_OF_DAY, day, hash, entry.key);
	if (bs_writer_get(writer, &entry) != 0)
		return 0;
	assert_int_equal(bs_tally_record_read(entry.key, entry.key_len,
			     entry.value, entry.value_len, &record),
	    0);
	return record.counts[column];
}

#endif
