/* The values of a report, as senders write them. */
#ifndef BS_REPORTS_VALUE_H
#define BS_REPORTS_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/reports/row.h"

/* A number; what is behind its digits does not count. Returns false without
 * one, or over 2^53. */
bool bs_report_number(const char *text, int64_t *out);

/* A number of mails: digits alone, under 2^32. */
bool bs_report_count(const char *text, uint32_t *out);

/* An address of either family into a row; an IPv6 one that maps an IPv4 one is
 * that. Returns false for anything else. */
bool bs_report_address(const char *text, struct bs_report_row *out);

/* A result of SPF, in any case, with the words of old drafts. Returns false
 * for what is none. */
bool bs_report_spf(const char *text, enum bs_spf_result *out);

/* "pass", in any case. */
bool bs_report_passes(const char *text);

/* What became of the mails; unknown words are taken for delivered. */
enum bs_report_fate bs_report_fate(const char *text);

/* Whether a reason says that the mail came by way of somebody else. */
bool bs_report_forwarded(const char *text);

/* A domain in lower case, of an address what stands behind its '@', without
 * the last dot. What is too long for one is empty. */
void bs_report_domain(const char *text, char out[static BS_HOST_MAX]);

/* RFC 7489 §3.1, relaxed, as far as that can be said without a list of public
 * suffixes: one is the other, or below it. */
bool bs_report_aligns(const char *domain, const char *header_from);

#endif
