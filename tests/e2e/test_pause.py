"""A stop of the engine that is no gap, and those that are, on real mail
servers. tests/unit/test_pause.py has all cases, with a filter that the test
plays smtpd to."""

import json
import os
import signal
import time

import pytest

import layouts
import notices
from exim import sinking
from host import wait_until
from smtp import Dialogue
from strikes import Sent, strike
from talk import ALICE

KEPT = "/var/lib/backstop-filter"
SPOOL = "/var/spool/exim4"
LAYOUT = layouts.sinking(layouts.reading(layouts.one_hop))


def store(host):
    return json.loads(host.backstop("--json", "status",
                                    check=False).stdout)["store"]


def gaps(host):
    """How many, once it is known whether the stop was one."""
    wait_until(lambda: "pause" not in store(host),
               lambda: f"the pause to end: {store(host)}")
    return len(store(host)["gaps"])


def long_ago(host, path):
    """What was missed is known since before the test."""
    host.run("touch", "-m", "-d", "1 hour ago", path)


def is_refused(host):
    """Whether a bounce of a message that never left is: coverage is full."""
    reply, _ = strike(host, ALICE, notices.bounce("never.sent@example.org"))
    return reply.startswith("550")


def kill_all(host, name):
    pids = host.processes(name)
    assert pids, name
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def stop_engine(host):
    """Gaps have whole seconds: none begins and ends in the same."""
    host.engine.stop()
    time.sleep(1.1)


@pytest.fixture
def old(lab):
    with lab.bare_old_ours() as host:
        host.backstop("init")
        host.run("touch", f"{KEPT}/since")
        host.run("chown", "_bsfilter:", f"{KEPT}/since")
        long_ago(host, f"{KEPT}/since")
        host.start_engine()
        lab.start_server(host, LAYOUT)
        yield host


@pytest.fixture
def old_exim(exim):
    with exim.old_ours(sinking) as host:
        yield host


def test_a_reboot_of_opensmtpd(old, lab, sink):
    Sent(old, sink)
    assert is_refused(old)
    old.smtpd.stop()
    stop_engine(old)
    old.run("rm", "/run/backstop/engine.ticket")
    old.start_engine()
    assert "pause" in store(old)
    lab.start_server(old, LAYOUT)
    assert gaps(old) == 0
    assert is_refused(old)


def test_mail_that_leaves_meanwhile(old, sink):
    Sent(old, sink)
    stop_engine(old)
    sent = Sent(old, sink)
    assert "prvs=" not in sent.path
    # what waits for an engine is told to it, if that comes soon enough
    time.sleep(6)
    old.start_engine()
    assert gaps(old) == 1
    reply, mail = strike(old, ALICE, notices.bounce(sent.id))
    assert reply.startswith("250") and mail["X-Spam"] is None


def test_filters_that_are_killed(old, lab, sink):
    """smtpd ends with them."""
    Sent(old, sink)
    kill_all(old, "filter-backstop")
    wait_until(lambda: not old.smtpd.alive(), "smtpd to end")
    old.smtpd.stop()
    lab.start_server(old, LAYOUT)
    wait_until(lambda: store(old)["gaps"], "a gap")
    assert not is_refused(old)


def test_a_reboot_with_exim(old_exim, sink):
    Sent(old_exim, sink)
    long_ago(old_exim, f"{SPOOL}/backstop.since")
    assert is_refused(old_exim)
    old_exim.exim.stop()
    stop_engine(old_exim)
    old_exim.start_engine()
    assert "pause" in store(old_exim)
    old_exim.start_exim()
    Sent(old_exim, sink)
    assert gaps(old_exim) == 0
    assert is_refused(old_exim)


def test_exim_is_killed_amid_a_message(old_exim, sink):
    """It has not accepted the message then, and nothing is missed."""
    Sent(old_exim, sink)
    long_ago(old_exim, f"{SPOOL}/backstop.since")
    with Dialogue(old_exim.lan.space, old_exim.address) as session:
        assert session.envelope("bob@remote.example", ALICE)[0].startswith(
            "250")
        assert session.begin_data().startswith("354")
        kill_all(old_exim, "exim4")
    old_exim.exim.kill()
    stop_engine(old_exim)
    old_exim.start_engine()
    old_exim.start_exim()
    Sent(old_exim, sink)
    assert gaps(old_exim) == 0


def test_an_engine_that_is_killed(old, sink):
    Sent(old, sink)
    old.engine.send(signal.SIGKILL)
    old.engine.process.wait()
    time.sleep(1.1)
    old.start_engine()
    assert gaps(old) == 1
    assert not is_refused(old)
