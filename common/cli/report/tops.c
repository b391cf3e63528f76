/* Who was counted most often in the days of a report. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

/* Of more names than can be counted each, those that came late took over the
 * counts of others: where that is half of a count or more, the name may have
 * come once. Who read it might block somebody innocent. */
static bool
is_noise(const struct bs_top_entry *entry)
{
	return entry->error >= entry->count - entry->error;
}

static void
take_row(enum bs_top_kind kind, const struct bs_top_entry *entry,
    struct bs_report_entry *out)
{
	out->count = (uint64_t)entry->count;
	out->error = (uint64_t)entry->error;
	if (kind == BS_TOP_USER)
		take_user(entry, out);
	else
		snprintf(out->name, sizeof(out->name), "%.*s", (int)entry->len,
		    entry->text);
}

/* Reads all entries, as those that are no noise may stand behind. Returns 0 or
 * -errno. */
static int
take_top(const struct bs_config *config, struct bs_report *report,
    enum bs_top_kind kind, struct bs_report_top *out)
{
	struct bs_top_entry *entries = calloc(BS_TOP_SLOTS, sizeof(*entries));
	size_t count;
	int64_t total;
	int rc = -ENOMEM;

	if (entries == NULL ||
	    (rc = bs_history_top(config, kind, report->days[0].day,
		 report->days[report->day_count - 1].day, entries, BS_TOP_SLOTS,
		 &count, &total)) != 0)
		goto out;
	out->total = (uint64_t)total;
	for (size_t i = 0; i < count && out->count < BS_REPORT_TOP; i++) {
		if (is_noise(&entries[i]))
			out->is_crowded = true;
		else
			take_row(kind, &entries[i], &out->rows[out->count++]);
	}
out:
	free(entries);
	return rc;
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
