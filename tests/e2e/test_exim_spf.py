"""SPF in real Exim: refused at RCPT or at the end of DATA, or told of."""

import signal

import pytest

from forgery import flat, OURS, reconfigured, served, speak, STRANGER
from smtp import Dialogue
from talk import ALICE, BOB, CAROL, forge, message, send

HOPELESS = "hopeless@example.org"


@pytest.fixture(scope="module")
def mx(exim):
    for host in served(exim, None):
        host.settled = {"clients": "Debian-exim"}
        yield host


@pytest.mark.usefixtures("sink")
def test_no_bounce_to_an_innocent(mx, remote, word):
    with reconfigured(mx, mode="observe"):
        assert speak(mx, CAROL, HOPELESS, word).startswith("250")
        assert "refused@sink.example" in remote.wait_mail("carol", word).text
    reply = speak(mx, CAROL, HOPELESS, word + "-again")
    assert reply.startswith("550 5.7.23 SPF: the record of remote.example "
                            f"does not allow {STRANGER}"), reply
    assert not mx.queue_ids()
    assert not any(word + "-again" in mail.text
                   for mail in remote.mails("carol"))


def test_where_it_is_refused(mx, exim, word):
    """-heavy refuses it at RCPT, -light at the end of DATA; DNS is asked
    once."""
    mx.dns.forget()
    with Dialogue(mx.lan.space, mx.address) as session:
        reply, = session.envelope("u@bad.example", ALICE)
        assert reply.startswith("550" if exim.at_rcpt else "250"), reply
        if not exim.at_rcpt:
            assert session.message(message("u@bad.example", ALICE,
                                           word)).startswith("550")
    asked = mx.engine.lines("spf=fail .*domain=bad.example")
    with Dialogue(mx.lan.space, mx.address) as session:
        session.envelope("u@good.example", ALICE, BOB)
        session.message(message("u@good.example", ALICE, word))
    assert len(mx.engine.lines("spf=pass .*domain=good.example")) == 1
    assert asked


def test_replies(mx, word):
    for sender, wanted in (
            ("u@bad.example", "550 5.7.23 SPF: "),
            ("u@broken.example", "550 5.7.24 SPF: the record of "
             "broken.example cannot be used: "),
            ("u@dead.example", "451 4.7.24 SPF: the record of dead.example "
             "could not be read: "),
            (ALICE, "550 5.7.1 SPF: example.org is a domain of this host")):
        reply = speak(mx, sender, BOB, word)
        assert reply.startswith(wanted), reply


def test_pass_is_told_on_top(mx, word):
    assert speak(mx, "u@good.example", ALICE, word).startswith("250")
    mail = mx.wait_mail("alice", word)
    assert flat(mail["Received-SPF"]).startswith(
        f"pass ({OURS}: domain of good.example designates {STRANGER} as "
        "permitted sender)")
    assert flat(mail["Authentication-Results"]).startswith(
        f"{OURS}; spf=pass smtp.mailfrom=good.example; spf=none ")
    assert mail.text.index("\nAuthentication-Results:") < mail.text.index(
        "\nReceived-SPF:") < mail.text.index("\nReceived:")
    assert mail["X-Spam"] is None


def test_forged_results_are_removed(mx, word):
    head = (f"Authentication-Results: {OURS}; dkim=pass header.d=bad.example\n"
            f"Authentication-Results:\n\t(really) {OURS.upper()} 1; dmarc=pass\n"
            "Authentication-Results: other.example; spf=pass\n")
    assert speak(mx, "u@good.example", ALICE, word, head).startswith("250")
    text = mx.wait_mail("alice", word).text
    assert "dkim=pass" not in text and "dmarc=pass" not in text
    assert "other.example; spf=pass" in text
    assert text.count("\nAuthentication-Results:") == 2


def test_softfail_is_junk(mx, word):
    assert speak(mx, "u@soft.example", ALICE, word).startswith("250")
    mail = mx.wait_mail("alice", word)
    assert mail["X-Spam"] == "yes"


def test_null_sender_is_never_refused(mx, word):
    with reconfigured(mx, helo_fail="reject"):
        assert speak(mx, "u@good.example", ALICE, word,
                     helo="bad.example").startswith("550 5.7.23")
        assert speak(mx, "", ALICE, word, helo="bad.example").startswith("250")
    mail = mx.wait_mail("alice", word)
    assert "identity=helo" in flat(mail["Received-SPF"])
    assert mail["X-Spam"] is None


def test_genuine_bounce_of_a_name(mx, word):
    """SPF refuses a mail system's name only where its bounce is not proved to
    be one of ours."""
    sender, tag = "mailer-daemon@bad.example", mx.sign(ALICE)
    report = "X-Failed-Recipients: joe@bad.example\n"
    assert speak(mx, sender, tag, word, report).startswith("250")
    mail = mx.wait_mail("alice", word)
    assert mail["X-Backstop"].startswith("genuine ")
    assert mail["X-Spam"] is None
    assert speak(mx, sender, ALICE, word).startswith("550 5.7.23")
    assert not speak(mx, sender, forge(tag), word).startswith("250")


def test_forwarder(mx, word):
    assert speak(mx, "u@bad.example", ALICE, word,
                 helo="mx.forwarder.example").startswith("250")
    assert mx.wait_mail("alice", word)["X-Spam"] is None


def test_our_own_mail_is_not_asked_about(mx, word):
    mx.dns.forget()
    send(mx, BOB, word)
    assert mx.wait_mail("bob", word)["Received-SPF"] is None
    assert mx.dns.questions() == 0


def test_without_an_engine(mx, word):
    mx.engine.send(signal.SIGTERM)
    mx.engine.stop()
    try:
        assert speak(mx, "u@bad.example", ALICE, word).startswith("250")
        assert mx.wait_mail("alice", word)["Received-SPF"] is None
    finally:
        mx.start_engine()
