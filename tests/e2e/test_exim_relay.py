"""Exim that passes mail on: for other hosts of ours, and for its clients."""

import pytest

import layouts
import notices
from exim import sinking
from host import wait_until
from net import OUTSIDE
from smtp import Dialogue
from strikes import strike
from talk import ALICE, BOB, CAROL, bounce, deliver, message

JOE = "joe@sink.example"


def backup(host):
    """Our host is also a backup MX for a domain of ours whose mail is
    elsewhere."""
    sinking(host)
    host.configure_exim(other_hostnames=layouts.OURS,
                        relay_domains=layouts.SINK)


@pytest.fixture
def mx(exim):
    with exim.ours(backup,
                   domains=f"{layouts.OURS}, {layouts.SINK}") as host:
        yield host


def arrived(sink, word):
    """The recipient with which a message came to the next host."""
    mail = wait_until(lambda: next(
        (mail for mail in list(sink.mails) if word in mail["text"]), None),
                      f"{word!r} in the sink")
    return mail["rcpt"][0].partition("<")[2].partition(">")[0]


def test_tags_come_off_for_the_next_host(mx, sink, word):
    """The next host does not know tags: it would refuse a genuine bounce."""
    tag = mx.sign(JOE)
    assert bounce(mx, tag, word).startswith("250")
    assert arrived(sink, word) == JOE
    mx.engine.kill()
    for sender in ("", CAROL):
        reply = deliver(mx, sender, tag, f"{word}-away")
        assert reply.startswith("451"), reply
        reply = deliver(mx, sender, JOE, f"{word}-plain{sender}.")
        assert reply.startswith("250"), reply
        assert arrived(sink, f"{word}-plain{sender}.") == JOE
    mx.start_engine()
    assert bounce(mx, tag, f"{word}-away").startswith("250")
    assert arrived(sink, f"{word}-away") == JOE


def test_tags_that_were_not_asked_about_are_put_off(mx, word):
    """Not all of the recipients are asked about."""
    tag = mx.sign(JOE)
    with Dialogue(mx.lan.space, mx.address) as session:
        session.envelope(CAROL, *[tag] * 256)
        assert session.message(message(CAROL, JOE, word)).startswith("250")
        session.say(f"MAIL FROM:<{CAROL}>")
        for _ in range(257):
            assert session.say(f"RCPT TO:<{tag}>").startswith("250")
        reply = session.message(message(CAROL, JOE, word))
        assert reply.startswith("451"), reply


def test_tags_of_other_hosts_are_left_alone(mx, sink, word):
    """What users write to hosts with tags of their own."""
    other = "prvs=1234abcdef=joe@elsewhere.example"
    mx.write("/etc/exim4/hubbed_hosts",
             f"elsewhere.example: {layouts.SINK_ADDRESS}\n")
    mx.engine.kill()
    with Dialogue(mx.space, "127.0.0.1") as session:
        session.envelope("alice@example.org", other)
        assert session.message(message("alice@example.org", other,
                                       word)).startswith("250")
    assert arrived(sink, word) == other


def client_network(host):
    """Exim relays for the network of the others, which "trusted" does not
    name."""
    sinking(host)
    host.configure_exim(other_hostnames=f"{layouts.OURS};{layouts.OURS_TOO}",
                        relay_domains=layouts.REMOTE,
                        relay_nets="192.0.2.0/24")


def refused(host, recipient):
    reply, _ = strike(host, recipient,
                      notices.bounce("never.sent@example.org"))
    return reply.startswith("550")


def test_client_that_exim_trusts_and_we_do_not(exim, sink, word):
    """Its mail leaves unsigned. From then on no bounce to its senders is
    refused for having no tag, and the log says why."""
    with exim.old_ours(client_network) as host:
        assert refused(host, BOB)
        assert deliver(host, ALICE, JOE, word).startswith("250")
        mail = wait_until(lambda: next(
            (mail for mail in list(sink.mails) if word in mail["text"]),
            None), "the mail in the sink")
        assert f"<{ALICE}>" in mail["mail"]
        assert not refused(host, ALICE) and not refused(host, BOB)
        line, = host.exim_lines("backstop: .*not in .trusted.")
        assert OUTSIDE in line and ALICE in line


def test_strangers_do_not_hide_forgeries(exim, sink, word):
    """A stranger who forges our sender has not sent mail of ours: neither to a
    mailbox here, nor to an alias that leads elsewhere, nor to a domain that we
    relay to."""
    def layout(host):
        sinking(host)
        host.configure_exim(
            other_hostnames=f"{layouts.OURS};{layouts.OURS_TOO}",
            relay_domains=layouts.SINK)
    with exim.old_ours(layout) as host:
        for recipient in (BOB, "sunk@example.org", JOE):
            assert deliver(host, ALICE, recipient, word).startswith("250")
        wait_until(lambda: sum(word in mail["text"] for mail in
                               list(sink.mails)) == 2, "both in the sink")
        assert refused(host, ALICE) and refused(host, BOB)
        assert not host.exim_lines("backstop: .*not in .trusted.")
