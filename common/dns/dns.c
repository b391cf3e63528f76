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
#include "common/base/monotonic.h"
#include "common/dns/query.h"

/* Each server is asked so often, if resolv.conf(5) says nothing else; each
 * round waits twice as long. */
#define ROUNDS 3
#define TRIES_MAX (BS_DNS_ATTEMPTS_MAX * BS_DNS_SERVERS_MAX)

/* A server that needs longer for its answers is given more time, up to this:
 * to ask it again makes it only slower. */
#define SLOW_WAIT_MS 5000

/* RFC 9715: an answer that is not cut into fragments. */
#define EDNS_OCTETS 1232

/* Aliases that are asked for one by one. */
#define ALIASES_MAX 4

/* How long a server that answers without EDNS alone is asked without it. */
#define PLAIN_MS 300000

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
	struct server *server;
	struct event *event; /* NULL: closed */
	int fd;
	unsigned uses;
	unsigned waiting; /* questions without an answer */
};

struct server {
	struct bs_dns *dns;
	struct bs_dns_server at;
	struct wire wires[WIRES];
	unsigned answers_ms; /* how long it took lately */
	int64_t plain_until; /* monotonic: not asked with EDNS before */
};

struct bs_dns {
	struct event_base *base;
	struct server servers[BS_DNS_SERVERS_MAX];
	unsigned server_count;
	unsigned first; /* the server that is asked first: one that answers */
	struct bs_dns_options options;
	unsigned count; /* of questions */
	unsigned tcp_count;
	bool ending;
	struct question *by_id[IDS];
	uint8_t random[256];
	size_t random_left;
	uint8_t message[BS_DNS_REPLY_MAX];
	struct bs_dns_answer *answer; /* the one being handed out */
};

/* A datagram that may still be answered, though the next was sent: an answer
 * that is late is as good. */
struct sent {
	struct wire *wire; /* NULL: broken */
	int64_t when;
	bool has_edns;
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
	bool plain;	      /* without EDNS, as a server does not want it */
	unsigned aliases;     /* that were followed by another question */
	uint32_t ttl_seconds; /* the least of them */
	unsigned sent_count;
	struct sent sent[TRIES_MAX + 2]; /* two were not wanted with EDNS, or
					  * were cut */
	struct bufferevent *tcp;	 /* or NULL */
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

static void
hang_up_tcp(struct question *question)
{
	if (question->tcp != NULL) {
		bufferevent_free(question->tcp);
		question->dns->tcp_count--;
	}
	question->tcp = NULL;
}

static void
hang_up_udp(struct question *question)
{
	for (unsigned i = 0; i < question->sent_count; i++)
		if (question->sent[i].wire != NULL)
			question->sent[i].wire->waiting--;
	question->sent_count = 0;
}

static void
finish(struct question *question, const struct bs_dns_answer *answer)
{
	struct bs_dns *dns = question->dns;

	hang_up_udp(question);
	hang_up_tcp(question);
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

/* The same server is asked once more, in another way. */
static void
ask_otherwise(struct question *question)
{
	question->tries--;
	attempt(question);
}

/* Asks for where an alias leads, if the server does not say more. Of an SPF
 * record that is a failure: whose it is must be certain. Returns whether it
 * asks. */
static bool
follow_alias(struct question *question, const uint8_t *message, size_t len)
{
	char target[BS_HOST_MAX];
	uint32_t ttl;

	if (question->type == BS_DNS_TXT || question->aliases == ALIASES_MAX ||
	    !bs_dns_reply_alias(message, len, question->name, question->type,
		target, &ttl))
		return false;
	question->aliases++;
	if (ttl < question->ttl_seconds)
		question->ttl_seconds = ttl;
	memcpy(question->name, target, strlen(target) + 1);
	hang_up_udp(question);
	question->by_tcp = question->dns->options.use_tcp;
	question->tries = 0;
	question->refusals = 0;
	attempt(question);
	return true;
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
		ask_otherwise(question);
		return true;
	case BS_DNS_NO_EDNS:
		question->plain = true;
		ask_otherwise(question);
		return true;
	case BS_DNS_WHOLE:
		bs_dns_reply_parse(message, len, question->name, question->type,
		    dns->answer, BS_DNS_ANSWER_SIZE(BS_DNS_REPLY_MAX));
		if (dns->answer->status == BS_DNS_FAILED) {
			if (follow_alias(question, message, len))
				return true;
			break;
		}
		if (dns->answer->ttl_seconds > question->ttl_seconds)
			dns->answer->ttl_seconds = question->ttl_seconds;
		finish(question, dns->answer);
		return true;
	case BS_DNS_REFUSED:
		break;
	}
	refused(question);
	return true;
}

/* What an answer tells of its server: how long it needs, and whether it drops
 * or refuses questions with EDNS. */
static void
learn(const struct question *question, const struct sent *sent)
{
	struct server *server = sent->wire->server;
	int64_t now = bs_monotonic_ms();
	unsigned took = now - sent->when < SLOW_WAIT_MS
			    ? (unsigned)(now - sent->when)
			    : SLOW_WAIT_MS;

	server->answers_ms = server->answers_ms == 0
				 ? took
				 : (server->answers_ms + took + 1) / 2;
	if (sent->has_edns)
		return;
	for (unsigned i = 0; i < question->sent_count; i++)
		if (question->sent[i].has_edns &&
		    question->sent[i].wire != NULL &&
		    question->sent[i].wire->server == server)
			server->plain_until = now + PLAIN_MS;
}

/* A message that came by UDP. Of an earlier try it counts only as the answer
 * or the hint to TCP: what else it says, the latest try will be told, too. */
static void
take_by_udp(struct question *question, const struct wire *wire,
    const uint8_t *message, size_t len)
{
	enum bs_dns_fit fit = bs_dns_query_fit(question->query, message, len);
	const struct sent *sent = NULL;
	bool is_latest = false;

	for (unsigned i = 0; i < question->sent_count; i++) {
		if (question->sent[i].wire != wire)
			continue;
		sent = &question->sent[i];
		is_latest =
		    i + 1 == question->sent_count && question->tcp == NULL;
	}
	if (sent == NULL || fit == BS_DNS_FOREIGN)
		return;
	if (fit == BS_DNS_WHOLE || fit == BS_DNS_CUT)
		learn(question, sent);
	if (is_latest || fit == BS_DNS_WHOLE ||
	    (fit == BS_DNS_CUT && !question->by_tcp))
		(void)take(question, message, len);
}

static bool
set_timer(struct question *question, unsigned ms)
{
	const struct timeval wait = {ms / 1000, (ms % 1000) * 1000L};

	return evtimer_add(question->timer, &wait) == 0;
}

/* The system says that nobody listens there. A question whose latest try that
 * was goes on by its own timer: to end them all here would call their owners
 * from within this loop. */
static void
wire_broken(struct wire *wire)
{
	struct bs_dns *dns = wire->server->dns;

	for (unsigned id = 0; id < IDS && wire->waiting > 0; id++) {
		struct question *question = dns->by_id[id];
		unsigned count = question == NULL ? 0 : question->sent_count;

		for (unsigned i = 0; i < count; i++) {
			if (question->sent[i].wire != wire)
				continue;
			wire->waiting--;
			question->sent[i].wire = NULL;
			if (i + 1 == count && question->tcp == NULL)
				(void)set_timer(question, 0);
		}
	}
}

static void
on_wire(evutil_socket_t fd, short what, void *context)
{
	struct wire *wire = context;
	struct bs_dns *dns = wire->server->dns;
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
		if (question != NULL)
			take_by_udp(question, wire, dns->message, (size_t)len);
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
wire_open(struct wire *wire)
{
	const struct bs_dns_server *to = &wire->server->at;
	const int room = BUFFER_OCTETS;

	wire->fd = socket(to->address.ss_family,
	    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (wire->fd < 0)
		return false;
	(void)setsockopt(wire->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (connect(wire->fd, (const struct sockaddr *)&to->address, to->len) ==
	    0)
		wire->event = event_new(wire->server->dns->base, wire->fd,
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
send_by_udp(struct question *question, struct server *server)
{
	struct wire *wire = &server->wires[random16(server->dns) % WIRES];
	struct sent *sent = &question->sent[question->sent_count];

	if (question->sent_count == sizeof(question->sent) / sizeof(*sent))
		return false;
	if (wire->uses >= WIRE_USES && wire->waiting == 0)
		wire_close(wire);
	if (wire->event == NULL && !wire_open(wire))
		return false;
	wire->uses++;
	wire->waiting++;
	sent->wire = wire;
	sent->when = bs_monotonic_ms();
	sent->has_edns = bs_dns_query_has_edns(question->query);
	question->sent_count++;
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
send_by_tcp(struct question *question, struct server *server)
{
	struct bs_dns *dns = question->dns;
	const uint8_t head[2] = {(uint8_t)(question->query_len >> 8),
	    (uint8_t)question->query_len};
	struct bs_dns_server *to = &server->at;

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

static void
write_query(struct question *question, bool plain)
{
	question->query_len = bs_dns_query_write(question->name, question->type,
	    question->id, plain ? 0 : EDNS_OCTETS, question->query);
}

/* How long the answer to a try is waited for. */
static unsigned
patience_ms(const struct question *question, const struct server *server,
    unsigned round)
{
	unsigned ms = question->dns->options.timeout_ms << round;
	unsigned usual = server->answers_ms + server->answers_ms / 2;

	if (question->by_tcp)
		return TCP_TRY_MS;
	if (usual > SLOW_WAIT_MS)
		usual = SLOW_WAIT_MS;
	return ms > usual ? ms : usual;
}

/* Sends the question to its server and starts the timer. From the second round
 * on it goes without EDNS: some servers and firewalls drop what has it. */
static bool
try(struct question *question)
{
	struct bs_dns *dns = question->dns;
	unsigned round = question->tries / dns->server_count;
	struct server *server =
	    &dns->servers[(question->first + question->tries) %
			  dns->server_count];

	write_query(question, question->plain || round > 0 ||
				  server->plain_until > bs_monotonic_ms());
	return (question->by_tcp ? send_by_tcp(question, server)
				 : send_by_udp(question, server)) &&
	       set_timer(question, patience_ms(question, server, round));
}

/* Asks the next server, or the same one again. */
static void
attempt(struct question *question)
{
	const struct bs_dns *dns = question->dns;
	bool sent = false;

	hang_up_tcp(question);
	if (question->by_tcp && dns->tcp_count >= TCP_MAX) {
		if (++question->tcp_waits > TCP_WAITS ||
		    !set_timer(question, TCP_WAIT_MS))
			fail(question);
		return;
	}
	while (!sent &&
	       question->tries < dns->options.attempts * dns->server_count) {
		hang_up_tcp(question);
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

/* Returns 0 or -EINVAL. */
static int
find_servers(struct bs_dns *dns, const char *servers)
{
	struct bs_dns_server found[BS_DNS_SERVERS_MAX];
	int count;

	count = *servers != '\0'
		    ? bs_dns_servers_parse(servers, found)
		    : bs_dns_servers_read(BS_RESOLV_CONF, found, &dns->options);
	if (count <= 0)
		return -EINVAL;
	dns->server_count = (unsigned)count;
	for (unsigned i = 0; i < dns->server_count; i++) {
		dns->servers[i].dns = dns;
		dns->servers[i].at = found[i];
		for (unsigned j = 0; j < WIRES; j++)
			dns->servers[i].wires[j].server = &dns->servers[i];
	}
	return 0;
}

int
bs_dns_new(struct event_base *base, const char *servers, unsigned timeout_ms,
    struct bs_dns **out)
{
	struct bs_dns *dns = calloc(1, sizeof(*dns));
	int rc;

	if (dns == NULL)
		return -ENOMEM;
	dns->base = base;
	dns->options.timeout_ms = timeout_ms;
	dns->options.attempts = ROUNDS;
	dns->answer = malloc(BS_DNS_ANSWER_SIZE(BS_DNS_REPLY_MAX));
	rc = dns->answer == NULL ? -ENOMEM : find_servers(dns, servers);
	if (rc != 0) {
		bs_dns_free(dns);
		return rc;
	}
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
			wire_close(&dns->servers[i].wires[j]);
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
	question->ttl_seconds = INT32_MAX;
	question->by_tcp = dns->options.use_tcp;
	question->first = dns->options.rotate
			      ? random16(dns) % dns->server_count
			      : dns->first;
	attempt(question);
}

size_t
bs_dns_ports(const struct bs_dns *dns, uint16_t out[static BS_DNS_SERVERS_MAX])
{
	for (unsigned i = 0; i < dns->server_count; i++)
		out[i] = bs_dns_server_port(&dns->servers[i].at);
	return dns->server_count;
}
