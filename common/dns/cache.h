/* Answers of DNS, kept as long as they say, and asked for once at a time. */
#ifndef BS_DNS_CACHE_H
#define BS_DNS_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/dns/dns.h"
#include "common/dns/reply.h"

struct bs_dns_cache;

/* An answer that somebody holds, with the question to it. */
struct bs_dns_known;

/* Somebody who waits for an answer; theirs, and left alone until done. */
struct bs_dns_waiter {
	void (*done)(struct bs_dns_waiter *waiter, struct bs_dns_known *known);
	void *context;

	/* the cache's */
	struct bs_dns_known *of;
	struct bs_dns_waiter *next;
};

/* A cache of max_octets over a resolver, which it borrows. Returns NULL
 * without memory. */
struct bs_dns_cache *bs_dns_cache_new(struct bs_dns *dns, size_t max_octets);

/* Nobody may wait. What is held stays. Takes NULL. */
void bs_dns_cache_free(struct bs_dns_cache *cache);

/* An answer that is known and fresh, to be released by the caller; else NULL.
 */
struct bs_dns_known *bs_dns_cache_find(struct bs_dns_cache *cache,
    const char *name, enum bs_dns_type type);

/* Asks for an answer. The waiter's done is called, maybe before this returns,
 * with one that it must release, or with NULL without memory. */
void bs_dns_cache_ask(struct bs_dns_cache *cache, const char *name,
    enum bs_dns_type type, struct bs_dns_waiter *waiter);

/* done will not be called. Harmless where nothing is waited for. */
void bs_dns_cache_cancel(struct bs_dns_waiter *waiter);

/* Gives an answer back. */
void bs_dns_known_release(struct bs_dns_known *known);

/* What it says, of what question, while it is held; and whether it answers
 * this one. */
const struct bs_dns_answer *bs_dns_known_answer(
    const struct bs_dns_known *known);
const char *bs_dns_known_name(const struct bs_dns_known *known);
enum bs_dns_type bs_dns_known_type(const struct bs_dns_known *known);
bool bs_dns_known_is(const struct bs_dns_known *known, const char *name,
    enum bs_dns_type type);

#endif
