/* Op spf: checks that run while the peer waits for their answer. */
#ifndef BS_ENGINE_SPF_REQUESTS_H
#define BS_ENGINE_SPF_REQUESTS_H

#include "common/base/backstop.h"
#include "common/engine/peer.h"
#include "common/engine/settings.h"
#include "common/spf/service.h"
#include "common/store/writer.h"
#include "common/adapter/wire.h"
#include "common/judge/counters.h"

struct bs_spf_requests;

/* An empty list. All are borrowed and outlive it; spf may be NULL: nothing
 * can be checked. Returns NULL without memory. */
struct bs_spf_requests *bs_spf_requests_new(struct bs_spf *spf,
    const struct bs_settings *settings, struct bs_writer *writer,
    struct bs_counters *counters, struct bs_traffic *traffic);

/* Drops what is left. Takes NULL. */
void bs_spf_requests_free(struct bs_spf_requests *requests);

/* Takes up a question, copied. The peer is answered now or, once the findings
 * are there, from the loop. */
void bs_spf_requests_begin(struct bs_spf_requests *requests,
    struct bs_peer *peer, const struct bs_request *request);

/* A peer is gone: its checks are cancelled. */
void bs_spf_requests_forget(struct bs_spf_requests *requests,
    const struct bs_peer *peer);

#endif
