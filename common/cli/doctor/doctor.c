/* backstop doctor: looks at the installation, and says what to type. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/doctor/doctor.h"
#include "common/cli/doctor/config.h"
#include "common/cli/doctor/engine.h"
#include "common/cli/doctor/exim.h"
#include "common/cli/doctor/findings.h"
#include "common/cli/doctor/keys.h"
#include "common/cli/doctor/mx.h"
#include "common/cli/doctor/smtpd.h"
#include "common/cli/doctor/spf.h"
#include "common/cli/output.h"

static void
check_mail_server(struct bs_doctor *doctor)
{
	if (doctor->uses_smtpd || doctor->uses_exim)
		bs_doctor_good(doctor, BS_CHECK_MAIL_SERVER, "%s",
		    !doctor->uses_exim	  ? "OpenSMTPD uses Backstop"
		    : !doctor->uses_smtpd ? "Exim uses Backstop"
					  : "OpenSMTPD and Exim use Backstop");
	else if (doctor->is_blind)
		bs_doctor_unseen(doctor, BS_CHECK_MAIL_SERVER,
		    "no mail server was seen to use Backstop; run as root");
	else {
		bs_doctor_bad(doctor, BS_CHECK_MAIL_SERVER,
		    "no mail server uses Backstop: %s",
		    doctor->has_smtpd && doctor->has_exim
			? "neither smtpd's configuration nor Exim's names it"
		    : doctor->has_smtpd ? "smtpd's configuration does not "
					  "name it, and there is no Exim"
		    : doctor->has_exim	? "Exim's configuration does not name "
					  "it, and smtpd has none"
					: "there is neither smtpd's "
					  "configuration nor an Exim");
		bs_doctor_fix(doctor,
		    "type: man filter-backstop (OpenSMTPD), or man "
		    "backstop-exim (Exim), for the lines to add");
	}
}

static void
look_at_all(struct bs_doctor *doctor)
{
	bs_doctor_config(doctor);
	if (doctor->config == NULL)
		return;
	bs_doctor_config_mode(doctor);
	bs_doctor_users(doctor);
	bs_doctor_modes(doctor);
	bs_doctor_engine(doctor);
	bs_doctor_store(doctor);
	bs_doctor_keys(doctor);
	bs_doctor_clock(doctor);
	bs_doctor_domains(doctor);
	bs_doctor_smtpd(doctor);
	bs_doctor_exim(doctor);
	check_mail_server(doctor);
	bs_doctor_spf(doctor);
	bs_doctor_mx(doctor);
}

static int
exit_of(const struct bs_doctor *doctor)
{
	int status = BS_EXIT_YES;

	for (size_t i = 0; i < doctor->count; i++) {
		if (doctor->findings[i].severity >= BS_FOUND_WARNING)
			return BS_EXIT_NO;
		if (doctor->findings[i].severity == BS_FOUND_UNKNOWN)
			status = BS_EXIT_UNKNOWN;
	}
	return status;
}

int
bs_cmd_doctor(const struct bs_call *call)
{
	static struct bs_doctor doctor; /* its keyring is large */
	struct bs_spf_net address;
	int status;

	if (call->address != NULL &&
	    !bs_doctor_spf_address(call->address, &address)) {
		bs_complain("--address %.60s: is no address", call->address);
		return EX_USAGE;
	}
	memset(&doctor, 0, sizeof(doctor));
	doctor.call = call;
	doctor.findings = calloc(BS_FINDINGS_MAX, sizeof(*doctor.findings));
	if (doctor.findings == NULL) {
		bs_complain("out of memory");
		return EX_OSERR;
	}
	look_at_all(&doctor);
	if (call->json)
		bs_doctor_json(&doctor);
	else
		bs_doctor_print(&doctor);
	status = exit_of(&doctor);
	bs_keyring_wipe(&doctor.keyring);
	bs_config_free(doctor.config);
	free(doctor.findings);
	return status;
}
