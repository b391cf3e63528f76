/* The engine's loop: peers, questions, the store's life, signals. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/listener.h>

#include "common/engine/judge.h"
#include "common/engine/keyring.h"
#include "common/engine/listen.h"
#include "common/engine/peer.h"
#include "common/engine/recovery.h"
#include "common/engine/server.h"
#include "common/engine/state.h"
#include "common/engine/writer.h"
#include "common/log.h"

#define DEADLINE_MS 500	  /* of a question that names none */
#define FLUSH_WAITING 500 /* signatures a commit, at most */
#define PEERS_MAX 4096
#define HURRY_MS 20
#define REOPEN_SECONDS 5
#define SIGNALS 4

/* A signature whose answer waits for its record. */
struct waiting {
	TAILQ_ENTRY(waiting) entry;
	struct bs_peer *peer;
	struct bs_answer answer;
	uint8_t sender[BS_RECORD_HASH];
	int64_t hurry_ms; /* answer by then, recorded or not */
	int64_t due_ms;	  /* the adapter does without us from here on */
};

struct bs_server {
	struct event_base *base;
	const char *config_path;
	struct bs_config *config;
	struct bs_state_paths paths;
	struct bs_keyring keyring;
	struct stat keyring_stat;
	struct bs_writer *writer;
	uint8_t boot[BS_BOOT_LEN];
	TAILQ_HEAD(, waiting) waiting;
	size_t peer_count;
	struct bs_peer *peers[PEERS_MAX];
	pid_t child; /* that looks at the store, or 0 */
	int64_t reopen_at;
	bool in_doubt; /* the clock, as last logged */
	struct evconnlistener *listener;
	struct event *signals[SIGNALS];
	struct event *tick;
	struct event *flush;
	struct event *hurry;
	struct event *sweep;
	struct bs_log_limit store_limit;
	struct bs_log_limit peer_limit;
};

static int64_t
monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
arm(struct event *event, int ms)
{
	const struct timeval delay = {ms / 1000, (ms % 1000) * 1000L};

	if (!evtimer_pending(event, NULL))
		evtimer_add(event, &delay);
}

static void
warn_store(struct bs_server *server, const char *what, int error)
{
	unsigned missed;

	if (bs_log_allowed(&server->store_limit, monotonic_ms(), &missed))
		bs_log(BS_LOG_WARNING, "%s: %s (mail goes on; %u more)", what,
		    strerror(-error), missed);
}

/* A keyring that was replaced is taken at the next question; one that cannot
 * be read leaves the old one in force. */
static void
refresh_keyring(struct bs_server *server)
{
	struct bs_keyring fresh;
	struct bs_fault fault = {0};
	struct stat st;
	const struct stat *old = &server->keyring_stat;

	if (stat(server->paths.keyring, &st) != 0)
		memset(&st, 0, sizeof(st));
	if (st.st_ino == old->st_ino && st.st_size == old->st_size &&
	    st.st_mode == old->st_mode &&
	    st.st_mtim.tv_sec == old->st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == old->st_mtim.tv_nsec)
		return;
	server->keyring_stat = st;
	if (bs_keyring_load(server->paths.keyring, &fresh, &fault) == 0) {
		server->keyring = fresh;
		bs_log(BS_LOG_INFO, "keyring read: %zu keys",
		    server->keyring.count);
	} else {
		bs_log(BS_LOG_ERR, "%s:%u: %s%s", server->paths.keyring,
		    fault.line, fault.text,
		    server->keyring.count > 0 ? "; the old keys stay" : "");
	}
	bs_keyring_wipe(&fresh);
}

/* Sends an answer that waited. One that comes too late went out unsigned. */
static void
release(struct bs_server *server, struct waiting *waiting, bool recorded)
{
	struct bs_peer *peer = waiting->peer;

	TAILQ_REMOVE(&server->waiting, waiting, entry);
	if (!recorded)
		snprintf(waiting->answer.reason, sizeof(waiting->answer.reason),
		    "unrecorded");
	if (peer == NULL || monotonic_ms() > waiting->due_ms)
		bs_writer_unsigned(server->writer, waiting->sender, time(NULL));
	if (peer != NULL)
		bs_peer_answer(peer, &waiting->answer);
	free(waiting);
}

static void
on_flush(evutil_socket_t fd, short what, void *context)
{
	struct bs_server *server = context;
	struct waiting *waiting;
	int rc;

	(void)fd;
	(void)what;
	if (!bs_writer_has_store(server->writer)) {
		arm(server->hurry, HURRY_MS);
		return;
	}
	if ((rc = bs_writer_flush(server->writer, time(NULL))) != 0)
		warn_store(server, "signatures are not recorded", rc);
	while ((waiting = TAILQ_FIRST(&server->waiting)) != NULL)
		release(server, waiting, rc == 0);
}

/* Without a store: what cannot wait any longer goes out unrecorded. */
static void
on_hurry(evutil_socket_t fd, short what, void *context)
{
	struct bs_server *server = context;
	struct waiting *waiting;
	struct waiting *next;
	int64_t now = monotonic_ms();

	(void)fd;
	(void)what;
	for (waiting = TAILQ_FIRST(&server->waiting); waiting != NULL;
	     waiting = next) {
		next = TAILQ_NEXT(waiting, entry);
		if (now >= waiting->hurry_ms)
			release(server, waiting, false);
	}
	if (!TAILQ_EMPTY(&server->waiting))
		arm(server->hurry, HURRY_MS);
}

static void
hold_answer(struct bs_server *server, struct bs_peer *peer,
    const struct bs_request *request, const struct bs_answer *answer,
    const struct bs_judgement *judgement)
{
	struct waiting *waiting = malloc(sizeof(*waiting));
	int64_t now = monotonic_ms();
	int64_t deadline = request->deadline_ms > 0
			       ? (int64_t)request->deadline_ms
			       : DEADLINE_MS;
	struct bs_answer unrecorded;

	if (waiting == NULL) {
		unrecorded = *answer;
		snprintf(unrecorded.reason, sizeof(unrecorded.reason),
		    "unrecorded");
		bs_peer_answer(peer, &unrecorded);
		return;
	}
	waiting->peer = peer;
	waiting->answer = *answer;
	memcpy(waiting->sender, judgement->sender, sizeof(waiting->sender));
	waiting->hurry_ms = now + deadline * 6 / 10;
	waiting->due_ms = now + deadline;
	TAILQ_INSERT_TAIL(&server->waiting, waiting, entry);
	/* what else this round of the loop brings shares the commit */
	event_active(server->flush, EV_TIMEOUT, 0);
	if (bs_writer_waiting(server->writer) >= FLUSH_WAITING)
		on_flush(-1, 0, server);
}

/* What "backstop status" asks for. */
static void
answer_ping(const struct bs_server *server, struct bs_answer *answer)
{
	const char *store = "ok";
	int error;

	if (!bs_writer_has_store(server->writer))
		store = server->child != 0 ? "checking" : "absent";
	else if (bs_writer_is_failing(server->writer, &error))
		store = "failing";
	snprintf(answer->verdict, sizeof(answer->verdict), "up");
	snprintf(answer->reason, sizeof(answer->reason), "store-%s", store);
}

static void
on_question(struct bs_server *server, struct bs_peer *peer,
    const struct bs_request *request)
{
	const struct bs_judge judge = {
	    .config = server->config,
	    .keyring = &server->keyring,
	    .writer = server->writer,
	};
	struct bs_answer answer;
	struct bs_judgement judgement;

	refresh_keyring(server);
	bs_judge(&judge, request, time(NULL), &answer, &judgement);
	if (request->op == BS_OP_PING)
		answer_ping(server, &answer);
	if (judgement.wait) {
		hold_answer(server, peer, request, &answer, &judgement);
		return;
	}
	bs_judge_log(request, &answer, &judgement);
	bs_peer_answer(peer, &answer);
}

static void
on_gone(struct bs_server *server, struct bs_peer *peer)
{
	struct waiting *waiting;

	for (size_t i = 0; i < server->peer_count; i++)
		if (server->peers[i] == peer) {
			server->peers[i] = server->peers[--server->peer_count];
			break;
		}
	TAILQ_FOREACH(waiting, &server->waiting, entry)
	if (waiting->peer == peer)
		waiting->peer = NULL;
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *address, int len, void *context)
{
	struct bs_server *server = context;
	struct bs_peer *peer;
	unsigned missed;

	(void)listener;
	(void)address;
	(void)len;
	if (server->peer_count >= PEERS_MAX ||
	    !bs_listen_allows(fd, server->config->clients.words,
		server->config->clients.count)) {
		if (bs_log_allowed(&server->peer_limit, monotonic_ms(),
			&missed))
			bs_log(BS_LOG_WARNING,
			    "a connection was refused: its user is not in "
			    "\"clients\", or there are too many (%u more)",
			    missed);
		close(fd);
		return;
	}
	peer = bs_peer_new(server->base, fd, server, on_question, on_gone);
	if (peer != NULL)
		server->peers[server->peer_count++] = peer;
}

/* Starts the child that looks at the store before we open it. */
static void
start_recovery(struct bs_server *server)
{
	pid_t pid = bs_recovery_start(server->paths.store);

	if (pid < 0) {
		warn_store(server, "the store cannot be checked", (int)pid);
		server->reopen_at = time(NULL) + REOPEN_SECONDS;
		return;
	}
	server->child = pid;
}

static void
finish_recovery(struct bs_server *server, int status)
{
	struct bs_store *store = NULL;
	int64_t now = time(NULL);
	int error;
	enum bs_recovery outcome;

	outcome = bs_recovery_finish(server->paths.store, status, now, &store,
	    &error);
	if (outcome != BS_RECOVERY_LATER)
		error = bs_writer_attach(server->writer, store, server->boot,
		    server->config->lifetime_days, now);
	if (error != 0) {
		bs_store_close(store);
		warn_store(server, "the store cannot be opened", error);
		server->reopen_at = now + REOPEN_SECONDS;
		return;
	}
	if (outcome == BS_RECOVERY_NEW)
		bs_log(BS_LOG_WARNING,
		    "the store was damaged: %s/data.mdb.damaged-%" PRId64
		    " keeps it, a new epoch begins",
		    server->paths.store, now);
	bs_log(BS_LOG_INFO, "store open");
	arm(server->sweep, HURRY_MS);
	event_active(server->flush, EV_TIMEOUT, 0);
}

static void
on_child(evutil_socket_t signal_number, short what, void *context)
{
	struct bs_server *server = context;
	int status;

	(void)signal_number;
	(void)what;
	if (server->child == 0 ||
	    waitpid(server->child, &status, WNOHANG) != server->child)
		return;
	server->child = 0;
	finish_recovery(server, status);
}

/* A store that turned out to be damaged is closed and looked at anew. */
static void
lose_store(struct bs_server *server)
{
	int error;

	if (!bs_writer_is_failing(server->writer, &error) || error != -EUCLEAN)
		return;
	warn_store(server, "the store is opened anew", error);
	bs_store_close(bs_writer_detach(server->writer));
	server->reopen_at = time(NULL) + REOPEN_SECONDS;
}

static void
watch_clock(struct bs_server *server)
{
	bool in_doubt = bs_writer_meta(server->writer)->clock.in_doubt;

	if (in_doubt == server->in_doubt)
		return;
	server->in_doubt = in_doubt;
	if (in_doubt)
		bs_log(BS_LOG_ERR,
		    "the clock is in doubt: nothing is signed, refused or "
		    "expired until two days agree, or until you type: "
		    "backstop store confirm-clock");
	else
		bs_log(BS_LOG_INFO, "the clock is trusted again");
}

static void
on_tick(evutil_socket_t fd, short what, void *context)
{
	struct bs_server *server = context;
	int64_t now = time(NULL);

	(void)fd;
	(void)what;
	bs_writer_tick(server->writer, server->config->lifetime_days, now);
	lose_store(server);
	watch_clock(server);
	if (!bs_writer_has_store(server->writer) && server->child == 0 &&
	    now >= server->reopen_at)
		start_recovery(server);
	if (bs_writer_has_store(server->writer))
		arm(server->sweep, HURRY_MS);
}

static void
on_sweep(evutil_socket_t fd, short what, void *context)
{
	struct bs_server *server = context;

	(void)fd;
	(void)what;
	if (bs_writer_expire(server->writer, server->config->lifetime_days,
		time(NULL)))
		arm(server->sweep, HURRY_MS);
}

static void
log_fault(void *context, const struct bs_fault *fault, bool is_warning)
{
	bs_log(is_warning ? BS_LOG_WARNING : BS_LOG_ERR, "%s:%u: %s",
	    (const char *)context, fault->line, fault->text);
}

/* SIGHUP: a bad file leaves the old one in force. */
static void
on_reload(evutil_socket_t signal_number, short what, void *context)
{
	struct bs_server *server = context;
	struct bs_config *fresh = NULL;
	int rc;

	(void)signal_number;
	(void)what;
	rc = bs_config_load(server->config_path, &fresh, log_fault,
	    (void *)(uintptr_t)server->config_path);
	if (rc != 0) {
		bs_log(BS_LOG_ERR, "%s: %s; the old configuration stays",
		    server->config_path, strerror(-rc));
		return;
	}
	if (strcmp(fresh->state, server->config->state) != 0 ||
	    strcmp(fresh->socket, server->config->socket) != 0)
		bs_log(BS_LOG_WARNING,
		    "a new \"state\" or \"socket\" takes a restart");
	bs_config_free(server->config);
	server->config = fresh;
	bs_log(BS_LOG_INFO, "configuration read anew");
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

	rc = bs_state_store_key(server->paths.store_key, store_key, &fault);
	if (rc != 0) {
		bs_log(BS_LOG_ERR, "%s: %s (backstop init makes it)",
		    server->paths.store_key, fault.text);
		return rc;
	}
	server->writer = bs_writer_new(store_key);
	bs_mac_wipe(store_key, sizeof(store_key));
	if (server->writer == NULL)
		return -ENOMEM;
	refresh_keyring(server);
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
	if (server->listener != NULL)
		evconnlistener_free(server->listener);
	if (server->base != NULL)
		event_base_free(server->base);
}

/* The last answers, the clean-stop mark, and everybody out. */
static void
finish(struct bs_server *server)
{
	struct waiting *waiting;

	evconnlistener_disable(server->listener);
	if (bs_writer_has_store(server->writer))
		on_flush(-1, 0, server);
	while ((waiting = TAILQ_FIRST(&server->waiting)) != NULL)
		release(server, waiting, false);
	event_base_loop(server->base, EVLOOP_NONBLOCK);
	bs_writer_stop(server->writer, time(NULL));
	bs_store_close(bs_writer_detach(server->writer));
	if (server->child != 0)
		kill(server->child, SIGKILL);
	while (server->peer_count > 0)
		bs_peer_free(server->peers[0]);
}

/* Sets up all that the loop needs. */
static int
prepare(struct bs_server *server, int listen_fd)
{
	int rc;

	TAILQ_INIT(&server->waiting);
	rc = bs_state_paths(server->config->state, &server->paths);
	if (rc != 0 || (rc = read_secrets(server)) != 0)
		return rc;
	bs_recovery_boot_id(server->boot);
	if ((server->base = event_base_new()) == NULL ||
	    add_events(server) != 0)
		return -ENOMEM;
	server->listener = evconnlistener_new(server->base, on_accept, server,
	    LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_CLOSE_ON_FREE, 0, listen_fd);
	return server->listener == NULL ? -ENOMEM : 0;
}

int
bs_server_run(const char *config_path, struct bs_config *config, int listen_fd)
{
	struct bs_server *server = calloc(1, sizeof(*server));
	int rc = -ENOMEM;

	if (server == NULL) {
		bs_config_free(config);
		return rc;
	}
	server->config_path = config_path;
	server->config = config;
	if ((rc = prepare(server, listen_fd)) != 0) {
		bs_log(BS_LOG_ERR, "cannot start: %s", strerror(-rc));
		goto out;
	}
	start_recovery(server);
	bs_log(BS_LOG_INFO, "backstopd %s answers", BS_VERSION);
	event_base_dispatch(server->base);
	finish(server);
	bs_log(BS_LOG_INFO, "backstopd ends");
out:
	free_events(server);
	bs_writer_free(server->writer);
	bs_config_free(server->config);
	bs_keyring_wipe(&server->keyring);
	free(server);
	return rc;
}
