/* Questions and answers on the wire: what is written can be read, and nothing
 * else can. */
#include <errno.h>

#include "common/adapter/wire.h"
#include "tests/unit/unit.h"

#define PING "version=1\nid=7\nop=ping\n"

static const struct bs_request request = {
    .version = BS_WIRE_VERSION,
    .id = UINT64_MAX,
    .op = BS_OP_RCPT,
    .host = BS_HOST_EXIM,
    .listener = BS_LISTENER_UNTAG,
    .client = "2001:db8::1",
    .helo = "mx.example.net",
    .auth = true,
    .has_sender = true,
    .sender = "\"a b\\%\xc3\xb6\n\x7f\"@example.net",
    .recipient = "prvs=0461d4c0ad=alice@example.org",
    .recipients = UINT32_MAX,
    .deadline_ms = 500,
    .receiver = "mx.example.org",
    .tells = true,
    .spf = "softfail",
};

static const struct bs_answer answer = {
    .id = 42,
    .status = BS_STATUS_UNKNOWN,
    .action = BS_ACTION_DEFER,
    .verdict = "genuine",
    .reason = "tag",
    .address = "alice@example.org",
    .reply = "550 5.7.1 100% forged",
    .header = "X-Backstop: genuine reason=tag row=4",
    .results = "Authentication-Results: mx.example.org;\n\tspf=pass",
    .authserv_id = "mx.example.org",
    .no_dsn = true,
};

static void
same_request(const struct bs_request *a, const struct bs_request *b)
{
	assert_int_equal(a->version, b->version);
	assert_true(a->id == b->id);
	assert_int_equal(a->op, b->op);
	assert_int_equal(a->host, b->host);
	assert_int_equal(a->listener, b->listener);
	assert_string_equal(a->client, b->client);
	assert_string_equal(a->helo, b->helo);
	assert_int_equal(a->auth, b->auth);
	assert_int_equal(a->has_sender, b->has_sender);
	assert_string_equal(a->sender, b->sender);
	assert_string_equal(a->recipient, b->recipient);
	assert_int_equal(a->recipients, b->recipients);
	assert_int_equal(a->deadline_ms, b->deadline_ms);
	assert_string_equal(a->receiver, b->receiver);
	assert_int_equal(a->tells, b->tells);
	assert_string_equal(a->spf, b->spf);
}

static void
same_answer(const struct bs_answer *a, const struct bs_answer *b)
{
	assert_true(a->id == b->id);
	assert_int_equal(a->status, b->status);
	assert_int_equal(a->action, b->action);
	assert_string_equal(a->verdict, b->verdict);
	assert_string_equal(a->reason, b->reason);
	assert_string_equal(a->address, b->address);
	assert_string_equal(a->reply, b->reply);
	assert_string_equal(a->header, b->header);
	assert_string_equal(a->results, b->results);
	assert_string_equal(a->authserv_id, b->authserv_id);
	assert_int_equal(a->no_dsn, b->no_dsn);
}

static void
request_comes_back(void **state)
{
	struct bs_request changed = request;
	struct bs_request read;
	char frame[BS_WIRE_MAX];
	size_t len;
	int written;

	(void)state;
	for (int op = BS_OP_SIGN; op < BS_OPS; op++)
		for (int mode = BS_LISTENER_IN; mode <= BS_LISTENER_UNTAG;
		     mode++) {
			changed.op = (enum bs_op)op;
			changed.listener = (enum bs_listener)mode;
			written =
			    bs_request_encode(&changed, frame, sizeof(frame));
			assert_true(written > 0);
			assert_int_equal(
			    bs_wire_frame(frame, (size_t)written, &len), 0);
			assert_int_equal(len, written);
			assert_int_equal(bs_request_decode(frame, len, &read),
			    0);
			same_request(&read, &changed);
		}
}

static void
answer_comes_back(void **state)
{
	struct bs_answer changed = answer;
	struct bs_answer read;
	char frame[BS_WIRE_MAX];
	int written;

	(void)state;
	for (int action = BS_ACTION_NONE; action <= BS_ACTION_DEFER; action++) {
		changed.action = (enum bs_action)action;
		written = bs_answer_encode(&changed, frame, sizeof(frame));
		assert_true(written > 0);
		assert_int_equal(
		    bs_answer_decode(frame, (size_t)written, &read), 0);
		same_answer(&read, &changed);
	}
	changed = (struct bs_answer){.id = 1};
	written = bs_answer_encode(&changed, frame, sizeof(frame));
	assert_true(written > 0);
	assert_int_equal(bs_answer_decode(frame, (size_t)written, &read), 0);
	same_answer(&read, &changed);
}

/* No sender is not the null reverse-path. */
static void
null_sender_is_not_absent(void **state)
{
	struct bs_request sent = {.version = BS_WIRE_VERSION, .id = 1};
	struct bs_request read;
	char frame[BS_WIRE_MAX];
	int written;

	(void)state;
	for (int has = 0; has < 2; has++) {
		sent.has_sender = has == 1;
		written = bs_request_encode(&sent, frame, sizeof(frame));
		assert_true(written > 0);
		assert_int_equal(
		    bs_request_decode(frame, (size_t)written, &read), 0);
		assert_int_equal(read.has_sender, has);
		assert_string_equal(read.sender, "");
	}
}

struct text {
	const char *text;
	size_t len;
	int rc;
};

#define TEXT(text, rc)                                                         \
	{                                                                      \
		(text), sizeof(text) - 1, (rc)                                 \
	}

static void
malformed_requests_are_refused(void **state)
{
	static const struct text cases[] = {
	    TEXT(PING "\n", 0),
	    TEXT("op=ping\nid=7\nversion=1\n\n", 0), /* in any order */
	    TEXT(PING "colour=red%ZZ\n\n", 0),	     /* of a later version */
	    TEXT(PING "message_id=a\nmessage_id=b\n\n", 0),
	    TEXT(PING "recipient_domain=a\nrecipient_domain=b\n\n", 0),
	    TEXT(PING "message_id=\n\n", 0),
	    TEXT(PING "kind=bounce\n\n", -EINVAL),
	    TEXT(PING "inspect=1\npartial=1\nrefused=1\n\n", 0),
	    TEXT(PING "date=18446744073709551615\n\n", 0),
	    TEXT(PING "helo=%61%4a\n\n", 0),
	    TEXT(PING "helo=a=b\n\n", 0),
	    TEXT(PING "helo=\n\n", 0),
	    TEXT("version=2\nid=7\nop=ping\n\n", -EPROTO),
	    TEXT("version=0\nid=7\nop=ping\n\n", -EPROTO),
	    TEXT("", -EINVAL),
	    TEXT("\n", -EINVAL),
	    TEXT("id=7\nop=ping\n\n", -EINVAL),
	    TEXT("version=1\nop=ping\n\n", -EINVAL),
	    TEXT("version=1\nid=7\n\n", -EINVAL),
	    TEXT(PING, -EINVAL),	/* no empty line */
	    TEXT(PING "\n\n", -EINVAL), /* more than one */
	    TEXT(PING "\n" PING "\n", -EINVAL),
	    TEXT(PING "id=7\n\n", -EINVAL), /* twice */
	    TEXT(PING "helo=a\nhelo=a\n\n", -EINVAL),
	    TEXT(PING "sender=\nsender=\n\n", -EINVAL),
	    TEXT(PING "helo\n\n", -EINVAL),
	    TEXT(PING "=a\n\n", -EINVAL),
	    TEXT(PING "Helo=a\n\n", -EINVAL),
	    TEXT(PING "he-lo=a\n\n", -EINVAL),
	    TEXT(PING " helo=a\n\n", -EINVAL),
	    TEXT(PING "helo=a b\n\n", -EINVAL),
	    TEXT(PING "helo=a\r\n\n", -EINVAL),
	    TEXT(PING "helo=a\x7f\n\n", -EINVAL),
	    TEXT(PING "helo=\xc3\xb6\n\n", -EINVAL),
	    TEXT(PING "helo=a%\n\n", -EINVAL),
	    TEXT(PING "helo=a%4\n\n", -EINVAL),
	    TEXT(PING "helo=a%4g\n\n", -EINVAL),
	    TEXT(PING "helo=a%%41\n\n", -EINVAL),
	    TEXT(PING "helo=a%00\n\n", -EINVAL),
	    TEXT(PING "helo=a\0\n\n", -EINVAL),
	    TEXT(PING "he\0lo=a\n\n", -EINVAL),
	    TEXT("version=1\nid=\nop=ping\n\n", -EINVAL),
	    TEXT("version=1\nid=-1\nop=ping\n\n", -EINVAL),
	    TEXT("version=1\nid=+1\nop=ping\n\n", -EINVAL),
	    TEXT("version=1\nid=0x1\nop=ping\n\n", -EINVAL),
	    TEXT("version=1\nid=18446744073709551615\nop=ping\n\n", 0),
	    TEXT("version=1\nid=18446744073709551616\nop=ping\n\n", -EINVAL),
	    TEXT("version=1\nid=99999999999999999999\nop=ping\n\n", -EINVAL),
	    TEXT("version=1\nid=7\nop=PING\n\n", -EINVAL),
	    TEXT("version=1\nid=7\nop=pin\n\n", -EINVAL),
	    TEXT("version=1\nid=7\nop=\n\n", -EINVAL),
	    TEXT(PING "auth=1\n\n", 0),
	    TEXT(PING "auth=2\n\n", -EINVAL),
	    TEXT(PING "auth=yes\n\n", -EINVAL),
	    TEXT(PING "host=sendmail\n\n", -EINVAL),
	    TEXT(PING "mode=both\n\n", -EINVAL),
	    TEXT(PING "recipients=4294967295\n\n", 0),
	    TEXT(PING "recipients=4294967296\n\n", -EINVAL),
	};
	struct bs_request read;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (bs_request_decode(cases[i].text, cases[i].len, &read) !=
		    cases[i].rc)
			fail_msg("%s", cases[i].text);
}

static void
malformed_answers_are_refused(void **state)
{
	static const struct text cases[] = {
	    TEXT("id=1\nstatus=ok\n\n", 0),
	    TEXT("id=1\nstatus=ok\naction=none\ncolour=red\n\n", 0),
	    TEXT("id=1\n\n", -EINVAL),
	    TEXT("status=ok\n\n", -EINVAL),
	    TEXT("id=1\nstatus=fine\n\n", -EINVAL),
	    TEXT("id=1\nstatus=ok\naction=drop\n\n", -EINVAL),
	    TEXT("id=1\nstatus=ok\nstatus=ok\n\n", -EINVAL),
	    /* one octet more than there is room for */
	    TEXT("id=1\nstatus=ok\nverdict=abcdefghijklmno\n\n", 0),
	    TEXT("id=1\nstatus=ok\nverdict=abcdefghijklmnop\n\n", -EMSGSIZE),
	};
	struct bs_answer read;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (bs_answer_decode(cases[i].text, cases[i].len, &read) !=
		    cases[i].rc)
			fail_msg("%s", cases[i].text);
}

/* So that the error can be answered. */
static void
keeps_the_id_of_bad_requests(void **state)
{
	static const char bad[] = "version=1\nid=7\nop=ping\nhelo=%\n\n";
	static const char worse[] = "version=1\nop=what\nid=7\n\n";
	struct bs_request read;

	(void)state;
	assert_int_equal(bs_request_decode(bad, sizeof(bad) - 1, &read),
	    -EINVAL);
	assert_int_equal(read.id, 7);
	assert_int_equal(bs_request_decode(worse, sizeof(worse) - 1, &read),
	    -EINVAL);
	assert_int_equal(read.id, 0);
}

/* A request with one more line, of so many octets, its newline included. */
static size_t
with_line(char *out, size_t line_len)
{
	size_t len = sizeof(PING) - 1;

	memcpy(out, PING, len);
	memset(out + len, 'x', line_len);
	out[len + 1] = '=';
	out[len + line_len - 1] = '\n';
	out[len + line_len] = '\n';
	return len + line_len + 1;
}

static void
bounds_lines(void **state)
{
	char text[2 * BS_WIRE_LINE];
	struct bs_request read;
	size_t frame;
	size_t len = with_line(text, BS_WIRE_LINE);

	(void)state;
	assert_int_equal(bs_wire_frame(text, len, &frame), 0);
	assert_int_equal(frame, len);
	assert_int_equal(bs_request_decode(text, len, &read), 0);
	len = with_line(text, BS_WIRE_LINE + 1);
	assert_int_equal(bs_wire_frame(text, len, &frame), -EMSGSIZE);
	assert_int_equal(bs_request_decode(text, len, &read), -EMSGSIZE);
	/* known before its end has come */
	len = with_line(text, BS_WIRE_LINE + 2);
	assert_int_equal(bs_wire_frame(text, len - 2, &frame), -EMSGSIZE);
}

static void
bounds_the_number_of_lines(void **state)
{
	char text[BS_WIRE_MAX] = PING;
	struct bs_request read;
	size_t frame;
	size_t len = sizeof(PING) - 1;

	(void)state;
	for (int line = 3; line < BS_WIRE_LINES; line++, len += 4)
		memcpy(text + len, "x=y\n", 4);
	text[len] = '\n';
	assert_int_equal(bs_wire_frame(text, len + 1, &frame), 0);
	assert_int_equal(bs_request_decode(text, len + 1, &read), 0);
	memcpy(text + len, "x=y\n\n", 5);
	assert_int_equal(bs_wire_frame(text, len + 5, &frame), -EMSGSIZE);
	assert_int_equal(bs_request_decode(text, len + 5, &read), -EMSGSIZE);
}

/* A request of exactly so many octets, in lines of at most 1,024. */
static void
fill(char *text, size_t size)
{
	size_t len = sizeof(PING) - 1;

	memcpy(text, PING, len);
	while (len < size - 1) {
		size_t line = size - 1 - len;

		if (line > BS_WIRE_LINE)
			line = line < BS_WIRE_LINE + 3 ? 512 : BS_WIRE_LINE;
		memset(text + len, 'x', line);
		text[len + 1] = '=';
		text[len + line - 1] = '\n';
		len += line;
	}
	text[len] = '\n';
}

static void
bounds_the_request(void **state)
{
	static char text[BS_WIRE_MAX + 1];
	struct bs_request read;
	size_t frame;

	(void)state;
	fill(text, BS_WIRE_MAX);
	assert_int_equal(bs_wire_frame(text, BS_WIRE_MAX, &frame), 0);
	assert_int_equal(frame, BS_WIRE_MAX);
	assert_int_equal(bs_request_decode(text, BS_WIRE_MAX, &read), 0);
	fill(text, BS_WIRE_MAX + 1);
	assert_int_equal(bs_wire_frame(text, BS_WIRE_MAX + 1, &frame),
	    -EMSGSIZE);
	assert_int_equal(bs_wire_frame(text, BS_WIRE_MAX, &frame), -EMSGSIZE);
	assert_int_equal(bs_wire_frame(text, BS_WIRE_MAX - 1, &frame),
	    BS_WIRE_MORE);
	assert_int_equal(bs_request_decode(text, BS_WIRE_MAX + 1, &read),
	    -EMSGSIZE);
}

/* The stream may be cut anywhere, and the next request may follow at once. */
static void
finds_frames_split_anywhere(void **state)
{
	static const char stream[] = PING "\n" PING "\n";
	const size_t first = sizeof(PING);
	size_t frame = 0;

	(void)state;
	for (size_t len = 0; len < sizeof(stream); len++) {
		if (len < first) {
			assert_int_equal(bs_wire_frame(stream, len, &frame),
			    BS_WIRE_MORE);
			continue;
		}
		assert_int_equal(bs_wire_frame(stream, len, &frame), 0);
		assert_int_equal(frame, first);
	}
}

/* Fields at their longest: plain text fits, what must be encoded may not, and
 * no buffer is too small to say so. */
static void
writes_within_limits(void **state)
{
	struct bs_request sent = request;
	struct bs_request read;
	char frame[BS_WIRE_MAX];
	int len;

	(void)state;
	memset(sent.sender, 'a', sizeof(sent.sender) - 1);
	memset(sent.recipient, 'a', sizeof(sent.recipient) - 1);
	memset(sent.helo, 0x80, sizeof(sent.helo) - 1);
	memset(sent.client, '%', sizeof(sent.client) - 1);
	len = bs_request_encode(&sent, frame, sizeof(frame));
	assert_true(len > 0);
	assert_int_equal(bs_request_decode(frame, (size_t)len, &read), 0);
	same_request(&read, &sent);
	assert_int_equal(bs_request_encode(&sent, frame, (size_t)len), len);
	for (int size = 0; size < len; size++)
		assert_int_equal(bs_request_encode(&sent, frame, (size_t)size),
		    -EMSGSIZE);
	/* "sender=", 3 × 338 and a newline are 1,022 octets */
	memset(sent.sender, 0, sizeof(sent.sender));
	memset(sent.sender, 0x80, 338);
	assert_true(bs_request_encode(&sent, frame, sizeof(frame)) > 0);
	memset(sent.sender, 0x80, 339);
	assert_int_equal(bs_request_encode(&sent, frame, sizeof(frame)),
	    -EMSGSIZE);
}

static void
never_writes_past_its_buffer(void **state)
{
	char frame[BS_WIRE_MAX];
	int len = bs_answer_encode(&answer, frame, sizeof(frame));

	(void)state;
	assert_true(len > 0);
	for (size_t size = 0; size <= (size_t)len; size++) {
		memset(frame, 0x5a, sizeof(frame));
		assert_int_equal(bs_answer_encode(&answer, frame, size),
		    size < (size_t)len ? -EMSGSIZE : len);
		for (size_t i = size; i < sizeof(frame); i++)
			assert_int_equal(frame[i], 0x5a);
	}
}

static void
names_its_words(void **state)
{
	static const char *const modes[] = {"in", "out", "local", "untag"};
	enum bs_listener mode = BS_LISTENER_LOCAL;

	(void)state;
	assert_int_equal(bs_listener_parse("", &mode), -EINVAL);
	assert_int_equal(bs_listener_parse("IN", &mode), -EINVAL);
	assert_int_equal(mode, BS_LISTENER_LOCAL);
	for (size_t i = 0; i < COUNT(modes); i++) {
		assert_int_equal(bs_listener_parse(modes[i], &mode), 0);
		assert_int_equal(mode, i);
		assert_string_equal(bs_listener_name(mode), modes[i]);
	}
	assert_string_equal(bs_op_name(BS_OP_SIGN), "sign");
	assert_string_equal(bs_op_name(BS_OP_PING), "ping");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(request_comes_back),
	    cmocka_unit_test(answer_comes_back),
	    cmocka_unit_test(null_sender_is_not_absent),
	    cmocka_unit_test(malformed_requests_are_refused),
	    cmocka_unit_test(malformed_answers_are_refused),
	    cmocka_unit_test(keeps_the_id_of_bad_requests),
	    cmocka_unit_test(bounds_lines),
	    cmocka_unit_test(bounds_the_number_of_lines),
	    cmocka_unit_test(bounds_the_request),
	    cmocka_unit_test(finds_frames_split_anywhere),
	    cmocka_unit_test(writes_within_limits),
	    cmocka_unit_test(never_writes_past_its_buffer),
	    cmocka_unit_test(names_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
