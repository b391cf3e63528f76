/* Who was counted most often in the days of a report. */
#include <stdio.h>
#include <string.h>

#include "common/cli/report/tops.h"
#include "common/cli/store/history.h"

/* Octets of a hash that are shown. */
#define SHORT_HASH 4

/* A user's hash. */
static void
take_user(const struct bs_top_entry *entry, struct bs_report_entry *out)
{
	if (entry->len != sizeof(out->user))
		return;
	memcpy(out->user, entry->text, sizeof(out->user));
	for (size_t i = 0; i < SHORT_HASH; i++)
		snprintf(out->hash + 2 * i, 3, "%02x", (unsigned)out->user[i]);
}

/* Returns 0 or -errno. */
static int
take_top(const struct bs_config *config, struct bs_report *report,
    enum bs_top_kind kind, struct bs_report_top *out)
{
	struct bs_top_entry entries[BS_REPORT_TOP];
	int64_t total;
	int rc = bs_history_top(config, kind, report->days[0].day,
	    report->days[report->day_count - 1].day, entries, BS_REPORT_TOP,
	    &out->count, &total);

	if (rc != 0)
		return rc;
	out->total = (uint64_t)total;
	for (size_t i = 0; i < out->count; i++) {
		struct bs_report_entry *row = &out->rows[i];

		row->count = (uint64_t)entries[i].count;
		row->error = (uint64_t)entries[i].error;
		if (kind == BS_TOP_USER)
			take_user(&entries[i], row);
		else
			snprintf(row->name, sizeof(row->name), "%.*s",
			    (int)entries[i].len, entries[i].text);
	}
	return 0;
}

int
bs_report_add_tops(const struct bs_config *config, struct bs_report *report)
{
	int rc = take_top(config, report, BS_TOP_NETWORK, &report->networks);

	if (rc == 0)
		rc = take_top(config, report, BS_TOP_USER, &report->users);
	if (rc == 0)
		rc = take_top(config, report, BS_TOP_MTA, &report->reporters);
	if (rc == 0)
		rc = take_top(config, report, BS_TOP_SPF, &report->spf_domains);
	return rc;
}
