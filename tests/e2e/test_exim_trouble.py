"""Module or engine away, stopped, of another ABI, lying: Exim's mail flows."""

import concurrent.futures
import json
import signal
import threading
import time

import pytest

from exim import MODULES
from host import wait_until
from smtp import Dialogue, Sink
from talk import (ALICE, BOB, CAROL, SIGNED, bounce, deliver, envelope, forge,
                  message, send)
from test_engine_trouble import bring_back, take_away

SPOOL = "/var/spool/exim4"
MODULE = f"{MODULES}/backstop.so"
CLIENTS = 500


@pytest.fixture
def mx(exim):
    with exim.ours() as host:
        yield host


@pytest.fixture(params=["killed", "stopped"])
def how(request):
    return request.param


def gaps(mx):
    """The gaps: times in which the engine knows that it missed mail."""
    return json.loads(mx.backstop("--json", "status",
                                  check=False).stdout)["store"]["gaps"]


def test_mail_flows_without_the_engine(mx, remote, how, word):
    tag = mx.sign(ALICE)
    take_away(mx, how)
    send(mx, CAROL, word)
    assert remote.wait_mail("carol", word).return_path == ALICE
    for recipient in (ALICE, tag, forge(tag)):
        said = f"{word}-{recipient[:9]}"
        assert bounce(mx, recipient, said).startswith("250")
        mail = mx.wait_mail("alice", said)
        assert "prvs=" not in mail.path.name and mail["X-Backstop"] is None
    assert len(mx.exim_lines("backstop: no answer from the engine")) == 1
    bring_back(mx, how)
    wait_until(lambda: bounce(mx, forge(tag), word).startswith("550"),
               "a bad tag to be refused again")
    send(mx, CAROL, f"{word}-back")
    assert SIGNED.fullmatch(
        remote.wait_mail("carol", f"{word}-back").return_path)
    assert not mx.path(f"{SPOOL}/backstop.missed").exists()
    wait_until(lambda: gaps(mx), "what was missed to be a gap")


def test_bounce_of_exim_itself_without_the_engine(mx, lab, how, word):
    mx.write("/etc/exim4/hubbed_hosts", "sink.example: 192.0.2.31\n")
    sink = Sink(lab.lan, "192.0.2.31")
    try:
        take_away(mx, how)
        send(mx, "refused@sink.example", word)
        assert mx.wait_mail("alice", word).recipient == ALICE
        assert not mx.frozen()
        bring_back(mx, how)
    finally:
        sink.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_the_engine_goes_away_in_the_middle(mx, number, word):
    with Dialogue(mx.lan.space, mx.address) as session:
        assert session.envelope("", ALICE)[0].startswith("250")
        assert session.begin_data().startswith("354")
        session.send(f"Subject: {word}\r\n\r\n".encode())
        mx.engine.send(number)
        session.send(b"the rest\r\n")
        assert session.end_data().startswith("250")
    assert "the rest" in mx.wait_mail("alice", word).text
    mx.engine.send(signal.SIGCONT)


def test_engine_that_stands_still_for_a_minute(exim, remote, word):
    """It is logged once a minute. The test lets the minute pass by setting the
    time of a file."""
    def mail(numbers):
        for number in numbers:
            send(mx, CAROL, f"{word}-{number}.")
            assert bounce(mx, ALICE, f"{word}-b{number}.").startswith("250")

    with exim.ours() as mx:
        mx.engine.send(signal.SIGSTOP)
        began = time.monotonic()
        mail(range(10))
        mx.run("touch", "-d", "61 seconds ago", f"{SPOOL}/backstop.logged")
        mail(range(10, 20))
        minutes = int(time.monotonic() - began) // 60
        assert 2 <= len(mx.exim_lines("backstop: no answer")) <= 2 + minutes
        for n in range(20):
            assert remote.wait_mail("carol",
                                    f"{word}-{n}.").return_path == ALICE
            assert mx.wait_mail("alice", f"{word}-b{n}.")
        mx.engine.send(signal.SIGCONT)
        send(mx, CAROL, f"{word}-back")
        assert remote.wait_mail("carol", f"{word}-back")
        wait_until(lambda: gaps(mx), "what was missed to be a gap")


def test_the_module_is_removed(mx, remote, word):
    """Removed in the manual's order, mail flows as without Backstop, except
    that the router still takes tags off."""
    tag = mx.sign(ALICE)
    mx.path(f"{MODULES}/backstop.conf").unlink()
    mx.restart_exim()
    mx.path(MODULE).unlink()
    send(mx, CAROL, word)
    assert remote.wait_mail("carol", word).return_path == ALICE
    assert bounce(mx, tag, f"{word}-home").startswith("250")
    assert mx.wait_mail("alice", f"{word}-home")
    assert deliver(mx, CAROL, ALICE, f"{word}-in").startswith("250")
    assert mx.wait_mail("alice", f"{word}-in")


def waits(mx, word):
    """Exim defers all mail, and loses none."""
    with Dialogue(mx.lan.space, mx.address) as session:
        reply, = session.envelope(CAROL, ALICE)
        if reply.startswith("250"):
            reply = session.message(message(CAROL, ALICE, word))
    assert reply[:3] in ("451", "421"), reply
    assert not mx.mails("alice")


@pytest.mark.parametrize("fault", ["missing", "wrong ABI"])
def test_the_module_cannot_be_loaded(mx, fault, word):
    """If the module is removed by hand, but not the lines that name it, mail
    waits at other hosts, and passes once that is mended."""
    kept = mx.path(MODULE).read_bytes()
    mx.path(MODULE).unlink()
    if fault == "wrong ABI":
        mx.path(MODULE).write_bytes(
            mx.path(f"{MODULES}/wrong-abi.so").read_bytes())
    waits(mx, word)
    done = mx.run("sendmail", "-i", "-f", BOB, ALICE, user="bob", check=False,
                  text=message(BOB, ALICE, word))
    assert done.returncode == 1 and not mx.mails("alice")
    if fault == "missing" and envelope(mx, "", mx.sign(ALICE))[0][:3] != "250":
        raise AssertionError("the ACL must not need the module")
    mx.path(MODULE).unlink(missing_ok=True)
    mx.path(MODULE).write_bytes(kept)
    assert deliver(mx, CAROL, ALICE, word).startswith("250")


def test_many_at_once(mx, word):
    """All of them hold a session open before the first one sends."""
    tag = mx.sign(ALICE)
    together = threading.Barrier(CLIENTS)

    def client(number):
        sender, recipient = ("", tag) if number % 2 else (CAROL, BOB)
        with Dialogue(mx.lan.space, mx.address) as session:
            reply, = session.envelope(sender, recipient)
            together.wait(120)
            assert reply.startswith("250"), reply
            return session.message(message(sender, recipient,
                                           f"{word}-{number}."))

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        replies = list(pool.map(client, range(CLIENTS)))
    assert all(reply.startswith("250") for reply in replies)

    def delivered():
        mx.try_queue()
        return (mx.mail_count("alice") == CLIENTS // 2
                and mx.mail_count("bob") == CLIENTS // 2)
    wait_until(delivered, lambda: f"{CLIENTS} mails:\n{mx.queue()}", 120)
    # after so many bounces to one tag, they look like a replay
    fields = [mail["X-Backstop"] for mail in mx.mails("alice")]
    judged = [field for field in fields if field]
    assert set(judged) == {"genuine reason=tag row=4",
                           "suspect reason=replay row=7"}
    if len(judged) < 0.9 * len(fields):  # this machine is overloaded, then
        assert mx.exim_lines("backstop: no answer"), len(judged)
    assert mx.engine.alive() and mx.exim.alive()
    assert mx.exim_log("panic") == ""
