"""Debian trees for the test hosts: made once by debootstrap, then kept."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import documents

SUITES = ("bookworm", "trixie")

# What each host has, and the libraries that Backstop is linked with.
COMMON = """
ca-certificates openssl procps faketime
liblmdb-dev libevent-dev libidn2-dev nettle-dev libjansson-dev
libspf2-dev libexpat1-dev libarchive-dev
""".split()

# The mail servers exclude each other: a tree has one of them. Backstop is
# built in that of smtpd.
KINDS = {
    "smtpd": COMMON + """
opensmtpd cron socat e2fsprogs gcc libc6-dev meson ninja-build pkg-config mandoc
python3 libcmocka-dev exim4-dev ccache
""".split(),
    "exim-light": COMMON + ["exim4-daemon-light", "cron"],
    "exim-heavy": COMMON + ["exim4-daemon-heavy", "cron"],
    # Other engines for SPF, and DNS servers for all of them. pyspf by pydns
    # takes a SERVFAIL for an answer without records.
    "spf": COMMON + """
spfquery python3-spf python3-dnspython python3-dns libmail-spf-perl nsd unbound
bind9-utils
""".split(),
    # Looks at the report's page, on Debian 12 alone.
    "browser": ["chromium", "fonts-dejavu-core"],
    # Where RPMs are built and looked at, with Debian's tools.
    "rpm": COMMON + "gcc libc6-dev meson ninja-build pkg-config rpm rpmlint"
                    .split(),
    # Where packages are built and looked at, beside what they say they need.
    "debs": ["build-essential", "lintian", "systemd"],
    # Where they are installed: Debian's base and nothing else.
    "clean": [],
    # The same, able to boot, with what every server has.
    "booted": ["systemd-sysv", "dbus", "ca-certificates"],
    # The same on a host that is watched by Prometheus. Debian 12 alone.
    "watched": COMMON + """
systemd-sysv dbus curl prometheus prometheus-node-exporter
""".split(),
    # What all others begin as.
    "base": [],
}

# What hosts of a tree may install without a network; a line's packages go
# together. README.md has what to build with.
SERVERS = [
    "opensmtpd liblmdb-dev libevent-dev libidn2-dev nettle-dev "
    "libjansson-dev libspf2-dev libexpat1-dev libarchive-dev",
    "exim4-daemon-light",
    "exim4-daemon-heavy",
]
KEPT = {
    "clean": SERVERS + ["systemd debconf-utils"],
    "booted": SERVERS + documents.to_build_with(),
}

CONTROL = documents.SOURCE / "packaging/debian/control"

# Trees that nobody used for so long are removed.
UNUSED_SECONDS = 21 * 86400

KEY_DIGITS = 12

# Lint runs in this tree alone: other releases of the tools judge differently.
LINT_SUITE = "bookworm"
LINT_PACKAGES = """
clang clang-format clang-tidy libclang-rt-14-dev cppcheck shellcheck binutils
bmake mksh groff-base
""".split()


# To be raised when _fill() changes: trees of an older recipe are made anew.
RECIPE = "2"


class RootError(Exception):
    """A tree that could not be made; the text says what to do."""


def build_depends():
    """What the packages need to be built, by their own account."""
    field = re.search(r"^Build-Depends:(.*?)^\S", CONTROL.read_text(),
                      re.M | re.S)[1]
    names = [entry.split()[0] for entry in field.split(",")]
    # debhelper-compat (= 13) is but a virtual package
    return ["debhelper" if name.startswith("debhelper") else name
            for name in names]


def packages(suite, kind="smtpd"):
    lint = suite == LINT_SUITE and kind == "smtpd"
    return sorted(KINDS[kind] + (LINT_PACKAGES if lint else []) +
                  (build_depends() if kind == "debs" else []))


def recipe(suite, kind):
    """Another one whenever the tree would be made another way."""
    return " ".join([RECIPE] + packages(suite, kind) + KEPT.get(kind, []))


def mirror():
    """The machine's own mirror, from its apt configuration."""
    given = os.environ.get("DEBIAN_MIRROR")
    if given:
        return given
    release = pathlib.Path("/etc/os-release").read_text()
    codename = re.search(r"^VERSION_CODENAME=(\w+)", release, re.M)
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format",
         "$(RELEASE) $(COMPONENT) $(REPO_URI)", "Identifier: Packages"],
        capture_output=True, text=True, check=True).stdout
    for line in targets.splitlines():
        suite, component, uri = line.split(" ", 2)
        if (codename and suite in (codename[1], "stable")
                and component == "main" and uri.startswith("http")):
            return uri
    raise RootError("apt's sources name no mirror by http for this release: "
                    "set DEBIAN_MIRROR to one")


def _apt_settings():
    """Proxy and date settings of the machine's apt, for the tree's."""
    dump = subprocess.run(["apt-config", "dump"], capture_output=True,
                          text=True, check=True).stdout
    wanted = re.compile(r"Acquire::(https?::Proxy|Check-|Retries)")
    lines = [line for line in dump.splitlines() if wanted.match(line)]
    return "\n".join(lines + ['Acquire::Languages "none";', ""])


def _run(log, *command, **more):
    """Runs a command into the log; its last lines make the error."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log,
                          stderr=subprocess.STDOUT, check=False, **more)
    if done.returncode:
        tail = pathlib.Path(log.name).read_text(errors="replace")[-3000:]
        raise RootError(f"{' '.join(command[:2])}: exit {done.returncode}\n"
                        f"{tail}")


@contextlib.contextmanager
def _proc(tree):
    """/proc of the tree, gone again whatever happens."""
    subprocess.run(["mount", "-t", "proc", "proc", tree / "proc"], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", tree / "proc"], check=True)


def _fill(tree, suite, kind, log):
    """Debian's base and our packages; no daemon starts in it."""
    if kind == "base":
        _run(log, "debootstrap", "--variant=minbase", suite, str(tree),
             mirror())
        return
    _run(log, "cp", "-a", str(root(suite, kind="base")), str(tree))
    policy = tree / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    (tree / "etc/apt/apt.conf.d/90tests").write_text(_apt_settings())
    # The tree is thrown away when it is not whole: no need to sync it.
    (tree / "etc/dpkg/dpkg.cfg.d/tests").write_text("force-unsafe-io\n" + (
        "" if kind in KEPT else "path-exclude=/usr/share/doc/*\n"
        "path-exclude=/usr/share/locale/*\n"))
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive",
                       LC_ALL="C", PATH="/usr/sbin:/usr/bin:/sbin:/bin")
    apt = ["chroot", str(tree), "apt-get", "-q", "-y",
           "--no-install-recommends"]
    with _proc(tree):
        _run(log, *apt, "update", env=environment)
        if packages(suite, kind):
            _run(log, *apt, "install", *packages(suite, kind),
                 env=environment)
        _run(log, *apt, "clean", env=environment)
        for line in KEPT.get(kind, []):
            _run(log, *apt, "install", "--download-only", *line.split(),
                 env=environment)


def cache_folder():
    """Where trees are kept: the cache, or the run's own folder."""
    wanted = pathlib.Path(
        os.environ.get("BACKSTOP_CACHE") or "/var/cache/backstop-tests")
    try:
        wanted.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=wanted):
            return wanted
    except OSError:
        spare = pathlib.Path(os.environ["BACKSTOP_WORK"]) / "roots"
        spare.mkdir(exist_ok=True)
        return spare


def _sweep(cache, name, kept):
    """Removes what earlier runs left half made, and what nobody used for
    weeks; the lock is held. Of every kind the time of its folder says when it
    was used last."""
    for rest in cache.glob(f".{name}-*"):
        shutil.rmtree(rest, ignore_errors=True)
    for old in cache.glob(f"{name}-{'[0-9a-f]' * KEY_DIGITS}"):
        if old != kept and time.time() - old.stat().st_mtime > UNUSED_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
            shutil.rmtree(cache / f"work-{old.name}", ignore_errors=True)


def keep(name, text, make):
    """The path of a thing that is kept between runs, for reading only.
    make(path) makes it if there is none by this name and for this text."""
    cache = cache_folder()
    key = hashlib.sha256(text.encode()).hexdigest()[:KEY_DIGITS]
    kept = cache / f"{name}-{key}"
    # without the lock: another run may be making another one for long
    with contextlib.suppress(FileNotFoundError):
        os.utime(kept)
        return kept
    with open(cache / f"{name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _sweep(cache, name, kept)
            unfinished = cache / f".{kept.name}"
            try:
                make(unfinished)
                unfinished.rename(kept)
            finally:
                if unfinished.exists():
                    shutil.rmtree(unfinished, ignore_errors=True)
        os.utime(kept)
    return kept


def work_folder(tree):
    """A folder for what is found in a tree and may be found again, beside it:
    any of it may be removed at any time."""
    folder = cache_folder() / f"work-{tree.name}"
    folder.mkdir(exist_ok=True)
    return folder


def root(suite, say=print, kind="smtpd"):
    """The tree of a suite and a mail server, for reading only; makes it if
    there is none."""
    if suite not in SUITES:
        raise RootError(f"no such suite: {suite} ({' or '.join(SUITES)})")

    def make(tree):
        say(f"making a Debian {suite} tree with {kind} under {tree.parent} "
            "(once)")
        with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
            _fill(tree, suite, kind, log)
    return keep(f"{suite}-{kind}", recipe(suite, kind), make)
