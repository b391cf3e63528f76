/* Where lines of the log go: never waited for, queued for a while, then lost.
 *
 * Whoever reads our standard error may stop: a terminal by Control-S, journald
 * by a full disk. A program that waited for it would answer nobody. To set
 * O_NONBLOCK is no way out, as the descriptor came from somebody who shares it:
 * the flag would be theirs, too. So a socket is written to by a call that does
 * not wait, and a pipe or terminal is opened once more, for ourselves. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "common/base/log_out.h"

#define QUEUE_OCTETS 65536
#define LINE_MAX 1200 /* with what syslog has before it */

enum way {
	BY_WRITE, /* to a file; or to what was opened anew, not to wait */
	BY_SEND,  /* to a socket */
	BY_POLL,  /* to what is shared and may not be opened anew */
	BY_SYSLOG,
};

static struct {
	enum way way;
	const char *program;
	int syslog_fd; /* -1: not connected */
	pid_t pid;     /* whose queue it is: a child's begins empty */
	uint64_t lost;
	uint64_t told; /* of the lost */
	size_t len;
	char queue[QUEUE_OCTETS]; /* for syslog, each entry ends in a NUL */
} out = {.syslog_fd = -1};

/* Makes standard error a description of its own of the same pipe or terminal.
 * Returns whether that could be. */
static bool
open_anew(void)
{
	int fd = open("/proc/self/fd/2",
	    O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool is_done;

	if (fd < 0)
		return false;
	is_done = dup2(fd, STDERR_FILENO) == STDERR_FILENO;
	close(fd);
	return is_done;
}

void
bs_log_out_open(const char *program)
{
	struct stat st;

	out.pid = getpid();
	out.program = program;
	if (program != NULL)
		out.way = BY_SYSLOG;
	else if (fstat(STDERR_FILENO, &st) != 0 || S_ISREG(st.st_mode))
		out.way = BY_WRITE;
	else if (S_ISSOCK(st.st_mode))
		out.way = BY_SEND;
	else
		out.way = open_anew() ? BY_WRITE : BY_POLL;
}

/* Of what another process had in its queue nothing is ours. */
static void
check_process(void)
{
	if (out.pid == getpid())
		return;
	out.pid = getpid();
	out.len = 0;
	out.told = out.lost = 0;
	/* whoever forked us may have closed it, and opened another one since */
	out.syslog_fd = -1;
}

#ifdef __linux__

static bool
connect_syslog(void)
{
	static const struct sockaddr_un name = {
	    .sun_family = AF_UNIX,
	    .sun_path = "/dev/log",
	};

	if (out.syslog_fd >= 0)
		return true;
	out.syslog_fd =
	    socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (out.syslog_fd < 0)
		return false;
	if (connect(out.syslog_fd, (const struct sockaddr *)&name,
		sizeof(name)) == 0)
		return true;
	close(out.syslog_fd);
	out.syslog_fd = -1;
	return false;
}

/* As syslog(3) does, which would wait. Returns what send(2) does. */
static ssize_t
send_syslog(const char *entry, size_t len)
{
	ssize_t sent;

	if (!connect_syslog())
		return -1;
	sent = send(out.syslog_fd, entry, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0 && errno != EAGAIN && errno != ENOBUFS) {
		/* it was started anew: once more, on a new connection */
		close(out.syslog_fd);
		out.syslog_fd = -1;
		if (connect_syslog())
			sent = send(out.syslog_fd, entry, len,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	return sent;
}

/* The entry as rsyslog and journald read it (RFC 3164 §4.1). */
static size_t
write_entry(int priority, const char *line, size_t len, char entry[LINE_MAX])
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = time(NULL);
	struct tm tm = {0};
	int n;

	(void)localtime_r(&now, &tm);
	n = snprintf(entry, LINE_MAX,
	    "<%d>%.3s %2d %02d:%02d:%02d %s[%ld]: %.*s", LOG_MAIL | priority,
	    months + (size_t)tm.tm_mon * 3, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, out.program, (long)getpid(), (int)len, line);
	return n < 0 ? 0 : n < LINE_MAX ? (size_t)n : LINE_MAX - 1;
}

#else

static ssize_t
send_syslog(const char *entry, size_t len)
{
	syslog(LOG_MAIL | (entry[0] - '0'), "%.*s", (int)len - 1, entry + 1);
	return (ssize_t)len;
}

static size_t
write_entry(int priority, const char *line, size_t len, char entry[LINE_MAX])
{
	int n = snprintf(entry, LINE_MAX, "%d%.*s", priority, (int)len, line);

	return n < 0 ? 0 : n < LINE_MAX ? (size_t)n : LINE_MAX - 1;
}

#endif

/* Returns what write(2) does, and never waits. */
static ssize_t
put(const char *octets, size_t len)
{
	struct pollfd writable = {.fd = STDERR_FILENO, .events = POLLOUT};

	switch (out.way) {
	case BY_SYSLOG:
		return send_syslog(octets, len);
	case BY_SEND:
		return send(STDERR_FILENO, octets, len,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	case BY_POLL:
		if (poll(&writable, 1, 0) <= 0) {
			errno = EAGAIN;
			return -1;
		}
		/* fallthrough */
	case BY_WRITE:
		break;
	}
	return write(STDERR_FILENO, octets, len);
}

/* The first entry of the queue: for syslog a datagram without its NUL, else a
 * line with its newline. */
static size_t
first_len(void)
{
	const char *end =
	    memchr(out.queue, out.way == BY_SYSLOG ? '\0' : '\n', out.len);

	return end == NULL ? out.len : (size_t)(end - out.queue) + 1;
}

bool
bs_log_out_flush(void)
{
	size_t done = 0;

	check_process();
	while (out.len > 0) {
		size_t len = first_len();
		size_t end = out.way == BY_SYSLOG ? 1 : 0;
		ssize_t n = put(out.queue, len - end);

		if (n < 0 &&
		    (errno == EAGAIN || errno == EINTR || errno == ENOBUFS))
			return true;
		/* what fails in another way is not there to be read */
		done = n >= 0 && (size_t)n < len - end ? (size_t)n : len;
		out.len -= done;
		memmove(out.queue, out.queue + done, out.len);
	}
	return false;
}

void
bs_log_out_write(int priority, const char *line, size_t len)
{
	char entry[LINE_MAX];
	size_t entry_len;

	check_process();
	if (out.way == BY_SYSLOG) {
		entry_len = write_entry(priority, line, len, entry);
		entry[entry_len++] = '\0';
	} else {
		entry_len = len < sizeof(entry) - 1 ? len : sizeof(entry) - 1;
		memcpy(entry, line, entry_len);
		entry[entry_len++] = '\n';
	}
	/* the queue has room for one at least, as it is flushed first */
	(void)bs_log_out_flush();
	if (entry_len > sizeof(out.queue) - out.len) {
		out.lost++;
		return;
	}
	memcpy(out.queue + out.len, entry, entry_len);
	out.len += entry_len;
	(void)bs_log_out_flush();
}

uint64_t
bs_log_out_lost(void)
{
	return out.lost;
}

uint64_t
bs_log_out_take_lost(void)
{
	uint64_t fresh = out.lost - out.told;

	if (fresh == 0 || out.len > 0)
		return 0;
	out.told = out.lost;
	return fresh;
}
