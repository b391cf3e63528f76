/* What the process that reads reports says is looked at as if an attacker had
 * written it: by now one may have. */
#include <errno.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/reports/tidy.h"

/* The year 9999. */
#define TIME_MAX INT64_C(253402300799)

/* Cuts a text at its first octet that is in no domain. */
static void
tidy_domain(char text[static BS_HOST_MAX])
{
	size_t len = 0;

	while (len < BS_HOST_MAX - 1 && text[len] != '\0' && text[len] != ' ' &&
	       (unsigned char)text[len] > ' ' && text[len] != 0x7f)
		len++;
	memset(text + len, 0, BS_HOST_MAX - len);
}

/* A flag that a reader sent may have any octet in it. */
static bool
is_flag(const bool *flag)
{
	uint8_t octet;

	memcpy(&octet, flag, sizeof(octet));
	return octet <= 1;
}

static int
tidy_row(struct bs_report_row *row)
{
	const bool *const flags[] = {&row->is_ip6, &row->spf_aligned,
	    &row->dkim_aligned, &row->was_forwarded, &row->has_spf};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (!is_flag(flags[i]))
			return -EINVAL;
	if (row->fate > BS_REPORT_REJECTED || row->spf > BS_SPF_PERMERROR)
		return -EINVAL;
	if (!row->is_ip6)
		memset(row->address + 4, 0, 12);
	tidy_domain(row->domain);
	tidy_domain(row->header_from);
	tidy_domain(row->spf_domain);
	tidy_domain(row->dkim_domain);
	return 0;
}

static int
tidy_head(struct bs_report_head *head)
{
	head->reporter[sizeof(head->reporter) - 1] = '\0';
	head->id[sizeof(head->id) - 1] = '\0';
	tidy_domain(head->domain);
	if (head->begin < 0 || head->begin > TIME_MAX)
		head->begin = 0;
	if (head->end < 0 || head->end > TIME_MAX)
		head->end = 0;
	return 0;
}

int
bs_report_tidy(struct bs_report_said *said)
{
	switch (said->kind) {
	case BS_REPORT_HEAD:
		return tidy_head(&said->is.head);
	case BS_REPORT_ROW:
		return tidy_row(&said->is.row);
	case BS_REPORT_FAULT:
		said->is.fault.text[sizeof(said->is.fault.text) - 1] = '\0';
		return 0;
	}
	return -EINVAL;
}
