/* Domains beyond ASCII: one spelling, whichever the mail server shows. */
#include <errno.h>

#include "common/base/idn.h"
#include "common/engine/idn.h"
#include "tests/unit/unit.h"

static void
writes_domains(void **state)
{
	static const char *const cases[][2] = {
	    {"b\xc3\xbc"
	     "cher.example",
		"xn--bcher-kva.example"},
	    /* upper case, and an umlaut of two characters */
	    {"B\xc3\x9c"
	     "CHER.Example",
		"xn--bcher-kva.example"},
	    {"bu\xcc\x88"
	     "cher.example",
		"xn--bcher-kva.example"},
	    {"stra\xc3\x9f"
	     "e.example",
		"xn--strae-oqa.example"},
	    {"xn--bcher-kva.example", "xn--bcher-kva.example"},
	    {"example.org", "example.org"},
	    {"\xe4\xbe\x8b\xe5\xad\x90.\xe6\xb5\x8b\xe8\xaf\x95",
		"xn--fsqu00a.xn--0zwm56d"},
	};
	char out[BS_HOST_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(bs_idn_domain(cases[i][0], out), 0);
		assert_string_equal(out, cases[i][1]);
	}
}

static void
refuses_what_is_none(void **state)
{
	char out[BS_HOST_MAX];
	char many[400] = "";
	size_t len = 0;

	(void)state;
	/* Latin-1, a label of 63 octets that becomes longer */
	assert_int_equal(bs_idn_domain("b\xfc"
				       "cher.example",
			     out),
	    -EINVAL);
	while (len < 62)
		len += (size_t)snprintf(many + len, sizeof(many) - len,
		    "\xc3\xbc");
	assert_int_equal(bs_idn_domain(many, out), 0);
	while (len < 254)
		len += (size_t)snprintf(many + len, sizeof(many) - len, "a.");
	assert_int_equal(bs_idn_domain(many, out), -EINVAL);
	assert_int_equal(bs_idn_domain("", out), -EINVAL);
}

#define UMLAUT "\xc3\xbc"
#define DOMAIN "b" UMLAUT "cher.example"
#define ASCII "xn--bcher-kva.example"

static void
add(struct bs_list *list, const char *text)
{
	assert_int_equal(bs_list_add(list, text, strlen(text)), 0);
}

static void
rewrites_requests(void **state)
{
	static struct bs_request request;
	static struct bs_request out;
	const struct bs_request *judged;

	(void)state;
	snprintf(request.sender, sizeof(request.sender), "alice@example.org");
	assert_ptr_equal(bs_idn_request(&request, &out), &request);

	snprintf(request.sender, sizeof(request.sender), "%s",
	    "al" UMLAUT "ce@" DOMAIN);
	snprintf(request.recipient, sizeof(request.recipient), "%s",
	    "prvs=1234abcdef=a@b@" DOMAIN);
	snprintf(request.return_path, sizeof(request.return_path), "x@%s",
	    DOMAIN);
	snprintf(request.header_from, sizeof(request.header_from), "b\xfc@%s",
	    "b\xfc.example");
	add(&request.final_recipients, "bob@example.com");
	add(&request.final_recipients, "bob@" DOMAIN);
	add(&request.recipient_domains, DOMAIN);
	add(&request.recipient_domains, ASCII);
	request.final_recipients.guessed = true;
	judged = bs_idn_request(&request, &out);
	assert_ptr_equal(judged, &out);
	/* what stands before the '@' stays as it came */
	assert_string_equal(judged->sender, "al" UMLAUT "ce@" ASCII);
	assert_string_equal(judged->recipient, "prvs=1234abcdef=a@b@" ASCII);
	assert_string_equal(judged->return_path, "x@" ASCII);
	/* no domain in any spelling */
	assert_string_equal(judged->header_from, "b\xfc@b\xfc.example");
	assert_int_equal(judged->final_recipients.count, 2);
	assert_true(judged->final_recipients.guessed);
	assert_string_equal(bs_list_next(&judged->final_recipients,
				bs_list_next(&judged->final_recipients, NULL)),
	    "bob@" ASCII);
	assert_int_equal(judged->recipient_domains.count, 1);
	assert_string_equal(bs_list_next(&judged->recipient_domains, NULL),
	    ASCII);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(writes_domains),
	    cmocka_unit_test(refuses_what_is_none),
	    cmocka_unit_test(rewrites_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
