"""The smtpd.conf that documents show is the one that packages ship, which the
tests load."""

import re

import tree

SHIPPED = "packaging/examples/smtpd/{}.conf"
MANUAL = "filter/filter-backstop.8"
# The subsections of the manual page, each with what it shows.
SHOWN = {"Two hops": "two-hops", "One hop": "one-hop"}
README = "README.md"
STATEMENT = re.compile(r"    (?:action|filter|listen|match|pki|table) ")


def statements(text):
    """The lines of an smtpd.conf, however they are folded and indented."""
    text = re.sub(r"\\e?\n", " ", text)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return [line for line in lines if line and not line.startswith("#")]


def manual_text(heading):
    found = re.search(rf"^\.Ss {heading}\n.*?^\.Bd[^\n]*\n(.*?)^\.Ed",
                      tree.read(MANUAL), re.M | re.S)
    return found[1] if found else ""


def check_manual():
    for heading, name in SHOWN.items():
        shipped = statements(tree.read(SHIPPED.format(name)))
        shown = statements(manual_text(heading))
        for line in shipped:
            if line not in shown:
                tree.fault(MANUAL, 0, f"{heading}: '{line}' is missing; it "
                           f"stands in {SHIPPED.format(name)}")
        for line in shown:
            if line not in shipped:
                tree.fault(MANUAL, 0, f"{heading}: '{line}' is not in "
                           f"{SHIPPED.format(name)}")
        if sorted(shown) == sorted(shipped) and shown != shipped:
            tree.fault(MANUAL, 0, f"{heading}: another order than in "
                       f"{SHIPPED.format(name)}")


def check_readme():
    """It leaves out what every smtpd.conf has, and has commands beside."""
    part = tree.read(README).partition("### OpenSMTPD")[2].partition("###")[0]
    shown = statements("\n".join(line for line in part.split("\n")
                                 if STATEMENT.match(line)))
    shipped = statements(tree.read(SHIPPED.format("two-hops")))
    if not shown or shown != [line for line in shipped if line in shown]:
        tree.fault(README, 0, "the lines for smtpd.conf are not those of "
                   + SHIPPED.format("two-hops"))


def main():
    for path in tree.files(SHIPPED.format("*")):
        if path.stem not in SHOWN.values():
            tree.fault(path, 0, f"{MANUAL} does not show it")
    check_manual()
    check_readme()
    tree.finish()


main()
