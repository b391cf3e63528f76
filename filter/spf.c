/* What SPF found at MAIL FROM, and what it adds to the message. */
#include <string.h>

#include "common/adapter/verdict.h"
#include "filter/spf.h"

bool
bs_spf_is_due(const struct bs_filter *filter, const struct bs_session *session)
{
	return filter->mode == BS_LISTENER_IN && filter->spf_deadline_ms > 0 &&
	       !bs_client_is_stalled(&filter->client) && !session->auth &&
	       session->client[0] != '\0' &&
	       strcmp(session->client, "local") != 0;
}

static void
keep_field(const char *field, char out[static BS_FIELD_MAX])
{
	size_t len = strlen(field);

	out[0] = '\0';
	if (bs_verdict_is_field(field))
		memcpy(out, field, len + 1);
}

void
bs_spf_remember(struct bs_filter *filter, struct bs_session *session,
    const struct bs_answer *answer)
{
	struct bs_spf_found *found = &session->tx.spf;

	if (answer == NULL || answer->status != BS_STATUS_OK) {
		/* forged fields are removed without an answer, too */
		memcpy(found->authserv_id, filter->authserv_id,
		    sizeof(found->authserv_id));
		return;
	}
	memcpy(found->result, answer->verdict, sizeof(found->result));
	memcpy(found->authserv_id, answer->authserv_id,
	    sizeof(found->authserv_id));
	if (answer->verdict[0] != '\0')
		memcpy(filter->authserv_id, answer->authserv_id,
		    sizeof(filter->authserv_id));
	keep_field(answer->results, found->results);
	keep_field(answer->header, found->header);
	found->no_dsn = answer->no_dsn;
	found->is_junk = answer->action == BS_ACTION_JUNK;
}

bool
bs_spf_marks(const struct bs_transaction *tx, bool is_genuine)
{
	return tx->spf.is_junk && !tx->has_genuine && !is_genuine;
}

/* The n-th line of a text; n is less by the lines it has, if there is none. */
static struct bs_text
line_of(const char *text, unsigned *n)
{
	struct bs_text line = {text, 0};

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		if ((*n)-- == 0) {
			line.at = text;
			line.len = len;
			return line;
		}
		text += len + (text[len] == '\n' ? 1 : 0);
	}
	return line;
}

struct bs_text
bs_spf_line(const struct bs_transaction *tx, unsigned n, bool marks)
{
	const char *fields[] = {tx->spf.results, tx->spf.header,
	    marks ? bs_verdict_junk_field : ""};
	struct bs_text line = {"", 0};

	for (size_t i = 0;
	     i < sizeof(fields) / sizeof(fields[0]) && line.len == 0; i++)
		line = line_of(fields[i], &n);
	return line;
}
