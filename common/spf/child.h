/* The spf child as the engine sees it: requested, sent orders, replaced. */
#ifndef BS_SPF_CHILD_H
#define BS_SPF_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/spf/service.h"
#include "common/spf/message.h"

struct bs_spf_child;
struct event_base;

/* Called from the loop. */
struct bs_spf_child_events {
	void (*came)(void *context); /* one is there, and knows of nothing */
	void (*message)(void *context, const struct bs_spf_message *message);
	/* it ended; at_work as the board has it. Another one is on its way */
	void (*gone)(void *context, uint64_t at_work);
	void (*lost)(void *context); /* there will never be one again */
};

/* Starts the process that makes children; settings as bs_spf_start(). Returns
 * 0 with *out set, or -errno. */
BS_MUST_USE int bs_spf_child_start(const struct bs_spf_settings *settings,
    struct bs_spf_child **out);

/* Joins a loop. The events are borrowed. Returns 0 or -ENOMEM. */
BS_MUST_USE int bs_spf_child_attach(struct bs_spf_child *child,
    struct event_base *base, const struct bs_spf_child_events *events,
    void *context);

/* Ends the child, and the process that makes them. Takes NULL. */
void bs_spf_child_free(struct bs_spf_child *child);

/* Requests a child, unless there is one or one is on its way. */
void bs_spf_child_want(struct bs_spf_child *child);

/* Sends an order; without a child nothing. */
void bs_spf_child_send(struct bs_spf_child *child,
    const struct bs_spf_order *order);

/* Ends the child and requests another one, as if it had crashed. */
void bs_spf_child_replace(struct bs_spf_child *child);

/* The same, with other servers of DNS and without calling gone. */
void bs_spf_child_renew(struct bs_spf_child *child, const char *const *servers,
    size_t server_count);

/* When a message last came, monotonic ms; 0: none yet of this child. */
int64_t bs_spf_child_heard(const struct bs_spf_child *child);

bool bs_spf_child_is_lost(const struct bs_spf_child *child);

#endif
