/* Who sends in the name of a domain, by DMARC aggregate reports. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/idn.h"
#include "common/reports/jail.h"
#include "common/reports/reader.h"
#include "common/reports/tidy.h"
#include "common/reports/unpack.h"

#define BUCKETS 65536
#define NOBODY ((size_t)-1)

/* Folders in folders: a Maildir has new and cur. */
#define FOLDERS_DEEP 4

#define PATH_MAX_OCTETS 4096

/* To be read. */
struct path {
	struct path *next;
	char *name;
	unsigned deep; /* in folders */
};

struct reading {
	struct bs_reports *out;
	const struct bs_report_listener *listener;
	const char *path;
	struct path *paths;
};

static void
complain(struct reading *reading, const char *text, unsigned line)
{
	struct bs_fault fault = {.line = line};

	snprintf(fault.text, sizeof(fault.text), "%s", text);
	reading->out->faults++;
	reading->listener->complain(reading->listener->context, reading->path,
	    &fault);
}

/* FNV-1a; whoever makes all sources of a report fall into one bucket slows
 * down the reading of that report alone. */
static size_t
bucket_of(const struct bs_report_row *row)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < sizeof(row->address); i++)
		hash = (hash ^ row->address[i]) * 16777619u;
	for (const char *c = row->domain; *c != '\0'; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	return hash % BUCKETS;
}

static struct bs_report_source *
find(struct bs_reports *reports, const struct bs_report_row *row, size_t bucket)
{
	size_t at = reports->buckets[bucket];

	for (; at != NOBODY; at = reports->sources[at].next) {
		struct bs_report_source *source = &reports->sources[at];

		if (source->is_ip6 == row->is_ip6 &&
		    memcmp(source->address, row->address, 16) == 0 &&
		    strcmp(source->domain, row->domain) == 0)
			return source;
	}
	return NULL;
}

/* Returns NULL without room: see other_mails. */
static struct bs_report_source *
add(struct bs_reports *reports, const struct bs_report_row *row, size_t bucket)
{
	struct bs_report_source *source;

	if (reports->count == BS_REPORT_SOURCES_MAX)
		return NULL;
	if (reports->count == reports->room) {
		size_t room = reports->room * 2 + 64;
		struct bs_report_source *grown =
		    reallocarray(reports->sources, room, sizeof(*grown));

		if (grown == NULL)
			return NULL;
		reports->sources = grown;
		reports->room = room;
	}
	source = &reports->sources[reports->count];
	memset(source, 0, sizeof(*source));
	source->is_ip6 = row->is_ip6;
	memcpy(source->address, row->address, sizeof(source->address));
	memcpy(source->domain, row->domain, sizeof(source->domain));
	source->next = reports->buckets[bucket];
	reports->buckets[bucket] = reports->count++;
	return source;
}

static int
make_buckets(struct bs_reports *reports)
{
	if (reports->buckets != NULL)
		return 0;
	reports->buckets = malloc(BUCKETS * sizeof(*reports->buckets));
	if (reports->buckets == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < BUCKETS; i++)
		reports->buckets[i] = NOBODY;
	return 0;
}

static void
take_row(struct bs_reports *reports, struct bs_report_row *row)
{
	struct bs_report_source *source;
	size_t bucket;

	bs_idn_address(row->domain, sizeof(row->domain));
	bs_idn_address(row->spf_domain, sizeof(row->spf_domain));
	bucket = bucket_of(row);
	reports->mails += row->mails;
	source = find(reports, row, bucket);
	if (source == NULL && (source = add(reports, row, bucket)) == NULL) {
		reports->other_mails += row->mails;
		return;
	}
	source->mails += row->mails;
	source->spf_aligned += row->spf_aligned ? row->mails : 0;
	source->dkim_aligned += row->dkim_aligned ? row->mails : 0;
	source->passed +=
	    row->spf_aligned || row->dkim_aligned ? row->mails : 0;
	source->forwarded += row->was_forwarded ? row->mails : 0;
	source->fates[row->fate] += row->mails;
	if (row->has_spf)
		source->spf[row->spf] += row->mails;
	if (source->spf_domain[0] == '\0')
		memcpy(source->spf_domain, row->spf_domain, BS_HOST_MAX);
	if (source->dkim_domain[0] == '\0')
		memcpy(source->dkim_domain, row->dkim_domain, BS_HOST_MAX);
}

static void
take_head(struct bs_reports *reports, const struct bs_report_head *head)
{
	reports->reports++;
	if (head->begin > 0 &&
	    (reports->begin == 0 || head->begin < reports->begin))
		reports->begin = head->begin;
	if (head->end > reports->end)
		reports->end = head->end;
}

static void
take(struct reading *reading, struct bs_report_said *said)
{
	if (bs_report_tidy(said) != 0)
		complain(reading, "what its reader says makes no sense", 0);
	else if (said->kind == BS_REPORT_HEAD)
		take_head(reading->out, &said->is.head);
	else if (said->kind == BS_REPORT_ROW)
		take_row(reading->out, &said->is.row);
	else
		complain(reading, said->is.fault.text, said->is.fault.line);
}

/* Reads a whole struct. Returns false at the end. */
static bool
hear(FILE *pipe, struct bs_report_said *said)
{
	return fread(said, sizeof(*said), 1, pipe) == 1;
}

/* In the child. */
static bool
tell(void *context, const struct bs_report_said *said)
{
	return fwrite(said, sizeof(*said), 1, context) == 1;
}

static _Noreturn void
serve(int in, int out)
{
	FILE *pipe;

	if (bs_report_jail_enter(in, out) != 0 ||
	    (pipe = fdopen(STDOUT_FILENO, "w")) == NULL)
		_exit(1);
	(void)!bs_report_unpack(STDIN_FILENO, tell, pipe);
	_exit(fflush(pipe) == 0 ? 0 : 1);
}

/* How the child ended, if not well. */
static void
bury(struct reading *reading, pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		complain(reading,
		    WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL
			? "it takes too long to read: not all was read"
			: "its reader crashed: not all was read",
		    0);
	else if (WEXITSTATUS(status) != 0)
		complain(reading, "no process to read it in", 0);
}

static int
read_fd(struct reading *reading, int fd)
{
	const struct bs_report_listener *listener = reading->listener;
	struct bs_report_said said;
	int ends[2];
	FILE *pipe_file;
	pid_t pid;
	int rc;

	if (listener->begin != NULL)
		listener->begin(listener->context, reading->path, reading->out);
	if (pipe(ends) != 0)
		return -errno;
	if ((pid = fork()) == 0)
		serve(fd, ends[1]);
	rc = pid < 0 ? -errno : 0;
	close(ends[1]);
	if (rc != 0 || (pipe_file = fdopen(ends[0], "r")) == NULL) {
		close(ends[0]);
		if (pid > 0)
			bury(reading, pid);
		return rc != 0 ? rc : -ENOMEM;
	}
	reading->out->files++;
	while (hear(pipe_file, &said))
		take(reading, &said);
	(void)fclose(pipe_file);
	bury(reading, pid);
	return 0;
}

static int
push(struct reading *reading, const char *path, unsigned deep)
{
	struct path *path_to = malloc(sizeof(*path_to));
	char *name = strdup(path);

	if (path_to == NULL || name == NULL) {
		free(path_to);
		free(name);
		return -ENOMEM;
	}
	path_to->next = reading->paths;
	path_to->name = name;
	path_to->deep = deep;
	reading->paths = path_to;
	return 0;
}

/* Reads all of a folder after what is in hand, in order of name. Hidden files
 * are none of the mails of a Maildir. */
static int
push_folder(struct reading *reading, const struct path *folder)
{
	struct dirent **entries = NULL;
	char file[PATH_MAX_OCTETS];
	int count = scandir(folder->name, &entries, NULL, alphasort);
	int rc = count < 0 ? -errno : 0;

	for (int i = count - 1; i >= 0; i--) {
		int len = snprintf(file, sizeof(file), "%s/%s", folder->name,
		    entries[i]->d_name);

		if (rc == 0 && entries[i]->d_name[0] != '.' && len > 0 &&
		    (size_t)len < sizeof(file))
			rc = push(reading, file, folder->deep + 1);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

static int
read_path(struct reading *reading, const struct path *path)
{
	struct stat stat;
	int fd = open(path->name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int rc = 0;

	reading->path = path->name;
	if (fd < 0 || fstat(fd, &stat) != 0)
		rc = -errno;
	else if (S_ISDIR(stat.st_mode) && path->deep < FOLDERS_DEEP)
		rc = push_folder(reading, path);
	else if (S_ISREG(stat.st_mode))
		rc = read_fd(reading, fd);
	else if (path->deep == 0)
		rc = -EINVAL;
	if (fd >= 0)
		close(fd);
	if (rc != 0 && rc != -ENOMEM && path->deep > 0) {
		complain(reading, strerror(-rc), 0);
		rc = 0;
	}
	return rc;
}

/* What is in a folder was pushed onto the others, so it is next. */
static int
read_paths(struct reading *reading)
{
	struct path *path;
	int rc = 0;

	while ((path = reading->paths) != NULL) {
		reading->paths = path->next;
		if (rc == 0)
			rc = read_path(reading, path);
		free(path->name);
		free(path);
	}
	return rc;
}

int
bs_reports_read(const char *path, struct bs_reports *out,
    const struct bs_report_listener *listener)
{
	struct reading reading = {.out = out,
	    .listener = listener,
	    .path = path};
	int rc = make_buckets(out);

	if (rc != 0)
		return rc;
	if (strcmp(path, "-") == 0)
		return read_fd(&reading, STDIN_FILENO);
	rc = push(&reading, path, 0);
	return rc != 0 ? rc : read_paths(&reading);
}

static int
compare(const void *a, const void *b)
{
	const struct bs_report_source *x = a;
	const struct bs_report_source *y = b;

	if (x->mails != y->mails)
		return x->mails > y->mails ? -1 : 1;
	if (x->is_ip6 != y->is_ip6)
		return x->is_ip6 ? 1 : -1;
	return memcmp(x->address, y->address, sizeof(x->address));
}

void
bs_reports_sort(struct bs_reports *reports)
{
	if (reports->count > 0)
		qsort(reports->sources, reports->count,
		    sizeof(*reports->sources), compare);
	/* their places are no longer what the buckets say */
	free(reports->buckets);
	reports->buckets = NULL;
}

void
bs_reports_free(struct bs_reports *reports)
{
	free(reports->sources);
	free(reports->buckets);
	memset(reports, 0, sizeof(*reports));
}
