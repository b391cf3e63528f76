"""The engine away, stopped, lying: mail flows, and no bounce is lost."""

import signal

import pytest

from host import wait_until
from lab import SOCKET
from layouts import SINK_ADDRESS, hasty, one_hop
from smtp import Dialogue, Sink
from talk import ALICE, CAROL, bounce, deliver, envelope, send
from wire import LyingEngine, write_frame


def take_away(host, how):
    if how == "killed":
        host.engine.kill()
    else:
        host.engine.send(signal.SIGSTOP)


def bring_back(host, how):
    if how == "killed":
        host.start_engine()
    else:
        host.engine.send(signal.SIGCONT)


def filters(host):
    """The process ids of the filters: none of them may ever end."""
    found = sorted(host.processes("filter-backstop"))
    assert found
    return found


@pytest.fixture
def hurried(lab):
    with lab.ours(hasty(one_hop)) as host:
        yield host


@pytest.fixture(params=["killed", "stopped"])
def how(request):
    return request.param


def test_mail_flows_without_the_engine(ours, remote, how, word):
    tag = ours.sign(ALICE)
    before = filters(ours)
    take_away(ours, how)
    send(ours, CAROL, word)
    assert remote.wait_mail("carol", word).return_path == ALICE
    assert deliver(ours, CAROL, ALICE, f"{word}-in").startswith("250")
    assert ours.wait_mail("alice", f"{word}-in")
    assert bounce(ours, ALICE, f"{word}-untagged").startswith("250")
    assert envelope(ours, "", tag)[0].startswith("451 4.3.0")
    assert envelope(ours, CAROL, tag)[0].startswith("451 4.3.0")
    bring_back(ours, how)
    wait_until(lambda: bounce(ours, tag, f"{word}-back").startswith("250"),
               "a tagged bounce to be accepted again")
    assert filters(ours) == before


def test_real_bounce_waits_for_the_engine(hurried, remote, how, word):
    ours = hurried
    remote.run("smtpctl", "pause", "mda")
    send(ours, "dave@remote.example", word)
    wait_until(lambda: "dave@remote.example" in remote.queue(),
               "the message in the remote queue")
    take_away(ours, how)
    remote.run("smtpctl", "resume", "mda")
    remote.smtpd.wait_for(r"from=<> to=<prvs=.*result=\"TempFail\".*"
                          r"stat=\"451 4\.3\.0")
    bring_back(ours, how)
    mail = ours.wait_mail("alice", word, remote)
    assert mail["Delivered-To"] == ALICE


def test_bounce_of_our_own_smtpd_waits_for_the_engine(lab, hurried, how, word):
    """smtpd's notice comes through the socket, where a 550 would lose it."""
    ours = hurried
    sink = Sink(lab.lan, SINK_ADDRESS)
    ours.run("smtpctl", "pause", "mta")
    send(ours, "refused@sink.example", word)
    take_away(ours, how)
    ours.run("smtpctl", "resume", "mta")
    wait_until(lambda: "from=<prvs=" in ours.smtpd.text() and ours.smtpd.lines(
        r"mta delivery .*result=\"PermFail\""), "the sink's refusal")
    bring_back(ours, how)
    assert ours.wait_mail("alice", word, ours)["Delivered-To"] == ALICE
    sink.close()


def test_client_that_leaves_in_the_middle(hurried, word):
    """Sessions end while their questions are on their way."""
    ours = hurried
    tag = ours.sign(ALICE)
    ours.engine.send(signal.SIGSTOP)
    for _ in range(5):
        with Dialogue(ours.lan.space, ours.address) as session:
            session.say("EHLO client.example")
            session.say("MAIL FROM:<>")
            session.say_nothing_after(f"RCPT TO:<{tag}>")
    ours.engine.send(signal.SIGCONT)
    wait_until(lambda: bounce(ours, tag, word).startswith("250"),
               "a tagged bounce to be accepted")
    assert ours.smtpd.alive()


def answer(question, **fields):
    return write_frame({"id": question["id"], "status": "ok", **fields})


LIES = {
    "nothing": lambda question: None,
    "octets": lambda question: bytes(range(256)) * 8,
    "endless line": lambda question: b"id=" + b"1" * 70000,
    "empty frames": lambda question: b"\n\n\n",
    "another question": lambda question: write_frame(
        {"id": 10 ** 18, "status": "ok", "action": "none"}),
    "half an answer": lambda question:
        answer(question, action="none")[:-6],
    "no action": answer,
    "unknown action": lambda question: answer(question, action="explode"),
    "status error": lambda question: write_frame(
        {"id": question["id"], "status": "error"}),
    "rewrite to nothing": lambda question:
        answer(question, action="rewrite"),
    "rewrite to lines": lambda question: answer(
        question, action="rewrite", address="a@b.c\r\n250 ok\nx|y"),
    "reject without a reply": lambda question:
        answer(question, action="reject"),
    "reject with a bad reply": lambda question: answer(
        question, action="reject", reply="99 \r\nfilter-result|0|0|proceed"),
    "defer with a 550": lambda question: answer(
        question, action="defer", reply="550 5.7.1 no"),
    "answered twice": lambda question: answer(question, action="none") * 2,
}


@pytest.mark.parametrize("lie", LIES)
def test_filter_survives_a_lying_engine(lied_to, lie, word):
    """Whatever the answers are, sessions go on and other mail is taken."""
    tag = lied_to.tag
    engine = LyingEngine(lied_to.path(SOCKET), LIES[lie])
    try:
        for sender, recipient in (("", tag), ("", ALICE), (CAROL, ALICE)):
            reply, = envelope(lied_to, sender, recipient)
            assert reply[:3] in ("250", "550", "451"), reply
        wait_until(lambda: envelope(lied_to, "", tag) and engine.asked,
                   "the filter to ask the liar")
        reply = deliver(lied_to, ALICE, "bob@example.org", word, port=587)
        assert reply[:3] in ("250", "550", "451"), reply
    finally:
        engine.close()
    assert lied_to.smtpd.alive()
    assert filters(lied_to) == lied_to.filters


@pytest.fixture(scope="module")
def lied_to(lab):
    with lab.ours(hasty(one_hop)) as host:
        host.tag = host.sign(ALICE)
        host.filters = filters(host)
        host.engine.kill()
        yield host


def test_true_engine_after_the_lies(lied_to, word):
    lied_to.path(SOCKET).unlink(missing_ok=True)
    lied_to.start_engine()
    wait_until(lambda: bounce(lied_to, lied_to.tag, word).startswith("250"),
               "a tagged bounce to be accepted")
    assert lied_to.wait_mail("alice", word)
