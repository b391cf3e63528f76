/* The engine's loop: peers, questions, the store's life, signals. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/engine/accept.h"
#include "common/engine/client_search.h"
#include "common/engine/clients.h"
#include "common/engine/clock.h"
#include "common/engine/commit_queue.h"
#include "common/engine/condition.h"
#include "common/engine/spf_requests.h"
#include "common/judge/counters.h"
#include "common/judge/judge.h"
#include "common/judge/log.h"
#include "common/judge/probe.h"
#include "common/store/supervise.h"
#include "common/engine/idn.h"
#include "common/engine/listen.h"
#include "common/engine/metrics.h"
#include "common/engine/notify.h"
#include "common/engine/peer.h"
#include "common/engine/server.h"
#include "common/engine/settings.h"
#include "common/engine/tracing.h"
#include "common/store/writer.h"
#include "common/base/log.h"
#include "common/base/monotonic.h"

#define FLUSH_WAITING 500 /* signatures a commit, at most */
#define PEERS_MAX 4096

/* Descriptors that are not peers': the store, the loop, files that are read. */
#define OTHERS_MAX 40
#define PEERS_MIN 8
#define HURRY_MS 20
#define SIGNALS 5
#define PASSWD "/etc/passwd"

/* How often users are looked for: when a stranger connects; where one of the
 * clients is no user yet, whom the list of access keeps from connecting; and
 * how long a start waits for what is found at once. */
#define STRANGER_SEARCH_MS 10000
#define LACK_SEARCH_MS 60000
#define START_SEARCH_MS 1000

struct bs_server {
	struct event_base *base;
	struct bs_settings settings;
	struct bs_writer *writer;
	struct bs_probe_limit *limits;
	struct bs_counters *counters;
	struct bs_traffic traffic;
	int64_t began; /* epoch seconds */
	struct bs_supervisor supervisor;
	const struct bs_ticket *ticket; /* borrowed */
	struct bs_commit_queue *queue;
	struct bs_spf *spf; /* NULL: there is no checker */
	struct bs_spf_requests *requests;
	struct bs_tracing *tracing;
	struct bs_clients clients;
	struct bs_client_search *search;
	bool search_is_due;
	size_t peer_count;
	size_t peer_max; /* as many as there are descriptors for */
	struct bs_peer *peers[PEERS_MAX];
	bool in_doubt; /* the clock, as last logged */
	bool is_synchronised;
	struct bs_clock_watch clock;
	uint32_t noted; /* the day on which the domains were noted last */
	struct bs_accept *accept;
	struct event *signals[SIGNALS];
	struct event *tick;
	struct event *flush;
	struct event *hurry;
	struct event *sweep;
	struct bs_log_limit peer_limit;
};

static void
arm(struct event *event, int ms)
{
	const struct timeval delay = {ms / 1000, (ms % 1000) * 1000L};

	if (!evtimer_pending(event, NULL))
		evtimer_add(event, &delay);
}

static void
on_flush(evutil_socket_t fd, short what, void *context)
{
	struct bs_server *server = context;
	int rc;

	(void)fd;
	(void)what;
	if (!bs_writer_has_store(server->writer)) {
		arm(server->hurry, HURRY_MS);
		return;
	}
	if ((rc = bs_writer_flush(server->writer, time(NULL))) != 0)
		bs_supervise_warn(&server->supervisor,
		    "signatures are not recorded", rc);
	bs_commit_queue_release(server->queue, server->writer, rc == 0,
	    bs_monotonic_ms(), time(NULL));
}

/* While there is no store: an answer that cannot wait any longer is sent, and
 * says that it is not recorded. */
static void
on_hurry(evutil_socket_t fd, short what, void *context)
{
	struct bs_server *server = context;

	(void)fd;
	(void)what;
	bs_commit_queue_hurry(server->queue, server->writer, bs_monotonic_ms(),
	    time(NULL));
	if (!bs_commit_queue_is_empty(server->queue))
		arm(server->hurry, HURRY_MS);
}

/* Answers after the next commit, which all questions of this round of the loop
 * share. */
static void
answer_later(struct bs_server *server, struct bs_peer *peer,
    const struct bs_request *request, struct bs_answer *answer,
    const struct bs_judgement *judgement)
{
	if (bs_commit_queue_add(server->queue, peer, request, answer, judgement,
		bs_monotonic_ms()) != 0) {
		bs_commit_queue_mark_unrecorded(answer);
		bs_peer_answer(peer, bs_peer_asked(peer), answer);
		return;
	}
	event_active(server->flush, EV_TIMEOUT, 0);
	if (bs_writer_waiting(server->writer) >= FLUSH_WAITING)
		on_flush(-1, 0, server);
}

static struct bs_judge
judge_of(struct bs_server *server)
{
	return (struct bs_judge){
	    .config = server->settings.config,
	    .keyring = &server->settings.keyring,
	    .writer = server->writer,
	    .limits = server->limits,
	    .accepted = &server->settings.accepted,
	    .counters = server->counters,
	};
}

/* Writes into the store what the settings say of each domain: once a day and
 * whenever they change. */
static void
note_domains(struct bs_server *server, int64_t now)
{
	const struct bs_judge judge = judge_of(server);
	bool in_doubt = bs_writer_meta(server->writer)->clock.in_doubt;

	if (server->noted == bs_day_of(now) || in_doubt ||
	    !bs_writer_has_store(server->writer))
		return;
	bs_judge_note_domains(&judge, now);
	server->noted = bs_day_of(now);
}

/* Strangers are kept from connecting, where the file system can tell them from
 * clients. Where it cannot, or the socket is not ours, each is sent away. */
static void
admit_clients(struct bs_server *server)
{
	(void)!bs_listen_admit(server->settings.config->socket,
	    &server->clients);
}

static void
on_client_found(void *context, const char *name, const uid_t *uid)
{
	struct bs_server *server = context;

	if (bs_clients_learn(&server->clients,
		&server->settings.config->clients, name, uid))
		admit_clients(server);
}

static void
renew_clients(struct bs_server *server)
{
	const struct bs_words *names = &server->settings.config->clients;

	if (bs_clients_renew(&server->clients, PASSWD, names))
		admit_clients(server);
	if (!bs_client_search_is_recent(server->search, LACK_SEARCH_MS) &&
	    bs_clients_lack(&server->clients, names))
		server->search_is_due = true;
	if (server->search_is_due &&
	    bs_client_search_begin(server->search, names))
		server->search_is_due = false;
}

static int
reload(struct bs_server *server)
{
	int rc = bs_settings_reload(&server->settings);

	bs_writer_keep(server->writer, server->settings.config->report);
	bs_clients_begin(&server->clients, PASSWD,
	    &server->settings.config->clients);
	admit_clients(server);
	server->search_is_due = true;
	server->noted = 0;
	note_domains(server, time(NULL));
	if (server->spf != NULL)
		bs_spf_renew(server->spf,
		    (const char *const *)
			server->settings.config->spf.servers.words,
		    server->settings.config->spf.servers.count);
	return rc;
}

/* For "backstop mode". As at SIGHUP, the file is read by the user that we
 * became. */
static void
answer_reload(struct bs_server *server, const struct bs_peer *peer,
    struct bs_answer *answer)
{
	const char *reason = "read";

	if (!bs_peer_may_command(peer)) {
		answer->status = BS_STATUS_ERROR;
		reason = "not-root";
	} else if (reload(server) != 0) {
		answer->status = BS_STATUS_ERROR;
		reason = "bad-file";
	}
	snprintf(answer->reason, sizeof(answer->reason), "%s", reason);
}

/* "backstop trace" asks for it. */
static void
answer_trace(struct bs_server *server, const struct bs_peer *peer,
    const struct bs_request *request, struct bs_answer *answer)
{
	const char *reason = "traces";

	if (!bs_peer_may_command(peer)) {
		answer->status = BS_STATUS_ERROR;
		reason = "not-root";
	} else {
		bs_tracing_begin(server->tracing, request->trace_minutes);
	}
	snprintf(answer->reason, sizeof(answer->reason), "%s", reason);
}

/* For whoever may ask at all: a mail server may see how much mail it has, and
 * there is no secret in it. */
static void
answer_metrics(struct bs_server *server, const struct bs_request *request,
    int64_t now, struct bs_answer *answer)
{
	const struct bs_judge judge = judge_of(server);
	const struct bs_metrics metrics = {
	    .judge = &judge,
	    .traffic = &server->traffic,
	    .supervisor = &server->supervisor,
	    .began = server->began,
	    .now = now,
	};

	bs_metrics_answer(&metrics, request->from, answer);
}

/* Before anything is judged by the day. */
static void
watch_clock(struct bs_server *server, int64_t now)
{
	bool in_doubt = bs_writer_meta(server->writer)->clock.in_doubt;
	bool leapt = bs_clock_watch(&server->clock, now,
	    bs_clock_boot_seconds(), in_doubt);

	bs_writer_set_clock(server->writer, leapt, server->is_synchronised);
}

static void
on_question(struct bs_server *server, struct bs_peer *peer,
    const struct bs_request *asked)
{
	struct bs_request in_ascii;
	const struct bs_request *request = bs_idn_request(asked, &in_ascii);
	const struct bs_judge judge = judge_of(server);
	struct bs_answer answer;
	struct bs_judgement judgement;
	int64_t now = time(NULL);

	bs_accept_owe_turn(server->accept);
	if (request->op == BS_OP_SPF) {
		bs_spf_requests_begin(server->requests, peer, request);
		return;
	}
	bs_settings_refresh(&server->settings);
	watch_clock(server, now);
	bs_writer_look(server->writer, now);
	bs_judge(&judge, request, now, &answer, &judgement);
	bs_tracing_facts(bs_peer_number(peer), request, &judgement);
	if (request->op == BS_OP_PING)
		bs_condition_answer(&server->supervisor, &server->settings,
		    &answer);
	if (request->op == BS_OP_RELOAD)
		answer_reload(server, peer, &answer);
	if (request->op == BS_OP_TRACE)
		answer_trace(server, peer, request, &answer);
	if (request->op == BS_OP_METRICS)
		answer_metrics(server, request, now, &answer);
	if (judgement.wait) {
		answer_later(server, peer, request, &answer, &judgement);
		return;
	}
	bs_judge_log(request, &answer, &judgement);
	bs_peer_answer(peer, bs_peer_asked(peer), &answer);
}

static void
on_gone(struct bs_server *server, struct bs_peer *peer)
{
	for (size_t i = 0; i < server->peer_count; i++)
		if (server->peers[i] == peer) {
			server->peers[i] = server->peers[--server->peer_count];
			break;
		}
	bs_commit_queue_forget(server->queue, peer);
	bs_spf_requests_forget(server->requests, peer);
}

static bool
has_room(void *context)
{
	const struct bs_server *server = context;

	return server->peer_count < server->peer_max;
}

static void
on_connection(void *context, int fd)
{
	struct bs_server *server = context;
	struct bs_peer *peer;
	unsigned missed;

	if (!bs_listen_allows(fd, &server->clients)) {
		if (bs_log_allowed(&server->peer_limit, bs_monotonic_ms(),
			&missed))
			bs_log(BS_LOG_WARNING,
			    "a connection was refused: its user is not in "
			    "\"clients\" (%u more)",
			    missed);
		close(fd);
		if (!bs_client_search_is_recent(server->search,
			STRANGER_SEARCH_MS))
			server->search_is_due = true;
		return;
	}
	peer = bs_peer_new(server->base, fd, server, on_question, on_gone,
	    &server->traffic);
	if (peer != NULL)
		server->peers[server->peer_count++] = peer;
}

static void
on_child(evutil_socket_t signal_number, short what, void *context)
{
	struct bs_server *server = context;

	(void)signal_number;
	(void)what;
	bs_client_search_child_ended(server->search);
	if (!bs_supervise_child_ended(&server->supervisor,
		server->settings.config->lifetime_days, time(NULL)))
		return;
	server->noted = 0; /* this store may be a new one */
	arm(server->sweep, HURRY_MS);
	event_active(server->flush, EV_TIMEOUT, 0);
}

static void
log_clock(struct bs_server *server)
{
	bool in_doubt = bs_writer_meta(server->writer)->clock.in_doubt;

	if (in_doubt == server->in_doubt)
		return;
	server->in_doubt = in_doubt;
	bs_clock_log(in_doubt, server->is_synchronised);
}

static void
on_tick(evutil_socket_t fd, short what, void *context)
{
	struct bs_server *server = context;
	int64_t now = time(NULL);

	(void)fd;
	(void)what;
	server->is_synchronised = bs_clock_is_synchronised();
	watch_clock(server, now);
	bs_writer_tick(server->writer, server->settings.config->lifetime_days,
	    now);
	bs_supervise_tick(&server->supervisor, now);
	log_clock(server);
	renew_clients(server);
	(void)bs_log_flush();
	note_domains(server, now);
	bs_condition_notify(&server->supervisor, &server->settings);
	if (bs_writer_has_store(server->writer))
		arm(server->sweep, HURRY_MS);
}

static void
on_sweep(evutil_socket_t fd, short what, void *context)
{
	struct bs_server *server = context;

	(void)fd;
	(void)what;
	if (bs_writer_work(server->writer,
		server->settings.config->lifetime_days, time(NULL)))
		arm(server->sweep, HURRY_MS);
}

static void
on_reload(evutil_socket_t signal_number, short what, void *context)
{
	(void)signal_number;
	(void)what;
	(void)!reload(context);
}

static void
on_trace(evutil_socket_t signal_number, short what, void *context)
{
	struct bs_server *server = context;

	(void)signal_number;
	(void)what;
	bs_tracing_begin(server->tracing, BS_TRACING_MINUTES);
}

static void
on_stop(evutil_socket_t signal_number, short what, void *context)
{
	struct bs_server *server = context;

	(void)signal_number;
	(void)what;
	event_base_loopbreak(server->base);
}

static int
read_secrets(struct bs_server *server)
{
	uint8_t store_key[BS_STORE_KEY_LEN];
	struct bs_fault fault = {0};
	int rc;

	rc = bs_state_folder_store_key(server->settings.paths.store_key,
	    store_key, &fault);
	if (rc != 0) {
		bs_log(BS_LOG_ERR, "%s: %s (backstop init makes it)",
		    server->settings.paths.store_key, fault.text);
		bs_notify_status("%s: %s; type: backstop init",
		    server->settings.paths.store_key, fault.text);
		return rc;
	}
	server->writer = bs_writer_new(store_key);
	bs_mac_wipe(store_key, sizeof(store_key));
	if (server->writer == NULL)
		return -ENOMEM;
	bs_writer_keep(server->writer, server->settings.config->report);
	bs_settings_refresh(&server->settings);
	return 0;
}

/* The signals and timers of the loop; free_events() frees them. */
static int
add_events(struct bs_server *server)
{
	static const struct {
		int number;
		event_callback_fn callback;
	} signals[SIGNALS] = {
	    {SIGTERM, on_stop},
	    {SIGINT, on_stop},
	    {SIGHUP, on_reload},
	    {SIGCHLD, on_child},
	    {SIGUSR1, on_trace},
	};
	const struct timeval second = {1, 0};
	struct event_base *base = server->base;

	for (size_t i = 0; i < SIGNALS; i++) {
		server->signals[i] = evsignal_new(base, signals[i].number,
		    signals[i].callback, server);
		if (server->signals[i] == NULL ||
		    evsignal_add(server->signals[i], NULL) != 0)
			return -ENOMEM;
	}
	server->tick = event_new(base, -1, EV_PERSIST, on_tick, server);
	server->flush = evtimer_new(base, on_flush, server);
	server->hurry = evtimer_new(base, on_hurry, server);
	server->sweep = evtimer_new(base, on_sweep, server);
	if (server->tick == NULL || server->flush == NULL ||
	    server->hurry == NULL || server->sweep == NULL)
		return -ENOMEM;
	return evtimer_add(server->tick, &second) == 0 ? 0 : -ENOMEM;
}

static void
free_events(struct bs_server *server)
{
	struct event *timers[] = {server->tick, server->flush, server->hurry,
	    server->sweep};

	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		if (timers[i] != NULL)
			event_free(timers[i]);
	for (size_t i = 0; i < SIGNALS; i++)
		if (server->signals[i] != NULL)
			event_free(server->signals[i]);
	bs_accept_free(server->accept);
	if (server->base != NULL)
		event_base_free(server->base);
}

/* Takes over what the last engine left, so that its stop may be no gap. */
static void
take_ticket(struct bs_server *server)
{
	uint8_t ticket[BS_TICKET_LEN];

	if (bs_ticket_read(server->ticket, server->settings.paths.store,
		ticket))
		bs_writer_set_ticket(server->writer, ticket);
	bs_ticket_void(server->ticket);
}

static void
leave_ticket(const struct bs_server *server)
{
	uint8_t ticket[BS_TICKET_LEN];

	if (bs_writer_has_stopped(server->writer, ticket))
		bs_ticket_leave(server->ticket, server->settings.paths.store,
		    ticket);
}

/* Sends the last answers, marks the store as cleanly stopped, ends all
 * connections. */
static void
finish(struct bs_server *server)
{
	bs_accept_stop(server->accept);
	if (bs_writer_has_store(server->writer))
		on_flush(-1, 0, server);
	bs_commit_queue_release(server->queue, server->writer, false,
	    bs_monotonic_ms(), time(NULL));
	event_base_loop(server->base, EVLOOP_NONBLOCK);
	bs_supervise_stop(&server->supervisor, time(NULL));
	leave_ticket(server);
	while (server->peer_count > 0)
		bs_peer_free(server->peers[0]);
}

/* As many peers as this process may have descriptors for. */
static size_t
find_peer_max(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur >= PEERS_MAX + OTHERS_MAX)
		return PEERS_MAX;
	return limit.rlim_cur > PEERS_MIN + OTHERS_MAX
		   ? (size_t)limit.rlim_cur - OTHERS_MAX
		   : PEERS_MIN;
}

static int
listen_at(struct bs_server *server, int fd)
{
	static const struct bs_accept_events events = {
	    .has_room = has_room,
	    .came = on_connection,
	};

	server->is_synchronised = bs_clock_is_synchronised();
	server->peer_max = find_peer_max();
	if ((server->search = bs_client_search_new(server->base,
		 on_client_found, server)) == NULL) {
		close(fd);
		return -ENOMEM;
	}
	bs_clients_begin(&server->clients, PASSWD,
	    &server->settings.config->clients);
	renew_clients(server);
	bs_client_search_wait(server->search, START_SEARCH_MS);
	admit_clients(server);
	server->accept = bs_accept_new(server->base, fd, &events, server);
	return server->accept == NULL ? -ENOMEM : 0;
}

/* Sets up all that the loop needs. */
static int
prepare(struct bs_server *server, int listen_fd)
{
	int rc;

	if ((server->queue = bs_commit_queue_new(&server->traffic)) == NULL ||
	    (server->limits = bs_probe_limit_new()) == NULL ||
	    (server->counters = bs_counters_new()) == NULL)
		return -ENOMEM;
	rc = bs_state_folder_paths(server->settings.config->state,
	    &server->settings.paths);
	if (rc != 0 || (rc = read_secrets(server)) != 0)
		return rc;
	server->supervisor.folder = server->settings.paths.store;
	server->supervisor.writer = server->writer;
	if ((server->base = event_base_new()) == NULL ||
	    event_base_priority_init(server->base, BS_ACCEPT_PRIORITIES) != 0 ||
	    (server->tracing = bs_tracing_new(server->base)) == NULL ||
	    add_events(server) != 0)
		return -ENOMEM;
	if (server->spf != NULL &&
	    bs_spf_attach(server->spf, server->base) != 0)
		return -ENOMEM;
	server->requests = bs_spf_requests_new(server->spf, &server->settings,
	    server->writer, server->counters, &server->traffic);
	if (server->requests == NULL)
		return -ENOMEM;
	return listen_at(server, listen_fd);
}

int
bs_server_run(const char *config_path, struct bs_config *config, int listen_fd,
    struct bs_spf *spf, const struct bs_ticket *ticket)
{
	struct bs_server *server = calloc(1, sizeof(*server));
	int rc = -ENOMEM;

	if (server == NULL) {
		bs_config_free(config);
		bs_spf_free(spf);
		return rc;
	}
	server->settings.config_path = config_path;
	server->settings.config = config;
	server->spf = spf;
	server->ticket = ticket;
	server->began = time(NULL);
	if ((rc = prepare(server, listen_fd)) != 0) {
		bs_log(BS_LOG_ERR, "cannot start: %s", strerror(-rc));
		goto out;
	}
	take_ticket(server);
	bs_supervise_start(&server->supervisor, time(NULL));
	bs_log(BS_LOG_INFO, "backstopd %s answers", BS_VERSION);
	bs_condition_notify(&server->supervisor, &server->settings);
	bs_notify_ready();
	event_base_dispatch(server->base);
	bs_notify_stopping();
	finish(server);
	bs_log(BS_LOG_INFO, "backstopd ends");
out:
	bs_spf_requests_free(server->requests);
	bs_tracing_free(server->tracing);
	bs_client_search_free(server->search);
	bs_spf_free(server->spf);
	free_events(server);
	bs_commit_queue_free(server->queue);
	bs_counters_free(server->counters);
	bs_probe_limit_free(server->limits);
	bs_writer_free(server->writer);
	bs_settings_free(&server->settings);
	free(server);
	return rc;
}
