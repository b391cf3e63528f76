/* The keyring's file: a line a key, replaced by rename, kept from others. */
#ifndef BS_KEYS_KEYRING_FILE_H
#define BS_KEYS_KEYRING_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "common/base/backstop.h"
#include "common/keys/keyring.h"

/* Reads the text of a keyring. Returns 0, with out->damaged set where a line
 * fails its check, or -EINVAL with *fault set. */
BS_MUST_USE int bs_keyring_parse(const char *text, size_t len,
    struct bs_keyring *out, struct bs_fault *fault);

/* Reads a keyring file that nobody else can read: any right for others or
 * group write is refused. Returns 0, or -errno (-ENOENT where there is none,
 * -EPERM for its mode or owner, -EINVAL for its text) with *fault set. */
BS_MUST_USE int bs_keyring_load(const char *path, struct bs_keyring *out,
    struct bs_fault *fault);

/* Replaces the file by rename, mode 0640, group gid ((gid_t)-1: leave), and
 * syncs it and its folder. Returns 0 or -errno. */
BS_MUST_USE int bs_keyring_save(const char *path,
    const struct bs_keyring *keyring, gid_t gid);

#endif
