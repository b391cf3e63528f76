/* The closed table of what 'backstop doctor' looks at. */
#include "common/cli/doctor/doctor.h"

static const struct check {
	const char *name;
	enum bs_severity severity;
} checks[] = {
    {"config", BS_FOUND_ERROR},
    {"engine-user", BS_FOUND_ERROR},
    {"keyring", BS_FOUND_ERROR},
    {"keyring-mode", BS_FOUND_ERROR},
    {"state-mode", BS_FOUND_ERROR},
    {"active-key", BS_FOUND_ERROR},
    {"engine-socket", BS_FOUND_ERROR},
    {"engine", BS_FOUND_ERROR},
    {"store", BS_FOUND_ERROR},
    {"clock-doubt", BS_FOUND_ERROR},
    {"mail-server", BS_FOUND_ERROR},
    {"smtpd-socket", BS_FOUND_ERROR},
    {"smtpd-in", BS_FOUND_ERROR},
    {"smtpd-senders", BS_FOUND_ERROR},
    {"smtpd-mode", BS_FOUND_ERROR},
    {"smtpd-program", BS_FOUND_ERROR},
    {"filter-user", BS_FOUND_ERROR},
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
    {"smtpd-conf", BS_FOUND_WARNING},
    {"smtpd-out", BS_FOUND_WARNING},
    {"smtpd-user", BS_FOUND_WARNING},
    {"smtpd-chain", BS_FOUND_WARNING},
    {"exim-conf", BS_FOUND_WARNING},
    {"exim-made", BS_FOUND_WARNING},
    {"exim-trusted", BS_FOUND_WARNING},
    {"lifetime", BS_FOUND_WARNING},
    {"dns", BS_FOUND_WARNING},
    {"spf-record", BS_FOUND_WARNING},
    {"spf-local-part", BS_FOUND_WARNING},
    {"observe", BS_FOUND_NOTE},
    {"outbound", BS_FOUND_NOTE},
    {"key-purge", BS_FOUND_NOTE},
    {"clients", BS_FOUND_NOTE},
    {"store-gaps", BS_FOUND_NOTE},
    {"clock-sync", BS_FOUND_NOTE},
    {"spf-hints", BS_FOUND_NOTE},
};

_Static_assert(sizeof(checks) / sizeof(checks[0]) == BS_CHECKS,
    "each check has a row");

const char *
bs_check_name(enum bs_check check)
{
	return checks[check].name;
}

enum bs_severity
bs_check_severity(enum bs_check check)
{
	return checks[check].severity;
}

const char *
bs_severity_name(enum bs_severity severity)
{
	static const char *const names[] = {"ok", "note", "unknown", "warning",
	    "error"};

	return names[severity];
}
