/* backstop why: the log, asked. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/base/ascii.h"
#include "common/base/netblock.h"
#include "common/cli/output.h"
#include "common/cli/why/line.h"
#include "common/cli/why/source.h"
#include "common/cli/why/tell.h"
#include "common/cli/why/why.h"

/* Decisions that are told without --all: the newest. */
#define NEWEST 100

/* What was asked for. */
struct subject {
	char text[BS_LOG_LINE]; /* no brackets, no tag */
	size_t len;
	bool is_client;
	struct bs_netblock client;
};

/* A line of a decision that was found; NULL: none. */
struct found {
	char *line;
	int64_t written;
};

struct answer {
	const struct bs_call *call;
	const struct subject *subject;
	struct found *found; /* a ring of room places */
	size_t room;
	size_t count; /* of all that were found */
	size_t outcomes[BS_WHY_OUTCOMES];
	const char *read; /* where they were looked for */
	bool failed;	  /* memory ran out */
};

/* An IPv6 address has several forms, of which the log has the short one. */
static void
read_client(const char *text, struct subject *out)
{
	uint8_t octets[16];

	out->is_client = bs_netblock_parse(text, &out->client) == 0;
	if (out->is_client && inet_pton(AF_INET6, text, octets) == 1)
		(void)inet_ntop(AF_INET6, octets, out->text, sizeof(out->text));
}

/* Takes brackets and the tag off. Returns whether something is left. */
static bool
read_subject(const char *text, struct subject *out)
{
	size_t len = strlen(text);
	bool in_brackets =
	    len > 2 && ((text[0] == '<' && text[len - 1] == '>') ||
			   (text[0] == '[' && text[len - 1] == ']'));
	char bare[BS_LOG_LINE];

	if (len >= sizeof(bare) || strpbrk(text, " \t\r\n") != NULL)
		return false;
	snprintf(bare, sizeof(bare), "%.*s", (int)(in_brackets ? len - 2 : len),
	    text + (in_brackets ? 1 : 0));
	bs_why_plain_address(bare, out->text, sizeof(out->text));
	read_client(bare, out);
	out->len = strlen(out->text);
	return out->len > 0;
}

/* What every line about the subject has in it. Of an address with a tag
 * as a sub-address only the parts around the tag stand together, so the longer
 * one is looked for; a network may have any client. */
static void
choose_needle(const struct subject *subject, struct bs_why_needle *out)
{
	struct bs_log_line escaped;
	char text[BS_WHY_NEEDLE_MAX + 1];
	const char *at = memchr(subject->text, '@', subject->len);
	size_t len = at == NULL ? subject->len : (size_t)(at - subject->text);

	if (subject->is_client && strchr(subject->text, '/') != NULL) {
		bs_why_needle_set(out, "client=");
		return;
	}
	if (at != NULL && len < 4 && subject->len - len > 4)
		snprintf(text, sizeof(text), "%.*s", (int)(subject->len - len),
		    at);
	else
		snprintf(text, sizeof(text), "%.*s", (int)len, subject->text);
	bs_log_begin(&escaped);
	bs_log_add(&escaped, "", text);
	bs_why_needle_set(out, escaped.text + 1);
}

static bool
is_subject(const struct subject *subject, const char *text, size_t len)
{
	return len == subject->len && bs_ascii_same(text, subject->text, len);
}

/* Whether a value is the subject: the address itself, or one at that domain. */
static bool
names_subject(const struct subject *subject, const char *value)
{
	char plain[BS_LOG_LINE];
	const char *at;

	bs_why_plain_address(value, plain, sizeof(plain));
	at = strrchr(plain, '@');
	return is_subject(subject, value, strlen(value)) ||
	       is_subject(subject, plain, strlen(plain)) ||
	       (at != NULL && is_subject(subject, at + 1, strlen(at + 1)));
}

static bool
is_about(const struct bs_why_line *line, const struct subject *subject)
{
	static const char *const names[] = {"recipient", "sender", "message_id",
	    "domain", "helo"};

	if (subject->is_client)
		return bs_netblock_has(&subject->client,
		    bs_why_line_value(line, "client"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names_subject(subject, bs_why_line_value(line, names[i])))
			return true;
	return false;
}

static struct bs_json *
json_of(const struct bs_why_line *line, const char *text)
{
	struct bs_json *object = bs_json_object();

	bs_json_time(object, "time", line->when);
	for (size_t i = 0; i < line->count; i++)
		bs_json_text(object, line->words[i].name, line->words[i].value);
	bs_json_text(object, "told", text);
	return object;
}

/* Keeps a decision; the oldest one makes room for it, or with --all there is
 * room for all. */
static void
keep(struct answer *answer, const char *text, size_t len, int64_t written)
{
	struct found *place;

	if (answer->call->all && answer->count == answer->room) {
		size_t room = answer->room * 2;
		struct found *found =
		    reallocarray(answer->found, room, sizeof(*found));

		if (found == NULL) {
			answer->failed = true;
			return;
		}
		answer->found = found;
		memset(found + answer->room, 0,
		    (room - answer->room) * sizeof(*found));
		answer->room = room;
	}
	place = &answer->found[answer->count++ % answer->room];
	free(place->line);
	place->written = written;
	if ((place->line = strndup(text, len)) == NULL)
		answer->failed = true;
}

static void
take(const char *text, size_t len, int64_t written, void *context)
{
	struct answer *answer = context;
	struct bs_why_line line;

	if (answer->failed ||
	    bs_why_line_parse(text, len, written, &line) != 0 ||
	    (line.when != 0 && line.when < answer->call->since) ||
	    !is_about(&line, answer->subject))
		return;
	answer->outcomes[bs_why_outcome(&line)]++;
	keep(answer, text, len, written);
}

/* Logs of systems without a journal. */
static const char *const usual_logs[] = {"/var/log/mail.log",
    "/var/log/maillog", "/var/log/syslog", "/var/log/messages"};

static int
complain_of_log(const char *path, int rc)
{
	bs_complain("%s: %s%s", path,
	    rc == -EIO ? "it cannot be read to its end" : strerror(-rc),
	    rc == -EACCES ? "; run as root" : "");
	return rc == -EACCES			? EX_NOPERM
	       : rc == -ENOENT || rc == -EISDIR ? EX_NOINPUT
						: EX_IOERR;
}

/* The journal; or, where it has no line of the engine's, the usual log. Says
 * what was read, as a decision may stand elsewhere. */
static int
read_default(const struct bs_why_search *search, const char **read)
{
	int rc = bs_why_read_journal(search);

	*read = "The journal";
	if (rc == 0 && *search->read > 0)
		return 0;
	for (size_t i = 0; i < sizeof(usual_logs) / sizeof(usual_logs[0]); i++)
		if (access(usual_logs[i], F_OK) == 0) {
			*read = usual_logs[i];
			return bs_why_read_log(usual_logs[i], search);
		}
	if (rc == 0 || rc == -ENOENT) {
		bs_complain("%s; name the file that the engine logs to: "
			    "backstop why WHAT FILE",
		    rc == 0 ? "the journal has no line of the engine's"
			    : "there is no journal here");
		return EX_NOINPUT;
	}
	if (rc == -EACCES) {
		bs_complain("the journal shows nothing to this user, or has no "
			    "line of the engine's; run as root, or name the "
			    "file that the engine logs to");
		return EX_NOPERM;
	}
	bs_complain("the journal cannot be read: %s; name the file of a log",
	    strerror(-rc));
	return EX_IOERR;
}

static int
read_all(const struct bs_call *call, const struct bs_why_search *search,
    const char **read)
{
	int status = 0;

	if (call->count == 1)
		return read_default(search, read);
	for (size_t i = 1; i < call->count; i++) {
		int rc = bs_why_read_log(call->words[i], search);

		status = status == 0 ? rc : status;
	}
	return status;
}

static void
print_sum(const struct answer *answer)
{
	static const char *const names[] = {
	    [BS_WHY_REFUSED] = "refused",
	    [BS_WHY_PUT_OFF] = "put off",
	    [BS_WHY_AS_SPAM] = "marked as spam",
	    [BS_WHY_DELIVERED] = "passed",
	    [BS_WHY_OTHER] = "other",
	};
	const char *before = ": ";

	bs_print(stdout, "%zu decision%s about %s", answer->count,
	    answer->count == 1 ? "" : "s", answer->call->words[0]);
	for (size_t i = 0; i < BS_WHY_OUTCOMES; i++) {
		if (answer->outcomes[i] == 0)
			continue;
		bs_print(stdout, "%s%zu %s", before, answer->outcomes[i],
		    names[i]);
		before = ", ";
	}
	puts(".");
	if (answer->count > answer->room)
		bs_print(stdout,
		    "These are the newest %zu; all of them: --all. Fewer: "
		    "--since 2026-01-31\n",
		    answer->room);
}

static void
print_found(const struct answer *answer, const struct found *found)
{
	struct bs_why_line line;
	char told[BS_WHY_TOLD];

	if (bs_why_line_parse(found->line, strlen(found->line), found->written,
		&line) != 0)
		return;
	bs_why_tell(&line, told);
	if (answer->call->json)
		bs_json_print(json_of(&line, told));
	else
		bs_print(stdout, "%s\n", told);
}

static void
print(const struct answer *answer)
{
	size_t shown =
	    answer->count < answer->room ? answer->count : answer->room;

	for (size_t i = answer->count - shown; i < answer->count; i++)
		print_found(answer, &answer->found[i % answer->room]);
	if (answer->call->json)
		return;
	if (answer->count > 0)
		print_sum(answer);
	else
		bs_print(stdout,
		    "%s has no decision about %s%s.\n"
		    "Mail that needs none leaves no line: ordinary mail, and "
		    "mail that left with its tag.\n",
		    answer->read, answer->call->words[0],
		    answer->call->since > 0 ? " since then" : "");
}

int
bs_cmd_why(const struct bs_call *call)
{
	struct subject subject = {.is_client = false};
	struct bs_why_needle needle;
	uint64_t octets = 0;
	struct answer answer = {.call = call,
	    .subject = &subject,
	    .room = NEWEST,
	    .read = "The log"};
	const struct bs_why_search search = {
	    .needle = &needle,
	    .since = call->since,
	    .now = call->now,
	    .read = &octets,
	    .take = take,
	    .context = &answer,
	    .complain = complain_of_log,
	    .progress = !call->json,
	};
	int status;

	if (!read_subject(call->words[0], &subject)) {
		bs_complain("%s: is no address, Message-ID, domain or client",
		    call->words[0]);
		return EX_USAGE;
	}
	choose_needle(&subject, &needle);
	answer.found = calloc(answer.room, sizeof(*answer.found));
	answer.failed = answer.found == NULL;
	status = read_all(call, &search, &answer.read);
	if (answer.failed) {
		bs_complain("out of memory");
		status = EX_OSERR;
	}
	/* that there is none is said only where all was read */
	if (status == 0 || (answer.count > 0 && !answer.failed))
		print(&answer);
	if (status == 0)
		status = answer.count > 0 ? BS_EXIT_YES : BS_EXIT_NO;
	for (size_t i = 0; answer.found != NULL && i < answer.room; i++)
		free(answer.found[i].line);
	free(answer.found);
	return status;
}
