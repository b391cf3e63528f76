/* What backstop doctor looks at, what it knows, and what it found. */
#ifndef BS_CLI_DOCTOR_FINDINGS_H
#define BS_CLI_DOCTOR_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/cli/cli.h"
#include "common/cli/store/look.h"

/* How bad a finding is. A check of the table that fails is one of the last
 * two, or a note. */
enum bs_severity {
	BS_FOUND_OK,
	BS_FOUND_NOTE,
	BS_FOUND_UNKNOWN, /* it could not be seen */
	BS_FOUND_WARNING,
	BS_FOUND_ERROR,
};

/* In the order of the table. */
enum bs_check {
	BS_CHECK_CONFIG,
	BS_CHECK_CONFIG_MODE,
	BS_CHECK_ENGINE_USER,
	BS_CHECK_KEYRING,
	BS_CHECK_KEYRING_MODE,
	BS_CHECK_STORE_KEY,
	BS_CHECK_STATE_MODE,
	BS_CHECK_ACTIVE_KEY,
	BS_CHECK_ENGINE_SOCKET,
	BS_CHECK_ENGINE,
	BS_CHECK_ENGINE_STATE,
	BS_CHECK_STORE,
	BS_CHECK_CLOCK_DOUBT,
	BS_CHECK_MAIL_SERVER,
	BS_CHECK_SMTPD_RUNS,
	BS_CHECK_SMTPD_SOCKET,
	BS_CHECK_SMTPD_IN,
	BS_CHECK_SMTPD_SENDERS,
	BS_CHECK_SMTPD_MODE,
	BS_CHECK_SMTPD_PROGRAM,
	BS_CHECK_SMTPD_STAND_IN,
	BS_CHECK_FILTER_USER,
	BS_CHECK_FILTER_SOCKET,
	BS_CHECK_EXIM_RUNS,
	BS_CHECK_EXIM_CONF,
	BS_CHECK_EXIM_PIECES,
	BS_CHECK_EXIM_MODULE,
	BS_CHECK_EXIM_SLOT,
	BS_CHECK_EXIM_SOCKET,
	BS_CHECK_NULL_SENDER,
	BS_CHECK_MX_TAGS,
	BS_CHECK_CONFIG_WARNINGS,
	BS_CHECK_DOMAINS,
	BS_CHECK_SIGN_OFF,
	BS_CHECK_KEY_AGE,
	BS_CHECK_ENGINE_STORE,
	BS_CHECK_ENGINE_VERSION,
	BS_CHECK_ENGINE_STALE,
	BS_CHECK_SMTPD_STALE,
	BS_CHECK_SMTPD_CONF,
	BS_CHECK_SMTPD_OUT,
	BS_CHECK_SMTPD_USER,
	BS_CHECK_SMTPD_CHAIN,
	BS_CHECK_SMTPD_MAIL_FROM,
	BS_CHECK_SMTPD_OWN_NAME,
	BS_CHECK_SMTPD_DOMAINS,
	BS_CHECK_SMTPD_DSN,
	BS_CHECK_EXIM_STALE,
	BS_CHECK_EXIM_OUT,
	BS_CHECK_EXIM_DOMAINS,
	BS_CHECK_EXIM_TRUSTED,
	BS_CHECK_EXIM_DSN,
	BS_CHECK_LIFETIME,
	BS_CHECK_DNS,
	BS_CHECK_SPF_RECORD,
	BS_CHECK_SPF_LOCAL_PART,
	BS_CHECK_SPF_ADDRESSES,
	BS_CHECK_NAMELESS,
	BS_CHECK_OBSERVE,
	BS_CHECK_OUTBOUND,
	BS_CHECK_KEY_PURGE,
	BS_CHECK_KEY_LENT,
	BS_CHECK_SOMEONE_ELSE_SIGNS,
	BS_CHECK_CLIENTS,
	BS_CHECK_STORE_GAPS,
	BS_CHECK_CLOCK_SYNC,
	BS_CHECK_SPF_HINTS,
};
#define BS_CHECKS (BS_CHECK_SPF_HINTS + 1)

#define BS_FINDING_TEXT 400

/* As many as somebody reads; a strange configuration could have more. */
#define BS_FINDINGS_MAX 400

struct bs_doctor_finding {
	enum bs_check check;
	enum bs_severity severity;
	char text[BS_FINDING_TEXT];
	char fix[BS_FINDING_TEXT]; /* what to type or write; or empty */
	size_t order;		   /* in which it was found */
};

/* What doctor knows while it looks at one thing after the other. */
struct bs_doctor {
	const struct bs_call *call;
	struct bs_config *config; /* NULL: there is none that can be read */
	bool has_keyring;
	struct bs_keyring keyring;
	unsigned lifetime_days; /* to judge by */
	bool has_look;		/* of the store */
	struct bs_look look;
	bool uses_smtpd; /* its configuration names our filter */
	bool uses_exim;	 /* a piece of ours is in its configuration */
	bool has_smtpd;	 /* there is a configuration at all */
	bool has_exim;
	bool sends;    /* one finds other hosts by DNS, and sends to them */
	bool is_blind; /* ... and one of them could not be read */
	size_t count;
	struct bs_doctor_finding *findings; /* BS_FINDINGS_MAX */
};

/* Add a finding: that a check failed, that all is fine, or that it could not
 * be seen. Octets that a terminal should not get are made visible. */
void bs_doctor_bad(struct bs_doctor *doctor, enum bs_check check,
    const char *format, ...) BS_PRINTF(3, 4);
void bs_doctor_good(struct bs_doctor *doctor, enum bs_check check,
    const char *format, ...) BS_PRINTF(3, 4);
void bs_doctor_unseen(struct bs_doctor *doctor, enum bs_check check,
    const char *format, ...) BS_PRINTF(3, 4);

/* Sets what to do about the finding that was added last. */
void bs_doctor_fix(struct bs_doctor *doctor, const char *format, ...)
    BS_PRINTF(2, 3);

/* Whether a check has a finding that is not fine. */
bool bs_doctor_has(const struct bs_doctor *doctor, enum bs_check check);

/* Whether a user may ask the engine, by "clients". */
bool bs_doctor_may_ask(const struct bs_doctor *doctor, const char *user);

/* Show what was found, the worst first. */
void bs_doctor_print(struct bs_doctor *doctor);
void bs_doctor_json(struct bs_doctor *doctor);

#endif
