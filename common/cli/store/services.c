/* The engine as a service of this host. */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cli/store/services.h"

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

const char *
bs_services_stop_line(void)
{
	if (has_systemd())
		return "systemctl stop backstopd.socket backstopd.service";
	if (access("/sbin/openrc-run", X_OK) == 0)
		return "rc-service backstopd stop";
	if (access("/usr/sbin/rcctl", X_OK) == 0)
		return "rcctl stop backstopd";
	return "pkill -x backstopd";
}

const char *
bs_services_start_line(void)
{
	if (has_systemd())
		return "systemctl start backstopd.socket backstopd.service";
	if (access("/sbin/openrc-run", X_OK) == 0)
		return "rc-service backstopd start";
	if (access("/usr/sbin/rcctl", X_OK) == 0)
		return "rcctl start backstopd";
	return "backstopd";
}
