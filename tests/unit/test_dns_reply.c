/* DNS answers: what is read from honest ones and from false ones. */
#include <errno.h>
#include <stdlib.h>

#include "common/dns/reply.h"
#include "tests/unit/unit.h"

/* A reply under construction. */
struct packet {
	size_t len;
	uint8_t octets[BS_DNS_REPLY_MAX + 1000];
};

static struct packet packet;
static union {
	struct bs_dns_answer answer;
	char room[BS_DNS_ANSWER_SIZE(BS_DNS_REPLY_MAX)];
} out;

static void
put8(unsigned value)
{
	packet.octets[packet.len++] = (uint8_t)value;
}

static void
put16(unsigned value)
{
	put8(value >> 8);
	put8(value & 0xff);
}

static void
put32(uint32_t value)
{
	put16(value >> 16);
	put16(value & 0xffff);
}

static void
put_name(const char *name)
{
	while (*name != '\0') {
		size_t len = strcspn(name, ".");

		put8((unsigned)len);
		memcpy(packet.octets + packet.len, name, len);
		packet.len += len;
		name += len + (name[len] == '.');
	}
	put8(0);
}

/* Begins a reply with its question at octet 12. */
static void
begin(unsigned flags, unsigned answers, unsigned authorities, const char *name,
    unsigned type)
{
	packet.len = 0;
	put16(4711);
	put16(flags);
	put16(1);
	put16(answers);
	put16(authorities);
	put16(0);
	put_name(name);
	put16(type);
	put16(1);
}

/* A record's head, its owner by a pointer to the question, or by name. */
static void
put_head(const char *owner, unsigned type, uint32_t ttl, unsigned len)
{
	if (owner == NULL)
		put16(0xc000 | 12);
	else
		put_name(owner);
	put16(type);
	put16(1);
	put32(ttl);
	put16(len);
}

static void
put_a(const char *owner, uint32_t ttl, uint32_t address)
{
	put_head(owner, BS_DNS_A, ttl, 4);
	put32(address);
}

static void
put_named(const char *owner, unsigned type, uint32_t ttl, const char *target)
{
	bool is_mx = type == BS_DNS_MX;

	put_head(owner, type, ttl,
	    (unsigned)strlen(target) + 2 + (is_mx ? 2 : 0));
	if (is_mx)
		put16(10);
	put_name(target);
}

static const struct bs_dns_answer *
parse(const char *name, enum bs_dns_type type)
{
	/* in memory of just its size, for the sanitizer to see its end */
	uint8_t *exact = malloc(packet.len + 1);

	assert_non_null(exact);
	memcpy(exact, packet.octets, packet.len);
	bs_dns_reply_parse(exact, packet.len, name, type, &out.answer,
	    sizeof(out));
	free(exact);
	return &out.answer;
}

static void
assert_record(unsigned n, const char *text)
{
	const uint8_t *at = NULL;
	size_t len = 0;

	do
		at = bs_dns_answer_next(&out.answer, at, &len);
	while (at != NULL && n-- > 0);
	assert_non_null(at);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(at, text, len);
}

static void
test_addresses(void **state)
{
	const struct bs_dns_answer *answer;

	(void)state;
	begin(0x8180, 3, 0, "Example.ORG", BS_DNS_A);
	put_a(NULL, 300, 0x01020304);
	put_a("example.org", 60, 0x05060708);
	put_a("example.net", 1, 0x09090909); /* not what was asked */
	answer = parse("example.org.", BS_DNS_A);
	assert_int_equal(answer->status, BS_DNS_FOUND);
	assert_int_equal(answer->count, 2);
	assert_int_equal(answer->ttl_seconds, 60);
	assert_false(answer->is_alias);
	assert_record(0, "\x01\x02\x03\x04");
	assert_record(1, "\x05\x06\x07\x08");
}

static void
test_alias(void **state)
{
	const struct bs_dns_answer *answer;

	(void)state;
	begin(0x8180, 4, 0, "www.example.org", BS_DNS_A);
	put_a("c.example.net", 300, 0x01020304); /* in any order */
	put_named("b.example.net", BS_DNS_CNAME, 30, "c.example.net");
	put_named(NULL, BS_DNS_CNAME, 200, "b.example.net");
	put_a(NULL, 300, 0x09090909); /* records beside an alias do not count */
	answer = parse("www.example.org", BS_DNS_A);
	assert_int_equal(answer->status, BS_DNS_FOUND);
	assert_int_equal(answer->count, 1);
	assert_true(answer->is_alias);
	assert_int_equal(answer->ttl_seconds, 30);
	assert_record(0, "\x01\x02\x03\x04");
}

static void
test_alias_circle(void **state)
{
	(void)state;
	begin(0x8180, 2, 0, "a.example.org", BS_DNS_A);
	put_named(NULL, BS_DNS_CNAME, 200, "b.example.org");
	put_named("b.example.org", BS_DNS_CNAME, 200, "a.example.org");
	assert_int_equal(parse("a.example.org", BS_DNS_A)->status,
	    BS_DNS_FAILED);
	/* the alias itself can be asked for */
	begin(0x8180, 1, 0, "a.example.org", BS_DNS_CNAME);
	put_named(NULL, BS_DNS_CNAME, 200, "b.example.org");
	assert_int_equal(parse("a.example.org", BS_DNS_CNAME)->count, 1);
	assert_record(0, "b.example.org");
}

static void
test_names(void **state)
{
	(void)state;
	begin(0x8180, 3, 0, "example.org", BS_DNS_MX);
	put_named(NULL, BS_DNS_MX, 300, "mx.example.org");
	put_named(NULL, BS_DNS_MX, 300, "m x.example.org"); /* no name */
	put_head(NULL, BS_DNS_MX, 300, 5);
	put16(20);
	put8(1);
	put8('m');
	put8(0);
	assert_int_equal(parse("example.org", BS_DNS_MX)->count, 2);
	assert_record(0, "mx.example.org");
	assert_record(1, "m");
}

static void
test_txt(void **state)
{
	char text[16];
	const uint8_t *at;
	size_t len;

	(void)state;
	begin(0x8180, 2, 0, "example.org", BS_DNS_TXT);
	put_head(NULL, BS_DNS_TXT, 300, 8);
	memcpy(packet.octets + packet.len, "\x03v=s\x03p\0f", 8);
	packet.len += 8;
	put_head(NULL, BS_DNS_TXT, 300, 3); /* a length that lies */
	memcpy(packet.octets + packet.len, "\x05xy", 3);
	packet.len += 3;
	assert_int_equal(parse("example.org", BS_DNS_TXT)->count, 1);
	at = bs_dns_answer_next(&out.answer, NULL, &len);
	assert_int_equal(bs_dns_txt_join(at, len, text, sizeof(text)), 6);
	assert_memory_equal(text, "v=sp\0f", 6);
	assert_int_equal(bs_dns_txt_join(at, len, text, 6), 6);
	assert_int_equal(bs_dns_txt_join(at, len, text, 5), -EMSGSIZE);
	assert_memory_equal(text, "v=sp\0", 5);
	assert_int_equal(bs_dns_txt_join(at, len - 1, text, 6), -EINVAL);
}

static void
test_nothing(void **state)
{
	const struct bs_dns_answer *answer;

	(void)state;
	begin(0x8180, 0, 1, "example.org", BS_DNS_A);
	put_head("example.org", 6, 900, 24); /* SOA */
	put16(0);
	put16(0);
	for (int i = 0; i < 4; i++)
		put32(7);
	put32(120);
	answer = parse("example.org", BS_DNS_A);
	assert_int_equal(answer->status, BS_DNS_NO_DATA);
	assert_int_equal(answer->ttl_seconds, 120);
	begin(0x8183, 0, 0, "example.org", BS_DNS_A);
	assert_int_equal(parse("example.org", BS_DNS_A)->status,
	    BS_DNS_NO_NAME);
	/* an alias that leads to no name */
	begin(0x8183, 1, 0, "example.org", BS_DNS_A);
	put_named(NULL, BS_DNS_CNAME, 5, "nowhere.example");
	assert_int_equal(parse("example.org", BS_DNS_A)->status,
	    BS_DNS_NO_NAME);
	begin(0x8182, 0, 0, "example.org", BS_DNS_A);
	assert_int_equal(parse("example.org", BS_DNS_A)->status, BS_DNS_FAILED);
}

/* Half an answer is none: a look-up that failed, and no name without records.
 */
static void
test_half(void **state)
{
	size_t at;

	(void)state;
	/* an owner that points at itself */
	begin(0x8180, 1, 0, "example.org", BS_DNS_TXT);
	at = packet.len;
	put_head(NULL, BS_DNS_TXT, 300, 2);
	packet.octets[at + 1] = (uint8_t)at;
	put16(0x0161);
	assert_int_equal(parse("example.org", BS_DNS_TXT)->status,
	    BS_DNS_FAILED);
	/* name servers of others, and no SOA */
	begin(0x8180, 0, 1, "example.org", BS_DNS_TXT);
	put_named("org", 2, 300, "ns.example");
	assert_int_equal(parse("example.org", BS_DNS_TXT)->status,
	    BS_DNS_FAILED);
	begin(0x8183, 0, 1, "example.org", BS_DNS_TXT);
	put_named("org", 2, 300, "ns.example");
	assert_int_equal(parse("example.org", BS_DNS_TXT)->status,
	    BS_DNS_NO_NAME);
	/* an alias, and nothing of where it leads */
	begin(0x8180, 1, 0, "example.org", BS_DNS_TXT);
	put_named(NULL, BS_DNS_CNAME, 300, "b.example.org");
	assert_int_equal(parse("example.org", BS_DNS_TXT)->status,
	    BS_DNS_FAILED);
	/* a server that neither knows nor asks others */
	begin(0x8100, 0, 0, "example.org", BS_DNS_TXT);
	assert_int_equal(parse("example.org", BS_DNS_TXT)->status,
	    BS_DNS_FAILED);
	begin(0x8500, 0, 0, "example.org", BS_DNS_TXT);
	assert_int_equal(parse("example.org", BS_DNS_TXT)->status,
	    BS_DNS_NO_DATA);
	/* the only record is broken */
	begin(0x8180, 1, 0, "example.org", BS_DNS_TXT);
	put_head(NULL, BS_DNS_TXT, 300, 2);
	put16(0x0561);
	assert_int_equal(parse("example.org", BS_DNS_TXT)->status,
	    BS_DNS_FAILED);
}

/* RFC 6891 §6.1.3: the upper bits of the response code. */
static void
test_upper_bits(void **state)
{
	bool has_opt;

	(void)state;
	begin(0x8180, 0, 0, "example.org", BS_DNS_TXT);
	assert_int_equal(
	    bs_dns_reply_rcode(packet.octets, packet.len, &has_opt), 0);
	assert_false(has_opt);
	packet.octets[11] = 1;
	put_head("", 41, 1 << 24, 0);
	assert_int_equal(
	    bs_dns_reply_rcode(packet.octets, packet.len, &has_opt), 16);
	assert_true(has_opt);
	assert_int_equal(parse("example.org", BS_DNS_TXT)->status,
	    BS_DNS_FAILED);
	packet.len--;
	assert_int_equal(
	    bs_dns_reply_rcode(packet.octets, packet.len, &has_opt), 0);
	assert_false(has_opt);
}

static void
test_others(void **state)
{
	static const struct {
		unsigned flags;
		const char *name;
		unsigned type;
	} replies[] = {
	    {0x0180, "example.org", BS_DNS_A}, /* a query */
	    {0x8380, "example.org", BS_DNS_A}, /* cut */
	    {0x8980, "example.org", BS_DNS_A}, /* to no query */
	    {0x8180, "example.com", BS_DNS_A}, /* to another one */
	    {0x8180, "xexample.org", BS_DNS_A},
	    {0x8180, "example.org.x", BS_DNS_A},
	    {0x8180, "example", BS_DNS_A},
	    {0x8180, "example.org", BS_DNS_AAAA},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++) {
		begin(replies[i].flags, 1, 0, replies[i].name, replies[i].type);
		put_a(NULL, 300, 0x01020304);
		if (parse("example.org", BS_DNS_A)->status != BS_DNS_FAILED)
			fail_msg("reply %zu was taken", i);
	}
}

/* Wherever it is cut, and whatever octet is another one: no more is read than
 * there is, and what is said to be there is there. */
static void
test_cut(void **state)
{
	size_t whole;

	(void)state;
	begin(0x8180, 3, 1, "example.org", BS_DNS_MX);
	put_named(NULL, BS_DNS_MX, 300, "mx.example.org");
	put_named("example.org", BS_DNS_CNAME, 300, "b.example.org");
	put_named("b.example.org", BS_DNS_MX, 300, "mx2.example.org");
	put_head("example.org", 6, 900, 4);
	put32(1);
	whole = packet.len;
	assert_int_equal(parse("example.org", BS_DNS_MX)->count, 1);
	for (packet.len = 0; packet.len < whole; packet.len++)
		(void)parse("example.org", BS_DNS_MX);
	packet.len = whole;
	for (size_t i = 0; i < whole; i++)
		for (unsigned value = 0; value < 256; value += 3) {
			uint8_t kept = packet.octets[i];

			packet.octets[i] = (uint8_t)value;
			(void)parse("example.org", BS_DNS_MX);
			packet.octets[i] = kept;
		}
}

/* Pointers that lead forward or to themselves. */
static void
test_pointers(void **state)
{
	(void)state;
	begin(0x8180, 1, 0, "example.org", BS_DNS_PTR);
	put_head(NULL, BS_DNS_PTR, 300, 2);
	put16(0xc000 | (unsigned)packet.len);
	assert_int_equal(parse("example.org", BS_DNS_PTR)->status,
	    BS_DNS_FAILED);
	begin(0x8180, 1, 0, "example.org", BS_DNS_PTR);
	put_head(NULL, BS_DNS_PTR, 300, 4);
	put8(1);
	put8('a');
	put16(0xc000 | (unsigned)(packet.len - 2));
	assert_int_equal(parse("example.org", BS_DNS_PTR)->status,
	    BS_DNS_FAILED);
}

static void
test_large(void **state)
{
	unsigned count = 4000;

	(void)state;
	begin(0x8180, count, 0, "example.org", BS_DNS_A);
	for (unsigned i = 0; i < count; i++)
		put_a(NULL, 300, i);
	assert_int_equal(parse("example.org", BS_DNS_A)->count, count);
	/* no room: all or nothing */
	bs_dns_reply_parse(packet.octets, packet.len, "example.org", BS_DNS_A,
	    &out.answer, BS_DNS_ANSWER_SIZE(6 * 3));
	assert_int_equal(out.answer.status, BS_DNS_FAILED);
	assert_int_equal(out.answer.count, 0);
	assert_null(bs_dns_answer_next(&out.answer, NULL, &(size_t){0}));
	for (size_t i = packet.len; i <= BS_DNS_REPLY_MAX; i++)
		put8(0);
	assert_int_equal(parse("example.org", BS_DNS_A)->status, BS_DNS_FAILED);
}

static void
test_is_name(void **state)
{
	static const char *const good[] = {"a", "a.", "a.b", "_x.example.org",
	    "a b.example", "xn--a.example"};
	static const char *const bad[] = {"", ".", "a..b", ".a", "a..",
	    "a64-octets-----------------------------------------------------x"};
	char name[300];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(bs_dns_is_name(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(bs_dns_is_name(bad[i]));
	for (size_t i = 0; i < 299; i++)
		name[i] = i % 2 ? '.' : 'a';
	name[253] = '\0';
	assert_true(bs_dns_is_name(name));
	name[253] = '.';
	name[254] = 'a';
	name[255] = '\0';
	assert_false(bs_dns_is_name(name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_alias),
	    cmocka_unit_test(test_alias_circle),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_txt),
	    cmocka_unit_test(test_nothing),
	    cmocka_unit_test(test_half),
	    cmocka_unit_test(test_upper_bits),
	    cmocka_unit_test(test_others),
	    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_pointers),
	    cmocka_unit_test(test_large),
	    cmocka_unit_test(test_is_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
