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
#include "common/base/libarchive.h"
#include "common/reports/jail.h"
#include "common/reports/reader.h"
#include "common/reports/tidy.h"
#include "common/reports/unpack.h"

/* A reporter whose name is not kept. */
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
	/* of the report in hand */
	bool is_repeated;
	size_t reporter;
	int64_t begin;
	int64_t end;
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

/* The index of a reporter's name. */
static size_t
find_reporter(struct bs_reports *reports, const char *name)
{
	char(*grown)[BS_REPORT_TEXT];
	size_t count = reports->reporter_count;

	for (size_t i = 0; i < count; i++)
		if (strcmp(reports->reporters[i], name) == 0)
			return i;
	if (count == BS_REPORTERS_MAX)
		return NOBODY;
	grown = reallocarray(reports->reporters, count + 1, sizeof(*grown));
	if (grown == NULL)
		return NOBODY;
	reports->reporters = grown;
	snprintf(grown[count], sizeof(grown[count]), "%s", name);
	return reports->reporter_count++;
}

/* Notes that a source was in the report in hand. */
static void
note_reporter(const struct reading *reading, struct bs_report_source *source)
{
	for (size_t i = 0; i < source->reporter_count; i++)
		if (source->reporters[i] == reading->reporter)
			return;
	if (reading->reporter == NOBODY ||
	    source->reporter_count == BS_REPORT_NAMED)
		source->has_more_reporters = true;
	else
		source->reporters[source->reporter_count++] =
		    (uint16_t)reading->reporter;
}

/* Widens a range of time by that of a report. */
static void
widen(int64_t *begin, int64_t *end, int64_t its_begin, int64_t its_end)
{
	if (its_begin > 0 && (*begin == 0 || its_begin < *begin))
		*begin = its_begin;
	if (its_end > *end)
		*end = its_end;
}

static void
take_row(const struct reading *reading, struct bs_report_row *row)
{
	struct bs_report_source *source;

	bs_idn_address(row->domain, sizeof(row->domain));
	bs_idn_address(row->spf_domain, sizeof(row->spf_domain));
	reading->out->mails += row->mails;
	source = bs_report_tally_count(&reading->out->tally, row);
	if (source == NULL)
		return;
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
	note_reporter(reading, source);
	widen(&source->begin, &source->end, reading->begin, reading->end);
}

static void
take_head(struct reading *reading, const struct bs_report_head *head)
{
	struct bs_reports *reports = reading->out;

	reading->is_repeated = bs_report_seen(&reports->seen, head);
	if (reading->is_repeated) {
		reports->repeated++;
		return;
	}
	reports->reports++;
	reading->reporter = find_reporter(reports, head->reporter);
	reading->begin = head->begin;
	reading->end = head->end;
	widen(&reports->begin, &reports->end, head->begin, head->end);
}

/* No report is in hand. */
static void
forget_head(struct reading *reading)
{
	reading->is_repeated = false;
	reading->reporter = NOBODY;
	reading->begin = 0;
	reading->end = 0;
}

static void
take(struct reading *reading, struct bs_report_said *said)
{
	if (bs_report_tidy(said) != 0)
		complain(reading, "what its reader says makes no sense", 0);
	else if (said->kind == BS_REPORT_HEAD)
		take_head(reading, &said->is.head);
	else if (said->kind == BS_REPORT_FAULT)
		complain(reading, said->is.fault.text, said->is.fault.line);
	else if (!reading->is_repeated)
		take_row(reading, &said->is.row);
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

	/* afterwards no file can be opened */
	if (bs_libarchive_load() != 0 || bs_report_jail_enter(in, out) != 0 ||
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
	forget_head(reading);
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
	int rc;

	if (strcmp(path, "-") == 0)
		return read_fd(&reading, STDIN_FILENO);
	rc = push(&reading, path, 0);
	return rc != 0 ? rc : read_paths(&reading);
}

void
bs_reports_sort(struct bs_reports *reports)
{
	bs_report_tally_sort(&reports->tally);
}

void
bs_reports_free(struct bs_reports *reports)
{
	bs_report_tally_free(&reports->tally);
	bs_report_seen_free(&reports->seen);
	free(reports->reporters);
	memset(reports, 0, sizeof(*reports));
}
