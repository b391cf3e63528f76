/* RFC 1035 §4: a question to a DNS server, and whether a message answers it.
 */
#include <errno.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/dns/query.h"

#define HEADER_LEN 12
#define CLASS_IN 1
#define TYPE_OPT 41

/* RFC 1035 §4.1.1: bits of the third octet, and response codes. */
#define IS_RESPONSE 0x80
#define OPCODE 0x78
#define IS_CUT 0x02
#define RECURSION_DESIRED 0x01
#define NO_ERROR 0
#define FORMAT_ERROR 1
#define NAME_ERROR 3
#define BAD_VERSION 16 /* RFC 6891 §9 */

static uint8_t *
put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

static uint8_t *
put_name(uint8_t *at, const char *name)
{
	while (*name != '\0') {
		size_t len = strcspn(name, ".");

		*at++ = (uint8_t)len;
		memcpy(at, name, len);
		at += len;
		name += len;
		if (*name == '.')
			name++;
	}
	*at = 0;
	return at + 1;
}

int
bs_dns_query_write(const char *name, enum bs_dns_type type, uint16_t id,
    unsigned edns_octets, uint8_t out[static BS_DNS_QUERY_MAX])
{
	uint8_t *at = out;

	if (!bs_dns_is_name(name))
		return -EINVAL;
	memset(out, 0, BS_DNS_QUERY_MAX);
	at = put16(at, id);
	*at = RECURSION_DESIRED;
	put16(out + 4, 1);
	put16(out + 10, edns_octets > 0);
	at = put_name(out + HEADER_LEN, name);
	at = put16(at, (unsigned)type);
	at = put16(at, CLASS_IN);
	if (edns_octets > 0) { /* RFC 6891 §6.1.2 */
		at = put16(at + 1, TYPE_OPT);
		at = put16(at, edns_octets) + 6;
	}
	return (int)(at - out);
}

/* Octets of a question's name, type and class. */
static size_t
question_len(const uint8_t *query)
{
	size_t len = 0;

	while (query[HEADER_LEN + len] != 0)
		len += 1 + (size_t)query[HEADER_LEN + len];
	return len + 1 + 4;
}

/* Whether the message has the question of the query. */
static bool
is_same(const uint8_t *query, const uint8_t *message, size_t len)
{
	size_t name_len = question_len(query) - 4;

	/* letters of either case; a length is no letter */
	return len - HEADER_LEN >= name_len + 4 &&
	       bs_ascii_same((const char *)query + HEADER_LEN,
		   (const char *)message + HEADER_LEN, name_len) &&
	       memcmp(query + HEADER_LEN + name_len,
		   message + HEADER_LEN + name_len, 4) == 0;
}

bool
bs_dns_query_has_edns(const uint8_t *query)
{
	return query[11] != 0;
}

/* Whether a refusal may be one of EDNS alone: who knows EDNS says so in every
 * answer (RFC 6891 §6.1.1). */
static bool
may_want_plain(unsigned rcode, bool has_opt)
{
	return rcode == FORMAT_ERROR || rcode == BAD_VERSION || !has_opt;
}

enum bs_dns_fit
bs_dns_query_fit(const uint8_t *query, const uint8_t *message, size_t len)
{
	unsigned rcode, count;
	bool has_opt;

	if (len < HEADER_LEN || memcmp(query, message, 2) != 0 ||
	    (message[2] & (IS_RESPONSE | OPCODE)) != IS_RESPONSE)
		return BS_DNS_FOREIGN;
	rcode = bs_dns_reply_rcode(message, len, &has_opt);
	count = (unsigned)message[4] << 8 | message[5];
	/* a server that did not understand the question need not repeat it */
	if (count == 0 ? rcode == NO_ERROR || rcode == NAME_ERROR
		       : count != 1 || !is_same(query, message, len))
		return BS_DNS_FOREIGN;
	if (rcode == NO_ERROR || rcode == NAME_ERROR)
		return (message[2] & IS_CUT) != 0 ? BS_DNS_CUT : BS_DNS_WHOLE;
	if (bs_dns_query_has_edns(query) && may_want_plain(rcode, has_opt))
		return BS_DNS_NO_EDNS;
	return BS_DNS_REFUSED;
}
