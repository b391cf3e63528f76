/* The cache of DNS answers: kept, shared, forgotten. */
#include <unistd.h>

#include "common/dns/cache.h"
#include "tests/unit/unit.h"

/* A resolver that answers when the test says so; the cache's own is not linked
 * in. */
#define ASKED_MAX 2000

static struct {
	char name[BS_HOST_MAX];
	bs_dns_done *done;
	void *context;
} asked[ASKED_MAX];
static unsigned asked_count;

void
bs_dns_ask(struct bs_dns *dns, const char *name, enum bs_dns_type type,
    bs_dns_done *done, void *context)
{
	(void)dns;
	(void)type;
	assert_true(asked_count < ASKED_MAX);
	snprintf(asked[asked_count].name, BS_HOST_MAX, "%s", name);
	asked[asked_count].done = done;
	asked[asked_count].context = context;
	asked_count++;
}

static void
reply(unsigned n, enum bs_dns_status status, uint32_t ttl, size_t len)
{
	static union {
		struct bs_dns_answer answer;
		char room[BS_DNS_ANSWER_SIZE(4096)];
	} is;

	memset(&is, 0, sizeof(is));
	is.answer.status = status;
	is.answer.ttl_seconds = ttl;
	is.answer.len = len;
	is.answer.count = len > 0;
	asked[n].done(asked[n].context, &is.answer);
}

static struct bs_dns_cache *cache;

/* Somebody who waits, and keeps what came. */
struct somebody {
	struct bs_dns_waiter waiter;
	struct bs_dns_known *known;
	unsigned told;
};

static void
on_told(struct bs_dns_waiter *waiter, struct bs_dns_known *known)
{
	struct somebody *somebody = waiter->context;

	somebody->known = known;
	somebody->told++;
}

static void
ask(struct somebody *somebody, const char *name)
{
	memset(somebody, 0, sizeof(*somebody));
	somebody->waiter.done = on_told;
	somebody->waiter.context = somebody;
	bs_dns_cache_ask(cache, name, BS_DNS_A, &somebody->waiter);
}

static bool
is_known(const char *name)
{
	struct bs_dns_known *known = bs_dns_cache_find(cache, name, BS_DNS_A);

	bs_dns_known_release(known);
	return known != NULL;
}

static void
test_shared(void **state)
{
	struct somebody one;
	struct somebody other;
	struct somebody late;

	(void)state;
	ask(&one, "Example.Org.");
	ask(&other, "example.org");
	assert_int_equal(asked_count, 1);
	assert_string_equal(asked[0].name, "example.org");
	assert_false(is_known("example.org"));
	reply(0, BS_DNS_FOUND, 300, 6);
	assert_int_equal(one.told, 1);
	assert_ptr_equal(one.known, other.known);
	assert_true(bs_dns_known_is(one.known, "EXAMPLE.org", BS_DNS_A));
	assert_false(bs_dns_known_is(one.known, "example.org", BS_DNS_MX));
	assert_true(is_known("EXAMPLE.ORG"));
	ask(&late, "example.org");
	assert_int_equal(asked_count, 1);
	assert_int_equal(late.told, 1);
	bs_dns_known_release(one.known);
	bs_dns_known_release(other.known);
	bs_dns_known_release(late.known);
}

static void
test_cancel(void **state)
{
	struct somebody one;
	struct somebody other;

	(void)state;
	ask(&one, "example.org");
	ask(&other, "example.org");
	bs_dns_cache_cancel(&one.waiter);
	bs_dns_cache_cancel(&one.waiter);
	reply(0, BS_DNS_NO_NAME, 60, 0);
	assert_int_equal(one.told, 0);
	assert_int_equal(other.told, 1);
	assert_true(is_known("example.org"));
	bs_dns_known_release(other.known);
}

static void
test_lifetimes(void **state)
{
	static const struct {
		const char *name;
		enum bs_dns_status status;
		uint32_t ttl;
		bool now;
		bool later;
	} cases[] = {
	    {"never.example", BS_DNS_FOUND, 0, false, false},
	    {"shortly.example", BS_DNS_FOUND, 1, true, false},
	    {"long.example", BS_DNS_FOUND, 300, true, true},
	    {"none.example", BS_DNS_NO_NAME, 1, true, false},
	    {"unsaid.example", BS_DNS_NO_DATA, 0, true, true},
	    {"failed.example", BS_DNS_FAILED, 0, true, true},
	};
	struct somebody somebody;

	(void)state;
	for (unsigned i = 0; i < COUNT(cases); i++) {
		ask(&somebody, cases[i].name);
		reply(i, cases[i].status, cases[i].ttl, 0);
		bs_dns_known_release(somebody.known);
		assert_int_equal(is_known(cases[i].name), cases[i].now);
	}
	sleep(2);
	for (unsigned i = 0; i < COUNT(cases); i++)
		assert_int_equal(is_known(cases[i].name), cases[i].later);
}

/* The cache keeps to its limit. Questions under way stay, and an answer that
 * somebody holds stays valid. */
static void
test_bound(void **state)
{
	struct somebody held;
	struct somebody used;
	struct somebody somebody;
	char name[40];

	(void)state;
	ask(&held, "held.example");
	reply(0, BS_DNS_FOUND, 300, 1000);
	ask(&used, "used.example");
	reply(1, BS_DNS_FOUND, 300, 1000);
	bs_dns_known_release(used.known);
	for (unsigned i = 2; i < 500; i++) {
		snprintf(name, sizeof(name), "n%u.example", i);
		ask(&somebody, name);
		reply(i, BS_DNS_FOUND, 300, 1000);
		bs_dns_known_release(somebody.known);
		assert_true(is_known("used.example"));
	}
	assert_false(is_known("held.example"));
	assert_false(is_known("n2.example"));
	assert_true(is_known("n499.example"));
	assert_int_equal(bs_dns_known_answer(held.known)->len, 1000);
	bs_dns_known_release(held.known);
}

static int
set_up(void **state)
{
	(void)state;
	asked_count = 0;
	cache = bs_dns_cache_new(NULL, 64 * 1024);
	return cache == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	bs_dns_cache_free(cache);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_shared),
	    TEST(test_cancel),
	    TEST(test_lifetimes),
	    TEST(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
