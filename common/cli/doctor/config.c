/* backstop doctor: the configuration, its users, and its domains. */
#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/config/read.h"
#include "common/cli/doctor/config.h"
#include "common/cli/doctor/files.h"
#include "common/cli/output.h"
#include "common/cli/status/domains.h"

/* Days after which mode observe has seen enough. */
#define OBSERVE_DAYS 21

/* What is wrong with the file. */
struct faults {
	const char *path;
	unsigned errors;
	unsigned warnings;
	struct bs_fault error; /* the first of each */
	struct bs_fault warning;
};

static void
count_fault(void *context, const struct bs_fault *fault, bool is_warning)
{
	struct faults *faults = context;
	unsigned *count = is_warning ? &faults->warnings : &faults->errors;
	struct bs_fault *first = is_warning ? &faults->warning : &faults->error;

	/* an empty 'domains' has a finding of its own */
	if (is_warning && fault->line == 0)
		return;
	if ((*count)++ == 0)
		*first = *fault;
}

static void
tell_load(struct bs_doctor *doctor, int rc)
{
	const char *path = doctor->call->config_path;

	if (rc == -EACCES || rc == -EPERM) {
		bs_doctor_unseen(doctor, BS_CHECK_CONFIG, "%s: %s", path,
		    strerror(-rc));
		bs_doctor_fix(doctor, "run as root");
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_CONFIG, "%s: %s", path, strerror(-rc));
	bs_doctor_fix(doctor,
	    "write it (type: man backstop.conf), or name another with -c");
}

/* systemd starts the engine as root without the power to read what is for
 * others alone; it reads the file again as its own user. */
static bool
is_for_root(const char *path)
{
	struct stat st;

	return stat(path, &st) != 0 || st.st_uid == 0 ||
	       (st.st_gid == 0 && (st.st_mode & S_IRGRP) != 0) ||
	       (st.st_mode & S_IROTH) != 0;
}

void
bs_doctor_config_mode(struct bs_doctor *doctor)
{
	const char *path = doctor->call->config_path;
	const char *user = doctor->config->user;
	int error;

	if (geteuid() != 0 || getpwnam(user) == NULL)
		return;
	if ((error = bs_doctor_try(user, path, R_OK)) != 0) {
		bs_doctor_bad(doctor, BS_CHECK_CONFIG_MODE,
		    "the engine's user %s may not read %s: %s: what is changed "
		    "in it never holds",
		    user, path, strerror(error));
		bs_doctor_fix(doctor,
		    "type: chown root:%s %s && chmod 0640 %s; and its folder "
		    "must be open to %s",
		    user, path, path, user);
	} else if (!is_for_root(path)) {
		bs_doctor_bad(doctor, BS_CHECK_CONFIG_MODE,
		    "%s is for its owner alone: systemd's engine, which starts "
		    "as a root of few powers, may not read it",
		    path);
		bs_doctor_fix(doctor, "type: chown root:%s %s && chmod 0640 %s",
		    user, path, path);
	} else
		bs_doctor_good(doctor, BS_CHECK_CONFIG_MODE,
		    "the engine's user %s may read %s", user, path);
}

static void
tell_faults(struct bs_doctor *doctor, const struct faults *faults)
{
	if (faults->errors > 0) {
		bs_doctor_bad(doctor, BS_CHECK_CONFIG,
		    "%s has %u mistake%s; the first, in line %u: %s",
		    faults->path, faults->errors,
		    faults->errors == 1 ? "" : "s", faults->error.line,
		    faults->error.text);
		bs_doctor_fix(doctor, "type: backstop checkconf %s",
		    faults->path);
	} else
		bs_doctor_good(doctor, BS_CHECK_CONFIG, "%s has no mistakes",
		    faults->path);
	if (faults->warnings > 0) {
		bs_doctor_bad(doctor, BS_CHECK_CONFIG_WARNINGS,
		    "%s has %u warning%s; the first, in line %u: %s",
		    faults->path, faults->warnings,
		    faults->warnings == 1 ? "" : "s", faults->warning.line,
		    faults->warning.text);
		bs_doctor_fix(doctor, "type: backstop checkconf %s",
		    faults->path);
	}
}

void
bs_doctor_config(struct bs_doctor *doctor)
{
	struct faults faults = {.path = doctor->call->config_path};
	int rc =
	    bs_config_load(faults.path, &doctor->config, count_fault, &faults);

	if (rc != 0)
		doctor->config = NULL;
	if (rc != 0 && rc != -EINVAL)
		tell_load(doctor, rc);
	else
		tell_faults(doctor, &faults);
}

/* The users of the default: a host rarely has both mail servers. */
static bool
is_usual(const char *user)
{
	return strcmp(user, BS_FILTER_USER) == 0 ||
	       strcmp(user, "Debian-exim") == 0;
}

void
bs_doctor_users(struct bs_doctor *doctor)
{
	const struct bs_config *config = doctor->config;
	const char *user = config->user;

	if (getpwnam(user) != NULL)
		bs_doctor_good(doctor, BS_CHECK_ENGINE_USER,
		    "the engine's user %s is there", user);
	else {
		bs_doctor_bad(doctor, BS_CHECK_ENGINE_USER,
		    "there is no user %s for the engine", user);
		bs_doctor_fix(doctor,
		    "type: adduser --system --group --no-create-home %s", user);
	}
	for (size_t i = 0; i < config->clients.count; i++) {
		const char *client = config->clients.words[i];

		if (is_usual(client) || getpwnam(client) != NULL)
			continue;
		bs_doctor_bad(doctor, BS_CHECK_CLIENTS,
		    "'clients' names %s, but there is no such user", client);
		bs_doctor_fix(doctor, "take it out of 'clients' in %s",
		    doctor->call->config_path);
	}
}

/* For how many days the store has recorded. */
static int64_t
recorded_days(const struct bs_doctor *doctor)
{
	int64_t epoch = doctor->look.meta.epoch;

	if (!doctor->has_look || epoch == 0)
		return 0;
	return (doctor->call->now - epoch) / BS_DAY_SECONDS;
}

/* Whether the store knows of no mail of the domain that left unsigned. */
static bool
seems_whole(const struct bs_doctor *doctor,
    const struct bs_domain_status *status)
{
	const uint32_t *month = status->month.counts;

	return month[BS_TALLY_SIGNED] > 0 && month[BS_TALLY_UNSIGNED] == 0 &&
	       month[BS_TALLY_STRIPPED] == 0 &&
	       recorded_days(doctor) >= bs_day_window(doctor->lifetime_days);
}

static void
check_outbound(struct bs_doctor *doctor, const struct bs_domain *domain,
    const struct bs_domain_status *status)
{
	if (domain->outbound_here || status == NULL ||
	    !seems_whole(doctor, status))
		return;
	bs_doctor_bad(doctor, BS_CHECK_OUTBOUND,
	    "%s: outbound = elsewhere, though no mail of it is known to leave "
	    "unsigned: bounces without a tag are never called forged",
	    domain->name);
	bs_doctor_fix(doctor,
	    "if all its mail leaves through this host, in %s write: "
	    "outbound = here",
	    doctor->call->config_path);
}

static void
check_foreign_tags(struct bs_doctor *doctor, const struct bs_domain *domain,
    const struct bs_domain_status *status)
{
	if (status == NULL || status->reason != BS_REASON_SOMEONE_ELSE_SIGNS)
		return;
	bs_doctor_bad(doctor, BS_CHECK_SOMEONE_ELSE_SIGNS,
	    "%s: a valid tag came home that was never issued here: another host "
	    "signs with a key of this one",
	    domain->name);
	bs_doctor_fix(doctor,
	    "if other hosts send mail of this domain, in %s write: outbound = "
	    "elsewhere; if not, type: backstop key rotate",
	    doctor->call->config_path);
}

/* The listener that took a mail adds its name to a sender without a domain,
 * behind our back; the filter knows that name by the greeting, if smtpd tells
 * of one. It may be any domain of ours, so one finding does for all. */
static void
check_nameless(struct bs_doctor *doctor, const struct bs_domains *domains)
{
	for (size_t i = 0; i < domains->count; i++) {
		const struct bs_domain_status *found =
		    &domains->found->domains[i];
		uint32_t mails = found->month.counts[BS_TALLY_NAMELESS];

		if (mails == 0)
			continue;
		bs_doctor_bad(doctor, BS_CHECK_NAMELESS,
		    "mail left unsigned from an address without a domain, %" PRIu32
		    " in 30 days, by a listener whose name the filter "
		    "was not told",
		    mails);
		bs_doctor_fix(doctor,
		    "have what sends them name a whole address, such as "
		    "root@%s",
		    doctor->config->domains[i].name);
		return;
	}
}

/* Whether no address of a domain is signed: not even one that nobody has. */
static bool
exempts_all(const struct bs_domain *domain)
{
	char address[BS_ADDRESS_MAX];

	snprintf(address, sizeof(address), "q7x-0zk.w5@%s", domain->name);
	return bs_domain_exempts(domain, address);
}

static void
check_domain(struct bs_doctor *doctor, const struct bs_domain *domain,
    const struct bs_domain_status *status)
{
	int64_t days = recorded_days(doctor);

	check_foreign_tags(doctor, domain, status);
	if (!domain->sign) {
		bs_doctor_bad(doctor, BS_CHECK_SIGN_OFF,
		    "%s: sign = no: its mail leaves unsigned, so no bounce can "
		    "prove that it is genuine",
		    domain->name);
		bs_doctor_fix(doctor, "in %s write: sign = yes",
		    doctor->call->config_path);
		return;
	}
	if (exempts_all(domain)) {
		bs_doctor_bad(doctor, BS_CHECK_SIGN_OFF,
		    "%s: 'exempt' has all its addresses: its mail leaves "
		    "unsigned",
		    domain->name);
		bs_doctor_fix(doctor, "in %s write a narrower: exempt",
		    doctor->call->config_path);
		return;
	}
	bs_doctor_good(doctor, BS_CHECK_SIGN_OFF, "%s is signed, in mode %s",
	    domain->name, bs_mode_name(domain->mode));
	if (domain->mode == BS_OBSERVE && days >= OBSERVE_DAYS) {
		bs_doctor_bad(doctor, BS_CHECK_OBSERVE,
		    "%s: mode observe refuses nothing, and has been on for "
		    "%lld days",
		    domain->name, (long long)days);
		bs_doctor_fix(doctor, "type: backstop mode %s", domain->name);
	}
	check_outbound(doctor, domain, status);
}

void
bs_doctor_domains(struct bs_doctor *doctor)
{
	const struct bs_config *config = doctor->config;
	struct bs_domains status = {0};

	if (config->domain_count == 0) {
		bs_doctor_bad(doctor, BS_CHECK_DOMAINS,
		    "'domains' is empty: nothing is signed or judged");
		bs_doctor_fix(doctor, "in %s write: domains = example.org",
		    doctor->call->config_path);
		return;
	}
	/* the check of the store says why it cannot be read */
	if (!doctor->has_look || !doctor->has_keyring ||
	    bs_domains_read(config, &doctor->keyring, doctor->call->now,
		&status) != 0)
		bs_domains_free(&status);
	for (size_t i = 0; i < config->domain_count; i++)
		check_domain(doctor, &config->domains[i],
		    i < status.count ? &status.found->domains[i] : NULL);
	check_nameless(doctor, &status);
	bs_domains_free(&status);
}

void
bs_doctor_lifetime(struct bs_doctor *doctor, const char *server,
    unsigned queue_seconds)
{
	/* the next host may keep it for five days more (RFC 5321 §4.5.4.1) */
	unsigned queue_days =
	    (queue_seconds + BS_DAY_SECONDS - 1) / BS_DAY_SECONDS;
	unsigned wanted = queue_days + 5;
	unsigned lifetime = doctor->config->lifetime_days;

	if (lifetime >= wanted) {
		bs_doctor_good(doctor, BS_CHECK_LIFETIME,
		    "lifetime = %u: longer than mail waits in queues, %u days "
		    "in %s's",
		    lifetime, queue_days, server);
		return;
	}
	bs_doctor_bad(doctor, BS_CHECK_LIFETIME,
	    "lifetime = %u, but mail may wait %u days in the queue of %s and "
	    "five in the next: a bounce could come home too late",
	    lifetime, queue_days, server);
	bs_doctor_fix(doctor, "in %s write: lifetime = %u",
	    doctor->call->config_path,
	    wanted < BS_LIFETIME_MAX_DAYS ? wanted : BS_LIFETIME_MAX_DAYS);
}
