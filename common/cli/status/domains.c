/* What the store says of each domain of ours: coverage, and what happened;
 * and what of SPF. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/cli.h"
#include "common/cli/status/domains.h"
#include "common/cli/store/child.h"
#include "common/judge/coverage.h"

/* What the child works on: the parent's, as it stood at the fork. */
struct task {
	const struct bs_config *config;
	const struct bs_keyring *keyring;
	const uint8_t *store_key;
	int64_t now;
};

/* Adds up the last days, today first. month may be NULL. Returns 0 or -errno.
 */
static int
count_days(const struct bs_view *view, const char *name, uint32_t today,
    struct bs_tally_record *week, struct bs_tally_record *month)
{
	uint32_t days = month == NULL ? BS_DOMAINS_WEEK : BS_DOMAINS_MONTH;
	struct bs_tally_record tally;
	struct bs_entry entry = {.table = BS_TABLE_META};
	uint8_t hash[BS_RECORD_HASH];
	int rc = bs_view_hash_domain(view, name, strlen(name), hash);

	for (uint32_t ago = 0; rc == 0 && ago < days && ago <= today; ago++) {
		entry.key_len = bs_tally_key_write(BS_TALLY_OF_DAY, today - ago,
		    hash, entry.key);
		if ((rc = view->get(view->context, &entry)) == BS_STORE_ABSENT)
			rc = 0;
		else if (rc == 0 &&
			 bs_tally_record_read(entry.key, entry.key_len,
			     entry.value, entry.value_len, &tally) == 0) {
			if (month != NULL)
				bs_tally_record_merge(month, &tally);
			if (ago < BS_DOMAINS_WEEK)
				bs_tally_record_merge(week, &tally);
		}
	}
	return rc;
}

/* Coverage as the engine sees it, of a message of which no date is known. */
static void
find_coverage(const struct bs_view *view, const struct bs_domain *domain,
    int64_t now, struct bs_domain_status *out)
{
	struct bs_coverage_state state;

	bs_coverage_find(view, domain, now, &state);
	out->reason = state.reason;
	out->coverage = out->reason == BS_REASON_NONE ? BS_COVERAGE_FULL
						      : BS_COVERAGE_PARTIAL;
	out->since = state.since;
	if (out->coverage == BS_COVERAGE_PARTIAL)
		out->full_at = state.full_at;
}

/* How many days are left of those for which a domain is watched, from when it
 * began to sign, or this store to record that. */
static unsigned
unwatched_days(const struct bs_view *view, const struct bs_domain *domain,
    int64_t now)
{
	struct bs_sender_record record = {0};
	uint32_t since = bs_day_of(view->meta->epoch);
	uint32_t until;
	uint8_t hash[BS_RECORD_HASH];

	if (bs_view_hash_domain(view, domain->name, strlen(domain->name),
		hash) != 0 ||
	    bs_view_sender(view, hash, &record) != 0 ||
	    record.first_signed_day == 0 || view->meta->epoch == 0)
		return BS_DOMAINS_WATCH;
	if (record.first_signed_day > since)
		since = record.first_signed_day;
	until = since + BS_DOMAINS_WATCH;
	if (until <= bs_day_of(now))
		return 0;
	return until - bs_day_of(now) > BS_DOMAINS_WATCH
		   ? BS_DOMAINS_WATCH
		   : until - bs_day_of(now);
}

static int
survey_domain(const struct bs_view *view, const struct bs_domain *domain,
    int64_t now, struct bs_domain_status *out)
{
	find_coverage(view, domain, now, out);
	out->unwatched_days = unwatched_days(view, domain, now);
	return count_days(view, domain->name, bs_day_of(now), &out->week,
	    &out->month);
}

static int
look(const struct bs_child *child)
{
	const struct task *task = child->context;
	struct bs_domains_found *found = child->result;
	struct bs_store *store;
	struct bs_meta meta;
	struct bs_view view = {.config = task->config,
	    .keyring = task->keyring,
	    .meta = &meta,
	    .store_key = task->store_key,
	    .get = bs_view_get_stored,
	    .next = bs_view_next_stored,
	    .context = &store};
	int rc = bs_store_open(child->folder, BS_STORE_READ, &store);

	if (rc != 0)
		return rc;
	rc = bs_meta_check_key(store, task->store_key);
	if (rc >= 0)
		rc = bs_meta_load(store, &meta);
	if (rc == 0)
		rc = count_days(&view, BS_TALLY_SPF, bs_day_of(task->now),
		    &found->spf_week, NULL);
	for (size_t i = 0; i < task->config->domain_count && rc == 0; i++)
		rc = survey_domain(&view, &task->config->domains[i], task->now,
		    &found->domains[i]);
	bs_store_close(store);
	return rc;
}

int
bs_domains_read(const struct bs_config *config,
    const struct bs_keyring *keyring, int64_t now, struct bs_domains *out)
{
	struct bs_state_folder_paths paths;
	struct bs_fault fault;
	uint8_t store_key[BS_STORE_KEY_LEN];
	struct task task = {config, keyring, store_key, now};
	struct bs_child child = {.run = look, .context = &task};
	int rc;

	memset(out, 0, sizeof(*out));
	if ((rc = bs_state_folder_paths(config->state, &paths)) != 0 ||
	    (rc = bs_state_folder_store_key(paths.store_key, store_key,
		 &fault)) != 0)
		return rc;
	child.folder = paths.store;
	child.size = sizeof(*out->found) +
		     config->domain_count * sizeof(out->found->domains[0]);
	if ((out->found = calloc(1, child.size)) == NULL)
		return -ENOMEM;
	out->count = config->domain_count;
	child.result = out->found;
	rc = bs_child_run(&child);
	bs_mac_wipe(store_key, sizeof(store_key));
	return rc;
}

void
bs_domains_free(struct bs_domains *survey)
{
	free(survey->found);
	survey->found = NULL;
	survey->count = 0;
}
