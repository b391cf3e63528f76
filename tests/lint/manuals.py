"""mandoc's own lint over every manual page."""

import tree


def main():
    tree.relay(["mandoc", "-T", "lint", "-W", "warning",
                *map(str, tree.files("*.[1-9]"))])
    tree.finish()


main()
