/* The modes of our filters in smtpd.conf(5), as sets. */
#include <string.h>

#include "common/cli/doctor/smtpd_modes.h"

static const struct {
	const char *name;
	unsigned mode;
} modes[] = {
    {"in", BS_SMTPD_IN},
    {"out", BS_SMTPD_OUT},
    {"local", BS_SMTPD_LOCAL},
    {"untag", BS_SMTPD_UNTAG},
};

unsigned
bs_smtpd_mode_of(const struct bs_smtpd_filter *filter)
{
	char name[BS_SMTPD_COMMAND];

	if (!bs_smtpd_option(filter->command, 'm', name))
		return 0;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(name, modes[i].name) == 0)
			return modes[i].mode;
	return 0;
}

unsigned
bs_smtpd_mode_by_name(const struct bs_smtpd_conf *conf, const char *name)
{
	const struct bs_smtpd_filter *filter = bs_smtpd_find(conf, name);

	if (filter != NULL)
		filter = bs_smtpd_program(conf, filter);
	return filter != NULL ? bs_smtpd_mode_of(filter) : 0;
}

unsigned
bs_smtpd_modes_of(const struct bs_smtpd_conf *conf,
    const struct bs_smtpd_listener *listener)
{
	unsigned found = 0;

	for (size_t i = 0; i < listener->filter_count; i++) {
		const struct bs_smtpd_filter *filter =
		    bs_smtpd_find(conf, listener->filters[i]);

		found |= bs_smtpd_mode_by_name(conf, listener->filters[i]);
		if (filter == NULL || filter->kind != BS_SMTPD_CHAIN)
			continue;
		for (size_t m = 0; m < filter->member_count; m++)
			found |=
			    bs_smtpd_mode_by_name(conf, filter->members[m]);
	}
	return found;
}

const struct bs_smtpd_filter *
bs_smtpd_with_mode(const struct bs_smtpd_conf *conf, unsigned wanted)
{
	for (size_t i = 0; i < conf->filter_count; i++) {
		const struct bs_smtpd_filter *filter = &conf->filters[i];

		if (filter->kind != BS_SMTPD_PROC_DEFINED &&
		    (bs_smtpd_mode_by_name(conf, filter->name) & wanted) != 0)
			return filter;
	}
	return NULL;
}
