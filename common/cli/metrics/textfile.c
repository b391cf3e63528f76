/* backstop metrics --textfile: a file that node-exporter reads. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/cli/metrics/textfile.h"
#include "common/cli/output.h"

static int
complain(const char *folder, int rc)
{
	switch (rc) {
	case -ENOENT:
	case -ENOTDIR:
		bs_complain("%s: there is no such folder; name the one that "
			    "node-exporter reads, of its "
			    "--collector.textfile.directory; on Debian: "
			    "backstop metrics --textfile "
			    "/var/lib/prometheus/node-exporter",
		    folder);
		break;
	case -EACCES:
	case -EPERM:
		if (geteuid() != 0) {
			bs_complain("%s: this user may not write there; run as "
				    "root",
			    folder);
			return EX_NOPERM;
		}
		/* fall through */
	default:
		bs_complain("%s/" BS_TEXTFILE_NAME ": %s", folder,
		    strerror(-rc));
	}
	return EX_CANTCREAT;
}

int
bs_textfile_write(const char *folder, const char *metrics)
{
	char path[PATH_MAX];
	struct stat st;
	int len;
	int rc;

	if (stat(folder, &st) != 0)
		return complain(folder, -errno);
	if (!S_ISDIR(st.st_mode))
		return complain(folder, -ENOTDIR);
	len = snprintf(path, sizeof(path), "%s/" BS_TEXTFILE_NAME, folder);
	if (len < 0 || (size_t)len >= sizeof(path))
		return complain(folder, -ENAMETOOLONG);
	/* node-exporter is another user. What bears the name, a link, too, is
	 * replaced: nothing is written through it. */
	rc = bs_file_replace(path, metrics, strlen(metrics), 0644, (gid_t)-1);
	return rc == 0 ? 0 : complain(folder, rc);
}
