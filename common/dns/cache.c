/* Answers of DNS, kept for as long as their TTL says. Who asks for what is
 * being asked for already waits for the same answer. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/dns/cache.h"
#include "common/base/monotonic.h"
#include "common/base/ascii.h"

#define BUCKETS 4096

/* Bounds of the TTL, in seconds. */
#define FOUND_MAX 86400
#define NOTHING_MAX                                                            \
	300 /* RFC 2308 §5 lets hours pass; a record that is new              \
	     * should be seen sooner */
#define NOTHING_UNSAID 60
#define FAILED 5

struct bs_dns_known {
	struct bs_dns_cache *cache; /* NULL once it has left it */
	struct bs_dns_known *next;  /* in its bucket */
	struct bs_dns_known *newer; /* by use; NULL: the newest */
	struct bs_dns_known *older;
	struct bs_dns_waiter *waiters;
	struct bs_dns_answer *answer; /* NULL: asked for */
	unsigned held; /* references: of the cache and of others */
	int64_t until; /* monotonic */
	enum bs_dns_type type;
	size_t bucket;
	size_t name_len;
	char name[]; /* lower case, no last dot */
};

struct bs_dns_cache {
	struct bs_dns *dns;
	size_t octets;
	size_t max_octets;
	struct bs_dns_known *newest;
	struct bs_dns_known *oldest;
	struct bs_dns_known *buckets[BUCKETS];
};

/* Writes a name as it is kept. */
static void
fold(const char *name, char out[static BS_HOST_MAX])
{
	size_t len = 0;

	while (len < BS_HOST_MAX - 1 && name[len] != '\0') {
		out[len] = bs_ascii_lower(name[len]);
		len++;
	}
	if (len > 0 && out[len - 1] == '.')
		len--;
	out[len] = '\0';
}

/* FNV-1a, without a secret: whoever fills one bucket on purpose slows down
 * 1/4096 of a cache of bounded size. */
static size_t
bucket_of(const char *name, enum bs_dns_type type)
{
	uint32_t hash = 2166136261u ^ (uint32_t)type;

	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return hash % BUCKETS;
}

static size_t
cost(const struct bs_dns_known *known)
{
	return sizeof(*known) + known->name_len + 1 +
	       (known->answer == NULL ? 0
				      : BS_DNS_ANSWER_SIZE(known->answer->len));
}

struct bs_dns_cache *
bs_dns_cache_new(struct bs_dns *dns, size_t max_octets)
{
	struct bs_dns_cache *cache = calloc(1, sizeof(*cache));

	if (cache != NULL) {
		cache->dns = dns;
		cache->max_octets = max_octets;
	}
	return cache;
}

void
bs_dns_known_release(struct bs_dns_known *known)
{
	if (known == NULL || --known->held > 0)
		return;
	free(known->answer);
	free(known);
}

/* Takes an answer out of the cache; it lives on while others hold it. */
static void
forget(struct bs_dns_cache *cache, struct bs_dns_known *known)
{
	struct bs_dns_known **link = &cache->buckets[known->bucket];

	while (*link != known)
		link = &(*link)->next;
	*link = known->next;
	if (known->newer != NULL)
		known->newer->older = known->older;
	else
		cache->newest = known->older;
	if (known->older != NULL)
		known->older->newer = known->newer;
	else
		cache->oldest = known->newer;
	cache->octets -= cost(known);
	known->cache = NULL;
	bs_dns_known_release(known);
}

static void
put_first(struct bs_dns_cache *cache, struct bs_dns_known *known)
{
	known->newer = NULL;
	known->older = cache->newest;
	if (cache->newest != NULL)
		cache->newest->newer = known;
	else
		cache->oldest = known;
	cache->newest = known;
}

/* Moves an answer that is used to the front. */
static void
use(struct bs_dns_cache *cache, struct bs_dns_known *known)
{
	if (cache->newest == known)
		return;
	known->newer->older = known->older;
	if (known->older != NULL)
		known->older->newer = known->newer;
	else
		cache->oldest = known->newer;
	put_first(cache, known);
}

void
bs_dns_cache_free(struct bs_dns_cache *cache)
{
	if (cache == NULL)
		return;
	while (cache->newest != NULL)
		forget(cache, cache->newest);
	free(cache);
}

/* Finds an entry, whose answer may still be on its way. One that is too old is
 * taken out. */
static struct bs_dns_known *
seek(struct bs_dns_cache *cache, const char *name, enum bs_dns_type type)
{
	struct bs_dns_known *known = cache->buckets[bucket_of(name, type)];

	while (known != NULL &&
	       (known->type != type || strcmp(known->name, name) != 0))
		known = known->next;
	if (known == NULL || known->answer == NULL ||
	    known->until > bs_monotonic_ms())
		return known;
	forget(cache, known);
	return NULL;
}

struct bs_dns_known *
bs_dns_cache_find(struct bs_dns_cache *cache, const char *name,
    enum bs_dns_type type)
{
	char folded[BS_HOST_MAX];
	struct bs_dns_known *known;

	fold(name, folded);
	known = seek(cache, folded, type);
	if (known == NULL || known->answer == NULL)
		return NULL;
	use(cache, known);
	known->held++;
	return known;
}

static int64_t
lifetime_of(const struct bs_dns_answer *answer)
{
	uint32_t ttl = answer->ttl_seconds;

	switch (answer->status) {
	case BS_DNS_FOUND:
		return ttl < FOUND_MAX ? ttl : FOUND_MAX;
	case BS_DNS_NO_DATA:
	case BS_DNS_NO_NAME:
		if (ttl == 0 || ttl == INT32_MAX)
			return NOTHING_UNSAID;
		return ttl < NOTHING_MAX ? ttl : NOTHING_MAX;
	case BS_DNS_FAILED:
		break;
	}
	return FAILED;
}

/* Hands an answer to all who wait. We hold it too until all have it. */
static void
tell(struct bs_dns_known *known)
{
	struct bs_dns_waiter *waiter;

	known->held++;
	while ((waiter = known->waiters) != NULL) {
		known->waiters = waiter->next;
		waiter->of = NULL;
		if (known->answer != NULL)
			known->held++;
		waiter->done(waiter, known->answer != NULL ? known : NULL);
	}
	bs_dns_known_release(known);
}

/* Forgets the answers used longest ago until the cache is small enough. Entries
 * whose answer is on its way stay. */
static void
shrink(struct bs_dns_cache *cache)
{
	struct bs_dns_known *known = cache->oldest;

	while (cache->octets > cache->max_octets && known != NULL) {
		struct bs_dns_known *newer = known->newer;

		if (known->answer != NULL)
			forget(cache, known);
		known = newer;
	}
}

/* The resolver calls this. It ends before the cache does, so the cache is
 * there. */
static void
on_answer(void *context, const struct bs_dns_answer *answer)
{
	struct bs_dns_known *known = context;
	struct bs_dns_cache *cache = known->cache;
	size_t size = BS_DNS_ANSWER_SIZE(answer->len);

	known->answer = malloc(size);
	if (known->answer != NULL) {
		memcpy(known->answer, answer, size);
		known->until = bs_monotonic_ms() + lifetime_of(answer) * 1000;
		cache->octets += size;
	}
	tell(known);
	if (known->answer == NULL)
		forget(cache, known);
	shrink(cache);
}

static struct bs_dns_known *
add(struct bs_dns_cache *cache, const char *name, enum bs_dns_type type)
{
	size_t size = strlen(name) + 1;
	struct bs_dns_known *known = calloc(1, sizeof(*known) + size);

	if (known == NULL)
		return NULL;
	memcpy(known->name, name, size);
	known->name_len = size - 1;
	known->cache = cache;
	known->type = type;
	known->held = 1;
	known->bucket = bucket_of(name, type);
	known->next = cache->buckets[known->bucket];
	cache->buckets[known->bucket] = known;
	put_first(cache, known);
	cache->octets += cost(known);
	return known;
}

void
bs_dns_cache_ask(struct bs_dns_cache *cache, const char *name,
    enum bs_dns_type type, struct bs_dns_waiter *waiter)
{
	char folded[BS_HOST_MAX];
	struct bs_dns_known *known;
	bool is_new = false;

	fold(name, folded);
	if ((known = seek(cache, folded, type)) == NULL) {
		known = add(cache, folded, type);
		is_new = true;
	}
	if (known == NULL) {
		waiter->done(waiter, NULL);
		return;
	}
	use(cache, known);
	waiter->of = known;
	waiter->next = known->waiters;
	known->waiters = waiter;
	if (known->answer != NULL)
		tell(known);
	else if (is_new)
		bs_dns_ask(cache->dns, folded, type, on_answer, known);
}

void
bs_dns_cache_cancel(struct bs_dns_waiter *waiter)
{
	struct bs_dns_waiter **link;

	if (waiter->of == NULL)
		return;
	for (link = &waiter->of->waiters; *link != waiter;
	     link = &(*link)->next)
		;
	*link = waiter->next;
	waiter->of = NULL;
}

const struct bs_dns_answer *
bs_dns_known_answer(const struct bs_dns_known *known)
{
	return known->answer;
}

const char *
bs_dns_known_name(const struct bs_dns_known *known)
{
	return known->name;
}

enum bs_dns_type
bs_dns_known_type(const struct bs_dns_known *known)
{
	return known->type;
}

bool
bs_dns_known_is(const struct bs_dns_known *known, const char *name,
    enum bs_dns_type type)
{
	size_t len = strlen(name);

	if (known->type != type)
		return false;
	if (len > 0 && name[len - 1] == '.')
		len--;
	return known->name_len == len && bs_ascii_same(known->name, name, len);
}
