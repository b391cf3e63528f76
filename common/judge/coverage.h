/* Whether all mail of a time is known: then the absence of a record counts. */
#ifndef BS_JUDGE_COVERAGE_H
#define BS_JUDGE_COVERAGE_H

#include <stdint.h>

#include "common/base/backstop.h"
#include "common/judge/view.h"
#include "common/policy/reason.h"

/* When the message that a bounce is about may have been sent. */
struct bs_span {
	int64_t from; /* epoch seconds */
	int64_t to;   /* now: some mail is written days before it is sent */
	uint32_t first_day; /* of from */
};

/* The span of a message that bears this date (epoch seconds, 0: none): the
 * days from it on, if a tag of then could still be judged; else all such days.
 */
void bs_span_of(int64_t date, int64_t now, unsigned lifetime_days,
    struct bs_span *out);

/* Why the store does not have all that was told us between two times, or
 * _NONE. */
enum bs_reason bs_store_fault(const struct bs_view *view, int64_t from,
    int64_t to);

/* Why not all mail of a domain was signed by us in that span, or _NONE. For an
 * address (or NULL: the domain as a whole) that was seen to sign, its own
 * unsigned mail counts; else the domain's, too. */
enum bs_reason bs_coverage_fault(const struct bs_view *view,
    const struct bs_domain *domain, const struct bs_address *address,
    const struct bs_span *span);

/* Why not all mail of a domain was signed by us on that day, for people to look
 * back, or _NONE. Of what a domain did, the store has the last day alone: of
 * its unsigned mail this tells no earlier one, of all else it blames those
 * before, too. Nothing is judged by it. */
enum bs_reason bs_coverage_day_fault(const struct bs_view *view,
    const struct bs_domain *domain, uint32_t day, int64_t now);

/* Why the Message-ID of some mail of a domain in that span is not known, or
 * _NONE. */
enum bs_reason bs_recording_fault(const struct bs_view *view,
    const struct bs_domain *domain, const struct bs_span *span);

/* The day (since 1970) from which the whole window is covered, if nothing
 * more happens; 0 where the settings do not claim it. */
uint32_t bs_coverage_day(const struct bs_view *view,
    const struct bs_domain *domain, int64_t now, unsigned lifetime_days);

/* Coverage of a message of which no date is known. */
struct bs_coverage_state {
	enum bs_reason reason; /* why it is partial, or _NONE */
	int64_t since;	 /* epoch seconds: nothing was missed since; 0: never */
	int64_t full_at; /* when it became full, or waiting makes it so; 0:
			  * waiting does not help */
};

void bs_coverage_find(const struct bs_view *view,
    const struct bs_domain *domain, int64_t now, struct bs_coverage_state *out);

/* Whether a valid tag of the domain that was never issued here came on this day
 * or later: somebody else signs with a key of ours. */
bool bs_someone_else_signs(const struct bs_view *view,
    const struct bs_domain *domain, uint32_t day);

#endif
