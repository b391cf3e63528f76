/* Questions to DNS servers, many at a time.
 *
 * Our own, as c-ares does not fit. That of Debian 13 (1.34) does not ask for
 * names with '+', '=' or '%', which macros make of senders. And when an answer
 * is broken, or a server hangs up, it asks all other questions anew, three
 * times at most, so that a few lying domains fail everybody's checks. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "common/dns/dns.h"
#include "common/dns/servers.h"
#include "common/dns/query.h"

/* Each server is asked so often; each round waits twice as long. */
#define ROUNDS 3

/* RFC 9715: an answer that is not cut into fragments. */
#define EDNS_OCTETS 1232

/* Sockets to a server. A forger has to guess one of their ports and the id;
 * each is replaced after some questions (RFC 5452 §9.2). */
#define WIRES 16
#define WIRE_USES 500

/* TCP connections at one time; few answers are too large for UDP. A question
 * that finds all of them in use tries again, at most TCP_WAITS times,
 * TCP_WAIT_MS apart. One try may hold its connection for TCP_TRY_MS. */
#define TCP_MAX 256
#define TCP_WAITS 40
#define TCP_WAIT_MS 250
#define TCP_TRY_MS 4000

#define IDS 65536
#define QUESTIONS_MAX (IDS / 2)

/* Thousands of answers may come at once. */
#define BUFFER_OCTETS (1 << 20)

/* A socket by which questions go to a server. */
struct wire {
	struct bs_dns *dns;
	struct event *event; /* NULL: closed */
	int fd;
	unsigned uses;
	unsigned waiting; /* questions without an answer */
};

struct bs_dns {
	struct event_base *base;
	struct bs_dns_server servers[BS_DNS_SERVERS_MAX];
	struct wire wires[BS_DNS_SERVERS_MAX][WIRES];
	unsigned server_count;
	unsigned first; /* the server that is asked first: one that answers */
	unsigned timeout_ms;
	unsigned count; /* of questions */
	unsigned tcp_count;
	bool ending;
	struct question *by_id[IDS];
	uint8_t random[256];
	size_t random_left;
	uint8_t message[BS_DNS_REPLY_MAX];
	struct bs_dns_answer *answer; /* the one being handed out */
};

struct question {
	struct bs_dns *dns;
	bs_dns_done *done;
	void *context;
	enum bs_dns_type type;
	uint16_t id;
	unsigned first; /* server asked */
	unsigned tries;
	unsigned tcp_waits;
	unsigned refusals; /* servers that will not answer */
	bool by_tcp;
	struct wire *wire;	 /* or NULL */
	struct bufferevent *tcp; /* or NULL */
	struct event *timer;
	int query_len;
	uint8_t query[BS_DNS_QUERY_MAX];
	char name[BS_HOST_MAX];
};

static void attempt(struct question *question);

static unsigned
random16(struct bs_dns *dns)
{
	if (dns->random_left < 2) {
		if (getentropy(dns->random, sizeof(dns->random)) != 0)
			abort(); /* without randomness ids could be guessed */
		dns->random_left = sizeof(dns->random);
	}
	dns->random_left -= 2;
	return (unsigned)dns->random[dns->random_left] << 8 |
	       dns->random[dns->random_left + 1];
}

/* Nobody answers the question any more. */
static void
hang_up(struct question *question)
{
	if (question->wire != NULL)
		question->wire->waiting--;
	question->wire = NULL;
	if (question->tcp != NULL) {
		bufferevent_free(question->tcp);
		question->dns->tcp_count--;
	}
	question->tcp = NULL;
}

static void
finish(struct question *question, const struct bs_dns_answer *answer)
{
	struct bs_dns *dns = question->dns;

	hang_up(question);
	dns->by_id[question->id] = NULL;
	dns->count--;
	question->done(question->context, answer);
	event_free(question->timer);
	free(question);
}

static void
fail(struct question *question)
{
	static const struct bs_dns_answer failed = {.status = BS_DNS_FAILED};

	finish(question, &failed);
}

/* This server has no answer; the next one may. */
static void
refused(struct question *question)
{
	if (++question->refusals < question->dns->server_count)
		attempt(question);
	else
		fail(question);
}

/* Looks at a message that may be an answer to the question. Returns whether it
 * was one, so that this try is over. */
static bool
take(struct question *question, const uint8_t *message, size_t len)
{
	struct bs_dns *dns = question->dns;

	switch (bs_dns_query_fit(question->query, message, len)) {
	case BS_DNS_FOREIGN:
		return false;
	case BS_DNS_CUT:
		if (question->by_tcp)
			break;
		question->by_tcp = true;
		question->tries--;
		attempt(question);
		return true;
	case BS_DNS_NO_EDNS:
		question->query_len = bs_dns_query_write(question->name,
		    question->type, question->id, 0, question->query);
		question->tries--;
		attempt(question);
		return true;
	case BS_DNS_WHOLE:
		bs_dns_reply_parse(message, len, question->name, question->type,
		    dns->answer, BS_DNS_ANSWER_SIZE(BS_DNS_REPLY_MAX));
		if (dns->answer->status == BS_DNS_FAILED)
			break;
		finish(question, dns->answer);
		return true;
	case BS_DNS_REFUSED:
		break;
	}
	refused(question);
	return true;
}

static bool
set_timer(struct question *question, unsigned ms)
{
	const struct timeval wait = {ms / 1000, (ms % 1000) * 1000L};

	return evtimer_add(question->timer, &wait) == 0;
}

/* The system says that nobody listens there. Each question goes on by its own
 * timer: to end them all here would call their owners from within this loop. */
static void
wire_broken(struct wire *wire)
{
	struct bs_dns *dns = wire->dns;

	for (unsigned id = 0; id < IDS && wire->waiting > 0; id++) {
		struct question *question = dns->by_id[id];

		if (question == NULL || question->wire != wire)
			continue;
		hang_up(question);
		(void)set_timer(question, 0);
	}
}

static void
on_wire(evutil_socket_t fd, short what, void *context)
{
	struct wire *wire = context;
	struct bs_dns *dns = wire->dns;
	struct question *question;
	ssize_t len;

	(void)fd;
	(void)what;
	/* an answer may lead to questions for which the wire is replaced */
	while (wire->event != NULL) {
		len = recv(wire->fd, dns->message, sizeof(dns->message),
		    MSG_DONTWAIT);
		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (len < 0) {
			wire_broken(wire);
			return;
		}
		if (len < 2)
			continue;
		question = dns->by_id[dns->message[0] << 8 | dns->message[1]];
		if (question != NULL && question->wire == wire)
			(void)take(question, dns->message, (size_t)len);
	}
}

static void
wire_close(struct wire *wire)
{
	if (wire->event == NULL)
		return;
	event_free(wire->event);
	wire->event = NULL;
	close(wire->fd);
}

static bool
wire_open(struct wire *wire, const struct bs_dns_server *server)
{
	const int room = BUFFER_OCTETS;

	wire->fd = socket(server->address.ss_family,
	    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (wire->fd < 0)
		return false;
	(void)setsockopt(wire->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (connect(wire->fd, (const struct sockaddr *)&server->address,
		server->len) == 0)
		wire->event = event_new(wire->dns->base, wire->fd,
		    EV_READ | EV_PERSIST, on_wire, wire);
	if (wire->event == NULL) {
		close(wire->fd);
		return false;
	}
	wire->uses = 0;
	(void)event_add(wire->event, NULL);
	return true;
}

static bool
send_by_udp(struct question *question, unsigned server)
{
	struct bs_dns *dns = question->dns;
	struct wire *wire = &dns->wires[server][random16(dns) % WIRES];

	if (wire->uses >= WIRE_USES && wire->waiting == 0)
		wire_close(wire);
	if (wire->event == NULL && !wire_open(wire, &dns->servers[server]))
		return false;
	wire->uses++;
	wire->waiting++;
	question->wire = wire;
	return send(wire->fd, question->query, (size_t)question->query_len,
		   MSG_NOSIGNAL) == question->query_len;
}

static void
on_tcp_read(struct bufferevent *tcp, void *context)
{
	struct question *question = context;
	struct evbuffer *input = bufferevent_get_input(tcp);
	uint8_t *message = question->dns->message;
	uint8_t head[2];
	size_t len;

	if (evbuffer_copyout(input, head, 2) < 2)
		return;
	len = (size_t)head[0] << 8 | head[1];
	if (evbuffer_get_length(input) < 2 + len)
		return;
	(void)evbuffer_drain(input, 2);
	(void)evbuffer_remove(input, message, len);
	if (!take(question, message, len))
		refused(question);
}

static void
on_tcp_event(struct bufferevent *tcp, short what, void *context)
{
	(void)tcp;
	if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) != 0)
		refused(context);
}

/* RFC 7766. One connection for each question, so that one that is cut off fails
 * no other. */
static bool
send_by_tcp(struct question *question, unsigned server)
{
	struct bs_dns *dns = question->dns;
	const uint8_t head[2] = {(uint8_t)(question->query_len >> 8),
	    (uint8_t)question->query_len};
	struct bs_dns_server *to = &dns->servers[server];

	question->tcp =
	    bufferevent_socket_new(dns->base, -1, BEV_OPT_CLOSE_ON_FREE);
	if (question->tcp == NULL)
		return false;
	dns->tcp_count++;
	bufferevent_setcb(question->tcp, on_tcp_read, NULL, on_tcp_event,
	    question);
	(void)bufferevent_enable(question->tcp, EV_READ | EV_WRITE);
	return bufferevent_write(question->tcp, head, 2) == 0 &&
	       bufferevent_write(question->tcp, question->query,
		   (size_t)question->query_len) == 0 &&
	       bufferevent_socket_connect(question->tcp,
		   (struct sockaddr *)&to->address, (int)to->len) == 0;
}

static unsigned
server_at_hand(const struct question *question)
{
	return (question->first + question->tries) %
	       question->dns->server_count;
}

/* Sends the question to its server and starts the timer. */
static bool
try(struct question *question)
{
	const struct bs_dns *dns = question->dns;
	unsigned ms = dns->timeout_ms << (question->tries / dns->server_count);

	if (!question->by_tcp)
		return send_by_udp(question, server_at_hand(question)) &&
		       set_timer(question, ms);
	return send_by_tcp(question, server_at_hand(question)) &&
	       set_timer(question, ms < TCP_TRY_MS ? ms : TCP_TRY_MS);
}

/* Asks the next server, or the same one again. */
static void
attempt(struct question *question)
{
	const struct bs_dns *dns = question->dns;
	bool sent = false;

	hang_up(question);
	if (question->by_tcp && dns->tcp_count >= TCP_MAX) {
		if (++question->tcp_waits > TCP_WAITS ||
		    !set_timer(question, TCP_WAIT_MS))
			fail(question);
		return;
	}
	while (!sent && question->tries < ROUNDS * dns->server_count) {
		hang_up(question);
		sent = try(question);
		question->tries++;
	}
	if (!sent)
		fail(question);
}

/* No answer came in time. A silent server is not asked first any more. */
static void
on_timer(evutil_socket_t fd, short what, void *context)
{
	struct question *question = context;
	struct bs_dns *dns = question->dns;

	(void)fd;
	(void)what;
	if (question->tries == 1 && question->first == dns->first)
		dns->first = (dns->first + 1) % dns->server_count;
	attempt(question);
}

int
bs_dns_new(struct event_base *base, const char *servers, unsigned timeout_ms,
    struct bs_dns **out)
{
	struct bs_dns *dns = calloc(1, sizeof(*dns));
	int count;

	if (dns == NULL)
		return -ENOMEM;
	dns->base = base;
	dns->timeout_ms = timeout_ms;
	dns->answer = malloc(BS_DNS_ANSWER_SIZE(BS_DNS_REPLY_MAX));
	count = *servers != '\0' ? bs_dns_servers_parse(servers, dns->servers)
				 : bs_dns_servers_read(dns->servers);
	if (dns->answer == NULL || count <= 0) {
		bs_dns_free(dns);
		return count <= 0 ? -EINVAL : -ENOMEM;
	}
	dns->server_count = (unsigned)count;
	for (unsigned i = 0; i < dns->server_count; i++)
		for (unsigned j = 0; j < WIRES; j++)
			dns->wires[i][j].dns = dns;
	*out = dns;
	return 0;
}

void
bs_dns_free(struct bs_dns *dns)
{
	if (dns == NULL)
		return;
	dns->ending = true;
	for (unsigned id = 0; id < IDS; id++)
		if (dns->by_id[id] != NULL)
			fail(dns->by_id[id]);
	for (unsigned i = 0; i < dns->server_count; i++)
		for (unsigned j = 0; j < WIRES; j++)
			wire_close(&dns->wires[i][j]);
	free(dns->answer);
	free(dns);
}

static struct question *
question_new(struct bs_dns *dns, const char *name, enum bs_dns_type type)
{
	struct question *question = calloc(1, sizeof(*question));

	if (question == NULL)
		return NULL;
	question->dns = dns;
	question->type = type;
	snprintf(question->name, sizeof(question->name), "%s", name);
	question->timer = evtimer_new(dns->base, on_timer, question);
	if (question->timer == NULL) {
		free(question);
		return NULL;
	}
	do
		question->id = (uint16_t)random16(dns);
	while (dns->by_id[question->id] != NULL);
	question->query_len = bs_dns_query_write(name, type, question->id,
	    EDNS_OCTETS, question->query);
	dns->by_id[question->id] = question;
	dns->count++;
	return question;
}

void
bs_dns_ask(struct bs_dns *dns, const char *name, enum bs_dns_type type,
    bs_dns_done *done, void *context)
{
	struct bs_dns_answer none = {.status = BS_DNS_NO_NAME};
	struct question *question = NULL;

	if (!bs_dns_is_name(name)) {
		done(context, &none);
		return;
	}
	if (!dns->ending && dns->count < QUESTIONS_MAX)
		question = question_new(dns, name, type);
	if (question == NULL) {
		none.status = BS_DNS_FAILED;
		done(context, &none);
		return;
	}
	question->done = done;
	question->context = context;
	question->first = dns->first;
	attempt(question);
}

size_t
bs_dns_ports(const struct bs_dns *dns, uint16_t out[static BS_DNS_SERVERS_MAX])
{
	for (unsigned i = 0; i < dns->server_count; i++)
		out[i] = bs_dns_server_port(&dns->servers[i]);
	return dns->server_count;
}
