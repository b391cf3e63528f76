/* The pages of LMDB's file, read without LMDB. */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/pages.h"

/* The layout of LMDB 0.9, in the numbers of the host: a page number is a
 * size_t. Each page but the rest of a long value begins with a page_head. */
#define MAGIC 0xbeefc0deU
#define VERSION 1U
#define META_PAGES 2
#define PAGE_BYTES_MIN 512
#define PAGE_BYTES_MAX 32768
#define KEY_MAX 511
#define DEPTH_MAX 32 /* LMDB's own cursors go no deeper */
#define TABLES_MAX 16
#define NO_PAGE SIZE_MAX
#define KEYS_ARE_NUMBERS 8 /* a flag of the tree of free pages */

enum page_kind {
	BRANCH = 1,
	LEAF = 2,
	LONG_VALUE = 4,
};

enum node_flag {
	VALUE_IS_LONG = 1, /* the node has the number of its first page */
	VALUE_IS_TREE = 2, /* a table's struct tree */
};

struct page_head {
	size_t number;
	uint16_t pad;
	uint16_t kind;
	uint16_t lower; /* behind the offsets of the nodes, which follow */
	uint16_t upper; /* where the nodes begin, which fill the rest */
};

struct node_head {
	uint32_t low;	/* size of the value, or the child's number */
	uint16_t flags; /* or the child's number, from bit 32 on */
	uint16_t key_len;
};

struct tree {
	uint32_t pad;
	uint16_t flags;
	uint16_t depth;
	size_t branch_pages;
	size_t leaf_pages;
	size_t long_value_pages;
	size_t entries;
	size_t root;
};

/* What the first two pages hold behind their heads. */
struct meta {
	uint32_t magic;
	uint32_t version;
	void *address;
	size_t map_bytes;
	struct tree free_pages;
	struct tree tables;
	size_t last_page;
	size_t transaction;
};

/* Octets of a page that is held. */
struct key {
	const uint8_t *octets;
	size_t len;
};

struct node {
	size_t child; /* of a branch */
	uint16_t flags;
	struct key key;
	const uint8_t *value;
	size_t value_len;
	size_t bytes; /* in its page */
};

/* A page on the way from the root. Its keys are from low on, below high; an
 * empty one is no limit. */
struct level {
	uint8_t *page;
	unsigned count;
	unsigned next; /* the node to be visited */
	struct key low;
	struct key high;
};

/* What the values of a tree are. */
enum tree_kind {
	FREE_PAGES, /* the key is a transaction, the value a list of pages */
	TABLES,
	RECORDS,
};

struct walk {
	int fd;
	size_t page_bytes;
	size_t last_page;
	size_t transaction;
	uint8_t *seen;	/* a bit for each page */
	uint8_t *pages; /* one for each level, and one for long values */
	struct level levels[DEPTH_MAX];
	struct tree tables[TABLES_MAX];
	unsigned table_count;
};

static bool
read_meta(int fd, size_t at, struct meta *out)
{
	return pread(fd, out, sizeof(*out),
		   (off_t)(at + sizeof(struct page_head))) ==
	       (ssize_t)sizeof(*out);
}

bool
bs_pages_contradict(int fd)
{
	struct meta metas[META_PAGES];
	struct stat st;
	size_t page_bytes;

	if (fstat(fd, &st) != 0 || !read_meta(fd, 0, &metas[0]) ||
	    (page_bytes = metas[0].free_pages.pad) == 0 ||
	    !read_meta(fd, page_bytes, &metas[1]))
		return false;
	if (metas[0].magic != metas[1].magic ||
	    metas[0].version != metas[1].version)
		return true;
	for (int i = 0; i < META_PAGES; i++)
		if (metas[i].last_page >= (uint64_t)st.st_size / page_bytes)
			return true;
	return false;
}

/* A page has one place: a tree that leads back into itself ends here. */
static bool
take(struct walk *walk, size_t number)
{
	uint8_t bit = (uint8_t)(1U << number % 8);

	if (number < META_PAGES || number > walk->last_page ||
	    (walk->seen[number / 8] & bit) != 0)
		return false;
	walk->seen[number / 8] |= bit;
	return true;
}

/* What cannot be read is damaged, too: LMDB would get a SIGBUS for it. */
static bool
read_page(const struct walk *walk, size_t number, uint8_t *page)
{
	struct page_head head;

	if (pread(walk->fd, page, walk->page_bytes,
		(off_t)(number * walk->page_bytes)) !=
	    (ssize_t)walk->page_bytes)
		return false;
	memcpy(&head, page, sizeof(head));
	return head.number == number;
}

static bool
read_node(const struct walk *walk, const uint8_t *page, unsigned i,
    struct node *out)
{
	struct page_head head;
	struct node_head node;
	size_t at;
	size_t left;
	uint16_t offset;

	memcpy(&head, page, sizeof(head));
	memcpy(&offset, page + sizeof(head) + 2 * (size_t)i, sizeof(offset));
	at = offset;
	if (at < head.upper || at % 2 != 0 ||
	    at + sizeof(node) > walk->page_bytes)
		return false;
	memcpy(&node, page + at, sizeof(node));
	left = walk->page_bytes - at - sizeof(node);
	if (node.key_len > left || node.key_len > KEY_MAX)
		return false;
	left -= node.key_len;
	out->flags = node.flags;
	out->key.octets = page + at + sizeof(node);
	out->key.len = node.key_len;
	out->value = out->key.octets + node.key_len;
	out->value_len = node.low;
	out->bytes = sizeof(node) + node.key_len;
	if (head.kind == BRANCH) {
		out->child = (size_t)((uint64_t)node.flags << 32 | node.low);
	} else {
		size_t len = (node.flags & VALUE_IS_LONG) != 0 ? sizeof(size_t)
							       : node.low;

		if (len > left)
			return false;
		out->bytes += len;
	}
	out->bytes += out->bytes % 2;
	return at + out->bytes <= walk->page_bytes;
}

/* In the order of LMDB: octet by octet, and a shorter key first; transactions
 * by their number. */
static int
compare(enum tree_kind kind, const struct key *a, const struct key *b)
{
	size_t numbers[2];
	int order;

	if (kind == FREE_PAGES) {
		memcpy(&numbers[0], a->octets, sizeof(numbers[0]));
		memcpy(&numbers[1], b->octets, sizeof(numbers[1]));
		return numbers[0] < numbers[1] ? -1 : numbers[0] > numbers[1];
	}
	order = memcmp(a->octets, b->octets, a->len < b->len ? a->len : b->len);
	if (order != 0)
		return order;
	return a->len < b->len ? -1 : a->len > b->len;
}

/* Whether the nodes are in order, within the limits, and fill the page from
 * upper on. The first key of a branch is no key: all that is smaller than the
 * second is found below it. */
static bool
are_in_order(const struct walk *walk, enum tree_kind kind,
    const struct level *level, bool is_branch)
{
	struct page_head head;
	struct node node;
	struct key last = level->low;
	size_t filled = 0;

	memcpy(&head, level->page, sizeof(head));
	for (unsigned i = 0; i < level->count; i++) {
		if (!read_node(walk, level->page, i, &node))
			return false;
		filled += node.bytes;
		if (is_branch && i == 0)
			continue;
		if (node.key.len == 0 ||
		    (kind == FREE_PAGES && node.key.len != sizeof(size_t)))
			return false;
		if (last.len > 0) {
			int order = compare(kind, &node.key, &last);

			/* a leaf may begin with the key that leads to it */
			if (order < 0 || (order == 0 && (i > 0 || is_branch)))
				return false;
		}
		if (level->high.len > 0 &&
		    compare(kind, &node.key, &level->high) >= 0)
			return false;
		last = node.key;
	}
	return filled == walk->page_bytes - head.upper;
}

/* Reads a page of a tree into its level. LMDB ends the process where a branch
 * has one child alone, but for the tree of free pages. */
static bool
enter(struct walk *walk, enum tree_kind kind, size_t number, unsigned at,
    unsigned depth)
{
	struct level *level = &walk->levels[at];
	bool is_branch = at + 1 < depth;
	struct page_head head;

	level->page = walk->pages + at * walk->page_bytes;
	level->next = 0;
	if (!take(walk, number) || !read_page(walk, number, level->page))
		return false;
	memcpy(&head, level->page, sizeof(head));
	if (head.kind != (is_branch ? BRANCH : LEAF) ||
	    head.lower < sizeof(head) || head.lower % 2 != 0 ||
	    head.lower > head.upper || head.upper > walk->page_bytes)
		return false;
	level->count = (unsigned)(head.lower - sizeof(head)) / 2;
	return level->count > (is_branch && kind != FREE_PAGES ? 1 : 0) &&
	       are_in_order(walk, kind, level, is_branch);
}

/* A list of pages in pieces: how many follow, then their numbers, descending.
 * Whoever takes a page from it writes there. */
struct list {
	bool has_begun;
	size_t left;
	size_t last;
};

static bool
read_list(struct walk *walk, const uint8_t *octets, size_t len,
    struct list *list)
{
	size_t number;

	for (; len >= sizeof(number); len -= sizeof(number)) {
		memcpy(&number, octets, sizeof(number));
		octets += sizeof(number);
		if (!list->has_begun) {
			list->has_begun = true;
			list->left = number;
			list->last = NO_PAGE;
		} else if (list->left > 0) {
			if (number >= list->last || !take(walk, number))
				return false;
			list->last = number;
			list->left--;
		}
	}
	return true;
}

/* A value that has pages of its own, one after the other. */
static bool
read_long_list(struct walk *walk, const struct node *node, struct list *list)
{
	uint8_t *page = walk->pages + DEPTH_MAX * walk->page_bytes;
	struct page_head head;
	uint32_t pages;
	size_t from = sizeof(head);
	size_t left = node->value_len;
	size_t number;

	memcpy(&number, node->value, sizeof(number));
	if (!take(walk, number) || !read_page(walk, number, page))
		return false;
	memcpy(&head, page, sizeof(head));
	/* their count stands in the place of lower and upper */
	memcpy(&pages, page + offsetof(struct page_head, lower), sizeof(pages));
	if (head.kind != LONG_VALUE || pages == 0 || pages > walk->last_page ||
	    left > pages * (uint64_t)walk->page_bytes - sizeof(head))
		return false;
	for (uint32_t i = 0; i < pages; i++) {
		size_t len = walk->page_bytes - from;

		if (i > 0 && !take(walk, number + i))
			return false;
		if (len > left)
			len = left;
		if (i > 0 && len > 0 &&
		    pread(walk->fd, page, walk->page_bytes,
			(off_t)((number + i) * walk->page_bytes)) !=
			(ssize_t)walk->page_bytes)
			return false;
		if (!read_list(walk, page + from, len, list))
			return false;
		left -= len;
		from = 0;
	}
	return true;
}

static bool
visit_free_pages(struct walk *walk, const struct node *node)
{
	struct list list = {.left = 0};
	size_t transaction;

	memcpy(&transaction, node->key.octets, sizeof(transaction));
	if (transaction == 0 || transaction > walk->transaction ||
	    node->value_len % sizeof(size_t) != 0)
		return false;
	if (!((node->flags & VALUE_IS_LONG) != 0
		    ? read_long_list(walk, node, &list)
		    : read_list(walk, node->value, node->value_len, &list)))
		return false;
	return list.has_begun && list.left == 0;
}

/* The value of a leaf. Records of ours are short. */
static bool
visit(struct walk *walk, enum tree_kind kind, const struct node *node)
{
	if (kind == FREE_PAGES)
		return (node->flags & ~VALUE_IS_LONG) == 0 &&
		       visit_free_pages(walk, node);
	if (kind == RECORDS)
		return node->flags == 0;
	if (node->flags != VALUE_IS_TREE ||
	    node->value_len != sizeof(struct tree) ||
	    walk->table_count == TABLES_MAX)
		return false;
	memcpy(&walk->tables[walk->table_count], node->value,
	    sizeof(struct tree));
	return walk->tables[walk->table_count++].flags == 0;
}

/* Goes down to a child of a level's page, with its limits. */
static bool
descend(struct walk *walk, enum tree_kind kind, unsigned at, unsigned depth)
{
	struct level *level = &walk->levels[at];
	struct level *below = &walk->levels[at + 1];
	struct node node;
	struct node after;

	if (!read_node(walk, level->page, level->next, &node))
		return false;
	below->low = level->next == 0 ? level->low : node.key;
	below->high = level->high;
	if (level->next + 1 < level->count) {
		if (!read_node(walk, level->page, level->next + 1, &after))
			return false;
		below->high = after.key;
	}
	level->next++;
	return enter(walk, kind, node.child, at + 1, depth);
}

static bool
check_tree(struct walk *walk, enum tree_kind kind, const struct tree *tree)
{
	unsigned depth = tree->depth;
	unsigned at = 0;
	size_t entries = 0;
	struct node node;

	if (tree->root == NO_PAGE)
		return tree->entries == 0;
	walk->levels[0].low.len = 0;
	walk->levels[0].high.len = 0;
	if (depth == 0 || depth > DEPTH_MAX ||
	    !enter(walk, kind, tree->root, 0, depth))
		return false;
	for (;;) {
		struct level *level = &walk->levels[at];

		if (level->next == level->count) {
			if (at == 0)
				return entries == tree->entries;
			at--;
		} else if (at + 1 < depth) {
			if (!descend(walk, kind, at++, depth))
				return false;
		} else {
			if (!read_node(walk, level->page, level->next++,
				&node) ||
			    !visit(walk, kind, &node))
				return false;
			entries++;
		}
	}
}

/* What a meta page says beside the trees. */
static bool
is_tidy(const struct meta *meta, const struct meta *other, uint64_t file_bytes)
{
	size_t page_bytes = meta->free_pages.pad;

	return meta->magic == MAGIC && other->magic == MAGIC &&
	       other->version == meta->version &&
	       page_bytes >= PAGE_BYTES_MIN && page_bytes <= PAGE_BYTES_MAX &&
	       (page_bytes & (page_bytes - 1)) == 0 &&
	       other->free_pages.pad == page_bytes &&
	       meta->last_page < file_bytes / page_bytes &&
	       meta->free_pages.flags == KEYS_ARE_NUMBERS &&
	       meta->tables.flags == 0;
}

/* The state of a transaction stands in the page of its parity, until the next
 * but one. */
static int
find_state(int fd, uint64_t transaction, struct meta *out)
{
	struct meta metas[META_PAGES];
	struct stat st;

	if (fstat(fd, &st) != 0 || !read_meta(fd, 0, &metas[0]))
		return -EUCLEAN;
	if (metas[0].magic == MAGIC && metas[0].version != VERSION)
		return -ENOTSUP;
	if (!read_meta(fd, metas[0].free_pages.pad, &metas[1]))
		return -EUCLEAN;
	*out = metas[transaction % META_PAGES];
	if (!is_tidy(out, &metas[(transaction + 1) % META_PAGES],
		(uint64_t)st.st_size))
		return -EUCLEAN;
	return out->transaction == transaction ? 0 : -EAGAIN;
}

int
bs_pages_check(int fd, uint64_t transaction)
{
	struct walk *walk = NULL;
	struct meta meta;
	bool is_sound;
	int rc;

	rc = find_state(fd, transaction, &meta);
	if (rc != 0)
		return rc == -ENOTSUP ? 0 : rc;
	rc = -ENOMEM;
	if ((walk = calloc(1, sizeof(*walk))) == NULL)
		return rc;
	walk->fd = fd;
	walk->page_bytes = meta.free_pages.pad;
	walk->last_page = meta.last_page;
	walk->transaction = meta.transaction;
	walk->seen = calloc(meta.last_page / 8 + 1, 1);
	walk->pages = malloc((DEPTH_MAX + 1) * walk->page_bytes);
	if (walk->seen == NULL || walk->pages == NULL)
		goto out;
	is_sound = check_tree(walk, FREE_PAGES, &meta.free_pages) &&
		   check_tree(walk, TABLES, &meta.tables);
	for (unsigned i = 0; i < walk->table_count && is_sound; i++)
		is_sound = check_tree(walk, RECORDS, &walk->tables[i]);
	rc = is_sound ? 0 : -EUCLEAN;
out:
	free(walk->pages);
	free(walk->seen);
	free(walk);
	return rc;
}
