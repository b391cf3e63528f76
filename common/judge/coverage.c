/* Whether all mail of a time is known: then the absence of a record counts. */
#include <string.h>

#include "common/judge/coverage.h"
#include "common/keys/day.h"

/* An engine that is there says so every few seconds. */
#define AWAY_SECONDS 60

void
bs_span_of(int64_t date, int64_t now, unsigned lifetime_days,
    struct bs_span *out)
{
	int64_t window = (int64_t)bs_day_window(lifetime_days) * BS_DAY_SECONDS;

	/* a sender's clock and time zone may be a day off */
	if (date > 0 && date <= now && date >= now - window)
		out->from = date - BS_DAY_SECONDS;
	else
		out->from = now - window;
	out->to = now;
	out->first_day = bs_day_of(out->from);
}

static int
domain_record(const struct bs_view *view, const struct bs_domain *domain,
    struct bs_sender_record *out)
{
	uint8_t hash[BS_RECORD_HASH];
	int rc =
	    bs_view_hash_domain(view, domain->name, strlen(domain->name), hash);

	memset(out, 0, sizeof(*out));
	return rc != 0 ? rc : bs_view_sender(view, hash, out);
}

enum bs_reason
bs_store_fault(const struct bs_view *view, int64_t from, int64_t to)
{
	const struct bs_meta *meta = view->meta;

	if (meta->epoch == 0)
		return BS_REASON_NO_STORE;
	if (meta->clock.in_doubt)
		return BS_REASON_CLOCK;
	if (meta->is_unread ||
	    (meta->failing_since != 0 && to > meta->failing_since))
		return BS_REASON_STORE_TROUBLE;
	if (from < meta->epoch)
		return BS_REASON_YOUNG_STORE;
	/* a gap that nobody wrote down yet: "backstop status" and "explain"
	 * look while no engine runs */
	if (to > meta->alive + AWAY_SECONDS)
		return BS_REASON_ENGINE_AWAY;
	if (bs_meta_is_complete(meta, from, to))
		return BS_REASON_NONE;
	return bs_meta_has_pause(meta, from, to) ? BS_REASON_ADAPTER_SILENT
						 : BS_REASON_GAP;
}

/* Whether somebody else may sign, and so send, with a key of ours. A key that
 * never signed here is only for old tags. */
static bool
has_foreign_key(const struct bs_keyring *keyring)
{
	for (size_t i = 0; i < keyring->count; i++) {
		const struct bs_key *key = &keyring->keys[i];

		if (key->state != BS_KEY_PENDING && key->activated != 0 &&
		    key->origin != BS_KEY_MADE && key->origin != BS_KEY_REMADE)
			return true;
	}
	return false;
}

static bool
has_lent_key(const struct bs_view *view, const struct bs_span *span)
{
	const struct bs_keyring *keyring = view->keyring;
	unsigned lifetime_days = bs_meta_lifetime(view->meta,
	    view->config->lifetime_days, bs_day_of(span->to));

	for (size_t i = 0; i < keyring->count; i++)
		if (bs_key_is_lent(&keyring->keys[i], lifetime_days,
			bs_day_of(span->to)))
			return true;
	return false;
}

/* Whether a day lies in the span or at its edge, or behind it, where an
 * earlier one may have been forgotten. */
static bool
touches(uint32_t day, const struct bs_span *span)
{
	return day != 0 && day + 1 >= span->first_day;
}

/* What holds for signing and recording alike. *record is the domain's. */
static enum bs_reason
common_fault(const struct bs_view *view, const struct bs_domain *domain,
    const struct bs_span *span, struct bs_sender_record *record)
{
	enum bs_reason fault;

	if (!domain->outbound_here)
		return BS_REASON_OUTBOUND_ELSEWHERE;
	if (!domain->sign)
		return BS_REASON_SIGN_OFF;
	if (has_foreign_key(view->keyring))
		return BS_REASON_FOREIGN_KEY;
	if (has_lent_key(view, span))
		return BS_REASON_LENT_KEY;
	if ((fault = bs_store_fault(view, span->from, span->to)) !=
	    BS_REASON_NONE)
		return fault;
	if (domain_record(view, domain, record) < 0)
		return BS_REASON_STORE_TROUBLE;
	/* the day on which it began has hours before it did */
	if (record->first_signed_day == 0 ||
	    record->first_signed_day >= span->first_day)
		return BS_REASON_SIGNING_BEGAN_LATER;
	if (touches(record->last_elsewhere_day, span))
		return BS_REASON_OUTBOUND_BEGAN_LATER;
	if (touches(record->last_foreign_day, span))
		return BS_REASON_SOMEONE_ELSE_SIGNS;
	return BS_REASON_NONE;
}

/* What the records of an address and its domain say of mail without a tag. An
 * address that was never seen to sign has the domain's, too. */
static enum bs_reason
unsigned_fault(const struct bs_sender_record *own,
    const struct bs_sender_record *domain, const struct bs_span *span)
{
	if (touches(own->last_stripped_day, span))
		return BS_REASON_STRIPPED;
	if (touches(own->last_unsigned_day, span))
		return BS_REASON_UNSIGNED_MAIL;
	if (own->first_signed_day == 0 &&
	    touches(domain->last_unsigned_day, span))
		return BS_REASON_UNSIGNED_IN_DOMAIN;
	return BS_REASON_NONE;
}

enum bs_reason
bs_coverage_fault(const struct bs_view *view, const struct bs_domain *domain,
    const struct bs_address *address, const struct bs_span *span)
{
	struct bs_sender_record record;
	struct bs_sender_record own = {0};
	char canonical[BS_ADDRESS_MAX];
	uint8_t hash[BS_RECORD_HASH];
	enum bs_reason fault = common_fault(view, domain, span, &record);

	if (fault != BS_REASON_NONE)
		return fault;
	if (address != NULL) {
		if (bs_address_canonical(address, canonical,
			sizeof(canonical)) != 0)
			return BS_REASON_STORE_TROUBLE;
		if (bs_domain_exempts(domain, canonical))
			return BS_REASON_EXEMPT;
		bs_view_hash(view, canonical, strlen(canonical), hash);
		if (bs_view_sender(view, hash, &own) < 0)
			return BS_REASON_STORE_TROUBLE;
	}
	return unsigned_fault(&own, &record, span);
}

enum bs_reason
bs_recording_fault(const struct bs_view *view, const struct bs_domain *domain,
    const struct bs_span *span)
{
	struct bs_sender_record record;
	enum bs_reason fault;

	if ((fault = common_fault(view, domain, span, &record)) !=
	    BS_REASON_NONE)
		return fault;
	return touches(record.last_unrecorded_day, span) ? BS_REASON_UNRECORDED
							 : BS_REASON_NONE;
}

enum bs_reason
bs_coverage_day_fault(const struct bs_view *view,
    const struct bs_domain *domain, uint32_t day, int64_t now)
{
	struct bs_sender_record record;
	struct bs_span span = {.from = (int64_t)day * BS_DAY_SECONDS,
	    .to = ((int64_t)day + 1) * BS_DAY_SECONDS,
	    .first_day = day};
	enum bs_reason fault;

	if (span.to > now)
		span.to = now;
	if ((fault = common_fault(view, domain, &span, &record)) !=
	    BS_REASON_NONE)
		return fault;
	return record.last_unsigned_day == day ? BS_REASON_UNSIGNED_IN_DOMAIN
					       : BS_REASON_NONE;
}

static void
raise_day(uint32_t *day, uint32_t other)
{
	if (other > *day)
		*day = other;
}

bool
bs_someone_else_signs(const struct bs_view *view,
    const struct bs_domain *domain, uint32_t day)
{
	struct bs_sender_record record;

	return domain_record(view, domain, &record) < 0 ||
	       (record.last_foreign_day != 0 &&
		   record.last_foreign_day + 1 >= day);
}

uint32_t
bs_coverage_day(const struct bs_view *view, const struct bs_domain *domain,
    int64_t now, unsigned lifetime_days)
{
	const struct bs_meta *meta = view->meta;
	struct bs_sender_record record;
	uint32_t day = bs_day_of(meta->epoch);

	if (!domain->outbound_here || !domain->sign || meta->epoch == 0)
		return 0;
	if (domain_record(view, domain, &record) != 0 ||
	    record.first_signed_day == 0)
		record.first_signed_day = bs_day_of(now);
	raise_day(&day, record.first_signed_day);
	if (record.last_unsigned_day != 0)
		raise_day(&day, record.last_unsigned_day + 1);
	if (record.last_elsewhere_day != 0)
		raise_day(&day, record.last_elsewhere_day + 1);
	if (record.last_foreign_day != 0)
		raise_day(&day, record.last_foreign_day + 1);
	for (size_t i = 0; i < meta->gap_count; i++)
		raise_day(&day, bs_day_of(meta->gaps[i].end));
	if (meta->failing_since != 0 || now > meta->alive + AWAY_SECONDS)
		raise_day(&day, bs_day_of(now));
	return day + 1 + bs_day_window(lifetime_days);
}

void
bs_coverage_find(const struct bs_view *view, const struct bs_domain *domain,
    int64_t now, struct bs_coverage_state *out)
{
	unsigned lifetime_days = bs_meta_lifetime(view->meta,
	    view->config->lifetime_days, bs_day_of(now));
	int64_t day = bs_coverage_day(view, domain, now, lifetime_days);
	struct bs_span span;

	*out = (struct bs_coverage_state){0};
	bs_span_of(0, now, lifetime_days, &span);
	out->reason = bs_coverage_fault(view, domain, NULL, &span);
	if (day > (int64_t)bs_day_window(lifetime_days))
		out->since =
		    (day - bs_day_window(lifetime_days)) * BS_DAY_SECONDS;
	/* where that day is past, waiting does not help */
	if (out->reason == BS_REASON_NONE || day * BS_DAY_SECONDS > now)
		out->full_at = day * BS_DAY_SECONDS;
}
