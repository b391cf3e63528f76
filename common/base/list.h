/* A few short texts in a buffer of a fixed size, in the order they came. */
#ifndef BS_BASE_LIST_H
#define BS_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

#define BS_LIST_ITEMS 32  /* texts, at most */
#define BS_LIST_SIZE 2048 /* octets of all of them, a NUL after each */

/* All zero: empty. */
struct bs_list {
	unsigned count;
	unsigned used;	/* octets of text */
	bool truncated; /* something did not fit */
	bool guessed;	/* for people to read; nothing is judged by it */
	char text[BS_LIST_SIZE];
};

/* Adds a text that holds no NUL and is not in the list yet. Returns 0, also
 * where it was there; -ENOSPC after setting truncated. */
BS_MUST_USE int bs_list_add(struct bs_list *list, const char *text, size_t len);

/* The text after at, or the first for NULL; NULL at the end. It lives as long
 * as the list is not written. */
const char *bs_list_next(const struct bs_list *list, const char *at);

#endif
