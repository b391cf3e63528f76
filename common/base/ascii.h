/* ASCII letters and digits, whatever the locale says. */
#ifndef BS_BASE_ASCII_H
#define BS_BASE_ASCII_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static inline char
bs_ascii_lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c + ('a' - 'A'));
	return c;
}

static inline bool
bs_ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
bs_ascii_is_alpha(char c)
{
	c = bs_ascii_lower(c);
	return c >= 'a' && c <= 'z';
}

/* The value of a hexadecimal digit of either case, or -1. */
static inline int
bs_ascii_hex(char c)
{
	if (bs_ascii_is_digit(c))
		return c - '0';
	c = bs_ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Whether the first len octets of a and b are the same but for case. */
static inline bool
bs_ascii_same(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bs_ascii_lower(a[i]) != bs_ascii_lower(b[i]))
			return false;
	return true;
}

/* Whether the text begins with one of count strings, in either case. */
static inline bool
bs_ascii_begins_one(const char *text, size_t len,
    const char *const beginnings[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(beginnings[i]);

		if (len >= n && bs_ascii_same(text, beginnings[i], n))
			return true;
	}
	return false;
}

#endif
