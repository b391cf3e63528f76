/* backstop store check and confirm-clock. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/load.h"
#include "common/cli/cli.h"
#include "common/cli/output.h"
#include "common/cli/store/child.h"
#include "common/cli/store/store.h"
#include "common/store/recovery.h"

struct tally {
	uint64_t entries;
	uint64_t damaged;
};

static int
check(const struct bs_child *child)
{
	struct tally *tally = child->result;

	return bs_recovery_check(child->folder, &tally->entries,
	    &tally->damaged);
}

int
bs_store_complain(const char *folder, int rc)
{
	switch (rc) {
	case -ENOENT:
		bs_complain("%s: there is no store yet; backstopd makes it",
		    folder);
		break;
	case -EACCES:
		bs_complain("%s: %s; run as root", folder, strerror(EACCES));
		break;
	case -EKEYREJECTED:
		bs_complain("%s: was written with another store.key; put that "
			    "back, or let backstopd begin a new store",
		    folder);
		break;
	case -EPROTO:
		bs_complain("%s: was written by a newer version", folder);
		break;
	default:
		bs_complain("%s: %s", folder, bs_store_error(rc));
		break;
	}
	return bs_exit_of(rc);
}

static void
print_check(const struct bs_call *call, const char *folder, bool is_sound,
    const struct tally *tally)
{
	struct bs_json *json;

	if (call->json) {
		json = bs_json_object();
		bs_json_text(json, "store", folder);
		bs_json_bool(json, "sound", is_sound);
		bs_json_number(json, "entries", (int64_t)tally->entries);
		bs_json_number(json, "damaged", (int64_t)tally->damaged);
		bs_json_print(json);
	} else if (is_sound)
		bs_print(stdout, "%s: sound, %" PRIu64 " record%s\n", folder,
		    tally->entries, bs_plural(tally->entries));
	else
		bs_print(stdout,
		    "%s: damaged, %" PRIu64 " of %" PRIu64
		    " record%s read; restart backstopd: it moves the store "
		    "aside and begins a new one\n",
		    folder, tally->damaged, tally->entries,
		    bs_plural(tally->entries));
}

int
bs_cmd_store_check(const struct bs_call *call)
{
	struct bs_state_folder_paths paths;
	struct bs_config *config;
	struct tally tally = {0};
	struct bs_child child = {
	    .folder = paths.store,
	    .run = check,
	    .result = &tally,
	    .size = sizeof(tally),
	    .progress = "checking",
	};
	bool is_sound;
	int rc;

	if ((rc = bs_load_config(call, &config)) != 0)
		return rc;
	if ((rc = bs_state_folder_paths(config->state, &paths)) == 0)
		rc = bs_child_run(&child);
	bs_config_free(config);
	if (rc != 0 && rc != -EUCLEAN)
		return bs_store_complain(paths.store, rc);
	is_sound = rc == 0 && tally.damaged == 0;
	print_check(call, paths.store, is_sound, &tally);
	return is_sound ? BS_EXIT_YES : BS_EXIT_NO;
}

static int
confirm(const struct bs_child *child)
{
	const uint32_t *today = child->context;
	struct bs_meta *meta = child->result;
	struct bs_change change;
	struct bs_store *store;
	int rc = bs_store_open(child->folder, BS_STORE_WRITE, &store);

	if (rc != 0)
		return rc;
	if ((rc = bs_meta_load(store, meta)) == 0) {
		bs_clock_confirm(&meta->clock, *today);
		bs_meta_clock(&change, &meta->clock);
		rc = bs_store_apply(store, &change, 1);
	}
	bs_store_close(store);
	return rc;
}

int
bs_cmd_store_confirm_clock(const struct bs_call *call)
{
	struct bs_state_folder_paths paths;
	struct bs_config *config;
	struct bs_meta meta;
	struct bs_json *json;
	uint32_t today = bs_day_of(call->now);
	struct bs_child child = {
	    .folder = paths.store,
	    .run = confirm,
	    .context = &today,
	    .result = &meta,
	    .size = sizeof(meta),
	};
	char text[BS_TIME_TEXT];
	int rc;

	if ((rc = bs_load_config(call, &config)) != 0)
		return rc;
	if ((rc = bs_state_folder_paths(config->state, &paths)) == 0)
		rc = bs_child_run(&child);
	bs_config_free(config);
	if (rc != 0)
		return bs_store_complain(paths.store, rc);
	bs_day_text(today, text);
	if (call->json) {
		json = bs_json_object();
		bs_json_text(json, "today", text);
		bs_json_print(json);
	} else
		bs_print(stdout,
		    "today is %s: the engine takes that over within "
		    "seconds\n",
		    text);
	return BS_EXIT_YES;
}
