/* Tells the service manager how the engine is: sd_notify(3), without its
 * library. Where no manager asked for that, nothing happens. */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/engine/notify.h"

static struct sockaddr_un manager;
static socklen_t manager_len; /* 0: there is none */
static char last[BS_NOTIFY_TEXT];

void
bs_notify_open(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path == NULL ? 0 : strlen(path);

	last[0] = '\0';
	manager_len = 0;
	if (len > 1 && len < sizeof(manager.sun_path) &&
	    (path[0] == '/' || path[0] == '@')) {
		manager.sun_family = AF_UNIX;
		memcpy(manager.sun_path, path, len);
		if (path[0] == '@')
			manager.sun_path[0] = '\0'; /* unix(7): abstract */
		manager_len =
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	}
	unsetenv("NOTIFY_SOCKET");
}

/* One datagram of lines. A manager that does not read it misses it: the loop
 * waits for nobody. */
static void
send_lines(const char *lines)
{
	int fd;

	if (manager_len == 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return;
	(void)sendto(fd, lines, strlen(lines), MSG_NOSIGNAL,
	    (const struct sockaddr *)&manager, manager_len);
	close(fd);
}

void
bs_notify_ready(void)
{
	send_lines("READY=1\n");
}

void
bs_notify_stopping(void)
{
	send_lines("STOPPING=1\n");
}

void
bs_notify_status(const char *format, ...)
{
	char text[BS_NOTIFY_TEXT];
	char lines[sizeof("STATUS=\n") + BS_NOTIFY_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* a newline would begin another assignment */
	for (char *at = text; *at != '\0'; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '?';
	if (strcmp(text, last) == 0)
		return;
	memcpy(last, text, sizeof(last));
	snprintf(lines, sizeof(lines), "STATUS=%s\n", text);
	send_lines(lines);
}
