/* One adapter's connection: frames in, answers out. */
#ifndef BS_ENGINE_PEER_H
#define BS_ENGINE_PEER_H

#include <stdbool.h>

#include "common/base/backstop.h"
#include "common/adapter/wire.h"
#include "common/engine/traffic.h"

struct event_base;
struct bs_peer;
struct bs_server;

/* Told of each request that could be read. */
typedef void bs_peer_question(struct bs_server *server, struct bs_peer *peer,
    const struct bs_request *request);

/* Told that a peer is about to be freed. */
typedef void bs_peer_gone(struct bs_server *server, struct bs_peer *peer);

/* Takes over a connected socket; what comes of it is counted in traffic, which
 * is borrowed. Returns NULL without memory; the descriptor is closed then. The
 * peer frees itself when its connection ends. */
struct bs_peer *bs_peer_new(struct event_base *base, int fd,
    struct bs_server *server, bs_peer_question *question, bs_peer_gone *gone,
    struct bs_traffic *traffic);

/* The question that is being asked, while the peer tells of it: a view. */
const struct bs_asked *bs_peer_asked(const struct bs_peer *peer);

/* Answers a question. A peer that does not read its answers is let go later,
 * from the loop. */
void bs_peer_answer(struct bs_peer *peer, const struct bs_asked *asked,
    const struct bs_answer *answer);

/* What tells this connection from the others while it lasts: its descriptor. */
int bs_peer_number(const struct bs_peer *peer);

/* Whether the other end may give orders: root, or our own user. */
bool bs_peer_may_command(const struct bs_peer *peer);

/* Ends the connection and tells gone. */
void bs_peer_free(struct bs_peer *peer);

#endif
