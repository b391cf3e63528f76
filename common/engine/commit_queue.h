/* Answers to op sign, which wait for the commit of what they record. */
#ifndef BS_ENGINE_COMMIT_QUEUE_H
#define BS_ENGINE_COMMIT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/judge/case.h"
#include "common/engine/peer.h"
#include "common/store/writer.h"
#include "common/adapter/wire.h"

struct bs_commit_queue;

/* Makes an empty queue; who does not wait for an answer is counted in traffic,
 * which is borrowed. Returns NULL without memory. */
struct bs_commit_queue *bs_commit_queue_new(struct bs_traffic *traffic);

/* Takes NULL. It must be empty. */
void bs_commit_queue_free(struct bs_commit_queue *queue);

bool bs_commit_queue_is_empty(const struct bs_commit_queue *queue);

/* Holds an answer, copied, from now on (monotonic ms). Returns 0 or -ENOMEM.
 */
BS_MUST_USE int bs_commit_queue_add(struct bs_commit_queue *queue,
    struct bs_peer *peer, const struct bs_request *request,
    const struct bs_answer *answer, const struct bs_judgement *judgement,
    int64_t now_ms);

/* A peer is gone: its answers will not be sent. */
void bs_commit_queue_forget(struct bs_commit_queue *queue,
    const struct bs_peer *peer);

/* Sends every answer; recorded says how the commit went. A signature that
 * comes too late for its adapter is noted as mail that left unsigned. */
void bs_commit_queue_release(struct bs_commit_queue *queue,
    struct bs_writer *writer, bool recorded, int64_t now_ms, int64_t now);

/* Sends, unrecorded, the answers that cannot wait any longer. */
void bs_commit_queue_hurry(struct bs_commit_queue *queue,
    struct bs_writer *writer, int64_t now_ms, int64_t now);

/* Makes the answer say that its signature is not in the store. */
void bs_commit_queue_mark_unrecorded(struct bs_answer *answer);

#endif
