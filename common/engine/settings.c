/* The configuration and the keyring as the engine uses them, and how they are
 * read again. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "common/base/fault.h"
#include "common/base/log.h"
#include "common/config/accepted_file.h"
#include "common/config/read.h"
#include "common/engine/settings.h"
#include "common/keys/keyring_file.h"

/* Whether a file is another than when we looked last; *last is what it is now.
 */
static bool
is_changed(const char *path, struct stat *last)
{
	const struct stat old = *last;

	if (stat(path, last) != 0)
		memset(last, 0, sizeof(*last));
	return last->st_ino != old.st_ino || last->st_size != old.st_size ||
	       last->st_mode != old.st_mode ||
	       last->st_mtim.tv_sec != old.st_mtim.tv_sec ||
	       last->st_mtim.tv_nsec != old.st_mtim.tv_nsec;
}

/* A file that is not there looks at the start like one that did not change. */
static bool
is_new_keyring(struct bs_settings *settings)
{
	bool is_first = !settings->keyring_looked_for;

	settings->keyring_looked_for = true;
	return is_changed(settings->paths.keyring, &settings->keyring_stat) ||
	       is_first;
}

static void
log_lost_keyring(const struct bs_settings *settings, int rc,
    const struct bs_fault *fault)
{
	const char *path = settings->paths.keyring;
	bool has_keys = settings->keyring.count > 0;
	char line[BS_FAULT_LINE];

	if (rc == -ENOENT)
		bs_log(BS_LOG_ERR, "%s is missing: %s", path,
		    has_keys ? "the old keys stay until backstopd ends; put "
			       "it back from a backup"
			     : "nothing is signed; put it back from a backup, "
			       "or type: backstop init");
	else
		bs_log(BS_LOG_ERR, "%s%s: %s%s", path,
		    bs_fault_line(fault, line), fault->text,
		    has_keys ? "; the old keys stay" : "; nothing is signed");
}

static void
refresh_keyring(struct bs_settings *settings)
{
	struct bs_keyring fresh;
	struct bs_fault fault = {0};
	int rc;

	if (!is_new_keyring(settings))
		return;
	rc = bs_keyring_load(settings->paths.keyring, &fresh, &fault);
	if (rc == 0) {
		if (fresh.damaged != 0) {
			bs_log(BS_LOG_ERR,
			    "%s:%u: the line is damaged; its key stays as it "
			    "was, or is unknown",
			    settings->paths.keyring, fresh.damaged);
			bs_keyring_keep(&fresh, &settings->keyring,
			    (int64_t)time(NULL));
		}
		settings->keyring = fresh;
		bs_log(BS_LOG_INFO, "keyring read: %zu key%s",
		    settings->keyring.count,
		    settings->keyring.count == 1 ? "" : "s");
	} else {
		log_lost_keyring(settings, rc, &fault);
	}
	bs_keyring_wipe(&fresh);
}

static void
refresh_accepted(struct bs_settings *settings)
{
	struct bs_accepted fresh;
	struct bs_fault fault = {0};
	char line[BS_FAULT_LINE];

	if (!is_changed(settings->paths.accepted, &settings->accepted_stat))
		return;
	if (bs_accepted_load(settings->paths.accepted, &fresh, &fault) == 0) {
		settings->accepted = fresh;
		bs_log(BS_LOG_INFO, "accepted by hand: %zu", fresh.count);
	} else {
		bs_log(BS_LOG_ERR, "%s%s: %s; what was accepted before stays",
		    settings->paths.accepted, bs_fault_line(&fault, line),
		    fault.text);
	}
}

void
bs_settings_refresh(struct bs_settings *settings)
{
	refresh_keyring(settings);
	refresh_accepted(settings);
}

static void
log_fault(void *context, const struct bs_fault *fault, bool is_warning)
{
	char line[BS_FAULT_LINE];

	bs_log(is_warning ? BS_LOG_WARNING : BS_LOG_ERR, "%s%s: %s",
	    (const char *)context, bs_fault_line(fault, line), fault->text);
}

int
bs_settings_reload(struct bs_settings *settings)
{
	const char *path = settings->config_path;
	struct bs_config *fresh = NULL;
	int rc =
	    bs_config_load(path, &fresh, log_fault, (void *)(uintptr_t)path);

	if (rc != 0) {
		bs_log(BS_LOG_ERR, "%s: %s; the old configuration stays", path,
		    rc == -EINVAL ? "it has mistakes" : strerror(-rc));
		return rc;
	}
	if (strcmp(fresh->state, settings->config->state) != 0 ||
	    strcmp(fresh->socket, settings->config->socket) != 0)
		bs_log(BS_LOG_WARNING,
		    "a new \"state\" or \"socket\" takes a restart");
	bs_config_free(settings->config);
	settings->config = fresh;
	bs_log(BS_LOG_INFO, "configuration read anew");
	return 0;
}

void
bs_settings_free(struct bs_settings *settings)
{
	bs_config_free(settings->config);
	bs_keyring_wipe(&settings->keyring);
}
