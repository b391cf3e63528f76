/* What is wrong with the engine, its store, the keys and the clock. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/status/trouble.h"
#include "common/cli/type.h"

const char *
bs_trouble_store(int rc)
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

/* No question comes through. */
static void
advise_silence(const struct bs_overview *status, struct bs_advices *out)
{
	char line[BS_TYPE_LINE];

	bs_advice_add(out, BS_ADVICE_BAD, "engine-away",
	    "the engine does not answer at %s%s: mail leaves unsigned, and "
	    "bounces pass unjudged%s",
	    status->book.config->socket,
	    geteuid() == 0 ? "" : " to this user (root may always ask)",
	    status->store_key.what[0] == '\0'
		? ""
		: "; it starts when store.key is mended");
	if (status->store_key.what[0] == '\0')
		bs_advice_type(out, "%s",
		    bs_type_engine(status->call, "start", line));
}

/* The engine's own store fails. */
static void
advise_failing(const struct bs_overview *status, struct bs_advices *out)
{
	const char *fault = bs_status_store_fault(status);
	const char *disk_fault = bs_disk_fault(&status->disk);
	char text[BS_DISK_TEXT];

	if (strcmp(status->engine.reason, "store-checking") == 0) {
		bs_advice_add(out, BS_ADVICE_BAD, "store-checking",
		    "the engine still checks its store: until it is done, "
		    "nothing that rests on it is refused; wait");
		return;
	}
	if (fault != NULL && strcmp(fault, bs_store_error(-ESTALE)) == 0) {
		bs_advice_add(out, BS_ADVICE_BAD, "store-failing",
		    "the engine cannot write its store: %s; what it writes is "
		    "lost: restart backstopd",
		    fault);
		bs_advice_type(out, "systemctl restart backstopd");
		return;
	}
	bs_advice_add(out, BS_ADVICE_BAD, "store-failing",
	    "the engine cannot write its store: %s; mail goes on, and what "
	    "leaves meanwhile is a gap; its file system: %s%s%s",
	    fault != NULL ? fault : status->engine.reason,
	    bs_disk_text(&status->disk, text), disk_fault == NULL ? "" : "; ",
	    disk_fault == NULL ? "" : disk_fault);
	if (fault != NULL && strcmp(fault, strerror(EIO)) == 0 &&
	    disk_fault == NULL)
		bs_advice_type(out, "dmesg");
	else
		bs_advice_type(out, "df %s; journalctl -u backstopd -n 20",
		    status->book.paths.store);
}

static void
advise_engine(const struct bs_overview *status, struct bs_advices *out)
{
	const struct bs_answer *engine = &status->engine;
	char line[BS_TYPE_LINE];

	if (!status->answers) {
		advise_silence(status, out);
		return;
	}
	if (strcmp(engine->reason, "store-ok") != 0)
		advise_failing(status, out);
	/* an older engine does not say */
	if (engine->config != 0 &&
	    engine->config != status->book.config->digest) {
		bs_advice_add(out, BS_ADVICE_LOOK, "engine-stale",
		    "the engine works by another text than %s has now: what "
		    "was changed in it does not hold yet",
		    status->call->config_path);
		bs_advice_type(out, "%s",
		    bs_type_backstop(status->call, "reload", line));
	}
	if (engine->log_lost > 0) {
		bs_advice_add(out, BS_ADVICE_LOOK, "log-lost",
		    "the engine's log: nobody reads it: %" PRIu64
		    " line%s of it %s lost; what reads its standard error has to read on",
		    engine->log_lost, bs_plural(engine->log_lost),
		    engine->log_lost == 1 ? "is" : "are");
	}
}

static void
advise_store(const struct bs_overview *status, struct bs_advices *out)
{
	const char *disk_fault = bs_disk_fault(&status->disk);
	char text[BS_DISK_TEXT];
	bool is_known =
	    status->answers && strcmp(status->engine.reason, "store-ok") != 0;

	if (status->store_key.what[0] != '\0') {
		bs_advice_add(out, BS_ADVICE_BAD, "store-key", "%s; %s",
		    status->store_key.what, status->store_key.fix);
		return;
	}
	if (status->store != 0)
		bs_advice_add(out, BS_ADVICE_BAD, "store",
		    "the store %s: %s; %s", status->book.paths.store,
		    bs_status_store(status), bs_trouble_store(status->store));
	if (disk_fault == NULL || is_known)
		return;
	bs_advice_add(out, BS_ADVICE_LOOK, "disk",
	    "the file system of the store has a fault: %s; %s",
	    bs_disk_text(&status->disk, text), disk_fault);
	bs_advice_type(out, "df %s", status->book.paths.store);
}

/* What it missed. */
static void
advise_gaps(const struct bs_overview *status, struct bs_advices *out)
{
	const struct bs_meta *meta = &status->look.meta;
	const struct bs_gap *last;
	char start[BS_TIME_TEXT];
	char end[BS_TIME_TEXT];

	if (status->store != 0)
		return;
	if (meta->pause.start != 0)
		bs_advice_add(out, BS_ADVICE_LOOK, "pause",
		    "the engine was stopped %s to %s: a gap unless the mail "
		    "servers' adapters say that they missed nothing, as they "
		    "do by themselves once they run",
		    bs_time_text(meta->pause.start, start),
		    bs_time_text(meta->pause.end, end));
	if (meta->gap_count == 0)
		return;
	last = &meta->gaps[meta->gap_count - 1];
	/* what left before that is forgotten anyway */
	if (bs_status_age_days(status, last->end) >
	    (int64_t)bs_day_window(status->book.lifetime_days))
		return;
	bs_advice_add(out, BS_ADVICE_LOOK, "gaps",
	    "the store has %zu gap%s, the last %s to %s: what left then it "
	    "does not know, so no bounce is refused for that",
	    meta->gap_count, bs_plural(meta->gap_count),
	    bs_time_text(last->start, start), bs_time_text(last->end, end));
	bs_advice_type(out,
	    "journalctl -u backstopd --since @%" PRId64 " --until @%" PRId64,
	    last->start - 60, last->end + 60);
}

static void
advise_keys(const struct bs_overview *status, struct bs_advices *out)
{
	const struct bs_keyring *keyring = &status->book.keyring;
	const struct bs_key *active = bs_keyring_active(keyring);
	bool has_why = status->book.why[0] != '\0';
	char line[BS_TYPE_LINE];
	size_t old = 0;

	if (active == NULL)
		bs_advice_add(out, BS_ADVICE_BAD, "no-key",
		    "no key is active: nothing is signed%s%s",
		    has_why ? "; " : "", status->book.why);
	else if (has_why)
		bs_advice_add(out, BS_ADVICE_LOOK, "keyring", "%s",
		    status->book.why);
	if (has_why)
		bs_advice_split(out);
	else if (active == NULL)
		bs_advice_type(out, "%s",
		    bs_type_backstop(status->call, "key rotate", line));
	if (active != NULL && bs_status_age_days(status, active->activated) >
				  BS_TROUBLE_KEY_DAYS) {
		bs_advice_add(out, BS_ADVICE_NEXT, "old-key",
		    "key %u has signed for %" PRId64 " days", active->number,
		    bs_status_age_days(status, active->activated));
		bs_advice_type(out, "%s",
		    bs_type_backstop(status->call, "key rotate", line));
	}
	for (size_t i = 0; i < keyring->count; i++) {
		int64_t due = bs_key_purge_time(&keyring->keys[i],
		    status->book.lifetime_days);

		old += due >= 0 && due <= status->book.now;
	}
	if (old == 0)
		return;
	bs_advice_add(out, BS_ADVICE_NEXT, "old-keys",
	    "%zu key%s can be purged: no tag that is good can bear %s", old,
	    bs_plural(old), old == 1 ? "it" : "them");
	bs_advice_type(out, "%s",
	    bs_type_backstop(status->call, "key purge", line));
}

static void
advise_clock(const struct bs_overview *status, struct bs_advices *out)
{
	char line[BS_TYPE_LINE];

	if (!status->clock_in_doubt)
		return;
	bs_advice_add(out, BS_ADVICE_BAD, "clock",
	    "the clock is in doubt: nothing is refused or expired, nor signed "
	    "if it is not synchronised; correct it; or if the date is right:");
	bs_advice_type(out, "%s",
	    bs_type_backstop(status->call, "store confirm-clock", line));
}

void
bs_trouble_advise(const struct bs_overview *status, struct bs_advices *out)
{
	advise_engine(status, out);
	advise_store(status, out);
	advise_clock(status, out);
	advise_keys(status, out);
	if (status->accepted_rc != 0)
		bs_advice_add(out, BS_ADVICE_LOOK, "accepted",
		    "%s cannot be used: %s; what it names is judged as all "
		    "others",
		    status->book.paths.accepted,
		    strerror(-status->accepted_rc));
	advise_gaps(status, out);
}
