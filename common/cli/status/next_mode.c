/* Whether a domain may take the next mode: what speaks against it, what that
 * mode would change, and how both are shown.
 *
 * What junk and enforce do rests on two things: tags of ours come home as they
 * left (else genuine bounces would be taken for forged), and, with "outbound =
 * here", the store knows all that left. The second is not asked of a domain
 * with "outbound = elsewhere": no verdict on its bounces rests on what the
 * store does not know. Before it refuses anything it is watched for a week. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/cli/output.h"
#include "common/cli/status/next_mode.h"

static void BS_PRINTF(3, 4) against(struct bs_next_mode *step, const char *word,
    const char *format, ...)
{
	struct bs_next_mode_reason *reason = &step->reasons[step->count];
	va_list args;

	if (step->count == BS_NEXT_MODE_REASONS)
		return;
	step->count++;
	reason->word = word;
	va_start(args, format);
	vsnprintf(reason->text, sizeof(reason->text), format, args);
	va_end(args);
}

static void
check_signing(const struct bs_next_mode_ground *ground,
    struct bs_next_mode *out)
{
	const char *name = ground->domain->name;

	if (!ground->domain->sign)
		against(out, "sign-off",
		    "%s does not sign, so no bounce can prove that it is "
		    "genuine; set: sign = yes",
		    name);
	if (!ground->has_key)
		against(out, "no-key",
		    "no key is active: nothing is signed; type: "
		    "backstop key rotate");
	if (ground->clock_in_doubt)
		against(out, "clock",
		    "the clock is in doubt: nothing is refused; if the date "
		    "is right, type: backstop store confirm-clock");
}

static void
check_tallies(const struct bs_next_mode_ground *ground,
    struct bs_next_mode *out)
{
	const uint32_t *week = ground->survey->week.counts;
	const uint32_t *month = ground->survey->month.counts;
	const char *name = ground->domain->name;

	if (month[BS_TALLY_TAG_HOME] == 0)
		against(out, "no-tag-home",
		    "in %d days no tag of %s came home, so nothing shows that "
		    "tags survive the way; send a mail to an address that does "
		    "not exist elsewhere, and wait for its bounce",
		    BS_DOMAINS_MONTH, name);
	if (month[BS_TALLY_REFUSED_LATER_KNOWN] > 0)
		against(out, "refused-later-known",
		    "in %d days %" PRIu32 " bounce%s of %s %s refused that "
		    "returned a message of ours; see event=refused-later-known "
		    "in the log, and find out why that message was not known",
		    BS_DOMAINS_MONTH, month[BS_TALLY_REFUSED_LATER_KNOWN],
		    bs_plural(month[BS_TALLY_REFUSED_LATER_KNOWN]), name,
		    month[BS_TALLY_REFUSED_LATER_KNOWN] == 1 ? "was" : "were");
	if (week[BS_TALLY_STRIPPED] > 0)
		against(out, "stripped",
		    "in %d days %" PRIu32 " genuine bounce%s of mail that left "
		    "with a tag came home without one: some path strips tags; "
		    "find it (backstop explain on such a bounce)",
		    BS_DOMAINS_WEEK, week[BS_TALLY_STRIPPED],
		    bs_plural(week[BS_TALLY_STRIPPED]));
}

/* With "outbound = here" coverage asks for more than this. */
static void
check_watched(const struct bs_next_mode_ground *ground,
    struct bs_next_mode *out)
{
	unsigned left = ground->survey->unwatched_days;
	const char *name = ground->domain->name;

	if (ground->domain->outbound_here || !ground->domain->sign || left == 0)
		return;
	against(out, "not-watched",
	    "%s is to be watched for %u more day%s of %d: what enforce would "
	    "refuse is in the log; type: journalctl -u backstopd | grep "
	    "would=reject",
	    name, left, bs_plural(left), BS_DOMAINS_WATCH);
}

static void
check_coverage(const struct bs_next_mode_ground *ground,
    struct bs_next_mode *out)
{
	const struct bs_domain_status *survey = ground->survey;
	char when[BS_TIME_TEXT];

	if (!ground->domain->outbound_here ||
	    survey->coverage == BS_COVERAGE_FULL)
		return;
	if (survey->full_at != 0)
		against(out, "coverage",
		    "coverage is partial (%s), so what this mode would do "
		    "could not be watched yet; it is full from %s on",
		    bs_reason_word(survey->reason),
		    bs_time_text(survey->full_at, when));
	else
		against(out, "coverage",
		    "coverage is partial (%s), so what this mode would do "
		    "could not be watched yet; backstop.conf(5) says what "
		    "makes it full",
		    bs_reason_word(survey->reason));
}

void
bs_next_mode_check(const struct bs_next_mode_ground *ground, enum bs_mode to,
    struct bs_next_mode *out)
{
	out->count = 0;
	if (to < BS_JUNK)
		return;
	check_signing(ground, out);
	if (ground->survey == NULL) {
		against(out, "no-store",
		    "the store could not be read, so nothing is known; type: "
		    "backstop status");
		return;
	}
	check_tallies(ground, out);
	check_coverage(ground, out);
	if (to == BS_ENFORCE)
		check_watched(ground, out);
}

static enum bs_mode
next_mode(enum bs_mode mode)
{
	return mode == BS_ENFORCE ? mode : (enum bs_mode)(mode + 1);
}

/* What a person should know beside: a text, or NULL. */
static const char *
note(const struct bs_domain *domain)
{
	if (domain->outbound_here)
		return NULL;
	return "outbound = elsewhere: bounces without a tag are let through, "
	       "as nobody knows all that was sent; if all mail of the domain "
	       "leaves here, set: outbound = here";
}

static void
print_week(const struct bs_domain_status *survey, const char *indent)
{
	const uint32_t *week = survey->week.counts;

	bs_print(stdout,
	    "%sin %d days: %" PRIu32 " mail%s signed, %" PRIu32
	    " unsigned; bounces: %" PRIu32 " genuine by tag, %" PRIu32
	    " by Message-ID (%" PRIu32 " lost %s tag), %" PRIu32
	    " forged, %" PRIu32 " suspect, %" PRIu32 " unknown\n",
	    indent, BS_DOMAINS_WEEK, week[BS_TALLY_SIGNED],
	    bs_plural(week[BS_TALLY_SIGNED]), week[BS_TALLY_UNSIGNED],
	    week[BS_TALLY_TAG_HOME], week[BS_TALLY_ID_HOME],
	    week[BS_TALLY_STRIPPED],
	    week[BS_TALLY_STRIPPED] == 1 ? "its" : "their",
	    week[BS_TALLY_FORGED], week[BS_TALLY_SUSPECT],
	    week[BS_TALLY_UNKNOWN]);
	bs_print(stdout,
	    "%srefused %" PRIu32 ", junked %" PRIu32 ", deferred %" PRIu32
	    "; enforce would have refused %" PRIu32 " and junked %" PRIu32
	    " more\n",
	    indent, week[BS_TALLY_REJECTED], week[BS_TALLY_JUNKED],
	    week[BS_TALLY_DEFERRED], week[BS_TALLY_WOULD_REJECT],
	    week[BS_TALLY_WOULD_JUNK]);
	bs_print(stdout,
	    "%srefused, and the message turned out to be ours: %" PRIu32 "\n",
	    indent, week[BS_TALLY_REFUSED_LATER_KNOWN]);
}

/* Says of a mode, or of two with the same reasons, whether it is safe. */
static void
print_step(const char *indent, const char *modes, bool are_two,
    const struct bs_next_mode *step)
{
	bs_print(stdout, "%sfurther step%s to %s %s %s", indent,
	    are_two ? "s" : "", modes, are_two ? "are" : "is",
	    step->count == 0 ? "safe" : "not safe yet:");
	for (size_t i = 0; i < step->count; i++)
		bs_print(stdout, "%s %s", i == 0 ? "" : ",",
		    step->reasons[i].word);
	putchar('\n');
}

/* Marking needs nothing: so what the steps beyond it will need. */
static void
print_far(const struct bs_next_mode_ground *ground, const char *indent)
{
	struct bs_next_mode junk;
	struct bs_next_mode enforce;

	bs_next_mode_check(ground, BS_JUNK, &junk);
	bs_next_mode_check(ground, BS_ENFORCE, &enforce);
	/* enforce asks for all that junk asks for, and more */
	if (junk.count == enforce.count) {
		print_step(indent, "junk and enforce", true, &junk);
		return;
	}
	print_step(indent, "junk", false, &junk);
	print_step(indent, "enforce", false, &enforce);
}

size_t
bs_next_mode_passes(const struct bs_next_mode_ground *ground, enum bs_mode to,
    char out[static BS_NEXT_MODE_PASSES][BS_NEXT_MODE_TEXT])
{
	const struct bs_domain *domain = ground->domain;
	const struct bs_domain_status *survey = ground->survey;
	size_t count = 0;

	if (to < BS_JUNK)
		return 0;
	if (!domain->outbound_here)
		snprintf(out[count++], BS_NEXT_MODE_TEXT,
		    "bounces without a tag pass, as outbound = elsewhere");
	else if (survey == NULL || survey->coverage != BS_COVERAGE_FULL)
		snprintf(out[count++], BS_NEXT_MODE_TEXT,
		    "bounces without a tag pass while coverage is partial (%s)",
		    bs_reason_word(
			survey == NULL ? BS_REASON_NO_STORE : survey->reason));
	if (domain->exempt.count > 0)
		snprintf(out[count++], BS_NEXT_MODE_TEXT,
		    "bounces without a tag to addresses that are exempt pass");
	if (to == BS_ENFORCE && !domain->strict)
		snprintf(out[count++], BS_NEXT_MODE_TEXT,
		    "suspect bounces are marked as spam, and not refused, as "
		    "strict = no");
	return count;
}

void
bs_next_mode_print(const struct bs_next_mode_ground *ground, const char *indent)
{
	const struct bs_domain *domain = ground->domain;
	enum bs_mode next = next_mode(domain->mode);
	struct bs_next_mode step;

	if (ground->survey != NULL)
		print_week(ground->survey, indent);
	bs_next_mode_check(ground, next, &step);
	if (next == domain->mode)
		bs_print(stdout, "%s%s\n", indent,
		    step.count == 0 ? "there is no mode beyond enforce"
				    : "enforce is in force; this speaks "
				      "against it:");
	else if (step.count == 0)
		bs_print(stdout,
		    "%snext: %s is safe; type: backstop mode %s %s\n", indent,
		    bs_mode_name(next), domain->name, bs_mode_name(next));
	else
		bs_print(stdout, "%snext: %s is not safe yet:\n", indent,
		    bs_mode_name(next));
	for (size_t i = 0; i < step.count; i++)
		bs_print(stdout, "%s  %s: %s\n", indent, step.reasons[i].word,
		    step.reasons[i].text);
	if (next == BS_MARK)
		print_far(ground, indent);
	if (note(domain) != NULL)
		bs_print(stdout, "%snote: %s\n", indent, note(domain));
}

struct bs_json *
bs_next_mode_reasons_json(const struct bs_next_mode *step)
{
	struct bs_json *array = bs_json_array();

	for (size_t i = 0; i < step->count; i++) {
		struct bs_json *json = bs_json_object();

		bs_json_text(json, "reason", step->reasons[i].word);
		bs_json_text(json, "text", step->reasons[i].text);
		bs_json_append(array, json);
	}
	return array;
}

static const char *const tally_names[BS_TALLIES] = {
    [BS_TALLY_SIGNED] = "signed",
    [BS_TALLY_UNSIGNED] = "unsigned",
    [BS_TALLY_TAG_HOME] = "genuine_by_tag",
    [BS_TALLY_ID_HOME] = "genuine_by_message_id",
    [BS_TALLY_STRIPPED] = "stripped",
    [BS_TALLY_FORGED] = "forged",
    [BS_TALLY_SUSPECT] = "suspect",
    [BS_TALLY_UNKNOWN] = "unknown",
    [BS_TALLY_WOULD_REJECT] = "would_reject",
    [BS_TALLY_WOULD_JUNK] = "would_junk",
    [BS_TALLY_REJECTED] = "rejected",
    [BS_TALLY_JUNKED] = "junked",
    [BS_TALLY_DEFERRED] = "deferred",
    [BS_TALLY_REFUSED_LATER_KNOWN] = "refused_later_known",
    [BS_TALLY_NAMELESS] = "nameless",
};

static struct bs_json *
tally_json(const struct bs_tally_record *tally)
{
	struct bs_json *json = bs_json_object();

	for (size_t i = 0; i < BS_TALLIES; i++)
		bs_json_number(json, tally_names[i], tally->counts[i]);
	return json;
}

void
bs_next_mode_json(const struct bs_next_mode_ground *ground,
    struct bs_json *object)
{
	enum bs_mode mode = ground->domain->mode;
	enum bs_mode next = next_mode(mode);
	struct bs_next_mode step;

	bs_next_mode_check(ground, next, &step);
	bs_json_text(object, "next", next == mode ? NULL : bs_mode_name(next));
	bs_json_bool(object, "safe", step.count == 0);
	bs_json_put(object, "reasons", bs_next_mode_reasons_json(&step));
	bs_json_text(object, "note", note(ground->domain));
	if (ground->survey != NULL)
		bs_json_put(object, "week", tally_json(&ground->survey->week));
	else
		bs_json_null(object, "week");
}
