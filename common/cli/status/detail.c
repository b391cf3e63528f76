/* backstop status --all: all there is, with what to type. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/cli/output.h"
#include "common/cli/status/detail.h"
#include "common/cli/status/trouble.h"
#include "common/cli/type.h"

static void
print_coverage(const struct bs_domain_status *survey)
{
	char text[BS_TIME_TEXT];

	if (survey->coverage == BS_COVERAGE_FULL)
		bs_print(stdout,
		    "            coverage full: nothing missed since %s\n",
		    bs_time_text(survey->since, text));
	else if (survey->full_at != 0)
		bs_print(stdout,
		    "            coverage partial (%s), full from %s on\n",
		    bs_reason_word(survey->reason),
		    bs_time_text(survey->full_at, text));
	else
		bs_print(stdout, "            coverage partial (%s)\n",
		    bs_reason_word(survey->reason));
}

static void
print_domain(const struct bs_overview *status, size_t at)
{
	struct bs_next_mode_ground ground = bs_status_ground(status, at);
	const struct bs_domain *domain = ground.domain;

	bs_print(stdout, "%s%s: sign %s, mode %s, outbound %s\n",
	    at == 0 ? "domains:  " : "          ", domain->name,
	    domain->sign ? "yes" : "no", bs_mode_name(domain->mode),
	    domain->outbound_here ? "here" : "elsewhere");
	if (ground.survey == NULL)
		return;
	print_coverage(ground.survey);
	bs_next_mode_print(&ground, "            ");
}

static void
print_domains(const struct bs_overview *status)
{
	if (status->book.config->domain_count == 0)
		puts("domains:  none: nothing is signed or judged; set "
		     "'domains'");
	for (size_t i = 0; i < status->book.config->domain_count; i++)
		print_domain(status, i);
}

/* What was found of who sends, and what came of it. */
static void
print_spf(const struct bs_overview *status)
{
	const struct bs_spf_config *config = &status->book.config->spf;
	const uint32_t *week;

	if (!config->check) {
		puts("spf:      off");
		return;
	}
	bs_print(stdout, "spf:      mode %s; ",
	    bs_mode_name(config->rules.mode));
	if (status->store != 0) {
		puts("what was found is not known");
		return;
	}
	week = status->survey.found->spf_week.counts;
	bs_print(stdout, "in %d days:", BS_DOMAINS_WEEK);
	for (unsigned i = 0; i < BS_SPF_RESULTS; i++)
		bs_print(stdout, "%s %" PRIu32 " %s", i > 0 ? "," : "", week[i],
		    bs_spf_result_name((enum bs_spf_result)i));
	bs_print(stdout,
	    "\n          refused %" PRIu32 ", junked %" PRIu32
	    ", deferred %" PRIu32 "; enforce would have refused %" PRIu32
	    ", junked %" PRIu32 " and deferred %" PRIu32 " more\n"
	    "          dsn %s: of %" PRIu32
	    " that were taken, the sender is told of nothing\n",
	    week[BS_TALLY_SPF_REJECTED], week[BS_TALLY_SPF_JUNKED],
	    week[BS_TALLY_SPF_DEFERRED], week[BS_TALLY_SPF_WOULD_REJECT],
	    week[BS_TALLY_SPF_WOULD_JUNK], week[BS_TALLY_SPF_WOULD_DEFER],
	    bs_spf_dsn_name(config->rules.dsn), week[BS_TALLY_SPF_NO_DSN]);
}

/* What a key in this state does. */
static const char *
does(enum bs_key_state state)
{
	switch (state) {
	case BS_KEY_PENDING:
		return "is pending";
	case BS_KEY_ACTIVE:
		return "signs";
	case BS_KEY_VERIFY:
		return "verifies";
	case BS_KEY_REVOKED:
		return "is revoked";
	}
	return "?";
}

static const char *
age_text(const struct bs_overview *status, int64_t then,
    char out[static BS_TIME_TEXT])
{
	int64_t days = bs_day_of(status->call->now) - (int64_t)bs_day_of(then);

	if (days == 0)
		return "today";
	if (days == 1)
		return "yesterday";
	if (days < 0)
		return bs_time_text(then, out);
	snprintf(out, BS_TIME_TEXT, "%" PRId64 " days ago", days);
	return out;
}

static void
print_keys(const struct bs_overview *status)
{
	const struct bs_keyring *keyring = &status->book.keyring;
	char text[BS_TIME_TEXT];
	int64_t due;

	for (size_t i = 0; i < keyring->count; i++) {
		const struct bs_key *key = &keyring->keys[i];

		bs_print(stdout, "%skey %u %s, made %s",
		    i == 0 ? "keys:     " : "          ", key->number,
		    does(key->state), age_text(status, key->created, text));
		due = bs_key_purge_time(key, status->book.lifetime_days);
		if (due >= 0 && due <= status->book.now)
			fputs(", can be purged now", stdout);
		else if (due >= 0)
			bs_print(stdout, ", can be purged from %s on",
			    bs_time_text(due, text));
		if (bs_key_is_lent(key, status->book.lifetime_days,
			bs_day_of(status->book.now)))
			fputs(", lent: somebody else may sign with it", stdout);
		putchar('\n');
	}
	if (status->book.why[0] != '\0')
		bs_print(stdout, "%s%s\n",
		    keyring->count == 0 ? "keys:     " : "          ",
		    status->book.why);
	if (!bs_status_has_key(status))
		bs_print(stdout,
		    "          none is active: nothing is signed%s\n",
		    status->book.why[0] != '\0'
			? ""
			: "; type: backstop key rotate");
}

/* Why it fails, how full the disk is, and what to type. */
static void
print_store_fault(const struct bs_overview *status)
{
	const char *fault = bs_status_store_fault(status);
	const char *disk_fault = bs_disk_fault(&status->disk);
	char text[BS_DISK_TEXT];

	if (status->answers && status->engine.store_error[0] != '\0')
		bs_print(stdout,
		    "          the engine cannot write it: %s; mail goes on, "
		    "and what leaves meanwhile is a gap\n",
		    fault);
	if (fault != NULL && strcmp(fault, bs_store_error(-ESTALE)) == 0) {
		puts(
		    "          what it writes is lost; type: systemctl restart "
		    "backstopd");
		return;
	}
	if (fault == NULL && disk_fault == NULL)
		return;
	bs_print(stdout, "          its file system: %s%s%s\n",
	    bs_disk_text(&status->disk, text), disk_fault == NULL ? "" : "; ",
	    disk_fault == NULL ? "" : disk_fault);
	if (fault != NULL && strcmp(fault, strerror(EIO)) == 0 &&
	    disk_fault == NULL)
		puts("          the disk may fail: type: dmesg");
	if (status->answers && status->engine.store_error[0] != '\0')
		bs_print(stdout,
		    "          the engine tries again by itself; to see more, "
		    "type: df %s; journalctl -u backstopd -n 20\n",
		    status->book.paths.store);
}

static void
print_store(const struct bs_overview *status)
{
	const struct bs_meta *meta = &status->look.meta;
	const struct bs_store_stat *stat = &status->look.stat;
	char start[BS_TIME_TEXT];
	char end[BS_TIME_TEXT];

	if (status->store_key.what[0] != '\0') {
		bs_print(stdout, "store:    %s\n          %s\n",
		    status->store_key.what, status->store_key.fix);
		return;
	}
	if (status->store != 0) {
		bs_print(stdout, "store:    %s: %s; %s\n",
		    status->book.paths.store, bs_status_store(status),
		    bs_trouble_store(status->store));
		print_store_fault(status);
		return;
	}
	bs_print(stdout,
	    "store:    %" PRIu64 " tag%s of %" PRIu64 " sender%s, %" PRIu64
	    " octets\n",
	    stat->entries[BS_TABLE_TAG], bs_plural(stat->entries[BS_TABLE_TAG]),
	    stat->entries[BS_TABLE_SENDER],
	    bs_plural(stat->entries[BS_TABLE_SENDER]), stat->file_bytes);
	if (meta->epoch == 0)
		puts("          nothing recorded yet");
	else
		bs_print(stdout, "          recording since %s, %zu gap%s\n",
		    bs_time_text(meta->epoch, start), meta->gap_count,
		    bs_plural(meta->gap_count));
	for (size_t i = 0; i < meta->gap_count; i++)
		bs_print(stdout, "          gap %s to %s\n",
		    bs_time_text(meta->gaps[i].start, start),
		    bs_time_text(meta->gaps[i].end, end));
	print_store_fault(status);
	if (meta->pause.start != 0)
		bs_print(stdout,
		    "          stopped %s to %s: a gap unless the mail servers' "
		    "adapters say that they missed nothing\n",
		    bs_time_text(meta->pause.start, start),
		    bs_time_text(meta->pause.end, end));
}

static void
print_accepted(const struct bs_overview *status)
{
	const struct bs_accepted *list = &status->accepted;
	char until[BS_TIME_TEXT];

	if (status->accepted_rc != 0)
		bs_print(stdout, "accepted: %s cannot be used: %s\n",
		    status->book.paths.accepted,
		    strerror(-status->accepted_rc));
	for (size_t i = 0; i < list->count; i++)
		bs_print(stdout, "%s%s, by hand, until %s\n",
		    i == 0 ? "accepted: " : "          ", list->entries[i].what,
		    bs_time_text(list->entries[i].until, until));
}

void
bs_status_print_all(const struct bs_overview *status)
{
	const struct bs_call *call = status->call;
	char line[BS_TYPE_LINE];

	bs_print(stdout, "config:   %s\n", call->config_path);
	print_domains(status);
	print_spf(status);
	bs_print(stdout, "lifetime: %u day%s\n", status->book.lifetime_days,
	    bs_plural(status->book.lifetime_days));
	print_keys(status);
	if (status->answers)
		bs_print(stdout, "engine:   answers at %s: %s\n",
		    status->book.config->socket, status->engine.reason);
	else if (status->store_key.what[0] != '\0')
		bs_print(stdout,
		    "engine:   does not answer at %s; it starts when store.key "
		    "is mended (see store)\n",
		    status->book.config->socket);
	else
		bs_print(stdout,
		    "engine:   does not answer at %s; start it: %s\n",
		    status->book.config->socket,
		    bs_type_engine(call, "start", line));
	if (status->engine.log_lost > 0)
		bs_print(stdout,
		    "log:      nobody reads it: %" PRIu64
		    " line%s of the engine's %s lost\n",
		    status->engine.log_lost, bs_plural(status->engine.log_lost),
		    status->engine.log_lost == 1 ? "is" : "are");
	print_store(status);
	print_accepted(status);
	if (status->clock_in_doubt)
		puts("clock:    in doubt: nothing is refused or expired, nor "
		     "signed if it is not synchronised; if the date is right, "
		     "type: backstop store confirm-clock");
	else
		puts("clock:    ok");
}
