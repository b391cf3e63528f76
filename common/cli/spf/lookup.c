/* Questions to DNS from the command line: asked, waited for, remembered. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <event2/event.h>

#include "common/cli/spf/lookup.h"
#include "common/cli/output.h"
#include "common/cli/spf/once.h"
#include "common/dns/dns.h"
#include "common/base/monotonic.h"
#include "common/base/ascii.h"

/* For one try, of which there are a few. */
#define TIMEOUT_MS 2000

/* From when on somebody who waits is told what for: before the second try. */
#define WAIT_TOLD_MS (TIMEOUT_MS - 500)

/* What one command asks at most, and how long it waits for answers. */
#define QUESTIONS_MAX 500
#define ELAPSED_MAX_MS 60000

/* An answer that was had. */
struct memory {
	struct memory *next;
	enum bs_dns_type type;
	struct bs_dns_answer *answer;
	char name[BS_HOST_MAX];
};

struct bs_lookup {
	struct event_base *base;
	struct bs_dns *dns;
	struct bs_spf_servers servers;
	struct memory *memories;
	FILE *waits; /* or NULL */
	unsigned count;
	unsigned elapsed_ms;
};

static void *
must(void *memory)
{
	if (memory == NULL) {
		bs_complain("out of memory");
		exit(EX_OSERR);
	}
	return memory;
}

/* The servers as bs_dns_new() takes them. */
static int
open_dns(struct bs_lookup *lookup)
{
	char list[4096] = "";
	size_t len = 0;

	for (size_t i = 0; i < lookup->servers.count; i++) {
		int part = snprintf(list + len, sizeof(list) - len, "%s%s",
		    i > 0 ? "," : "", lookup->servers.list[i]);

		if (part < 0 || (size_t)part >= sizeof(list) - len)
			return -EINVAL;
		len += (size_t)part;
	}
	return bs_dns_new(lookup->base, list, TIMEOUT_MS, &lookup->dns);
}

int
bs_lookup_open(const struct bs_call *call, struct bs_lookup **out)
{
	struct bs_lookup *lookup = must(calloc(1, sizeof(*lookup)));
	int status = bs_spf_servers_find(call, &lookup->servers);
	int rc;

	if (status != 0)
		goto fail;
	lookup->base = must(event_base_new());
	rc = open_dns(lookup);
	if (rc == 0) {
		*out = lookup;
		return 0;
	}
	bs_complain("no resolver: %s", strerror(-rc));
	status = EX_OSERR;
fail:
	bs_lookup_close(lookup);
	return status;
}

void
bs_lookup_close(struct bs_lookup *lookup)
{
	struct memory *memory;

	if (lookup == NULL)
		return;
	while ((memory = lookup->memories) != NULL) {
		lookup->memories = memory->next;
		free(memory->answer);
		free(memory);
	}
	bs_dns_free(lookup->dns);
	if (lookup->base != NULL)
		event_base_free(lookup->base);
	bs_spf_servers_free(&lookup->servers);
	free(lookup);
}

static void
remember(void *context, const struct bs_dns_answer *answer)
{
	struct memory *memory = context;
	size_t octets = BS_DNS_ANSWER_SIZE(answer->len);

	memory->answer = must(malloc(octets));
	memcpy(memory->answer, answer, octets);
}

static struct memory *
recall(const struct bs_lookup *lookup, const char *name, enum bs_dns_type type)
{
	size_t len = strlen(name) + 1;

	for (struct memory *at = lookup->memories; at != NULL; at = at->next)
		if (at->type == type && strlen(at->name) + 1 == len &&
		    bs_ascii_same(at->name, name, len))
			return at;
	return NULL;
}

void
bs_lookup_tell_waits(struct bs_lookup *lookup, FILE *out)
{
	lookup->waits = out;
}

/* Tells of a question whose first try had no answer; the resolver wakes us
 * then. Returns whether it was time to. */
static bool
tell_wait(const struct bs_lookup *lookup, const struct memory *memory,
    int64_t begun)
{
	if (lookup->waits == NULL || bs_monotonic_ms() - begun < WAIT_TOLD_MS)
		return false;
	bs_print(lookup->waits, "Waiting for DNS: %s, %s ...\n", memory->name,
	    bs_spf_type_name(memory->type));
	(void)fflush(lookup->waits);
	return true;
}

const struct bs_dns_answer *
bs_lookup_ask(struct bs_lookup *lookup, const char *name, enum bs_dns_type type)
{
	static const struct bs_dns_answer failed = {.status = BS_DNS_FAILED};
	struct memory *memory = recall(lookup, name, type);
	int64_t begun = bs_monotonic_ms();
	bool told = false;

	if (memory != NULL)
		return memory->answer;
	if (bs_lookup_is_spent(lookup))
		return &failed;
	memory = must(calloc(1, sizeof(*memory)));
	snprintf(memory->name, sizeof(memory->name), "%s", name);
	memory->type = type;
	bs_dns_ask(lookup->dns, memory->name, type, remember, memory);
	while (memory->answer == NULL) {
		if (event_base_loop(lookup->base, EVLOOP_ONCE) != 0)
			remember(memory, &failed);
		else if (memory->answer == NULL && !told)
			told = tell_wait(lookup, memory, begun);
	}
	memory->next = lookup->memories;
	lookup->memories = memory;
	lookup->count++;
	lookup->elapsed_ms += (unsigned)(bs_monotonic_ms() - begun);
	return memory->answer;
}

unsigned
bs_lookup_count(const struct bs_lookup *lookup)
{
	return lookup->count;
}

unsigned
bs_lookup_elapsed_ms(const struct bs_lookup *lookup)
{
	return lookup->elapsed_ms;
}

bool
bs_lookup_is_spent(const struct bs_lookup *lookup)
{
	return lookup->count >= QUESTIONS_MAX ||
	       lookup->elapsed_ms >= ELAPSED_MAX_MS;
}

bool
bs_lookup_signs(const struct bs_lookup *lookup, const char *domain)
{
	const struct bs_config *config = lookup->servers.config;
	const struct bs_domain *settings = NULL;

	if (config != NULL)
		settings = bs_config_domain(config, domain, strlen(domain));
	return settings != NULL && settings->sign;
}
