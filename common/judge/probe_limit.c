/* DESIGN §5, "guessing and probing": who tries tags and recipients in vain. */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/judge/probe_limit.h"

#define WINDOW_SECONDS 3600
#define WAYS 4 /* clients that share a slot of the table */
#define SETS (BS_LIMITS_CLIENTS / WAYS)
#define NETWORK_LEN 16

/* The attempts of two windows side by side: together they tell of a sliding
 * hour. */
struct entry {
	uint8_t network[NETWORK_LEN];
	int64_t window; /* number of the current one; 0: the entry is free */
	uint32_t now;
	uint32_t before;
};

struct bs_probe_limit {
	struct entry sets[SETS][WAYS];
};

struct bs_probe_limit *
bs_probe_limit_new(void)
{
	return calloc(1, sizeof(struct bs_probe_limit));
}

void
bs_probe_limit_free(struct bs_probe_limit *limits)
{
	free(limits);
}

/* The network that a client counts as: an IPv4 address, mapped, or the first
 * 64 bits of one of IPv6. Returns false for what is no address. */
static bool
network_of(const char *client, uint8_t out[static NETWORK_LEN])
{
	static const uint8_t mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
	    0xff};

	memset(out, 0, NETWORK_LEN);
	memcpy(out, mapped, sizeof(mapped));
	if (inet_pton(AF_INET, client, out + sizeof(mapped)) == 1)
		return true;
	if (inet_pton(AF_INET6, client, out) != 1)
		return false;
	if (memcmp(out, mapped, sizeof(mapped)) != 0)
		memset(out + NETWORK_LEN / 2, 0, NETWORK_LEN / 2);
	return true;
}

/* FNV-1a; who fills a set by choice of addresses only forgets himself. */
static size_t
set_of(const uint8_t network[static NETWORK_LEN])
{
	uint32_t hash = 0x811c9dc5;

	for (size_t i = 0; i < NETWORK_LEN; i++)
		hash = (hash ^ network[i]) * 0x01000193;
	return (hash ^ hash >> 16) % SETS;
}

/* What an entry is worth in a window: attempts of this one and the last. */
static uint64_t
attempts(const struct entry *entry, int64_t window)
{
	if (entry->window == window)
		return (uint64_t)entry->now + entry->before;
	return entry->window == window - 1 ? entry->now : 0;
}

/* The entry of a network, or else the one of its set that is worth least. */
static struct entry *
find(struct entry set[static WAYS], const uint8_t *network, int64_t window)
{
	struct entry *least = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].window != 0 &&
		    memcmp(set[i].network, network, NETWORK_LEN) == 0)
			return &set[i];
		if (attempts(&set[i], window) < attempts(least, window))
			least = &set[i];
	}
	return least;
}

static void
turn(struct entry *entry, const uint8_t *network, int64_t window)
{
	if (entry->window == 0 ||
	    memcmp(entry->network, network, NETWORK_LEN) != 0) {
		memset(entry, 0, sizeof(*entry));
		memcpy(entry->network, network, NETWORK_LEN);
	} else if (entry->window != window) {
		entry->before = entry->window == window - 1 ? entry->now : 0;
		entry->now = 0;
	}
	entry->window = window;
}

void
bs_probe_limit_count(struct bs_probe_limit *limits, const char *client,
    int64_t now)
{
	uint8_t network[NETWORK_LEN];
	int64_t window = now / WINDOW_SECONDS + 1;
	struct entry *entry;

	if (!network_of(client, network))
		return;
	entry = find(limits->sets[set_of(network)], network, window);
	turn(entry, network, window);
	if (entry->now < UINT32_MAX)
		entry->now++;
}

/* The part of the last window that still lies within the hour counts, as if
 * its attempts had been spread evenly. */
unsigned
bs_probe_limit_attempts(const struct bs_probe_limit *limits, const char *client,
    int64_t now)
{
	uint8_t network[NETWORK_LEN];
	int64_t window = now / WINDOW_SECONDS + 1;
	uint64_t left = (uint64_t)(WINDOW_SECONDS - now % WINDOW_SECONDS);
	const struct entry *set;
	uint64_t sum = 0;

	if (!network_of(client, network))
		return 0;
	set = limits->sets[set_of(network)];
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].window == 0 ||
		    memcmp(set[i].network, network, NETWORK_LEN) != 0)
			continue;
		if (set[i].window == window)
			sum =
			    set[i].now + set[i].before * left / WINDOW_SECONDS;
		else if (set[i].window == window - 1)
			sum = set[i].now * left / WINDOW_SECONDS;
	}
	return sum > UINT32_MAX ? UINT32_MAX : (unsigned)sum;
}
