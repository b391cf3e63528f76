/* backstop status: what is set, what is there, and whether it works. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/keybook.h"
#include "common/cli/output.h"
#include "common/cli/ping.h"

struct status {
	const struct bs_call *call;
	struct bs_keybook book;
	bool answers;
	char engine[BS_PING_REASON]; /* what the engine says of its store */
	int store;		     /* 0, or -errno of the look at it */
	struct bs_look look;
	struct bs_clock clock; /* as it stands now */
};

static const char *
store_word(int rc)
{
	switch (rc) {
	case 0:
		return "ok";
	case -ENOENT:
		return "missing";
	case -EUCLEAN:
	case -EBADMSG:
		return "damaged";
	default:
		return "unreadable";
	}
}

static const char *
store_advice(int rc)
{
	switch (rc) {
	case -ENOENT:
		return "backstopd makes it when it starts";
	case -EUCLEAN:
	case -EBADMSG:
		return "restart backstopd: it moves the store aside and "
		       "begins a new one";
	case -EACCES:
		return "run as root";
	case -EPROTO:
		return "a newer version wrote it: install that";
	default:
		return strerror(-rc);
	}
}

/* Whole days from then to now. */
static int64_t
age_days(const struct status *status, int64_t then)
{
	return (status->call->now - then) / BS_DAY_SECONDS;
}

static bool
has_active_key(const struct status *status)
{
	return bs_keyring_active(&status->book.keyring) != NULL;
}

static bool
is_well(const struct status *status)
{
	return status->answers && strcmp(status->engine, "store-ok") == 0 &&
	       status->store == 0 && !status->clock.in_doubt &&
	       has_active_key(status);
}

static struct bs_json *
domains_json(const struct bs_config *config)
{
	struct bs_json *array = bs_json_array();

	for (size_t i = 0; i < config->domain_count; i++) {
		const struct bs_domain *domain = &config->domains[i];
		struct bs_json *json = bs_json_object();

		bs_json_text(json, "domain", domain->name);
		bs_json_bool(json, "sign", domain->sign);
		bs_json_text(json, "mode", bs_mode_name(domain->mode));
		bs_json_text(json, "outbound",
		    domain->outbound_here ? "here" : "elsewhere");
		bs_json_append(array, json);
	}
	return array;
}

static struct bs_json *
keys_json(const struct status *status)
{
	struct bs_json *array = bs_json_array();
	const struct bs_keyring *keyring = &status->book.keyring;

	for (size_t i = 0; i < keyring->count; i++) {
		const struct bs_key *key = &keyring->keys[i];
		struct bs_json *json = bs_keybook_json(key);
		int64_t due =
		    bs_key_purge_time(key, status->book.lifetime_days);

		bs_json_number(json, "age_days",
		    age_days(status, key->created));
		bs_json_time(json, "purge", due < 0 ? 0 : due);
		bs_json_append(array, json);
	}
	return array;
}

static struct bs_json *
store_json(const struct status *status)
{
	struct bs_json *json = bs_json_object();
	struct bs_json *gaps = bs_json_array();
	const struct bs_meta *meta = &status->look.meta;
	const struct bs_store_stat *stat = &status->look.stat;

	bs_json_text(json, "state", store_word(status->store));
	bs_json_text(json, "folder", status->book.paths.store);
	bs_json_number(json, "tags", (int64_t)stat->entries[BS_TABLE_TAG]);
	bs_json_number(json, "senders",
	    (int64_t)stat->entries[BS_TABLE_SENDER]);
	bs_json_number(json, "bytes", (int64_t)stat->file_bytes);
	bs_json_time(json, "epoch", meta->epoch);
	for (size_t i = 0; i < meta->gap_count; i++) {
		struct bs_json *gap = bs_json_object();

		bs_json_time(gap, "start", meta->gaps[i].start);
		bs_json_time(gap, "end", meta->gaps[i].end);
		bs_json_append(gaps, gap);
	}
	bs_json_put(json, "gaps", gaps);
	return json;
}

static void
print_json(const struct status *status)
{
	struct bs_json *json = bs_json_object();
	struct bs_json *engine = bs_json_object();

	bs_json_bool(json, "well", is_well(status));
	bs_json_text(json, "config", status->call->config_path);
	bs_json_number(json, "lifetime_days", status->book.lifetime_days);
	bs_json_put(json, "domains", domains_json(status->book.config));
	bs_json_put(json, "keys", keys_json(status));
	bs_json_bool(engine, "answers", status->answers);
	bs_json_text(engine, "socket", status->book.config->socket);
	bs_json_text(engine, "reason", status->answers ? status->engine : NULL);
	bs_json_put(json, "engine", engine);
	bs_json_put(json, "store", store_json(status));
	bs_json_text(json, "clock", status->clock.in_doubt ? "in-doubt" : "ok");
	bs_json_print(json);
}

static void
print_domains(const struct bs_config *config)
{
	if (config->domain_count == 0)
		puts("domains:  none: nothing is signed or judged; set "
		     "'domains'");
	for (size_t i = 0; i < config->domain_count; i++) {
		const struct bs_domain *domain = &config->domains[i];

		printf("%s%s: sign %s, mode %s, outbound %s\n",
		    i == 0 ? "domains:  " : "          ", domain->name,
		    domain->sign ? "yes" : "no", bs_mode_name(domain->mode),
		    domain->outbound_here ? "here" : "elsewhere");
	}
}

static void
print_keys(const struct status *status)
{
	const struct bs_keyring *keyring = &status->book.keyring;
	char text[BS_TIME_TEXT];

	for (size_t i = 0; i < keyring->count; i++) {
		const struct bs_key *key = &keyring->keys[i];

		printf("%s%u %s, made %" PRId64 " days ago",
		    i == 0 ? "keys:     " : "          ", key->number,
		    bs_key_state_name(key->state),
		    age_days(status, key->created));
		if (bs_key_purge_time(key, status->book.lifetime_days) >= 0)
			printf(", purge: %s",
			    bs_keybook_purge_text(&status->book, key, text));
		putchar('\n');
	}
	if (!has_active_key(status))
		puts("          none is active: nothing is signed; type: "
		     "backstop key rotate");
}

static void
print_store(const struct status *status)
{
	const struct bs_meta *meta = &status->look.meta;
	const struct bs_store_stat *stat = &status->look.stat;
	char start[BS_TIME_TEXT];
	char end[BS_TIME_TEXT];

	if (status->store != 0) {
		printf("store:    %s: %s; %s\n", status->book.paths.store,
		    store_word(status->store), store_advice(status->store));
		return;
	}
	printf("store:    %" PRIu64 " tags of %" PRIu64 " senders, %" PRIu64
	       " octets\n",
	    stat->entries[BS_TABLE_TAG], stat->entries[BS_TABLE_SENDER],
	    stat->file_bytes);
	if (meta->epoch == 0)
		puts("          nothing recorded yet");
	else
		printf("          recording since %s, %zu gaps\n",
		    bs_time_text(meta->epoch, start), meta->gap_count);
	for (size_t i = 0; i < meta->gap_count; i++)
		printf("          gap %s to %s\n",
		    bs_time_text(meta->gaps[i].start, start),
		    bs_time_text(meta->gaps[i].end, end));
}

static void
print_text(const struct status *status)
{
	const struct bs_call *call = status->call;
	bool is_default = strcmp(call->config_path, BS_CONFIG_PATH) == 0;

	printf("config:   %s\n", call->config_path);
	print_domains(status->book.config);
	printf("lifetime: %u days\n", status->book.lifetime_days);
	print_keys(status);
	if (status->answers)
		printf("engine:   answers at %s: %s\n",
		    status->book.config->socket, status->engine);
	else
		printf("engine:   does not answer at %s; start it: "
		       "backstopd%s%s\n",
		    status->book.config->socket, is_default ? "" : " -c ",
		    is_default ? "" : call->config_path);
	print_store(status);
	if (status->clock.in_doubt)
		puts("clock:    in doubt: nothing is signed, refused or "
		     "expired; if the date is right, type: "
		     "backstop store confirm-clock");
	else
		puts("clock:    ok");
}

int
bs_cmd_status(const struct bs_call *call)
{
	struct status status = {.call = call};
	int rc = bs_keybook_open(call, false, &status.book);

	if (rc != 0)
		goto out;
	status.answers = bs_ping(status.book.config->socket, status.engine);
	status.store = bs_look_at_store(status.book.config, &status.look);
	status.clock = status.look.meta.clock;
	(void)bs_clock_look(&status.clock, bs_day_of(call->now));
	if (call->json)
		print_json(&status);
	else
		print_text(&status);
	rc = is_well(&status) ? BS_EXIT_YES : BS_EXIT_NO;
out:
	bs_keybook_close(&status.book);
	return rc;
}
