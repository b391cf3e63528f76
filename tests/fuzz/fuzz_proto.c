/* Lines of a lying smtpd, and answers of a lying engine, through the filter.
 *
 * The first octet is the mode, whether messages are read, and whether SPF is
 * asked. A line that begins with '!' is the engine's: an octet for the action
 * and the company, then a text that is address and reply at once. All else is
 * smtpd's. */
#include <stdlib.h>
#include <string.h>

#include "filter/dispatch.h"
#include "filter/message.h"
#include "filter/proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(what)                                                            \
	do {                                                                   \
		if (!(what))                                                   \
			abort();                                               \
	} while (0)

static struct bs_filter filter;

static void
start(uint8_t mode)
{
	static const char ready[] = "config|ready";
	struct bs_text line = {ready, sizeof(ready) - 1};

	filter.mode = (enum bs_listener)(mode % 4);
	filter.inspect = mode & 4 ? BS_INSPECT_YES : BS_INSPECT_NO;
	filter.missed_since_ms = 0;
	filter.deadline_ms = BS_FILTER_DEADLINE_MS;
	filter.spf_deadline_ms = mode & 8 ? BS_FILTER_SPF_DEADLINE_MS : 0;
	filter.now_ms = 1;
	filter.ready = false;
	memset(filter.offers, 0, sizeof(filter.offers));
	CHECK(bs_client_init(&filter.client, "/nonexistent/engine") == 0);
	bs_out_init(&filter.out, -1);
	bs_dispatch_line(&filter, line);
	CHECK(filter.ready);
	filter.out.len = 0;
}

/* The engine's word on what was asked first. */
static void
answer(struct bs_text line)
{
	struct bs_question *question = filter.client.first;
	struct bs_answer word = {.status = BS_STATUS_OK};
	size_t len;

	if (question == NULL || line.len < 2)
		return;
	word.id = question->request.id;
	word.action = (enum bs_action)((unsigned char)line.at[1] % 6);
	word.company = (enum bs_company)((unsigned char)line.at[1] / 6 % 4);
	word.no_dsn = (unsigned char)line.at[1] / 24 % 2;
	len = line.len - 2;
	if (len >= sizeof(word.reply))
		len = sizeof(word.reply) - 1;
	memcpy(word.address, line.at + 2, len);
	memcpy(word.reply, line.at + 2, len);
	memcpy(word.header, line.at + 2, len);
	memcpy(word.results, line.at + 2, len);
	if (len < sizeof(word.authserv_id))
		memcpy(word.authserv_id, line.at + 2, len);
	if (len < sizeof(word.verdict))
		memcpy(word.verdict, line.at + 2, len);
	bs_client_cancel(&filter.client, question);
	question->done(question, &word);
}

#define RESULT "filter-result|"
#define LINE "filter-dataline|"

/* A whole line: a reply that smtpd knows, or a line of a message. Returns
 * whether it is a reply. */
static bool
check_line(const char *at, const char *newline)
{
	static const char *const decisions[] = {"proceed\n", "junk\n",
	    "reject|", "rewrite|<"};
	const size_t ids = 2 * 17;
	const char *decision = at + sizeof(RESULT) - 1 + ids;

	if (memcmp(at, LINE, sizeof(LINE) - 1) == 0) {
		CHECK((size_t)(newline - at) >= sizeof(LINE) - 1 + ids);
		return false;
	}
	CHECK(
	    newline > decision && memcmp(at, RESULT, sizeof(RESULT) - 1) == 0);
	CHECK(memchr(at, '\0', (size_t)(newline - at)) == NULL);
	for (size_t i = 0; i < sizeof(decisions) / sizeof(decisions[0]); i++)
		if (strncmp(decision, decisions[i], strlen(decisions[i])) == 0)
			return true;
	abort();
}

/* Returns how many replies there are among what was written. */
static size_t
check_output(void)
{
	const char *at = filter.out.buf;
	const char *end = at + filter.out.len;
	size_t count = 0;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		CHECK(newline != NULL);
		count += check_line(at, newline) ? 1 : 0;
		at = newline + 1;
	}
	return count;
}

/* Requests that wait for the engine: the session's own, or the last word on a
 * message. */
static size_t
waiting(void)
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof(filter.sessions.buckets) /
				   sizeof(filter.sessions.buckets[0]);
	     i++)
		for (const struct bs_session *at = filter.sessions.buckets[i];
		     at != NULL; at = at->next)
			count +=
			    (at->waits ? 1u : 0) +
			    (at->message != NULL && at->message->end_waits ? 1u
									   : 0);
	return count;
}

/* One line. Whatever it is, each request is owed one reply and nothing else
 * is; only a session that ends or begins anew takes that back. */
static void
take(struct bs_text line, size_t *owed)
{
	struct bs_proto_line parsed;
	size_t said;
	bool takes_back = false;

	if (line.len > 0 && line.at[0] == '!') {
		answer(line);
	} else {
		if (bs_proto_parse(line.at, line.len, &parsed) == 0) {
			*owed += parsed.kind == BS_PROTO_FILTER &&
					 parsed.phase != BS_PROTO_DATA_LINE
				     ? 1
				     : 0;
			takes_back = parsed.kind == BS_PROTO_REPORT;
		}
		bs_dispatch_line(&filter, line);
	}
	said = check_output() + waiting();
	CHECK(takes_back ? said <= *owed : said == *owed);
	*owed = waiting();
	filter.out.len = 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data + 1;
	size_t owed = 0;
	size_t replies;

	if (size == 0)
		return 0;
	start(data[0]);
	size--;
	while (size > 0) {
		const char *newline = memchr(at, '\n', size);
		struct bs_text line = {at, size};

		if (newline != NULL)
			line.len = (size_t)(newline - at);
		take(line, &owed);
		at += line.len;
		size -= line.len;
		if (newline != NULL) {
			at++;
			size--;
		}
	}
	/* the deadline passes: what is held is replied to, once */
	filter.now_ms += 60000;
	bs_client_pump(&filter.client, 0, filter.now_ms);
	replies = check_output();
	CHECK(replies == owed && waiting() == 0);
	bs_dispatch_close(&filter);
	bs_client_close(&filter.client);
	return 0;
}
