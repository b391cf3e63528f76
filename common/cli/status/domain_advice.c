/* What is wrong with a domain of ours, and what could be done next. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/cli/status/domain_advice.h"
#include "common/cli/type.h"

/* Of why coverage is partial: that it passes by itself. */
static bool
is_wait(enum bs_reason reason)
{
	return reason == BS_REASON_YOUNG_STORE ||
	       reason == BS_REASON_SIGNING_BEGAN_LATER ||
	       reason == BS_REASON_OUTBOUND_BEGAN_LATER;
}

/* Whether it is told of in its own place, as it is of the whole host. */
static bool
is_of_host(const char *word)
{
	return strcmp(word, "no-key") == 0 || strcmp(word, "clock") == 0 ||
	       strcmp(word, "no-store") == 0;
}

/* What to look at, where coverage will not come back by itself. */
static void
type_for_coverage(const struct bs_overview *status,
    const struct bs_domain *domain, enum bs_reason reason,
    struct bs_advices *out)
{
	char words[BS_HOST_MAX + 32];
	char line[BS_TYPE_LINE];

	switch (reason) {
	case BS_REASON_FOREIGN_KEY:
	case BS_REASON_LENT_KEY:
	case BS_REASON_SOMEONE_ELSE_SIGNS:
		snprintf(words, sizeof(words), "key list");
		break;
	case BS_REASON_STRIPPED:
	case BS_REASON_UNSIGNED_MAIL:
	case BS_REASON_UNSIGNED_IN_DOMAIN:
		snprintf(words, sizeof(words), "why %s --since 7d",
		    domain->name);
		break;
	case BS_REASON_GAP: /* is told of in its own place */
		return;
	default:
		snprintf(words, sizeof(words), "doctor");
		break;
	}
	if (!is_wait(reason))
		bs_advice_type(out, "%s",
		    bs_type_backstop(status->call, words, line));
}

static void
advise_coverage(const struct bs_overview *status,
    const struct bs_next_mode_ground *ground, struct bs_advices *out)
{
	const struct bs_domain *domain = ground->domain;
	const struct bs_domain_status *survey = ground->survey;
	char when[BS_TIME_TEXT];
	const char *word = bs_reason_word(survey->reason);

	if (!domain->outbound_here || !domain->sign ||
	    survey->coverage == BS_COVERAGE_FULL ||
	    (domain->mode < BS_JUNK && is_wait(survey->reason)) ||
	    bs_advice_is_known(out, "coverage", word))
		return;
	bs_advice_add(out, BS_ADVICE_LOOK, "coverage",
	    "%s: coverage partial (%s)%s%s; until it is full, its bounces "
	    "without a tag pass",
	    domain->name, word, survey->full_at != 0 ? ", full on " : "",
	    survey->full_at != 0 ? bs_day_text(bs_day_of(survey->full_at), when)
				 : "");
	out->list[out->count - 1].reason = word;
	type_for_coverage(status, domain, survey->reason, out);
}

/* What speaks against the mode that is in force; and in any mode, what says
 * that genuine bounces are, or would be, taken for others. */
static void
advise_against(const struct bs_overview *status,
    const struct bs_next_mode_ground *ground, struct bs_advices *out)
{
	const struct bs_domain *domain = ground->domain;
	struct bs_next_mode step;
	char words[BS_HOST_MAX + 32];
	char line[BS_TYPE_LINE];

	bs_next_mode_check(ground,
	    domain->mode < BS_JUNK ? BS_ENFORCE : domain->mode, &step);
	for (size_t i = 0; i < step.count; i++) {
		const char *word = step.reasons[i].word;
		bool is_grave = strcmp(word, "refused-later-known") == 0;

		if (is_of_host(word) || strcmp(word, "coverage") == 0 ||
		    (domain->mode < BS_JUNK && !is_grave &&
			strcmp(word, "stripped") != 0) ||
		    bs_advice_is_known(out, word, NULL))
			continue;
		bs_advice_add(out, BS_ADVICE_LOOK, word, "%s: %s", domain->name,
		    step.reasons[i].text);
		bs_advice_split(out);
		if (!is_grave || domain->mode == BS_OBSERVE)
			continue;
		snprintf(words, sizeof(words), "mode %s observe", domain->name);
		bs_advice_type(out, "%s",
		    bs_type_backstop(status->call, words, line));
	}
}

/* The furthest mode that is safe, of those beyond the one in force. */
static enum bs_mode
furthest(const struct bs_next_mode_ground *ground)
{
	enum bs_mode mode = ground->domain->mode;
	struct bs_next_mode step;

	for (enum bs_mode to = mode; to < BS_ENFORCE; to++) {
		bs_next_mode_check(ground, (enum bs_mode)(to + 1), &step);
		if (step.count > 0)
			break;
		mode = (enum bs_mode)(to + 1);
	}
	return mode;
}

static const char *
only_does(enum bs_mode mode)
{
	switch (mode) {
	case BS_OBSERVE:
		return "is only observed";
	case BS_MARK:
		return "has its bounces marked, no more";
	case BS_JUNK:
	case BS_ENFORCE:
		break;
	}
	return "has forged bounces marked as spam, not refused";
}

#define WOULD_TEXT 80

/* What that mode would have changed. */
static const char *
would_text(const struct bs_next_mode_ground *ground, enum bs_mode to,
    char out[static WOULD_TEXT])
{
	uint32_t count =
	    ground->survey == NULL
		? 0
		: ground->survey->week.counts[BS_TALLY_WOULD_REJECT];

	out[0] = '\0';
	if (to == BS_ENFORCE && count > 0)
		snprintf(out, WOULD_TEXT,
		    ": in %d days it would have refused %" PRIu32 " bounce%s",
		    BS_DOMAINS_WEEK, count, bs_plural(count));
	return out;
}

static void
advise_next(const struct bs_overview *status,
    const struct bs_next_mode_ground *ground, struct bs_advices *out)
{
	static const char *const words_of[] = {
	    [BS_OBSERVE] = "",
	    [BS_MARK] = "next-mark",
	    [BS_JUNK] = "next-junk",
	    [BS_ENFORCE] = "next-enforce",
	};
	const struct bs_domain *domain = ground->domain;
	enum bs_mode to = furthest(ground);
	char would[WOULD_TEXT];
	char words[BS_HOST_MAX + 32];
	char line[BS_TYPE_LINE];

	if (!domain->sign) {
		if (bs_advice_is_known(out, "signs-nothing", NULL))
			return;
		bs_advice_add(out, BS_ADVICE_NEXT, "signs-nothing",
		    "%s signs nothing yet; once the mail server asks the "
		    "engine (backstop doctor), set 'sign = yes' in %s",
		    domain->name, status->call->config_path);
		bs_advice_type(out, "%s",
		    bs_type_backstop(status->call, "reload", line));
		return;
	}
	if (to == domain->mode || bs_advice_is_known(out, words_of[to], NULL))
		return;
	bs_advice_add(out, BS_ADVICE_NEXT, words_of[to],
	    "%s %s, and mode %s is safe%s", domain->name,
	    only_does(domain->mode), bs_mode_name(to),
	    would_text(ground, to, would));
	snprintf(words, sizeof(words), "mode %s %s", domain->name,
	    bs_mode_name(to));
	bs_advice_type(out, "%s", bs_type_backstop(status->call, words, line));
}

void
bs_domain_advise(const struct bs_overview *status, struct bs_advices *out)
{
	size_t count = status->book.config->domain_count;
	char line[BS_TYPE_LINE];

	if (count == 0) {
		bs_advice_add(out, BS_ADVICE_LOOK, "no-domains",
		    "no domain is named, so nothing is signed or judged; set "
		    "'domains' in %s",
		    status->call->config_path);
		bs_advice_type(out, "%s",
		    bs_type_backstop(status->call, "reload", line));
	}
	for (size_t i = 0; i < count; i++) {
		struct bs_next_mode_ground ground = bs_status_ground(status, i);

		if (ground.survey != NULL)
			advise_coverage(status, &ground, out);
		advise_against(status, &ground, out);
		advise_next(status, &ground, out);
	}
}
