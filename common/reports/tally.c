/* The sources with most mails, in bounded memory: the "Space-Saving" of
 * Metwally, Agrawal and El Abbadi (2005). Once all places are taken, a newcomer
 * gets that of the source with fewest mails, and its weight: it may have had as
 * many before. So no order of the files keeps out who sends most. */
#include <stdlib.h>
#include <string.h>

#include "common/reports/tally.h"

#define BUCKETS 65536
#define NOBODY ((size_t)-1)

/* FNV-1a; whoever makes all sources of a report fall into one bucket slows
 * down the reading of that report alone. */
static size_t
bucket_of(const uint8_t address[static 16], const char *domain)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < 16; i++)
		hash = (hash ^ address[i]) * 16777619u;
	for (const char *c = domain; *c != '\0'; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	return hash % BUCKETS;
}

static struct bs_report_source *
find(const struct bs_report_tally *tally, const struct bs_report_row *row)
{
	size_t at = tally->buckets[bucket_of(row->address, row->domain)];

	for (; at != NOBODY; at = tally->list[at].next) {
		struct bs_report_source *source = &tally->list[at];

		if (source->is_ip6 == row->is_ip6 &&
		    memcmp(source->address, row->address, 16) == 0 &&
		    strcmp(source->domain, row->domain) == 0)
			return source;
	}
	return NULL;
}

/* The mails that a source may have had, at most. */
static uint64_t
weight(const struct bs_report_tally *tally, size_t place)
{
	const struct bs_report_source *source =
	    &tally->list[tally->heap[place]];

	return source->mails + source->missed;
}

static void
put(struct bs_report_tally *tally, size_t place, size_t source)
{
	tally->heap[place] = source;
	tally->list[source].place = place;
}

/* Moves a source that has grown behind those that have fewer mails. */
static void
sink(struct bs_report_tally *tally, size_t place)
{
	size_t child;

	while ((child = 2 * place + 1) < tally->count) {
		size_t source = tally->heap[place];

		if (child + 1 < tally->count &&
		    weight(tally, child + 1) < weight(tally, child))
			child++;
		if (weight(tally, place) <= weight(tally, child))
			return;
		put(tally, place, tally->heap[child]);
		put(tally, child, source);
		place = child;
	}
}

/* Makes the heap, once all places are taken. */
static bool
make_heap(struct bs_report_tally *tally)
{
	if (tally->heap != NULL)
		return true;
	tally->heap = calloc(tally->count, sizeof(*tally->heap));
	if (tally->heap == NULL)
		return false;
	for (size_t i = 0; i < tally->count; i++)
		put(tally, i, i);
	for (size_t i = tally->count / 2; i-- > 0;)
		sink(tally, i);
	return true;
}

static bool
make_buckets(struct bs_report_tally *tally)
{
	if (tally->buckets != NULL)
		return true;
	tally->buckets = malloc(BUCKETS * sizeof(*tally->buckets));
	for (size_t i = 0; tally->buckets != NULL && i < BUCKETS; i++)
		tally->buckets[i] = NOBODY;
	return tally->buckets != NULL;
}

static bool
grow(struct bs_report_tally *tally)
{
	size_t room = tally->room * 2 + 64;
	struct bs_report_source *grown;

	if (tally->count < tally->room)
		return true;
	grown = reallocarray(tally->list, room, sizeof(*grown));
	if (grown == NULL)
		return false;
	tally->list = grown;
	tally->room = room;
	return true;
}

/* Takes the source with fewest mails out of its bucket. Returns its index. */
static size_t
evict(struct bs_report_tally *tally)
{
	size_t at = tally->heap[0];
	struct bs_report_source *source = &tally->list[at];
	size_t *link =
	    &tally->buckets[bucket_of(source->address, source->domain)];

	while (*link != at)
		link = &tally->list[*link].next;
	*link = source->next;
	tally->other_mails += source->mails;
	tally->missed_max = weight(tally, 0);
	return at;
}

/* Returns NULL without memory. */
static struct bs_report_source *
add(struct bs_report_tally *tally, const struct bs_report_row *row)
{
	size_t bucket = bucket_of(row->address, row->domain);
	bool is_full = tally->count == BS_REPORT_SOURCES_MAX;
	struct bs_report_source *source;
	size_t at;

	if (is_full ? !make_heap(tally) : !grow(tally))
		return NULL;
	at = is_full ? evict(tally) : tally->count++;
	source = &tally->list[at];
	memset(source, 0, sizeof(*source));
	source->missed = is_full ? tally->missed_max : 0;
	source->is_ip6 = row->is_ip6;
	memcpy(source->address, row->address, sizeof(source->address));
	memcpy(source->domain, row->domain, sizeof(source->domain));
	source->next = tally->buckets[bucket];
	tally->buckets[bucket] = at;
	return source;
}

struct bs_report_source *
bs_report_tally_count(struct bs_report_tally *tally,
    const struct bs_report_row *row)
{
	struct bs_report_source *source = NULL;

	if (make_buckets(tally) && (source = find(tally, row)) == NULL)
		source = add(tally, row);
	if (source == NULL) {
		tally->other_mails += row->mails;
		return NULL;
	}
	source->mails += row->mails;
	if (tally->heap != NULL)
		sink(tally, source->place);
	return source;
}

static int
compare(const void *a, const void *b)
{
	const struct bs_report_source *x = a;
	const struct bs_report_source *y = b;

	if (x->mails != y->mails)
		return x->mails > y->mails ? -1 : 1;
	if (x->is_ip6 != y->is_ip6)
		return x->is_ip6 ? 1 : -1;
	return memcmp(x->address, y->address, sizeof(x->address));
}

/* Their places are no longer what these say. */
static void
forget_places(struct bs_report_tally *tally)
{
	free(tally->buckets);
	free(tally->heap);
	tally->buckets = NULL;
	tally->heap = NULL;
}

void
bs_report_tally_sort(struct bs_report_tally *tally)
{
	if (tally->count > 0)
		qsort(tally->list, tally->count, sizeof(*tally->list), compare);
	forget_places(tally);
}

void
bs_report_tally_free(struct bs_report_tally *tally)
{
	forget_places(tally);
	free(tally->list);
	memset(tally, 0, sizeof(*tally));
}
