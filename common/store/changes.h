/* Changes that wait to be written, one for each record, merged as they come.
 * All are of the kind BS_CHANGE_ADD. */
#ifndef BS_STORE_CHANGES_H
#define BS_STORE_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/store/change.h"

struct bs_changes;

/* Makes an empty set of at most max changes. Returns NULL without memory. */
struct bs_changes *bs_changes_new(size_t max);
void bs_changes_free(struct bs_changes *changes); /* takes NULL */

size_t bs_changes_count(const struct bs_changes *changes);
void bs_changes_clear(struct bs_changes *changes);

/* Merges a change into the set, copying it. Returns 0, or -ENOSPC where the
 * set is full. */
BS_MUST_USE int bs_changes_add(struct bs_changes *changes,
    const struct bs_change *change);

/* Whether the set has a change of a record. */
bool bs_changes_have(const struct bs_changes *changes, enum bs_table table,
    const uint8_t *key, size_t key_len);

/* Merges the change of an entry's record into the entry, if the set has one
 * and it came as number at (from 0) or later. */
void bs_changes_overlay(const struct bs_changes *changes, size_t at,
    struct bs_entry *entry);

/* The changes from number at on, in the order in which they came: as many as
 * bs_changes_count() leaves. A view, until the set changes. */
const struct bs_change *bs_changes_from(const struct bs_changes *changes,
    size_t at);

#endif
