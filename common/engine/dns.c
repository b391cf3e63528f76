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

/* Thousands of answers may come at once. */
#define BUFFER_OCTETS (1 << 20)

/* A socket of c-ares' that we watch. */
struct watch {
	struct watch *next;
	struct bs_dns *dns;
	ares_socket_t fd;
	struct event *event;
};

struct bs_dns {
	struct event_base *base;
	ares_channel channel;
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
	char name[BS_HOST_MAX];
};

static void
on_socket(evutil_socket_t fd, short what, void *context)
{
	struct watch *watch = context;
	struct bs_dns *dns = watch->dns;

	/* may end the watch */
	ares_process_fd(dns->channel,
	    what & EV_READ ? (ares_socket_t)fd : ARES_SOCKET_BAD,
	    what & EV_WRITE ? (ares_socket_t)fd : ARES_SOCKET_BAD);
}

static void
on_tick(evutil_socket_t fd, short what, void *context)
{
	struct bs_dns *dns = context;
	const struct timeval delay = {0, TICK_MS * 1000L};

	(void)fd;
	(void)what;
	ares_process_fd(dns->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	if (dns->asked > 0)
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
	struct bs_dns *dns = context;
	short what = (short)((readable ? EV_READ : 0) |
			     (writable ? EV_WRITE : 0) | EV_PERSIST);
	struct watch *watch;

	unwatch(dns, fd);
	if ((!readable && !writable) ||
	    (watch = calloc(1, sizeof(*watch))) == NULL)
		return;
	watch->dns = dns;
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
	    ares_set_servers_ports_csv(dns->channel, list) != ARES_SUCCESS)
		return -EINVAL;
	return 0;
}

static int
open_channel(struct bs_dns *dns, unsigned timeout_ms)
{
	struct ares_options options = {
	    .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS,
	    .timeout = (int)timeout_ms,
	    .tries = TRIES,
	    .ednspsz = EDNS_OCTETS,
	    .socket_receive_buffer_size = BUFFER_OCTETS,
	    .sock_state_cb = on_socket_state,
	    .sock_state_cb_data = dns,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		   ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_RCVBUF |
		   ARES_OPT_SOCK_STATE_CB;

#ifdef ARES_OPT_QUERY_CACHE
	mask |= ARES_OPT_QUERY_CACHE; /* for no time: we have our own */
#endif
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		return -ENOMEM;
	if (ares_init_options(&dns->channel, &options, mask) == ARES_SUCCESS)
		return 0;
	dns->channel = NULL;
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
	dns->answer = malloc(BS_DNS_ANSWER_SIZE(BS_DNS_REPLY_MAX));
	dns->tick = evtimer_new(base, on_tick, dns);
	if (dns->answer == NULL || dns->tick == NULL ||
	    (rc = open_channel(dns, timeout_ms)) != 0 ||
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
	if (dns->channel != NULL)
		ares_destroy(dns->channel);
	while (dns->watches != NULL)
		unwatch(dns, dns->watches->fd);
	if (dns->tick != NULL)
		event_free(dns->tick);
	free(dns->answer);
	free(dns);
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
fail(enum bs_dns_status status, bs_dns_done *done, void *context)
{
	const struct bs_dns_answer answer = {.status = status};

	done(context, &answer);
}

void
bs_dns_ask(struct bs_dns *dns, const char *name, enum bs_dns_type type,
    bs_dns_done *done, void *context)
{
	char escaped[2 * BS_HOST_MAX];
	const struct timeval delay = {0, TICK_MS * 1000L};
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
	escape(name, escaped);
	dns->asked++;
	if (!evtimer_pending(dns->tick, NULL))
		(void)evtimer_add(dns->tick, &delay);
	ares_query(dns->channel, escaped, CLASS_IN, (int)type, on_reply,
	    question);
}
