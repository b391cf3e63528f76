/* The adapter's end of the engine's socket: questions, deadlines, reconnects.
 *
 * A state machine without a loop of its own: the owner polls bs_client_fd() for
 * bs_client_events(), for bs_client_timeout_ms() at most, and then calls
 * bs_client_pump(). It allocates nothing and never blocks. */
#ifndef BS_ADAPTER_CLIENT_H
#define BS_ADAPTER_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/adapter/wire.h"

struct bs_client;
struct bs_question;

/* Called once for each question that is not cancelled: with its answer, or with
 * NULL when none came in time. It may ask again, and may free the question. The
 * answer lives until the call returns. */
typedef void bs_client_done(struct bs_question *question,
    const struct bs_answer *answer);

/* Called with each frame that is sent ("question") or received ("answer"), and
 * of a question that is given up ("no answer") with its op alone. */
typedef void bs_client_trace(const char *what, uint64_t id, const char *frame,
    size_t len);

/* A question. The caller owns it, but leaves it untouched until it is done or
 * cancelled. The caller fills in request (but for version and id), done and
 * context. request.deadline_ms is how long to wait for the answer; the engine
 * is told what remains of it. */
struct bs_question {
	struct bs_request request;
	bs_client_done *done;
	void *context;

	/* the client's */
	struct bs_question *next;
	int64_t deadline; /* monotonic ms */
	bool pending;
};

enum bs_client_state { BS_CLIENT_IDLE, BS_CLIENT_CONNECTING, BS_CLIENT_UP };

/* Owned by the caller; set up by bs_client_init() alone. */
struct bs_client {
	char path[108];
	enum bs_client_state state;
	int fd;
	uint64_t last_id;
	struct bs_question *first;  /* pending, in the order asked */
	struct bs_question *last;   /* of the pending; NULL as first is */
	struct bs_question *unsent; /* the first not yet in out, or NULL */
	int64_t retry_at;	    /* monotonic ms: no connect before */
	int64_t down_since;	    /* monotonic ms; 0 while it answers */
	unsigned connects;	    /* attempts to connect */
	unsigned losses;	    /* connections that the engine ended */
	bs_client_trace *trace;	    /* the owner's; NULL: none */
	uint64_t asks;		    /* the last answer's that was not 0 */
	bool stalled;		    /* late with an answer that needs no DNS */
	size_t out_len;
	size_t in_len;
	char out[4 * BS_WIRE_MAX];
	char in[2 * BS_WIRE_MAX];
};

/* Sets up a client; the first question connects. Returns 0 or -ENAMETOOLONG.
 */
BS_MUST_USE int bs_client_init(struct bs_client *client, const char *path);

/* Asks. done is called later, and from bs_client_pump() alone. Nothing is sent
 * before the next pump, so many questions leave in one write. A question in
 * flight when the engine goes away is asked again, within its deadline; once
 * the engine has been away for two seconds, questions end at the next pump.
 * Returns 0, or -EMSGSIZE where the request does not fit the wire: then done is
 * not called. */
BS_MUST_USE int bs_client_ask(struct bs_client *client,
    struct bs_question *question, int64_t now_ms);

/* Forgets a question: done will not be called. Harmless if not pending. */
void bs_client_cancel(struct bs_client *client, struct bs_question *question);

/* What to poll for: a descriptor or -1, POLLIN | POLLOUT, and how many ms to
 * wait at most (-1 for ever). */
int bs_client_fd(const struct bs_client *client);
short bs_client_events(const struct bs_client *client);
int bs_client_timeout_ms(const struct bs_client *client, int64_t now_ms);

/* Reads, writes, reconnects and ends what is late; revents as poll(2) gave
 * them, 0 after a time-out or when questions were asked since. It connects
 * only while there are questions. */
void bs_client_pump(struct bs_client *client, short revents, int64_t now_ms);

/* Whether a connection to the engine stands. */
bool bs_client_is_up(const struct bs_client *client);

/* Whether the engine, though connected, was late with an answer that needs no
 * DNS, and has not answered since: it is not worth a long wait. */
bool bs_client_is_stalled(const struct bs_client *client);

/* Closes the connection; pending questions are forgotten. */
void bs_client_close(struct bs_client *client);

#endif
