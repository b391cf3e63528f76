"""Layout is what .clang-format says, as version 14 reads it."""

import tree


def main():
    tree.need_version("clang-format", "14")
    tree.relay(["clang-format", "--dry-run", "-Werror",
                *map(str, tree.files("*.c", "*.h"))])
    tree.finish()


main()
