/* Damage to pages of a store which no check of a record shows. */
#ifndef BS_LEAVES_H
#define BS_LEAVES_H

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "tests/unit/folder.h"

/* The file's page of a number, as LMDB 0.9 lays it out. */
#define PAGE 4096

struct page {
	uint64_t number;
	uint16_t pad;
	uint16_t flags; /* 2: a leaf */
	uint16_t lower; /* behind the offsets of its keys, two octets each */
	uint16_t upper;
	uint8_t rest[PAGE - 16];
};

static inline bool
is_full_leaf(const struct page *page)
{
	return (page->flags & 2) != 0 && page->lower > 16 + 2 * 20;
}

/* Changes the first two leaves with many entries. */
static inline void
change_leaves(const char *folder,
    void (*change)(struct page *a, struct page *b))
{
	char path[PATH_MAX + 16];
	struct page pages[2];
	struct page page;
	off_t at[2];
	size_t found = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	assert_int_not_equal(fd = open(path, O_RDWR), -1);
	for (off_t i = 2; found < 2; i++) {
		assert_int_equal(pread(fd, &page, PAGE, i * PAGE), PAGE);
		if (!is_full_leaf(&page))
			continue;
		pages[found] = page;
		at[found++] = i * PAGE;
	}
	change(&pages[0], &pages[1]);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pwrite(fd, &pages[i], PAGE, at[i]), PAGE);
	close(fd);
}

/* As a write that went to the wrong place. */
static inline void
swap_leaves(struct page *a, struct page *b)
{
	struct page page = *a;

	*a = *b;
	*b = page;
	b->number = a->number;
	a->number = page.number;
}

#endif
