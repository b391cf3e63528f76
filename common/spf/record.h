/* RFC 7208 §12: an SPF record taken apart by its grammar, strictly. */
#ifndef BS_SPF_RECORD_H
#define BS_SPF_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/policy/spf_words.h"

/* Octets of a record, and of one term of it, that are read; what is longer is a
 * temperror. libspf2 is crashed by terms of 504 octets. */
#define BS_SPF_RECORD_MAX 4096
#define BS_SPF_TERM_MAX 480

/* bs_spf_record_next() found another term. */
#define BS_SPF_TERM 1

enum bs_spf_kind {
	BS_SPF_ALL,
	BS_SPF_INCLUDE,
	BS_SPF_A,
	BS_SPF_MX,
	BS_SPF_PTR,
	BS_SPF_IP4,
	BS_SPF_IP6,
	BS_SPF_EXISTS,
	BS_SPF_REDIRECT,
	BS_SPF_EXP,
	BS_SPF_UNKNOWN, /* a modifier of another name */
};

/* One term; views the record. */
struct bs_spf_term {
	enum bs_spf_kind kind;
	enum bs_spf_result qualifier; /* of a mechanism; pass where none */
	const char *text;	      /* the whole term */
	size_t len;
	const char *domain; /* domain-spec or macro-string; NULL: none given */
	size_t domain_len;
	bool has_prefix4;    /* "/24" was written, of ip4 too */
	bool has_prefix6;    /* "//64" was written, or "/64" of ip6 */
	unsigned prefix4;    /* 32 where none was written */
	unsigned prefix6;    /* 128 */
	uint8_t address[16]; /* of ip4 (4 octets) and ip6 */
};

/* Why a text is not an SPF record, and where. */
struct bs_spf_fault {
	bool too_long; /* for us: the RFC knows no such limit */
	size_t column; /* octets of the record before it */
	char text[120];
};

/* A record being read; private. */
struct bs_spf_record {
	const char *text;
	size_t len;
	size_t at;
	bool has_redirect;
	bool has_exp;
};

/* Whether a TXT record is an SPF record: "v=spf1", alone or before a space
 * (RFC 7208 §4.5). It may hold any octets, NUL too. */
bool bs_spf_record_is(const char *text, size_t len);

/* Begins to read a record, which must outlive it and must be one by
 * bs_spf_record_is(). */
void bs_spf_record_begin(struct bs_spf_record *record, const char *text,
    size_t len);

/* The next term. Returns BS_SPF_TERM, 0 at the end, -EINVAL with *fault set.
 * A fault anywhere makes the whole record void (RFC 7208 §4.6): read it to its
 * end before a term of it is used. Who wants all faults reads on after one. */
BS_MUST_USE int bs_spf_record_next(struct bs_spf_record *record,
    struct bs_spf_term *out, struct bs_spf_fault *fault);

/* Whether a term counts against the limit of lookups (RFC 7208 §4.6.4). */
bool bs_spf_term_asks_dns(const struct bs_spf_term *term);

/* Whether it is a mechanism: not redirect, exp or an unknown modifier. */
bool bs_spf_term_is_mechanism(const struct bs_spf_term *term);

#endif
