/* backstop report: what happened to the mail of our domains in a time. */
#ifndef BS_CLI_REPORT_REPORT_H
#define BS_CLI_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/cli/cli.h"
#include "common/keys/keyring.h"
#include "common/policy/bounce.h"
#include "common/policy/reason.h"
#include "common/policy/spf_words.h"
#include "common/policy/tally.h"
#include "common/store/meta.h"
#include "common/store/record.h"

/* How much there is at most. Days and hours are those of UTC. */
#define BS_REPORT_DAYS 62	  /* the store keeps days for 60 */
#define BS_REPORT_HOURS (32 * 24) /* ... and hours for 31 days */
#define BS_REPORT_ATTACKS 8	  /* the largest ones */
#define BS_REPORT_HOUR_SECONDS 3600
#define BS_REPORT_TOP 20	      /* rows of a top table */
#define BS_REPORT_NAME BS_ADDRESS_MAX /* octets of a name with its NUL */
#define BS_REPORT_DEFAULT_DAYS 31     /* without --since: today is one */
#define BS_REPORT_REASON_COUNT 32     /* of reasons in a table */

/* How many mails left, and what became of bounces. What else a verdict may be:
 * genuine, forged, suspect, unknown; each bounce is in one of them. */
struct bs_report_count {
	uint64_t left_signed;
	uint64_t left_unsigned; /* that were to be signed */
	uint64_t genuine;	/* by a tag, or by a Message-ID alone ... */
	uint64_t genuine_by_id; /* ... and these of them */
	uint64_t lost_tag;	/* of those, mail that left with a tag */
	uint64_t forged;
	uint64_t suspect;
	uint64_t unknown;
	uint64_t rejected;
	uint64_t junked;
	uint64_t deferred;
	uint64_t would_reject; /* by enforce; the mode did not */
	uint64_t would_junk;
	uint64_t refused_later_known; /* of those rejected, what turned out to
				       * return a message of ours */
	uint64_t nameless; /* mails that left from an address without a
			    * domain */
};

/* Of the host, whatever the domain. */
struct bs_report_spf {
	uint64_t results[BS_SPF_RESULTS]; /* by enum bs_spf_result */
	uint64_t rejected;
	uint64_t junked;
	uint64_t deferred;
	uint64_t would_reject;
	uint64_t would_junk;
	uint64_t would_defer;
	uint64_t no_dsn; /* taken, but its sender is told of nothing */
};

/* Of all domains of the report. A day whose numbers nobody kept, as the store
 * is younger, has is_known false. */
struct bs_report_day {
	uint32_t day; /* since 1970 */
	bool is_known;
	struct bs_report_count count;
	struct bs_report_spf spf;
};

/* The bounces of an hour, of all domains of the report. */
struct bs_report_hour {
	uint64_t genuine;
	uint64_t forged;
	uint64_t suspect;
	uint64_t unknown;
	uint64_t refused; /* rejected or deferred */
};

/* Hours in which far more bounces came that nothing proved genuine than is
 * usual here: backscatter of a forgery in our name. */
struct bs_report_attack {
	int64_t start;	   /* epoch seconds: of its first hour ... */
	int64_t end;	   /* ... and behind its last one, or now */
	bool goes_on;	   /* its last hour is this one or the one before */
	uint64_t bounces;  /* that nothing proved genuine */
	uint64_t forged;   /* of those */
	uint64_t refused;  /* rejected or deferred */
	uint64_t peak;	   /* bounces of its worst hour ... */
	int64_t peak_hour; /* ... which began then */
};

/* Why mail left without a tag. */
struct bs_report_reason {
	enum bs_reason reason;
	uint64_t count;
};

/* Whether all mail of a day is known: then a bounce that returns none of it is
 * forged. It must be so for all days from which a message may bounce. */
struct bs_report_coverage {
	bool is_full;
	enum bs_reason reason; /* why it is not, or _NONE */
};

struct bs_report_domain {
	char name[BS_REPORT_NAME];
	enum bs_mode mode;
	bool sign;
	struct bs_report_count count;
	size_t reason_count;
	struct bs_report_reason reasons[BS_REPORT_REASON_COUNT];
	/* By day, as bs_report.days; and of the whole window up to now. */
	struct bs_report_coverage days[BS_REPORT_DAYS];
	struct bs_report_coverage window;
	int64_t full_at; /* when waiting makes it full; 0: never, or it is */
};

/* A row of a top table, the most frequent first. Of a name that came late the
 * count may be too high, by error at most. */
struct bs_report_entry {
	char name[BS_REPORT_NAME];    /* of any octets a stranger chose; a user
				       * that --users does not name: "" */
	char hash[9];		      /* of a user: hexadecimal, else "" */
	uint8_t user[BS_RECORD_HASH]; /* all of that hash */
	uint64_t count;
	uint64_t error;
};

struct bs_report_top {
	bool is_kept;	 /* "report = hosts": else nothing is counted */
	uint64_t total;	 /* of all that was counted, those below among it */
	bool is_crowded; /* there were more names than could be counted each,
			  * and rows that say nothing are left out */
	size_t count;
	struct bs_report_entry rows[BS_REPORT_TOP];
};

/* A key without its secret. Times are epoch seconds, 0 for never. */
struct bs_report_key {
	unsigned number;
	enum bs_key_state state;
	enum bs_key_origin origin;
	int64_t created;
	int64_t activated;
	int64_t retired;
	int64_t lent;
	int64_t returned;
	int64_t purge; /* from when on it can be purged; 0: not yet known */
};

/* All that text, JSON and HTML show. Plain data without pointers, in one block
 * of memory. */
struct bs_report {
	int64_t from;	   /* epoch seconds: begins a day or an hour */
	int64_t to;	   /* now */
	int64_t kept_from; /* the store's numbers begin then; after from where
			    * more was asked for, or the store is young */
	bool is_of_one;	   /* --domain */
	char host[BS_REPORT_NAME];    /* the name of this one */
	struct bs_report_count count; /* of all days */
	struct bs_report_spf spf;
	bool checks_spf;   /* [spf] check */
	enum bs_keep keep; /* "report" of the configuration: without _HOSTS no
			    * top table is counted, with _OFF no hours and no
			    * reasons, either */
	bool has_hours;	   /* else there are none, and no attacks: with _OFF, or
			    * as this domain is beyond those whose hours are kept
			    */

	size_t day_count; /* from's first, today last */
	struct bs_report_day days[BS_REPORT_DAYS];
	int64_t first_hour; /* epoch seconds */
	size_t hour_count;
	struct bs_report_hour hours[BS_REPORT_HOURS];

	size_t attack_count; /* by their start */
	size_t worst;	     /* the one with most bounces */
	struct bs_report_attack attacks[BS_REPORT_ATTACKS];
	uint64_t usual; /* bounces that nothing proved genuine, in the worst
			 * hour of a usual day */

	struct bs_report_top networks;	  /* that bounced at us: /24 and /48 */
	struct bs_report_top users;	  /* whose names were used */
	struct bs_report_top reporters;	  /* domains of reporting MTAs */
	struct bs_report_top spf_domains; /* that failed */

	size_t reason_count; /* why mail left unsigned, of all domains */
	struct bs_report_reason reasons[BS_REPORT_REASON_COUNT];

	int64_t epoch;	  /* recording began; 0: not yet */
	size_t gap_count; /* that touch the time of the report */
	struct bs_gap gaps[BS_GAPS_MAX];

	size_t key_count;
	struct bs_report_key keys[BS_KEY_NUMBERS];

	size_t domain_count; /* by name */
	struct bs_report_domain domains[];
};

/* backstop report. Returns the exit status: 0, or trouble. */
int bs_cmd_report(const struct bs_call *call);

#endif
