/* What an evaluation of SPF found: its result, by which term, and why. */
#include <stdio.h>
#include <string.h>

#include "common/spf/names.h"
#include "common/spf/outcome.h"

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

/* The term that matched. Of the terms that ask DNS it can only be the last one
 * asked; of the others, the one that ends the record. Returns its number; where
 * both are possible, *other is the second, else 0. */
static unsigned
find_term(const struct bs_spf_run *run, unsigned n, enum bs_spf_result result,
    unsigned *other)
{
	const struct bs_spf_run_record *record = &run->records[n];
	unsigned asked = record->last_term;
	unsigned last = record->term_count;

	*other = 0;
	if (asked > 0 && record->terms[asked - 1].qualifier != result)
		asked = 0;
	if (last == 0 || last != record->last_term + 1 ||
	    bs_spf_term_asks_dns(&record->terms[last - 1]) ||
	    record->terms[last - 1].qualifier != result)
		return asked;
	if (asked == 0)
		return last;
	*other = last;
	return asked;
}

static void
copy_term(const struct bs_spf_run *run, unsigned n, unsigned number,
    struct bs_spf_finding *out)
{
	const struct bs_spf_run_record *record = &run->records[n];
	const struct bs_spf_term *term;

	if (number == 0 || number > record->term_count)
		return;
	term = &record->terms[number - 1];
	snprintf(out->mechanism, sizeof(out->mechanism), "%.*s", (int)term->len,
	    term->text);
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
	size_t len;
	int joined;

	if (!record->has_exp ||
	    bs_spf_run_expand(run, record, &record->exp, name) != 0 ||
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
	out->denies_all = run->records[n].denies_all;
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
