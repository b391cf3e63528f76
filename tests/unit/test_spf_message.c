/* Messages of a child that is no longer ours. */
#include <errno.h>

#include "common/spf/message.h"
#include "tests/unit/unit.h"

static struct bs_spf_message message;

static void
test_honest(void **state)
{
	(void)state;
	message.kind = BS_SPF_MESSAGE_FINDING;
	message.is.finding.result = BS_SPF_PERMERROR;
	message.is.finding.denies_all = true;
	snprintf(message.is.finding.domain, 20, "example.org");
	assert_int_equal(bs_spf_message_tidy(&message), 0);
	assert_string_equal(message.is.finding.domain, "example.org");
	memset(&message, 0, sizeof(message));
	message.kind = BS_SPF_MESSAGE_STEP;
	message.is.step.status = BS_DNS_FAILED;
	assert_int_equal(bs_spf_message_tidy(&message), 0);
}

/* Every array is filled to its end, with what breaks lines. */
static void
test_texts(void **state)
{
	const struct bs_spf_finding *finding = &message.is.finding;

	(void)state;
	memset(&message, '\n', sizeof(message));
	message.kind = BS_SPF_MESSAGE_FINDING;
	message.is.finding.result = BS_SPF_FAIL;
	message.is.finding.identity = BS_SPF_HELO;
	memset(&message.is.finding.denies_all, 0, 1);
	assert_int_equal(bs_spf_message_tidy(&message), 0);
	assert_int_equal(strlen(finding->domain), sizeof(finding->domain) - 1);
	assert_int_equal(strlen(finding->explanation),
	    sizeof(finding->explanation) - 1);
	assert_null(strchr(finding->sender, '\n'));
	assert_null(strchr(finding->mechanism, '\n'));
	assert_null(strchr(finding->problem, '\n'));
}

static void
put_number(void *at, unsigned number)
{
	memcpy(at, &number, sizeof(number));
}

static void
test_numbers(void **state)
{
	static const unsigned numbers[] = {7, 100000, 0x80000000u, 0xffffffffu};

	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		memset(&message, 0, sizeof(message));
		put_number(&message.kind, numbers[i]);
		assert_int_equal(bs_spf_message_tidy(&message), -EINVAL);
		memset(&message, 0, sizeof(message));
		message.kind = BS_SPF_MESSAGE_FINDING;
		put_number(&message.is.finding.result, numbers[i]);
		assert_int_equal(bs_spf_message_tidy(&message), -EINVAL);
		message.is.finding.result = BS_SPF_PASS;
		put_number(&message.is.finding.identity, numbers[i]);
		assert_int_equal(bs_spf_message_tidy(&message), -EINVAL);
		memset(&message, 0, sizeof(message));
		put_number(&message.is.step.status, numbers[i]);
		assert_int_equal(bs_spf_message_tidy(&message), -EINVAL);
	}
	memset(&message, 0, sizeof(message));
	message.kind = BS_SPF_MESSAGE_FINDING;
	memset(&message.is.finding.denies_all, 2, 1);
	assert_int_equal(bs_spf_message_tidy(&message), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_honest),
	    cmocka_unit_test(test_texts),
	    cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
