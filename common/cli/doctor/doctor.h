/* Between the parts of backstop doctor: the table of checks, what was found. */
#ifndef BS_CLI_DOCTOR_DOCTOR_H
#define BS_CLI_DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/cli/cli.h"

/* Of a finding; the last two are what a check of the table can come to. */
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
	BS_CHECK_ENGINE_USER,
	BS_CHECK_KEYRING,
	BS_CHECK_KEYRING_MODE,
	BS_CHECK_STATE_MODE,
	BS_CHECK_ACTIVE_KEY,
	BS_CHECK_ENGINE_SOCKET,
	BS_CHECK_ENGINE,
	BS_CHECK_STORE,
	BS_CHECK_CLOCK_DOUBT,
	BS_CHECK_MAIL_SERVER,
	BS_CHECK_SMTPD_SOCKET,
	BS_CHECK_SMTPD_IN,
	BS_CHECK_SMTPD_SENDERS,
	BS_CHECK_SMTPD_MODE,
	BS_CHECK_SMTPD_PROGRAM,
	BS_CHECK_FILTER_USER,
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
	BS_CHECK_SMTPD_CONF,
	BS_CHECK_SMTPD_OUT,
	BS_CHECK_SMTPD_USER,
	BS_CHECK_SMTPD_CHAIN,
	BS_CHECK_EXIM_CONF,
	BS_CHECK_EXIM_MADE,
	BS_CHECK_EXIM_TRUSTED,
	BS_CHECK_LIFETIME,
	BS_CHECK_DNS,
	BS_CHECK_SPF_RECORD,
	BS_CHECK_SPF_LOCAL_PART,
	BS_CHECK_OBSERVE,
	BS_CHECK_OUTBOUND,
	BS_CHECK_KEY_PURGE,
	BS_CHECK_CLIENTS,
	BS_CHECK_STORE_GAPS,
	BS_CHECK_CLOCK_SYNC,
	BS_CHECK_SPF_HINTS,
};
#define BS_CHECKS (BS_CHECK_SPF_HINTS + 1)

/* The stable word of a check, and how bad it is where it fails. */
const char *bs_check_name(enum bs_check check);
enum bs_severity bs_check_severity(enum bs_check check);
const char *bs_severity_name(enum bs_severity severity);

#define BS_FINDING_TEXT 400

/* Those that somebody reads; a strange configuration could have more. */
#define BS_FINDINGS_MAX 400

struct bs_finding {
	enum bs_check check;
	enum bs_severity severity;
	char text[BS_FINDING_TEXT];
	char fix[BS_FINDING_TEXT]; /* what to type or write; or empty */
	size_t order;		   /* in which it was found */
};

/* What is known while it looks. */
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
	bool is_blind; /* ... and one of them could not be read */
	size_t count;
	struct bs_finding *findings; /* BS_FINDINGS_MAX */
};

/* Add a finding: that a check failed, that it is fine, or that nobody could
 * see. What came from elsewhere in the text is made visible. */
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

/* Looks at a part. All but the first need doctor->config. */
void bs_doctor_config(struct bs_doctor *doctor);
void bs_doctor_users(struct bs_doctor *doctor);
void bs_doctor_modes(struct bs_doctor *doctor);
void bs_doctor_keys(struct bs_doctor *doctor);
void bs_doctor_engine(struct bs_doctor *doctor);
void bs_doctor_store(struct bs_doctor *doctor);
void bs_doctor_clock(struct bs_doctor *doctor);
void bs_doctor_domains(struct bs_doctor *doctor);
void bs_doctor_smtpd(struct bs_doctor *doctor);
void bs_doctor_exim(struct bs_doctor *doctor);
void bs_doctor_lifetime(struct bs_doctor *doctor, const char *server,
    unsigned queue_seconds);
void bs_doctor_spf(struct bs_doctor *doctor);
void bs_doctor_mx(struct bs_doctor *doctor);

/* Show what was found, the worst first. */
void bs_doctor_print(struct bs_doctor *doctor);
void bs_doctor_json(struct bs_doctor *doctor);

/* A small file of somebody else's, read whole. It must be a file, and a
 * symbolic link to it root's or our own. The text is malloc()ed. Returns 0,
 * -EFBIG, -ELOOP, -EISDIR for what is no file, or -errno. */
BS_MUST_USE int bs_doctor_read(const char *path, char **text, size_t *len);

/* The files of a configuration that includes others; who begins with one sets
 * the limits, and the rest to zero. */
#define BS_DOCTOR_FILES 256
struct bs_doctor_files {
	size_t count_max; /* BS_DOCTOR_FILES at most */
	unsigned depth_max;
	size_t count;
	unsigned depth;
	char *names[BS_DOCTOR_FILES]; /* malloc()ed */
};

/* Reads one as bs_doctor_read() does, whose name is kept under files->count;
 * what is opened before it is closed is included by it. Returns as that does,
 * -ELOOP beyond a limit; after 0, close it, which frees the text. */
BS_MUST_USE int bs_doctor_files_open(struct bs_doctor_files *files,
    const char *path, char **text, size_t *len);
void bs_doctor_files_close(struct bs_doctor_files *files, char *text);

/* The name of one, or "?"; and frees all names. */
const char *bs_doctor_files_name(const struct bs_doctor_files *files,
    size_t file);
void bs_doctor_files_free(struct bs_doctor_files *files);

#endif
