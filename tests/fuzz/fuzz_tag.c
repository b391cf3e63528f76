/* Any address as a tagged one, and any that we would tag: both come home. */
#include <errno.h>
#include <string.h>

#include "common/keys/tag.h"
#include "tests/fuzz/fuzz.h"

static void
same_view(const char *a, size_t a_len, const char *b, size_t b_len)
{
	MUST(a_len == b_len);
	MUST(memcmp(a, b, a_len) == 0);
}

static void
same_tag(const struct bs_tag *a, const struct bs_tag *b)
{
	MUST(a->form == b->form);
	MUST(a->key == b->key && a->digits == b->digits);
	MUST(memcmp(a->mac, b->mac, sizeof(a->mac)) == 0);
	same_view(a->plain.local, a->plain.local_len, b->plain.local,
	    b->plain.local_len);
	same_view(a->plain.domain, a->plain.domain_len, b->plain.domain,
	    b->plain.domain_len);
}

/* Written, a tag is an address with the same tag in it. */
static void
check_written(const struct bs_tag *tag)
{
	char text[BS_ADDRESS_MAX];
	char input[BS_TAG_INPUT_MAX];
	struct bs_address address;
	struct bs_tag again;

	MUST(bs_tag_mac_input(tag, false, input) > 4);
	MUST(bs_tag_mac_input(tag, true, input) > 4);
	MUST(bs_tag_write(tag, text, sizeof(text)) == 0);
	MUST(bs_address_parse(text, strlen(text), &address) == 0);
	MUST(bs_tag_parse(&address, &again) == BS_SHAPE_OURS);
	same_tag(&again, tag);
}

/* What has no obstacle can be signed in either form and be found again. */
static void
check_signable(const struct bs_address *address)
{
	struct bs_tag tag = {.key = 7, .digits = 21, .mac = {0, 0xaf, 9}};

	MUST(address->local_len <= BS_SIGNABLE_LOCAL_MAX);
	tag.plain = *address;
	tag.form = BS_FORM_PRVS;
	check_written(&tag);
	tag.form = BS_FORM_SUBADDRESS;
	check_written(&tag);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bs_address address;
	struct bs_tag tag;
	enum bs_reason obstacle;

	if (bs_address_parse((const char *)data, size, &address) != 0)
		return 0;
	obstacle = bs_tag_obstacle(&address);
	if (bs_tag_parse(&address, &tag) != BS_SHAPE_OURS) {
		if (obstacle == BS_REASON_NONE)
			check_signable(&address);
		return 0;
	}
	MUST(obstacle != BS_REASON_NONE);
	MUST(tag.key <= 9 && tag.digits <= 999 && tag.plain.local_len > 0);
	if (!(tag.plain.flags & BS_ADDRESS_NO_DOMAIN))
		check_written(&tag);
	return 0;
}
