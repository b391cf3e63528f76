/* SNTP: what is asked, and what an answer says of the clock. */
#include <errno.h>
#include <string.h>

#include "common/cli/doctor/sntp.h"
#include "tests/unit/unit.h"

#define TOKEN UINT64_C(0x0123456789abcdef)
#define SENT_MS (INT64_C(1800000000) * 1000)
#define TO_1970 UINT64_C(2208988800)

/* A time of ours as a server writes it: what is beyond 2036 begins anew. */
static uint64_t
stamp(int64_t ms)
{
	uint64_t seconds = (uint64_t)(ms / 1000) + TO_1970;

	return (seconds << 32) + (((uint64_t)(ms % 1000) << 32) / 1000) + 1;
}

static void
put(uint8_t *octets, size_t at, uint64_t number)
{
	for (size_t i = 0; i < 8; i++)
		octets[at + i] = (uint8_t)(number >> (56 - 8 * i));
}

/* An honest answer of stratum 2. */
static void
answer(int64_t receive_ms, int64_t transmit_ms, uint8_t octets[static 48])
{
	memset(octets, 0, 48);
	octets[0] = 4 << 3 | 4;
	octets[1] = 2;
	put(octets, 24, TOKEN);
	put(octets, 32, stamp(receive_ms));
	put(octets, 40, stamp(transmit_ms));
}

static void
test_question(void **state)
{
	uint8_t octets[BS_SNTP_OCTETS];
	static const uint8_t token[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
	    0xcd, 0xef};

	(void)state;
	bs_sntp_write(TOKEN, octets);
	assert_int_equal(octets[0], 0x23); /* version 4, client */
	for (size_t i = 1; i < 40; i++)
		assert_int_equal(octets[i], 0);
	assert_memory_equal(octets + 40, token, sizeof(token));
}

static void
test_offset(void **state)
{
	static const struct {
		int64_t ahead_ms; /* the server's clock */
		int64_t there_ms; /* the ways, and what lies between */
		int64_t within_ms;
		int64_t back_ms;
		int64_t told_ms;
	} cases[] = {
	    {0, 10, 1, 10, 0}, {5000, 10, 0, 10, 5000},
	    {-5000, 10, 2, 10, -5000}, {86400000, 0, 0, 0, 86400000},
	    {-INT64_C(30) * 365 * 86400000, 20, 0, 20,
		-INT64_C(30) * 365 * 86400000},
	    {INT64_C(15) * 365 * 86400000, 20, 0, 20, /* past 2036 */
		INT64_C(15) * 365 * 86400000},
	    {0, 100, 0, 0, 50}, /* the way there took it all */
	};
	uint8_t octets[48];
	struct bs_sntp_answer out;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t receive = SENT_MS + cases[i].there_ms;
		int64_t transmit = receive + cases[i].within_ms;

		answer(receive + cases[i].ahead_ms,
		    transmit + cases[i].ahead_ms, octets);
		assert_int_equal(bs_sntp_read(octets, sizeof(octets), TOKEN,
				     SENT_MS, transmit + cases[i].back_ms,
				     &out),
		    0);
		assert_int_equal(out.ahead_ms, cases[i].told_ms);
		assert_int_equal(out.delay_ms,
		    cases[i].there_ms + cases[i].back_ms);
		assert_int_equal(out.stratum, 2);
	}
}

static void
test_refused(void **state)
{
	static const struct {
		size_t len;
		size_t at; /* an octet that is other than it should be */
		uint8_t octet;
		int rc;
	} cases[] = {
	    {48, 0, 0x23, -EPROTO},  /* a client's */
	    {48, 0, 0x25, -EPROTO},  /* broadcast */
	    {47, 1, 2, -EPROTO},     /* cut off */
	    {0, 1, 2, -EPROTO},	     /* nothing */
	    {48, 24, 0x02, -EAGAIN}, /* of another question */
	    {48, 31, 0xee, -EAGAIN},
	    {48, 0, 0xe4, -ENODATA}, /* not synchronized */
	    {48, 1, 0, -ENODATA},    /* kiss of death */
	    {48, 1, 16, -ENODATA},
	    {48, 40, 0x01, -EPROTO}, /* sent before it was received */
	};
	uint8_t octets[48];
	struct bs_sntp_answer out;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		answer(SENT_MS, SENT_MS, octets);
		octets[cases[i].at] = cases[i].octet;
		if (cases[i].at == 40) /* else it is of the next era */
			octets[40] = octets[32] - 1;
		assert_int_equal(bs_sntp_read(octets, cases[i].len, TOKEN,
				     SENT_MS, SENT_MS + 20, &out),
		    cases[i].rc);
	}
	for (size_t at = 32; at <= 40; at += 8) {
		answer(SENT_MS, SENT_MS, octets);
		memset(octets + at, 0, 8);
		assert_int_equal(bs_sntp_read(octets, 48, TOKEN, SENT_MS,
				     SENT_MS + 20, &out),
		    -ENODATA);
	}
}

/* What it says to have worked on it longer than it was away. */
static void
test_impossible_span(void **state)
{
	uint8_t octets[48];
	struct bs_sntp_answer out;

	(void)state;
	answer(SENT_MS, SENT_MS + 5000, octets);
	assert_int_equal(
	    bs_sntp_read(octets, 48, TOKEN, SENT_MS, SENT_MS + 20, &out),
	    -EPROTO);
}

/* Extensions and a digest may follow. */
static void
test_longer(void **state)
{
	uint8_t octets[68] = {0};
	struct bs_sntp_answer out;

	(void)state;
	answer(SENT_MS, SENT_MS, octets);
	assert_int_equal(
	    bs_sntp_read(octets, sizeof(octets), TOKEN, SENT_MS, SENT_MS, &out),
	    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_question),
	    cmocka_unit_test(test_offset),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_impossible_span),
	    cmocka_unit_test(test_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
