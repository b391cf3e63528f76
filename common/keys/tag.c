/* The prvs tag of draft-levine-smtp-batv-01: reads and writes it. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/keys/tag.h"

#define PRVS "prvs="
#define PRVS_LEN (sizeof(PRVS) - 1)

static bool
begins(const char *text, size_t len, const char *word)
{
	size_t word_len = strlen(word);

	return len >= word_len && bs_ascii_same(text, word, word_len);
}

/* Reads KDDDSSSSSS. */
static bool
read_digits(const char *text, struct bs_tag *out)
{
	for (size_t i = 0; i < 4; i++)
		if (!bs_ascii_is_digit(text[i]))
			return false;
	for (size_t i = 4; i < BS_TAG_DIGITS; i++)
		if (bs_ascii_hex(text[i]) < 0)
			return false;
	out->key = (unsigned)(text[0] - '0');
	out->digits = (unsigned)((text[1] - '0') * 100 + (text[2] - '0') * 10 +
				 (text[3] - '0'));
	for (size_t i = 0; i < BS_TAG_MAC_LEN; i++)
		out->mac[i] = (uint8_t)(bs_ascii_hex(text[4 + 2 * i]) << 4 |
					bs_ascii_hex(text[5 + 2 * i]));
	return true;
}

/* prvs=KDDDSSSSSS=loc-core; the loc-core may hold '=' itself. */
static bool
read_prvs(const struct bs_address *address, struct bs_tag *out)
{
	const size_t before = PRVS_LEN + BS_TAG_DIGITS + 1;

	if (address->local_len <= before || address->local[before - 1] != '=' ||
	    !read_digits(address->local + PRVS_LEN, out))
		return false;
	out->form = BS_FORM_PRVS;
	out->plain = *address;
	out->plain.local += before;
	out->plain.local_len -= before;
	return true;
}

/* alice+prvs=KDDDSSSSSS */
static bool
read_subaddress(const struct bs_address *address, struct bs_tag *out)
{
	const size_t cost = 1 + PRVS_LEN + BS_TAG_DIGITS;
	const char *mark;

	if (address->local_len <= cost)
		return false;
	mark = address->local + address->local_len - cost;
	if (!begins(mark, cost, "+" PRVS) ||
	    !read_digits(mark + 1 + PRVS_LEN, out))
		return false;
	out->form = BS_FORM_SUBADDRESS;
	out->plain = *address;
	out->plain.local_len -= cost;
	return true;
}

/* Whether it is a tag of somebody else's. A prvs that is not of our form is
 * one.
 */
static bool
is_foreign(const struct bs_address *address)
{
	static const char *const marks[] = {
	    PRVS,
	    "msprvs1=",
	    "btv1==",
	    "srs0=",
	    "srs0+",
	    "srs0-",
	    "srs1=",
	    "srs1+",
	    "srs1-",
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (begins(address->local, address->local_len, marks[i]))
			return true;
	return false;
}

enum bs_tag_shape
bs_tag_parse(const struct bs_address *address, struct bs_tag *out)
{
	struct bs_tag tag = {0};
	bool ours = false;

	if (address->flags & BS_ADDRESS_QUOTED)
		return BS_SHAPE_PLAIN;
	if (begins(address->local, address->local_len, PRVS))
		ours = read_prvs(address, &tag);
	else /* in "srs0+prvs=..." the user is called srs0 */
		ours =
		    read_subaddress(address, &tag) && !is_foreign(&tag.plain);
	if (ours) {
		*out = tag;
		return BS_SHAPE_OURS;
	}
	return is_foreign(address) ? BS_SHAPE_FOREIGN : BS_SHAPE_PLAIN;
}

int
bs_tag_mac_input(const struct bs_tag *tag, bool as_is,
    char out[static BS_TAG_INPUT_MAX])
{
	int rc;

	snprintf(out, 5, "%u%03u", tag->key % 10, tag->digits % 1000);
	if (as_is)
		rc = bs_address_write(&tag->plain, out + 4, BS_ADDRESS_MAX);
	else
		rc = bs_address_canonical(&tag->plain, out + 4, BS_ADDRESS_MAX);
	return rc != 0 ? rc : (int)strlen(out);
}

int
bs_tag_write(const struct bs_tag *tag, char *out, size_t size)
{
	const struct bs_address *plain = &tag->plain;
	char digits[4 + 2 * BS_TAG_MAC_LEN + 1];
	int len;

	snprintf(digits, sizeof(digits), "%u%03u%02x%02x%02x", tag->key % 10,
	    tag->digits % 1000, tag->mac[0], tag->mac[1], tag->mac[2]);
	if (tag->form == BS_FORM_SUBADDRESS)
		len = snprintf(out, size, "%.*s+prvs=%s@%.*s",
		    (int)plain->local_len, plain->local, digits,
		    (int)plain->domain_len, plain->domain);
	else
		len = snprintf(out, size, "prvs=%s=%.*s@%.*s", digits,
		    (int)plain->local_len, plain->local, (int)plain->domain_len,
		    plain->domain);
	return len < 0 || (size_t)len >= size ? -EMSGSIZE : 0;
}

enum bs_reason
bs_tag_obstacle(const struct bs_address *address)
{
	struct bs_tag tag;

	if (address->flags & BS_ADDRESS_ROUTED)
		return BS_REASON_SOURCE_ROUTE;
	if (address->flags & BS_ADDRESS_NO_DOMAIN)
		return BS_REASON_NO_DOMAIN;
	if (address->flags & BS_ADDRESS_QUOTED)
		return BS_REASON_QUOTED;
	if (address->flags & BS_ADDRESS_EIGHTBIT)
		return BS_REASON_NON_ASCII;
	switch (bs_tag_parse(address, &tag)) {
	case BS_SHAPE_OURS:
		return BS_REASON_TAGGED;
	case BS_SHAPE_FOREIGN:
		return BS_REASON_FOREIGN_TAG;
	case BS_SHAPE_PLAIN:
		break;
	}
	if (address->local_len > BS_SIGNABLE_LOCAL_MAX)
		return BS_REASON_TOO_LONG;
	return BS_REASON_NONE;
}
