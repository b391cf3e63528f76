/* The configuration and the keyring as the engine uses them, and how they are
 * read again. */
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "common/base/log.h"
#include "common/config/read.h"
#include "common/engine/settings.h"
#include "common/keys/keyring_file.h"

void
bs_settings_refresh(struct bs_settings *settings)
{
	struct bs_keyring fresh;
	struct bs_fault fault = {0};
	struct stat st;
	const struct stat *old = &settings->keyring_stat;

	if (stat(settings->paths.keyring, &st) != 0)
		memset(&st, 0, sizeof(st));
	if (st.st_ino == old->st_ino && st.st_size == old->st_size &&
	    st.st_mode == old->st_mode &&
	    st.st_mtim.tv_sec == old->st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == old->st_mtim.tv_nsec)
		return;
	settings->keyring_stat = st;
	if (bs_keyring_load(settings->paths.keyring, &fresh, &fault) == 0) {
		if (fresh.damaged != 0) {
			bs_log(BS_LOG_ERR,
			    "%s:%u: the line is damaged; its key stays as it "
			    "was, or is unknown",
			    settings->paths.keyring, fresh.damaged);
			bs_keyring_keep(&fresh, &settings->keyring,
			    (int64_t)time(NULL));
		}
		settings->keyring = fresh;
		bs_log(BS_LOG_INFO, "keyring read: %zu keys",
		    settings->keyring.count);
	} else {
		bs_log(BS_LOG_ERR, "%s:%u: %s%s", settings->paths.keyring,
		    fault.line, fault.text,
		    settings->keyring.count > 0 ? "; the old keys stay" : "");
	}
	bs_keyring_wipe(&fresh);
}

static void
log_fault(void *context, const struct bs_fault *fault, bool is_warning)
{
	bs_log(is_warning ? BS_LOG_WARNING : BS_LOG_ERR, "%s:%u: %s",
	    (const char *)context, fault->line, fault->text);
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
		    strerror(-rc));
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
