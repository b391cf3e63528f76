/* Questions to DNS servers, many at a time, by c-ares. */
#define CARES_NO_DEPRECATED
#include <sys/select.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <ares.h>
#include <event2/event.h>

#include "common/engine/dns.h"

/* Time-outs are looked for this often while there are questions. */
#define TICK_MS 50

#define CLASS_IN 1

/* RFC 9715: an answer that is not cut into fragments. */
#define EDNS_OCTETS 1232

#define TRIES 3

/* Answers that come by TCP at one time; they are rare. */
#define TCP_MAX 64

/* Thousands of answers may come at once. */
#define BUFFER_OCTETS (1 << 20)

/* A channel of c-ares'. When a server closes a connection, c-ares takes every
 * question of that channel for failed: one by TCP has a channel of its own, so
 * that it harms nobody else's. */
struct channel {
	struct channel *next;
	struct bs_dns *dns;
	ares_channel ares;
	bool is_done;
};

/* A socket of c-ares' that we watch. */
struct watch {
	struct watch *next;
	struct channel *channel;
	ares_socket_t fd;
	struct event *event;
};

struct bs_dns {
	struct event_base *base;
	struct channel udp;
	struct channel *tcp; /* those at work, and those just done */
	unsigned tcp_count;
	unsigned timeout_ms;
	struct watch *watches;
	struct event *tick;
	unsigned asked; /* and not answered yet */
	bool ending;
	/* what the reply at hand is taken apart into: replies come from
	 * ares_process_fd() alone, so that there is one at a time */
	struct bs_dns_answer *answer;
};

struct question {
	struct bs_dns *dns;
	bs_dns_done *done;
	void *context;
	enum bs_dns_type type;
	struct channel *tcp; /* NULL: asked by UDP */
	char name[BS_HOST_MAX];
};

static void
on_socket(evutil_socket_t fd, short what, void *context)
{
	struct watch *watch = context;

	/* may end the watch */
	ares_process_fd(watch->channel->ares,
	    what & EV_READ ? (ares_socket_t)fd : ARES_SOCKET_BAD,
	    what & EV_WRITE ? (ares_socket_t)fd : ARES_SOCKET_BAD);
}

static void
channel_close(struct channel *channel)
{
	if (channel->ares != NULL)
		ares_destroy(channel->ares);
	channel->ares = NULL;
}

/* Frees the channels that are done: not from within a callback of theirs. */
static void
tcp_sweep(struct bs_dns *dns, bool all)
{
	struct channel **link = &dns->tcp;
	struct channel *channel;

	while ((channel = *link) != NULL) {
		if (!all && !channel->is_done) {
			ares_process_fd(channel->ares, ARES_SOCKET_BAD,
			    ARES_SOCKET_BAD);
			link = &channel->next;
			continue;
		}
		channel_close(channel);
		*link = channel->next;
		dns->tcp_count--;
		free(channel);
	}
}

static void
on_tick(evutil_socket_t fd, short what, void *context)
{
	struct bs_dns *dns = context;
	const struct timeval delay = {0, TICK_MS * 1000L};

	(void)fd;
	(void)what;
	ares_process_fd(dns->udp.ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	tcp_sweep(dns, false);
	if (dns->asked > 0 || dns->tcp != NULL)
		(void)evtimer_add(dns->tick, &delay);
}

static void
unwatch(struct bs_dns *dns, ares_socket_t fd)
{
	struct watch **link = &dns->watches;
	struct watch *watch;

	while ((watch = *link) != NULL && watch->fd != fd)
		link = &watch->next;
	if (watch == NULL)
		return;
	*link = watch->next;
	if (watch->event != NULL)
		event_free(watch->event);
	free(watch);
}

/* c-ares wants a socket watched in another way. Without memory its questions
 * time out. */
static void
on_socket_state(void *context, ares_socket_t fd, int readable, int writable)
{
	struct channel *channel = context;
	struct bs_dns *dns = channel->dns;
	short what = (short)((readable ? EV_READ : 0) |
			     (writable ? EV_WRITE : 0) | EV_PERSIST);
	struct watch *watch;

	unwatch(dns, fd);
	if ((!readable && !writable) ||
	    (watch = calloc(1, sizeof(*watch))) == NULL)
		return;
	watch->channel = channel;
	watch->fd = fd;
	watch->next = dns->watches;
	dns->watches = watch;
	watch->event = event_new(dns->base, fd, what, on_socket, watch);
	if (watch->event != NULL)
		(void)event_add(watch->event, NULL);
}

/* c-ares wants an address of IPv6 in brackets, with a port or without. */
static int
set_servers(struct bs_dns *dns, const char *servers)
{
	char list[4096];
	size_t len = 0;

	for (size_t part; *servers != '\0'; servers += part) {
		const char *colon = strchr(servers, ':');
		bool bare6;
		int put;

		part = strcspn(servers, ",");
		bare6 = servers[0] != '[' && colon != NULL &&
			memchr(colon + 1, ':',
			    (size_t)(servers + part - colon)) != NULL;
		put = snprintf(list + len, sizeof(list) - len,
		    bare6 ? "%s[%.*s]" : "%s%.*s", len > 0 ? "," : "",
		    (int)part, servers);
		if (put < 0 || (size_t)put >= sizeof(list) - len)
			return -EINVAL;
		len += (size_t)put;
		part += servers[part] == ',';
	}
	if (len > 0 &&
	    ares_set_servers_ports_csv(dns->udp.ares, list) != ARES_SUCCESS)
		return -EINVAL;
	return 0;
}

static int
channel_open(struct bs_dns *dns, int how, struct channel *channel)
{
	struct ares_options options = {
	    .flags =
		ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS | how,
	    .timeout = (int)dns->timeout_ms,
	    .tries = TRIES,
	    .ednspsz = EDNS_OCTETS,
	    .socket_receive_buffer_size = BUFFER_OCTETS,
	    .sock_state_cb = on_socket_state,
	    .sock_state_cb_data = channel,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		   ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_RCVBUF |
		   ARES_OPT_SOCK_STATE_CB;

#ifdef ARES_OPT_QUERY_CACHE
	mask |= ARES_OPT_QUERY_CACHE; /* for no time: we have our own */
#endif
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		return -ENOMEM;
	channel->dns = dns;
	if (ares_init_options(&channel->ares, &options, mask) == ARES_SUCCESS)
		return 0;
	channel->ares = NULL;
	return -ENOMEM;
}

int
bs_dns_new(struct event_base *base, const char *servers, unsigned timeout_ms,
    struct bs_dns **out)
{
	struct bs_dns *dns = calloc(1, sizeof(*dns));
	int rc = -ENOMEM;

	if (dns == NULL)
		return rc;
	dns->base = base;
	dns->timeout_ms = timeout_ms;
	dns->answer = malloc(BS_DNS_ANSWER_SIZE(BS_DNS_REPLY_MAX));
	dns->tick = evtimer_new(base, on_tick, dns);
	if (dns->answer == NULL || dns->tick == NULL ||
	    (rc = channel_open(dns, ARES_FLAG_IGNTC, &dns->udp)) != 0 ||
	    (rc = set_servers(dns, servers)) != 0) {
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
	tcp_sweep(dns, true);
	channel_close(&dns->udp);
	while (dns->watches != NULL)
		unwatch(dns, dns->watches->fd);
	if (dns->tick != NULL)
		event_free(dns->tick);
	free(dns->answer);
	free(dns);
}

static void
fail(enum bs_dns_status status, bs_dns_done *done, void *context)
{
	const struct bs_dns_answer answer = {.status = status};

	done(context, &answer);
}

static void ask(struct question *question, struct channel *channel);

/* The servers of the one channel are those of the other. */
static bool
copy_servers(const struct channel *from, struct channel *to)
{
	struct ares_addr_port_node *servers = NULL;
	bool copied =
	    ares_get_servers_ports(from->ares, &servers) == ARES_SUCCESS &&
	    ares_set_servers_ports(to->ares, servers) == ARES_SUCCESS;

	ares_free_data(servers);
	return copied;
}

/* Asks again for an answer that UDP does not hold (RFC 7766 §5). Returns
 * whether it did. */
static bool
ask_by_tcp(struct question *question)
{
	struct bs_dns *dns = question->dns;
	struct channel *channel;

	if (dns->ending || dns->tcp_count >= TCP_MAX ||
	    (channel = calloc(1, sizeof(*channel))) == NULL)
		return false;
	if (channel_open(dns, ARES_FLAG_USEVC, channel) != 0 ||
	    !copy_servers(&dns->udp, channel)) {
		channel_close(channel);
		free(channel);
		return false;
	}
	channel->next = dns->tcp;
	dns->tcp = channel;
	dns->tcp_count++;
	question->tcp = channel;
	ask(question, channel);
	return true;
}

static bool
is_cut(const unsigned char *reply, int len)
{
	return len > 2 && (reply[2] & 2) != 0;
}

static void
on_reply(void *context, int status, int timeouts, unsigned char *reply, int len)
{
	static const struct bs_dns_answer failed = {.status = BS_DNS_FAILED};
	struct question *question = context;
	struct bs_dns *dns = question->dns;
	const struct bs_dns_answer *answer = &failed;

	(void)timeouts;
	dns->asked--;
	if (question->tcp != NULL)
		question->tcp->is_done = true;
	else if (reply != NULL && is_cut(reply, len) && ask_by_tcp(question))
		return;
	/* of these alone the reply is a server's answer; c-ares itself has
	 * none for names that it does not ask for */
	if (reply != NULL && len > 0 &&
	    (status == ARES_SUCCESS || status == ARES_ENODATA ||
		status == ARES_ENOTFOUND)) {
		bs_dns_reply_parse(reply, (size_t)len, question->name,
		    question->type, dns->answer,
		    BS_DNS_ANSWER_SIZE(BS_DNS_REPLY_MAX));
		answer = dns->answer;
	}
	question->done(question->context, answer);
	free(question);
}

/* A backslash in a name is one, and no escape of c-ares'. */
static void
escape(const char *name, char out[static 2 * BS_HOST_MAX])
{
	for (; *name != '\0'; name++) {
		if (*name == '\\')
			*out++ = '\\';
		*out++ = *name;
	}
	*out = '\0';
}

static void
ask(struct question *question, struct channel *channel)
{
	const struct timeval delay = {0, TICK_MS * 1000L};
	struct bs_dns *dns = question->dns;
	char escaped[2 * BS_HOST_MAX];

	escape(question->name, escaped);
	dns->asked++;
	if (!evtimer_pending(dns->tick, NULL))
		(void)evtimer_add(dns->tick, &delay);
	ares_query(channel->ares, escaped, CLASS_IN, (int)question->type,
	    on_reply, question);
}

void
bs_dns_ask(struct bs_dns *dns, const char *name, enum bs_dns_type type,
    bs_dns_done *done, void *context)
{
	struct question *question;

	if (!bs_dns_is_name(name)) {
		fail(BS_DNS_NO_NAME, done, context);
		return;
	}
	if (dns->ending || (question = calloc(1, sizeof(*question))) == NULL) {
		fail(BS_DNS_FAILED, done, context);
		return;
	}
	question->dns = dns;
	question->done = done;
	question->context = context;
	question->type = type;
	snprintf(question->name, sizeof(question->name), "%s", name);
	ask(question, &dns->udp);
}
