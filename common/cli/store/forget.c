/* backstop store forget: removes what the store remembers of an address.
 *
 * The store then no longer knows all that left. So the coverage of the address
 * is made partial first, and a bounce of what was removed is not called forged.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "common/cli/load.h"
#include "common/cli/cli.h"
#include "common/cli/output.h"
#include "common/cli/store/child.h"
#include "common/cli/store/forget.h"
#include "common/cli/store/store.h"
#include "common/store/top_record.h"

/* Entries of one transaction. After one that wrote there is a pause, in which
 * the engine has its turn. */
#define CHUNK 256
#define PAUSE_NS (20L * 1000 * 1000)

struct task {
	uint8_t store_key[BS_STORE_KEY_LEN];
	uint8_t hash[BS_RECORD_HASH];
	uint32_t today;
};

struct tally {
	uint64_t tags;
	uint64_t messages; /* removed, or no longer known as theirs */
	uint64_t senders;
};

static bool
is_tag_of(const struct task *task, const struct bs_entry *entry)
{
	struct bs_tag_key key;

	return bs_tag_key_read(entry->key, entry->key_len, &key) == 0 &&
	       memcmp(key.sender, task->hash, BS_RECORD_HASH) == 0;
}

static bool
is_refused_of(const struct task *task, const struct bs_entry *entry)
{
	struct bs_refused_key key;

	return bs_refused_key_read(entry->key, entry->key_len, &key) == 0 &&
	       memcmp(key.owner, task->hash, BS_MSG_SHORT) == 0;
}

/* The count stays, of nobody: what was counted least is judged by all counts.
 */
static bool
find_top_change(const struct task *task, const struct bs_entry *entry,
    struct bs_change *out)
{
	struct bs_entry nobody = *entry;
	struct bs_top_key key;
	struct bs_top_entry top;

	if (bs_top_key_read(entry->key, entry->key_len, &key) != 0 ||
	    key.kind != BS_TOP_USER || key.part != 0 ||
	    bs_top_record_read(entry->key, entry->key_len, entry->value,
		entry->value_len, 0, &top) != 0 ||
	    top.len != BS_RECORD_HASH ||
	    memcmp(top.text, task->hash, BS_RECORD_HASH) != 0)
		return false;
	top.len = 0;
	nobody.value_len = bs_top_record_write(nobody.key, nobody.key_len, &top,
	    0, nobody.value);
	bs_change_set(out, &nobody);
	return true;
}

/* The change that forgets the address in an entry, if it is theirs at all. A
 * message that others own, too, stays theirs: their coverage is full. */
static bool
find_change(const struct task *task, const struct bs_entry *entry,
    struct bs_change *out)
{
	struct bs_msg_record record;

	if (entry->table == BS_TABLE_TOP)
		return find_top_change(task, entry, out);
	bs_change_delete(out, entry);
	if (entry->table == BS_TABLE_TAG)
		return is_tag_of(task, entry);
	if (entry->table == BS_TABLE_REFUSED)
		return is_refused_of(task, entry);
	out->kind = BS_CHANGE_DISOWN;
	memcpy(out->owner, task->hash, BS_MSG_SHORT);
	return bs_msg_record_read(entry->key, entry->key_len, entry->value,
		   entry->value_len, &record) == 0 &&
	       bs_msg_remove_owner(&record, out->owner);
}

/* Forgets the address in a table. Returns 0 or -errno. */
static int
forget_in(struct bs_store *store, const struct task *task, enum bs_table table,
    uint64_t *removed)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	struct bs_entry chunk[CHUNK];
	struct bs_change changes[CHUNK];
	struct bs_entry from = {.table = table};
	size_t count;
	int rc;

	while ((rc = bs_store_scan(store, &from, chunk, CHUNK, &count)) == 0) {
		size_t chosen = 0;

		for (size_t i = 0; i < count; i++)
			if (find_change(task, &chunk[i], &changes[chosen]))
				chosen++;
		if (chosen == 0)
			continue;
		if ((rc = bs_store_apply(store, changes, chosen)) != 0)
			return rc;
		*removed += chosen;
		nanosleep(&pause, NULL);
	}
	return rc == BS_STORE_ABSENT ? 0 : rc;
}

/* Leaves the mark that makes coverage partial: today something left unseen. It
 * goes when the records of old senders go. */
static int
mark(struct bs_store *store, const struct task *task, uint64_t *senders)
{
	const struct bs_sender_record record = {.last_unsigned_day =
						    task->today,
	    .last_unrecorded_day = task->today,
	    .last_day = task->today};
	struct bs_entry entry = {.table = BS_TABLE_SENDER,
	    .key_len = BS_RECORD_HASH};
	struct bs_change change;
	int rc;

	memcpy(entry.key, task->hash, BS_RECORD_HASH);
	if ((rc = bs_store_get(store, &entry)) < 0)
		return rc;
	*senders = rc == 0 ? 1 : 0;
	entry.value_len = bs_sender_record_write(entry.key, entry.key_len,
	    &record, entry.value);
	bs_change_set(&change, &entry);
	return bs_store_apply(store, &change, 1);
}

static int
forget(const struct bs_child *child)
{
	const struct task *task = child->context;
	struct tally *tally = child->result;
	struct bs_store *store = NULL;
	uint64_t others = 0;
	int rc = bs_store_open(child->folder, BS_STORE_READ, &store);

	/* to open it for writing would make one that is not there */
	bs_store_close(store);
	if (rc != 0 ||
	    (rc = bs_store_open(child->folder, BS_STORE_WRITE, &store)) != 0)
		return rc;
	if ((rc = bs_meta_claim_key(store, task->store_key)) == 0 &&
	    (rc = mark(store, task, &tally->senders)) == 0 &&
	    (rc = forget_in(store, task, BS_TABLE_TAG, &tally->tags)) == 0)
		rc = forget_in(store, task, BS_TABLE_MSG, &tally->messages);
	if (rc == 0)
		rc = forget_in(store, task, BS_TABLE_REFUSED, &others);
	if (rc == 0)
		rc = forget_in(store, task, BS_TABLE_TOP, &others);
	bs_store_close(store);
	return rc;
}

/* The address in the form that is hashed: a tag on it is taken off. Returns 0
 * or an exit status after the complaint. */
static int
canonical_of(const char *text, char out[static BS_ADDRESS_MAX])
{
	struct bs_address address;
	struct bs_tag tag;
	int status;

	if ((status = bs_load_address(text, &address)) != 0)
		return status;
	if (bs_tag_parse(&address, &tag) == BS_SHAPE_OURS)
		address = tag.plain;
	if (address.domain_len > 0 &&
	    bs_address_canonical(&address, out, BS_ADDRESS_MAX) == 0)
		return 0;
	bs_complain("'%.200s': a domain must be with it", text);
	return EX_USAGE;
}

static void
print_tally(const struct bs_call *call, const char *address,
    const struct tally *tally)
{
	struct bs_json *json;

	if (!call->json) {
		bs_print(stdout,
		    "%s is forgotten: %" PRIu64 " tag%s, %" PRIu64
		    " message%s and %" PRIu64 " sender record%s removed\n",
		    address, tally->tags, bs_plural(tally->tags),
		    tally->messages, bs_plural(tally->messages), tally->senders,
		    bs_plural(tally->senders));
		return;
	}
	json = bs_json_object();
	bs_json_text(json, "address", address);
	bs_json_number(json, "tags", (int64_t)tally->tags);
	bs_json_number(json, "messages", (int64_t)tally->messages);
	bs_json_number(json, "senders", (int64_t)tally->senders);
	bs_json_print(json);
}

/* Returns 0, or an exit status after the complaint. */
static int
hash_address(const struct bs_state_folder_paths *paths, const char *canonical,
    struct task *task)
{
	struct bs_fault fault = {0};
	int rc = bs_state_folder_store_key(paths->store_key, task->store_key,
	    &fault);

	if (rc != 0) {
		bs_complain("%s: %s%s", paths->store_key, fault.text,
		    rc == -EACCES ? "; run as root" : "");
		return bs_exit_of(rc);
	}
	bs_mac_hash(task->store_key, canonical, strlen(canonical), task->hash);
	return 0;
}

int
bs_cmd_store_forget(const struct bs_call *call)
{
	struct bs_config *config = NULL;
	struct bs_state_folder_paths paths;
	struct task task = {.today = bs_day_of(call->now)};
	struct tally tally = {0};
	struct bs_child child = {.folder = paths.store,
	    .run = forget,
	    .context = &task,
	    .result = &tally,
	    .size = sizeof(tally),
	    .progress = "forgetting"};
	char canonical[BS_ADDRESS_MAX];
	int rc;

	if ((rc = canonical_of(call->words[0], canonical)) != 0 ||
	    (rc = bs_load_config(call, &config)) != 0)
		return rc;
	rc = bs_state_folder_paths(config->state, &paths);
	bs_config_free(config);
	if (rc != 0)
		return bs_exit_of(rc);
	if ((rc = hash_address(&paths, canonical, &task)) != 0)
		return rc;
	rc = bs_child_run(&child);
	bs_mac_wipe(task.store_key, sizeof(task.store_key));
	if (rc != 0)
		return bs_store_complain(paths.store, rc);
	print_tally(call, canonical, &tally);
	return BS_EXIT_YES;
}
