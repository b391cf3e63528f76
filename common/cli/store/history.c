/* What the store counted, for subcommands that show it. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/store/child.h"
#include "common/cli/store/history.h"
#include "common/engine/state_folder.h"
#include "common/judge/view.h"
#include "common/keys/mac.h"
#include "common/store/lmdb.h"
#include "common/store/meta.h"
#include "common/store/tops.h"

struct read_task {
	const struct bs_history_query *query;
	struct bs_view view; /* for its key: to hash names */
};

static int
read_name(struct bs_store *store, const struct read_task *task,
    const char *name, struct bs_tally_record *out)
{
	const struct bs_history_query *query = task->query;
	uint8_t hash[BS_RECORD_HASH];
	int rc = bs_view_hash_domain(&task->view, name, strlen(name), hash);

	for (size_t i = 0; rc == 0 && i < query->units; i++) {
		struct bs_entry entry = {.table = BS_TABLE_META};

		entry.key_len = bs_tally_key_write(query->kind,
		    query->first + (uint32_t)i, hash, entry.key);
		if ((rc = bs_store_get(store, &entry)) == BS_STORE_ABSENT)
			rc = 0;
		else if (rc == 0 &&
			 bs_tally_record_read(entry.key, entry.key_len,
			     entry.value, entry.value_len, &out[i]) != 0)
			memset(&out[i], 0, sizeof(out[i]));
	}
	return rc;
}

static int
read_all(const struct bs_child *child)
{
	const struct read_task *task = child->context;
	struct bs_tally_record *out = child->result;
	struct bs_store *store = NULL;
	int rc = bs_store_open(child->folder, BS_STORE_READ, &store);

	if (rc == 0 &&
	    (rc = bs_meta_check_key(store, task->view.store_key)) > 0)
		rc = 0;
	for (size_t i = 0; rc == 0 && i < task->query->name_count; i++)
		rc = read_name(store, task, task->query->names[i],
		    out + i * task->query->units);
	bs_store_close(store);
	return rc;
}

/* Returns 0 or -errno. */
static int
read_key(const struct bs_config *config, struct bs_state_folder_paths *paths,
    uint8_t key[static BS_STORE_KEY_LEN])
{
	struct bs_fault fault;
	int rc = bs_state_folder_paths(config->state, paths);

	if (rc != 0)
		return rc;
	return bs_state_folder_store_key(paths->store_key, key, &fault);
}

int
bs_history_read(const struct bs_config *config,
    const struct bs_history_query *query, struct bs_tally_record *out)
{
	struct bs_state_folder_paths paths;
	uint8_t key[BS_STORE_KEY_LEN];
	struct read_task task = {.query = query, .view = {.store_key = key}};
	struct bs_child child = {.folder = paths.store,
	    .run = read_all,
	    .context = &task,
	    .result = out,
	    .size = query->name_count * query->units * sizeof(*out)};
	int rc;

	memset(out, 0, child.size);
	if ((rc = read_key(config, &paths, key)) == 0)
		rc = bs_child_run(&child);
	bs_mac_wipe(key, sizeof(key));
	return rc;
}

struct top_task {
	enum bs_top_kind kind;
	uint32_t first_day;
	uint32_t last_day;
	size_t max;
};

struct top_found {
	size_t count;
	int64_t total;
	struct bs_top_entry entries[];
};

/* Reads the tables of all days, one behind the other, each without its floor.
 */
static int
read_days(struct bs_store *store, const struct top_task *task,
    struct bs_top_entry *all, size_t *count, int64_t *floors, int64_t *total)
{
	int rc = 0;

	for (uint32_t day = task->first_day; rc == 0 && day <= task->last_day;
	     day++) {
		size_t found;
		int64_t floor;

		rc = bs_tops_read(store, day, task->kind, all + *count, &found,
		    &floor);
		if (rc != 0)
			break;
		for (size_t i = 0; i < found; i++)
			*total += all[*count + i].count;
		bs_top_lower(all + *count, found, floor);
		*count += found;
		*floors += floor;
	}
	return rc;
}

static int
read_top(const struct bs_child *child)
{
	const struct top_task *task = child->context;
	struct top_found *found = child->result;
	size_t days = (size_t)task->last_day - task->first_day + 1;
	struct bs_top_entry *all = calloc(days, BS_TOP_SLOTS * sizeof(*all));
	struct bs_store *store = NULL;
	size_t count = 0;
	int64_t floors = 0;
	int rc = -ENOMEM;

	if (all == NULL ||
	    (rc = bs_store_open(child->folder, BS_STORE_READ, &store)) != 0 ||
	    (rc = read_days(store, task, all, &count, &floors,
		 &found->total)) != 0)
		goto out;
	count = bs_top_add_up(all, count, floors);
	for (size_t i = 0; i < count && found->count < task->max; i++)
		if (all[i].len > 0)
			found->entries[found->count++] = all[i];
out:
	bs_store_close(store);
	free(all);
	return rc;
}

/* The store's owner wrote this, and the child is its: root trusts no length in
 * it. */
static bool
is_sound(const struct top_found *found, size_t max)
{
	if (found->count > max)
		return false;
	for (size_t i = 0; i < found->count; i++)
		if (found->entries[i].len > BS_TOP_TEXT_MAX)
			return false;
	return true;
}

int
bs_history_top(const struct bs_config *config, enum bs_top_kind kind,
    uint32_t first_day, uint32_t last_day, struct bs_top_entry *out, size_t max,
    size_t *count, int64_t *total)
{
	const struct top_task task = {kind, first_day, last_day, max};
	struct bs_state_folder_paths paths;
	struct bs_child child = {.folder = paths.store,
	    .run = read_top,
	    .context = &task,
	    .size = sizeof(struct top_found) + max * sizeof(*out)};
	struct top_found *found;
	int rc = bs_state_folder_paths(config->state, &paths);

	*count = 0;
	*total = 0;
	if (rc != 0 || last_day < first_day)
		return rc;
	if ((found = calloc(1, child.size)) == NULL)
		return -ENOMEM;
	child.result = found;
	if ((rc = bs_child_run(&child)) == 0 && !is_sound(found, max))
		rc = -EUCLEAN;
	if (rc == 0) {
		*count = found->count;
		*total = found->total;
		memcpy(out, found->entries, *count * sizeof(*out));
	}
	free(found);
	return rc;
}

int
bs_history_user(const struct bs_config *config, const char *canonical,
    uint8_t out[static BS_RECORD_HASH])
{
	struct bs_state_folder_paths paths;
	uint8_t key[BS_STORE_KEY_LEN];
	int rc = read_key(config, &paths, key);

	if (rc == 0)
		bs_mac_hash(key, canonical, strlen(canonical), out);
	bs_mac_wipe(key, sizeof(key));
	return rc;
}
