"""The RPMs: built by Debian's rpmbuild, looked at, installed and removed."""

import pathlib
import re

import pytest

import roots
from build import Workshop, source
from net import own_lan

STATE = "/var/lib/backstop"
FOLDER = "/build/rpms"

# What each has: mode, owner and flags (of rpm: config, noreplace).
UNITS = "/usr/lib/systemd/system"
FILES = {
    "backstop": {
        "/etc/backstop": "drwxr-xr-x root:root",
        "/etc/backstop/backstop.conf": "-rw-r--r-- root:root cn",
        f"{UNITS}/backstop-metrics.service": "-rw-r--r-- root:root",
        f"{UNITS}/backstop-metrics.socket": "-rw-r--r-- root:root",
        f"{UNITS}/backstop-metrics.timer": "-rw-r--r-- root:root",
        f"{UNITS}/backstop-metrics@.service": "-rw-r--r-- root:root",
        f"{UNITS}/backstop-report.service": "-rw-r--r-- root:root",
        f"{UNITS}/backstop-report.timer": "-rw-r--r-- root:root",
        f"{UNITS}/backstop-rotate.service": "-rw-r--r-- root:root",
        f"{UNITS}/backstop-rotate.timer": "-rw-r--r-- root:root",
        f"{UNITS}/backstopd.service": "-rw-r--r-- root:root",
        f"{UNITS}/backstopd.socket": "-rw-r--r-- root:root",
        "/usr/lib/sysusers.d/backstop.conf": "-rw-r--r-- root:root",
        "/usr/sbin/backstop": "-rwxr-xr-x root:root",
        "/usr/sbin/backstopd": "-rwxr-xr-x root:root",
        "/usr/share/backstop": "drwxr-xr-x root:root",
        "/usr/share/backstop/alerts.yml": "-rw-r--r-- root:root",
        "/usr/share/backstop/dashboard.json": "-rw-r--r-- root:root",
        "/usr/share/bash-completion/completions/backstop":
            "-rw-r--r-- root:root",
        "/usr/share/logwatch/dist.conf/services/backstop.conf":
            "-rw-r--r-- root:root",
        "/usr/share/logwatch/scripts/services/backstop":
            "-rwxr-xr-x root:root",
        STATE: "drwxr-x--- root:_backstop",
    },
    "opensmtpd-filter-backstop": {
        "/usr/libexec/opensmtpd": "drwxr-xr-x root:root",
        "/usr/libexec/opensmtpd/filter-backstop": "-rwxr-xr-x root:root",
        f"{UNITS}/opensmtpd.service.d": "drwxr-xr-x root:root",
        f"{UNITS}/opensmtpd.service.d/backstop.conf": "-rw-r--r-- root:root",
    },
}
PAGES = {
    "backstop": {"backstop.conf.5", "backstop.7", "backstop-protocol.7",
                 "backstop.8", "backstopd.8"},
    "opensmtpd-filter-backstop": {"filter-backstop.8"},
}
# Documents, and what rpmbuild adds.
DOCUMENTS = re.compile(r"/usr/share/(doc|licenses|man)/|/usr/lib/\.build-id")


def pytest_generate_tests(metafunc):
    if "rpms" in metafunc.fixturenames:
        metafunc.parametrize(
            "rpms", metafunc.config.getoption("suite") or roots.SUITES,
            indirect=True, scope="module")


class Yard(Workshop):
    """The host where they are built."""

    def __init__(self, suite):
        super().__init__(
            own_lan(f"{suite}.rpm"),
            roots.root(suite, kind="rpm"), source())
        self.suite = suite
        self.do("env", "TMPDIR=/build", "sh", "/src/packaging/rpm/build.sh",
                FOLDER, "--without", "check")

    def rpm(self, name):
        path, = self.path(FOLDER).glob(f"{name}-[0-9]*.x86_64.rpm")
        return f"{FOLDER}/{path.name}"

    def ask(self, name, *words):
        return self.do("rpm", "-qp", "--nosignature", *words, self.rpm(name))

    def files(self, name):
        lines = self.ask(name, "--qf", "[%{FILENAMES} %{FILEMODES:perms} "
                         "%{FILEUSERNAME}:%{FILEGROUPNAME} "
                         "%{FILEFLAGS:fflags}\n]").splitlines()
        return {line.split()[0]: " ".join(line.split()[1:]) for line in lines}

    def change(self, *words):
        """Installs or removes, in a tree that is dpkg's."""
        force = ["--force-debian"] if self.suite == "bookworm" else []
        return self.run("rpm", *force, "--nodeps", "--nosignature", *words)


@pytest.fixture(scope="module")
def rpms(request):
    with Yard(request.param) as yard:
        yield yard


@pytest.mark.parametrize("name", FILES)
def test_files_and_their_modes(rpms, name):
    found = rpms.files(name)
    assert {path: mode for path, mode in found.items()
            if not DOCUMENTS.match(path)} == FILES[name]
    assert {pathlib.Path(path).name.removesuffix(".gz") for path in found
            if "/man/" in path} == PAGES[name]
    assert [path for path in found if path.endswith("/LICENSE")]


def test_units_and_users(rpms):
    scripts = rpms.ask("backstop", "--scripts")
    units = ("backstopd.socket backstopd.service backstop-rotate.timer "
             "backstop-metrics.socket backstop-metrics.timer "
             "backstop-report.timer")
    assert f"install-system-units {units}" in scripts
    assert f"remove-system-units {units}" in scripts
    assert "mark-restart-system-units backstopd.service" in scripts
    for user in ("_backstop", "_bsfilter", "_bsspf"):
        assert re.search(rf"useradd .* {user}\b", scripts)
    assert "%" not in scripts, "a macro that nobody expanded"


def test_what_they_need(rpms):
    # the script is logwatch's to run
    assert "perl" not in rpms.ask("backstop", "--requires")
    needed = rpms.ask("opensmtpd-filter-backstop", "--requires").split("\n")
    assert "opensmtpd" in needed
    assert any(line.startswith("backstop(x86-64) = ") for line in needed)


def test_rpmlint(rpms):
    """Each release knows other faults, so not every filter has its use."""
    said = rpms.run("sh", "-c", "cd /src/packaging/rpm && rpmlint -r "
                    f"backstop.rpmlintrc backstop.spec {FOLDER}/*.rpm",
                    check=False)
    assert "3 packages and 1 specfiles checked" in said.stdout, said.stderr
    assert [line for line in said.stdout.splitlines()
            if re.search(": [EW]: ", line)
            and "unused-rpmlintrc-filter" not in line] == []


def test_installed_and_removed(rpms):
    """The first installation makes a key; nothing takes it away."""
    rpms.change("-i", rpms.rpm("backstop"))
    listed = rpms.run("backstop", "key", "list").stdout
    assert "active" in listed
    assert rpms.run("stat", "-c", "%A %U:%G", STATE, f"{STATE}/keyring",
                    f"{STATE}/store").stdout.split("\n")[:3] == [
        "drwxr-x--- root:_backstop", "-rw-r----- root:_backstop",
        "drwx------ _backstop:_backstop"]
    rpms.write("/etc/backstop/backstop.conf", "domains = example.org\n")
    rpms.change("-U", "--force", rpms.rpm("backstop"))
    assert rpms.run("backstop", "key", "list").stdout == listed
    assert "example.org" in rpms.read("/etc/backstop/backstop.conf")
    rpms.change("-e", "backstop")
    assert not rpms.path("/usr/sbin/backstopd").exists()
    assert rpms.path(f"{STATE}/keyring").exists()
    assert "example.org" in rpms.read("/etc/backstop/backstop.conf.rpmsave")
