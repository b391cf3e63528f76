/* backstop doctor: Exim's configuration read, split or not. */
#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/doctor/exim.h"
#include "common/base/ascii.h"

#define DEPTH_MAX 4

static void include(void *context, struct bs_exim_conf *conf, const char *path,
    bool if_exists);

static void
tell_unread(struct bs_doctor_exim *exim, const char *path, int rc)
{
	exim->doctor->is_blind = true;
	bs_doctor_unseen(exim->doctor, BS_CHECK_EXIM_CONF,
	    "%s was not read: %s", path, strerror(-rc));
	bs_doctor_fix(exim->doctor,
	    rc == -EACCES ? "run as root" : "look at it by hand");
}

/* Returns 0 or -errno. */
static int
read_file(struct bs_doctor_exim *exim, const char *path)
{
	size_t file = exim->files.count;
	char *text;
	size_t len;
	int rc = bs_doctor_files_open(&exim->files, path, &text, &len);

	if (rc != 0)
		return rc;
	bs_exim_read(&exim->conf, (unsigned)file, text, len, include, exim);
	bs_doctor_files_close(&exim->files, text);
	return 0;
}

static bool
ends(const char *text, const char *with)
{
	size_t len = strlen(text);
	size_t end = strlen(with);

	return len >= end && strcmp(text + len - end, with) == 0;
}

static void
include(void *context, struct bs_exim_conf *conf, const char *path,
    bool if_exists)
{
	struct bs_doctor_exim *exim = context;
	bool is_module = ends(path, "/local_scan/backstop.conf");
	int rc;

	(void)conf;
	/* a name that begins with a macro's is not known here */
	if (path[0] != '/')
		return;
	if (is_module)
		snprintf(exim->module_conf, sizeof(exim->module_conf), "%s",
		    path);
	rc = read_file(exim, path);
	if (is_module && rc == -ENOENT)
		exim->lacks_module_conf = true;
	if (rc == 0 || (rc == -ENOENT && if_exists))
		return;
	if (rc == -ENOENT) {
		bs_doctor_bad(exim->doctor, BS_CHECK_EXIM_CONF,
		    "%s is included, but is not there", path);
		bs_doctor_fix(exim->doctor, "type: exim4 -bV");
	} else
		tell_unread(exim, path, rc);
}

/* As update-exim4.conf(8) chooses files. */
static int
is_piece(const struct dirent *entry)
{
	const char *name = entry->d_name;

	for (const char *p = name; *p != '\0'; p++)
		if (!bs_ascii_is_alpha(*p) && !bs_ascii_is_digit(*p) &&
		    *p != '_' && *p != '-')
			return 0;
	return 1;
}

/* In the order of octets, whatever the locale says. */
static int
by_octets(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* One folder of conf.d; a file NAME.rul stands in for NAME. */
static void
read_folder(struct bs_doctor_exim *exim, const char *section)
{
	char folder[PATH_MAX];
	char path[PATH_MAX + 300];
	struct dirent **entries;
	int count;
	int rc;

	snprintf(folder, sizeof(folder), "%s/conf.d/%s",
	    exim->doctor->call->exim_conf, section);
	if ((count = scandir(folder, &entries, is_piece, by_octets)) < 0) {
		if (errno != ENOENT)
			tell_unread(exim, folder, -errno);
		return;
	}
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s.rul", folder,
		    entries[i]->d_name);
		if (access(path, F_OK) != 0)
			path[strlen(path) - strlen(".rul")] = '\0';
		/* a link to a piece may outlive it */
		if ((rc = read_file(exim, path)) != 0 && rc != -ENOENT)
			tell_unread(exim, path, rc);
		free(entries[i]);
	}
	free(entries);
}

static void
read_split(struct bs_doctor_exim *exim)
{
	static const char *const sections[] = {"main", "acl", "router",
	    "transport", "retry", "rewrite", "auth"};

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		read_folder(exim, sections[i]);
}

static void
read_one(struct bs_doctor_exim *exim, const char *name, bool is_needed)
{
	char path[PATH_MAX];
	int rc;

	snprintf(path, sizeof(path), "%s/%s", exim->doctor->call->exim_conf,
	    name);
	rc = read_file(exim, path);
	if (rc != 0 && (is_needed || rc != -ENOENT))
		tell_unread(exim, path, rc);
}

/* Debian's settings, and which of its schemes is used. */
static void
read_settings(struct bs_doctor_exim *exim)
{
	char path[PATH_MAX];
	char value[16];
	char *text;
	size_t len;
	int rc;

	exim->layout = BS_EXIM_UNSPLIT;
	snprintf(path, sizeof(path), "%s/update-exim4.conf.conf",
	    exim->doctor->call->exim_conf);
	if ((rc = bs_doctor_read(path, &text, &len)) == 0) {
		if (bs_exim_setting(text, len, "dc_use_split_config", value,
			sizeof(value)) &&
		    strcmp(value, "true") == 0)
			exim->layout = BS_EXIM_SPLIT;
		(void)bs_exim_setting(text, len, "dc_relay_nets",
		    exim->relay_nets, sizeof(exim->relay_nets));
		free(text);
	} else if (rc != -ENOENT)
		tell_unread(exim, path, rc);
	snprintf(path, sizeof(path), "%s/exim4.conf",
	    exim->doctor->call->exim_conf);
	if (access(path, F_OK) == 0)
		exim->layout = BS_EXIM_OWN;
}

static void
read_all(struct bs_doctor_exim *exim)
{
	read_settings(exim);
	switch (exim->layout) {
	case BS_EXIM_OWN:
		read_one(exim, "exim4.conf", true);
		break;
	case BS_EXIM_SPLIT:
		read_one(exim, "exim4.conf.localmacros", false);
		read_split(exim);
		break;
	case BS_EXIM_UNSPLIT:
		read_one(exim, "exim4.conf.localmacros", false);
		read_one(exim, "exim4.conf.template", true);
		break;
	}
	bs_exim_end(&exim->conf);
}

static void
check_refusals(const struct bs_doctor_exim *exim)
{
	const struct bs_exim_conf *conf = &exim->conf;

	for (size_t i = 0; i < conf->refusal_count; i++) {
		const struct bs_exim_place *place = &conf->refusals[i];

		bs_doctor_bad(exim->doctor, BS_CHECK_NULL_SENDER,
		    "%s:%u refuses every mail with a null reverse-path: no "
		    "bounce comes home, and hosts that ask back refuse your "
		    "mail",
		    bs_doctor_files_name(&exim->files, place->file),
		    place->line);
		bs_doctor_fix(exim->doctor,
		    "take that statement out: Backstop tells bounces apart");
	}
	if (conf->refusal_count == 0)
		bs_doctor_good(exim->doctor, BS_CHECK_NULL_SENDER,
		    "no ACL of Exim was seen to refuse all bounces");
}

static void
check_user(const struct bs_doctor_exim *exim)
{
	static const char user[] = "Debian-exim";

	if (getpwnam(user) == NULL)
		return;
	if (bs_doctor_may_ask(exim->doctor, user)) {
		bs_doctor_good(exim->doctor, BS_CHECK_FILTER_USER,
		    "%s may ask the engine", user);
		return;
	}
	bs_doctor_bad(exim->doctor, BS_CHECK_FILTER_USER,
	    "Exim runs as %s, which may not ask the engine: it is not among "
	    "'clients'",
	    user);
	bs_doctor_fix(exim->doctor, "in %s add it to: clients",
	    exim->doctor->call->config_path);
}

static void
look(struct bs_doctor_exim *exim)
{
	const struct bs_exim_conf *conf = &exim->conf;
	struct bs_doctor *doctor = exim->doctor;

	doctor->has_exim = exim->files.count > 0;
	/* the router by itself stays behind when Backstop goes */
	doctor->uses_exim =
	    conf->has_main || conf->has_transport || conf->module[0] != '\0';
	if (!doctor->uses_exim)
		return;
	if (!bs_doctor_has(doctor, BS_CHECK_EXIM_CONF))
		bs_doctor_good(doctor, BS_CHECK_EXIM_CONF, "%s was read, %s",
		    doctor->call->exim_conf,
		    exim->layout == BS_EXIM_SPLIT     ? "split"
		    : exim->layout == BS_EXIM_UNSPLIT ? "not split"
						      : "exim4.conf by hand");
	bs_doctor_exim_pieces(exim);
	bs_doctor_exim_module(exim);
	bs_doctor_exim_made(exim);
	check_user(exim);
	bs_doctor_exim_nets(exim);
	check_refusals(exim);
	if (conf->retry_seconds > 0)
		bs_doctor_lifetime(doctor, "Exim", conf->retry_seconds);
}

void
bs_doctor_exim(struct bs_doctor *doctor)
{
	struct bs_doctor_exim *exim;

	if (access(doctor->call->exim_conf, F_OK) != 0 ||
	    (exim = calloc(1, sizeof(*exim))) == NULL)
		return;
	exim->doctor = doctor;
	exim->files.count_max = BS_DOCTOR_FILES;
	exim->files.depth_max = DEPTH_MAX;
	bs_exim_begin(&exim->conf);
	read_all(exim);
	look(exim);
	bs_doctor_files_free(&exim->files);
	free(exim);
}
