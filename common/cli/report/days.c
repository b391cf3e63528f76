/* Whether all mail of each day is known. */
#include <errno.h>
#include <stdlib.h>

#include "common/cli/report/days.h"
#include "common/cli/status/domains.h"
#include "common/cli/store/child.h"
#include "common/judge/coverage.h"

/* What the child works on: the parent's, as it stood at the fork. Its result
 * is an octet for each domain and day, of enum bs_reason. */
struct task {
	const struct bs_report_subject *subject;
	const struct bs_report *report;
	const uint8_t *store_key;
};

_Static_assert(BS_REASONS <= UINT8_MAX, "a reason fits an octet");

static void
look_at_days(const struct bs_view *view, const struct task *task, uint8_t *out)
{
	const struct bs_report *report = task->report;

	for (size_t i = 0; i < report->domain_count; i++) {
		const struct bs_domain *domain =
		    bs_report_domain_at(task->subject, i);

		for (size_t j = 0; j < report->day_count; j++)
			*out++ = (uint8_t)bs_coverage_day_fault(view, domain,
			    report->days[j].day, report->to);
	}
}

static int
look(const struct bs_child *child)
{
	const struct task *task = child->context;
	struct bs_store *store;
	struct bs_meta meta;
	struct bs_view view = {.config = task->subject->book->config,
	    .keyring = &task->subject->book->keyring,
	    .meta = &meta,
	    .store_key = task->store_key,
	    .get = bs_view_get_stored,
	    .next = bs_view_next_stored,
	    .context = &store};
	int rc = bs_store_open(child->folder, BS_STORE_READ, &store);

	if (rc != 0)
		return rc;
	if ((rc = bs_meta_load(store, &meta)) == 0)
		look_at_days(&view, task, child->result);
	bs_store_close(store);
	return rc;
}

/* The store's owner wrote this: root believes no more of it than that there is
 * a reason. */
static void
take_days(const uint8_t *found, struct bs_report *report)
{
	for (size_t i = 0; i < report->domain_count; i++)
		for (size_t j = 0; j < report->day_count; j++, found++) {
			struct bs_report_coverage *day =
			    &report->domains[i].days[j];

			if (*found >= BS_REASONS)
				day->reason = BS_REASON_STORE_TROUBLE;
			else if (*found != BS_REASON_NONE)
				day->reason = (enum bs_reason) * found;
			day->is_full = day->reason == BS_REASON_NONE;
		}
}

/* Returns 0 or -errno. */
static int
read_days(const struct bs_report_subject *subject, struct bs_report *report)
{
	const struct bs_state_folder_paths *paths = &subject->book->paths;
	uint8_t store_key[BS_STORE_KEY_LEN];
	struct task task = {subject, report, store_key};
	struct bs_child child = {.folder = paths->store,
	    .run = look,
	    .context = &task,
	    .size = report->domain_count * report->day_count};
	struct bs_fault fault;
	int rc = bs_state_folder_store_key(paths->store_key, store_key, &fault);

	if (rc != 0 || child.size == 0)
		return rc;
	if ((child.result = calloc(1, child.size)) == NULL)
		rc = -ENOMEM;
	else if ((rc = bs_child_run(&child)) == 0)
		take_days(child.result, report);
	bs_mac_wipe(store_key, sizeof(store_key));
	free(child.result);
	return rc;
}

/* How all of a domain's mail is known now. */
static int
read_windows(const struct bs_report_subject *subject, struct bs_report *report)
{
	const struct bs_config *config = subject->book->config;
	struct bs_domains survey;
	int rc = bs_domains_read(config, &subject->book->keyring, subject->now,
	    &survey);

	for (size_t i = 0; rc == 0 && i < report->domain_count; i++) {
		const struct bs_domain_status *found =
		    &survey.found->domains[bs_report_domain_at(subject, i) -
					   config->domains];
		struct bs_report_domain *domain = &report->domains[i];

		domain->window.reason = found->reason;
		domain->window.is_full = found->coverage == BS_COVERAGE_FULL;
		domain->full_at = found->full_at;
	}
	bs_domains_free(&survey);
	return rc;
}

int
bs_report_add_coverage(const struct bs_report_subject *subject,
    struct bs_report *report)
{
	int rc = read_days(subject, report);

	return rc != 0 ? rc : read_windows(subject, report);
}
