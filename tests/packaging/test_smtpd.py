"""The life of opensmtpd-filter-backstop: installed and put to use by the
README's lines, upgraded, removed, purged, installed again."""

import shutil
import signal

import pytest

import layouts
from debs import Load, PackagedSmtpd, smtpd_conf
from documents import one_with, readme
from talk import ALICE, BOB, CAROL, SIGNED, bounce, deliver, forge, send

KIND = PackagedSmtpd
NAMES = ("backstop", "opensmtpd-filter-backstop")
FILTER = "/usr/libexec/opensmtpd/filter-backstop"
ZONE = {
    layouts.REMOTE: [["MX", [10, "mx.remote.example"]]],
    "mx.remote.example": [["A", layouts.REMOTE_ADDRESS]],
}
# What the README leaves to the example.
EXAMPLE = "/usr/share/doc/opensmtpd-filter-backstop/examples/two-hops.conf"
BEFORE = """\
table aliases file:/etc/aliases
listen on socket
listen on eth0
action "local" maildir alias <aliases>
action "out" relay
match from any for domain "example.org" action "local"
match from local for any action "out"
"""


def install(host):
    """The lines of the README, from the first on."""
    lines = one_with(readme("Set it up"), "apt install")
    host.shell(lines.partition("build.sh")[2].split("\n", 1)[1])
    host.shell(one_with(readme("OpenSMTPD"), "apt install"))


def prepare(host, remote):
    """The files that the example names; the certificate is made where there
    is openssl."""
    host.add_aliases()
    for name in ("credentials", "owners"):
        host.write(f"/etc/mail/{name}", "")
    remote.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
               "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
               "/CN=ours.test", "-keyout", "/tmp/ours.key", "-out",
               "/tmp/ours.crt")
    for name, place in {"ours.key": "/etc/ssl/private/mail.key",
                        "ours.crt": "/etc/ssl/mail.crt"}.items():
        host.path(place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(remote.path(f"/tmp/{name}"), host.path(place))
        host.path(place).chmod(0o600)


@pytest.fixture
def ours(host, remote):
    """A host with OpenSMTPD that sends and takes mail, and then Backstop."""
    host.apt("install", "opensmtpd")
    prepare(host, remote)
    host.resolve(ZONE)
    host.start_smtpd(BEFORE)
    install(host)
    host.conf = smtpd_conf(host.debs.suite, host.read(EXAMPLE))
    host.set(domains="example.org", sign="yes")
    host.start_engine()
    return host


def put_to_use(host):
    host.write("/etc/smtpd.conf", host.conf)
    host.run("smtpd", "-n")
    host.restart_smtpd()


def out_and_back(host, remote, word):
    """Mail that leaves signed, and a bounce of it; returns its tag."""
    send(host, CAROL, word)
    tag = remote.wait_mail("carol", word).return_path
    assert SIGNED.fullmatch(tag), tag
    assert bounce(host, tag, f"{word}-back").startswith("250")
    assert host.wait_mail("alice", f"{word}-back").recipient == ALICE
    return tag


def test_mail_leaves_and_its_bounce_comes_home(ours, remote, word):
    """Nothing before the lines are there; then the whole of it, in observe
    and in enforce."""
    send(ours, CAROL, f"{word}-plain")
    assert remote.wait_mail("carol", f"{word}-plain").return_path == ALICE
    put_to_use(ours)
    tag = out_and_back(ours, remote, f"{word}-signed")
    send(ours, BOB, f"{word}-here")
    assert ours.wait_mail("bob", f"{word}-here").return_path == ALICE
    reply = bounce(ours, forge(tag), word)
    assert reply.startswith("250"), reply  # observe: stripped, not refused
    ours.set(mode="enforce")
    ours.engine.send(signal.SIGHUP)
    ours.engine.wait_for("^info: configuration read")
    assert bounce(ours, forge(tag), word).startswith("550 5.7.1")


def test_keys_under_load(ours, remote, word):
    put_to_use(ours)
    tags = set()

    def work(number):
        send(ours, CAROL, f"{word}-{number}-")
        tags.add(remote.wait_mail("carol", f"{word}-{number}-").return_path)

    with Load(work):
        ours.shell(one_with(readme("From then on"), "key rotate"))
    assert {SIGNED.fullmatch(tag)[4] for tag in tags} == {"alice"}
    assert len({SIGNED.fullmatch(tag)[1] for tag in tags}) == 2, tags
    for tag in tags:
        assert bounce(ours, tag, word).startswith("250")
        ours.backstop("verify", tag)


def test_upgrade(ours, remote, word):
    """Mail goes on, none is lost; the new packages do what the old did."""
    put_to_use(ours)
    tag = out_and_back(ours, remote, word)
    sent = []

    def work(number):
        send(ours, CAROL, f"{word}-{number}-")
        reply = bounce(ours, tag, f"{word}-back-{number}-")
        assert reply[:3] in ("250", "451"), reply
        sent.append((number, reply))

    with Load(work):
        ours.upgrade(*NAMES)
        ours.restart_engine()  # as postinst has systemd do
    for name in NAMES:
        assert ours.status(name).endswith("+next")
    ours.restart_smtpd()
    for number, reply in sent:
        mail = remote.wait_mail("carol", f"{word}-{number}-", ours)
        assert SIGNED.fullmatch(mail.return_path)
        if reply.startswith("250"):
            ours.wait_mail("alice", f"{word}-back-{number}-")
    assert out_and_back(ours, remote, f"{word}-new") == tag


def test_remove(ours, remote, word):
    """smtpd works on though smtpd.conf still names the filter; with the state
    that was kept, an old tag is good again."""
    put_to_use(ours)
    tag = out_and_back(ours, remote, word)
    said = ours.apt("purge", *NAMES)
    assert "In its\nplace there is now a filter that does nothing" in said
    assert "the keys and the store in /var/lib/backstop are kept" in said
    ours.engine.stop()
    ours.restart_smtpd()
    send(ours, CAROL, f"{word}-after")
    assert remote.wait_mail("carol", f"{word}-after").return_path == ALICE
    assert deliver(ours, CAROL, ALICE, f"{word}-in").startswith("250")
    ours.wait_mail("alice", f"{word}-in")
    install(ours)
    assert ours.read(FILTER)[:4] == "\x7fELF"
    ours.set(domains="example.org", sign="yes")
    ours.start_engine()
    ours.restart_smtpd()
    assert out_and_back(ours, remote, f"{word}-again") == tag
    # as told: the lines first
    ours.write("/etc/smtpd.conf", BEFORE)
    ours.restart_smtpd()
    ours.apt("purge", *NAMES)
    assert not ours.path(FILTER).exists()
    ours.restart_smtpd()
    assert deliver(ours, CAROL, ALICE, f"{word}-last").startswith("250")
