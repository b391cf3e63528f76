/* backstop doctor: the closed table of its checks, and what was found. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/doctor/findings.h"
#include "common/cli/output.h"

/* In the order of enum bs_check. */
static const struct check {
	const char *name;
	enum bs_severity severity;
} checks[] = {
    {"config", BS_FOUND_ERROR},
    {"config-mode", BS_FOUND_ERROR},
    {"engine-user", BS_FOUND_ERROR},
    {"keyring", BS_FOUND_ERROR},
    {"keyring-mode", BS_FOUND_ERROR},
    {"store-key", BS_FOUND_ERROR},
    {"state-mode", BS_FOUND_ERROR},
    {"active-key", BS_FOUND_ERROR},
    {"engine-socket", BS_FOUND_ERROR},
    {"engine", BS_FOUND_ERROR},
    {"engine-state", BS_FOUND_ERROR},
    {"store", BS_FOUND_ERROR},
    {"clock-doubt", BS_FOUND_ERROR},
    {"mail-server", BS_FOUND_ERROR},
    {"smtpd-runs", BS_FOUND_ERROR},
    {"smtpd-socket", BS_FOUND_ERROR},
    {"smtpd-in", BS_FOUND_ERROR},
    {"smtpd-senders", BS_FOUND_ERROR},
    {"smtpd-mode", BS_FOUND_ERROR},
    {"smtpd-program", BS_FOUND_ERROR},
    {"smtpd-stand-in", BS_FOUND_ERROR},
    {"filter-user", BS_FOUND_ERROR},
    {"filter-socket", BS_FOUND_ERROR},
    {"exim-runs", BS_FOUND_ERROR},
    {"exim-conf", BS_FOUND_ERROR},
    {"exim-pieces", BS_FOUND_ERROR},
    {"exim-module", BS_FOUND_ERROR},
    {"exim-slot", BS_FOUND_ERROR},
    {"exim-socket", BS_FOUND_ERROR},
    {"null-sender", BS_FOUND_ERROR},
    {"mx-tags", BS_FOUND_ERROR},
    {"config-warnings", BS_FOUND_WARNING},
    {"domains", BS_FOUND_WARNING},
    {"sign-off", BS_FOUND_WARNING},
    {"key-age", BS_FOUND_WARNING},
    {"engine-store", BS_FOUND_WARNING},
    {"engine-version", BS_FOUND_WARNING},
    {"engine-stale", BS_FOUND_WARNING},
    {"smtpd-stale", BS_FOUND_WARNING},
    {"smtpd-conf", BS_FOUND_WARNING},
    {"smtpd-out", BS_FOUND_WARNING},
    {"smtpd-user", BS_FOUND_WARNING},
    {"smtpd-chain", BS_FOUND_WARNING},
    {"smtpd-mail-from", BS_FOUND_WARNING},
    {"smtpd-own-name", BS_FOUND_WARNING},
    {"smtpd-domains", BS_FOUND_WARNING},
    {"smtpd-dsn", BS_FOUND_WARNING},
    {"exim-stale", BS_FOUND_WARNING},
    {"exim-out", BS_FOUND_WARNING},
    {"exim-domains", BS_FOUND_WARNING},
    {"exim-trusted", BS_FOUND_WARNING},
    {"exim-dsn", BS_FOUND_WARNING},
    {"lifetime", BS_FOUND_WARNING},
    {"dns", BS_FOUND_WARNING},
    {"spf-record", BS_FOUND_WARNING},
    {"spf-local-part", BS_FOUND_WARNING},
    {"spf-addresses", BS_FOUND_WARNING},
    {"nameless", BS_FOUND_WARNING},
    {"observe", BS_FOUND_NOTE},
    {"outbound", BS_FOUND_NOTE},
    {"key-purge", BS_FOUND_NOTE},
    {"key-lent", BS_FOUND_NOTE},
    {"someone-else-signs", BS_FOUND_NOTE},
    {"clients", BS_FOUND_NOTE},
    {"store-gaps", BS_FOUND_NOTE},
    {"clock-sync", BS_FOUND_NOTE},
    {"spf-hints", BS_FOUND_NOTE},
};

_Static_assert(sizeof(checks) / sizeof(checks[0]) == BS_CHECKS,
    "each check has a row");

static void BS_PRINTF(4, 0) add(struct bs_doctor *doctor, enum bs_check check,
    enum bs_severity severity, const char *format, va_list args)
{
	char text[BS_FINDING_TEXT];
	struct bs_doctor_finding *finding;

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
	add(doctor, check, checks[check].severity, format, args);
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
	struct bs_doctor_finding *finding;
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

static const char *
severity_name(enum bs_severity severity)
{
	static const char *const names[] = {"ok", "note", "unknown", "warning",
	    "error"};

	return names[severity];
}

/* The worst first; then by the table, then as they were found. */
static int
compare(const void *a, const void *b)
{
	const struct bs_doctor_finding *one = a;
	const struct bs_doctor_finding *other = b;

	if (one->severity != other->severity)
		return one->severity > other->severity ? -1 : 1;
	if (one->check != other->check)
		return one->check < other->check ? -1 : 1;
	return one->order < other->order ? -1 : 1;
}

static void
sort(struct bs_doctor *doctor)
{
	qsort(doctor->findings, doctor->count, sizeof(*doctor->findings),
	    compare);
}

static unsigned
count(const struct bs_doctor *doctor, enum bs_severity severity)
{
	unsigned found = 0;

	for (size_t i = 0; i < doctor->count; i++)
		found += doctor->findings[i].severity == severity;
	return found;
}

static void
print_count(const struct bs_doctor *doctor, enum bs_severity severity,
    const char *one, const char *many, const char *after)
{
	unsigned found = count(doctor, severity);

	bs_print(stdout, "%u %s%s", found, found == 1 ? one : many, after);
}

void
bs_doctor_print(struct bs_doctor *doctor)
{
	sort(doctor);
	for (size_t i = 0; i < doctor->count; i++) {
		const struct bs_doctor_finding *finding = &doctor->findings[i];

		bs_print(stdout, "%-8s %-16s %s\n",
		    severity_name(finding->severity),
		    checks[finding->check].name, finding->text);
		if (finding->fix[0] != '\0')
			bs_print(stdout, "%9s%s\n", "", finding->fix);
	}
	print_count(doctor, BS_FOUND_ERROR, "error", "errors", ", ");
	print_count(doctor, BS_FOUND_WARNING, "warning", "warnings", ", ");
	print_count(doctor, BS_FOUND_UNKNOWN, "unknown", "unknown", ", ");
	print_count(doctor, BS_FOUND_NOTE, "note", "notes", ", ");
	print_count(doctor, BS_FOUND_OK, "ok", "ok", "\n");
}

void
bs_doctor_json(struct bs_doctor *doctor)
{
	struct bs_json *json = bs_json_object();
	struct bs_json *array = bs_json_array();

	sort(doctor);
	bs_json_number(json, "errors", count(doctor, BS_FOUND_ERROR));
	bs_json_number(json, "warnings", count(doctor, BS_FOUND_WARNING));
	bs_json_number(json, "unknown", count(doctor, BS_FOUND_UNKNOWN));
	bs_json_number(json, "notes", count(doctor, BS_FOUND_NOTE));
	bs_json_number(json, "ok", count(doctor, BS_FOUND_OK));
	for (size_t i = 0; i < doctor->count; i++) {
		const struct bs_doctor_finding *finding = &doctor->findings[i];
		struct bs_json *one = bs_json_object();

		bs_json_text(one, "severity", severity_name(finding->severity));
		bs_json_text(one, "check", checks[finding->check].name);
		bs_json_text(one, "text", finding->text);
		bs_json_text(one, "fix",
		    finding->fix[0] != '\0' ? finding->fix : NULL);
		bs_json_append(array, one);
	}
	bs_json_put(json, "findings", array);
	bs_json_print(json);
}
