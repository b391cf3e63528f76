"""What is pure (rooms.PURE) calls nothing that acts: neither a function of libc
that could, nor one of ours that is not pure itself.

usage: pure.py BUILD_DIR"""

import re
import sys

import objects
import rooms
import tree

# They look at memory that they are handed, or write what fits into it.
HARMLESS = set("""
inet_ntop inet_pton memchr memcmp memcpy memmem memmove memset snprintf strchr
strcmp strcspn strlen strncmp strnlen strpbrk strrchr strspn strstr vsnprintf
""".split())

# What a compiler adds by itself; with -D_FORTIFY_SOURCE, as packages are
# built, memcpy() is __memcpy_chk(), and clang has bcmp() for memcmp().
COMPILER = set("""_GLOBAL_OFFSET_TABLE_ __stack_chk_fail __stack_chk_guard
bcmp __fentry__""".split())


def plain(name):
    """memcpy for __memcpy_chk@GLIBC_2.3."""
    name = name.partition("@")[0]
    fortified = re.fullmatch(r"__(\w+)_chk", name)
    return fortified[1] if fortified else re.sub("^__isoc99_", "", name)


def main():
    if len(sys.argv) != 2:
        tree.fail("usage: pure.py BUILD_DIR")
        tree.finish()
    symbols = objects.read(sys.argv[1])
    owner = objects.owners(symbols)
    pure = 0
    for source, part in symbols.items():
        if not rooms.is_pure(source):
            continue
        pure += 1
        for name in sorted(part.kept):
            tree.fault(source, 0, f"is pure, and keeps {name} from call to "
                       "call: let the caller own it")
        for name in sorted(part.wanted - COMPILER):
            if name in owner:
                for other in owner[name]:
                    if not rooms.is_pure(other):
                        tree.fault(source, 0, f"is pure, and calls {name}() "
                                   f"of {other}, which is not")
            elif plain(name) not in HARMLESS:
                tree.fault(source, 0, f"is pure, and calls {name}(): take "
                           "what it gives as an argument")
    if pure < 40:
        tree.fail(f"only {pure} pure files seen: tell rooms.PURE where they "
                  "went")
    tree.finish()


main()
