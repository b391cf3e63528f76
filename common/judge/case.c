/* What the parts of judging ask and note of the question at hand. */
#include <string.h>

#include "common/judge/case.h"
#include "common/judge/counters.h"
#include "common/keys/day.h"

static int
get(const void *context, struct bs_entry *entry)
{
	return bs_writer_get(context, entry);
}

static int
next(const void *context, struct bs_entry *entry)
{
	return bs_writer_next(context, entry);
}

void
bs_case_view(const struct bs_judge *judge, struct bs_view *out)
{
	*out = (struct bs_view){
	    .config = judge->config,
	    .keyring = judge->keyring,
	    .meta = bs_writer_meta(judge->writer),
	    .store_key = bs_writer_key(judge->writer),
	    .hashes = bs_writer_hashes(judge->writer),
	    .get = get,
	    .next = next,
	    .context = judge->writer,
	};
}

void
bs_case_look(const struct bs_view *view, const struct bs_request *request,
    int64_t now, struct bs_case *out)
{
	uint32_t today = bs_day_of(now);

	*out = (struct bs_case){
	    .view = *view,
	    .request = request,
	    .now = now,
	    .today = today,
	    .lifetime_days = bs_meta_lifetime(view->meta,
		view->config->lifetime_days, today),
	};
}

void
bs_case_begin(const struct bs_judge *judge, const struct bs_request *request,
    int64_t now, struct bs_case *out)
{
	struct bs_view view;

	bs_case_view(judge, &view);
	bs_case_look(&view, request, now, out);
	out->judge = judge;
}

const struct bs_domain *
bs_case_domain(const struct bs_case *question, const struct bs_address *address)
{
	return bs_config_domain(question->view.config, address->domain,
	    address->domain_len);
}

void
bs_case_note(const struct bs_case *question, const struct bs_address *address,
    enum bs_note note)
{
	uint8_t hash[BS_RECORD_HASH];

	if (bs_view_hash_address(&question->view, address, hash) == 0)
		bs_writer_note(question->judge->writer, hash, note,
		    question->now);
}

/* Returns whether there is one. */
static bool
hash_domain(const struct bs_case *question, uint8_t out[static BS_RECORD_HASH])
{
	const char *name = question->domain->name;

	return bs_view_hash_domain(&question->view, name, strlen(name), out) ==
	       0;
}

void
bs_case_note_domain(const struct bs_case *question, enum bs_note note)
{
	uint8_t hash[BS_RECORD_HASH];

	if (hash_domain(question, hash))
		bs_writer_note(question->judge->writer, hash, note,
		    question->now);
}

static void
count(const struct bs_case *question, enum bs_tally_kind kind, const char *name,
    size_t column)
{
	uint8_t hash[BS_RECORD_HASH];

	if (bs_view_hash_domain(&question->view, name, strlen(name), hash) == 0)
		bs_writer_tally(question->judge->writer, kind, hash, column,
		    question->now);
}

/* Under which name the hours of a domain are counted. */
static const char *
hour_name(const struct bs_case *question)
{
	const struct bs_domain *first = question->view.config->domains;

	return question->domain - first < BS_TALLY_HOUR_DOMAINS
		   ? question->domain->name
		   : BS_TALLY_OTHERS;
}

void
bs_case_tally(const struct bs_case *question, enum bs_tally tally)
{
	bs_counters_tally(question->judge->counters, tally);
	count(question, BS_TALLY_OF_DAY, question->domain->name, tally);
	count(question, BS_TALLY_OF_HOUR, hour_name(question), tally);
}

void
bs_case_tally_row(const struct bs_case *question, unsigned row)
{
	if (row < BS_TALLY_COLUMNS)
		count(question, BS_TALLY_OF_ROWS, question->domain->name, row);
}

void
bs_case_tally_left(const struct bs_case *question, enum bs_tally_left left)
{
	bs_counters_left(question->judge->counters, question->domain, left);
	count(question, BS_TALLY_OF_LEFT, question->domain->name, left);
}

void
bs_case_tally_spf(const struct bs_case *question, enum bs_tally_spf tally)
{
	_Static_assert((int)BS_TALLIES_SPF <= BS_TALLY_COLUMNS,
	    "a record has room for what is counted of SPF");

	count(question, BS_TALLY_OF_DAY, BS_TALLY_SPF, tally);
	count(question, BS_TALLY_OF_HOUR, BS_TALLY_SPF, tally);
}

unsigned
bs_case_adapter(const struct bs_request *request)
{
	_Static_assert((int)BS_HOST_EXIM + 1 == (int)BS_ADAPTERS,
	    "the store has a number for each");

	return (unsigned)request->host;
}

void
bs_case_sends(const struct bs_case *question)
{
	bs_writer_sends(question->judge->writer,
	    bs_case_adapter(question->request), question->now);
}

enum bs_reason
bs_case_unsigned(const struct bs_case *question,
    const struct bs_address *address)
{
	char canonical[BS_ADDRESS_MAX];
	enum bs_reason obstacle = bs_tag_obstacle(address);

	if (question->domain == NULL)
		return BS_REASON_NOT_OURS;
	if (!question->domain->sign)
		return BS_REASON_SIGN_OFF;
	if (obstacle != BS_REASON_NONE)
		return obstacle;
	if (bs_address_canonical(address, canonical, sizeof(canonical)) != 0)
		return BS_REASON_TOO_LONG;
	if (bs_domain_exempts(question->domain, canonical))
		return BS_REASON_EXEMPT;
	/* a tag that a wrong clock dates is stale when it comes home; a host
	 * that was off for weeks has the right date, if it asked others */
	if (question->view.meta->clock.in_doubt &&
	    !question->view.meta->is_synchronised)
		return BS_REASON_CLOCK;
	return BS_REASON_NONE;
}

bool
bs_case_is_accepted(const struct bs_case *question)
{
	const struct bs_request *request = question->request;
	const struct bs_accepted_question asked = {
	    .client = request->client,
	    .helo = request->helo,
	    .sender = request->sender,
	    .recipient = request->recipient,
	};

	return question->judge->accepted != NULL &&
	       bs_accepted_find(question->judge->accepted, &asked,
		   question->now) != NULL;
}
