/* backstop status --json: all there is, as one object. */
#include <string.h>

#include "common/cli/accept.h"
#include "common/cli/output.h"
#include "common/cli/status/json.h"

static void
put_coverage(const struct bs_domain_status *survey, struct bs_json *json)
{
	bool is_full = survey->coverage == BS_COVERAGE_FULL;

	bs_json_text(json, "coverage", is_full ? "full" : "partial");
	bs_json_text(json, "coverage_reason",
	    is_full ? NULL : bs_reason_word(survey->reason));
	bs_json_time(json, "covered_since", is_full ? survey->since : 0);
	bs_json_time(json, "full_at", survey->full_at);
}

static struct bs_json *
domains_json(const struct bs_overview *status)
{
	struct bs_json *array = bs_json_array();

	for (size_t i = 0; i < status->book.config->domain_count; i++) {
		struct bs_next_mode_ground ground = bs_status_ground(status, i);
		const struct bs_domain *domain = ground.domain;
		struct bs_domain_status none = {.coverage = BS_COVERAGE_PARTIAL,
		    .reason = BS_REASON_NO_STORE};
		struct bs_json *json = bs_json_object();

		bs_json_text(json, "domain", domain->name);
		bs_json_bool(json, "sign", domain->sign);
		bs_json_text(json, "mode", bs_mode_name(domain->mode));
		bs_json_text(json, "outbound",
		    domain->outbound_here ? "here" : "elsewhere");
		put_coverage(ground.survey != NULL ? ground.survey : &none,
		    json);
		bs_next_mode_json(&ground, json);
		bs_json_append(array, json);
	}
	return array;
}

static struct bs_json *
spf_week_json(const struct bs_tally_record *tally)
{
	static const char *const names[BS_TALLIES_SPF] = {
	    [BS_TALLY_SPF_REJECTED] = "rejected",
	    [BS_TALLY_SPF_JUNKED] = "junked",
	    [BS_TALLY_SPF_DEFERRED] = "deferred",
	    [BS_TALLY_SPF_WOULD_REJECT] = "would_reject",
	    [BS_TALLY_SPF_WOULD_JUNK] = "would_junk",
	    [BS_TALLY_SPF_WOULD_DEFER] = "would_defer",
	    [BS_TALLY_SPF_NO_DSN] = "no_dsn",
	};
	struct bs_json *json = bs_json_object();

	for (unsigned i = 0; i < BS_TALLIES_SPF; i++)
		bs_json_number(json,
		    i < BS_SPF_RESULTS
			? bs_spf_result_name((enum bs_spf_result)i)
			: names[i],
		    tally->counts[i]);
	return json;
}

static struct bs_json *
spf_json(const struct bs_overview *status)
{
	const struct bs_spf_config *config = &status->book.config->spf;
	struct bs_json *json = bs_json_object();

	bs_json_bool(json, "check", config->check);
	bs_json_text(json, "mode", bs_mode_name(config->rules.mode));
	bs_json_text(json, "dsn", bs_spf_dsn_name(config->rules.dsn));
	if (status->store == 0)
		bs_json_put(json, "week",
		    spf_week_json(&status->survey.found->spf_week));
	else
		bs_json_null(json, "week");
	return json;
}

static struct bs_json *
keys_json(const struct bs_overview *status)
{
	struct bs_json *array = bs_json_array();
	const struct bs_keyring *keyring = &status->book.keyring;

	for (size_t i = 0; i < keyring->count; i++) {
		const struct bs_key *key = &keyring->keys[i];
		struct bs_json *json = bs_keybook_json(key);
		int64_t due =
		    bs_key_purge_time(key, status->book.lifetime_days);

		bs_json_number(json, "age_days",
		    bs_status_age_days(status, key->created));
		bs_json_time(json, "purge", due < 0 ? 0 : due);
		bs_json_append(array, json);
	}
	return array;
}

static struct bs_json *
span_json(const struct bs_gap *gap)
{
	struct bs_json *json = bs_json_object();

	bs_json_time(json, "start", gap->start);
	bs_json_time(json, "end", gap->end);
	return json;
}

static struct bs_json *
store_json(const struct bs_overview *status)
{
	struct bs_json *json = bs_json_object();
	struct bs_json *gaps = bs_json_array();
	const struct bs_meta *meta = &status->look.meta;
	const struct bs_store_stat *stat = &status->look.stat;

	bs_json_text(json, "state", bs_status_store(status));
	bs_json_text(json, "fault", bs_status_store_fault(status));
	bs_json_put(json, "file_system", bs_disk_json(&status->disk));
	bs_json_text(json, "folder", status->book.paths.store);
	bs_json_number(json, "messages", (int64_t)stat->entries[BS_TABLE_MSG]);
	bs_json_number(json, "tags", (int64_t)stat->entries[BS_TABLE_TAG]);
	bs_json_number(json, "senders",
	    (int64_t)stat->entries[BS_TABLE_SENDER]);
	bs_json_number(json, "bytes", (int64_t)stat->file_bytes);
	bs_json_time(json, "epoch", meta->epoch);
	for (size_t i = 0; i < meta->gap_count; i++)
		bs_json_append(gaps, span_json(&meta->gaps[i]));
	bs_json_put(json, "gaps", gaps);
	if (meta->pause.start != 0)
		bs_json_put(json, "pause", span_json(&meta->pause));
	return json;
}

static struct bs_json *
accepted_json(const struct bs_overview *status)
{
	struct bs_json *array = bs_json_array();

	for (size_t i = 0; i < status->accepted.count; i++)
		bs_json_append(array,
		    bs_accept_json(&status->accepted.entries[i]));
	return array;
}

void
bs_status_print_json(const struct bs_overview *status,
    const struct bs_advices *advices)
{
	struct bs_json *json = bs_json_object();
	struct bs_json *engine = bs_json_object();

	bs_json_bool(json, "well", bs_status_is_well(status));
	bs_json_text(json, "config", status->call->config_path);
	bs_json_number(json, "lifetime_days", status->book.lifetime_days);
	bs_json_put(json, "domains", domains_json(status));
	bs_json_put(json, "spf", spf_json(status));
	bs_json_put(json, "keys", keys_json(status));
	bs_json_text(json, "keys_fault",
	    status->book.why[0] != '\0' ? status->book.why : NULL);
	bs_json_bool(engine, "answers", status->answers);
	bs_json_text(engine, "socket", status->book.config->socket);
	bs_json_text(engine, "reason",
	    status->answers ? status->engine.reason : NULL);
	if (status->answers)
		bs_json_number(engine, "log_lost",
		    (int64_t)status->engine.log_lost);
	else
		bs_json_null(engine, "log_lost");
	bs_json_put(json, "engine", engine);
	bs_json_put(json, "store", store_json(status));
	bs_json_put(json, "accepted", accepted_json(status));
	bs_json_text(json, "clock", status->clock_in_doubt ? "in-doubt" : "ok");
	bs_json_put(json, "advice", bs_advices_json(advices));
	bs_json_print(json);
}
