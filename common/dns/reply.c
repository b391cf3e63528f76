/* RFC 1035 §4: an answer of a DNS server, taken apart. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/dns/reply.h"

#define HEADER_LEN 12
#define CLASS_IN 1
#define TYPE_NS 2
#define TYPE_SOA 6
#define TYPE_OPT 41

#define RCODE_NAME_ERROR 3

/* RFC 1035 §4.1.1: bits of the third and the fourth octet. */
#define IS_AUTHORITATIVE 0x04
#define RECURSES 0x80

/* Aliases (CNAME) that are followed, at most: they may lead in a circle. */
#define ALIASES_MAX 10

/* RFC 1035 §2.3.4: octets of a name as text, its NUL included. */
#define NAME_MAX_TEXT 254

struct reply {
	const uint8_t *octets;
	size_t len;
	size_t answers_at; /* where the answer section begins */
	unsigned answer_count;
	unsigned authority_count;
	unsigned rcode;
};

/* One resource record of a reply. */
struct resource {
	size_t owner; /* where its name stands */
	unsigned type;
	unsigned class;
	uint32_t ttl;
	size_t data;
	size_t data_len;
};

static unsigned
read16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static uint32_t
read32(const uint8_t *at)
{
	return (uint32_t)read16(at) << 16 | read16(at + 2);
}

/* Reads the label at *at. Pointers (RFC 1035 §4.1.4) are followed, but only
 * backwards, so that there is an end. Returns the length of the label, 0 for
 * the root, or -EINVAL; sets *label to its octets. */
static int
next_label(const struct reply *reply, size_t *at, size_t *label)
{
	size_t before = *at;

	for (;;) {
		unsigned first;

		if (*at >= reply->len)
			return -EINVAL;
		first = reply->octets[*at];
		if (first < 64) {
			if (reply->len - *at <= first)
				return -EINVAL;
			*label = *at + 1;
			*at += 1 + first;
			return (int)first;
		}
		if (first < 192 || reply->len - *at < 2)
			return -EINVAL;
		*at = read16(reply->octets + *at) & 0x3fff;
		if (*at >= before)
			return -EINVAL;
		before = *at;
	}
}

/* Whether a whole name stands at a place: its pointers lead to an end. */
static bool
is_whole(const struct reply *reply, size_t at)
{
	size_t total = 0;
	size_t label;
	int len;

	while ((len = next_label(reply, &at, &label)) > 0)
		if ((total += 1 + (size_t)len) > NAME_MAX_TEXT)
			return false;
	return len == 0;
}

/* Moves *at behind the name that stands there. */
static bool
skip_name(const struct reply *reply, size_t *at)
{
	while (*at < reply->len) {
		unsigned first = reply->octets[*at];

		if (first >= 192) {
			*at += 2;
			return *at <= reply->len;
		}
		if (first >= 64)
			return false;
		*at += 1 + first;
		if (first == 0)
			return *at <= reply->len;
	}
	return false;
}

/* Whether the name at a place is the one given, but for case. */
static bool
is_named(const struct reply *reply, size_t at, const char *name)
{
	size_t label;
	int len;

	for (size_t total = 0; total < NAME_MAX_TEXT; total += (size_t)len) {
		if ((len = next_label(reply, &at, &label)) < 0)
			return false;
		if (len == 0)
			return *name == '\0' || strcmp(name, ".") == 0;
		if (strnlen(name, (size_t)len) < (size_t)len ||
		    !bs_ascii_same(name, (const char *)reply->octets + label,
			(size_t)len))
			return false;
		name += len;
		if (*name == '.')
			name++;
		else if (*name != '\0')
			return false;
	}
	return false;
}

/* Writes the name at a place as text. Returns its length, -EINVAL for one that
 * is broken or too long, or -EILSEQ where it holds what text cannot say. */
static int
write_name(const struct reply *reply, size_t at, char out[static NAME_MAX_TEXT])
{
	size_t total = 0;
	size_t label;
	int len;

	while ((len = next_label(reply, &at, &label)) > 0) {
		if (total + (size_t)len + 1 >= NAME_MAX_TEXT)
			return -EINVAL;
		if (total > 0)
			out[total++] = '.';
		for (size_t i = 0; i < (size_t)len; i++) {
			char c = (char)reply->octets[label + i];

			if (c <= ' ' || c == '.' || c > '~')
				return -EILSEQ;
			out[total++] = c;
		}
	}
	out[total] = '\0';
	return len < 0 ? -EINVAL : (int)total;
}

/* Reads the record at *at and moves behind it. */
static bool
next_resource(const struct reply *reply, size_t *at, struct resource *out)
{
	const uint8_t *fixed;

	out->owner = *at;
	if (!is_whole(reply, *at) || !skip_name(reply, at) ||
	    reply->len - *at < 10)
		return false;
	fixed = reply->octets + *at;
	out->type = read16(fixed);
	out->class = read16(fixed + 2);
	out->ttl = read32(fixed + 4);
	if (out->ttl > INT32_MAX) /* RFC 2181 §8 */
		out->ttl = 0;
	out->data_len = read16(fixed + 8);
	out->data = *at + 10;
	*at = out->data;
	if (reply->len - *at < out->data_len)
		return false;
	*at += out->data_len;
	return true;
}

unsigned
bs_dns_reply_rcode(const uint8_t *octets, size_t len, bool *has_opt)
{
	const struct reply reply = {.octets = octets, .len = len};
	unsigned rcode = octets[3] & 0xf;
	unsigned total =
	    read16(octets + 6) + read16(octets + 8) + read16(octets + 10);
	size_t at = HEADER_LEN;
	struct resource resource;

	*has_opt = false;
	for (unsigned n = read16(octets + 4); n > 0; n--, at += 4)
		if (!skip_name(&reply, &at) || len - at < 4)
			return rcode;
	for (unsigned n = 0; n < total; n++) {
		if (!next_resource(&reply, &at, &resource))
			return rcode;
		if (resource.type != TYPE_OPT)
			continue;
		*has_opt = true;
		return rcode | (unsigned)octets[resource.data - 6] << 4;
	}
	return rcode;
}

/* Reads what stands before the answers. Returns whether it is a whole answer
 * to this question. */
static bool
begin(struct reply *reply, const char *name, enum bs_dns_type type)
{
	const uint8_t *octets = reply->octets;
	size_t at = HEADER_LEN;
	bool has_opt;

	if (reply->len < HEADER_LEN)
		return false;
	/* a response, to a query, not cut (RFC 1035 §4.1.1) */
	if ((octets[2] & 0xfa) != 0x80 || read16(octets + 4) != 1)
		return false;
	reply->rcode = bs_dns_reply_rcode(octets, reply->len, &has_opt);
	reply->answer_count = read16(octets + 6);
	reply->authority_count = read16(octets + 8);
	if (!is_named(reply, at, name) || !skip_name(reply, &at) ||
	    reply->len - at < 4 || read16(octets + at) != (unsigned)type ||
	    read16(octets + at + 2) != CLASS_IN)
		return false;
	reply->answers_at = at + 4;
	return true;
}

static void
lower_ttl(struct bs_dns_answer *out, uint32_t ttl)
{
	if (ttl < out->ttl_seconds)
		out->ttl_seconds = ttl;
}

/* Looks for an alias of a name among the answers; replaces the name. Returns
 * 1 for one, 0 for none, -EINVAL where the answers are broken. */
static int
follow_alias(const struct reply *reply, char name[static NAME_MAX_TEXT],
    struct bs_dns_answer *out)
{
	size_t at = reply->answers_at;
	struct resource resource;

	for (unsigned n = 0; n < reply->answer_count; n++) {
		if (!next_resource(reply, &at, &resource))
			return -EINVAL;
		if (resource.type != BS_DNS_CNAME ||
		    resource.class != CLASS_IN ||
		    !is_named(reply, resource.owner, name))
			continue;
		lower_ttl(out, resource.ttl);
		out->is_alias = true;
		return write_name(reply, resource.data, name) < 0 ? -EINVAL : 1;
	}
	return 0;
}

/* Whether the octets of a TXT record are strings, each with its length. */
static bool
is_txt(const uint8_t *data, size_t len)
{
	size_t at = 0;

	while (at < len)
		at += 1 + (size_t)data[at];
	return len > 0 && at == len;
}

/* The octets of a record as bs_dns_answer has them; *at is where they stand,
 * in the reply or in name. Returns their number, -EINVAL or -EILSEQ. */
static int
read_data(const struct reply *reply, const struct resource *resource,
    char name[static NAME_MAX_TEXT], const uint8_t **at)
{
	size_t len = resource->data_len;

	*at = reply->octets + resource->data;
	switch (resource->type) {
	case BS_DNS_A:
		return len == 4 ? 4 : -EINVAL;
	case BS_DNS_AAAA:
		return len == 16 ? 16 : -EINVAL;
	case BS_DNS_TXT:
	case BS_DNS_SPF:
		return is_txt(*at, len) ? (int)len : -EINVAL;
	case BS_DNS_MX:
		*at = (const uint8_t *)name;
		return len < 3 ? -EINVAL
			       : write_name(reply, resource->data + 2, name);
	case BS_DNS_PTR:
	case BS_DNS_CNAME:
		*at = (const uint8_t *)name;
		return len < 1 ? -EINVAL
			       : write_name(reply, resource->data, name);
	default:
		return -EINVAL;
	}
}

/* Adds a record to the answer. Returns whether there was room. */
static bool
add(struct bs_dns_answer *out, size_t size, const uint8_t *data, size_t len)
{
	if (size - sizeof(*out) - out->len < 2 + len)
		return false;
	out->data[out->len] = (uint8_t)(len >> 8);
	out->data[out->len + 1] = (uint8_t)len;
	memcpy(out->data + out->len + 2, data, len);
	out->len += 2 + len;
	out->count++;
	return true;
}

/* Takes the records of a name. A record whose own data are broken is left out,
 * the others are kept. Returns false where the reply is broken or too large,
 * and where nothing is left of what was broken. */
static bool
collect(const struct reply *reply, enum bs_dns_type type, const char *name,
    struct bs_dns_answer *out, size_t size)
{
	size_t at = reply->answers_at;
	struct resource resource;
	char text[NAME_MAX_TEXT];
	const uint8_t *data;
	bool is_broken = false;
	int len;

	for (unsigned n = 0; n < reply->answer_count; n++) {
		if (!next_resource(reply, &at, &resource))
			return false;
		if (resource.type != (unsigned)type ||
		    resource.class != CLASS_IN ||
		    !is_named(reply, resource.owner, name))
			continue;
		lower_ttl(out, resource.ttl);
		len = read_data(reply, &resource, text, &data);
		is_broken = is_broken || len == -EINVAL;
		if (len >= 0 && !add(out, size, data, (size_t)len))
			return false;
	}
	return out->count > 0 || !is_broken;
}

/* Whether an answer without records says only that others have to be asked: a
 * referral has name servers but no SOA (RFC 2308 §2.2), and a server that
 * neither recurses nor knows has nothing. Without an SOA an alias that leads
 * to nothing is half an answer. */
static bool
is_unfinished(const struct reply *reply, bool is_alias)
{
	size_t at = reply->answers_at;
	struct resource resource;
	unsigned total = reply->answer_count + reply->authority_count;
	bool has_soa = false;
	bool has_ns = false;

	for (unsigned n = 0; n < total; n++) {
		if (!next_resource(reply, &at, &resource))
			return true;
		if (n < reply->answer_count)
			continue;
		has_soa = has_soa || resource.type == TYPE_SOA;
		has_ns = has_ns || resource.type == TYPE_NS;
	}
	return !has_soa && (has_ns || is_alias ||
			       ((reply->octets[2] & IS_AUTHORITATIVE) == 0 &&
				   (reply->octets[3] & RECURSES) == 0));
}

/* RFC 2308 §5: how long there is nothing, by the zone's SOA; 0 without it. */
static uint32_t
negative_ttl(const struct reply *reply)
{
	size_t at = reply->answers_at;
	struct resource resource;
	unsigned total = reply->answer_count + reply->authority_count;
	uint32_t minimum;

	for (unsigned n = 0; n < total; n++) {
		if (!next_resource(reply, &at, &resource))
			return 0;
		if (n < reply->answer_count || resource.type != TYPE_SOA ||
		    resource.data_len < 4)
			continue;
		minimum = read32(
		    reply->octets + resource.data + resource.data_len - 4);
		return minimum < resource.ttl ? minimum : resource.ttl;
	}
	return 0;
}

/* Takes all records of the type, in order, into out. */
static enum bs_dns_status
answer(const struct reply *reply, const char *asked, enum bs_dns_type type,
    struct bs_dns_answer *out, size_t size)
{
	char name[NAME_MAX_TEXT];
	size_t len = strlen(asked);
	int rc = 0;

	if (reply->rcode != 0 && reply->rcode != RCODE_NAME_ERROR)
		return BS_DNS_FAILED;
	memcpy(name, asked, len + 1);
	if (len > 0 && name[len - 1] == '.')
		name[len - 1] = '\0';
	for (unsigned n = 0; type != BS_DNS_CNAME; n++) {
		if ((rc = follow_alias(reply, name, out)) == 0)
			break;
		if (rc < 0 || n == ALIASES_MAX)
			return BS_DNS_FAILED;
	}
	if (!collect(reply, type, name, out, size))
		return BS_DNS_FAILED;
	if (out->count > 0)
		return BS_DNS_FOUND;
	lower_ttl(out, negative_ttl(reply));
	if (reply->rcode == RCODE_NAME_ERROR)
		return BS_DNS_NO_NAME;
	return is_unfinished(reply, out->is_alias) ? BS_DNS_FAILED
						   : BS_DNS_NO_DATA;
}

void
bs_dns_reply_parse(const uint8_t *octets, size_t len, const char *name,
    enum bs_dns_type type, struct bs_dns_answer *out, size_t size)
{
	struct reply reply = {.octets = octets, .len = len};

	memset(out, 0, sizeof(*out));
	out->status = BS_DNS_FAILED;
	out->reply_octets = (unsigned)len;
	if (len > BS_DNS_REPLY_MAX || !bs_dns_is_name(name) ||
	    !begin(&reply, name, type))
		return;
	out->ttl_seconds = INT32_MAX;
	out->status = answer(&reply, name, type, out, size);
	if (out->status != BS_DNS_FOUND) {
		out->count = 0;
		out->len = 0;
	}
	if (out->status == BS_DNS_FAILED)
		out->ttl_seconds = 0;
}

bool
bs_dns_reply_alias(const uint8_t *octets, size_t len, const char *name,
    enum bs_dns_type type, char out[static BS_HOST_MAX], uint32_t *ttl_seconds)
{
	struct reply reply = {.octets = octets, .len = len};
	struct bs_dns_answer found = {.ttl_seconds = INT32_MAX};
	char target[NAME_MAX_TEXT];
	unsigned n = 0;
	int rc;

	if (len > BS_DNS_REPLY_MAX || !bs_dns_is_name(name) ||
	    !begin(&reply, name, type) || reply.rcode != 0)
		return false;
	(void)snprintf(target, sizeof(target), "%s", name);
	while ((rc = follow_alias(&reply, target, &found)) == 1)
		if (n++ == ALIASES_MAX)
			return false;
	if (rc < 0 || !found.is_alias || !bs_dns_is_name(target) ||
	    !collect(&reply, type, target, &found, sizeof(found)))
		return false;
	memcpy(out, target, strlen(target) + 1);
	*ttl_seconds = found.ttl_seconds;
	return true;
}

const uint8_t *
bs_dns_answer_next(const struct bs_dns_answer *answer, const uint8_t *at,
    size_t *len)
{
	const uint8_t *head = answer->data;

	if (at != NULL)
		head = at + read16(at - 2);
	if ((size_t)(head - answer->data) >= answer->len)
		return NULL;
	*len = read16(head);
	return head + 2;
}

bool
bs_dns_answer_name(const struct bs_dns_answer *answer, unsigned n,
    char out[static BS_HOST_MAX])
{
	const uint8_t *at = NULL;
	size_t len = 0;

	do
		at = bs_dns_answer_next(answer, at, &len);
	while (at != NULL && n-- > 0);
	if (at == NULL || len >= BS_HOST_MAX)
		return false;
	memcpy(out, at, len);
	out[len] = '\0';
	return true;
}

int
bs_dns_txt_join(const uint8_t *record, size_t len, char *out, size_t size)
{
	size_t total = 0;

	for (size_t at = 0; at < len; at += 1 + (size_t)record[at]) {
		size_t part = record[at];

		if (len - at <= part)
			return -EINVAL;
		if (part > size - total) {
			memcpy(out + total, record + at + 1, size - total);
			return -EMSGSIZE;
		}
		memcpy(out + total, record + at + 1, part);
		total += part;
	}
	return (int)total;
}

bool
bs_dns_is_name(const char *name)
{
	size_t len = strlen(name);
	size_t label = 0;

	if (len > 0 && name[len - 1] == '.')
		len--;
	if (len == 0 || len > NAME_MAX_TEXT - 1)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (name[i] != '.')
			label++;
		else if (label == 0)
			return false;
		else
			label = 0;
		if (label > 63)
			return false;
	}
	return label > 0;
}
