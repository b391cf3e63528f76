/* backstop report --json: all of the report. Times are null where there is
 * none. */
#include "common/cli/output.h"
#include "common/cli/report/json.h"
#include "common/policy/spf.h"

static void
put(struct bs_json *json, const char *name, uint64_t number)
{
	bs_json_number(json, name, (int64_t)number);
}

/* A time that there always is. */
static void
put_time(struct bs_json *json, const char *name, int64_t when)
{
	char text[BS_TIME_TEXT];

	bs_json_text(json, name, bs_time_text(when, text));
}

static struct bs_json *
count_json(const struct bs_report_count *count)
{
	struct bs_json *json = bs_json_object();

	put(json, "signed", count->left_signed);
	put(json, "unsigned", count->left_unsigned);
	put(json, "nameless", count->nameless);
	put(json, "genuine", count->genuine);
	put(json, "genuine_by_message_id", count->genuine_by_id);
	put(json, "stripped", count->lost_tag);
	put(json, "forged", count->forged);
	put(json, "suspect", count->suspect);
	put(json, "unknown", count->unknown);
	put(json, "rejected", count->rejected);
	put(json, "junked", count->junked);
	put(json, "deferred", count->deferred);
	put(json, "would_reject", count->would_reject);
	put(json, "would_junk", count->would_junk);
	put(json, "refused_later_known", count->refused_later_known);
	return json;
}

static struct bs_json *
spf_json(const struct bs_report_spf *spf)
{
	struct bs_json *json = bs_json_object();

	for (unsigned i = 0; i < BS_SPF_RESULTS; i++)
		put(json, bs_spf_result_name((enum bs_spf_result)i),
		    spf->results[i]);
	put(json, "rejected", spf->rejected);
	put(json, "junked", spf->junked);
	put(json, "deferred", spf->deferred);
	put(json, "would_reject", spf->would_reject);
	put(json, "would_junk", spf->would_junk);
	put(json, "would_defer", spf->would_defer);
	put(json, "no_dsn", spf->no_dsn);
	return json;
}

static struct bs_json *
days_json(const struct bs_report *report)
{
	struct bs_json *array = bs_json_array();
	char text[BS_TIME_TEXT];

	for (size_t i = 0; i < report->day_count; i++) {
		const struct bs_report_day *day = &report->days[i];
		struct bs_json *json = bs_json_object();

		bs_json_text(json, "day", bs_day_text(day->day, text));
		bs_json_bool(json, "known", day->is_known);
		bs_json_put(json, "bounces", count_json(&day->count));
		bs_json_put(json, "spf", spf_json(&day->spf));
		bs_json_append(array, json);
	}
	return array;
}

static struct bs_json *
hours_json(const struct bs_report *report)
{
	struct bs_json *array = bs_json_array();

	for (size_t i = 0; i < report->hour_count; i++) {
		const struct bs_report_hour *hour = &report->hours[i];
		struct bs_json *json = bs_json_object();

		put_time(json, "hour",
		    report->first_hour + (int64_t)i * BS_REPORT_HOUR_SECONDS);
		put(json, "genuine", hour->genuine);
		put(json, "forged", hour->forged);
		put(json, "suspect", hour->suspect);
		put(json, "unknown", hour->unknown);
		put(json, "refused", hour->refused);
		bs_json_append(array, json);
	}
	return array;
}

static struct bs_json *
attack_json(const struct bs_report_attack *attack)
{
	struct bs_json *json = bs_json_object();

	put_time(json, "start", attack->start);
	put_time(json, "end", attack->end);
	bs_json_bool(json, "goes_on", attack->goes_on);
	put(json, "bounces", attack->bounces);
	put(json, "forged", attack->forged);
	put(json, "refused", attack->refused);
	put(json, "peak", attack->peak);
	put_time(json, "peak_hour", attack->peak_hour);
	return json;
}

static struct bs_json *
attacks_json(const struct bs_report *report)
{
	struct bs_json *array = bs_json_array();

	for (size_t i = 0; i < report->attack_count; i++)
		bs_json_append(array, attack_json(&report->attacks[i]));
	return array;
}

static struct bs_json *
top_json(const struct bs_report_top *top)
{
	struct bs_json *json = bs_json_object();
	struct bs_json *array = bs_json_array();

	put(json, "total", top->total);
	for (size_t i = 0; i < top->count; i++) {
		const struct bs_report_entry *row = &top->rows[i];
		struct bs_json *object = bs_json_object();

		bs_json_known(object, "name", row->name);
		if (row->hash[0] != '\0')
			bs_json_text(object, "hash", row->hash);
		put(object, "count", row->count);
		put(object, "error", row->error);
		bs_json_append(array, object);
	}
	bs_json_put(json, "rows", array);
	return json;
}

static struct bs_json *
reasons_json(const struct bs_report_reason *reasons, size_t count)
{
	struct bs_json *json = bs_json_object();

	for (size_t i = 0; i < count; i++)
		put(json, bs_reason_word(reasons[i].reason), reasons[i].count);
	return json;
}

static struct bs_json *
gaps_json(const struct bs_report *report)
{
	struct bs_json *array = bs_json_array();

	for (size_t i = 0; i < report->gap_count; i++) {
		struct bs_json *json = bs_json_object();

		bs_json_time(json, "start", report->gaps[i].start);
		bs_json_time(json, "end", report->gaps[i].end);
		bs_json_append(array, json);
	}
	return array;
}

static struct bs_json *
keys_json(const struct bs_report *report)
{
	struct bs_json *array = bs_json_array();

	for (size_t i = 0; i < report->key_count; i++) {
		const struct bs_report_key *key = &report->keys[i];
		struct bs_json *json = bs_json_object();

		bs_json_number(json, "key", key->number);
		bs_json_text(json, "state", bs_key_state_name(key->state));
		bs_json_text(json, "origin", bs_key_origin_name(key->origin));
		bs_json_time(json, "created", key->created);
		bs_json_time(json, "activated", key->activated);
		bs_json_time(json, "retired", key->retired);
		bs_json_time(json, "lent", key->lent);
		bs_json_time(json, "returned", key->returned);
		bs_json_time(json, "purge", key->purge);
		bs_json_append(array, json);
	}
	return array;
}

static void
put_coverage(struct bs_json *json, const struct bs_report_coverage *coverage)
{
	bs_json_text(json, "coverage", coverage->is_full ? "full" : "partial");
	bs_json_known(json, "coverage_reason",
	    bs_reason_word(coverage->reason));
}

static struct bs_json *
coverage_days_json(const struct bs_report *report,
    const struct bs_report_domain *domain)
{
	struct bs_json *array = bs_json_array();
	char text[BS_TIME_TEXT];

	for (size_t i = 0; i < report->day_count; i++) {
		struct bs_json *json = bs_json_object();

		bs_json_text(json, "day",
		    bs_day_text(report->days[i].day, text));
		put_coverage(json, &domain->days[i]);
		bs_json_append(array, json);
	}
	return array;
}

static struct bs_json *
domains_json(const struct bs_report *report)
{
	struct bs_json *array = bs_json_array();

	for (size_t i = 0; i < report->domain_count; i++) {
		const struct bs_report_domain *domain = &report->domains[i];
		struct bs_json *json = bs_json_object();

		bs_json_text(json, "domain", domain->name);
		bs_json_text(json, "mode", bs_mode_name(domain->mode));
		bs_json_bool(json, "sign", domain->sign);
		bs_json_put(json, "bounces", count_json(&domain->count));
		bs_json_put(json, "unsigned_reasons",
		    reasons_json(domain->reasons, domain->reason_count));
		put_coverage(json, &domain->window);
		bs_json_time(json, "full_at", domain->full_at);
		bs_json_put(json, "days", coverage_days_json(report, domain));
		bs_json_append(array, json);
	}
	return array;
}

/* As the configuration has it. */
static const char *
kept(enum bs_keep keep)
{
	switch (keep) {
	case BS_KEEP_HOSTS:
		return "hosts";
	case BS_KEEP_COUNTS:
		return "counts";
	case BS_KEEP_OFF:
		break;
	}
	return "off";
}

void
bs_report_print_json(const struct bs_report *report)
{
	struct bs_json *json = bs_json_object();

	bs_json_text(json, "host", report->host);
	bs_json_text(json, "kept", kept(report->keep));
	put_time(json, "from", report->from);
	put_time(json, "to", report->to);
	put_time(json, "kept_from", report->kept_from);
	bs_json_put(json, "bounces", count_json(&report->count));
	bs_json_put(json, "attacks", attacks_json(report));
	put(json, "usual_worst_hour", report->usual);
	bs_json_put(json, "days", days_json(report));
	bs_json_put(json, "hours", hours_json(report));
	bs_json_put(json, "networks", top_json(&report->networks));
	bs_json_put(json, "users", top_json(&report->users));
	bs_json_put(json, "reporters", top_json(&report->reporters));
	bs_json_bool(json, "spf_check", report->checks_spf);
	bs_json_put(json, "spf", spf_json(&report->spf));
	bs_json_put(json, "spf_failed_domains", top_json(&report->spf_domains));
	bs_json_put(json, "unsigned_reasons",
	    reasons_json(report->reasons, report->reason_count));
	bs_json_put(json, "domains", domains_json(report));
	bs_json_time(json, "recording_since", report->epoch);
	bs_json_put(json, "gaps", gaps_json(report));
	bs_json_put(json, "keys", keys_json(report));
	bs_json_print(json);
}
