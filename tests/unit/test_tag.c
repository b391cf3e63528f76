/* Tags recognised, taken apart and made: ours, and everybody else's. */
#include <errno.h>

#include "common/keys/tag.h"
#include "tests/unit/unit.h"

#define MAC                                                                    \
	{                                                                      \
		0x61, 0xd4, 0xc0                                               \
	}

static struct bs_address
address_of(const char *text)
{
	struct bs_address address;

	assert_int_equal(bs_address_parse(text, strlen(text), &address), 0);
	return address;
}

static void
takes_ours_apart(void **state)
{
	static const struct {
		const char *text;
		const char *plain;
		enum bs_tag_form form;
		unsigned key;
		unsigned digits;
		uint8_t mac[BS_TAG_MAC_LEN];
	} cases[] = {
	    {"prvs=046161d4c0=alice@example.com", "alice@example.com",
		BS_FORM_PRVS, 0, 461, MAC},
	    {"<prvs=9000FFfF0a=alice@example.com>", "alice@example.com",
		BS_FORM_PRVS, 9, 0, {0xff, 0xff, 0x0a}},
	    {"PRVS=046161D4C0=Alice@Example.COM", "Alice@Example.COM",
		BS_FORM_PRVS, 0, 461, MAC},
	    /* the same mailbox as without quotes (RFC 5321 §4.1.2) */
	    {"\"prvs=046161d4c0=alice\"@example.com", "alice@example.com",
		BS_FORM_PRVS, 0, 461, MAC},
	    {"<\"PRVS=046161d4c0=alice\"@example.com>", "alice@example.com",
		BS_FORM_PRVS, 0, 461, MAC},
	    {"\"alice+prvs=046161d4c0\"@example.com", "alice@example.com",
		BS_FORM_SUBADDRESS, 0, 461, MAC},
	    {"prvs=799961d4c0=a=b=c@example.com", "a=b=c@example.com",
		BS_FORM_PRVS, 7, 999, MAC},
	    {"prvs=799961d4c0==@example.com", "=@example.com", BS_FORM_PRVS, 7,
		999, MAC},
	    {"prvs=799961d4c0=bob+tag@example.com", "bob+tag@example.com",
		BS_FORM_PRVS, 7, 999, MAC},
	    /* a foreign tag that was signed again is theirs below ours */
	    {"prvs=799961d4c0=SRS0=x=y=b.example=u@example.com",
		"SRS0=x=y=b.example=u@example.com", BS_FORM_PRVS, 7, 999, MAC},
	    {"alice+prvs=046161d4c0@example.com", "alice@example.com",
		BS_FORM_SUBADDRESS, 0, 461, MAC},
	    {"Alice+list+PRVS=046161D4C0@example.com", "Alice+list@example.com",
		BS_FORM_SUBADDRESS, 0, 461, MAC},
	    /* a user may be called so, and SRS0+ is no tag yet */
	    {"srs0+prvs=046161d4c0@example.com", "srs0@example.com",
		BS_FORM_SUBADDRESS, 0, 461, MAC},
	    /* no domain of its own: that it is not ours is another's word */
	    {"prvs=046161d4c0=alice", "alice", BS_FORM_PRVS, 0, 461, MAC},
	    {"@relay.example:prvs=046161d4c0=alice@example.com",
		"alice@example.com", BS_FORM_PRVS, 0, 461, MAC},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bs_address address = address_of(cases[i].text);
		struct bs_tag tag;
		char plain[BS_ADDRESS_MAX];

		assert_int_equal(bs_tag_parse(&address, &tag), BS_SHAPE_OURS);
		assert_int_equal(tag.form, cases[i].form);
		assert_int_equal(tag.key, cases[i].key);
		assert_int_equal(tag.digits, cases[i].digits);
		assert_memory_equal(tag.mac, cases[i].mac, BS_TAG_MAC_LEN);
		assert_int_equal(
		    bs_address_write(&tag.plain, plain, sizeof(plain)), 0);
		assert_string_equal(plain, cases[i].plain);
	}
}

static void
leaves_others_alone(void **state)
{
	static const struct {
		const char *text;
		enum bs_tag_shape shape;
	} cases[] = {
	    {"prvs=04661d4c0=alice@example.com", BS_SHAPE_FOREIGN}, /* nine */
	    {"prvs=0461d461d4c=alice@example.com", BS_SHAPE_FOREIGN},
	    {"prvs=alice=046161d4c0@example.com", BS_SHAPE_FOREIGN},
	    {"prvs=alice/046161d4c0@example.com", BS_SHAPE_FOREIGN},
	    {"prvs=046161d4c0=@example.com", BS_SHAPE_FOREIGN},
	    {"prvs=046161d4c0@example.com", BS_SHAPE_FOREIGN},
	    {"prvs=046161d4c0alice@example.com", BS_SHAPE_FOREIGN},
	    {"prvs=046161d4cg=alice@example.com", BS_SHAPE_FOREIGN},
	    {"prvs=0a6161d4c0=alice@example.com", BS_SHAPE_FOREIGN},
	    {"prvs=@example.com", BS_SHAPE_FOREIGN},
	    {"msprvs1=18001abcdefgh=bounces-1@example.com", BS_SHAPE_FOREIGN},
	    {"btv1==046161d4c0==alice@example.com", BS_SHAPE_FOREIGN},
	    {"SRS0=HHH=TT=remote.example=user@example.com", BS_SHAPE_FOREIGN},
	    {"srs0+HHH=TT=remote.example=user@example.com", BS_SHAPE_FOREIGN},
	    {"SRS1-HHH=other.example==HHH=TT=r.example=u@example.com",
		BS_SHAPE_FOREIGN},
	    {"SRS0=HHH=TT=r.example=u+prvs=046161d4c0@example.com",
		BS_SHAPE_FOREIGN},
	    {"alice@example.com", BS_SHAPE_PLAIN},
	    {"prvs@example.com", BS_SHAPE_PLAIN},
	    {"xprvs=046161d4c0=alice@example.com", BS_SHAPE_PLAIN},
	    {"prv=046161d4c0=alice@example.com", BS_SHAPE_PLAIN},
	    {"srs0@example.com", BS_SHAPE_PLAIN},
	    {"btv1=x@example.com", BS_SHAPE_PLAIN},
	    {"alice+prvs=046161d4c@example.com", BS_SHAPE_PLAIN},
	    {"alice+prvs=046161d4c0=x@example.com", BS_SHAPE_PLAIN},
	    {"alice-prvs=046161d4c0@example.com", BS_SHAPE_PLAIN},
	    {"+prvs=046161d4c0@example.com", BS_SHAPE_PLAIN},
	    /* what needs quotes was never signed */
	    {"\"prvs=046161d4c0=al ice\"@example.com", BS_SHAPE_PLAIN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bs_address address = address_of(cases[i].text);
		struct bs_tag tag;
		struct bs_tag before;

		memset(&tag, 0x5a, sizeof(tag));
		memcpy(&before, &tag, sizeof(tag));
		if (bs_tag_parse(&address, &tag) != cases[i].shape)
			fail_msg("%s", cases[i].text);
		assert_memory_equal(&tag, &before, sizeof(tag));
	}
}

static struct bs_tag
tag_for(const char *text, enum bs_tag_form form)
{
	return (struct bs_tag){
	    .form = form,
	    .key = 3,
	    .digits = 7,
	    .mac = {0xab, 0x00, 0x0f},
	    .plain = address_of(text),
	};
}

static void
writes(void **state)
{
	static const struct {
		const char *text;
		enum bs_tag_form form;
		const char *tagged;
		const char *logged;
	} cases[] = {
	    {"Alice@Example.com", BS_FORM_PRVS,
		"prvs=3007ab000f=Alice@Example.com",
		"prvs=3007xxxxxx=Alice@Example.com"},
	    {"Alice@Example.com", BS_FORM_SUBADDRESS,
		"Alice+prvs=3007ab000f@Example.com",
		"Alice+prvs=3007xxxxxx@Example.com"},
	    {"a=b@x", BS_FORM_PRVS, "prvs=3007ab000f=a=b@x",
		"prvs=3007xxxxxx=a=b@x"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bs_tag tag = tag_for(cases[i].text, cases[i].form);
		size_t size = strlen(cases[i].tagged) + 1;
		struct bs_address address;
		struct bs_tag again;
		char out[BS_ADDRESS_MAX];

		assert_int_equal(bs_tag_write(&tag, out, size), 0);
		assert_string_equal(out, cases[i].tagged);
		assert_int_equal(bs_tag_write(&tag, out, size - 1), -EMSGSIZE);
		/* a logged tag is of no use to who reads the log */
		address = address_of(cases[i].logged);
		assert_int_not_equal(bs_tag_parse(&address, &again),
		    BS_SHAPE_OURS);
		address = address_of(cases[i].tagged);
		assert_int_equal(bs_tag_parse(&address, &again), BS_SHAPE_OURS);
		assert_memory_equal(again.mac, tag.mac, BS_TAG_MAC_LEN);
	}
}

/* K, DDD and the plain address, in either form of the tag. */
static void
macs_the_plain_address(void **state)
{
	static const struct {
		const char *text;
		enum bs_tag_form form;
		bool as_is;
		const char *input;
	} cases[] = {
	    {"alice@example.com", BS_FORM_PRVS, false, "3007alice@example.com"},
	    {"Alice@Example.com", BS_FORM_PRVS, false, "3007alice@example.com"},
	    {"Alice@Example.com", BS_FORM_PRVS, true, "3007Alice@Example.com"},
	    {"Alice@Example.com", BS_FORM_SUBADDRESS, false,
		"3007alice@example.com"},
	    {"bob+tag@example.com", BS_FORM_PRVS, false,
		"3007bob+tag@example.com"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bs_tag tag = tag_for(cases[i].text, cases[i].form);
		char input[BS_TAG_INPUT_MAX];

		assert_int_equal(bs_tag_mac_input(&tag, cases[i].as_is, input),
		    strlen(cases[i].input));
		assert_string_equal(input, cases[i].input);
	}
}

/* Also what does not fit an address any more once it is tagged. */
static void
bounds_lengths(void **state)
{
	char text[BS_ADDRESS_MAX];
	char out[BS_ADDRESS_MAX];
	char input[BS_TAG_INPUT_MAX];
	struct bs_tag tag;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[255] = '@';
	text[BS_ADDRESS_MAX - 1] = '\0';
	tag = tag_for(text, BS_FORM_PRVS);
	assert_int_equal(bs_tag_mac_input(&tag, false, input),
	    BS_TAG_INPUT_MAX - 1);
	assert_int_equal(bs_tag_write(&tag, out, sizeof(out)), -EMSGSIZE);
	text[BS_ADDRESS_MAX - 1 - BS_TAG_COST] = '\0';
	tag = tag_for(text, BS_FORM_PRVS);
	assert_int_equal(bs_tag_write(&tag, out, sizeof(out)), 0);
	assert_int_equal(strlen(out), BS_ADDRESS_MAX - 1);
}

#define LOCAL_48 "123456789-123456789-123456789-123456789-12345678"

static void
knows_obstacles(void **state)
{
	static const struct {
		const char *text;
		const char *obstacle;
	} cases[] = {
	    {"alice@example.com", ""},
	    {LOCAL_48 "@example.com", ""},
	    {LOCAL_48 "9@example.com", "too-long"},
	    {"\"alice\"@example.com", ""}, /* the quotes mean nothing */
	    {"\"al ice\"@example.com", "quoted"},
	    {"j\xc3\xb6rg@example.com", "non-ascii"},
	    {"joerg@b\xc3\xbc"
	     "cher.example",
		"non-ascii"},
	    {"@relay.example:alice@example.com", "source-route"},
	    {"alice", "no-domain"},
	    {"prvs=046161d4c0=alice@example.com", "tagged"},
	    {"alice+prvs=046161d4c0@example.com", "tagged"},
	    {"prvs=alice=046161d4c0@example.com", "foreign-tag"},
	    {"SRS0=HHH=TT=remote.example=user@example.com", "foreign-tag"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bs_address address = address_of(cases[i].text);

		assert_string_equal(bs_reason_word(bs_tag_obstacle(&address)),
		    cases[i].obstacle);
	}
}

/* The tag of a signable address keeps RFC 5321's 64 octets of local part. */
static void
costs_sixteen(void **state)
{
	(void)state;
	for (int form = BS_FORM_PRVS; form <= BS_FORM_SUBADDRESS; form++) {
		struct bs_tag tag =
		    tag_for(LOCAL_48 "@example.com", (enum bs_tag_form)form);
		char out[BS_ADDRESS_MAX];

		assert_int_equal(bs_tag_write(&tag, out, sizeof(out)), 0);
		assert_int_equal(address_of(out).local_len, 64);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_ours_apart),
	    cmocka_unit_test(leaves_others_alone),
	    cmocka_unit_test(writes),
	    cmocka_unit_test(macs_the_plain_address),
	    cmocka_unit_test(bounds_lengths),
	    cmocka_unit_test(knows_obstacles),
	    cmocka_unit_test(costs_sixteen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
