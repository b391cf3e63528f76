/* What changes between two SPF records, and lines for zone files. */
#include <arpa/inet.h>
#include <errno.h>

#include "common/spf/lint/flat.h"
#include "common/spf/lint/zone.h"
#include "tests/unit/unit.h"

#define STEPS 32

/* A record in short: "+192.0.2.0/24 ?*": a network or all with a sign,
 * "[+ ... ]" an include, "> ..." a redirect to the end, "~name" an open term
 * that may find nothing, "!" a permerror, "T" a temperror, "#" a look-up, "0"
 * one that finds nothing; "04", "T6" for clients of one family. */
struct list {
	struct bs_spf_flat_step steps[STEPS];
	size_t count;
	char words[256];
};

static enum bs_spf_result
result_of(const char *sign)
{
	return *sign == '-'   ? BS_SPF_FAIL
	       : *sign == '~' ? BS_SPF_SOFTFAIL
	       : *sign == '?' ? BS_SPF_NEUTRAL
			      : BS_SPF_PASS;
}

static void
read_net(const char *word, struct bs_spf_flat_step *step)
{
	const char *slash = strchr(word, '/');
	char address[64];
	size_t len = slash == NULL ? strlen(word) : (size_t)(slash - word);

	memcpy(address, word, len);
	address[len] = '\0';
	step->net.is_ip6 = strchr(word, ':') != NULL;
	assert_int_equal(inet_pton(step->net.is_ip6 ? AF_INET6 : AF_INET,
			     address, step->net.address),
	    1);
	step->net.prefix = slash != NULL ? (unsigned)strtol(slash + 1, NULL, 10)
			   : step->net.is_ip6 ? 128
					      : 32;
	assert_false(bs_spf_net_mask(&step->net));
}

static void
read_family(const char *word, struct bs_spf_flat_step *step)
{
	if (word[1] != '\0')
		step->family = word[1] == '6' ? 6 : 4;
}

static void
read_list(const char *text, struct list *out)
{
	size_t open[STEPS];
	size_t depth = 0;
	char *rest = out->words;
	char *word;

	memset(out, 0, sizeof(*out));
	snprintf(out->words, sizeof(out->words), "%s", text);
	while ((word = strsep(&rest, " ")) != NULL) {
		struct bs_spf_flat_step *step = &out->steps[out->count];

		if (word[0] == '\0')
			continue;
		if (word[0] == ']') {
			depth--;
			out->steps[open[depth]].inner =
			    out->count - open[depth] - 1;
			continue;
		}
		assert_true(out->count < STEPS);
		out->count++;
		step->result = result_of(&word[word[0] == '[']);
		if (word[0] == '[' || word[0] == '>') {
			step->kind = word[0] == '[' ? BS_SPF_FLAT_INCLUDE
						    : BS_SPF_FLAT_REDIRECT;
			open[depth++] = out->count - 1;
		} else if (word[0] == '!' || word[0] == 'T') {
			step->kind = BS_SPF_FLAT_BROKEN;
			step->result = word[0] == 'T' ? BS_SPF_TEMPERROR
						      : BS_SPF_PERMERROR;
			read_family(word, step);
		} else if (word[0] == '#' || word[0] == '0') {
			step->kind = word[0] == '#' ? BS_SPF_FLAT_LOOKUP
						    : BS_SPF_FLAT_VOID;
			read_family(word, step);
		} else if (word[1] == '*') {
			step->kind = BS_SPF_FLAT_ALL;
		} else if (strpbrk(word, ".:") != NULL) {
			step->kind = BS_SPF_FLAT_NET;
			read_net(word + 1, step);
		} else {
			step->kind = BS_SPF_FLAT_OPEN;
			step->text = word + 1;
			step->more_voids = 1;
		}
	}
	while (depth > 0) {
		depth--;
		out->steps[open[depth]].inner = out->count - open[depth] - 1;
	}
}

/* Writes "192.0.2.0/24 fail pass, ". */
static void
write_change(void *context, const struct bs_spf_change *change)
{
	char *out = context;
	char net[BS_SPF_NET_TEXT];
	size_t len = strlen(out);

	snprintf(out + len, 512 - len, "%s %s %s%s, ",
	    change->is_rest ? change->net.is_ip6 ? "rest6" : "rest4"
			    : bs_spf_net_text(&change->net, net),
	    bs_spf_result_name(change->from.result),
	    bs_spf_result_name(change->to.result),
	    change->from.open != change->to.open ? " open" : "");
}

static const struct {
	const char *from;
	const char *to;
	const char *changes;
} comparisons[] = {
    {"-*", "-*", ""},
    {"", "?*", ""},
    {"-*", "~*", "rest4 fail softfail, rest6 fail softfail, "},
    {"+192.0.2.0/24 -*", "+192.0.2.0/25 +192.0.2.128/25 -*", ""},
    {"+192.0.2.1 -*", "-*", "192.0.2.1 pass fail, "},
    {"+192.0.2.1 -*", "+192.0.2.2 -*",
	"192.0.2.1 pass fail, 192.0.2.2 fail pass, "},
    {"+192.0.2.0/24 -*", "-192.0.2.9 +192.0.2.0/24 -*",
	"192.0.2.9 pass fail, "},
    {"+192.0.2.0/24 -*", "+192.0.2.9 -*",
	"192.0.2.0/29 pass fail, 192.0.2.8 pass fail, "
	"192.0.2.10/31 pass fail, 192.0.2.12/30 pass fail, "
	"192.0.2.16/28 pass fail, 192.0.2.32/27 pass fail, "
	"192.0.2.64/26 pass fail, 192.0.2.128/25 pass fail, "},
    {"+255.255.255.255 -*", "+0.0.0.0 -*",
	"0.0.0.0 fail pass, 255.255.255.255 pass fail, "},
    {"+2001:db8::/32 -*", "+2001:db8::/33 -*",
	"2001:db8:8000::/33 pass fail, "},
    {"+::/0 -*", "+8000::/1 -*", "::/1 pass fail, "},
    {"+ffff::/16 -*", "-*", "ffff::/16 pass fail, "},
    /* no client has a mapped address: a check takes the IPv4 one */
    {"+::ffff:192.0.2.0/120 -*", "-*", ""},
    {"+::ffff:192.0.2.0/120 -*", "+::ffff:0.0.0.0/96 ~*",
	"rest4 fail softfail, rest6 fail softfail, "},
    {"+::ffff:192.0.2.0/120 -*", "+192.0.2.0/24 -*",
	"192.0.2.0/24 fail pass, "},
    {"+::fffe:0:0/96 +::ffff:0:0/96 -*", "-*", "::fffe:0:0/96 pass fail, "},
    {"+::ffff:0:0/96 +0:0:0:0:1::/80 -*", "-*", "::1:0:0:0/80 pass fail, "},
    {"+::fffe:0:0/95 -*", "-*", "::fffe:0:0/95 pass fail, "},
    {"-::ffff:0:0/96 +::/0 -*", "-*", "::/0 pass fail, "},
    /* who is included passes by the include's sign; its fail says
     * nothing */
    {"[+ -192.0.2.1 +192.0.2.0/30 -* ] ~*", "~192.0.2.1 +192.0.2.0/30 ~*", ""},
    {"[- +192.0.2.0/30 ] +*", "-192.0.2.0/30 +*", ""},
    {"[+ [+ +192.0.2.1 ] ] -*", "+192.0.2.1 -*", ""},
    {"[+ +192.0.2.1 > +192.0.2.2 ] ] -*", "+192.0.2.1 +192.0.2.2 -*", ""},
    {"+192.0.2.1 > -*", "+192.0.2.1 -*", ""},
    {"+192.0.2.1 > ", "+192.0.2.1", ""},
    {"+192.0.2.1 [+ ! ] -*", "+192.0.2.1 -*",
	"rest4 permerror fail, rest6 permerror fail, "},
    {"~192.0.2.0/24 ~*", "+192.0.2.0/25 -*",
	"192.0.2.0/25 softfail pass, 192.0.2.128/25 softfail fail, "
	"rest4 softfail fail, rest6 softfail fail, "},
    /* open terms count where they come before the decision */
    {"~some +192.0.2.1 -*", "~some +192.0.2.1 -*", ""},
    {"+192.0.2.0/31 ~some -*", "~some +192.0.2.0/31 -*",
	"192.0.2.0/31 pass pass open, "},
    {"+0.0.0.0/0 +::/0 ~some", "+0.0.0.0/0 +::/0", ""},
    {"~some -*", "~other -*", "rest4 fail fail open, rest6 fail fail open, "},
    {"~some -*", "-some -*", "rest4 fail fail open, rest6 fail fail open, "},
    /* ten look-ups are allowed, and two that find nothing; who matched
     * before has a result */
    {"# # # # # # # # # # -*", "-*", ""},
    {"# # # # # # # # # # # -*", "-*",
	"rest4 permerror fail, rest6 permerror fail, "},
    {"# # # # # # # # # # +192.0.2.1 # +192.0.2.2 -*",
	"+192.0.2.1 +192.0.2.2 -*",
	"192.0.2.2 permerror pass, rest4 permerror fail, rest6 "
	"permerror fail, "},
    {"# # # # # # # # # [+ # # ] -*", "-*",
	"rest4 permerror fail, rest6 permerror fail, "},
    {"[+ # # # # # # # # # # +192.0.2.1 ] # -*", "+192.0.2.1 -*",
	"rest4 permerror fail, rest6 permerror fail, "},
    {"0 0 -*", "-*", ""},
    {"0 0 0 -*", "! ", ""},
    {"0 0 0 -*", "# # # # # # # # # # # -*", ""},
    {"0 0 04 -*", "-*", "rest4 permerror fail, "},
    {"06 06 06 -*", "-*", "rest6 permerror fail, "},
    /* what is not known is never the same */
    {"T -*", "T -*", "rest4 temperror temperror, rest6 temperror temperror, "},
    {"+192.0.2.1 T6 -*", "+192.0.2.1 -*", "rest6 temperror fail, "},
    {"+0.0.0.0/0 +::/0 T -*", "+0.0.0.0/0 +::/0", ""},
    /* what an open term found nothing of counts for both, unless one is
     * so near the limit that it may break it */
    {"~some 0 -*", "~some -*", ""},
    {"~some 0 0 -*", "~some 0 -*",
	"rest4 fail fail open, rest6 fail fail open, "},
};

static void
test_compare(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(comparisons); i++) {
		struct bs_spf_edge edges[4 * STEPS + 2];
		struct list from;
		struct list to;
		char changes[512] = "";

		read_list(comparisons[i].from, &from);
		read_list(comparisons[i].to, &to);
		assert_int_equal(
		    bs_spf_flat_compare(
			&(struct bs_spf_flat){from.steps, from.count},
			&(struct bs_spf_flat){to.steps, to.count}, edges,
			COUNT(edges), write_change, changes),
		    0);
		if (strcmp(changes, comparisons[i].changes) != 0)
			fail_msg("'%s' to '%s': %s", comparisons[i].from,
			    comparisons[i].to, changes);
	}
}

static void
test_no_room(void **state)
{
	struct bs_spf_edge edges[2];
	struct list list;

	(void)state;
	read_list("+192.0.2.1 -*", &list);
	assert_int_equal(
	    bs_spf_flat_compare(&(struct bs_spf_flat){list.steps, list.count},
		&(struct bs_spf_flat){list.steps, list.count}, edges, 2,
		write_change, NULL),
	    -ENOSPC);
}

static void
test_reserved(void **state)
{
	static const struct {
		const char *net;
		bool reserved;
		bool wide;
	} cases[] = {
	    {"+10.1.0.0/16", true, true},
	    {"+10.1.2.3", true, false},
	    {"+172.31.0.0/24", true, false},
	    {"+172.32.0.0/24", false, false},
	    {"+192.168.1.0/24", true, false},
	    {"+100.64.0.1", true, false},
	    {"+127.0.0.1", true, false},
	    {"+224.0.0.0/4", true, true},
	    {"+255.255.255.255", true, false},
	    {"+192.0.2.0/24", false, false},
	    {"+8.0.0.0/8", false, true},
	    {"+fd00::/8", true, true},
	    {"+fe80::1", true, false},
	    {"+::1", true, false},
	    {"+2001:db8::/32", false, true},
	    {"+2001:db8::/33", false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct list list;

		read_list(cases[i].net, &list);
		if ((bs_spf_net_reserved(&list.steps[0].net) != NULL) !=
			cases[i].reserved ||
		    bs_spf_net_is_wide(&list.steps[0].net) != cases[i].wide)
			fail_msg("%s", cases[i].net);
	}
}

static void
test_zone_line(void **state)
{
	static const char short_record[] = "v=spf1 a x=\"\\ -all";
	char record[700];
	char line[900];
	int len;

	(void)state;
	len = bs_spf_zone_line("example.org", 3600, short_record,
	    strlen(short_record), line, sizeof(line));
	assert_string_equal(line,
	    "example.org. 3600 IN TXT \"v=spf1 a x=\\\"\\\\ -all\"");
	assert_int_equal(len, strlen(line));
	assert_int_equal(bs_spf_zone_line("example.org", 3600, short_record,
			     strlen(short_record), line, (size_t)len),
	    -EMSGSIZE);
	assert_int_equal(
	    bs_spf_zone_line("a.example", 60, "", 0, line, sizeof(line)),
	    strlen("a.example. 60 IN TXT \"\""));

	memset(record, 'x', sizeof(record));
	record[250] = ' ';
	len =
	    bs_spf_zone_line("a.example", 60, record, 700, line, sizeof(line));
	assert_true(len > 0);
	assert_memory_equal(line + 22 + 250, " \" \"x", 5);
	/* 251, 255, 194: no string is longer than the limit */
	assert_int_equal(len, 20 + 3 * 3 + 700);
}

/* Names that break no zone. */
static void
test_zone_name(void **state)
{
	static const char *const good[] = {"a", "a.example", "_dmarc.a.example",
	    "xn--bcher-kva.example", "1.2.example", "a-b.example"};
	static const char *const bad[] = {"", ".", "a..b", ".a", "a.", "-a.b",
	    "a-.b", "a b", "a;b", "a\"b", "a\\b", "a(b", "@", "$TTL", "*.a",
	    "b\xc3\xbc.example",
	    ("01234567890123456789012345678901234567890123456789012345678901"
	     "23.a")};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (!bs_spf_zone_is_name(good[i]))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (bs_spf_zone_is_name(bad[i]))
			fail_msg("%s", bad[i]);
}

static void
test_zone_read(void **state)
{
	static const struct {
		const char *text;
		int len;
		const char *record;
	} cases[] = {
	    {"\"v=spf1 \" \"-all\"", 13, "\007v=spf1 \004-all"},
	    {"a.example. IN TXT ( \"a\"\n\t\"b\\\"\" )", 5, "\001a\002b\""},
	    {"\"\"", 1, "\000"},
	    {"\"a\"\"b\"", 4, "\001a\001b"},
	    {"v=spf1 -all", -EINVAL, NULL},
	    {"", -EINVAL, NULL},
	    {"\"v=spf1", -EINVAL, NULL},
	    {"\"v=spf1\\", -EINVAL, NULL},
	    {"\"a\" b", 4, "\001a\001b"},
	    {"a.example. 60 IN TXT \"a\" ; c", 2, "\001a"},
	    {"a.example. 60 IN TXT \"a\" ; \"c\"", 2, "\001a"},
	    {"a.example.\tIN\tTXT\t\"a;b\";c\n", 4, "\003a;b"},
	    {"a.example. IN 60 TXT \"a\"", 2, "\001a"},
	    {"a.example. TXT \"a\"\r\n", 2, "\001a"},
	    {" 1h txt \"a\"", 2, "\001a"},
	    {"TXT \"a\"", 2, "\001a"},
	    {"txt IN TXT \"a\"", 2, "\001a"},
	    {"; an \"old\" one\n@ IN TXT \"a\"", 2, "\001a"},
	    {"@ IN TXT (\n \"a\" ; (one\n \"b\" ; two)\n)\n; end", 4,
		"\001a\001b"},
	    {"@ ( IN\n TXT \"a\"\n \"b\" )", 4, "\001a\001b"},
	    {"@ IN TXT (v=spf1\n-all)", 12, "\006v=spf1\004-all"},
	    {"@ IN TXT v=spf1\\032-all", 12, "\013v=spf1 -all"},
	    {"\"\\034\\\"\\999\"", 6, "\005\"\"999"},
	    {"\"a\"\n\"b\"", 4, "\001a\001b"},
	    {"@ IN TXT \"a\"\n@ IN MX 10 b.example.", -EINVAL, NULL},
	    {"@ IN TXT ; \"a\"", -EINVAL, NULL},
	    {"@ IN TXT a\\", -EINVAL, NULL},
	    {"\"0123456789abcdef\"", -EMSGSIZE, NULL},
	};
	char text[300];
	uint8_t out[16];
	uint8_t large[512];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(
		    bs_spf_zone_read(cases[i].text, out, sizeof(out)),
		    cases[i].len);
		if (cases[i].len > 0)
			assert_memory_equal(out, cases[i].record,
			    (size_t)cases[i].len);
	}
	memset(text, 'x', sizeof(text));
	text[0] = text[256] = '"';
	text[257] = '\0';
	assert_int_equal(bs_spf_zone_read(text, large, sizeof(large)), 256);
	text[256] = 'x';
	text[257] = '"';
	text[258] = '\0';
	assert_int_equal(bs_spf_zone_read(text, large, sizeof(large)),
	    -EMSGSIZE);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_compare),
	    cmocka_unit_test(test_no_room),
	    cmocka_unit_test(test_reserved),
	    cmocka_unit_test(test_zone_line),
	    cmocka_unit_test(test_zone_name),
	    cmocka_unit_test(test_zone_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
