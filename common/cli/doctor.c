/* backstop doctor: looks at the installation, and says what to type. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/cli/doctor.h"
#include "common/cli/output.h"

/* Findings that somebody reads; a strange configuration could have more. */
#define FINDINGS_MAX 400

static void BS_PRINTF(4, 0) add(struct bs_doctor *doctor, enum bs_check check,
    enum bs_severity severity, const char *format, va_list args)
{
	char text[BS_FINDING_TEXT];
	struct bs_finding *finding;

	if (doctor->count == FINDINGS_MAX)
		return;
	finding = &doctor->findings[doctor->count];
	memset(finding, 0, sizeof(*finding));
	finding->order = doctor->count++;
	finding->check = check;
	finding->severity = severity;
	vsnprintf(text, sizeof(text), format, args);
	bs_visible(text, finding->text, sizeof(finding->text));
}

void
bs_doctor_bad(struct bs_doctor *doctor, enum bs_check check, const char *format,
    ...)
{
	va_list args;

	va_start(args, format);
	add(doctor, check, bs_check_severity(check), format, args);
	va_end(args);
}

void
bs_doctor_good(struct bs_doctor *doctor, enum bs_check check,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(doctor, check, BS_FOUND_OK, format, args);
	va_end(args);
}

void
bs_doctor_unseen(struct bs_doctor *doctor, enum bs_check check,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(doctor, check, BS_FOUND_UNKNOWN, format, args);
	va_end(args);
}

void
bs_doctor_fix(struct bs_doctor *doctor, const char *format, ...)
{
	char text[BS_FINDING_TEXT];
	struct bs_finding *finding;
	va_list args;

	if (doctor->count == 0 || doctor->count == FINDINGS_MAX)
		return;
	finding = &doctor->findings[doctor->count - 1];
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	bs_visible(text, finding->fix, sizeof(finding->fix));
}

bool
bs_doctor_has(const struct bs_doctor *doctor, enum bs_check check)
{
	for (size_t i = 0; i < doctor->count; i++)
		if (doctor->findings[i].check == check &&
		    doctor->findings[i].severity != BS_FOUND_OK)
			return true;
	return false;
}

bool
bs_doctor_may_ask(const struct bs_doctor *doctor, const char *user)
{
	const struct bs_words *clients = &doctor->config->clients;

	if (strcmp(user, "root") == 0 ||
	    strcmp(user, doctor->config->user) == 0)
		return true;
	for (size_t i = 0; i < clients->count; i++)
		if (strcmp(clients->words[i], user) == 0)
			return true;
	return false;
}

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
		    "no mail server uses Backstop: neither %s nor %s "
		    "%s of it",
		    doctor->call->smtpd_conf, doctor->call->exim_conf,
		    doctor->has_smtpd || doctor->has_exim ? "tells"
							  : "is there to tell");
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
	int status;

	memset(&doctor, 0, sizeof(doctor));
	doctor.call = call;
	doctor.findings = calloc(FINDINGS_MAX, sizeof(*doctor.findings));
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
