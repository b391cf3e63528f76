/* libarchive, which is loaded when it is first needed. It brings libxml2 and
 * ICU: to load them takes longer than most subcommands take as a whole. */
#ifndef BS_BASE_LIBARCHIVE_H
#define BS_BASE_LIBARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

#include "common/base/backstop.h"

/* What is called of it. */
#define BS_LIBARCHIVE_CALLS(X)                                                 \
	X(archive_entry_filetype)                                              \
	X(archive_entry_free)                                                  \
	X(archive_entry_hardlink)                                              \
	X(archive_entry_new)                                                   \
	X(archive_entry_pathname)                                              \
	X(archive_entry_perm)                                                  \
	X(archive_entry_set_filetype)                                          \
	X(archive_entry_set_gname)                                             \
	X(archive_entry_set_mtime)                                             \
	X(archive_entry_set_pathname)                                          \
	X(archive_entry_set_perm)                                              \
	X(archive_entry_set_size)                                              \
	X(archive_entry_set_uname)                                             \
	X(archive_entry_size)                                                  \
	X(archive_entry_size_is_set)                                           \
	X(archive_entry_sparse_count)                                          \
	X(archive_entry_symlink)                                               \
	X(archive_errno)                                                       \
	X(archive_error_string)                                                \
	X(archive_filter_bytes)                                                \
	X(archive_read_data)                                                   \
	X(archive_read_data_block)                                             \
	X(archive_read_free)                                                   \
	X(archive_read_new)                                                    \
	X(archive_read_next_header)                                            \
	X(archive_read_open_fd)                                                \
	X(archive_read_open_memory)                                            \
	X(archive_read_support_filter_all)                                     \
	X(archive_read_support_filter_gzip)                                    \
	X(archive_read_support_format_empty)                                   \
	X(archive_read_support_format_raw)                                     \
	X(archive_read_support_format_tar)                                     \
	X(archive_read_support_format_zip)                                     \
	X(archive_write_close)                                                 \
	X(archive_write_data)                                                  \
	X(archive_write_free)                                                  \
	X(archive_write_header)                                                \
	X(archive_write_new)                                                   \
	X(archive_write_open_fd)                                               \
	X(archive_write_set_format_pax_restricted)

/* Its functions by their names. NULL until it is loaded. */
#define BS_LIBARCHIVE_MEMBER(name) __typeof__(name) *(name);
struct bs_libarchive {
	BS_LIBARCHIVE_CALLS(BS_LIBARCHIVE_MEMBER)
};
extern struct bs_libarchive bs_libarchive;

/* Loads it, once; before a process shuts itself in. Returns 0, or -ELIBACC
 * after a line on standard error that says why. */
BS_MUST_USE int bs_libarchive_load(void);

#endif
