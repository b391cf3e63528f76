"""The package backstop on a host without a mail server."""

import collections
import json
import os
import pathlib
import re

import pytest

from debs import NAMES, PackagedHost
from documents import one_with, readme
from host import wait_until
from lab import SOCKET, STATE
from wire import Questions

KIND = PackagedHost
UNITS = "/usr/lib/systemd/system"
SYSTEMD = pathlib.Path(__file__).resolve().parents[2] / "packaging/systemd"
MODES = f"""\
{STATE} root:_backstop 750
{STATE}/keyring root:_backstop 640
{STATE}/store _backstop:_backstop 700
{STATE}/store.key root:_backstop 640
/etc/backstop/backstop.conf root:root 644
"""


def test_packages(debs):
    """What lintian and systemd say of them."""
    assert not re.search("^E:", debs.lintian, re.M), debs.lintian
    for unit, (exposure, said) in debs.security.items():
        # 0.2 of it for a clock that may be asked, though not set
        assert exposure <= 2.2, f"{unit}: {said}"
    made = {path.name.split("_")[0]
            for path in (debs.folder / "debs").glob("*.deb")}
    assert made == {*NAMES, *(f"{name}-dbgsym" for name in NAMES)}


def install(host):
    """As the README has it; the packages are built already."""
    lines = one_with(readme("Set it up"), "apt install")
    host.shell(lines.partition("build.sh")[2].split("\n", 1)[1])


def unit_lines(host, unit, name):
    return re.findall(rf"^{name}=(.*)", host.read(f"{UNITS}/{unit}"), re.M)


def keys(host):
    lines = host.backstop("--json", "key", "list").stdout.splitlines()
    return [entry["state"] for entry in map(json.loads, lines)]


def answers(host, user):
    """Whether the engine answers a user of the host."""
    number = int(host.run("id", "-u", user).stdout)
    os.seteuid(number)
    try:
        with Questions(host.path(SOCKET)) as questions:
            return questions.ask(op="ping")["status"] == "ok"
    except OSError:
        return False
    finally:
        os.seteuid(0)


def test_installed(host):
    """Users, modes, a key that nobody else reads; nothing in force."""
    install(host)
    found = "".join(host.run("stat", "-c", "%n %U:%G %a", path).stdout
                    for path in (line.split()[0]
                                 for line in MODES.splitlines()))
    assert found == MODES
    assert keys(host) == ["active"]
    listed = host.run("dpkg", "-L", "backstop").stdout
    for path in ("/usr/share/doc/backstop/README.md.gz",
                 "/usr/share/doc/backstop/changelog.gz",
                 "/usr/share/bash-completion/completions/backstop",
                 "/usr/share/logwatch/scripts/services/backstop",
                 "/usr/share/logwatch/dist.conf/services/backstop.conf",
                 "/etc/logcheck/ignore.d.server/backstop"):
        assert path + "\n" in listed, path
    for user in ("_backstop", "_bsfilter", "_bsspf"):
        entry = host.run("getent", "passwd", user).stdout.strip()
        assert entry.endswith("nologin"), entry
    assert host.run("cat", f"{STATE}/keyring", user="_bsfilter",
                    check=False).returncode
    status = json.loads(host.backstop("--json", "status", check=False).stdout)
    assert status["domains"] == []
    assert host.run("backstop", "checkconf").returncode == 0


@pytest.mark.parametrize("server, section", [
    ("opensmtpd", "OpenSMTPD"), ("exim4-daemon-light", "Exim")])
def test_reloaded_for_an_adapter(host, server, section):
    """Its user may be new to the engine, which looks users up when it reads
    its configuration."""
    install(host)
    host.apt("install", server)
    host.path("/run/systemd/system").mkdir(parents=True)
    host.write("/usr/bin/deb-systemd-invoke",
               '#!/bin/sh\necho "$*" >>/tmp/invoked\n', 0o755)
    host.shell(one_with(readme(section), "apt install"))
    assert "try-reload-or-restart backstopd.service\n" in host.read(
        "/tmp/invoked")


def test_foreground(host):
    """Without systemd: the engine as the README starts it, and who may ask.
    """
    install(host)
    host.run("useradd", "--system", "--badname", "Debian-exim")
    lines = one_with(readme("Set it up"), "checkconf")
    host.shell(lines)
    assert host.systemctl() == ["reload backstopd"]
    assert "# without systemd: backstopd &" in lines
    host.start_engine()
    for user, may in {"root": True, "_bsfilter": True, "Debian-exim": True,
                      "_backstop": True, "nobody": False}.items():
        assert answers(host, user) == may, user


@pytest.fixture
def with_systemd(host):
    host.apt("install", "systemd")
    install(host)
    return host


def test_socket_activation(with_systemd):
    """The engine is started by the first question, and leaves the socket as
    it was when it ends."""
    host = with_systemd
    listen, = unit_lines(host, "backstopd.socket", "ListenStream")
    assert listen == SOCKET
    command, = unit_lines(host, "backstopd.service", "ExecStart")
    host.run("mkdir", "-p", "/run/backstop")
    waker = host.start("systemd-socket-activate", "systemd-socket-activate",
                       "-l", listen, *command.split())
    waker.wait_for("Listening on")
    owner, = unit_lines(host, "backstopd.socket", "SocketUser")
    host.run("chown", owner, listen)  # as systemd makes it
    made = host.run("stat", "-c", "%i %U", listen).stdout
    assert not host.processes("backstopd")
    with Questions(host.path(SOCKET)) as questions:
        assert questions.ask(op="ping")["status"] == "ok"
    # strangers do not get through to the engine
    assert os.getxattr(host.path(listen), "system.posix_acl_access")
    writable, = unit_lines(host, "backstopd.service", "ReadWritePaths")
    assert f"-{os.path.dirname(listen)}" in writable.split()
    waker.stop()
    wait_until(lambda: not host.processes("backstopd"), "the engine's end")
    assert host.run("stat", "-c", "%i %U", listen).stdout == made


@pytest.mark.parametrize("unit", [
    "backstopd.service", "opensmtpd.service.d/backstop.conf"])
def test_started_again(unit):
    """systemd by itself gives up after five starts in ten seconds, and the
    mail server is then down until somebody looks."""
    text = (SYSTEMD / unit).read_text()
    section = text.partition("[Unit]")[2].partition("[Service]")[0]
    assert "\nStartLimitIntervalSec=0\n" in section, text
    assert "\nRestart=always\n" in text, text


def test_powers(with_systemd):
    """With no more powers than its unit gives it, the engine runs, has none
    left, and its child is another user."""
    host = with_systemd
    bounds, = unit_lines(host, "backstopd.service", "CapabilityBoundingSet")
    host.run("mkdir", "-p", "/run/backstop")
    host.engine = host.start("backstopd", *bounded(bounds),
                             "systemd-socket-activate", "-l", SOCKET,
                             "/usr/sbin/backstopd")
    wait_until(lambda: answers(host, "root"), lambda: host.engine.text())
    reload_engine(host, bounds)
    users = collections.Counter()
    for number in host.processes("backstopd"):
        status = pathlib.Path(f"/proc/{number}/status").read_text()
        assert re.search(r"^CapEff:\s0+$", status, re.M), status
        assert re.search(r"^CapPrm:\s0+$", status, re.M), status
        assert re.search(r"^NoNewPrivs:\s1$", status, re.M), status
        users[re.search(r"^Uid:\s(\d+)", status, re.M)[1]] += 1
    wanted = {host.run("id", "-u", user).stdout.strip()
              for user in ("_backstop", "_bsspf")}
    assert set(users) == wanted, users


def reload_engine(host, bounds):
    """By the unit's line, which has all powers if it begins with '+'."""
    line, = unit_lines(host, "backstopd.service", "ExecReload")
    words = [] if line.startswith("+") else bounded(bounds)
    host.run(f"MAINPID={host.engine.process.pid}", *words, "sh", "-c",
             line.lstrip("+"))
    host.engine.wait_for("configuration read anew")


def bounded(capabilities):
    """Words before a command that has these capabilities at most."""
    names = ",".join("+" + name.lower().removeprefix("cap_")
                     for name in capabilities.split())
    return ["setpriv", "--no-new-privs", f"--bounding-set=-all,{names}"]


def test_rotation(with_systemd):
    """The timer's lines, with no more powers than their unit gives them."""
    host = with_systemd
    line, = readme("From then on")[-1:]
    assert line == "systemctl enable --now backstop-rotate.timer\n"
    when, = unit_lines(host, "backstop-rotate.timer", "OnCalendar")
    host.run("systemd-analyze", "calendar", when)
    host.run("systemd-analyze", "verify", "--man=no",
             f"{UNITS}/backstop-rotate.timer",
             f"{UNITS}/backstop-report.timer",
             f"{UNITS}/backstopd.service", f"{UNITS}/backstopd.socket")
    bounds, = unit_lines(host, "backstop-rotate.service",
                         "CapabilityBoundingSet")
    for command in unit_lines(host, "backstop-rotate.service", "ExecStart"):
        host.run(*bounded(bounds), *command.split())
    assert sorted(keys(host)) == ["active", "verify"]
    # by itself it is not enabled: hosts may share their keys
    assert host.run("ls", "/etc/systemd/system/timers.target.wants",
                    check=False).stdout.count("backstop") == 0
    assert host.run("ls", "/etc/systemd/system/sockets.target.wants"
                    ).stdout.count("backstopd.socket") == 1


def test_purge(host):
    """Keys and store are kept, and good again; or are removed if that is what
    was said."""
    install(host)
    kept = host.read(f"{STATE}/keyring")
    host.apt("remove", "backstop")
    assert host.status("backstop").startswith("config-files")
    said = host.apt("purge", "backstop")
    assert f"the keys and the store in {STATE} are kept" in said
    assert not host.path("/etc/backstop").exists()
    install(host)
    assert host.read(f"{STATE}/keyring") == kept
    host.run("debconf-set-selections",
             text="backstop backstop/remove-state boolean true\n")
    said = host.apt("purge", "backstop")
    assert f"in {STATE} are removed" in said
    assert not host.path(STATE).exists()


def test_mistaken_configuration(host):
    """An upgrade with a configuration that has mistakes says so and goes on.
    """
    install(host)
    host.write("/etc/backstop/backstop.conf", "mode = stern\n")
    said = host.upgrade("backstop")
    assert "backstop.conf:1:" in said and "type:" in said
    assert host.status("backstop").endswith("+next")
    assert host.read("/etc/backstop/backstop.conf") == "mode = stern\n"
