"""SPF in real Exim: mail is refused at RCPT or at the end of DATA, or gets
header fields."""

import signal

import pytest

import both_spf
from forgery import served, speak
from smtp import Dialogue
from talk import ALICE, BOB, forge, message


@pytest.fixture(scope="module")
def mx(exim):
    for host in served(exim, None):
        host.settled = {"clients": "Debian-exim"}
        yield host


class TestSpf(both_spf.OfBoth):
    def test_where_it_is_refused(self, mx, exim, word):
        """-heavy refuses it at RCPT, -light at the end of DATA; DNS is asked
        once."""
        mx.dns.forget()
        with Dialogue(mx.lan.space, mx.address) as session:
            reply, = session.envelope("u@bad.example", ALICE)
            assert reply.startswith("550" if exim.at_rcpt else "250"), reply
            if not exim.at_rcpt:
                assert session.message(message("u@bad.example", ALICE,
                                               word)).startswith("550")
        assert mx.engine.lines("spf=fail .*domain=bad.example")
        before = len(mx.engine.lines("spf=pass .*domain=good.example"))
        with Dialogue(mx.lan.space, mx.address) as session:
            session.envelope("u@good.example", ALICE, BOB)
            session.message(message("u@good.example", ALICE, word))
        told = mx.engine.lines("spf=pass .*domain=good.example")
        assert len(told) == before + 1

    def test_results_stand_on_top(self, mx, word):
        assert speak(mx, "u@good.example", ALICE, word).startswith("250")
        text = mx.wait_mail("alice", word).text
        assert (text.index("\nAuthentication-Results:")
                < text.index("\nReceived-SPF:")
                < text.index("\nReceived:"))

    def test_genuine_bounce_of_a_name(self, mx, word):
        """SPF makes junk of what a mail system's name sends, unless it is
        proved to be a bounce of ours, and refuses none of it."""
        sender, tag = "mailer-daemon@bad.example", mx.sign(ALICE)
        report = "X-Failed-Recipients: joe@bad.example\n"
        assert speak(mx, sender, tag, word, report).startswith("250")
        mail = mx.wait_mail("alice", word)
        assert mail["X-Backstop"].startswith("genuine ")
        assert mail["X-Spam"] is None
        other = word + "unproved"
        assert speak(mx, sender, ALICE, other).startswith("250")
        mail = mx.wait_mail("alice", other)
        assert mail["X-Spam"] == "yes"
        assert mail["Received-SPF"].startswith("fail")
        forged = word + "forged"
        assert speak(mx, sender, forge(tag), forged).startswith("250")
        assert mx.wait_mail("alice", forged)["X-Spam"] == "yes"

    def test_without_an_engine(self, mx, word):
        mx.engine.send(signal.SIGTERM)
        mx.engine.stop()
        try:
            assert speak(mx, "u@bad.example", ALICE, word).startswith("250")
            assert mx.wait_mail("alice", word)["Received-SPF"] is None
        finally:
            mx.start_engine()
