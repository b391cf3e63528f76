/* What runs on this host, as /proc of Linux tells root. */
#ifndef BS_CLI_DOCTOR_PROCESS_H
#define BS_CLI_DOCTOR_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/backstop.h"

#define BS_PROCESSES_MAX 256
#define BS_PROCESS_WORDS 4096

struct bs_process {
	pid_t pid;
	pid_t parent;
	int64_t started; /* epoch seconds */
};

/* Whether processes of others can be looked at here. */
bool bs_process_can_look(void);

/* The processes of a name (the kernel keeps 15 octets of it) in this root: not
 * those of containers. Returns how many. */
size_t bs_process_find(const char *name,
    struct bs_process out[static BS_PROCESSES_MAX]);

/* A process's arguments, each with its NUL. Returns their octets, 0 where they
 * cannot be read. */
size_t bs_process_words(pid_t pid, char out[static BS_PROCESS_WORDS]);

/* The file that a process runs. Returns false where that cannot be seen. */
bool bs_process_program(pid_t pid, char *out, size_t size);

/* Whether a process descends from another. */
bool bs_process_descends(pid_t pid, pid_t from);

/* Whether somebody waits for connections at a port (TCP, any address); true
 * where that cannot be seen. */
bool bs_process_listens_at(unsigned port);

/* Who waits for connections at a socket of the file system. */
enum bs_socket_holder {
	BS_SOCKET_NOBODY,
	BS_SOCKET_SYSTEMD, /* the service manager alone */
	BS_SOCKET_PROGRAM,
	BS_SOCKET_UNSEEN,
};
enum bs_socket_holder bs_process_listens(const char *path);

#endif
