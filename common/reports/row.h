/* What a DMARC aggregate report says (RFC 7489 §7.2, RFC 9990): its head, and
 * its rows. Strings are NUL-terminated, cut where they are too long. */
#ifndef BS_REPORTS_ROW_H
#define BS_REPORTS_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/policy/spf_words.h"

#define BS_REPORT_TEXT 128

/* What became of the mails. */
enum bs_report_fate {
	BS_REPORT_DELIVERED,
	BS_REPORT_QUARANTINED,
	BS_REPORT_REJECTED,
};
#define BS_REPORT_FATES (BS_REPORT_REJECTED + 1)

/* Told before the rows, of one report. */
struct bs_report_head {
	char reporter[BS_REPORT_TEXT]; /* org_name, or its address */
	char id[BS_REPORT_TEXT];       /* report_id, or empty */
	char domain[BS_HOST_MAX];      /* whose policy it is, or empty */
	int64_t begin;		       /* epoch seconds; 0: it does not say */
	int64_t end;
};

/* Mails with one source and one result. Domains are in lower case, without a
 * last dot; empty where the report says nothing. */
struct bs_report_row {
	bool is_ip6;
	uint8_t address[16]; /* 4 octets of it for IPv4, the rest is 0 */
	uint32_t mails;
	bool spf_aligned; /* they passed DMARC by SPF; by DKIM */
	bool dkim_aligned;
	bool was_forwarded; /* as the receiver believes */
	enum bs_report_fate fate;
	bool has_spf;
	enum bs_spf_result spf;	  /* for spf_domain, aligned or not */
	char domain[BS_HOST_MAX]; /* whose policy it is, else header_from */
	char header_from[BS_HOST_MAX];
	char spf_domain[BS_HOST_MAX];  /* of the envelope, or HELO */
	char dkim_domain[BS_HOST_MAX]; /* of a signature: of one that passed,
					* if any did */
};

enum bs_report_kind {
	BS_REPORT_HEAD,
	BS_REPORT_ROW,
	BS_REPORT_FAULT, /* what could not be read, and why; others go on */
};

/* What a reader tells. */
struct bs_report_said {
	enum bs_report_kind kind;
	union {
		struct bs_report_head head;
		struct bs_report_row row;
		struct bs_fault fault;
	} is;
};

/* Told of each. Returns false where no more is wanted. */
typedef bool bs_report_tell(void *context, const struct bs_report_said *said);

#endif
