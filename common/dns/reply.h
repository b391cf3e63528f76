/* RFC 1035 §4: an answer of a DNS server, taken apart. */
#ifndef BS_DNS_REPLY_H
#define BS_DNS_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"

enum bs_dns_type {
	BS_DNS_A = 1,
	BS_DNS_CNAME = 5,
	BS_DNS_PTR = 12,
	BS_DNS_MX = 15,
	BS_DNS_TXT = 16,
	BS_DNS_AAAA = 28,
	BS_DNS_SPF = 99, /* RFC 7208 §3.1: not used any more */
};

enum bs_dns_status {
	BS_DNS_FOUND,
	BS_DNS_NO_DATA, /* the name is there, but has none of the type */
	BS_DNS_NO_NAME,
	BS_DNS_FAILED, /* no answer, or none that can be used */
};

/* Octets of a reply, and of the records that one may fill (TCP's length has
 * 16 bits). */
#define BS_DNS_REPLY_MAX 65535

/* An answer: the records of the type asked for, aliases followed, in the order
 * of the reply. Of a name it holds text, without its last dot; of a TXT record
 * the strings as they came, an octet of length before each; an MX loses its
 * preference. */
struct bs_dns_answer {
	enum bs_dns_status status;
	uint32_t ttl_seconds; /* the least of all that led to it */
	unsigned count;
	unsigned reply_octets; /* 0: there was none */
	bool is_alias;	       /* the name is a CNAME */
	size_t len;	       /* of data */
	uint8_t data[];	       /* a record: 2 octets of length, then itself */
};

/* Octets of an answer with data of len octets. */
#define BS_DNS_ANSWER_SIZE(len) (sizeof(struct bs_dns_answer) + (len))

/* Reads a reply to the question for name and type. Records that do not belong
 * to that question are skipped. BS_DNS_FAILED are a reply to another question,
 * one that is cut, broken or only refers to others, and one that does not fit
 * into size octets of out; BS_DNS_ANSWER_SIZE(BS_DNS_REPLY_MAX) is enough. */
void bs_dns_reply_parse(const uint8_t *reply, size_t len, const char *name,
    enum bs_dns_type type, struct bs_dns_answer *out, size_t size);

/* Whether a reply that bs_dns_reply_parse() read as failed has an alias of the
 * name and nothing of where it leads, as resolvers answer from their memory.
 * Sets out to that name, and *ttl_seconds to the least that led to it. */
bool bs_dns_reply_alias(const uint8_t *reply, size_t len, const char *name,
    enum bs_dns_type type, char out[static BS_HOST_MAX], uint32_t *ttl_seconds);

/* The response code of a message with a header, with the upper bits of an OPT
 * record (RFC 6891 §6.1.3); whether it has one. */
unsigned bs_dns_reply_rcode(const uint8_t *reply, size_t len, bool *has_opt);

/* The record after at, or the first for NULL; NULL at the end. *len is its
 * octets. It lives as long as the answer. */
const uint8_t *bs_dns_answer_next(const struct bs_dns_answer *answer,
    const uint8_t *at, size_t *len);

/* Writes the n-th record of an answer that holds names, counted from 0. Returns
 * whether there is one. */
bool bs_dns_answer_name(const struct bs_dns_answer *answer, unsigned n,
    char out[static BS_HOST_MAX]);

/* Joins the strings of a TXT record to out, without a NUL. Returns the octets;
 * -EMSGSIZE for more than fit, of which out holds the first; -EINVAL. */
BS_MUST_USE int bs_dns_txt_join(const uint8_t *record, size_t len, char *out,
    size_t size);

/* Whether a name can be asked for: labels of 1 to 63 octets, 253 in all, none
 * of them NUL. A last dot is allowed. */
bool bs_dns_is_name(const char *name);

#endif
