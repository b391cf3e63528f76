/* Sign and verify beside the bare HMAC, in turn in one run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/keys/keyring.h"
#include "common/keys/mac.h"
#include "common/mail/address.h"
#include "common/keys/tag.h"
#include "tests/bench/bench.h"

#define ROUNDS 51
#define CALLS 8000
#define TODAY 20000
#define LIFETIME_DAYS 10
#define NOW ((int64_t)TODAY * BS_DAY_SECONDS)

static struct bs_keyring keyring;
static const char plain[] = "alice.liddell@example.org";
static char tagged[BS_ADDRESS_MAX];
static char input[BS_TAG_INPUT_MAX];
static size_t input_len;
static volatile unsigned sink; /* keeps the compiler from leaving work out */

static void
bare_hmac(void)
{
	const struct bs_key *key = bs_keyring_active(&keyring);
	uint8_t mac[BS_TAG_MAC_LEN];

	bs_mac_tag(key->secret, key->secret_len, input, input_len, mac);
	sink += mac[0];
}

static void
sign(void)
{
	struct bs_tag tag = {.form = BS_FORM_PRVS};

	bench_must(bs_address_parse(plain, sizeof(plain) - 1, &tag.plain),
	    "parse");
	bench_must(bs_keyring_sign(&keyring, &tag, TODAY, LIFETIME_DAYS),
	    "sign");
	sink += tag.mac[0];
}

static void
sign_whole(void)
{
	struct bs_tag tag = {.form = BS_FORM_PRVS};

	bench_must(bs_address_parse(plain, sizeof(plain) - 1, &tag.plain),
	    "parse");
	bench_must(bs_keyring_sign(&keyring, &tag, TODAY, LIFETIME_DAYS),
	    "sign");
	bench_must(bs_tag_write(&tag, tagged, sizeof(tagged)), "write");
	sink += (unsigned char)tagged[7];
}

static void
verify(void)
{
	struct bs_address address;
	struct bs_tag tag;

	bench_must(bs_address_parse(tagged, strlen(tagged), &address), "parse");
	if (bs_tag_parse(&address, &tag) != BS_SHAPE_OURS ||
	    bs_keyring_verify(&keyring, &tag, TODAY, LIFETIME_DAYS) !=
		BS_TAG_VALID)
		bench_fail("verify");
	sink += tag.digits;
}

static void
hash(void)
{
	static const uint8_t key[BS_STORE_KEY_LEN] = "store key";
	uint8_t out[16];

	bs_mac_hash(key, plain, sizeof(plain) - 1, out);
	sink += out[0];
}

static void
set_up(void)
{
	struct bs_tag tag = {.form = BS_FORM_PRVS};
	int len;

	bench_must(bs_keyring_make(&keyring, 3, BS_KEY_MADE, NOW), "make");
	bench_must(bs_keyring_activate(&keyring, 3, NOW), "activate");
	sign_whole();
	bench_must(bs_address_parse(plain, sizeof(plain) - 1, &tag.plain),
	    "parse");
	if ((len = bs_tag_mac_input(&tag, false, input)) < 0)
		bench_must(len, "input");
	input_len = (size_t)len;
}

int
main(void)
{
	static const struct {
		const char *name;
		void (*call)(void);
	} kinds[] = {
	    {"bare HMAC-SHA1 (bs_mac_tag)", bare_hmac},
	    {"parse, sign", sign},
	    {"parse, sign, write the address", sign_whole},
	    {"parse, verify", verify},
	    {"store key of an address", hash},
	};
	enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
	double ns[KINDS][ROUNDS];

	set_up();
	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t kind = 0; kind < KINDS; kind++) {
			int64_t start = bench_now_ns();

			for (size_t i = 0; i < CALLS; i++)
				kinds[kind].call();
			ns[kind][round] =
			    (double)(bench_now_ns() - start) / CALLS;
		}
	printf("ns a call, median of %d rounds of %d (p90)\n", ROUNDS, CALLS);
	for (size_t kind = 0; kind < KINDS; kind++) {
		double median = bench_percentile(ns[kind], ROUNDS, 50);
		double base = bench_percentile(ns[0], ROUNDS, 50);

		printf("%-32s %6.0f (%.0f)  %.2f x the HMAC\n",
		    kinds[kind].name, median,
		    bench_percentile(ns[kind], ROUNDS, 90), median / base);
	}
	bs_keyring_wipe(&keyring);
	return EXIT_SUCCESS;
}
