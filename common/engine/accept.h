/* New connections: taken a few at a time, after everything else. */
#ifndef BS_ENGINE_ACCEPT_H
#define BS_ENGINE_ACCEPT_H

#include <stdbool.h>

#include "common/base/backstop.h"

struct bs_accept;
struct event_base;

/* Priorities that the loop must have (event_base_priority_init(3)). */
#define BS_ACCEPT_PRIORITIES 3

struct bs_accept_events {
	/* whether there is room for one more connection */
	bool (*has_room)(void *context);
	/* takes over a connected, non-blocking descriptor */
	void (*came)(void *context, int fd);
};

/* Accepts at a listening descriptor, which it takes over; the events are
 * borrowed. Returns NULL without memory; the descriptor is closed then. */
struct bs_accept *bs_accept_new(struct event_base *base, int listen_fd,
    const struct bs_accept_events *events, void *context);

/* Takes NULL. */
void bs_accept_free(struct bs_accept *accept);

/* No more connections. */
void bs_accept_stop(struct bs_accept *accept);

/* To be called for each question: new connections come after all questions that
 * wait, but not later than some milliseconds after one, however busy the loop
 * is. */
void bs_accept_owe_turn(struct bs_accept *accept);

#endif
