/* backstop doctor: smtpd.conf(5), with what it includes, and its filters. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/doctor/config.h"
#include "common/cli/doctor/engine.h"
#include "common/cli/doctor/running.h"
#include "common/cli/doctor/files.h"
#include "common/cli/doctor/smtpd.h"
#include "common/cli/doctor/smtpd_listen.h"
#include "common/cli/doctor/smtpd_look.h"
#include "common/cli/doctor/smtpd_modes.h"
#include "common/cli/doctor/smtpd_rules.h"

#define FILES_MAX 32
#define DEPTH_MAX 8

static void include(void *context, struct bs_smtpd_conf *conf,
    const char *path);

/* Reads one file. Returns 0 or -errno. */
static int
read_file(struct bs_smtpd_look *smtpd, const char *path)
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

/* The names of tables that lie in files of their own. Those that are not
 * there, or of another kind, stay unknown. */
static void
read_tables(struct bs_smtpd_look *smtpd)
{
	struct bs_smtpd_rules *rules = &smtpd->conf.rules;

	for (size_t i = 0; i < rules->set_count; i++) {
		char *text;
		size_t len;

		if (rules->sets[i].file[0] == '\0' ||
		    bs_doctor_read(rules->sets[i].file, &text, &len) != 0)
			continue;
		bs_smtpd_rules_take_file(rules, i, text, len);
		free(text);
	}
}

static void
include(void *context, struct bs_smtpd_conf *conf, const char *path)
{
	struct bs_smtpd_look *smtpd = context;
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

static void
check_user(const struct bs_smtpd_look *smtpd,
    const struct bs_smtpd_filter *filter, const char *place)
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
		bs_doctor_reach(doctor, filter->user);
}

/* The folder in which smtpd looks for filters: it has its own programs there.
 * Returns NULL where it is not to be found. */
static const char *
filter_folder(void)
{
	static const char *const folders[] = {"/usr/libexec/opensmtpd",
	    "/usr/libexec/smtpd", "/usr/local/libexec/opensmtpd",
	    "/usr/local/libexec/smtpd"};
	char path[64];

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/mail.maildir", folders[i]);
		if (access(path, F_OK) == 0)
			return folders[i];
	}
	return NULL;
}

/* The package leaves a script in the filter's place where smtpd.conf still
 * names it: smtpd would not start without. */
static bool
is_stand_in(const char *path)
{
	static const char said[] = "register|ready";
	char head[4096];
	size_t len = bs_doctor_read_head(path, head, sizeof(head));

	return len > 2 && memcmp(head, "#!", 2) == 0 &&
	       memmem(head, len, said, sizeof(said) - 1) != NULL;
}

static void
check_program(const struct bs_smtpd_look *smtpd,
    const struct bs_smtpd_filter *filter, const char *place)
{
	struct bs_doctor *doctor = smtpd->doctor;
	const char *folder = filter_folder();
	int len = (int)strcspn(filter->command, " \t");
	char path[BS_SMTPD_COMMAND + 64];
	int error;

	if (filter->command[0] == '/')
		snprintf(path, sizeof(path), "%.*s", len, filter->command);
	else if (folder != NULL)
		snprintf(path, sizeof(path), "%s/%.*s", folder, len,
		    filter->command);
	else
		return; /* there is no smtpd to look for it */
	/* all filters are usually one program: once is enough */
	if (bs_doctor_has(doctor, BS_CHECK_SMTPD_PROGRAM) ||
	    bs_doctor_has(doctor, BS_CHECK_SMTPD_STAND_IN))
		return;
	error = access(path, X_OK) != 0
		    ? errno
		    : bs_doctor_try(filter->user, path, X_OK);
	if (error != 0) {
		bs_doctor_bad(doctor, BS_CHECK_SMTPD_PROGRAM,
		    "%s: %s cannot be run: %s: smtpd will not start", place,
		    path, strerror(error));
		bs_doctor_fix(doctor,
		    "install it there (apt install opensmtpd-filter-backstop, "
		    "or ninja -C build install), or write its path");
	} else if (is_stand_in(path)) {
		bs_doctor_bad(doctor, BS_CHECK_SMTPD_STAND_IN,
		    "%s: %s is not our filter but a script that does nothing, "
		    "left when the package was removed: nothing is signed or "
		    "judged",
		    place, path);
		bs_doctor_fix(doctor,
		    "type: apt install opensmtpd-filter-backstop && systemctl "
		    "restart opensmtpd; or take Backstop out of %s",
		    doctor->call->smtpd_conf);
	} else
		bs_doctor_good(doctor, BS_CHECK_SMTPD_PROGRAM, "%s is there",
		    path);
}

static void
check_asks(const struct bs_smtpd_look *smtpd,
    const struct bs_smtpd_filter *filter, const char *place)
{
	const char *socket = smtpd->doctor->config->socket;
	char asked[BS_SMTPD_COMMAND];

	if (!bs_smtpd_option(filter->command, 's', asked))
		snprintf(asked, sizeof(asked), "%s", BS_SOCKET_PATH);
	if (bs_doctor_is_same_file(asked, socket)) {
		bs_doctor_good(smtpd->doctor, BS_CHECK_FILTER_SOCKET,
		    "filter \"%s\" asks at the engine's socket", filter->name);
		return;
	}
	bs_doctor_bad(smtpd->doctor, BS_CHECK_FILTER_SOCKET,
	    "%s: filter \"%s\" asks at %s, but the engine's socket is %s: "
	    "nothing is signed or judged",
	    place, filter->name, asked, socket);
	if (strcmp(socket, BS_SOCKET_PATH) == 0)
		bs_doctor_fix(smtpd->doctor,
		    "take '-s %s' out of that line; then restart smtpd", asked);
	else
		bs_doctor_fix(smtpd->doctor,
		    "write: filter-backstop -s %s ...; then restart smtpd; or "
		    "take 'socket' out of %s",
		    socket, smtpd->doctor->call->config_path);
}

/* Filters after ours do not see a command that it rewrote. */
static void
check_order(const struct bs_smtpd_look *smtpd,
    const struct bs_smtpd_place *place,
    const char names[static BS_SMTPD_MEMBERS][BS_SMTPD_NAME], size_t count)
{
	char text[BS_PLACE_TEXT];

	for (size_t i = 0; i + 1 < count; i++) {
		if (bs_smtpd_mode_by_name(&smtpd->conf, names[i]) == 0)
			continue;
		bs_doctor_bad(smtpd->doctor, BS_CHECK_SMTPD_CHAIN,
		    "%s: \"%s\" is not last in its chain: the filters after "
		    "it do not see what it rewrites",
		    bs_smtpd_place_text(smtpd, place, text), names[i]);
		bs_doctor_fix(smtpd->doctor, "put it last; then restart smtpd");
	}
}

/* Chains with a name, and those that stand in a listener. */
static void
check_chains(const struct bs_smtpd_look *smtpd)
{
	const struct bs_smtpd_conf *conf = &smtpd->conf;

	for (size_t i = 0; i < conf->filter_count; i++)
		if (conf->filters[i].kind == BS_SMTPD_CHAIN)
			check_order(smtpd, &conf->filters[i].place,
			    conf->filters[i].members,
			    conf->filters[i].member_count);
	for (size_t i = 0; i < conf->listener_count; i++)
		check_order(smtpd, &conf->listeners[i].place,
		    conf->listeners[i].filters,
		    conf->listeners[i].filter_count);
}

static void
check_filters(const struct bs_smtpd_look *smtpd)
{
	const struct bs_smtpd_conf *conf = &smtpd->conf;
	char place[BS_PLACE_TEXT];

	for (size_t i = 0; i < conf->filter_count; i++) {
		const struct bs_smtpd_filter *filter = &conf->filters[i];

		if (filter->kind == BS_SMTPD_PROC ||
		    !bs_smtpd_is_ours(filter->command))
			continue;
		bs_smtpd_place_text(smtpd, &filter->place, place);
		if (bs_smtpd_mode_of(filter) == 0) {
			bs_doctor_bad(smtpd->doctor, BS_CHECK_SMTPD_MODE,
			    "%s: filter \"%s\" has no mode: it will not start",
			    place, filter->name);
			bs_doctor_fix(smtpd->doctor,
			    "write: filter-backstop -m in (or out, local, "
			    "untag)");
		}
		check_user(smtpd, filter, place);
		check_program(smtpd, filter, place);
		check_asks(smtpd, filter, place);
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

/* Whether an action leaves it to DNS where mail goes. */
static bool
sends(const struct bs_smtpd_rules *rules)
{
	for (size_t i = 0; i < rules->action_count; i++) {
		const struct bs_smtpd_action *action = &rules->actions[i];

		if (action->relays && !action->has_map &&
		    action->host[0] == '\0')
			return true;
	}
	return false;
}

static void
look_at(const struct bs_smtpd_look *smtpd)
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
	doctor->sends = doctor->sends || sends(&conf->rules);
	if (!doctor->uses_smtpd)
		return;
	if (!bs_doctor_has(doctor, BS_CHECK_SMTPD_CONF))
		bs_doctor_good(doctor, BS_CHECK_SMTPD_CONF,
		    "%s names filter-backstop", doctor->call->smtpd_conf);
	check_filters(smtpd);
	check_chains(smtpd);
	bs_smtpd_check_listeners(smtpd);
	bs_smtpd_check_rules(smtpd);
	bs_doctor_smtpd_runs(doctor, &smtpd->files);
	bs_doctor_lifetime(doctor, "smtpd",
	    conf->action_seconds > conf->queue_seconds ? conf->action_seconds
						       : conf->queue_seconds);
}

void
bs_doctor_smtpd(struct bs_doctor *doctor)
{
	const char *path = doctor->call->smtpd_conf;
	struct bs_smtpd_look *smtpd = calloc(1, sizeof(*smtpd));
	int rc;

	if (smtpd == NULL)
		return;
	smtpd->doctor = doctor;
	smtpd->files.count_max = FILES_MAX;
	smtpd->files.depth_max = DEPTH_MAX;
	bs_smtpd_begin(&smtpd->conf);
	rc = read_file(smtpd, path);
	if (rc == 0) {
		read_tables(smtpd);
		look_at(smtpd);
	} else if (rc != -ENOENT) {
		doctor->is_blind = true;
		bs_doctor_unseen(doctor, BS_CHECK_SMTPD_CONF, "%s: %s", path,
		    strerror(-rc));
		bs_doctor_fix(doctor, "run as root");
	}
	bs_doctor_files_free(&smtpd->files);
	free(smtpd);
}
