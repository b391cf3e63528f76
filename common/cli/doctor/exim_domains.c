/* backstop doctor: the domains of Exim beside ours. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/ascii.h"
#include "common/cli/doctor/domains.h"
#include "common/cli/doctor/exim_domains.h"
#include "common/cli/doctor/own.h"

/* The names of the host: "@" in a list is the first. */
struct names {
	char host[BS_HOST_MAX];
	bool is_sure; /* Exim's configuration says so; else it asks DNS */
	char qualify[BS_HOST_MAX]; /* what "root" alone means */
};

static void
find_names(const struct bs_exim_conf *conf, struct names *names)
{
	char own[BS_HOST_MAX];

	bs_own_name(own);
	names->is_sure = conf->primary_hostname != NULL;
	if (names->is_sure)
		snprintf(names->host, sizeof(names->host), "%s",
		    conf->primary_hostname);
	else if (gethostname(names->host, sizeof(names->host)) != 0)
		names->host[0] = '\0';
	names->host[sizeof(names->host) - 1] = '\0';
	snprintf(names->qualify, sizeof(names->qualify), "%s",
	    conf->qualify_domain != NULL ? conf->qualify_domain : own);
}

/* What a list says of a name. */
enum answer { NO, MAYBE, YES };

/* Whether a name is that of "@". Where Exim has it from DNS, it begins with
 * what the kernel calls the host, and root's mail is the host's. */
static enum answer
may_be_host(const char *name, const struct names *names)
{
	size_t len = strcspn(names->host, ".");

	if (bs_own_same_name(names->host, name))
		return YES;
	if (names->is_sure)
		return NO;
	return bs_own_same_name(names->qualify, name) ||
		       (strcspn(name, ".") == len &&
			   bs_ascii_same(name, names->host, len))
		   ? MAYBE
		   : NO;
}

static enum answer
item_has(const char *item, const char *name, const struct names *names)
{
	size_t len = strlen(item);
	size_t end = strlen(name);

	if (strcmp(item, "@") == 0)
		return may_be_host(name, names);
	if (strcmp(item, "*") == 0 || bs_own_same_name(item, name))
		return YES;
	if (item[0] == '*' && strpbrk(item + 1, "*^;$@") == NULL)
		return end >= len - 1 && bs_ascii_same(name + end - (len - 1),
					     item + 1, len - 1)
			   ? YES
			   : NO;
	/* look-ups, other lists, what is not in the list, expressions */
	return strpbrk(item, "!+^;$@*/") != NULL ? MAYBE : NO;
}

static bool
next_item(const char **list, char *separator, char *out, size_t size)
{
	if (*list == NULL)
		return false;
	/* a ';' within is of a look-up, unless the list begins with it */
	if (*separator == '\0' && (*list)[strspn(*list, " \t")] != '<')
		*separator = ':';
	return bs_exim_host_next(list, separator, out, size);
}

static enum answer
list_has(const char *list, const char *name, const struct names *names)
{
	enum answer best = NO;
	char separator = '\0';
	char item[BS_HOST_MAX];

	while (next_item(&list, &separator, item, sizeof(item))) {
		enum answer answer = item_has(item, name, names);

		if (answer > best)
			best = answer;
	}
	return best;
}

/* Whether other hosts can bring mail. */
static bool
listens_outside(const struct bs_exim_conf *conf)
{
	const char *list = conf->local_interfaces;
	char separator = '\0';
	char item[128];

	if (list == NULL || list[0] == '\0')
		return true;
	while (bs_exim_host_next(&list, &separator, item, sizeof(item)))
		if (strncmp(item, "127.", 4) != 0 && strcmp(item, "::1") != 0)
			return true;
	return false;
}

static bool
check_strangers(struct bs_doctor *doctor, const struct bs_exim_conf *conf,
    const struct names *names)
{
	struct bs_doctor_strangers strangers = {0};
	const char *list = conf->local_domains;
	char separator = '\0';
	char item[BS_HOST_MAX];

	while (next_item(&list, &separator, item, sizeof(item)))
		if (!bs_own_same_name(item, names->host))
			bs_doctor_stranger(doctor, item, names->qualify,
			    &strangers);
	return bs_doctor_tell_strangers(doctor, BS_CHECK_EXIM_DOMAINS, "Exim",
	    &strangers);
}

static bool
check_taken(struct bs_doctor *doctor, const struct bs_exim_conf *conf,
    const struct names *names)
{
	const struct bs_config *config = doctor->config;
	bool is_fine = true;

	for (size_t i = 0; i < config->domain_count; i++) {
		const char *domain = config->domains[i].name;

		if (list_has(conf->local_domains, domain, names) != NO ||
		    list_has(conf->relay_to_domains, domain, names) != NO)
			continue;
		is_fine = false;
		bs_doctor_bad(doctor, BS_CHECK_EXIM_DOMAINS,
		    "%s is among 'domains', but not among Exim's "
		    "local_domains or relay_to_domains: bounces of its mail "
		    "are refused",
		    domain);
		bs_doctor_fix(doctor,
		    "add it there (Debian: dc_other_hostnames in "
		    "/etc/exim4/update-exim4.conf.conf), then type: "
		    "update-exim4.conf && systemctl restart exim4");
	}
	return is_fine;
}

static bool
check_own(struct bs_doctor *doctor, const struct bs_exim_conf *conf,
    const struct names *names)
{
	if (names->qualify[0] == '\0' || conf->local_domains == NULL ||
	    list_has(conf->local_domains, names->qualify, names) != NO)
		return true;
	bs_doctor_bad(doctor, BS_CHECK_EXIM_DOMAINS,
	    "Exim does not take mail to %s, this host's own name, for its own: "
	    "what cron writes to root is sent elsewhere, or lost",
	    names->qualify);
	bs_doctor_fix(doctor,
	    "add it to local_domains (Debian: dc_other_hostnames in "
	    "/etc/exim4/update-exim4.conf.conf), then type: update-exim4.conf "
	    "&& systemctl restart exim4");
	return false;
}

void
bs_doctor_exim_domains(struct bs_doctor *doctor,
    const struct bs_exim_conf *conf)
{
	struct names names;
	bool is_fine;

	if (conf->local_domains == NULL || doctor->config->domain_count == 0)
		return;
	find_names(conf, &names);
	is_fine = check_strangers(doctor, conf, &names);
	/* a client of a smarthost may leave all that to it */
	if (conf->has_dnslookup && listens_outside(conf))
		is_fine = check_taken(doctor, conf, &names) && is_fine;
	if (conf->has_dnslookup)
		is_fine = check_own(doctor, conf, &names) && is_fine;
	if (is_fine)
		bs_doctor_good(doctor, BS_CHECK_EXIM_DOMAINS,
		    "Exim and 'domains' name the same domains");
}
