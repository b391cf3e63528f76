/* A copy of the store is looked at, and put in the store's place. */
#ifndef BS_CLI_STORE_PLACE_H
#define BS_CLI_STORE_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/engine/state_folder.h"
#include "common/keys/day.h"
#include "common/keys/mac.h"

/* What the copy is, and what became of the store that was there. */
struct bs_placed {
	uint64_t entries;
	uint64_t damaged;
	int64_t format;
	int64_t last;	  /* its last mark */
	int64_t replaced; /* what was there is kept under this number; 0: there
			   * was nothing */
};

/* A folder of the store's owner, in the state folder. */
struct bs_staged {
	char folder[PATH_MAX];
	char file[PATH_MAX];
	int folder_fd; /* locked while it is used; -1: there is none */
	int fd;	       /* of file, to write the copy to; -1: there is none */
	int lock_fd;   /* the engine's lock; -1: it is not taken */
};

/* A staged with nothing in it. */
#define BS_STAGED_NONE                                                         \
	{                                                                      \
		.folder_fd = -1, .fd = -1, .lock_fd = -1                       \
	}

/* Makes the folder and an empty file in it; the store's folder must be there.
 * A folder that a killed run left is removed. Until the end, a signal that ends
 * the program removes the new one. Returns 0 or -errno. */
BS_MUST_USE int bs_stage_begin(const char *state,
    const struct bs_state_folder_paths *paths, struct bs_staged *out);

/* Reads all of the copy, whose key must be this one. Returns 0, -EUCLEAN,
 * -EKEYREJECTED, -EPROTO, or -errno. */
BS_MUST_USE int bs_stage_check(const struct bs_staged *staged,
    const uint8_t store_key[static BS_STORE_KEY_LEN], struct bs_placed *out);

/* Takes the engine's lock, until the end. Returns 0, -EBUSY while an engine
 * runs, or -errno. */
BS_MUST_USE int bs_stage_lock(struct bs_staged *staged,
    const struct bs_state_folder_paths *paths);

/* Puts the copy (has_store) or nothing in the place of the store, with a gap
 * from the copy's last mark until now, and voids the ticket of the last stop.
 * The clock may be NULL: bs_meta_mark_restored(). Returns 0 or -errno. */
BS_MUST_USE int bs_stage_place(const struct bs_staged *staged,
    const char *state, const struct bs_state_folder_paths *paths,
    bool has_store, const struct bs_clock *clock, int64_t now,
    struct bs_placed *out);

/* Removes what is left of the folder, and unlocks. */
void bs_stage_end(struct bs_staged *staged);

#endif
