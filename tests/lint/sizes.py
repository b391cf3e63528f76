"""How long a function and a file may be (.github/CONTRIBUTING.md)."""

import re

import tree

FUNCTION_MAX = 80  # lines, from its name to its closing brace
FILE_LONG = 700
FILE_MAX = 1000


def functions(text):
    """Yields (name, first line, lines) of a file in KNF: the name stands in
    column 0, its braces too."""
    name, first = None, 0
    for number, line in enumerate(tree.code(text).split("\n"), 1):
        match = re.match(r"(\w+)\(", line)
        if match:
            name, first = match[1], number
        elif line == "}" and name:
            yield name, first, number - first + 1
            name = None
        elif line.endswith(";") and not line.startswith(("\t", " ")):
            name = None  # a declaration


def main():
    count = 0
    for path in tree.files("*.c", "*.h"):
        text = tree.read(path)
        lines = text.count("\n")
        if not text.startswith("/*"):
            tree.fault(path, 1, "say what the file is for, in one line, on "
                       "its first line")
        if lines > FILE_MAX:
            tree.fault(path, 0, f"{lines} lines, more than {FILE_MAX}: does it "
                       "have two duties?")
        elif lines > FILE_LONG:
            print(f"{path}: warning: {lines} lines, more than {FILE_LONG}: "
                  "does it have two duties?")
        for name, first, length in functions(text):
            count += 1
            if length > FUNCTION_MAX:
                tree.fault(path, first, f"{name}() has {length} lines, more "
                           f"than {FUNCTION_MAX}: parse, decide or act")
    if count < 100:
        tree.fail(f"only {count} functions seen: can sizes.py still read "
                  "this style?")
    tree.finish()


main()
