"""Each test of tests/unit is one that meson runs."""

import re

import tree


def main():
    build = tree.read("tests/meson.build")
    for path in tree.files("tests/unit/test_*"):
        name = path.stem.removeprefix("test_")
        names = {path.name, name, name.removeprefix("exim_")}
        if not any(re.search(rf"['/]{re.escape(each)}'", build)
                   for each in names):
            tree.fault(path, 1, "nobody runs this: name it in "
                       "tests/meson.build")
    tree.finish()


main()
