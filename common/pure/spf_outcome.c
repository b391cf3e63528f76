/* What an evaluation of SPF found: its result, by which term, and why. */
#include <stdio.h>
#include <string.h>

#include "common/pure/spf_run_state.h"

/* The record whose word counts: the one that it was redirected to, if any
 * (RFC 7208 §6.1). */
static unsigned
deciding_record(const struct bs_spf_run *run)
{
	unsigned n = 0;

	while (run->records[n].redirected_to > 0)
		n = run->records[n].redirected_to;
	return n;
}

/* The term that matched: of those that ask DNS only the last one asked can
 * have, else the first one behind it that needs not ask. Returns its number;
 * *other is the second where both could have, else 0. */
static unsigned
find_term(const struct bs_spf_run *run, unsigned n, enum bs_spf_result result,
    unsigned *other)
{
	const struct bs_spf_run_record *record = &run->records[n];
	struct bs_spf_term asked;
	struct bs_spf_term term;
	bool has_asked = bs_spf_run_term(record, record->last_term, &asked) &&
			 bs_spf_term_is_mechanism(&asked) &&
			 asked.qualifier == result;
	unsigned at = record->last_term + 1;

	*other = 0;
	while (bs_spf_run_term(record, at, &term) &&
	       !bs_spf_run_matches(run, &term))
		at++;
	if (!bs_spf_run_term(record, at, &term) || term.qualifier != result)
		return has_asked ? record->last_term : 0;
	if (!has_asked)
		return at;
	*other = at;
	return record->last_term;
}

static void
copy_term(const struct bs_spf_run *run, unsigned n, unsigned number,
    struct bs_spf_finding *out)
{
	struct bs_spf_term term;

	if (bs_spf_run_term(&run->records[n], number, &term))
		snprintf(out->mechanism, sizeof(out->mechanism), "%.*s",
		    (int)term.len, term.text);
}

static bool
denies_all(const struct bs_spf_run_record *record)
{
	struct bs_spf_term term;

	for (unsigned n = 1; bs_spf_run_term(record, n, &term); n++)
		if (term.kind == BS_SPF_ALL)
			return term.qualifier == BS_SPF_FAIL;
	return false;
}

static bool
find_exp(const struct bs_spf_run_record *record, struct bs_spf_term *out)
{
	for (unsigned n = 1; bs_spf_run_term(record, n, out); n++)
		if (out->kind == BS_SPF_EXP)
			return true;
	return false;
}

/* RFC 7208 §6.2: what is wrong with an explanation makes it none. */
static void
explain(struct bs_spf_run *run, unsigned n, struct bs_spf_finding *out)
{
	const struct bs_spf_run_record *record = &run->records[n];
	char text[BS_SPF_EXPLANATION_MAX];
	char name[BS_HOST_MAX];
	const struct bs_dns_answer *answer;
	const uint8_t *at;
	struct bs_spf_term term;
	size_t len;
	int joined;

	if (!find_exp(record, &term) ||
	    bs_spf_run_expand(run, record, &term, name) != 0 ||
	    bs_spf_run_ask(run, name, BS_DNS_TXT, &answer) != 0 ||
	    answer->count != 1)
		return;
	at = bs_dns_answer_next(answer, NULL, &len);
	joined = bs_dns_txt_join(at, len, text, sizeof(text));
	if (joined < 0)
		return;
	for (int i = 0; i < joined; i++)
		if (text[i] < ' ' || text[i] > '~')
			return;
	if (bs_spf_run_expand_text(run, record, text, (size_t)joined,
		out->explanation, sizeof(out->explanation)) != 0)
		out->explanation[0] = '\0';
	bs_spf_clean(out->explanation);
}

static void
copy_query(const struct bs_spf_run *run, struct bs_spf_finding *out)
{
	memset(out, 0, sizeof(*out));
	out->identity = run->query->identity;
	snprintf(out->domain, sizeof(out->domain), "%s",
	    run->records[0].domain);
	snprintf(out->sender, sizeof(out->sender), "%s", run->sender);
	bs_spf_clean(out->domain);
	bs_spf_clean(out->sender);
	out->lookups = run->lookups;
	out->voids = run->voids;
}

int
bs_spf_run_end(struct bs_spf_run *run, enum bs_spf_result result, bool matched,
    struct bs_spf_finding *out)
{
	unsigned n = deciding_record(run);
	unsigned other = 0;
	unsigned term;

	copy_query(run, out);
	out->result = result;
	if (run->state == BS_SPF_DECIDED) {
		out->result = run->result;
		memcpy(out->problem, run->problem, sizeof(out->problem));
		bs_spf_clean(out->problem);
		return 0;
	}
	if (result == BS_SPF_TEMPERROR) {
		snprintf(out->problem, sizeof(out->problem),
		    "libspf2 stumbled over the record");
		return 0;
	}
	out->denies_all = denies_all(&run->records[n]);
	if (!matched) {
		snprintf(out->mechanism, sizeof(out->mechanism), "default");
		return 0;
	}
	term = find_term(run, n, result, &other);
	copy_term(run, n, term, out);
	if (result == BS_SPF_FAIL)
		explain(run, n, out);
	if (other == 0)
		return 0;
	run->cut_record = n;
	run->cut_term = term;
	run->other_term = other;
	return BS_SPF_RUN_AGAIN;
}

void
bs_spf_run_settle(const struct bs_spf_run *run, bool matched,
    struct bs_spf_finding *out)
{
	if (!matched)
		copy_term(run, run->cut_record, run->other_term, out);
}
