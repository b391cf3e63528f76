/* backstop decode: a tagged address taken apart by its form alone. */
#include <stdio.h>
#include <string.h>

#include "common/cli/load.h"
#include "common/base/ascii.h"
#include "common/cli/cli.h"
#include "common/cli/keys/decode.h"
#include "common/cli/output.h"
#include "common/keys/tag.h"

/* A run of octets within the address; len 0 where there is none. */
struct span {
	const char *text;
	size_t len;
};

struct parts {
	const char *dialect; /* NULL: no tag */
	bool is_ours;	     /* tag is set */
	struct bs_tag tag;
	struct span local; /* of the plain address */
	struct span domain;
};

/* How each of other people's dialects hides the plain address. */
enum hiding { HIDES_BEHIND_TAG, HIDES_IN_SRS, HIDES_ALL };

static const struct {
	const char *mark;
	const char *dialect;
	enum hiding hiding;
	const char *separator; /* between the tag and the local part */
} dialects[] = {
    {"msprvs1=", "msprvs1", HIDES_BEHIND_TAG, "="},
    {"btv1==", "btv1", HIDES_BEHIND_TAG, "=="},
    {"srs0=", "srs0", HIDES_IN_SRS, NULL},
    {"srs0+", "srs0", HIDES_IN_SRS, NULL},
    {"srs0-", "srs0", HIDES_IN_SRS, NULL},
    {"srs1=", "srs1", HIDES_ALL, NULL},
    {"srs1+", "srs1", HIDES_ALL, NULL},
    {"srs1-", "srs1", HIDES_ALL, NULL},
};

/* Finds a word in a span. Returns its place or -1. */
static int
find(struct span span, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= span.len; i++)
		if (memcmp(span.text + i, word, len) == 0)
			return (int)i;
	return -1;
}

static struct span
behind(struct span span, size_t skip)
{
	if (skip > span.len)
		skip = span.len;
	return (struct span){span.text + skip, span.len - skip};
}

/* Cuts the span up to a word off *rest. */
static struct span
cut(struct span *rest, const char *word)
{
	int at = find(*rest, word);
	struct span part = {rest->text, 0};

	if (at < 0)
		return part;
	part.len = (size_t)at;
	*rest = behind(*rest, part.len + strlen(word));
	return part;
}

static bool
is_tag_digits(struct span span, size_t len)
{
	if (span.len != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (bs_ascii_hex(span.text[i]) < 0)
			return false;
	return true;
}

/* prvs= that is not of our form: older drafts had nine characters, or the
 * local part first. */
static void
take_old_prvs(const struct bs_address *address, struct parts *out)
{
	struct span rest = {address->local + strlen("prvs="),
	    address->local_len - strlen("prvs=")};
	struct span first = cut(&rest, "=");

	out->dialect = "prvs-malformed";
	if (first.len == 0 || rest.len == 0)
		return;
	if (is_tag_digits(first, 9)) {
		out->dialect = "prvs-9";
		out->local = rest;
	} else if (is_tag_digits(rest, BS_TAG_DIGITS) ||
		   is_tag_digits(rest, 9)) {
		out->dialect = "prvs-local-first";
		out->local = first;
	} else
		return;
	out->domain = (struct span){address->domain, address->domain_len};
}

/* SRS0=HASH=TIME=DOMAIN=LOCAL */
static void
take_srs(struct span rest, struct parts *out)
{
	if (cut(&rest, "=").len == 0 || cut(&rest, "=").len == 0)
		return;
	out->domain = cut(&rest, "=");
	out->local = rest;
}

static void
take_foreign(const struct bs_address *address, struct parts *out)
{
	struct span local = {address->local, address->local_len};

	for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++) {
		size_t len = strlen(dialects[i].mark);
		struct span rest = behind(local, len);

		if (local.len < len ||
		    !bs_ascii_same(local.text, dialects[i].mark, len))
			continue;
		out->dialect = dialects[i].dialect;
		if (dialects[i].hiding == HIDES_IN_SRS)
			take_srs(rest, out);
		if (dialects[i].hiding == HIDES_BEHIND_TAG &&
		    cut(&rest, dialects[i].separator).len > 0) {
			out->local = rest;
			out->domain =
			    (struct span){address->domain, address->domain_len};
		}
		return;
	}
	take_old_prvs(address, out);
}

static void
take_apart(const struct bs_address *address, struct parts *out)
{
	memset(out, 0, sizeof(*out));
	switch (bs_tag_parse(address, &out->tag)) {
	case BS_SHAPE_OURS:
		out->is_ours = true;
		out->dialect =
		    out->tag.form == BS_FORM_PRVS ? "prvs" : "prvs-subaddress";
		out->local = (struct span){out->tag.plain.local,
		    out->tag.plain.local_len};
		out->domain = (struct span){out->tag.plain.domain,
		    out->tag.plain.domain_len};
		break;
	case BS_SHAPE_FOREIGN:
		take_foreign(address, out);
		break;
	case BS_SHAPE_PLAIN:
		break;
	}
}

/* The days that three digits can mean: the last one up to today, and the
 * next. */
static void
days_of(unsigned digits, uint32_t today, uint32_t days[static 2])
{
	unsigned behind_days = (today % 1000 + 1000 - digits) % 1000;

	days[0] = today > behind_days ? today - behind_days : digits;
	days[1] = days[0] + 1000;
}

/* Returns the plain address, or NULL where it cannot be told. */
static const char *
plain_of(const struct parts *parts, char out[static BS_ADDRESS_MAX])
{
	if (parts->local.len == 0 || parts->domain.len == 0)
		return NULL;
	snprintf(out, BS_ADDRESS_MAX, "%.*s@%.*s", (int)parts->local.len,
	    parts->local.text, (int)parts->domain.len, parts->domain.text);
	return out;
}

static void
print_json(const struct parts *parts, const char *plain, uint32_t today)
{
	struct bs_json *json = bs_json_object();
	struct bs_json *dates = bs_json_array();
	char text[BS_TIME_TEXT];
	uint32_t days[2];

	bs_json_text(json, "dialect",
	    parts->dialect == NULL ? "none" : parts->dialect);
	bs_json_text(json, "address", plain);
	if (parts->is_ours) {
		days_of(parts->tag.digits, today, days);
		bs_json_number(json, "key", parts->tag.key);
		snprintf(text, sizeof(text), "%03u", parts->tag.digits);
		bs_json_text(json, "digits", text);
		for (size_t i = 0; i < 2; i++)
			bs_json_append_text(dates, bs_day_text(days[i], text));
		snprintf(text, sizeof(text), "%02x%02x%02x", parts->tag.mac[0],
		    parts->tag.mac[1], parts->tag.mac[2]);
		bs_json_text(json, "mac", text);
	} else {
		bs_json_null(json, "key");
		bs_json_null(json, "digits");
		bs_json_null(json, "mac");
	}
	bs_json_put(json, "dates", dates);
	bs_json_print(json);
}

static void
print_text(const struct parts *parts, const char *plain, uint32_t today)
{
	char first[BS_TIME_TEXT];
	char second[BS_TIME_TEXT];
	uint32_t days[2];

	bs_print(stdout, "dialect: %s\n",
	    parts->dialect == NULL ? "none" : parts->dialect);
	bs_print(stdout, "address: %s\n",
	    plain == NULL ? "cannot be told" : plain);
	if (!parts->is_ours)
		return;
	days_of(parts->tag.digits, today, days);
	bs_print(stdout, "key:     %u\n", parts->tag.key);
	bs_print(stdout, "expires: day %03u, that is %s or %s\n",
	    parts->tag.digits, bs_day_text(days[0], first),
	    bs_day_text(days[1], second));
	bs_print(stdout, "mac:     %02x%02x%02x\n", parts->tag.mac[0],
	    parts->tag.mac[1], parts->tag.mac[2]);
}

int
bs_cmd_decode(const struct bs_call *call)
{
	struct bs_address address;
	struct parts parts;
	char text[BS_ADDRESS_MAX];
	const char *plain;
	int status;

	if ((status = bs_load_address(call->words[0], &address)) != 0)
		return status;
	take_apart(&address, &parts);
	if (parts.dialect == NULL) {
		parts.local = (struct span){address.local, address.local_len};
		parts.domain =
		    (struct span){address.domain, address.domain_len};
	}
	plain = plain_of(&parts, text);
	if (call->json)
		print_json(&parts, plain, bs_day_of(call->now));
	else
		print_text(&parts, plain, bs_day_of(call->now));
	return parts.dialect == NULL ? BS_EXIT_NO : BS_EXIT_YES;
}
