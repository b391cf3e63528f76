"""shellcheck over every script of the shell, whatever its name ends with."""

import re

import tree

SHEBANG = re.compile(r"#!\s*/\S*(/|\benv\s+)(sh|bash|dash)\b")


def main():
    scripts = [str(path) for path in tree.files("*")
               if path.suffix == ".sh"
               or "\n# shellcheck shell=" in tree.read(path)[:300]
               or SHEBANG.match(tree.read(path).split("\n", 1)[0])]
    if not scripts:
        tree.fail("no scripts at all?")
    # Found once for each path that a script sources: relative to the root.
    tree.relay(["shellcheck", "-x", "--source-path=SCRIPTDIR",
                "--source-path=.", *scripts])
    tree.finish()


main()
