"""Packages that no test builds: their shell can be read, they say that they
were not built, and they know of every manual page."""

import pathlib
import re
import shutil
import subprocess
import tempfile

import tree

# Whose shell reads what; the first one that is installed does.
SHELLS = {
    "packaging/alpine/*": ("dash", "sh"),
    "packaging/openbsd/pkg/*.rc": ("ksh", "mksh", "oksh", "sh"),
}
MARK = re.compile(r"^(#|@comment) Not (built|tried)\b", re.M)
MARKED = ("packaging/alpine/*", "packaging/openbsd/Makefile",
          "packaging/openbsd/pkg/PLIST", "packaging/openbsd/pkg/*.rc")

# Those of Exim's module are not for hosts that cannot load it.
PAGES = ("common/*.[1-9]", "filter/*.[1-9]")
LISTS = {
    "packaging/openbsd/pkg/PLIST": r"^@man man/man\d/(\S+)$",
    "packaging/rpm/backstop.spec": r"^%\{_mandir\}/man\d/(\S+)\*$",
}
RPM = "packaging/rpm/backstop.spec"

# The version stands in meson.build. What cannot ask it has a copy: the first
# match in each of these.
VERSIONS = (
    (RPM, r"^Version:\s*(\S+)"),
    (RPM, r"^\* .* - (\S+)-\d+$"),
    ("packaging/alpine/APKBUILD", r"^pkgver=(\S+)"),
    ("packaging/debian/changelog", r"^backstop \((\S+)\)"),
    ("packaging/openbsd/Makefile", r"^DISTNAME =\s*backstop-(\S+)"),
    ("CHANGES.md", r"^## (\S+)"),
)


def check_syntax():
    for pattern, shells in SHELLS.items():
        shell = next(name for name in shells if shutil.which(name))
        for path in tree.files(pattern):
            done = subprocess.run([shell, "-n", tree.ROOT / path],
                                  capture_output=True, text=True, check=False)
            if done.returncode:
                tree.fault(path, 0, f"{shell} -n: {done.stderr.strip()}")


def check_makefile():
    """As make of the BSDs reads it, with nothing of the ports tree."""
    if not shutil.which("bmake"):
        return
    path = "packaging/openbsd/Makefile"
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "bsd.port.mk").touch()
        done = subprocess.run(
            ["bmake", "-r", "-m", folder, "-f", tree.ROOT / path,
             "-V", "DISTNAME", "-V", "CONFIGURE_ARGS"],
            cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode or "-Dexim=disabled" not in done.stdout:
        tree.fault(path, 0, f"bmake: {done.stderr.strip()}{done.stdout}")


def check_marks():
    for path in tree.files(*MARKED):
        if not MARK.search(tree.read(path)):
            tree.fault(path, 0, "say on its first lines that it was not built")


def check_pages():
    pages = {path.name for path in tree.files(*PAGES)}
    for path, pattern in LISTS.items():
        listed = set(re.findall(pattern, tree.read(path), re.M))
        for name in sorted(pages ^ listed):
            tree.fault(path, 0, f"{name} is " + (
                "missing" if name in pages else "no manual page of ours"))


def check_users():
    """Each user that the code becomes, or lets in, is made."""
    users = re.findall(r'^#define BS_\w+_USER "(\w+)"',
                       tree.read("common/base/backstop.h"), re.M)
    for path in ("packaging/debian/backstop.postinst",
                 "packaging/systemd/backstop.sysusers",
                 "packaging/alpine/backstop.pre-install",
                 "packaging/alpine/APKBUILD", "packaging/openbsd/pkg/PLIST"):
        for user in users:
            if user not in re.findall(r"\w+", tree.read(path)):
                tree.fault(path, 0, f"it does not make the user "
                           f"{user}")


def check_versions():
    wanted = re.search(r"version: '([^']+)'", tree.read("meson.build"))[1]
    for path, pattern in VERSIONS:
        found = re.search(pattern, tree.read(path), re.M)
        if not found or found[1] != wanted:
            tree.fault(path, 0, f"the version is {found and found[1]}, and "
                       f"{wanted} in meson.build")


def check_sources():
    """What the packages take from the source is there."""
    for path in (RPM, "packaging/alpine/APKBUILD",
                 "packaging/openbsd/Makefile"):
        for name in re.findall(r"packaging/[\w./*-]+", tree.read(path)):
            if not list(pathlib.Path(tree.ROOT).glob(name)):
                tree.fault(path, 0, f"there is no {name}")


def main():
    check_syntax()
    check_makefile()
    check_marks()
    check_pages()
    check_users()
    check_versions()
    check_sources()
    tree.finish()


main()
