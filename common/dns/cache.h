/* Answers of DNS, kept for as long as their TTL says. Who asks for what is
 * being asked for already waits for the same answer. */
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

/* Somebody who waits for an answer. It belongs to them; they leave it alone
 * until done. */
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

/* Nobody may be waiting. Answers that others hold stay valid. Takes NULL. */
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

/* Releases an answer that cache_find or done handed out. */
void bs_dns_known_release(struct bs_dns_known *known);

/* The answer and its question, valid while it is held; and whether it answers
 * this question. */
const struct bs_dns_answer *bs_dns_known_answer(
    const struct bs_dns_known *known);
const char *bs_dns_known_name(const struct bs_dns_known *known);
enum bs_dns_type bs_dns_known_type(const struct bs_dns_known *known);
bool bs_dns_known_is(const struct bs_dns_known *known, const char *name,
    enum bs_dns_type type);

#endif
