/* What runs on this host, as /proc of Linux tells root. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/ascii.h"
#include "common/cli/doctor/process.h"

/* Only Linux has what is read here. */
#ifndef CLOCK_BOOTTIME
#define CLOCK_BOOTTIME CLOCK_MONOTONIC
#endif

/* How deep a process may lie below another. */
#define DEPTH_MAX 16

/* Reads a file of a process, of "self" where pid is 0. Returns its octets,
 * with a NUL behind them. */
static size_t
read_entry(pid_t pid, const char *name, char *out, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	if (pid == 0)
		snprintf(path, sizeof(path), "/proc/self/%s", name);
	else
		snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	out[0] = '\0';
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return 0;
	n = read(fd, out, size - 1);
	close(fd);
	if (n <= 0)
		return 0;
	out[n] = '\0';
	return (size_t)n;
}

/* "1234 (a name) S PARENT ...": proc(5), fields 4 and 22. */
static bool
read_stat(pid_t pid, pid_t *parent, uint64_t *ticks)
{
	char text[1024];
	char *at;

	if (read_entry(pid, "stat", text, sizeof(text)) == 0 ||
	    (at = strrchr(text, ')')) == NULL)
		return false;
	for (int field = 2; field < 22; field++) {
		if ((at = strchr(at + 1, ' ')) == NULL)
			return false;
		if (field == 3)
			*parent = (pid_t)strtol(at + 1, NULL, 10);
	}
	*ticks = strtoull(at + 1, NULL, 10);
	return true;
}

/* proc(5) counts from the same moment as this clock, in any container. */
static int64_t
start_time(uint64_t ticks)
{
	struct timespec now;
	struct timespec up;
	long second = sysconf(_SC_CLK_TCK);
	int64_t age_ms;

	if (second <= 0 || clock_gettime(CLOCK_REALTIME, &now) != 0 ||
	    clock_gettime(CLOCK_BOOTTIME, &up) != 0)
		return (int64_t)time(NULL);
	age_ms = (int64_t)up.tv_sec * 1000 + up.tv_nsec / 1000000 -
		 (int64_t)(ticks * 1000 / (uint64_t)second);
	return ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - age_ms) /
	       1000;
}

static bool
has_our_root(pid_t pid)
{
	struct stat root;
	struct stat theirs;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/root", (long)pid);
	return stat("/", &root) == 0 && stat(path, &theirs) == 0 &&
	       root.st_dev == theirs.st_dev && root.st_ino == theirs.st_ino;
}

/* Calls back for each process until that returns false. */
static void
for_each(bool (*see)(void *context, pid_t pid), void *context)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;

	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL)
		if (bs_ascii_is_digit(entry->d_name[0]) &&
		    !see(context, (pid_t)strtol(entry->d_name, NULL, 10)))
			break;
	closedir(folder);
}

bool
bs_process_can_look(void)
{
	struct stat st;

	return geteuid() == 0 && stat("/proc/self/stat", &st) == 0;
}

struct search {
	const char *name;
	struct bs_process *out;
	size_t count;
};

static bool
see_name(void *context, pid_t pid)
{
	struct search *search = context;
	struct bs_process *process = &search->out[search->count];
	uint64_t ticks;
	char name[32];

	if (read_entry(pid, "comm", name, sizeof(name)) == 0)
		return true;
	name[strcspn(name, "\n")] = '\0';
	if (strncmp(name, search->name, 15) != 0 || !has_our_root(pid) ||
	    !read_stat(pid, &process->parent, &ticks))
		return true;
	process->pid = pid;
	process->started = start_time(ticks);
	return ++search->count < BS_PROCESSES_MAX;
}

size_t
bs_process_find(const char *name,
    struct bs_process out[static BS_PROCESSES_MAX])
{
	struct search search = {.name = name, .out = out};

	for_each(see_name, &search);
	return search.count;
}

size_t
bs_process_words(pid_t pid, char out[static BS_PROCESS_WORDS])
{
	return read_entry(pid, "cmdline", out, BS_PROCESS_WORDS);
}

static bool
read_link(pid_t pid, const char *name, char *out, size_t size)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	n = readlink(path, out, size - 1);
	if (n <= 0)
		return false;
	out[n] = '\0';
	return true;
}

bool
bs_process_program(pid_t pid, char *out, size_t size)
{
	return read_link(pid, "exe", out, size);
}

bool
bs_process_descends(pid_t pid, pid_t from)
{
	uint64_t ticks;

	for (int depth = 0; depth < DEPTH_MAX && pid > 1; depth++) {
		if (pid == from)
			return true;
		if (!read_stat(pid, &pid, &ticks))
			return false;
	}
	return false;
}

/* Lines of /proc/net/tcp are "0: 0100007F:0019 00000000:0000 0A ...", in
 * hexadecimal: the last is the state. */
static bool
has_listener(FILE *file, unsigned port)
{
	enum { LISTENS = 0x0a };
	char line[512];

	while (fgets(line, sizeof(line), file) != NULL) {
		const char *colon = strchr(line, ':');
		const char *at = colon != NULL ? strchr(colon + 1, ':') : NULL;
		const char *state = at != NULL ? strchr(at, ' ') : NULL;

		if (state != NULL)
			state = strchr(state + 1, ' ');
		if (state != NULL && strtoul(at + 1, NULL, 16) == port &&
		    strtoul(state + 1, NULL, 16) == LISTENS)
			return true;
	}
	return false;
}

bool
bs_process_listens_at(unsigned port)
{
	static const char *const tables[] = {"/proc/net/tcp", "/proc/net/tcp6"};
	bool can_see = false;
	bool found = false;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		FILE *file = fopen(tables[i], "re");

		if (file == NULL)
			continue;
		can_see = true;
		found = found || has_listener(file, port);
		(void)fclose(file);
	}
	return found || !can_see;
}

/* The inode of a socket that listens at a path: a line of /proc/net/unix is
 * "Num RefCount Protocol Flags Type St Inode Path". Returns 0 where nobody
 * listens. */
static unsigned long
listening_inode(const char *path)
{
	enum { ACCEPTS = 0x10000 };
	FILE *file = fopen("/proc/net/unix", "re");
	char line[512];
	unsigned long inode = 0;

	if (file == NULL)
		return 0;
	while (inode == 0 && fgets(line, sizeof(line), file) != NULL) {
		const char *fields[8];
		size_t count = 0;
		char *word = line;

		while (count < 8 && *(word += strspn(word, " ")) != '\0') {
			fields[count++] = word;
			word += strcspn(word, " \n");
			if (*word != '\0')
				*word++ = '\0';
		}
		if (count == 8 && strcmp(fields[7], path) == 0 &&
		    (strtoul(fields[3], NULL, 16) & ACCEPTS) != 0)
			inode = strtoul(fields[6], NULL, 10);
	}
	(void)fclose(file);
	return inode;
}

struct holders {
	char link[64]; /* "socket:[1234]" */
	bool is_systemd;
	bool is_program;
};

static bool
holds(pid_t pid, const char *link)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	bool found = false;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%ld/fd", (long)pid);
	if ((folder = opendir(path)) == NULL)
		return false;
	while (!found && (entry = readdir(folder)) != NULL) {
		char target[64];
		ssize_t n = readlinkat(dirfd(folder), entry->d_name, target,
		    sizeof(target) - 1);

		if (n > 0) {
			target[n] = '\0';
			found = strcmp(target, link) == 0;
		}
	}
	closedir(folder);
	return found;
}

static bool
see_holder(void *context, pid_t pid)
{
	struct holders *holders = context;
	char name[32];

	if (!holds(pid, holders->link) ||
	    read_entry(pid, "comm", name, sizeof(name)) == 0)
		return true;
	if (strcmp(name, "systemd\n") == 0)
		holders->is_systemd = true;
	else
		holders->is_program = true;
	return !holders->is_program;
}

enum bs_socket_holder
bs_process_listens(const char *path)
{
	struct holders holders = {0};
	unsigned long inode = listening_inode(path);

	if (inode == 0)
		return BS_SOCKET_NOBODY;
	snprintf(holders.link, sizeof(holders.link), "socket:[%lu]", inode);
	for_each(see_holder, &holders);
	return holders.is_program   ? BS_SOCKET_PROGRAM
	       : holders.is_systemd ? BS_SOCKET_SYSTEMD
				    : BS_SOCKET_UNSEEN;
}
