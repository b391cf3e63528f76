"""Logging in (Debian 13 only), and what two hops keep apart."""

import base64

import pytest

import layouts
from lab import PASSWORD
from smtp import Dialogue
from talk import ALICE, CAROL, SIGNED, deliver, message, send

def log_in(session, user):
    secret = base64.b64encode(f"\0{user}\0{PASSWORD}".encode()).decode()
    session.say("EHLO client.example")
    assert session.say(f"AUTH PLAIN {secret}").startswith("235")

def submit(host, user, sender, to, word):
    """A logged-in user's message from another host; returns the reply to
    MAIL or the last one."""
    with Dialogue(host.lan.space, host.address, 465, tls=True) as session:
        log_in(session, user)
        reply = session.say(f"MAIL FROM:<{sender}>")
        if reply.startswith("250"):
            assert session.say(f"RCPT TO:<{to}>").startswith("250")
            reply = session.message(message(sender, to, word))
        return reply

@pytest.fixture
def has_auth(lab):
    if not lab.has_auth:
        pytest.skip("OpenSMTPD 6.8 of Debian 12 has no TLS, so no AUTH")

@pytest.mark.usefixtures("has_auth")
def test_authenticated_mail_leaves_signed(either, remote, word):
    assert submit(either, "alice", ALICE, CAROL, word).startswith("250")
    assert SIGNED.fullmatch(remote.wait_mail("carol", word).return_path)

@pytest.mark.usefixtures("has_auth")
def test_bounce_of_authenticated_mail_comes_home(either, remote, word):
    reply = submit(either, "bob", "bob@example.org", "dave@remote.example",
                   word)
    assert reply.startswith("250")
    assert "mailbox is full" in either.wait_mail("bob", word).text
    assert remote.smtpd.alive()

@pytest.fixture(scope="module")
def two_hops(lab):
    with lab.ours(layouts.two_hops) as made:
        yield made

@pytest.mark.usefixtures("has_auth")
def test_nobody_sends_in_another_name(two_hops, word):
    reply = submit(two_hops, "bob", ALICE, CAROL, word)
    assert reply.startswith("530"), reply
    reply = submit(two_hops, "bob", "bob@example.org", CAROL, word)
    assert reply.startswith("250"), reply

def test_forward_of_a_local_message(two_hops, remote, word):
    """Alice to an alias of ours that leads out: it leaves in her name."""
    send(two_hops, "away@example.org", word)
    path = remote.wait_mail("carol", word).return_path
    assert SIGNED.fullmatch(path)[4] == "alice"

def test_mixed_recipients(two_hops, remote, word):
    """Only the copy that leaves bears a tag."""
    with Dialogue(two_hops.space, "127.0.0.1", 587) as session:
        replies = session.envelope(ALICE, "bob@example.org", CAROL)
        assert [reply[:3] for reply in replies] == ["250", "250"]
        session.message(message(ALICE, "bob@example.org", word))
    assert two_hops.wait_mail("bob", word).return_path == ALICE
    assert SIGNED.fullmatch(remote.wait_mail("carol", word).return_path)

def test_spoofed_mail_to_a_local_user_stays_plain(two_hops, word):
    assert deliver(two_hops, ALICE, "bob@example.org", word).startswith("250")
    assert two_hops.wait_mail("bob", word).return_path == ALICE
