/* backstop status: what is not well first, with what to type; what is well in
 * one line; and a few lines for each domain. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/output.h"
#include "common/cli/screen.h"
#include "common/cli/status/show.h"
#include "common/cli/type.h"

/* More domains than these are counted, not shown. */
#define DOMAINS_SHOWN 6

/* More that was accepted by hand is counted, too. */
#define ACCEPTED_SHOWN 5

/* A sentence that grows. */
struct sentence {
	FILE *file;
	char *text;
	size_t len;
};

static void
begin(struct sentence *sentence)
{
	sentence->file = open_memstream(&sentence->text, &sentence->len);
	if (sentence->file == NULL) {
		bs_complain("out of memory");
		exit(EX_OSERR);
	}
}

/* Ends it; free the text. */
static char *
end(struct sentence *sentence)
{
	if (fclose(sentence->file) != 0) {
		bs_complain("out of memory");
		exit(EX_OSERR);
	}
	return sentence->text;
}

/* "12 of what", behind a comma where something stands before it in the list
 * that is part of the sentence. Nothing is said of nothing. */
static void
add_count(struct sentence *sentence, bool *has_some, uint32_t count,
    const char *what)
{
	if (count == 0)
		return;
	bs_print(sentence->file, "%s%" PRIu32 " %s", *has_some ? ", " : "",
	    count, what);
	*has_some = true;
}

static void
print_advice(const struct bs_screen *screen, const struct bs_advices *advices,
    enum bs_advice_level level)
{
	static const struct {
		enum bs_colour colour;
		const char *label;
	} looks[] = {
	    [BS_ADVICE_BAD] = {BS_COLOUR_RED, "NOT WELL"},
	    [BS_ADVICE_LOOK] = {BS_COLOUR_YELLOW, "LOOK"},
	    [BS_ADVICE_NEXT] = {BS_COLOUR_CYAN, "NEXT"},
	};

	for (size_t i = 0; i < advices->count; i++) {
		const struct bs_advice *advice = &advices->list[i];

		if (advice->level != level)
			continue;
		if (advice->more == 0)
			bs_screen_say(screen, looks[level].colour,
			    looks[level].label, "%s", advice->text);
		else
			bs_screen_say(screen, looks[level].colour,
			    looks[level].label,
			    "%s (the same holds for %zu more domain%s)",
			    advice->text, advice->more,
			    bs_plural(advice->more));
		if (advice->type != NULL)
			bs_screen_type(advice->type);
	}
}

static bool
has_level(const struct bs_advices *advices, enum bs_advice_level level)
{
	for (size_t i = 0; i < advices->count; i++)
		if (advices->list[i].level == level)
			return true;
	return false;
}

/* What is well, in one line; and how much of the rest. */
static void
print_well(const struct bs_screen *screen, const struct bs_overview *status,
    const struct bs_advices *advices)
{
	const struct bs_key *key = bs_keyring_active(&status->book.keyring);
	const char *before = "";
	struct sentence sentence;
	char *text;

	begin(&sentence);
	if (bs_status_is_well(status) && !has_level(advices, BS_ADVICE_LOOK))
		bs_print(sentence.file, "all: ");
	if (status->answers) {
		bs_print(sentence.file, "the engine answers");
		before = ", ";
	}
	if (status->store == 0 && status->store_key.what[0] == '\0' &&
	    bs_status_store_fault(status) == NULL) {
		bs_print(sentence.file, "%sthe store is sound", before);
		before = ", ";
	}
	if (key != NULL) {
		bs_print(sentence.file, "%skey %u signs", before, key->number);
		before = ", ";
	}
	if (!status->clock_in_doubt) {
		bs_print(sentence.file, "%sthe clock is right", before);
		before = ", ";
	}
	text = end(&sentence);
	if (before[0] != '\0')
		bs_screen_say(screen, BS_COLOUR_GREEN, "WELL", "%s", text);
	free(text);
}

static void
add_week(struct sentence *sentence, const struct bs_tally_record *tally)
{
	const uint32_t *week = tally->counts;
	bool has_some = false;

	bs_print(sentence->file, "in %d days: ", BS_DOMAINS_WEEK);
	add_count(sentence, &has_some, week[BS_TALLY_SIGNED],
	    week[BS_TALLY_SIGNED] == 1 ? "mail signed" : "mails signed");
	add_count(sentence, &has_some, week[BS_TALLY_UNSIGNED], "unsigned");
	if (!has_some)
		bs_print(sentence->file, "no mail signed");
	has_some = false;
	bs_print(sentence->file, "; bounces: ");
	add_count(sentence, &has_some,
	    week[BS_TALLY_TAG_HOME] + week[BS_TALLY_ID_HOME], "genuine");
	add_count(sentence, &has_some, week[BS_TALLY_FORGED], "forged");
	add_count(sentence, &has_some, week[BS_TALLY_SUSPECT], "suspect");
	add_count(sentence, &has_some, week[BS_TALLY_UNKNOWN], "unknown");
	if (!has_some)
		bs_print(sentence->file, "none");
	has_some = false;
	if (week[BS_TALLY_REJECTED] + week[BS_TALLY_JUNKED] +
		week[BS_TALLY_DEFERRED] >
	    0)
		bs_print(sentence->file, "; ");
	add_count(sentence, &has_some, week[BS_TALLY_REJECTED], "refused");
	add_count(sentence, &has_some, week[BS_TALLY_JUNKED], "marked as spam");
	add_count(sentence, &has_some, week[BS_TALLY_DEFERRED], "put off");
	if (week[BS_TALLY_WOULD_REJECT] + week[BS_TALLY_WOULD_JUNK] == 0)
		return;
	bs_print(sentence->file, "; enforce would have ");
	has_some = false;
	if (week[BS_TALLY_WOULD_REJECT] > 0)
		bs_print(sentence->file, "refused %" PRIu32 "%s",
		    week[BS_TALLY_WOULD_REJECT],
		    week[BS_TALLY_WOULD_JUNK] > 0 ? " and " : " more");
	if (week[BS_TALLY_WOULD_JUNK] > 0)
		bs_print(sentence->file, "marked %" PRIu32 " more as spam",
		    week[BS_TALLY_WOULD_JUNK]);
}

static void
add_coverage(struct sentence *sentence, const struct bs_domain_status *survey)
{
	char text[BS_TIME_TEXT];

	if (survey->coverage == BS_COVERAGE_FULL) {
		bs_print(sentence->file,
		    "coverage full: nothing missed since %s",
		    bs_day_text(bs_day_of(survey->since), text));
		return;
	}
	bs_print(sentence->file, "coverage partial (%s)",
	    bs_reason_word(survey->reason));
	if (survey->full_at != 0)
		bs_print(sentence->file, ", full from %s on",
		    bs_day_text(bs_day_of(survey->full_at), text));
}

/* Why no further mode is safe, if there is one. */
static void
add_obstacles(struct sentence *sentence,
    const struct bs_next_mode_ground *ground)
{
	enum bs_mode mode = ground->domain->mode;
	enum bs_mode next = mode < BS_JUNK ? BS_JUNK : BS_ENFORCE;
	struct bs_next_mode step;

	if (mode == BS_ENFORCE || !ground->domain->sign)
		return;
	bs_next_mode_check(ground, next, &step);
	if (step.count == 0 && next == BS_JUNK)
		bs_next_mode_check(ground, next = BS_ENFORCE, &step);
	if (step.count == 0)
		return;
	bs_print(sentence->file, "; %s is not safe yet:", bs_mode_name(next));
	for (size_t i = 0; i < step.count; i++)
		bs_print(sentence->file, "%s %s", i == 0 ? "" : ",",
		    step.reasons[i].word);
}

static void
print_domain(const struct bs_screen *screen,
    const struct bs_next_mode_ground *ground)
{
	const struct bs_domain *domain = ground->domain;
	struct sentence sentence;
	char *text;

	begin(&sentence);
	bs_print(sentence.file, "mode %s, %s, outbound %s",
	    bs_mode_name(domain->mode),
	    domain->sign ? "signs" : "does not sign",
	    domain->outbound_here ? "here" : "elsewhere");
	if (ground->survey != NULL && domain->outbound_here) {
		bs_print(sentence.file, "; ");
		add_coverage(&sentence, ground->survey);
	}
	add_obstacles(&sentence, ground);
	text = end(&sentence);
	bs_screen_say(screen, BS_COLOUR_BOLD, "DOMAIN", "%s: %s", domain->name,
	    text);
	free(text);
	if (ground->survey == NULL)
		return;
	begin(&sentence);
	add_week(&sentence, &ground->survey->week);
	text = end(&sentence);
	bs_screen_say(screen, BS_COLOUR_NONE, "", "%s", text);
	free(text);
}

/* Many of them: how many there are of each kind. */
static void
print_domain_counts(const struct bs_screen *screen,
    const struct bs_overview *status)
{
	struct bs_tally_record week = {0};
	uint32_t modes[BS_ENFORCE + 1] = {0};
	uint32_t signing = 0;
	uint32_t covered = 0;
	bool has_some = false;
	size_t count = status->book.config->domain_count;
	struct sentence sentence;
	char *text;

	for (size_t i = 0; i < count; i++) {
		struct bs_next_mode_ground ground = bs_status_ground(status, i);

		modes[ground.domain->mode]++;
		signing += ground.domain->sign;
		if (ground.survey == NULL)
			continue;
		covered += ground.survey->coverage == BS_COVERAGE_FULL;
		bs_tally_record_merge(&week, &ground.survey->week);
	}
	begin(&sentence);
	bs_print(sentence.file, "%zu, by mode: ", count);
	for (unsigned mode = 0; mode <= BS_ENFORCE; mode++)
		add_count(&sentence, &has_some, modes[mode],
		    bs_mode_name((enum bs_mode)mode));
	bs_print(sentence.file,
	    "; %" PRIu32 " sign; coverage is full of %" PRIu32 "; ", signing,
	    covered);
	add_week(&sentence, &week);
	text = end(&sentence);
	bs_screen_say(screen, BS_COLOUR_BOLD, "DOMAINS", "%s", text);
	free(text);
}

static void
print_spf(const struct bs_screen *screen, const struct bs_overview *status)
{
	static const char *const done[BS_TALLIES_SPF] = {
	    [BS_TALLY_SPF_REJECTED] = "refused",
	    [BS_TALLY_SPF_JUNKED] = "marked as spam",
	    [BS_TALLY_SPF_DEFERRED] = "put off",
	    [BS_TALLY_SPF_WOULD_REJECT] = "that enforce would have refused",
	    [BS_TALLY_SPF_WOULD_JUNK] = "that it would have marked as spam",
	    [BS_TALLY_SPF_WOULD_DEFER] = "that it would have put off",
	    [BS_TALLY_SPF_NO_DSN] = "whose sender is told of nothing (dsn)",
	};
	const struct bs_spf_config *config = &status->book.config->spf;
	struct sentence sentence;
	bool has_some = false;
	char *text;

	if (!config->check || status->store != 0) {
		bs_screen_say(screen, BS_COLOUR_BOLD, "SPF", "%s%s",
		    config->check ? "mode " : "off",
		    config->check ? bs_mode_name(config->rules.mode) : "");
		return;
	}
	begin(&sentence);
	for (unsigned i = 0; i < BS_TALLIES_SPF; i++)
		add_count(&sentence, &has_some,
		    status->survey.found->spf_week.counts[i],
		    i < BS_SPF_RESULTS
			? bs_spf_result_name((enum bs_spf_result)i)
			: done[i]);
	text = end(&sentence);
	bs_screen_say(screen, BS_COLOUR_BOLD, "SPF", "mode %s; in %d days: %s",
	    bs_mode_name(config->rules.mode), BS_DOMAINS_WEEK,
	    text[0] == '\0' ? "nothing was checked" : text);
	free(text);
}

static void
print_accepted(const struct bs_screen *screen, const struct bs_overview *status)
{
	const struct bs_accepted *list = &status->accepted;
	char until[BS_TIME_TEXT];
	char line[BS_TYPE_LINE];

	for (size_t i = 0; i < list->count && i < ACCEPTED_SHOWN; i++)
		bs_screen_say(screen, BS_COLOUR_BOLD, "ACCEPTED",
		    "%s, by hand, until %s", list->entries[i].what,
		    bs_time_text(list->entries[i].until, until));
	if (list->count <= ACCEPTED_SHOWN)
		return;
	bs_screen_say(screen, BS_COLOUR_NONE, "", "and %zu more",
	    list->count - ACCEPTED_SHOWN);
	bs_screen_type(bs_type_backstop(status->call, "accept list", line));
}

void
bs_status_print(const struct bs_overview *status,
    const struct bs_advices *advices)
{
	size_t domains = status->book.config->domain_count;
	struct bs_screen screen;
	char line[BS_TYPE_LINE];

	bs_screen_open(&screen);
	print_advice(&screen, advices, BS_ADVICE_BAD);
	print_advice(&screen, advices, BS_ADVICE_LOOK);
	print_well(&screen, status, advices);
	/* first things first */
	if (!has_level(advices, BS_ADVICE_BAD))
		print_advice(&screen, advices, BS_ADVICE_NEXT);
	for (size_t i = 0; i < domains && domains <= DOMAINS_SHOWN; i++) {
		struct bs_next_mode_ground ground = bs_status_ground(status, i);

		print_domain(&screen, &ground);
	}
	if (domains > DOMAINS_SHOWN)
		print_domain_counts(&screen, status);
	print_spf(&screen, status);
	print_accepted(&screen, status);
	bs_screen_say(&screen, BS_COLOUR_BOLD, "MORE", "%s",
	    bs_type_backstop(status->call, "status --all", line));
}
