"""The main job, in the one-hop layout and in the two-hops layout."""

import pytest

from host import wait_until
from smtp import Dialogue
from talk import (ALICE, CAROL, SIGNED, bounce, deliver, envelope, forge,
                  message, send)


@pytest.fixture
def tag(either):
    return either.sign(ALICE)


def sunk(sink, word):
    return [mail for mail in sink.mails if word in mail["text"]]


def wait_sunk(sink, word):
    return wait_until(lambda: sunk(sink, word), f"{word} in the sink")[0]


def test_mail_by_sendmail_leaves_signed(either, remote, word):
    send(either, CAROL, word)
    path = remote.wait_mail("carol", word).return_path
    assert SIGNED.fullmatch(path).groups()[3:] == ("alice", "example.org")
    assert either.backstop("verify", path).returncode == 0


def test_submitted_mail_leaves_signed(either, remote, word):
    assert deliver(either, ALICE, CAROL, word, port=587).startswith("250")
    assert SIGNED.fullmatch(remote.wait_mail("carol", word).return_path)


def test_sender_keeps_case(either, remote, word):
    deliver(either, "Alice@Example.ORG", CAROL, word, port=587)
    path = remote.wait_mail("carol", word).return_path
    assert path.endswith("=Alice@Example.ORG")
    assert path[:15] == either.sign(ALICE)[:15]


def test_foreign_sender_leaves_unsigned(either, remote, word):
    deliver(either, "someone@elsewhere.example", CAROL, word, port=587)
    path = remote.wait_mail("carol", word).return_path
    assert path == "someone@elsewhere.example"


def test_real_bounce_comes_home(either, remote, word):
    send(either, "dave@remote.example", word)
    mail = either.wait_mail("alice", word, remote)
    assert mail["Delivered-To"] == ALICE
    assert "mailbox is full" in mail.text
    remote.smtpd.wait_for(r"mta delivery .*from=<> to=<prvs=\d{4}[0-9a-f]{6}"
                          r"=alice@example.org> .*result=\"Ok\"")


def test_bounce_made_by_our_own_smtpd_comes_home(either, sink, word):
    """The sink refuses; smtpd's own notice passes the socket's filter."""
    send(either, "refused@sink.example", word)
    mail = either.wait_mail("alice", word)
    assert mail["Delivered-To"] == ALICE
    assert "550 5.1.1 no such user" in mail.text
    assert not sunk(sink, word)


def test_esmtp_parameters_of_outgoing_mail_are_kept(either, sink, word):
    with Dialogue(either.space, "127.0.0.1", 587) as session:
        session.say("EHLO client.example")
        reply = session.say(f"MAIL FROM:<{ALICE}> BODY=8BITMIME RET=HDRS "
                            f"ENVID={word}")
        assert reply.startswith("250"), reply
        reply = session.say("RCPT TO:<frank@sink.example> NOTIFY=FAILURE "
                            "ORCPT=rfc822;frank@sink.example")
        assert reply.startswith("250"), reply
        session.message(message(ALICE, "frank@sink.example", word))
    sink_mail = wait_sunk(sink, word)
    assert "FROM:<prvs=" in sink_mail["mail"]
    assert "RET=HDRS" in sink_mail["mail"]
    assert f"ENVID={word}" in sink_mail["mail"]
    assert "NOTIFY=FAILURE" in sink_mail["rcpt"][0]


def test_esmtp_parameters_of_a_tagged_recipient_are_kept(either, sink, word):
    """sunk@ is forwarded, so the sink sees the address that smtpd got at
    RCPT."""
    with Dialogue(either.lan.space, either.address) as session:
        session.say("EHLO client.example")
        session.say("MAIL FROM:<>")
        reply = session.say(f"RCPT TO:<{either.sign('sunk@example.org')}> "
                            "NOTIFY=NEVER")
        assert reply.startswith("250"), reply
        session.message(message("daemon@client.example", "sunk", word))
    assert "NOTIFY=NEVER" in wait_sunk(sink, word)["rcpt"][0]


def test_recipients_are_judged_one_by_one(either, lab, tag, word):
    """A valid tag brings nobody along where messages are read, as they are not
    by themselves under 6.8: the others are asked for again, apart from it."""
    others = ("missing@example.org", "bob@example.org")
    apart = ["550 Inval", "250 2.1.5"]
    together = apart if lab.suite == "bookworm" else ["452 4.5.3"] * 2
    text = message("daemon@client.example", "you", word)
    with Dialogue(either.lan.space, either.address) as session:
        replies = session.envelope("", forge(tag), tag, *others)
        assert [reply[:9] for reply in replies] == [
            "550 5.7.1", "250 2.1.5", *together]
        session.message(text)
        if together != apart:
            replies = session.envelope("", *others)
            assert [reply[:9] for reply in replies] == apart
            session.message(text)
    assert either.wait_mail("alice", word)["Delivered-To"] == ALICE
    assert either.wait_mail("bob", word)


def test_transactions_of_a_session_are_apart(either, tag, word):
    with Dialogue(either.lan.space, either.address) as session:
        assert session.envelope("", forge(tag))[0].startswith("550 5.7.1")
        session.say("RSET")
        session.say(f"MAIL FROM:<{CAROL}>")
        assert session.say(f"RCPT TO:<{tag}>").startswith("250")
        session.message(message(CAROL, ALICE, word))
        session.say("MAIL FROM:<>")
        assert session.say(f"RCPT TO:<{forge(tag)}>").startswith("550 5.7.1")
    assert either.wait_mail("alice", word)


def test_tag_in_another_case_comes_home(either, tag, word):
    shouted = "PRVS=" + tag[5:15].upper() + "=Alice@Example.ORG"
    assert bounce(either, shouted, word).startswith("250")
    assert either.wait_mail("alice", word)


def test_bounce_to_an_alias_reaches_all_behind_it(either, word):
    tag = either.sign("sales@example.org")
    assert bounce(either, tag, word).startswith("250")
    assert either.wait_mail("alice", word)
    assert either.wait_mail("bob", word)


def test_reply_to_a_tag_is_delivered_at_any_age(either, word):
    old = either.sign(ALICE, "--at", "2026-01-01T00:00:00Z")
    assert deliver(either, CAROL, old, word).startswith("250")
    assert either.wait_mail("alice", word)["Delivered-To"] == ALICE


def test_callout_is_answered(either):
    assert envelope(either, "", ALICE)[0].startswith("250")
    refused, = envelope(either, "", "missing@example.org")
    assert refused.startswith("550") and "5.7.1" not in refused


@pytest.mark.parametrize("address", [
    "msprvs1=18abc=alice@example.org",
    "btv1==0461d4c0ad==alice@example.org",
    "SRS0=Hash=TT=remote.example=carol@example.org",
    "prvs=0461d4c0a=alice@example.org",
])
def test_foreign_dialects_are_left_to_smtpd(either, address):
    reply, = envelope(either, "", address)
    assert reply.startswith("550") and "5.7.1" not in reply


def test_forward_of_a_foreign_sender_is_not_signed(either, sink, word):
    assert deliver(either, CAROL, "sunk@example.org", word).startswith("250")
    assert wait_sunk(sink, word)["mail"].startswith(f"MAIL FROM:<{CAROL}>")


def test_forward_of_a_spoofed_own_sender_is_not_signed(either, sink, word):
    """If it were signed, its bounce would count as genuine."""
    assert deliver(either, ALICE, "sunk@example.org", word).startswith("250")
    assert wait_sunk(sink, word)["mail"].startswith(f"MAIL FROM:<{ALICE}>")


def test_forwarded_bounce_keeps_its_null_sender(either, sink, word):
    tag = either.sign("sunk@example.org")
    assert bounce(either, tag, word).startswith("250")
    mail = wait_sunk(sink, word)
    assert mail["mail"].startswith("MAIL FROM:<>")
    assert mail["rcpt"][0].startswith("RCPT TO:<frank@sink.example>")


def test_return_path_that_a_local_reader_sees(either, word):
    """With one hop, mail is signed before its recipients are known."""
    send(either, "bob@example.org", word)
    path = either.wait_mail("bob", word).return_path
    if either.layout == "two_hops":
        assert path == ALICE
    else:
        assert SIGNED.fullmatch(path)
