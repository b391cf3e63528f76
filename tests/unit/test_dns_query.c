/* Unit tests for common/dns/query.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/dns/query.h"

#define ID 0x1234

static uint8_t query[BS_DNS_QUERY_MAX];
static int len;

static void
ask(const char *name, unsigned edns_octets)
{
	len = bs_dns_query_write(name, BS_DNS_TXT, ID, edns_octets, query);
	assert_true(len > 0);
}

/* What a message of so many octets is, in memory of just its size. */
static enum bs_dns_fit
fit(const uint8_t *message, size_t message_len)
{
	uint8_t *exact = malloc(message_len + 1);
	enum bs_dns_fit found;

	assert_non_null(exact);
	memcpy(exact, message, message_len);
	found = bs_dns_query_fit(query, exact, message_len);
	free(exact);
	return found;
}

/* The question as a server sends it back. */
static void
answer(uint8_t out[static BS_DNS_QUERY_MAX], unsigned flags, unsigned rcode)
{
	memcpy(out, query, sizeof(query));
	out[2] = (uint8_t)(0x81 | flags);
	out[3] = (uint8_t)(0x80 | rcode);
}

static void
test_octets(void **state)
{
	static const uint8_t plain[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0"
				       "\4a+%=\7example\0\0\x10\0\1";
	static const uint8_t edns[] = "\0\0\x29\x04\xd0\0\0\0\0\0\0";

	(void)state;
	ask("a+%=.example", 0);
	assert_int_equal(len, sizeof(plain) - 1);
	assert_memory_equal(query, plain, sizeof(plain) - 1);
	ask("a+%=.example.", 1232);
	assert_int_equal(len, sizeof(plain) - 1 + sizeof(edns) - 1);
	assert_int_equal(query[11], 1);
	assert_memory_equal(query + sizeof(plain) - 1, edns, sizeof(edns) - 1);
}

static void
test_names(void **state)
{
	char name[256];

	(void)state;
	for (size_t i = 0; i < 253; i++)
		name[i] = i % 64 == 63 ? '.' : 'x';
	name[253] = '\0';
	ask(name, 1232);
	assert_int_equal(len, BS_DNS_QUERY_MAX);
	assert_int_equal(bs_dns_query_write("", BS_DNS_A, ID, 0, query), -22);
	assert_int_equal(bs_dns_query_write("a..b", BS_DNS_A, ID, 0, query),
	    -22);
}

static void
test_answers(void **state)
{
	uint8_t message[BS_DNS_QUERY_MAX];
	size_t size;

	(void)state;
	ask("Name.example", 1232);
	size = (size_t)len;
	answer(message, 0, 0);
	assert_int_equal(fit(message, size), BS_DNS_WHOLE);
	message[13] = 'n'; /* a server may write it in another case */
	assert_int_equal(fit(message, size), BS_DNS_WHOLE);
	answer(message, 0, 3);
	assert_int_equal(fit(message, size), BS_DNS_WHOLE);
	answer(message, 2, 0);
	assert_int_equal(fit(message, size), BS_DNS_CUT);
	answer(message, 0, 2);
	assert_int_equal(fit(message, size), BS_DNS_REFUSED);
	answer(message, 0, 1);
	assert_int_equal(fit(message, size), BS_DNS_NO_EDNS);
	memset(message + 4, 0, 8); /* no question in it */
	assert_int_equal(fit(message, 12), BS_DNS_NO_EDNS);
	ask("Name.example", 0);
	assert_int_equal(fit(message, 12), BS_DNS_REFUSED);
	message[3] = 0x80;
	assert_int_equal(fit(message, 12), BS_DNS_FOREIGN);
}

/* RFC 6891 §7: who does not know EDNS may say anything but that. */
static void
test_edns_refused(void **state)
{
	static const unsigned rcodes[] = {1, 2, 4, 5};
	uint8_t message[BS_DNS_QUERY_MAX];
	size_t size;

	(void)state;
	ask("name.example", 1232);
	size = (size_t)len;
	for (size_t i = 0; i < sizeof(rcodes) / sizeof(rcodes[0]); i++) {
		answer(message, 0, rcodes[i]);
		assert_int_equal(fit(message, size),
		    rcodes[i] == 1 ? BS_DNS_NO_EDNS : BS_DNS_REFUSED);
		message[11] = 0; /* an answer without an OPT */
		assert_int_equal(fit(message, size - 11), BS_DNS_NO_EDNS);
	}
	answer(message, 0, 0);
	message[size - 6] = 1; /* BADVERS */
	assert_int_equal(fit(message, size), BS_DNS_NO_EDNS);
	ask("name.example", 0);
	answer(message, 0, 2);
	assert_int_equal(fit(message, (size_t)len), BS_DNS_REFUSED);
}

static void
test_strangers(void **state)
{
	uint8_t message[BS_DNS_QUERY_MAX];
	size_t size;

	(void)state;
	ask("name.example", 1232);
	size = (size_t)len;
	answer(message, 0, 0);
	message[1]++; /* another id */
	assert_int_equal(fit(message, size), BS_DNS_FOREIGN);
	answer(message, 0, 0);
	message[2] &= 0x7f; /* a question */
	assert_int_equal(fit(message, size), BS_DNS_FOREIGN);
	answer(message, 0x28, 0); /* another opcode */
	assert_int_equal(fit(message, size), BS_DNS_FOREIGN);
	answer(message, 0, 0);
	message[14] = 'x'; /* another name, type, class, number of questions */
	assert_int_equal(fit(message, size), BS_DNS_FOREIGN);
	answer(message, 0, 0);
	message[size - 13]++;
	assert_int_equal(fit(message, size), BS_DNS_FOREIGN);
	answer(message, 0, 0);
	message[size - 12]++;
	assert_int_equal(fit(message, size), BS_DNS_FOREIGN);
	answer(message, 0, 0);
	message[5] = 2;
	assert_int_equal(fit(message, size), BS_DNS_FOREIGN);
	answer(message, 0, 0);
	for (size_t cut = 0; cut < size - 11; cut++)
		assert_int_equal(fit(message, cut), BS_DNS_FOREIGN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_octets),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_answers),
	    cmocka_unit_test(test_edns_refused),
	    cmocka_unit_test(test_strangers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
