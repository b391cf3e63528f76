/* backstop doctor: "domains" beside the lists of a mail server. */
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/doctor/domains.h"
#include "common/cli/doctor/own.h"
#include "common/cli/type.h"

/* Whether it is a name, and no pattern, address or list of another kind. */
static bool
is_domain(const char *name)
{
	const char *dot = strchr(name, '.');
	bool has_letter = false;

	for (const char *at = name; *at != '\0'; at++) {
		if (!bs_ascii_is_alpha(*at) && !bs_ascii_is_digit(*at) &&
		    strchr(".-_", *at) == NULL)
			return false;
		has_letter = has_letter || bs_ascii_is_alpha(*at);
	}
	return dot != NULL && dot != name && dot[1] != '\0' && has_letter;
}

void
bs_doctor_stranger(const struct bs_doctor *doctor, const char *name,
    const char *own, struct bs_doctor_strangers *strangers)
{
	size_t len = strlen(name);

	if (!is_domain(name) || len >= sizeof(strangers->first) ||
	    bs_own_same_name(name, own) ||
	    bs_own_same_name(name, "localhost.localdomain") ||
	    bs_config_domain(doctor->config, name, len) != NULL)
		return;
	if (strangers->count > 0 && bs_own_same_name(name, strangers->first))
		return;
	if (strangers->count++ == 0)
		snprintf(strangers->first, sizeof(strangers->first), "%s",
		    name);
}

bool
bs_doctor_tell_strangers(struct bs_doctor *doctor, enum bs_check check,
    const char *server, const struct bs_doctor_strangers *strangers)
{
	char more[48] = "";
	char line[BS_TYPE_LINE];

	if (strangers->count == 0)
		return true;
	if (strangers->count > 1)
		snprintf(more, sizeof(more), " and %zu more",
		    strangers->count - 1);
	bs_doctor_bad(doctor, check,
	    "%s takes mail of %s%s, but 'domains' does not have it: its mail "
	    "leaves unsigned, and forged bounces to it pass",
	    server, strangers->first, more);
	bs_doctor_fix(doctor, "in %s add to domains: %s; then type: %s",
	    doctor->call->config_path, strangers->first,
	    bs_type_backstop(doctor->call, "reload", line));
	return false;
}
