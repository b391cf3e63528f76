"""Whom either mail server tells of mail that it took and cannot deliver: tests
over the fixture mx, which has the aliases of LATER and two that fail: "lost" at
home, "hopeless" at the host that it is forwarded to."""

import json

import pytest

from forgery import flat, reconfigured, speak
from host import wait_until
from smtp import Dialogue
from talk import ALICE, message

WAYS = ("lost", "hopeless")
# by what SPF finds of a sender in this domain
FOUND = ("good", "fail", "soft", "none", "dead")
LATER = "later: later@sink.example\n"
# What a client may ask to be told of.
NOTIFY = "NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;x@example.org"


def sender(found):
    return f"victim@{found}.sink.example"


def settle(mx, hurry=lambda: None):
    """Waits until nothing is left to be delivered, bounces included."""
    wait_until(lambda: hurry() or mx.queue().strip() == "", lambda:
               f"an empty queue:\n{mx.queue()}")


def told(sink, word):
    """Which senders were told of something, and of which mail."""
    return [(found, mail["text"]) for mail in sink.mails for found in FOUND
            if sender(found) in mail["rcpt"][0] and word in mail["text"]]


def whole(mx, found, word, *recipients, hello="EHLO", port=25, params=""):
    """One message to several recipients; returns RCPT's replies."""
    with Dialogue(mx.lan.space, mx.address, port) as session:
        session.say(f"{hello} client.example")
        session.say(f"MAIL FROM:<{sender(found)}>")
        replies = [session.say(f"RCPT TO:<{name}@example.org> {params}".strip())
                   for name in recipients]
        reply = session.message(message(sender(found), ALICE, word))
        assert reply.startswith("250"), reply
    return replies


class OfBoth:
    @pytest.mark.parametrize("dsn, silent", (
        ("all", ()),
        ("not-failed", ("fail", "soft")),
        ("authenticated", ("fail", "soft", "none"))))
    def test_who_is_told(self, mx, sink, word, dsn, silent):
        with reconfigured(mx, mode="mark", dsn=dsn):
            for found in FOUND:
                for way in WAYS:
                    assert speak(mx, sender(found), f"{way}@example.org",
                                 f"{word}-{found}-{way}-").startswith("250")
            settle(mx)
        for found in FOUND:
            for way in WAYS:
                assert bool(told(sink, f"{word}-{found}-{way}-")) == (
                    found not in silent), (found, way)

    def test_what_the_client_asks_for(self, mx, sink, word):
        """Its own NOTIFY gives way, and nobody is told of success, failure or
        delay. Who passes is told of all three."""
        with reconfigured(mx, mode="mark", dsn="not-failed"):
            for found in ("soft", "good"):
                for reply in whole(mx, found, f"{word}-{found}-", "alice",
                                   "lost", "hopeless", "later", params=NOTIFY):
                    assert reply.startswith("250"), reply

            def all_told():
                mx.try_queue()
                said = [text for _, text in told(sink, word)]
                return all(any(what in text for text in said) for what in (
                    "Action: delivered", "Action: failed", "Action: delayed"))

            wait_until(all_told, lambda: "to be told of all:\n" + "\n".join(
                text for _, text in told(sink, word)))
        sink.patient = True
        try:
            settle(mx, mx.try_queue)
        finally:
            sink.patient = False
        assert {found for found, _ in told(sink, word)} == {"good"}
        mail = mx.wait_mail("alice", f"{word}-soft-")
        assert flat(mail["Received-SPF"]).startswith("softfail ")
        assert mail.return_path == self.return_path
        assert mx.engine.lines(
            "spf=softfail .*event=no-dsn .*sender=victim@soft.sink.example")

    def test_it_is_counted(self, mx, word):
        """As often as the log says so; what is counted is written later."""
        def counts():
            said = mx.backstop("status", "--json").stdout
            return (json.loads(said)["spf"]["week"]["no_dsn"],
                    len(mx.engine.lines("event=no-dsn")))

        with reconfigured(mx, mode="mark", dsn="not-failed"):
            whole(mx, "fail", word, "alice")
            whole(mx, "good", word, "alice")
            mx.engine.wait_for("event=no-dsn")
            wait_until(lambda: len(set(counts())) == 1,
                       lambda: f"as many counted as logged: {counts()}")
            assert "dsn not-failed: of " in mx.backstop("status",
                                                        "--all").stdout
