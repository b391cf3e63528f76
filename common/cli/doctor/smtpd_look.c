/* What 'backstop doctor' knows of smtpd.conf while it looks at it. */
#include <stdio.h>
#include <string.h>

#include "common/cli/doctor/smtpd_look.h"
#include "common/cli/doctor/smtpd_modes.h"

const char *
bs_smtpd_place_text(const struct bs_smtpd_look *look,
    const struct bs_smtpd_place *place, char out[static BS_PLACE_TEXT])
{
	snprintf(out, BS_PLACE_TEXT, "%s:%u",
	    bs_doctor_files_name(&look->files, place->file), place->line);
	return out;
}

const char *
bs_smtpd_listener_text(const struct bs_smtpd_listener *listener,
    char out[static BS_PLACE_TEXT])
{
	snprintf(out, BS_PLACE_TEXT, "listen on %s%s%s%s", listener->where,
	    listener->port[0] != '\0' ? " port " : "", listener->port,
	    listener->is_smtps ? " smtps" : "");
	return out;
}

void
bs_smtpd_fix_listener(const struct bs_smtpd_look *look, const char *listener,
    unsigned wanted, const char *mode)
{
	const struct bs_smtpd_filter *filter =
	    bs_smtpd_with_mode(&look->conf, wanted);
	const char *socket = look->doctor->config->socket;
	bool is_usual = strcmp(socket, BS_SOCKET_PATH) == 0;

	if (filter != NULL)
		bs_doctor_fix(look->doctor,
		    "in %s write: %s filter \"%s\"; then restart smtpd",
		    look->doctor->call->smtpd_conf, listener, filter->name);
	else
		bs_doctor_fix(look->doctor,
		    "in %s write: filter \"bs-%s\" proc-exec \"filter-backstop "
		    "%s%s%s-m %s\" user " BS_FILTER_USER
		    " group " BS_FILTER_USER
		    ", and: %s filter \"bs-%s\"; then restart "
		    "smtpd",
		    look->doctor->call->smtpd_conf, mode, is_usual ? "" : "-s ",
		    is_usual ? "" : socket, is_usual ? "" : " ", mode, listener,
		    mode);
}
