"""What X.c offers to others is declared in X.h, so that a reader finds it.

usage: declared.py BUILD_DIR"""

import pathlib
import re
import sys

import objects
import tree


def exported_to_exim():
    """Functions that Exim finds by name; Exim's own header declares some."""
    return set(re.findall(r"^\s*(\w+);$", tree.read("exim/exports.map"), re.M))


def main():
    if len(sys.argv) != 2:
        tree.fail("usage: declared.py BUILD_DIR")
        tree.finish()
    elsewhere = exported_to_exim() | {"main"}
    for source, part in objects.read(sys.argv[1]).items():
        header = pathlib.Path(source).with_suffix(".h")
        names = part.defined - elsewhere
        if not names:
            continue
        if not (tree.ROOT / header).is_file():
            tree.fault(source, 0, f"there is no {header} that declares "
                       f"{', '.join(sorted(names))}")
            continue
        told = set(re.findall(r"\w+", tree.code(tree.read(header))))
        for name in sorted(names - told):
            tree.fault(source, 0, f"{name} is not declared in {header}: make "
                       "it static, or move the declaration")
    tree.finish()


main()
