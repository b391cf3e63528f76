/* The engine as a service of this host. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cli/store/interrupt.h"
#include "common/cli/store/services.h"
#include "common/store/lock.h"

#define SOCKET_UNIT "backstopd.socket"
#define SERVICE_UNIT "backstopd.service"

static bool
has_systemd(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

/* Runs systemctl with up to four words. What it prints is for whoever called
 * us, but on standard error, so that --json stays JSON. */
static int
systemctl(const char *const words[4])
{
	char name[] = "systemctl";
	char *argv[6] = {name};
	pid_t pid;
	int status;

	for (int i = 0; i < 4; i++)
		argv[i + 1] = (char *)words[i];
	if ((pid = fork()) < 0)
		return -errno;
	if (pid == 0) {
		bs_interrupt_release();
		(void)dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(name, argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

static bool
is_active(const char *unit)
{
	const char *const words[4] = {"is-active", "--quiet", unit};

	return systemctl(words) == 0;
}

int
bs_services_stop(struct bs_services *out)
{
	/* the socket first: it would start the engine again */
	const char *const words[4] = {"stop", SOCKET_UNIT, SERVICE_UNIT};

	if (!has_systemd() || geteuid() != 0)
		return 0;
	out->socket = is_active(SOCKET_UNIT);
	out->service = is_active(SERVICE_UNIT);
	if (!out->socket && !out->service)
		return 0;
	return systemctl(words);
}

int
bs_services_start(const struct bs_services *services)
{
	const char *const words[4] = {"start",
	    services->socket ? SOCKET_UNIT : SERVICE_UNIT,
	    services->service ? SERVICE_UNIT : NULL};

	if (!services->socket && !services->service)
		return 0;
	return systemctl(words);
}

bool
bs_services_use(const char *config_path)
{
	return strcmp(config_path, BS_CONFIG_PATH) == 0;
}

/* The process of a line of /proc/locks that has the file locked, or 0:
 * "1: FLOCK  ADVISORY  WRITE 123 08:01:456 0 EOF", where 456 is the inode. Its
 * device is not always the one that stat(2) names. */
static long
read_holder(const char *line, ino_t inode)
{
	const char *kind = strstr(line, ": FLOCK ");
	const char *pid = kind == NULL ? NULL : strstr(kind, " WRITE ");
	const char *colon = strrchr(line, ':');

	if (pid == NULL || colon == NULL ||
	    strtoull(colon + 1, NULL, 10) != inode)
		return 0;
	return strtol(pid + strlen(" WRITE "), NULL, 10);
}

static bool
is_engine(long pid)
{
	char path[64];
	char name[32] = "";
	FILE *file;
	bool is;

	snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	if ((file = fopen(path, "re")) == NULL)
		return false;
	is = fgets(name, sizeof(name), file) != NULL &&
	     strcmp(name, "backstopd\n") == 0;
	(void)fclose(file);
	return is;
}

/* The engine that holds the store's lock, or 0 where nobody says. */
static long
find_engine(const char *store)
{
	char path[PATH_MAX];
	char line[256];
	struct stat st;
	long found = 0;
	long pid;
	FILE *file;

	if (bs_lock_path(store, "engine.lock", path) != 0 ||
	    stat(path, &st) != 0 || (file = fopen("/proc/locks", "re")) == NULL)
		return 0;
	while (found == 0 && fgets(line, sizeof(line), file) != NULL)
		if ((pid = read_holder(line, st.st_ino)) > 0 && is_engine(pid))
			found = pid;
	(void)fclose(file);
	return found;
}

/* Never by name: that would end the engines of containers, too. */
const char *
bs_services_stop_line(const char *config_path, const char *store,
    char out[static BS_SERVICES_LINE])
{
	const char *line = NULL;
	long pid = 0;

	if (bs_services_use(config_path)) {
		if (has_systemd() &&
		    (is_active(SOCKET_UNIT) || is_active(SERVICE_UNIT)))
			line = "systemctl stop " SOCKET_UNIT " " SERVICE_UNIT;
		else if (access("/sbin/openrc-run", X_OK) == 0)
			line = "rc-service backstopd stop";
		else if (access("/usr/sbin/rcctl", X_OK) == 0)
			line = "rcctl stop backstopd";
	}
	if (line == NULL && (pid = find_engine(store)) == 0)
		line = "kill PID, with the process ID of this backstopd";
	if (line != NULL)
		snprintf(out, BS_SERVICES_LINE, "%s", line);
	else
		snprintf(out, BS_SERVICES_LINE, "kill %ld", pid);
	return out;
}

const char *
bs_services_start_line(const char *config_path,
    char out[static BS_SERVICES_LINE])
{
	const char *line = "backstopd";

	if (!bs_services_use(config_path)) {
		snprintf(out, BS_SERVICES_LINE, "backstopd -c %s", config_path);
		return out;
	}
	if (has_systemd())
		line = "systemctl start " SOCKET_UNIT " " SERVICE_UNIT;
	else if (access("/sbin/openrc-run", X_OK) == 0)
		line = "rc-service backstopd start";
	else if (access("/usr/sbin/rcctl", X_OK) == 0)
		line = "rcctl start backstopd";
	snprintf(out, BS_SERVICES_LINE, "%s", line);
	return out;
}
