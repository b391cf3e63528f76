/* Who was counted most often, in a table of fixed size: Space-Saving (Metwally,
 * Agrawal, El Abbadi: Efficient computation of frequent and top-k elements in
 * data streams, 2005).
 *
 * Whoever is new takes the place of who was counted least, and that count with
 * it, which is then its error. So each count is at most too large, by no more
 * than its error; and nobody who was counted more often than the least one here
 * is missing. */
#ifndef BS_STORE_TOP_H
#define BS_STORE_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/store/top_record.h"

#define BS_TOP_INDEX 2048 /* a power of two, at least 2 * BS_TOP_SLOTS */

/* Some 150 KB; the caller owns it. Private but for reading entries. */
struct bs_top {
	struct bs_top_entry entries[BS_TOP_SLOTS]; /* count 0: free */
	bool is_changed[BS_TOP_SLOTS];		   /* and not yet written */
	bool is_new[BS_TOP_SLOTS];    /* what is written there has another
				       * text */
	int64_t counts[BS_TOP_SLOTS]; /* as in entries, but close together */
	uint32_t hashes[BS_TOP_SLOTS];
	uint16_t order[BS_TOP_SLOTS]; /* slots, the least counted first */
	uint16_t place[BS_TOP_SLOTS]; /* of a slot in order */
	uint16_t index[BS_TOP_INDEX]; /* by hash: slot + 1; 0 is free */
};

/* Makes it empty. */
void bs_top_clear(struct bs_top *top);

/* Counts a text of 1 to BS_TOP_TEXT_MAX octets once more; any other is not
 * counted. */
void bs_top_count(struct bs_top *top, const char *text, size_t len);

/* Takes the text of a slot away; its count stays. */
void bs_top_forget(struct bs_top *top, unsigned slot);

/* All slots are to be written again. */
void bs_top_change_all(struct bs_top *top);

/* Makes the table what bs_top_add_up() left: of more than BS_TOP_SLOTS the
 * first. All slots are changed then. */
void bs_top_fill(struct bs_top *top, const struct bs_top_entry *entries,
    size_t count);

/* Copies out what is counted in a table. Returns how many. *floor is how often
 * who is missing may have been counted. */
size_t bs_top_copy(const struct bs_top *top,
    struct bs_top_entry out[static BS_TOP_SLOTS], int64_t *floor);

/* The same of entries that were read of a table, whose slots are all taken, or
 * not. */
int64_t bs_top_floor(const struct bs_top_entry *entries, size_t count,
    bool is_full);

/* Several tables become one. Before, each table's floor is taken off its
 * entries by bs_top_lower(); floors is the sum of all. What has the same text
 * is added up in its place. Returns how many are left, the most counted first.
 */
void bs_top_lower(struct bs_top_entry *entries, size_t count, int64_t floor);
size_t bs_top_add_up(struct bs_top_entry *entries, size_t count,
    int64_t floors);

/* Of entries of one table with the same text the larger alone stays: a write
 * that was cut short may leave two. Returns how many are left. */
size_t bs_top_unique(struct bs_top_entry *entries, size_t count);

#endif
