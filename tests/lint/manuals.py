"""Every manual page as readers get it: by mandoc and by groff without a warning,
the same words from both, and no line of the source lost.

groff takes a word of text for a macro where mandoc does not, and then drops
what follows: so did a title that began with "An"."""

import collections
import re
import subprocess

import tree

WIDE = 400
# of words that one of them breaks where the other does not
HYPHEN = re.compile(r"(\w)[-\u2010]\n\s*(\w)")
# what is on the page but not in its source, or the other way round
FRAME = ("BSD", "Debian", "OpenBSD")
# lines that are set up, not shown: no word of them has to be on the page
SETUP = re.compile(r"\.(Dd|Dt|Os|Bl|El|Bd|Ed|Bk|Ek|Rs|Re|Pp|\\\")")
# requests of mdoc, which are no words of the page
MACROS = set(
    "Ad An Ap Aq Ar Bq Cm Dl Dq Dv Em Er Ev Fa Fl Ic In It Li Lk Ms Mt Nd Nm "
    "No Ns Oc Oo Op Pa Pc Po Pq Ql Qq Sh Sq Ss St Sx Sy Ta Tn Va Xr".split())


def printed(command, path):
    """What a formatter makes of a page; what it complains of is a fault."""
    done = subprocess.run([*command, str(path)], capture_output=True,
                          text=True, check=False, cwd=tree.ROOT)
    for line in done.stderr.splitlines():
        tree.fault(path, 0, f"{command[0]}: {line}")
    text = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout)
    return HYPHEN.sub(r"\1\2", text)


def words(text):
    found = collections.Counter(re.findall(r"\w{2,}", text))
    for word in FRAME:
        found.pop(word, None)
    return found


def letters(text):
    return "".join(re.findall(r"[A-Za-z0-9]", text))


def plain(text):
    """Text of the source without its escapes."""
    text = re.sub(r"\\\[[^]]*\]|\\\(..|\\[f*].", " ", text)
    return text.replace("\\e", "").replace("\\&", "").replace("\\", "")


def shown(line):
    """What of a line of the source must be on the page."""
    if SETUP.match(line) or line.startswith(("'", ".\\\"")):
        return ""
    if not line.startswith("."):
        return letters(plain(line))
    parts = plain(line[1:]).replace('"', "").split()
    return letters(" ".join(part for part in parts
                            if part not in MACROS and part[0] != "%"))


def check(path):
    by_groff = printed(["groff", "-mandoc", "-Tutf8", "-ww",
                        f"-rLL={WIDE}n"], path)
    by_mandoc = printed(["mandoc", "-Tutf8", f"-Owidth={WIDE}"], path)
    ours, theirs = words(by_groff), words(by_mandoc)
    for word in sorted(ours.keys() | theirs.keys()):
        if ours[word] != theirs[word]:
            tree.fault(path, 0, f"'{word}' is {ours[word]} times on the page "
                       f"by groff, {theirs[word]} times by mandoc")
    page = letters(by_groff)
    text = tree.read(path).replace("\\\n", " ")
    for line in text.split("\n"):
        if shown(line) not in page:
            tree.fault(path, 0, f"groff swallows words of: {line}")


def main():
    pages = tree.files("*.[1-9]")
    tree.relay(["mandoc", "-T", "lint", "-W", "warning", *map(str, pages)])
    for path in pages:
        check(path)
    tree.finish()


main()
