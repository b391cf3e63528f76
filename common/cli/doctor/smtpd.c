/* backstop doctor: smtpd.conf(5), with what it includes: filters, listeners,
 * rules. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/doctor/config.h"
#include "common/cli/doctor/files.h"
#include "common/cli/doctor/smtpd.h"
#include "common/cli/doctor/smtpd_conf.h"

#define FILES_MAX 32
#define DEPTH_MAX 8

/* The configuration with the files it was read from. */
struct look {
	struct bs_doctor *doctor;
	struct bs_doctor_files files;
	struct bs_smtpd_conf conf;
};

/* "FILE:LINE" of a place. Returns out. */
static const char *
place_text(const struct look *smtpd, const struct bs_smtpd_place *place,
    char *out, size_t size)
{
	snprintf(out, size, "%s:%u",
	    bs_doctor_files_name(&smtpd->files, place->file), place->line);
	return out;
}

static void include(void *context, struct bs_smtpd_conf *conf,
    const char *path);

/* Reads one file. Returns 0 or -errno. */
static int
read_file(struct look *smtpd, const char *path)
{
	size_t file = smtpd->files.count;
	char *text;
	size_t len;
	int rc = bs_doctor_files_open(&smtpd->files, path, &text, &len);

	if (rc != 0)
		return rc;
	bs_smtpd_read(&smtpd->conf, (unsigned)file, text, len, include, smtpd);
	bs_doctor_files_close(&smtpd->files, text);
	return 0;
}

static void
include(void *context, struct bs_smtpd_conf *conf, const char *path)
{
	struct look *smtpd = context;
	int rc = read_file(smtpd, path);

	(void)conf;
	if (rc == 0)
		return;
	if (rc == -ENOENT) {
		bs_doctor_bad(smtpd->doctor, BS_CHECK_SMTPD_CONF,
		    "%s is included, but is not there: smtpd will not start",
		    path);
		bs_doctor_fix(smtpd->doctor, "type: smtpd -n");
		return;
	}
	smtpd->doctor->is_blind = true;
	bs_doctor_unseen(smtpd->doctor, BS_CHECK_SMTPD_CONF,
	    "%s is included, but was not read: %s", path, strerror(-rc));
	bs_doctor_fix(smtpd->doctor,
	    rc == -EACCES ? "run as root" : "look at it by hand");
}

/* Modes, as a set. */
enum {
	MODE_IN = 1,
	MODE_OUT = 2,
	MODE_LOCAL = 4,
	MODE_UNTAG = 8,
};

static const struct {
	const char *name;
	unsigned mode;
} modes[] = {
    {"in", MODE_IN},
    {"out", MODE_OUT},
    {"local", MODE_LOCAL},
    {"untag", MODE_UNTAG},
};

/* The mode of a program, or 0. */
static unsigned
mode_of(const struct bs_smtpd_filter *filter)
{
	char name[BS_SMTPD_NAME];

	if (!bs_smtpd_mode(filter->command, name))
		return 0;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(name, modes[i].name) == 0)
			return modes[i].mode;
	return 0;
}

/* The mode of a filter by its name, or 0 where it is not ours. */
static unsigned
mode_by_name(const struct bs_smtpd_conf *conf, const char *name)
{
	const struct bs_smtpd_filter *filter = bs_smtpd_find(conf, name);

	if (filter != NULL)
		filter = bs_smtpd_program(conf, filter);
	return filter != NULL ? mode_of(filter) : 0;
}

/* The modes of all filters of a listener. */
static unsigned
modes_of(const struct bs_smtpd_conf *conf,
    const struct bs_smtpd_listener *listener)
{
	unsigned found = 0;

	for (size_t i = 0; i < listener->filter_count; i++) {
		const struct bs_smtpd_filter *filter =
		    bs_smtpd_find(conf, listener->filters[i]);

		found |= mode_by_name(conf, listener->filters[i]);
		if (filter == NULL || filter->kind != BS_SMTPD_CHAIN)
			continue;
		for (size_t m = 0; m < filter->member_count; m++)
			found |= mode_by_name(conf, filter->members[m]);
	}
	return found;
}

/* A filter with one of the modes that is there already, or NULL. */
static const struct bs_smtpd_filter *
find_mode(const struct bs_smtpd_conf *conf, unsigned wanted)
{
	for (size_t i = 0; i < conf->filter_count; i++) {
		const struct bs_smtpd_filter *filter = &conf->filters[i];

		if (filter->kind != BS_SMTPD_PROC_DEFINED &&
		    (mode_by_name(conf, filter->name) & wanted) != 0)
			return filter;
	}
	return NULL;
}

/* What to write to have a filter at a listener. */
static void
fix_listener(const struct look *smtpd, const char *listener, unsigned wanted,
    const char *mode)
{
	const struct bs_smtpd_filter *filter = find_mode(&smtpd->conf, wanted);

	if (filter != NULL)
		bs_doctor_fix(smtpd->doctor,
		    "in %s write: %s filter \"%s\"; then restart smtpd",
		    smtpd->doctor->call->smtpd_conf, listener, filter->name);
	else
		bs_doctor_fix(smtpd->doctor,
		    "in %s write: filter \"bs-%s\" proc-exec \"filter-backstop "
		    "-m %s\" user " BS_FILTER_USER " group " BS_FILTER_USER
		    ", and: %s filter \"bs-%s\"; then restart smtpd",
		    smtpd->doctor->call->smtpd_conf, mode, mode, listener,
		    mode);
}

static void
check_user(const struct look *smtpd, const struct bs_smtpd_filter *filter,
    const char *place)
{
	struct bs_doctor *doctor = smtpd->doctor;

	if (filter->user[0] == '\0' || filter->group[0] == '\0') {
		bs_doctor_bad(doctor, BS_CHECK_SMTPD_USER,
		    "%s: filter \"%s\" names no %s: it runs with smtpd's own",
		    place, filter->name,
		    filter->user[0] == '\0' ? "user" : "group");
		bs_doctor_fix(doctor, "add to that line: user " BS_FILTER_USER
				      " group " BS_FILTER_USER);
	} else
		bs_doctor_good(doctor, BS_CHECK_SMTPD_USER,
		    "filter \"%s\" runs as %s", filter->name, filter->user);
	if (filter->user[0] == '\0')
		return;
	if (getpwnam(filter->user) == NULL) {
		bs_doctor_bad(doctor, BS_CHECK_FILTER_USER,
		    "%s: there is no user %s: smtpd will not start", place,
		    filter->user);
		bs_doctor_fix(doctor,
		    "type: adduser --system --group --no-create-home %s",
		    filter->user);
	} else if (!bs_doctor_may_ask(doctor, filter->user)) {
		bs_doctor_bad(doctor, BS_CHECK_FILTER_USER,
		    "%s: %s may not ask the engine: it is not among 'clients'",
		    place, filter->user);
		bs_doctor_fix(doctor, "in %s add it to: clients",
		    doctor->call->config_path);
	} else
		bs_doctor_good(doctor, BS_CHECK_FILTER_USER,
		    "%s may ask the engine", filter->user);
}

/* A program with a whole path is looked for; smtpd looks for others itself. */
static void
check_program(const struct look *smtpd, const struct bs_smtpd_filter *filter,
    const char *place)
{
	char path[BS_SMTPD_COMMAND];

	if (filter->command[0] != '/')
		return;
	snprintf(path, sizeof(path), "%.*s",
	    (int)strcspn(filter->command, " \t"), filter->command);
	if (access(path, X_OK) == 0)
		bs_doctor_good(smtpd->doctor, BS_CHECK_SMTPD_PROGRAM,
		    "%s is there", path);
	else {
		bs_doctor_bad(smtpd->doctor, BS_CHECK_SMTPD_PROGRAM,
		    "%s: %s cannot be run: %s", place, path, strerror(errno));
		bs_doctor_fix(smtpd->doctor,
		    "install it there, or write its path");
	}
}

/* Filters after ours do not see a command that it rewrote. */
static void
check_chain(const struct look *smtpd, const struct bs_smtpd_filter *chain)
{
	char place[BS_FINDING_TEXT / 2];

	for (size_t i = 0; i + 1 < chain->member_count; i++) {
		if (mode_by_name(&smtpd->conf, chain->members[i]) == 0)
			continue;
		bs_doctor_bad(smtpd->doctor, BS_CHECK_SMTPD_CHAIN,
		    "%s: \"%s\" is not last in its chain: the filters after "
		    "it do not see what it rewrites",
		    place_text(smtpd, &chain->place, place, sizeof(place)),
		    chain->members[i]);
		bs_doctor_fix(smtpd->doctor, "put it last");
	}
}

static void
check_filters(const struct look *smtpd)
{
	const struct bs_smtpd_conf *conf = &smtpd->conf;
	char place[BS_FINDING_TEXT / 2];

	for (size_t i = 0; i < conf->filter_count; i++) {
		const struct bs_smtpd_filter *filter = &conf->filters[i];

		if (filter->kind == BS_SMTPD_CHAIN)
			check_chain(smtpd, filter);
		if (filter->kind == BS_SMTPD_PROC ||
		    !bs_smtpd_is_ours(filter->command))
			continue;
		place_text(smtpd, &filter->place, place, sizeof(place));
		if (mode_of(filter) == 0) {
			bs_doctor_bad(smtpd->doctor, BS_CHECK_SMTPD_MODE,
			    "%s: filter \"%s\" has no mode: it will not start",
			    place, filter->name);
			bs_doctor_fix(smtpd->doctor,
			    "write: filter-backstop -m in (or out, local, "
			    "untag)");
		}
		check_user(smtpd, filter, place);
		check_program(smtpd, filter, place);
	}
}

/* smtpd's own bounces come in by the socket. */
static void
check_socket(const struct look *smtpd)
{
	const struct bs_smtpd_conf *conf = &smtpd->conf;
	const struct bs_smtpd_listener *socket = NULL;
	unsigned found;

	for (size_t i = 0; i < conf->listener_count; i++)
		if (conf->listeners[i].is_socket)
			socket = &conf->listeners[i];
	found = socket != NULL ? modes_of(conf, socket) : 0;
	if (found & (MODE_LOCAL | MODE_UNTAG)) {
		bs_doctor_good(smtpd->doctor, BS_CHECK_SMTPD_SOCKET,
		    "'listen on socket' takes tags off");
		return;
	}
	if (found != 0)
		bs_doctor_bad(smtpd->doctor, BS_CHECK_SMTPD_SOCKET,
		    "'listen on socket' has a filter of mode %s: smtpd's own "
		    "bounces to a tag are lost there",
		    found & MODE_IN ? "in" : "out");
	else
		bs_doctor_bad(smtpd->doctor, BS_CHECK_SMTPD_SOCKET,
		    "'listen on socket' has no filter of ours: smtpd's own "
		    "bounces to a tag are lost there");
	fix_listener(smtpd, "listen on socket", MODE_LOCAL | MODE_UNTAG,
	    find_mode(conf, MODE_OUT) != NULL ? "untag" : "local");
}

static void
check_listener(const struct look *smtpd,
    const struct bs_smtpd_listener *listener)
{
	unsigned found = modes_of(&smtpd->conf, listener);
	char place[BS_FINDING_TEXT / 2];
	char name[2 * BS_SMTPD_NAME];

	place_text(smtpd, &listener->place, place, sizeof(place));
	snprintf(name, sizeof(name), "listen on %s ...", listener->where);
	if (listener->has_senders && (found & MODE_OUT) != 0) {
		bs_doctor_bad(smtpd->doctor, BS_CHECK_SMTPD_SENDERS,
		    "%s: 'senders' sees addresses that are signed, and refuses "
		    "everybody",
		    place);
		bs_doctor_fix(smtpd->doctor,
		    "take 'senders' out, or use the layout of two hops (type: "
		    "man filter-backstop)");
	}
	if (!bs_smtpd_is_public(listener) || (found & MODE_OUT) != 0)
		return;
	if (found & (MODE_IN | MODE_LOCAL)) {
		bs_doctor_good(smtpd->doctor, BS_CHECK_SMTPD_IN,
		    "%s: what comes in is judged", place);
		return;
	}
	bs_doctor_bad(smtpd->doctor, BS_CHECK_SMTPD_IN,
	    "%s: mail from elsewhere comes in without filter-backstop -m in: "
	    "bounces to a tag are refused, forged ones pass",
	    place);
	fix_listener(smtpd, name, MODE_IN, "in");
}

static void
check_listeners(const struct look *smtpd)
{
	const struct bs_smtpd_conf *conf = &smtpd->conf;
	const struct bs_config *config = smtpd->doctor->config;
	unsigned found = 0;
	bool signs = false;

	check_socket(smtpd);
	for (size_t i = 0; i < conf->listener_count; i++) {
		found |= modes_of(conf, &conf->listeners[i]);
		if (!conf->listeners[i].is_socket)
			check_listener(smtpd, &conf->listeners[i]);
	}
	for (size_t i = 0; i < config->domain_count; i++)
		signs = signs || config->domains[i].sign;
	if (!signs)
		return;
	if (found & (MODE_OUT | MODE_LOCAL))
		bs_doctor_good(smtpd->doctor, BS_CHECK_SMTPD_OUT,
		    "smtpd has a listener that signs");
	else {
		bs_doctor_bad(smtpd->doctor, BS_CHECK_SMTPD_OUT,
		    "sign = yes, but no listener of smtpd signs");
		fix_listener(smtpd, "listen on 127.0.0.1 port 10026 tag SIGN",
		    MODE_OUT, "out");
	}
}

static bool
names_us(const struct bs_smtpd_conf *conf)
{
	for (size_t i = 0; i < conf->filter_count; i++)
		if (conf->filters[i].kind != BS_SMTPD_PROC &&
		    bs_smtpd_is_ours(conf->filters[i].command))
			return true;
	return false;
}

static void
check_refusals(const struct look *smtpd)
{
	const struct bs_smtpd_conf *conf = &smtpd->conf;
	char place[BS_FINDING_TEXT / 2];

	for (size_t i = 0; i < conf->refusal_count; i++) {
		bs_doctor_bad(smtpd->doctor, BS_CHECK_NULL_SENDER,
		    "%s refuses every mail with a null reverse-path: no bounce "
		    "comes home, and hosts that ask back refuse your mail",
		    place_text(smtpd, &conf->refusals[i], place,
			sizeof(place)));
		bs_doctor_fix(smtpd->doctor,
		    "take that line out: Backstop tells bounces apart");
	}
	if (conf->refusal_count == 0)
		bs_doctor_good(smtpd->doctor, BS_CHECK_NULL_SENDER,
		    "no rule of smtpd was seen to refuse all bounces");
}

/* The tag is made for the sender as the filter sees it. */
static void
check_renamings(const struct look *smtpd)
{
	const struct bs_smtpd_conf *conf = &smtpd->conf;
	char place[BS_FINDING_TEXT / 2];

	for (size_t i = 0; i < conf->renaming_count; i++) {
		bs_doctor_bad(smtpd->doctor, BS_CHECK_SMTPD_MAIL_FROM,
		    "%s: 'mail-from' changes the sender after it was signed: "
		    "the tag is of another address, and the bounces of such "
		    "mail are refused as forged",
		    place_text(smtpd, &conf->renamings[i], place,
			sizeof(place)));
		bs_doctor_fix(smtpd->doctor,
		    "take 'mail-from' out, or have no signed mail use that "
		    "action");
	}
}

static void
look_at(const struct look *smtpd)
{
	const struct bs_smtpd_conf *conf = &smtpd->conf;
	struct bs_doctor *doctor = smtpd->doctor;

	doctor->has_smtpd = true;
	if (conf->is_cut) {
		doctor->is_blind = true;
		bs_doctor_unseen(doctor, BS_CHECK_SMTPD_CONF,
		    "%s has more in it than was looked at",
		    doctor->call->smtpd_conf);
		bs_doctor_fix(doctor, "look at it by hand");
	}
	doctor->uses_smtpd = names_us(conf);
	if (!doctor->uses_smtpd)
		return;
	if (!bs_doctor_has(doctor, BS_CHECK_SMTPD_CONF))
		bs_doctor_good(doctor, BS_CHECK_SMTPD_CONF,
		    "%s names filter-backstop", doctor->call->smtpd_conf);
	check_filters(smtpd);
	check_listeners(smtpd);
	check_refusals(smtpd);
	check_renamings(smtpd);
	bs_doctor_lifetime(doctor, "smtpd",
	    conf->action_seconds > conf->queue_seconds ? conf->action_seconds
						       : conf->queue_seconds);
}

void
bs_doctor_smtpd(struct bs_doctor *doctor)
{
	const char *path = doctor->call->smtpd_conf;
	struct look *smtpd = calloc(1, sizeof(*smtpd));
	int rc;

	if (smtpd == NULL)
		return;
	smtpd->doctor = doctor;
	smtpd->files.count_max = FILES_MAX;
	smtpd->files.depth_max = DEPTH_MAX;
	bs_smtpd_begin(&smtpd->conf);
	rc = read_file(smtpd, path);
	if (rc == 0)
		look_at(smtpd);
	else if (rc != -ENOENT) {
		doctor->is_blind = true;
		bs_doctor_unseen(doctor, BS_CHECK_SMTPD_CONF, "%s: %s", path,
		    strerror(-rc));
		bs_doctor_fix(doctor, "run as root");
	}
	bs_doctor_files_free(&smtpd->files);
	free(smtpd);
}
