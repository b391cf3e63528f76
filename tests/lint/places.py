"""Nothing of the machine it was written on: no paths of it, no hosts, and no
document that does not come with the tree."""

import re

import tree

# Hosts that a file may name: documentation (RFC 2606, RFC 6761) and the
# places that a reader is sent to.
HOSTS = re.compile(
    r"(.*\.)?(example|test|invalid|localhost|local)|"
    r"(.*\.)?example\.(org|net|com)|localhost|"
    r"(.*\.)?(ietf\.org|rfc-editor\.org|debian\.org|opensmtpd\.org|"
    r"openbsd\.org|exim\.org|kernel\.org|isc\.org)")
URL = re.compile(r"\b(?:https?|ftp|git|ssh)://(?:[^/@\s]*@)?([\w.-]+)")

# Where people and machines keep their own. "$tmp/work" is none, and the users
# of the lab's hosts are nobody.
PRIVATE = re.compile(
    r"(?<![\w.}$)-])/(?:work|workspace|scratch|mnt)(?![\w-])|"
    r"/(?:home|Users)/(?!(?:alice|bob|carol|dave)\b)\w+|"
    r"/root/\.|\bpyenv\b|/tmp/(?:build|bash)[-_]")

REGISTRY = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org|crates\.io|"
    r"proxy\.golang\.org|(?:index|registry|mirror|artifactory|nexus|proxy)"
    r"[\w-]*\.(?!example\b)[a-z][\w.-]*\.(?:com|net|org|io|internal|corp))\b",
    re.I)


# Pages that lie elsewhere: a reader has the tree, and no other.
OUTSIDE = re.compile(r"\b(?:DESIGN|STYLE|HOUSE|CLUSTER)\b")


def check(path, number, line):
    for match in URL.finditer(line):
        host = match[1].lower()
        if "." in host and not HOSTS.fullmatch(host):
            tree.fault(path, number, f"{match[0]}: whose host is this? "
                       "Use an example name, or add it to tests/lint/places.py")
    for pattern, advice in (
            (PRIVATE, "a path of somebody's machine: take it from the "
             "environment or from where the file lies"),
            (REGISTRY, "a package registry: nothing here asks one")):
        match = pattern.search(line)
        if match:
            tree.fault(path, number, f"'{match[0]}' is {advice}")
    match = OUTSIDE.search(line)
    if match:
        tree.fault(path, number, f"{match[0]} is not in this tree: name a "
                   "page that is, or say the thing itself")


def main():
    for path in tree.files("*"):
        if str(path) == "tests/lint/places.py":
            continue
        text = tree.read(path)
        if "\0" in text:
            continue  # a fuzz seed
        for number, line in enumerate(text.split("\n"), 1):
            check(path, number, line)
    tree.finish()


main()
