"""Tables of the code and lists of manual pages, read and compared."""

import re

import tree

# The verdict table: each row with its number, verdict and reason.
ROWS = "common/policy/bounce.c"
ROWS_BEGIN = r"bs_row rows\[\] = \{"
ROW = r'ROW\((\d+), "([^"]*)", (\w+),'


def table(path, begin, row):
    """Matches of a row's pattern in a C initializer, each with its line."""
    text = tree.code(tree.read(path), strings=True)
    start = re.search(begin, text)
    if not start:
        tree.fault(path, 0, f"no table begins with {begin}: tell "
                   "tests/lint where it went")
        return []
    end = text.find("\n};", start.end())
    found = [(text.count("\n", 0, match.start()) + 1, match)
             for match in re.compile(row).finditer(text, start.end(), end)]
    if not found:
        tree.fault(path, 0, f"the table {begin} has no rows that "
                   "tests/lint can read")
    return found


def reason_words():
    """The name of a reason in the code -> its word in logs."""
    return {match[1]: match[2] for _, match in
            table("common/policy/reason.c", r"reasons\[BS_REASONS\] = \{",
                  r'\[BS_REASON_(\w+)\] = \{"([^"]*)"')}


def lines(path):
    """The lines of a page: (number, text). One that ends in a backslash goes
    on in the next."""
    begun, number = "", 0
    for here, line in enumerate(tree.read(path).split("\n"), 1):
        number = number or here
        if line.endswith("\\"):
            begun += line[:-1]
            continue
        yield number, begun + line
        begun, number = "", 0


def items(path):
    """The items of a page's lists: (line, depth of the list, words). A quoted
    word is one."""
    depth = 0
    for number, line in lines(path):
        if line.startswith(".Bl"):
            depth += 1
        elif line.startswith(".El"):
            depth -= 1
        elif line.startswith(".It"):
            yield number, depth, [word.strip('"') for word in
                                  re.findall(r'"[^"]*"|\S+', line)[1:]]


def compare(wanted, found, where, what):
    """Both are dicts of name to line; where is a path or a program."""
    for name in wanted.keys() - found.keys():
        tree.fault(where, 0, f"{what} '{name}' is missing; it stands in "
                   f"{wanted[name]}")
    for name in found.keys() - wanted.keys():
        tree.fault(where, found[name], f"{what} '{name}' is not in the code's "
                   "table")
