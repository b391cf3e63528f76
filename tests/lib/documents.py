"""The lines that the documents tell an administrator to type or to write."""

import re
import textwrap

from build import source


def readme(section):
    """The indented blocks of a section of README.md, in order."""
    text = (source() / "README.md").read_text(encoding="utf-8")
    body = re.search(rf"^#+ {re.escape(section)}$(.*?)(?=^#|\Z)", text,
                     re.M | re.S)[1]
    return [textwrap.dedent(block).strip() + "\n" for block in
            re.findall(r"^(?:    .*\n(?:\n(?=    ))?)+", body, re.M)]


def manual(page):
    """The displays of a manual page, in order; of commands the prompt is
    taken off."""
    text = (source() / page).read_text(encoding="utf-8")
    found = []
    for display in re.findall(r"^\.Bd .*?\n(.*?)^\.Ed", text, re.M | re.S):
        display = display.replace("\\e", "\\").replace("\\&", "")
        found.append(re.sub("^# ", "", display, flags=re.M))
    return found


def one_with(blocks, word):
    """The one block with a word in it."""
    found, = (block for block in blocks if word in block)
    return found
