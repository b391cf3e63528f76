"""Mail that left while the engine could not be told of it, and what
follows."""

import signal

import pytest

import notices
from exim import sinking
from host import wait_until
from strikes import Sent, strike
from talk import ALICE, BOB, CAROL, bounce, deliver, forge, send

MISSED = "/var/spool/exim4/backstop.missed"


@pytest.fixture
def old(exim):
    """Our host, whose engine knows of all mail, and refuses a bounce of any
    other."""
    with exim.old_ours(sinking) as host:
        yield host


def allow(host, clients):
    """Sets who may ask the engine from now on; Exim connects anew for each
    session."""
    def count():
        return len(host.engine.lines("configuration read anew"))
    host.configure(domains="example.org, example.net", clients=clients)
    before = count()
    host.engine.send(signal.SIGHUP)
    wait_until(lambda: count() > before, "the engine to read its file")


def test_an_outage_is_told_before_a_bounce_is_judged(old, sink):
    """The engine runs all the time, but Exim may not ask it. The engine learns
    of the outage only from Exim, which reports it before the next bounce."""
    reply, _ = strike(old, ALICE, notices.bounce("never.sent@example.org"))
    assert reply.startswith("550"), reply
    allow(old, "_bsfilter")
    sent = Sent(old, sink)
    assert "prvs=" not in sent.path
    assert old.path(MISSED).exists()
    allow(old, "Debian-exim")
    reply, mail = strike(old, ALICE, notices.bounce(sent.id))
    assert reply.startswith("250"), reply
    assert mail["X-Spam"] is None
    assert not old.path(MISSED).exists()


def test_mail_that_does_not_leave_is_not_missed(old, word):
    """After a bounce that was not judged, or a callout, bounces are refused as
    before."""
    allow(old, "_bsfilter")
    assert bounce(old, ALICE, word).startswith("250")
    assert not old.path(MISSED).exists()
    assert len(old.exim_lines("backstop: no answer")) == 1
    allow(old, "Debian-exim")
    reply, _ = strike(old, ALICE, notices.bounce("never.sent@example.org"))
    assert reply.startswith("550"), reply


def test_logged_once_a_minute_where_the_engine_comes_and_goes(old, word):
    for n in range(4):
        allow(old, "_bsfilter")
        send(old, BOB, f"{word}-{n}")
        assert old.path(MISSED).exists()
        allow(old, "Debian-exim")
        assert deliver(old, CAROL, BOB, f"{word}-{n}").startswith("250")
        assert not old.path(MISSED).exists()
    assert len(old.exim_lines("backstop: no answer")) == 1


def test_exim_bh_asks_the_engine_nothing(old, word):
    """Any user of the machine can pose as any host by exim -bh."""
    tag = forge(old.sign(ALICE))
    said = old.run("exim4", "-bh", "203.0.113.9", user="carol", text="".join(
        f"{line}\r\n" for line in (
            "EHLO mx.example.net", "MAIL FROM:<>", f"RCPT TO:<{tag}>", "DATA",
            f"Subject: {word}", "", "text", ".", "QUIT")), check=False)
    assert "354 " in said.stdout, said.stdout + said.stderr
    assert not old.engine.lines("verdict=")
