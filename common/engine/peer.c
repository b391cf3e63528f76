/* One adapter's connection: frames in, answers out. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "common/base/monotonic.h"
#include "common/engine/listen.h"
#include "common/engine/peer.h"
#include "common/adapter/trace.h"

/* Octets of answers that an adapter may leave unread; with more its connection
 * is closed. */
#define OUTPUT_MAX ((size_t)1 << 20)

struct bs_peer {
	struct bufferevent *bev;
	struct bs_server *server;
	bs_peer_question *question;
	bs_peer_gone *gone;
	struct bs_traffic *traffic; /* borrowed */
	struct bs_asked asked;	    /* the question that is being asked */
	bool closing;		    /* once its output is written */
};

void
bs_peer_free(struct bs_peer *peer)
{
	peer->gone(peer->server, peer);
	bufferevent_free(peer->bev);
	free(peer);
}

int
bs_peer_number(const struct bs_peer *peer)
{
	return bufferevent_getfd(peer->bev);
}

static void
send_answer(struct bs_peer *peer, const struct bs_answer *answer)
{
	char frame[BS_WIRE_MAX];
	int len;

	if (peer->closing ||
	    (len = bs_answer_encode(answer, frame, sizeof(frame))) < 0)
		return;
	if (answer->samples.count == 0)
		bs_trace_frame("answer", bs_peer_number(peer), answer->id,
		    frame, (size_t)len);
	if (bufferevent_write(peer->bev, frame, (size_t)len) == 0 &&
	    evbuffer_get_length(bufferevent_get_output(peer->bev)) <=
		OUTPUT_MAX)
		return;
	/* from the loop, as the caller still uses the peer */
	peer->closing = true;
	bufferevent_trigger_event(peer->bev, BEV_EVENT_ERROR,
	    BEV_TRIG_DEFER_CALLBACKS);
}

const struct bs_asked *
bs_peer_asked(const struct bs_peer *peer)
{
	return &peer->asked;
}

void
bs_peer_answer(struct bs_peer *peer, const struct bs_asked *asked,
    const struct bs_answer *answer)
{
	bs_traffic_answered(peer->traffic, asked, answer->status,
	    bs_monotonic_ns());
	send_answer(peer, answer);
}

bool
bs_peer_may_command(const struct bs_peer *peer)
{
	return bs_listen_allows(bufferevent_getfd(peer->bev), NULL);
}

/* Says that a request could not be read; on_read() ends the connection. */
static void
refuse(struct bs_peer *peer, uint64_t id)
{
	struct bs_answer answer = {.id = id, .status = BS_STATUS_ERROR};

	peer->traffic->unreadable++;
	send_answer(peer, &answer);
	peer->closing = true;
	bufferevent_disable(peer->bev, EV_READ);
}

/* Takes one frame off the input. Returns whether there may be another. */
static bool
take_frame(struct bs_peer *peer, struct evbuffer *input)
{
	struct bs_request request;
	size_t len = evbuffer_get_length(input);
	size_t frame_len;
	const char *frame;
	int rc;

	if (len == 0)
		return false;
	if (len > BS_WIRE_MAX)
		len = BS_WIRE_MAX;
	frame = (const char *)evbuffer_pullup(input, (ssize_t)len);
	if (frame == NULL) {
		/* no memory; what is not taken must not pile up */
		refuse(peer, 0);
		return false;
	}
	rc = bs_wire_frame(frame, len, &frame_len);
	if (rc == BS_WIRE_MORE)
		return false;
	if (rc != 0) {
		refuse(peer, 0);
		return false;
	}
	rc = bs_request_decode(frame, frame_len, &request);
	/* those for metrics come all the time, and tell nothing of mail */
	if (rc != 0 || request.op != BS_OP_METRICS)
		bs_trace_frame("question", bs_peer_number(peer), request.id,
		    frame, frame_len);
	if (rc != 0) {
		refuse(peer, request.id);
		return false;
	}
	peer->asked.op = request.op;
	peer->asked.deadline_ms = request.deadline_ms;
	evbuffer_drain(input, frame_len);
	peer->question(peer->server, peer, &request);
	return !peer->closing;
}

static void
on_read(struct bufferevent *bev, void *context)
{
	struct bs_peer *peer = context;

	/* whatever of it has to wait for what stands before it */
	peer->asked.at_ns = bs_monotonic_ns();
	while (take_frame(peer, bufferevent_get_input(bev)))
		;
	if (peer->closing &&
	    evbuffer_get_length(bufferevent_get_output(bev)) == 0)
		bs_peer_free(peer);
}

static void
on_written(struct bufferevent *bev, void *context)
{
	struct bs_peer *peer = context;

	(void)bev;
	if (peer->closing)
		bs_peer_free(peer);
}

static void
on_event(struct bufferevent *bev, short what, void *context)
{
	(void)bev;
	(void)what;
	bs_peer_free(context);
}

struct bs_peer *
bs_peer_new(struct event_base *base, int fd, struct bs_server *server,
    bs_peer_question *question, bs_peer_gone *gone, struct bs_traffic *traffic)
{
	struct bs_peer *peer = calloc(1, sizeof(*peer));

	if (peer != NULL)
		peer->bev =
		    bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (peer == NULL || peer->bev == NULL) {
		free(peer);
		close(fd);
		return NULL;
	}
	peer->server = server;
	peer->question = question;
	peer->gone = gone;
	peer->traffic = traffic;
	bufferevent_setcb(peer->bev, on_read, on_written, on_event, peer);
	/* No high watermark: libevent crashes where it has no memory for one.
	 * on_read() leaves less than a frame, and so few octets are read. */
	bufferevent_enable(peer->bev, EV_READ | EV_WRITE);
	return peer;
}
