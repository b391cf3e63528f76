/* Who tries tags and recipients in the name of bounces has to wait. */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/judge/facts.h"
#include "common/judge/probe.h"

#define WINDOW_SECONDS 3600
#define WAYS 4 /* clients that share a slot of the table */
#define SETS (BS_PROBE_CLIENTS / WAYS)
#define NETWORK_LEN 16

static const char probing_text[] =
    "451 4.7.1 Too many bounces from your host to addresses that do not exist "
    "or that we never signed: try again in an hour";

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

/* FNV-1a. An attacker who picks addresses that share a set only makes us forget
 * his own attempts. */
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
static uint64_t
within_the_hour(const struct entry *entry, int64_t now)
{
	int64_t window = now / WINDOW_SECONDS + 1;
	uint64_t left = (uint64_t)(WINDOW_SECONDS - now % WINDOW_SECONDS);

	if (entry->window == window)
		return entry->now + entry->before * left / WINDOW_SECONDS;
	if (entry->window != 0 && entry->window == window - 1)
		return entry->now * left / WINDOW_SECONDS;
	return 0;
}

unsigned
bs_probe_limit_attempts(const struct bs_probe_limit *limits, const char *client,
    int64_t now)
{
	uint8_t network[NETWORK_LEN];
	const struct entry *set;
	uint64_t sum = 0;

	if (!network_of(client, network))
		return 0;
	set = limits->sets[set_of(network)];
	for (size_t i = 0; i < WAYS; i++)
		if (set[i].window != 0 &&
		    memcmp(set[i].network, network, NETWORK_LEN) == 0)
			sum = within_the_hour(&set[i], now);
	return sum > UINT32_MAX ? UINT32_MAX : (unsigned)sum;
}

unsigned
bs_probe_limit_beyond(const struct bs_probe_limit *limits, unsigned limit,
    int64_t now)
{
	unsigned count = 0;

	for (size_t i = 0; i < SETS; i++)
		for (size_t j = 0; j < WAYS; j++)
			if (within_the_hour(&limits->sets[i][j], now) > limit)
				count++;
	return count;
}

/* Never ordinary mail, nor those who relay other people's bounces. */
static bool
is_limited(const struct bs_case *question)
{
	const struct bs_request *request = question->request;
	const struct bs_config *config = question->view.config;

	return question->judge->limits != NULL && config->probe_limit > 0 &&
	       !bs_facts_trusted(question) &&
	       bs_facts_sender(request) == BS_SENDER_NULL &&
	       !bs_config_is_gateway(config, request->client);
}

void
bs_judge_refused(const struct bs_case *question)
{
	if (is_limited(question))
		bs_probe_limit_count(question->judge->limits,
		    question->request->client, question->now);
}

void
bs_judge_probe(const struct bs_case *question, struct bs_answer *answer,
    struct bs_judgement *judgement)
{
	const struct bs_domain *domain = question->domain;
	enum bs_tag_fact tag = judgement->known.facts.tag;
	struct bs_probe_limit *limits = question->judge->limits;
	const char *client = question->request->client;

	/* a message that was read speaks for itself, but for a bad tag */
	if (domain == NULL || tag == BS_TAG_VALID || !is_limited(question) ||
	    (question->request->op == BS_OP_DATA && tag != BS_TAG_BAD))
		return;
	/* where there is no verdict yet, it is counted at DATA */
	if (tag == BS_TAG_BAD && judgement->row != NULL)
		bs_probe_limit_count(limits, client, question->now);
	if (bs_probe_limit_attempts(limits, client, question->now) <=
	    question->view.config->probe_limit)
		return;
	judgement->mode = domain->mode;
	judgement->would = BS_ACTION_DEFER;
	judgement->probing = true;
	if (domain->mode != BS_ENFORCE)
		return;
	answer->action = BS_ACTION_DEFER;
	answer->address[0] = '\0';
	answer->header[0] = '\0';
	snprintf(answer->reply, sizeof(answer->reply), "%s", probing_text);
}
