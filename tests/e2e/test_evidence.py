"""Bounces are judged by what they return, on a real smtpd and a store that is
old enough to know."""

import pytest

import layouts
import notices
from smtp import Dialogue
from strikes import Sent, check, strike, unknown_id
from talk import ALICE, BOB, CAROL, DAEMON, DAVE, SIGNED, message

LAYOUT = layouts.sinking(layouts.reading(layouts.one_hop))


@pytest.fixture
def enforcing(lab):
    with lab.old_ours(LAYOUT, **{
            "[domain example.net]": {"mode": "mark"}}) as host:
        yield host


def test_domains_have_modes_of_their_own(enforcing):
    forged = notices.bounce(unknown_id())
    check("enforce", 13, *strike(enforcing, BOB, forged))
    check("mark", 13, *strike(enforcing, "bob@example.net", forged))


def test_mildest_of_several_recipients(enforcing):
    """One recipient whose row only marks lets it pass for all; it is refused
    if all rows refuse."""
    forged = notices.bounce(unknown_id())
    check("enforce", 13, *strike(enforcing, [ALICE, BOB, DAVE], forged))
    reply, mail = strike(enforcing, [BOB, "dave@example.net"], forged)
    check("mark", 13, reply, mail)
    assert mail["Delivered-To"] in (BOB, "dave@example.net")


def test_a_valid_tag_brings_no_other_recipient_along(enforcing, sink):
    """Who has a bounce for both sends them apart, and each has its verdict."""
    tag = Sent(enforcing, sink).path
    for recipients in ([tag, BOB], [BOB, tag]):
        with Dialogue(enforcing.lan.space, enforcing.address) as session:
            first, second = session.envelope("", *recipients)
        assert first.startswith("250"), first
        assert second.startswith("452 4.5.3"), second
    forged = notices.bounce(unknown_id())
    reply, mail = strike(enforcing, tag, forged)
    assert reply.startswith("250"), reply
    assert mail["X-Backstop"] == "genuine reason=tag row=4"
    check("enforce", 13, *strike(enforcing, BOB, forged))


def test_recipient_of_the_message_counts(enforcing, sink):
    """Of a message of this user's to somebody else nothing is known: it may
    have been forwarded."""
    sent = Sent(enforcing, sink, DAVE)
    other = notices.bounce(sent.id, "jack@elsewhere.example")
    check("enforce", 16, *strike(enforcing, DAVE, other))
    theirs = notices.bounce(sent.id, "jack@remote.example")
    check("enforce", 12, *strike(enforcing, DAVE, theirs))


def test_message_of_somebody_else(enforcing, sink):
    sent = Sent(enforcing, sink)
    check("enforce", 14, *strike(enforcing, BOB, notices.bounce(sent.id)))


@pytest.mark.parametrize("days", [12, 18])
def test_late_bounce_is_rescued(enforcing, sink, days):
    """Its tag is in grace, or stale, but the message that it returns was
    sent."""
    sent = Sent(enforcing, sink)
    tag = enforcing.signed_days_ago(ALICE, days)
    reply, mail = strike(enforcing, tag, notices.bounce(sent.id))
    check("enforce", 8, reply, mail)
    assert mail["Delivered-To"] == ALICE


def test_bounce_to_a_revoked_key_is_rescued(lab, sink):
    with lab.old_ours(LAYOUT) as host:
        sent = Sent(host, sink)
        number = SIGNED.fullmatch(sent.path)[1]
        host.backstop("key", "rotate")
        host.backstop("key", "revoke", number)
        reply, mail = strike(host, sent.path, notices.bounce(unknown_id()))
        assert reply.startswith("250"), reply
        assert mail["X-Backstop"] == "suspect reason=unknown-key row=9"
        assert mail["X-Spam"] == "yes"
        check("enforce", 8, *strike(host, sent.path, notices.bounce(sent.id)))


def test_bounce_without_a_tag_shows_that_a_path_strips(lab, sink):
    """From then on coverage of this user is partial."""
    with lab.old_ours(LAYOUT) as host:
        sent = Sent(host, sink)
        forged = notices.bounce(unknown_id())
        check("enforce", 13, *strike(host, ALICE, forged))
        check("enforce", 12, *strike(host, ALICE, notices.bounce(sent.id)))
        check("enforce", 16, *strike(host, ALICE, forged))
        check("enforce", 13, *strike(host, BOB, forged))


def test_messages_off(lab, sink):
    """Only tags and coverage count then: no bounce is refused for what it
    returns."""
    with lab.old_ours(LAYOUT, messages="off") as host:
        sent = Sent(host, sink)
        check("enforce", 14, *strike(host, BOB, notices.bounce(unknown_id())))
        check("enforce", 14, *strike(host, ALICE, notices.bounce(sent.id)))
        reply, mail = strike(host, sent.path, notices.bounce(sent.id))
        assert reply.startswith("250") and mail["X-Spam"] is None


def test_strict(lab, sink):
    with lab.old_ours(LAYOUT, strict="yes") as host:
        reply, _ = strike(host, BOB, notices.bounce(""))
        assert reply.startswith("550 5.7.1")
        check("enforce", 15, *strike(host, BOB, notices.bounce(unknown_id()),
                                     DAEMON))


def test_whoever_guesses_has_to_wait(lab, sink):
    """Ordinary mail and valid tags are never limited."""
    with lab.old_ours(LAYOUT) as host:
        sent = Sent(host, sink)
        with Dialogue(host.lan.space, host.address) as session:
            session.say("EHLO client.example")
            session.say("MAIL FROM:<>")
            replies = [session.say(f"RCPT TO:<guess{n}@example.org>")
                       for n in range(30)]
        assert replies[0].startswith("550")
        assert replies[-1].startswith("451 4.7.1"), replies
        reply, _ = strike(host, ALICE, notices.bounce(unknown_id()))
        assert reply.startswith("451 4.7.1"), reply
        assert strike(host, sent.path, notices.bounce(sent.id))[1]
        assert strike(host, ALICE, message(CAROL, ALICE, "hi"), CAROL)[1]


@pytest.mark.parametrize("layout", [layouts.one_hop, layouts.two_hops])
def test_both_layouts(lab, sink, layout):
    with lab.old_ours(layouts.sinking(layouts.reading(layout))) as host:
        sent = Sent(host, sink)
        check("enforce", 13, *strike(host, ALICE,
                                     notices.bounce(unknown_id())))
        check("enforce", 12, *strike(host, ALICE, notices.bounce(sent.id)))
