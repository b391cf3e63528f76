/* What a message says, on the wire: lists of evidence and their limits. */
#include <errno.h>

#include "common/adapter/wire.h"
#include "tests/unit/unit.h"

#define PING "version=1\nid=7\nop=ping\n"

static void
same_list(const struct bs_list *a, const struct bs_list *b)
{
	const char *x = NULL;
	const char *y = NULL;

	assert_int_equal(a->count, b->count);
	for (unsigned i = 0; i < a->count; i++) {
		x = bs_list_next(a, x);
		y = bs_list_next(b, y);
		assert_string_equal(x, y);
	}
}

static void
add(struct bs_list *list, const char *text)
{
	assert_int_equal(bs_list_add(list, text, strlen(text)), 0);
}

static void
same_evidence(const struct bs_request *a, const struct bs_request *b)
{
	assert_int_equal(a->refused, b->refused);
	assert_int_equal(a->missed_seconds, b->missed_seconds);
	assert_int_equal(a->inspect, b->inspect);
	assert_int_equal(a->accepts, b->accepts);
	assert_int_equal(a->partial, b->partial);
	assert_int_equal(a->only_refers, b->only_refers);
	assert_int_equal(a->kind, b->kind);
	assert_true(a->date == b->date);
	assert_string_equal(a->return_path, b->return_path);
	assert_string_equal(a->header_from, b->header_from);
	assert_string_equal(a->reporting_mta, b->reporting_mta);
	same_list(&a->message_ids, &b->message_ids);
	same_list(&a->final_recipients, &b->final_recipients);
	same_list(&a->original_recipients, &b->original_recipients);
	same_list(&a->recipient_domains, &b->recipient_domains);
}

/* A bounce as an adapter tells of it: every attribute, lists in order. */
static void
evidence_comes_back(void **state)
{
	struct bs_request sent = {.version = BS_WIRE_VERSION};
	struct bs_request read;
	char frame[BS_WIRE_MAX];
	int written;

	(void)state;
	sent.refused = true;
	sent.missed_seconds = 17;
	sent.inspect = true;
	sent.accepts = true;
	sent.only_refers = true;
	sent.date = 1790000000;
	snprintf(sent.return_path, sizeof(sent.return_path), "a@example.org");
	snprintf(sent.reporting_mta, sizeof(sent.reporting_mta),
	    "mx.example.net");
	snprintf(sent.header_from, sizeof(sent.header_from), "b@example.org");
	add(&sent.message_ids, "second@example.org");
	add(&sent.message_ids, "a b\n%<>@example.org");
	add(&sent.message_ids, "first@example.org");
	add(&sent.final_recipients, "c@example.net");
	add(&sent.original_recipients, "d@example.net");
	add(&sent.recipient_domains, "example.net");
	add(&sent.recipient_domains, "example.com");
	for (int kind = BS_KIND_UNREAD; kind <= BS_KIND_OTHER; kind++) {
		sent.kind = (enum bs_kind)kind;
		written = bs_request_encode(&sent, frame, sizeof(frame));
		assert_true(written > 0);
		assert_int_equal(
		    bs_request_decode(frame, (size_t)written, &read), 0);
		same_evidence(&read, &sent);
		assert_false(read.partial);
	}
}

/* Evidence over the limits is left out, and the question says so; the
 * question itself never fails for it. */
static void
long_evidence_is_partial(void **state)
{
	struct bs_request sent = {.version = BS_WIRE_VERSION};
	struct bs_request read;
	char long_id[500];
	char frame[BS_WIRE_MAX];
	int written;

	(void)state;
	memset(long_id, '%', sizeof(long_id) - 1); /* 1,497 octets encoded */
	long_id[sizeof(long_id) - 1] = '\0';
	add(&sent.message_ids, long_id);
	add(&sent.message_ids, "short@example.org");
	written = bs_request_encode(&sent, frame, sizeof(frame));
	assert_true(written > 0);
	assert_int_equal(bs_request_decode(frame, (size_t)written, &read), 0);
	assert_true(read.partial);
	assert_int_equal(read.message_ids.count, 1);
	assert_string_equal(bs_list_next(&read.message_ids, NULL),
	    "short@example.org");
}

/* A stranger writes the returned header: what he makes too long for the wire
 * must not keep the question from being asked. */
static void
a_long_return_path_is_partial(void **state)
{
	static const struct bs_request empty = {.version = BS_WIRE_VERSION};
	struct bs_request read;
	char frame[BS_WIRE_MAX];

	(void)state;
	for (unsigned which = 1; which <= 3; which++) {
		struct bs_request sent = empty;
		int written;

		/* 1,350 octets encoded */
		if (which & 1)
			memset(sent.return_path, 0xe9, 450);
		if (which & 2)
			memset(sent.header_from, 0xe9, 450);
		add(&sent.message_ids, "short@example.org");
		written = bs_request_encode(&sent, frame, sizeof(frame));
		assert_true(written > 0);
		assert_int_equal(
		    bs_request_decode(frame, (size_t)written, &read), 0);
		assert_true(read.partial);
		assert_string_equal(read.return_path, "");
		assert_string_equal(read.header_from, "");
		assert_int_equal(read.message_ids.count, 1);
	}
}

/* What a question is about is not left out of it. */
static void
a_long_address_does_not_fit(void **state)
{
	struct bs_request sent = {.version = BS_WIRE_VERSION};
	char frame[BS_WIRE_MAX];

	(void)state;
	memset(sent.sender, 0xe9, 450);
	assert_int_equal(bs_request_encode(&sent, frame, sizeof(frame)),
	    -EMSGSIZE);
	memset(sent.sender, 0, sizeof(sent.sender));
	memset(sent.recipient, 0xe9, 450);
	assert_int_equal(bs_request_encode(&sent, frame, sizeof(frame)),
	    -EMSGSIZE);
}

/* If a list has no room for an item, it says that something was left out. */
static void
long_lists_are_truncated(void **state)
{
	char text[4096];
	size_t len = (size_t)snprintf(text, sizeof(text), PING);
	struct bs_request read = {.id = 0};

	(void)state;
	for (int i = 0; i <= BS_LIST_ITEMS; i++) {
		assert_false(i > 0 && read.message_ids.truncated);
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "message_id=%d@a\n", i);
		text[len] = '\n';
		assert_int_equal(bs_request_decode(text, len + 1, &read), 0);
	}
	assert_int_equal(read.message_ids.count, BS_LIST_ITEMS);
	assert_true(read.message_ids.truncated);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(evidence_comes_back),
	    cmocka_unit_test(long_evidence_is_partial),
	    cmocka_unit_test(a_long_return_path_is_partial),
	    cmocka_unit_test(a_long_address_does_not_fit),
	    cmocka_unit_test(long_lists_are_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
