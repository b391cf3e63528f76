/* backstop doctor: smtpd.conf(5) read, with what it includes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/doctor/smtpd.h"

#define FILES_MAX 32
#define DEPTH_MAX 8

const char *
bs_doctor_place(const struct bs_doctor_smtpd *smtpd,
    const struct bs_smtpd_place *place, char *out, size_t size)
{
	snprintf(out, size, "%s:%u",
	    bs_doctor_files_name(&smtpd->files, place->file), place->line);
	return out;
}

static void include(void *context, struct bs_smtpd_conf *conf,
    const char *path);

/* Reads one file. Returns 0 or -errno. */
static int
read_file(struct bs_doctor_smtpd *smtpd, const char *path)
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
	struct bs_doctor_smtpd *smtpd = context;
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
check_refusals(const struct bs_doctor_smtpd *smtpd)
{
	const struct bs_smtpd_conf *conf = &smtpd->conf;
	char place[BS_FINDING_TEXT / 2];

	for (size_t i = 0; i < conf->refusal_count; i++) {
		bs_doctor_bad(smtpd->doctor, BS_CHECK_NULL_SENDER,
		    "%s refuses every mail with a null reverse-path: no bounce "
		    "comes home, and hosts that ask back refuse your mail",
		    bs_doctor_place(smtpd, &conf->refusals[i], place,
			sizeof(place)));
		bs_doctor_fix(smtpd->doctor,
		    "take that line out: Backstop tells bounces apart");
	}
	if (conf->refusal_count == 0)
		bs_doctor_good(smtpd->doctor, BS_CHECK_NULL_SENDER,
		    "no rule of smtpd was seen to refuse all bounces");
}

static void
look(const struct bs_doctor_smtpd *smtpd)
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
	bs_doctor_filters(smtpd);
	bs_doctor_listeners(smtpd);
	check_refusals(smtpd);
	bs_doctor_lifetime(doctor, "smtpd",
	    conf->action_seconds > conf->queue_seconds ? conf->action_seconds
						       : conf->queue_seconds);
}

void
bs_doctor_smtpd(struct bs_doctor *doctor)
{
	const char *path = doctor->call->smtpd_conf;
	struct bs_doctor_smtpd *smtpd = calloc(1, sizeof(*smtpd));
	int rc;

	if (smtpd == NULL)
		return;
	smtpd->doctor = doctor;
	smtpd->files.count_max = FILES_MAX;
	smtpd->files.depth_max = DEPTH_MAX;
	bs_smtpd_begin(&smtpd->conf);
	rc = read_file(smtpd, path);
	if (rc == 0)
		look(smtpd);
	else if (rc != -ENOENT) {
		doctor->is_blind = true;
		bs_doctor_unseen(doctor, BS_CHECK_SMTPD_CONF, "%s: %s", path,
		    strerror(-rc));
		bs_doctor_fix(doctor, "run as root");
	}
	bs_doctor_files_free(&smtpd->files);
	free(smtpd);
}
