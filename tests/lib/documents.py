"""The lines that the documents tell an administrator to type or to write."""

import pathlib
import re
import textwrap

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def readme(section):
    """The indented blocks of a section of README.md, in order."""
    text = (SOURCE / "README.md").read_text(encoding="utf-8")
    body = re.search(rf"^#+ {re.escape(section)}$(.*?)(?=^#|\Z)", text,
                     re.M | re.S)[1]
    return [textwrap.dedent(block).strip() + "\n" for block in
            re.findall(r"^(?:    .*\n(?:\n(?=    ))?)+", body, re.M)]


def manual(page):
    """The displays of a manual page, in order; of commands the prompt is
    taken off."""
    text = (SOURCE / page).read_text(encoding="utf-8")
    found = []
    for display in re.findall(r"^\.Bd .*?\n(.*?)^\.Ed", text, re.M | re.S):
        display = display.replace("\\e", "\\").replace("\\&", "")
        found.append(re.sub("^# ", "", display, flags=re.M))
    return found


def one_with(blocks, word):
    """The one block with a word in it."""
    found, = (block for block in blocks if word in block)
    return found


def typed(block):
    """The lines of a block as they are typed: those that go on put together,
    without remarks."""
    whole = re.sub(r" *\\\n *", " ", block)
    lines = [re.sub(r"\s+# .*", "", line) for line in whole.splitlines()]
    return [line for line in lines if line]


def to_build_with():
    """The packages that README.md has people install to build without ours,
    Exim's among them."""
    names, = [line.split()[2:] for line in
              typed(one_with(readme("Without packages"), "libspf2-dev"))
              if line.startswith("apt install")]
    return names + ["exim4-dev"]
