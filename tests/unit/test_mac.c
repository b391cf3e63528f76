/* The MACs against the vectors of RFC 2202 and RFC 4231. */
#include "common/keys/mac.h"
#include "common/store/hashes.h"
#include "tests/unit/unit.h"

static void
agrees_with_rfc_2202(void **state)
{
	static const uint8_t expected[3] = {0xef, 0xfc, 0xdf};
	uint8_t mac[3];

	(void)state;
	bs_mac_tag((const uint8_t *)"Jefe", 4, "what do ya want for nothing?",
	    28, mac);
	assert_memory_equal(mac, expected, sizeof(mac));
}

static void
takes_long_keys(void **state)
{
	static const uint8_t expected[3] = {0xaa, 0x4a, 0xe5};
	uint8_t key[80];
	uint8_t mac[3];
	const char *text = "Test Using Larger Than Block-Size Key - Hash Key "
			   "First";

	(void)state;
	memset(key, 0xaa, sizeof(key));
	bs_mac_tag(key, sizeof(key), text, strlen(text), mac);
	assert_memory_equal(mac, expected, sizeof(mac));
}

static void
agrees_with_rfc_4231(void **state)
{
	/* a key of 32 octets is one of fewer with NULs behind: test case 2 */
	static const uint8_t key[BS_STORE_KEY_LEN] = {'J', 'e', 'f', 'e'};
	static const uint8_t expected[16] = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60,
	    0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7};
	uint8_t hash[16];

	(void)state;
	bs_mac_hash(key, "what do ya want for nothing?", 28, hash);
	assert_memory_equal(hash, expected, sizeof(hash));
}

static void
compares(void **state)
{
	(void)state;
	assert_true(bs_mac_equal("abc", "abc", 3));
	assert_false(bs_mac_equal("abc", "abd", 3));
}

static void
draws_and_wipes(void **state)
{
	uint8_t a[32] = {0};
	uint8_t b[32] = {0};
	static const uint8_t zero[32];

	(void)state;
	assert_int_equal(bs_mac_random(a, sizeof(a)), 0);
	assert_int_equal(bs_mac_random(b, sizeof(b)), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	bs_mac_wipe(a, sizeof(a));
	assert_memory_equal(a, zero, sizeof(a));
}

/* Twice as many names as there is room for, in an order that pushes them out
 * again and again, and lengths up to those that are not kept. */
static void
remembered_hashes_are_the_same(void **state)
{
	static const uint8_t key[BS_STORE_KEY_LEN] = "key";
	static struct bs_hashes hashes;
	uint8_t kept[BS_RECORD_HASH];
	uint8_t made[BS_RECORD_HASH];
	char name[BS_HASHES_TEXT + 80];

	(void)state;
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 2 * BS_HASHES; i++) {
			size_t len = (size_t)i % (sizeof(name) - 10);

			memset(name, 'a', sizeof(name));
			len += (size_t)snprintf(name + len, 10, "%d",
			    i / (1 + round));
			for (int twice = 0; twice < 2; twice++) {
				bs_hashes_find(&hashes, key, name, len, kept);
				bs_mac_hash(key, name, len, made);
				assert_memory_equal(kept, made, sizeof(kept));
			}
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(agrees_with_rfc_2202),
	    cmocka_unit_test(takes_long_keys),
	    cmocka_unit_test(agrees_with_rfc_4231),
	    cmocka_unit_test(compares),
	    cmocka_unit_test(draws_and_wipes),
	    cmocka_unit_test(remembered_hashes_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
