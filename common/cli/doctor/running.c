/* backstop doctor: whether mail servers run, and by the files that are there.
 *
 * A mail server reads its configuration when it starts. What was written since,
 * which is what all other checks look at, does not hold yet. */
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cli/cli.h"
#include "common/cli/doctor/files.h"
#include "common/cli/doctor/process.h"
#include "common/cli/doctor/running.h"
#include "common/cli/output.h"

/* Times of processes are known to the second. */
#define SLACK_SECONDS 1

/* When a file last became what it is: a copy may keep an older time of its
 * contents. 0 where it is not there. */
static int64_t
changed_at(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int64_t)st.st_ctime : 0;
}

static void
tell_unseen(struct bs_doctor *doctor, enum bs_check check, const char *server)
{
	if (geteuid() == 0)
		return; /* this system does not tell */
	bs_doctor_unseen(doctor, check,
	    "whether %s runs by its present files is for root to see", server);
	bs_doctor_fix(doctor, "run as root");
}

/* The value of an option among a process's arguments, or NULL. with are the
 * letters of all options that have one. */
static const char *
option_of(const char *words, size_t len, char letter, const char *with)
{
	const char *end = words + len;

	for (const char *word = words; word < end; word += strlen(word) + 1) {
		const char *next = word + strlen(word) + 1;

		if (word == words || word[0] != '-')
			continue;
		for (const char *at = word + 1; *at != '\0'; at++) {
			if (strchr(with, *at) == NULL)
				continue;
			if (*at == letter)
				return at[1] != '\0' ? at + 1
				       : next < end  ? next
						     : NULL;
			if (at[1] == '\0')
				word = next < end ? next : word;
			break;
		}
	}
	return NULL;
}

/* --- smtpd --------------------------------------------------------------- */

/* Where an smtpd has its configuration; Postfix has a program of this name,
 * too. Returns false where it is none, or a child of one. */
static bool
read_smtpd(const struct bs_process *all, size_t count, size_t i,
    char out[static PATH_MAX])
{
	static char words[BS_PROCESS_WORDS];
	const char *file;
	size_t len = bs_process_words(all[i].pid, words);

	for (size_t other = 0; other < count; other++)
		if (all[other].pid == all[i].parent)
			return false;
	if (len == 0 || strstr(words, "smtpd:") != NULL ||
	    (bs_process_program(all[i].pid, out, PATH_MAX) &&
		strstr(out, "postfix") != NULL))
		return false;
	file = option_of(words, len, 'f', "BDfPTx");
	snprintf(out, PATH_MAX, "%s", file != NULL ? file : BS_SMTPD_CONF_PATH);
	return true;
}

static void
fix_smtpd(struct bs_doctor *doctor, const char *verb)
{
	if (access("/run/systemd/system", F_OK) == 0)
		bs_doctor_fix(doctor, "type: systemctl %s opensmtpd", verb);
	else
		bs_doctor_fix(doctor, "%s smtpd", verb);
}

/* Whether it has a filter of ours, and whether that is the installed one. */
static bool
check_filters(struct bs_doctor *doctor, const struct bs_process *smtpd)
{
	static struct bs_process filters[BS_PROCESSES_MAX];
	size_t count = bs_process_find("filter-backstop", filters);
	char program[PATH_MAX];
	bool has_one = false;

	for (size_t i = 0; i < count; i++) {
		if (!bs_process_descends(filters[i].pid, smtpd->pid))
			continue;
		has_one = true;
		if (!bs_process_program(filters[i].pid, program,
			sizeof(program)) ||
		    strstr(program, " (deleted)") == NULL)
			continue;
		bs_doctor_bad(doctor, BS_CHECK_SMTPD_STALE,
		    "smtpd runs a filter-backstop that was replaced since");
		fix_smtpd(doctor, "restart");
		return true;
	}
	/* either of these says why */
	if (has_one || bs_doctor_has(doctor, BS_CHECK_SMTPD_STAND_IN) ||
	    bs_doctor_has(doctor, BS_CHECK_SMTPD_PROGRAM))
		return true;
	bs_doctor_bad(doctor, BS_CHECK_SMTPD_RUNS,
	    "smtpd runs without filter-backstop: nothing is signed or judged");
	fix_smtpd(doctor, "restart");
	return false;
}

static void
check_smtpd_age(struct bs_doctor *doctor, const struct bs_process *smtpd,
    const struct bs_doctor_files *files)
{
	char since[BS_TIME_TEXT];
	char changed[BS_TIME_TEXT];

	for (size_t i = 0; i < files->count; i++) {
		int64_t when = changed_at(files->names[i]);

		if (when <= smtpd->started + SLACK_SECONDS)
			continue;
		bs_doctor_bad(doctor, BS_CHECK_SMTPD_STALE,
		    "smtpd runs since %s, and %s was changed at %s: what it "
		    "says now does not hold yet",
		    bs_time_text(smtpd->started, since), files->names[i],
		    bs_time_text(when, changed));
		fix_smtpd(doctor, "restart");
		return;
	}
	if (!bs_doctor_has(doctor, BS_CHECK_SMTPD_STALE))
		bs_doctor_good(doctor, BS_CHECK_SMTPD_STALE,
		    "smtpd runs by its files as they are now");
}

void
bs_doctor_smtpd_runs(struct bs_doctor *doctor,
    const struct bs_doctor_files *files)
{
	static struct bs_process all[BS_PROCESSES_MAX];
	const char *path = doctor->call->smtpd_conf;
	char read[PATH_MAX];
	char other[PATH_MAX] = "";
	size_t count;

	if (!bs_process_can_look()) {
		tell_unseen(doctor, BS_CHECK_SMTPD_RUNS, "smtpd");
		return;
	}
	count = bs_process_find("smtpd", all);
	for (size_t i = 0; i < count; i++) {
		if (!read_smtpd(all, count, i, read))
			continue;
		if (bs_doctor_is_same_file(read, path)) {
			if (check_filters(doctor, &all[i]))
				bs_doctor_good(doctor, BS_CHECK_SMTPD_RUNS,
				    "smtpd runs, with filter-backstop");
			check_smtpd_age(doctor, &all[i], files);
			return;
		}
		snprintf(other, sizeof(other), "%s", read);
	}
	/* another file may be one that is yet to be used */
	if (strcmp(path, BS_SMTPD_CONF_PATH) != 0)
		return;
	if (other[0] != '\0') {
		bs_doctor_bad(doctor, BS_CHECK_SMTPD_RUNS,
		    "the smtpd that runs reads %s, not %s", other, path);
		bs_doctor_fix(doctor,
		    "type: backstop doctor --smtpd-conf %s; or start smtpd "
		    "without -f",
		    other);
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_SMTPD_RUNS,
	    "smtpd does not run: no mail comes in, and none leaves");
	fix_smtpd(doctor, "start");
}

/* --- Exim ---------------------------------------------------------------- */

/* The daemon's configuration, or "" for the one that Exim has by itself.
 * Returns false where the process is no daemon. */
static bool
read_exim(const struct bs_process *process, char out[static PATH_MAX])
{
	static char words[BS_PROCESS_WORDS];
	size_t len = bs_process_words(process->pid, words);
	bool is_daemon = false;

	out[0] = '\0';
	for (const char *word = words; word < words + len;
	     word += strlen(word) + 1) {
		is_daemon = is_daemon || strncmp(word, "-bd", 3) == 0;
		if (strcmp(word, "-C") == 0 &&
		    word + strlen(word) + 1 < words + len)
			snprintf(out, PATH_MAX, "%s", word + strlen(word) + 1);
	}
	return is_daemon;
}

/* At SIGHUP Exim reads all anew under the number it has, and writes that to its
 * file again. */
static int64_t
read_anew_at(const struct bs_process *process)
{
	static const char *const files[] = {"/run/exim4/exim.pid",
	    "/run/exim.pid", "/var/run/exim.pid",
	    "/var/spool/exim/exim-daemon.pid"};
	char text[32];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		size_t len =
		    bs_doctor_read_head(files[i], text, sizeof(text) - 1);

		text[len] = '\0';
		if (len > 0 && strtol(text, NULL, 10) == process->pid &&
		    changed_at(files[i]) > process->started)
			return changed_at(files[i]);
	}
	return process->started;
}

static void
check_exim_age(struct bs_doctor *doctor, const struct bs_process *process,
    const struct bs_exim_conf *conf)
{
	int64_t started = read_anew_at(process);
	char since[BS_TIME_TEXT];
	char changed[BS_TIME_TEXT];

	for (size_t i = 0; i < conf->file_count; i++) {
		int64_t when = changed_at(conf->files[i]);

		if (when <= started + SLACK_SECONDS)
			continue;
		bs_doctor_bad(doctor, BS_CHECK_EXIM_STALE,
		    "Exim's daemon runs since %s, and %s was changed at %s: "
		    "what it says now does not hold yet for mail that comes in",
		    bs_time_text(started, since), conf->files[i],
		    bs_time_text(when, changed));
		bs_doctor_fix(doctor, "type: systemctl restart exim4");
		return;
	}
	if (!bs_doctor_has(doctor, BS_CHECK_EXIM_STALE))
		bs_doctor_good(doctor, BS_CHECK_EXIM_STALE,
		    "Exim's daemon runs by its files as they are now");
}

/* Debian reads no file with another name than these letters make. */
static bool
is_read_by_debian(const char *path)
{
	const char *name = strrchr(path, '/');

	name = name != NULL ? name + 1 : path;
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] ==
	       '\0';
}

/* A file of a pattern that was changed after a time, to out. */
static bool
find_newer(const char *pattern, int64_t limit, char out[static PATH_MAX])
{
	glob_t found = {0};
	bool is_there = false;

	if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
		return false;
	for (size_t i = 0; !is_there && i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];

		if ((strchr(pattern, '*') != NULL &&
			!is_read_by_debian(path)) ||
		    changed_at(path) <= limit)
			continue;
		snprintf(out, PATH_MAX, "%s", path);
		is_there = true;
	}
	globfree(&found);
	return is_there;
}

/* Debian makes Exim's configuration from other files. */
static void
check_made(struct bs_doctor *doctor, const struct bs_exim_conf *conf,
    const char *folder, const char *made_from)
{
	const char *const sources[] = {"update-exim4.conf.conf",
	    "exim4.conf.localmacros", made_from};
	int64_t made = changed_at(conf->main_file);
	char pattern[PATH_MAX];
	char newer[PATH_MAX];
	bool is_stale = false;

	for (size_t i = 0;
	     made != 0 && !is_stale && i < sizeof(sources) / sizeof(sources[0]);
	     i++) {
		snprintf(pattern, sizeof(pattern), "%s/%s", folder, sources[i]);
		is_stale = find_newer(pattern, made, newer);
	}
	if (!is_stale || bs_doctor_has(doctor, BS_CHECK_EXIM_PIECES))
		return;
	bs_doctor_bad(doctor, BS_CHECK_EXIM_STALE,
	    "%s was changed after Exim's configuration was made of it: what it "
	    "says now does not hold yet",
	    newer);
	bs_doctor_fix(doctor,
	    "type: update-exim4.conf && systemctl restart exim4");
}

void
bs_doctor_exim_runs(struct bs_doctor *doctor, const struct bs_exim_conf *conf,
    const char *folder, const char *made_from)
{
	static const char *const names[] = {"exim4", "exim"};
	static struct bs_process all[BS_PROCESSES_MAX];
	const char *wanted = doctor->call->exim_conf;
	char read[PATH_MAX];

	if (!bs_process_can_look()) {
		tell_unseen(doctor, BS_CHECK_EXIM_RUNS, "Exim");
		return;
	}
	if (made_from != NULL && conf->main_file != NULL)
		check_made(doctor, conf, folder, made_from);
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		size_t count = bs_process_find(names[n], all);

		for (size_t i = 0; i < count; i++) {
			if (!read_exim(&all[i], read) ||
			    !bs_doctor_is_same_file(read,
				wanted != NULL ? wanted : ""))
				continue;
			bs_doctor_good(doctor, BS_CHECK_EXIM_RUNS,
			    "Exim's daemon runs");
			check_exim_age(doctor, &all[i], conf);
			return;
		}
	}
	/* another program or configuration may be one that is yet to be used */
	if (wanted != NULL || doctor->call->exim_program != NULL)
		return;
	bs_doctor_bad(doctor, BS_CHECK_EXIM_RUNS,
	    "no daemon of Exim runs by this configuration: no mail comes in");
	bs_doctor_fix(doctor, "type: systemctl restart exim4");
}
