"""The Debian packages: built, given another version, installed on hosts of
Debian's base and nothing else."""

import hashlib
import json
import re
import shlex
import shutil
import threading

import roots
from build import BUILD_SECONDS, Workshop, source
from dnsd import Dnsd
from documents import one_with, readme, typed
from host import mount, wait_until
from lab import OurHost, USERS
from exim import OurEximHost

NAMES = ("backstop", "opensmtpd-filter-backstop", "exim4-backstop")
FOLDER = "/root/backstop"  # where hosts have the source and debs/

# As a host without a service manager has it, whose administrator says yes.
APT = """\
APT::Get::Assume-Yes "true";
APT::Install-Recommends "false";
APT::Keep-Downloaded-Packages "true";
Acquire::Retries "0";
"""

# What lines with systemctl come to where systemd is not the first process:
# they are kept for the test, which does what they say.
SYSTEMCTL = """\
#!/bin/sh
echo "$*" >>/tmp/systemctl
"""


class Yard(Workshop):
    """The host where packages are built, and looked at by lintian."""

    def __init__(self, lan, tree):
        super().__init__(lan, tree, source())

    def build_packages(self):
        """Types the README's lines, in a copy of the source that is root's
        alone; the tests are run by them. Returns the folder with all that was
        made."""
        self.write("/etc/apt/apt.conf.d/91tests", APT)
        self.path(FOLDER).mkdir(0o700)
        copy_source(self.path(FOLDER))
        lines = typed(one_with(readme("Set it up"), "build.sh"))
        built, = [number for number, line in enumerate(lines)
                  if "build.sh" in line]
        self.do("DEBIAN_FRONTEND=noninteractive", "sh", "-ec", "\n".join(
            [f"cd {FOLDER}", *lines[:built + 1]]))
        return f"{FOLDER}/debs"

    def renew(self, deb, into, *edits):
        """Makes another package of one, its control file changed by edits of
        sed; returns its path."""
        made = self.do(
            "sh", "-ec", """
            rm -rf /build/renewed; mkdir -p /build/renewed "$2"
            dpkg-deb -R "$1" /build/renewed
            from=$1 into=$2; shift 2
            for edit; do
                sed -i -E "$edit" /build/renewed/DEBIAN/control
            done
            dpkg-deb -b -Zgzip --root-owner-group /build/renewed "$into" |
                sed -n "s/.* in '\\(.*\\)'.*/\\1/p"
            """, "sh", deb, into, *edits)
        return made.strip()


def copy_source(folder):
    """A copy that may be built in."""
    for path in source().iterdir():
        if path.name in ("debs", "rpms", ".git") or path.name.startswith(
                "build"):
            continue
        if path.is_dir():
            shutil.copytree(path, folder / path.name, symlinks=True)
        else:
            shutil.copy2(path, folder)


def source_hash():
    """Another one whenever a file is that packages are made from, or that the
    tests read which run meanwhile."""
    digest = hashlib.sha256()
    for name in ("*", "common/**/*", "exim/**/*", "filter/**/*",
                 "packaging/**/*", "tests/*", "tests/lib/**/*",
                 "tests/unit/**/*", "tests/vectors/**/*", "tests/fuzz/**/*",
                 "tests/campaigns/**/*", "tests/tools/**/*"):
        for path in sorted(source().glob(name)):
            if path.is_file() and "__pycache__" not in path.parts:
                inside = path.relative_to(source())
                digest.update(f"{inside} {path.stat().st_mode:o} ".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


class Debs:
    """All packages of a suite, kept between runs: folder has debs/ as built,
    next/ the same with a later version, other/ Exim with another API for
    modules."""

    def __init__(self, suite, lan, say=print):
        self.suite, self.lan = suite, lan
        self.clean = roots.root(suite, say, "clean")
        self.mta = roots.root(suite, say)
        self.folder = roots.keep(f"{suite}-packages", " ".join([
            source_hash(), *(roots.recipe(suite, kind)
                             for kind in ("debs", "clean"))]), self._make)
        self.lintian = (self.folder / "lintian").read_text()
        self.security = json.loads((self.folder / "security").read_text())

    def _make(self, path):
        path.mkdir()
        with Yard(self.lan, roots.root(self.suite, kind="debs")) as yard:
            built = yard.build_packages()
            (path / "lintian").write_text(yard.run(
                "sh", "-c", f"lintian --allow-root {built}/*.changes",
                check=False).stdout)
            (path / "security").write_text(json.dumps({
                unit: self._security(yard, unit)
                for unit in ("backstopd.service", "backstop-rotate.service",
                             "backstop-metrics.service",
                             "backstop-metrics@.service")}))
            self._renew_all(yard, built)
            shutil.copytree(yard.path(built), path / "debs")
            for name in ("next", "other"):
                shutil.copytree(yard.path(f"/build/{name}"), path / name)

    @staticmethod
    def _security(yard, unit):
        """systemd's judgement of a unit: (exposure, all that it says)."""
        said = yard.run("systemd-analyze", "security", "--offline=true",
                        "--no-pager", f"/src/packaging/systemd/{unit}").stdout
        return float(re.search(r"exposure level .*?: ([\d.]+)", said)[1]), said

    def _renew_all(self, yard, built):
        version = yard.do("dpkg-parsechangelog", "-l",
                          "/src/packaging/debian/changelog", "-S",
                          "Version").strip()
        for name in NAMES:
            yard.renew(f"{built}/{name}_{version}_amd64.deb", "/build/next",
                       f"s/^Version: .*/&+next/",
                       rf"s/\(= {re.escape(version)}\)/(= {version}+next)/")
        yard.run("mkdir", "/archives")
        mount("--bind", self.clean / "var/cache/apt/archives",
              yard.path("/archives"))
        for daemon in ("light", "heavy"):
            path, = yard.path("/archives").glob(f"exim4-daemon-{daemon}_*.deb")
            yard.renew(f"/archives/{path.name}", "/build/other",
                       "s/^Version: .*/&+other/",
                       "s/exim4-localscanapi-[0-9.]+/exim4-localscanapi-99.9/")

    def path(self, name, folder="debs"):
        """Where hosts have a package."""
        found, = (self.folder / folder).glob(f"{name}_*.deb")
        return f"{FOLDER}/{folder}/{found.name}"


# What the README says to leave out with OpenSMTPD 6.8, which has no TLS.
NEEDS_TLS = re.compile(r" tls pki mail|^listen .* port 587 .*\n|"
                       r"^match .* from auth .*\n|^pki .*\n", re.M)


def smtpd_conf(suite, example):
    """smtpd.conf by the README, and what else its example has."""
    lines = one_with(readme("OpenSMTPD"), "proc-exec")
    for line in lines.splitlines():
        assert line in example.splitlines(), line
    whole = "".join(re.findall("^(?:pki|table) .*\n", example, re.M)) + lines
    return NEEDS_TLS.sub("", whole) if suite == "bookworm" else whole


class PackagedHost(OurHost):
    """A host of Debian's base that packages are installed on. They come from
    the folder of the source, as in the documents."""

    def settle(self, debs):
        """Makes the host ready: apt's settings and a systemctl that only
        notes what it is asked."""
        self.debs = debs
        self.write("/etc/apt/apt.conf.d/91tests", APT)
        self.write("/usr/local/bin/systemctl", SYSTEMCTL, 0o755)
        self.path(FOLDER).mkdir()
        for name in ("debs", "next", "other"):
            self.path(f"{FOLDER}/{name}").mkdir()
            mount("--bind", debs.folder / name, self.path(f"{FOLDER}/{name}"))
            mount("-o", "remount,bind,ro", self.path(f"{FOLDER}/{name}"))
        # of the package ca-certificates, without which smtpd 7 ends
        trusted = debs.mta / "etc/ssl/certs/ca-certificates.crt"
        self.path("/etc/ssl/certs").mkdir(parents=True, exist_ok=True)
        shutil.copy(trusted, self.path("/etc/ssl/certs"))
        for user in USERS:
            self.run("useradd", "--create-home", "--user-group", "--shell",
                     "/bin/sh", user)

    def shell(self, lines, check=True):
        """Runs lines as root types them, in the folder of the source."""
        return self.run("DEBIAN_FRONTEND=noninteractive", "sh", "-ec",
                        f"cd {FOLDER}\n{lines}", check=check,
                        seconds=BUILD_SECONDS)

    def apt(self, *words, check=True):
        return self.shell(shlex.join(["apt-get", "-q", *words]) + " 2>&1",
                          check).stdout

    def systemctl(self):
        """What was asked of systemd since the last time."""
        path = self.path("/tmp/systemctl")
        said = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return said

    def set(self, **values):
        """Writes keys into backstop.conf as an administrator would, who takes
        away the '#' before them."""
        path = self.path("/etc/backstop/backstop.conf")
        text = path.read_text()
        for name, value in values.items():
            text, count = re.subn(rf"^#?{name} *=.*", f"{name} = {value}",
                                  text, count=1, flags=re.M)
            assert count, f"backstop.conf does not name {name}"
        path.write_text(text)
        self.run("backstop", "checkconf")

    def status(self, package):
        done = self.run("dpkg-query", "-W", "-f",
                        "${db:Status-Status} ${Version}", package, check=False)
        return done.stdout

    def upgrade(self, *names):
        return self.apt("install", *(self.debs.path(name, "next")
                                     for name in names))


class PackagedSmtpd(PackagedHost):
    """With Debian's OpenSMTPD, and name servers that know the lab."""

    def resolve(self, zone):
        self.names = Dnsd("127.0.0.1", 53, zone, self.space)

    def close(self):
        if hasattr(self, "names"):
            self.names.close()
        super().close()

    def restart_smtpd(self):
        self.smtpd.stop()
        self.smtpd = self.start("smtpd", "smtpd", "-d")
        wait_until(self._greets, lambda: self.smtpd.text())


class PackagedExim(OurEximHost, PackagedHost):
    """With Debian's Exim."""

    def start_exim(self):
        """As its service does, by an absolute path."""
        self.update_exim()
        self.run("mkdir", "-p", "/run/exim4")
        self.run("chown", "Debian-exim:Debian-exim", "/run/exim4")
        self.exim = self.start("exim", "/usr/sbin/exim4", "-bdf")
        wait_until(self._greets, lambda: f"exim on {self.name} to greet:\n"
                   f"{self.exim.text()}{self.exim_log()}")
        return self.exim



class Load:
    """Mail that comes and goes meanwhile: calls work(number) again and again
    in a thread of its own."""

    def __init__(self, work):
        self.count, self._work, self._over = 0, work, False
        self._failed = None
        self._thread = threading.Thread(target=self._go, daemon=True)

    def _go(self):
        try:
            while not self._over:
                self._work(self.count)
                self.count += 1
        except Exception as error:  # pylint: disable=broad-except
            self._failed = error

    def __enter__(self):
        self._thread.start()
        wait_until(lambda: self.count or self._failed, "the first mail")
        return self

    def __exit__(self, *_):
        before = self.count
        wait_until(lambda: self.count > before or self._failed,
                   "another mail")
        self._over = True
        self._thread.join()
        if self._failed:
            raise self._failed
