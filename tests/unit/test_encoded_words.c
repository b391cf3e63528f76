/* Encoded words: for people, and for a search. */
#include "common/mail/encoded_words.h"
#include "tests/unit/unit.h"

struct sample {
	const char *text;
	const char *read;
};

static void
makes_utf8(void **state)
{
	static const struct sample samples[] = {
	    {"plain", "plain"},
	    {"=?UTF-8?B?UmVjaG51bmcgZsO8ciBNYWk=?=", "Rechnung f\xc3\xbcr Mai"},
	    {"=?utf-8?q?f=C3=BCr_Mai?=", "f\xc3\xbcr Mai"},
	    {"=?iso-8859-1?Q?f=FCr?=", "f\xc3\xbcr"},
	    {"=?windows-1252?Q?=80?=", "\xe2\x82\xac"},
	    {"=?KOI8-R?B?8NLJ18XU?=",
		"\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"},
	    {"=?windows-1251?Q?=CF?=", "\xd0\x9f"},
	    {"=?utf-8*de?Q?x?=", "x"},
	    /* white space between words is none; elsewhere it is */
	    {"=?utf-8?q?a?= =?utf-8?q?b?= c", "ab c"},
	    {"a =?utf-8?q?b?=", "a b"},
	    /* a character may be cut in two */
	    {"=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "\xc3\xbc"},
	    {"a\tb\x01", "a b "},
	    {"=?utf-8?q?=0Aa?=", " a"},
	    /* what cannot be read stays */
	    {"=?iso-2022-jp?B?GyRCJCIbKEI=?=",
		"=?iso-2022-jp?B?GyRCJCIbKEI=?="},
	    {"=?utf-8?q?open", "=?utf-8?q?open"},
	    {"=?", "=?"},
	    {"", ""},
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		bs_encoded_words_read(samples[i].text, strlen(samples[i].text),
		    out, sizeof(out));
		assert_string_equal(out, samples[i].read);
	}
}

static void
keeps_octets_for_a_search(void **state)
{
	static const char text[] = "=?iso-2022-jp?B?GyRCJCIbKEI=?=";
	char out[64];

	(void)state;
	bs_encoded_words_search(text, sizeof(text) - 1, out, sizeof(out));
	assert_string_equal(out, "\x1b$B$\"\x1b(B");
}

/* No half of a character is left over. */
static void
cuts_between_characters(void **state)
{
	static const char text[] = "ab=?utf-8?q?=E2=82=AC?=c";
	static const char *const cut[] = {"", "a", "ab", "ab", "ab",
	    "ab\xe2\x82\xac", "ab\xe2\x82\xac\x63"};
	char out[16];

	(void)state;
	for (size_t size = 1; size <= COUNT(cut); size++) {
		bs_encoded_words_read(text, sizeof(text) - 1, out, size);
		assert_string_equal(out, cut[size - 1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(makes_utf8),
	    cmocka_unit_test(keeps_octets_for_a_search),
	    cmocka_unit_test(cuts_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
