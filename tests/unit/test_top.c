/* Space-Saving: what a table of fixed size says of a long stream, beside an
 * exact count. */
#include "common/store/top.h"
#include "tests/unit/unit.h"

#define STREAM 1000000
#define NAMES 50000

static struct bs_top top;
static struct bs_top_entry entries[8 * BS_TOP_SLOTS];
static int64_t exact[NAMES + 1]; /* the last one: of all that came once */
static double share[NAMES];	 /* of the names up to this one */

/* xorshift: the same stream in each run. */
static uint64_t
draw(void)
{
	static uint64_t x = 88172645463325252ULL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* Name n of n = 1, 2, ... comes in proportion to 1/n. */
static unsigned
draw_zipf(void)
{
	double at = (double)(draw() >> 11) / (double)(1ULL << 53);
	unsigned low = 0;
	unsigned high = NAMES - 1;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (share[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int
set_up(void **state)
{
	double sum = 0;

	(void)state;
	bs_top_clear(&top);
	memset(exact, 0, sizeof(exact));
	for (unsigned i = 0; i < NAMES; i++)
		sum += 1.0 / (i + 1);
	share[0] = 1.0 / sum;
	for (unsigned i = 1; i < NAMES; i++)
		share[i] = share[i - 1] + 1.0 / (i + 1) / sum;
	return 0;
}

static void
count(unsigned name)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "mx%u.example.org", name);

	bs_top_count(&top, text, (size_t)len);
	if (name < NAMES)
		exact[name]++;
	else
		exact[NAMES] = 1;
}

/* Who an entry is, by the number in its text; NAMES for who came once. */
static unsigned
name_of(const struct bs_top_entry *entry)
{
	char text[BS_TOP_TEXT_MAX + 1] = "";
	unsigned name = 0;

	memcpy(text, entry->text, entry->len);
	assert_int_equal(memcmp(text, "mx", 2), 0);
	name = (unsigned)strtoul(text + 2, NULL, 10);
	return name < NAMES ? name : NAMES;
}

static void
assert_bounds(const struct bs_top_entry *found, size_t found_count,
    int64_t floor)
{
	static bool is_there[NAMES];

	memset(is_there, 0, sizeof(is_there));
	for (size_t i = 0; i < found_count; i++) {
		unsigned name = name_of(&found[i]);

		assert_true(found[i].count >= exact[name]);
		assert_true(found[i].count - found[i].error <= exact[name]);
		if (name < NAMES)
			is_there[name] = true;
	}
	for (unsigned name = 0; name < NAMES; name++)
		if (!is_there[name])
			assert_true(exact[name] <= floor);
}

static int64_t
sum_of(const struct bs_top_entry *found, size_t found_count)
{
	int64_t sum = 0;

	for (size_t i = 0; i < found_count; i++)
		sum += found[i].count;
	return sum;
}

static void
counts_a_skewed_stream(void **state)
{
	int64_t floor;
	size_t found;

	(void)state;
	for (int i = 0; i < STREAM; i++)
		count(draw_zipf());
	found = bs_top_copy(&top, entries, &floor);
	assert_int_equal(found, BS_TOP_SLOTS);
	assert_int_equal(sum_of(entries, found), STREAM);
	assert_true(floor <= STREAM / BS_TOP_SLOTS);
	assert_bounds(entries, found, floor);
	/* the first 20 are the true first 20, in their order */
	(void)bs_top_add_up(entries, found, 0);
	for (unsigned i = 0; i < 20; i++)
		assert_true(exact[name_of(&entries[i])] >= exact[19]);
}

/* Between those that are frequent come as many that come only once each. */
static void
an_adversary_hides_nobody_frequent(void **state)
{
	int64_t floor;
	size_t found;

	(void)state;
	for (int i = 0; i < STREAM; i++)
		count(i % 10 == 0 ? (unsigned)(draw() % 20)
				  : NAMES + (unsigned)i);
	found = bs_top_copy(&top, entries, &floor);
	assert_int_equal(sum_of(entries, found), STREAM);
	assert_true(floor <= STREAM / BS_TOP_SLOTS);
	assert_bounds(entries, found, floor);
	(void)bs_top_add_up(entries, found, 0);
	for (unsigned i = 0; i < 20; i++)
		assert_true(name_of(&entries[i]) < 20);
}

static void
an_adversary_alone_has_small_counts(void **state)
{
	int64_t floor;
	size_t found;

	(void)state;
	for (int i = 0; i < STREAM; i++)
		count(NAMES + (unsigned)i);
	found = bs_top_copy(&top, entries, &floor);
	assert_int_equal(sum_of(entries, found), STREAM);
	for (size_t i = 0; i < found; i++) {
		assert_int_equal(entries[i].count - entries[i].error, 1);
		assert_true(entries[i].count <= STREAM / BS_TOP_SLOTS + 1);
	}
}

/* The stream is that of eight days, a table each. */
static void
tables_add_up(void **state)
{
	int64_t floors = 0;
	int64_t floor;
	size_t total = 0;

	(void)state;
	for (int day = 0; day < 8; day++) {
		size_t found;

		bs_top_clear(&top);
		for (int i = 0; i < STREAM / 8; i++)
			count(day == 3 ? 5 * draw_zipf() % NAMES : draw_zipf());
		found = bs_top_copy(&top, entries + total, &floor);
		bs_top_lower(entries + total, found, floor);
		total += found;
		floors += floor;
	}
	total = bs_top_add_up(entries, total, floors);
	assert_true(total > BS_TOP_SLOTS);
	assert_bounds(entries, total, floors);
	for (size_t i = 1; i < total; i++)
		assert_true(entries[i - 1].count >= entries[i].count);
	/* as a table again: what does not fit is no more than its floor */
	bs_top_fill(&top, entries, total);
	total = bs_top_copy(&top, entries, &floor);
	assert_int_equal(total, BS_TOP_SLOTS);
	assert_true(floor >= floors);
	assert_bounds(entries, total, floor);
	count(0);
	total = bs_top_copy(&top, entries, &floor);
	assert_bounds(entries, total, floor);
}

/* A table that is not full knows all, and exactly. */
static void
few_are_exact(void **state)
{
	int64_t floor;
	size_t found;

	(void)state;
	for (int i = 0; i < STREAM / 10; i++)
		count((unsigned)(draw() % (BS_TOP_SLOTS - 1)));
	found = bs_top_copy(&top, entries, &floor);
	assert_int_equal(found, BS_TOP_SLOTS - 1);
	assert_int_equal(floor, 0);
	for (size_t i = 0; i < found; i++) {
		assert_int_equal(entries[i].error, 0);
		assert_int_equal(entries[i].count, exact[name_of(&entries[i])]);
	}
}

static void
takes_texts_of_253_octets_and_no_longer(void **state)
{
	char text[BS_TOP_TEXT_MAX + 1];
	int64_t floor;

	(void)state;
	memset(text, 'a', sizeof(text));
	bs_top_count(&top, text, sizeof(text));
	bs_top_count(&top, text, 0);
	assert_int_equal(bs_top_copy(&top, entries, &floor), 0);
	bs_top_count(&top, text, BS_TOP_TEXT_MAX);
	bs_top_count(&top, text, BS_TOP_TEXT_MAX - 1);
	assert_int_equal(bs_top_copy(&top, entries, &floor), 2);
}

/* The count of who is forgotten stays, and whoever comes by that name again is
 * somebody new. */
static void
forgets_a_name(void **state)
{
	int64_t floor;
	unsigned slot = 0;

	(void)state;
	for (int i = 0; i < 5; i++)
		count(7);
	count(8);
	while (top.entries[slot].count != 5)
		slot++;
	bs_top_forget(&top, slot);
	assert_int_equal(top.entries[slot].len, 0);
	count(7);
	assert_int_equal(bs_top_copy(&top, entries, &floor), 3);
	assert_int_equal(sum_of(entries, 3), 7);
	/* two that nobody can tell apart are not one */
	for (unsigned i = 0; i < BS_TOP_SLOTS; i++)
		if (top.entries[i].count > 0)
			bs_top_forget(&top, i);
	assert_int_equal(bs_top_copy(&top, entries, &floor), 3);
	assert_int_equal(bs_top_add_up(entries, 3, 0), 3);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(counts_a_skewed_stream),
	    TEST(an_adversary_hides_nobody_frequent),
	    TEST(an_adversary_alone_has_small_counts),
	    TEST(tables_add_up),
	    TEST(few_are_exact),
	    TEST(takes_texts_of_253_octets_and_no_longer),
	    TEST(forgets_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
