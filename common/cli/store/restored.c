/* What the two ways to restore a store share beside common/cli/store/place.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cli/cli.h"
#include "common/cli/load.h"
#include "common/cli/output.h"
#include "common/cli/store/look.h"
#include "common/cli/store/restored.h"
#include "common/cli/store/services.h"
#include "common/cli/store/store.h"

const struct bs_clock *
bs_restored_clock(const struct bs_config *config, int64_t now,
    struct bs_clock *out)
{
	struct bs_look there;

	if (bs_look_at_store(config, &there) != 0 ||
	    there.meta.clock.trusted_day == 0 ||
	    bs_look_doubts_clock(&there, now))
		return NULL;
	*out = there.meta.clock;
	return out;
}

int
bs_restored_open(const char *file)
{
	struct stat st = {0};
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int rc = fd < 0 || fstat(fd, &st) != 0 ? -errno : 0;

	if (rc == 0 && S_ISREG(st.st_mode))
		return fd;
	if (fd >= 0)
		close(fd);
	if (rc == 0) {
		bs_complain("%s: is no file; nothing was changed", file);
		return -BS_EXIT_NO;
	}
	bs_complain("%s: %s", file, strerror(-rc));
	return -bs_exit_of(rc);
}

int
bs_restored_busy(const struct bs_call *call, const char *folder)
{
	char line[BS_SERVICES_LINE];

	bs_complain("backstopd runs; stop it first: %s",
	    bs_services_stop_line(call->config_path, folder, line));
	return BS_EXIT_NO;
}

int
bs_restored_complain(const struct bs_call *call, const char *file,
    const char *folder, int rc)
{
	switch (rc) {
	case -EBUSY:
		return bs_restored_busy(call, folder);
	case -EUCLEAN:
	case -EBADMSG:
	case -EINVAL:
		bs_complain("%s: is no sound backup of a store; nothing was "
			    "changed",
		    file);
		return BS_EXIT_NO;
	case -EKEYREJECTED:
		bs_complain("%s: was written with another store.key: put that "
			    "one back first; nothing was changed",
		    file);
		return BS_EXIT_NO;
	case -EPROTO:
		bs_complain("%s: was written by a newer version; nothing was "
			    "changed",
		    file);
		return BS_EXIT_NO;
	default:
		return bs_store_complain(folder, rc);
	}
}
