/* libarchive, which is loaded when it is first needed. */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/base/libarchive.h"

#ifndef ELIBACC
#define ELIBACC ENOSYS
#endif

/* The library with the interface of its header. OpenBSD finds the newest. */
#ifdef __OpenBSD__
#define LIBRARY "libarchive.so"
#else
#define LIBRARY "libarchive.so.13"
#endif

struct bs_libarchive bs_libarchive;

/* Sets the function behind a pointer, which ISO C keeps apart from objects. */
static bool
find(void *library, const char *name, void *function)
{
	void *found = dlsym(library, name);

	memcpy(function, &found, sizeof(found));
	return found != NULL;
}

#define FIND(name) is_whole &= find(library, #name, &found.name);

int
bs_libarchive_load(void)
{
	static bool is_loaded;
	struct bs_libarchive found;
	bool is_whole = true;
	const char *why;
	void *library;

	if (is_loaded)
		return 0;
	library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (library != NULL) {
		BS_LIBARCHIVE_CALLS(FIND)
		if (is_whole) {
			bs_libarchive = found;
			is_loaded = true;
			return 0;
		}
	}
	why = dlerror();
	fputs("backstop: libarchive is needed for this: ", stderr);
	fputs(why == NULL ? "it is of another version" : why, stderr);
	fputc('\n', stderr);
	return -ELIBACC;
}
