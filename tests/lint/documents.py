"""Pages for people who change the code name files and functions that exist."""

import re

import tree

PAGES = ("common/README.md", ".github/CONTRIBUTING.md", "README.md",
         "packaging/README.md", "tests/README.md", "tests/e2e/README.md",
         "tests/bench/README.md", "tests/fuzz/README.md")
SUFFIX = re.compile(r"(?!/)[\w.*/-]+\.(?:c|h|py|sh|md|build|map|spec|\d)")

# A file, and a function in it.
PAIR = re.compile(r"`([\w/]+\.c)`,\s+`(\w+)\(\)`")


def folders(page):
    """Where a name on the page may begin."""
    here = (tree.ROOT / page).parent
    return tree.ROOT, here


def names(page):
    """(line, kind, name) of what stands in backquotes or in a link."""
    fenced = False
    for number, line in enumerate(tree.read(page).split("\n"), 1):
        if line.startswith("```"):
            fenced = not fenced
        if fenced or line.startswith("    "):
            continue
        for text in re.findall(r"`([^`]+)`", line):
            if re.fullmatch(r"\w+\(\)", text):
                yield number, "function", text[:-2]
            elif SUFFIX.fullmatch(text) or re.fullmatch(r"[\w/-]+/", text):
                yield number, "file", text
        for text in re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", line):
            yield number, "file", text


def anchors(page):
    """What a heading can be linked by, as forges make it."""
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")
            for heading in re.findall(r"^#+ (.*)$", tree.read(page), re.M)}


def check(page, known):
    count = 0
    for line, kind, name in names(page):
        count += 1
        if kind == "function":
            if name not in known:
                tree.fault(page, line, f"no file has {name}()")
        elif not any(list(folder.glob(name)) for folder in folders(page)):
            tree.fault(page, line, f"there is no {name}")
    for path, name in PAIR.findall(tree.read(page)):
        for folder in folders(page):
            if (folder / path).is_file() and not re.search(
                    rf"^{name}\(", (folder / path).read_text(), re.M):
                tree.fault(page, 0, f"{path} has no {name}()")
    here = anchors(page)
    for line, text in enumerate(tree.read(page).split("\n"), 1):
        for anchor in re.findall(r"\]\(#([\w-]+)\)", text):
            if anchor not in here:
                tree.fault(page, line, f"no heading is called #{anchor}")
    return count


def main():
    known = set()
    for path in tree.files("*.c", "*.h", "*.py"):
        known.update(re.findall(r"\b(\w+)\(", tree.read(path)))
    count = sum(check(page, known) for page in PAGES
                if (tree.ROOT / page).is_file())
    if count < 100:
        tree.fail(f"only {count} names seen: can documents.py still read "
                  "these pages?")
    tree.finish()


main()
