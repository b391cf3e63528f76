/* Whether a domain may take a step up: what speaks against it, and for.
 *
 * What junk and enforce do rests on two things: tags of ours come home as they
 * left (else genuine bounces would be taken for forged), and, with "outbound =
 * here", the store knows all that left. The second is not asked of a domain
 * without that word: rows 5 and 13 to 15, which need it, are not for it. */
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
		    "the clock is in doubt: nothing is signed or refused; if "
		    "the date is right, type: backstop store confirm-clock");
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
	if (week[BS_TALLY_STRIPPED] > 0)
		against(out, "stripped",
		    "in %d days %" PRIu32 " genuine bounces of mail that left "
		    "with a tag came home without one: some path strips tags; "
		    "find it (backstop explain on such a bounce)",
		    BS_DOMAINS_WEEK, week[BS_TALLY_STRIPPED]);
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
		    survey->reason, bs_time_text(survey->full_at, when));
	else
		against(out, "coverage",
		    "coverage is partial (%s), so what this mode would do "
		    "could not be watched yet; backstop.conf(5) says what "
		    "makes it full",
		    survey->reason);
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
}
