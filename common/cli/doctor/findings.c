/* backstop doctor: what was found. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/cli/doctor/doctor.h"
#include "common/cli/output.h"

static void BS_PRINTF(4, 0) add(struct bs_doctor *doctor, enum bs_check check,
    enum bs_severity severity, const char *format, va_list args)
{
	char text[BS_FINDING_TEXT];
	struct bs_finding *finding;

	if (doctor->count == BS_FINDINGS_MAX)
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

	if (doctor->count == 0 || doctor->count == BS_FINDINGS_MAX)
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
