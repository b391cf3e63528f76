"""Mail of users who logged in (Debian 13 only)."""

import base64

import pytest

from lab import PASSWORD
from smtp import Dialogue
from talk import ALICE, CAROL, SIGNED, message


def log_in(session, user):
    secret = base64.b64encode(f"\0{user}\0{PASSWORD}".encode()).decode()
    session.say("EHLO client.example")
    assert session.say(f"AUTH PLAIN {secret}").startswith("235")


def submit(host, user, sender, to, word):
    """A logged-in user's message from another host; returns the reply to
    MAIL or the last one."""
    with Dialogue(host.lan.space, host.address, 587) as session:
        session.start_tls()
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
    mail = either.wait_mail("bob", word, remote)
    assert "mailbox is full" in mail.text


@pytest.mark.usefixtures("has_auth")
def test_nobody_sends_in_another_name(either, word):
    """With one hop this check is not possible: smtpd compares the signed
    address."""
    if either.layout == "two_hops":
        reply = submit(either, "bob", ALICE, CAROL, word)
        assert reply.startswith("530"), reply
    reply = submit(either, "bob", "bob@example.org", CAROL, word)
    assert reply.startswith("250"), reply
