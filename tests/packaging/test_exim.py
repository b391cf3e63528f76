"""The life of exim4-backstop: put to use by the documented lines, upgraded,
left without its Exim, removed, purged, installed again."""

import json
import shlex
import time

import pytest

from debs import Load, PackagedExim
from documents import manual, one_with, readme
from lab import STATE
from smtp import Dialogue
from talk import ALICE, CAROL, SIGNED, bounce, deliver, forge, message, send

KIND = PackagedExim
NAMES = ("backstop", "exim4-backstop")
MODULE = "/usr/lib/exim4/local_scan/backstop.so"
LINK = "/usr/lib/exim4/local_scan/backstop.conf"


def install(host):
    """The lines of the README, from the first on."""
    lines = one_with(readme("Set it up"), "apt install")
    host.shell(lines.partition("build.sh")[2].split("\n", 1)[1])
    host.shell(one_with(readme("Exim"), "apt install"))


def set_up(host, daemon, split="true"):
    """A host with Exim that sends and takes mail, and then Backstop."""
    host.apt("install", f"exim4-daemon-{daemon}")
    host.add_aliases()
    host.configure_exim(use_split_config=split)
    host.start_exim()
    install(host)
    host.set(domains="example.org", sign="yes", mode="enforce")
    host.start_engine()
    return host


@pytest.fixture
def ours(host):
    return set_up(host, "light")


def put_to_use(host, lines=None):
    """The lines that do it, the last of which restarts Exim."""
    host.shell(lines or one_with(readme("Exim"), "ln -s"))
    assert host.systemctl() == ["restart exim4"]
    host.restart_exim()
    assert in_use(host)


def in_use(host):
    said = host.run("exim4", "-bP", "local_scan_path").stdout
    return said.strip() == f"local_scan_path = {MODULE}"


def out_and_back(host, remote, word):
    """Mail that leaves signed, and a bounce of it; returns its tag."""
    send(host, CAROL, f"{word}-out")
    tag = remote.wait_mail("carol", f"{word}-out").return_path
    assert SIGNED.fullmatch(tag), tag
    assert bounce(host, tag, f"{word}-back").startswith("250")
    assert host.wait_mail("alice", f"{word}-back").recipient == ALICE
    return tag


def works_without(host, remote, word):
    """Mail goes out and comes in, unsigned; nothing was put off."""
    send(host, CAROL, f"{word}-plain")
    assert remote.wait_mail("carol", f"{word}-plain").return_path == ALICE
    assert deliver(host, CAROL, ALICE, f"{word}-in").startswith("250")
    host.wait_mail("alice", f"{word}-in")
    assert not host.exim_lines("local_scan"), host.exim_log()
    assert not in_use(host)


def deliver_soon(host, subject):
    """As a sending host does, tries again if nobody takes its call: an Exim
    that reads its configuration anew does not for a moment."""
    while True:
        try:
            return deliver(host, CAROL, ALICE, subject)
        except ConnectionRefusedError:
            time.sleep(0.05)


class Going(Load):
    """Mail in and out in short sessions, all of which must go well."""

    def __init__(self, host, word):
        self.word = word

        def work(number):
            send(host, CAROL, f"{word}-{number}-")
            reply = deliver_soon(host, f"{word}-in-{number}-")
            assert reply.startswith("250"), reply
        super().__init__(work)

    def arrived(self, host, remote):
        """Waits for all of it; returns the return paths."""
        paths = []
        for number in range(self.count):
            mail = remote.wait_mail("carol", f"{self.word}-{number}-", host)
            paths.append(mail.return_path)
            host.wait_mail("alice", f"{self.word}-in-{number}-")
        assert not host.exim_lines("local_scan"), host.exim_log()
        return paths


def test_mail_leaves_and_its_bounce_comes_home(ours, remote, word):
    works_without(ours, remote, f"{word}-before")  # installed, not in use
    put_to_use(ours)
    tag = out_and_back(ours, remote, word)
    assert bounce(ours, forge(tag), word).startswith("550")


def unsplit_lines():
    return one_with(manual("exim/backstop-exim.7"), "sed")


def test_heavy_and_unsplit(host, remote, word):
    """By the lines of backstop-exim(7), with the verdict at RCPT; and
    removed."""
    set_up(host, "heavy", split="false")
    put_to_use(host, unsplit_lines())
    tag = out_and_back(host, remote, word)
    with Dialogue(host.lan.space, host.address) as session:
        reply, = session.envelope("", forge(tag))
        assert reply.startswith("550"), reply
    with Going(host, word) as load:
        host.apt("remove", *NAMES)
    load.arrived(host, remote)
    works_without(host, remote, f"{word}-after")
    host.apt("purge", *NAMES)
    host.update_exim()
    host.restart_exim()
    works_without(host, remote, f"{word}-purged")


def test_upgrade(ours, remote, word):
    """Exim goes on with the module, old or new: not one mail leaves unsigned
    for it, while the engine answers."""
    put_to_use(ours)
    tag = out_and_back(ours, remote, word)
    exim = ours.exim.process.pid
    with Going(ours, word) as load:
        ours.upgrade(*NAMES)
    for path in load.arrived(ours, remote):
        assert SIGNED.fullmatch(path), path
    ours.restart_engine()
    assert ours.status("exim4-backstop").endswith("+next")
    assert ours.exim.process.pid == exim and in_use(ours)
    assert out_and_back(ours, remote, f"{word}-new") == tag


def test_keys_under_load(ours, remote, word):
    put_to_use(ours)
    with Going(ours, word) as load:
        ours.shell(one_with(readme("From then on"), "key rotate"))
    tags = set(load.arrived(ours, remote))
    assert len({SIGNED.fullmatch(tag)[1] for tag in tags}) == 2, tags
    for tag in tags:
        assert bounce(ours, tag, word).startswith("250")


def test_another_exim(ours, remote, word):
    """An Exim whose API is another: apt takes our package away first, and
    Exim goes on; with the old Exim back, so is the module."""
    put_to_use(ours)
    tag = out_and_back(ours, remote, word)
    old = ours.status("exim4-daemon-light").split()[1]
    said = ours.apt("install", "-s",
                    ours.debs.path("exim4-daemon-light", "other"))
    assert "Remv exim4-backstop" in said, said
    said = ours.apt("install", ours.debs.path("exim4-daemon-light", "other"))
    assert ours.status("exim4-backstop").startswith("config-files"), said
    ours.restart_exim()
    works_without(ours, remote, f"{word}-other")
    forced = ours.run("dpkg", "-i", ours.debs.path("exim4-backstop"),
                      check=False)
    assert "depends on exim4-localscanapi-" in forced.stderr, forced.stderr
    ours.restart_exim()
    works_without(ours, remote, f"{word}-still")
    ours.apt("install", "--allow-downgrades", f"exim4-daemon-light={old}",
             ours.debs.path("exim4-backstop"))
    ours.restart_exim()
    assert in_use(ours)
    assert out_and_back(ours, remote, f"{word}-again") == tag
    # the engine never stopped, but knows that mail left without its knowing
    status = json.loads(ours.backstop("--json", "status", check=False).stdout)
    assert len(status["store"]["gaps"]) == 1, status


def test_remove(ours, remote, word):
    """While mail goes on: none is put off. Then installed again, with the
    keys that were kept."""
    put_to_use(ours)
    tag = out_and_back(ours, remote, word)
    with Going(ours, word) as load:
        ours.apt("remove", *NAMES)
    ours.engine.stop()
    paths = load.arrived(ours, remote)
    assert SIGNED.fullmatch(paths[0]) and paths[-1] == ALICE
    works_without(ours, remote, f"{word}-after")
    assert bounce(ours, tag, f"{word}-late").startswith("250")  # the router's
    install(ours)
    ours.start_engine()
    assert in_use(ours)
    assert out_and_back(ours, remote, f"{word}-again") == tag
    said = ours.apt("purge", *NAMES)
    assert f"the keys and the store in {STATE} are kept" in said
    ours.engine.stop()
    works_without(ours, remote, f"{word}-purged")
    assert not ours.path("/etc/exim4/backstop").exists()
    assert "backstop" not in ours.run(
        "find", "/etc/exim4", "-name", "*backstop*").stdout


def test_open_session(ours, word):
    """A session that began before the removal gets its message in after it.
    """
    put_to_use(ours)
    with Dialogue(ours.lan.space, ours.address) as session:
        assert session.envelope(CAROL, ALICE)[0].startswith("250")
        removing = ours.start("apt-get", "sh", "-c", shlex.join(
            ["apt-get", "remove", "exim4-backstop"]))
        removing.wait_for("waiting for the connections")
        assert ours.path(MODULE).exists()
        assert session.message(message(CAROL, ALICE, word)).startswith("250")
        removing.wait_for("^Removing exim4-backstop|does without")
        removing.process.wait(60)
    ours.wait_mail("alice", word)
    assert not ours.path(MODULE).exists()
    assert not ours.path(LINK).exists()
