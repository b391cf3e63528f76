/* What keys and store say of a notice: the engine's own facts, and more. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/adapter/verdict.h"
#include "common/cli/explain/judge.h"
#include "common/cli/store/child.h"
#include "common/engine/idn.h"
#include "common/judge/coverage.h"
#include "common/judge/facts.h"

struct task {
	const struct bs_explained *explained;
	struct bs_request *request;
	struct bs_view view; /* but for what a child opens */
};

static int
get_nothing(const void *context, struct bs_entry *entry)
{
	(void)context;
	(void)entry;
	return -ENODEV;
}

/* The question that the adapter would have asked. */
static void
make_request(const struct bs_explained *explained, struct bs_request *out)
{
	struct bs_request ascii;
	const struct bs_request *in_ascii;

	memset(out, 0, sizeof(*out));
	out->version = BS_WIRE_VERSION;
	out->op = BS_OP_DATA;
	out->listener = BS_LISTENER_IN;
	out->has_sender = true;
	snprintf(out->recipient, sizeof(out->recipient), "%s",
	    explained->recipient);
	bs_verdict_evidence(&explained->message->facts, out);
	/* as the engine does before it judges */
	in_ascii = bs_idn_request(out, &ascii);
	if (in_ascii != out)
		*out = *in_ascii;
}

/* What is known of the request as it stands now. */
static int
find(const struct task *task, struct bs_known *out)
{
	struct bs_case question;

	bs_case_look(&task->view, task->request, task->explained->as_of,
	    &question);
	return bs_facts_find(&question, out);
}

/* Each returned Message-ID by itself, as one may be ours and another not. */
static int
look_up_ids(const struct task *task, struct bs_explain_lookup *out)
{
	const struct bs_list *ids =
	    &task->explained->message->facts.message_ids;
	struct bs_request *request = task->request;
	struct bs_known known;
	const char *id = NULL;
	size_t at = 0;
	int rc;

	while ((id = bs_list_next(ids, id)) != NULL && at < BS_LIST_ITEMS) {
		memset(&request->message_ids, 0, sizeof(request->message_ids));
		if ((rc = bs_list_add(&request->message_ids, id, strlen(id))) !=
			0 ||
		    (rc = find(task, &known)) != 0)
			return rc;
		out->ids[at++] = !known.has_msg	       ? BS_ID_ABSENT
				 : known.msg_is_theirs ? BS_ID_THEIRS
						       : BS_ID_OTHERS;
	}
	return 0;
}

/* The record of the tag in the returned return path. */
static int
look_up_path(const struct task *task, struct bs_explain_lookup *out)
{
	struct bs_request *request = task->request;
	struct bs_known known;
	int rc;

	if (!task->explained->path_tag.is_ours)
		return 0;
	memset(&request->message_ids, 0, sizeof(request->message_ids));
	snprintf(request->recipient, sizeof(request->recipient), "%s",
	    task->explained->message->facts.return_path);
	if ((rc = find(task, &known)) == 0)
		out->path_record = known.tag_record;
	return rc;
}

static int
look_up(const struct task *task, struct bs_explain_lookup *out)
{
	int rc;

	make_request(task->explained, task->request);
	if ((rc = find(task, &out->known)) != 0)
		return rc;
	if (task->explained->ground->has_store &&
	    (rc = look_up_ids(task, out)) != 0)
		return rc;
	return look_up_path(task, out);
}

/* From when on the absence of a record will count. */
static void
look_ahead(const struct task *task, struct bs_explain_lookup *out)
{
	const struct bs_explained *explained = task->explained;

	if (explained->domain != NULL)
		out->certain_day =
		    bs_coverage_day(&task->view, explained->domain,
			explained->now, explained->lifetime_days);
}

/* In the child. */
static int
look_into_store(const struct bs_child *child)
{
	struct task task = *(const struct task *)child->context;
	struct bs_store *store;
	int rc = bs_store_open(child->folder, BS_STORE_READ, &store);

	if (rc != 0)
		return rc;
	task.view.get = bs_view_get_stored;
	task.view.next = bs_view_next_stored;
	task.view.context = &store;
	rc = bs_meta_check_key(store, task.view.store_key);
	if (rc >= 0)
		rc = look_up(&task, child->result);
	if (rc == 0)
		look_ahead(&task, child->result);
	bs_store_close(store);
	return rc;
}

/* Root does not trust the child: its numbers are used as indexes. */
static bool
is_sane(const struct bs_explain_lookup *lookup)
{
	const struct bs_known *known = &lookup->known;
	const struct bs_facts *facts = &known->facts;

	for (size_t i = 0; i < BS_LIST_ITEMS; i++)
		if (lookup->ids[i] > BS_ID_THEIRS)
			return false;
	return facts->sender <= BS_SENDER_OTHER &&
	       facts->tag <= BS_TAG_FOREIGN && facts->kind <= BS_KIND_OTHER &&
	       facts->evidence <= BS_EVIDENCE_FAILED &&
	       facts->issue <= BS_ISSUED_OVER_CAP &&
	       facts->coverage <= BS_COVERAGE_PARTIAL &&
	       known->evidence_reason < BS_REASONS &&
	       known->coverage_reason < BS_REASONS &&
	       known->msg.fate <= BS_MSG_RELAYED;
}

/* A date, or 0 for none that can be true. Clocks and time zones may be a day
 * off. */
static int64_t
credible(int64_t date, int64_t now)
{
	if (date <= 0 || date > now + BS_DAY_SECONDS)
		return 0;
	return date < now ? date : now;
}

/* When the mail was sent, as far as is known: as it says itself, but not later
 * than the notice that returns it came. */
static void
find_date(struct bs_explained *explained)
{
	int64_t sent =
	    credible(explained->message->facts.returned_date, explained->as_of);
	int64_t arrived = credible(explained->head.arrived, explained->as_of);

	explained->dated =
	    sent == 0 || (arrived != 0 && arrived < sent) ? arrived : sent;
}

/* The store forgets what is older than the window: that it knows nothing of
 * earlier days proves nothing. */
static void
weaken(struct bs_explained *explained)
{
	const struct bs_explain_ground *ground = explained->ground;
	struct bs_known *known = &explained->lookup.known;
	uint32_t today = bs_day_of(explained->as_of);
	unsigned window = bs_day_window(bs_meta_lifetime(&ground->meta,
	    ground->config->lifetime_days, today));
	int64_t first = (int64_t)bs_day_of(explained->dated) - 1;
	int64_t kept = ground->meta.clock.trusted_day;

	if (explained->dated == 0 || first >= kept - window)
		return;
	if (known->facts.evidence == BS_EVIDENCE_NO) {
		known->facts.evidence = BS_EVIDENCE_NONE;
		known->evidence_reason = BS_REASON_SWEPT;
	}
	if (known->facts.issue == BS_NOT_ISSUED)
		known->facts.issue = BS_ISSUE_UNKNOWN;
	if (known->facts.coverage == BS_COVERAGE_FULL) {
		known->facts.coverage = BS_COVERAGE_PARTIAL;
		known->coverage_reason = BS_REASON_SWEPT;
	}
}

int
bs_explain_judge(struct bs_explained *out)
{
	static struct bs_request request; /* too large for a stack */
	const struct bs_explain_ground *ground = out->ground;
	struct task task = {.explained = out,
	    .request = &request,
	    .view = {.config = ground->config,
		.keyring = &ground->keyring,
		.meta = &ground->meta,
		.store_key = ground->store_key,
		.get = get_nothing,
		.next = get_nothing}};
	struct bs_child child = {.folder = ground->paths.store,
	    .run = look_into_store,
	    .context = &task,
	    .result = &out->lookup,
	    .size = sizeof(out->lookup)};
	int rc;

	if (!ground->has_keyring || out->recipient[0] == '\0')
		return 0;
	rc = ground->has_store ? bs_child_run(&child)
			       : look_up(&task, &out->lookup);
	if (rc == 0 && !is_sane(&out->lookup))
		rc = -EUCLEAN;
	if (rc != 0)
		return rc;
	find_date(out);
	weaken(out);
	out->lookup.known.facts.sender = out->sender;
	out->row = bs_policy_row(&out->lookup.known.facts);
	out->is_judged = true;
	return 0;
}
