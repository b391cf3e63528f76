/* What somebody meant by a term that RFC 7208 does not know. */
#ifndef BS_SPF_HINT_H
#define BS_SPF_HINT_H

#include <stdbool.h>
#include <stddef.h>

/* Octets of a hint with its NUL; it fits into a fault. */
#define BS_SPF_HINT 120

/* Octets of somebody's text that a hint shows. */
#define BS_SPF_HINT_SHOWN 40

/* Write what is wrong and what to write instead. text is the whole term, or the
 * rest of the record from the octet that may not stand there. */
void bs_spf_hint_octet(const char *text, size_t len,
    char out[static BS_SPF_HINT]);
void bs_spf_hint_term(const char *text, size_t len,
    char out[static BS_SPF_HINT]);

/* What a mechanism that takes an address was given in its place; family is 4
 * or 6. */
void bs_spf_hint_address(const char *text, size_t len, int family,
    char out[static BS_SPF_HINT]);

/* A malformed domain-spec. of is "a:", "redirect=" ... */
void bs_spf_hint_domain(const char *text, size_t len, const char *of,
    char out[static BS_SPF_HINT]);

/* A "%" with which no macro of a domain-spec begins. */
void bs_spf_hint_macro(const char *text, size_t len,
    char out[static BS_SPF_HINT]);

/* A malformed length behind "/". */
void bs_spf_hint_prefix(const char *text, size_t len, unsigned max,
    char out[static BS_SPF_HINT]);

/* Whether a term begins here that nobody writes within another: "include:",
 * "~all". */
bool bs_spf_hint_begins_term(const char *text, size_t len);

/* What is wrong with two terms written as one, "mx~all" or "a,mx". Returns
 * where the second begins, or 0 with out untouched. */
size_t bs_spf_hint_joined(const char *text, size_t len,
    char out[static BS_SPF_HINT]);

#endif
