"""What tests and demo say to the hosts, and the addresses they make up."""

import re

from smtp import Dialogue

ALICE = "alice@example.org"
BOB = "bob@example.org"
DAVE = "dave@example.org"
CAROL = "carol@remote.example"
DAEMON = "mailer-daemon@remote.example"
SIGNED = re.compile(r"prvs=(\d)(\d{3})([0-9a-f]{6})=(.+)@(.+)")


def message(sender, to, subject, text="Text."):
    return f"From: {sender}\nTo: {to}\nSubject: {subject}\n\n{text}\n"


def forge(tag):
    """The same tag with a MAC that its key did not make."""
    mac = SIGNED.fullmatch(tag)[3]
    return tag.replace(mac, f"{int(mac, 16) ^ 0x5a5a5a:06x}", 1)


def send(host, to, subject, sender=ALICE, user="alice"):
    """A user's mail, by sendmail on the host."""
    host.sendmail(user, sender, to, text=message(sender, to, subject))


def envelope(host, sender, *recipients):
    """A stranger's MAIL and RCPTs, nothing sent; returns RCPT's replies."""
    with Dialogue(host.lan.space, host.address) as session:
        return session.envelope(sender, *recipients)


def deliver(host, sender, recipient, subject, port=25):
    """A stranger's whole message, or with another port one that is submitted
    from the host itself; returns the last reply of the session."""
    space, address = ((host.lan.space, host.address) if port == 25
                      else (host.space, "127.0.0.1"))
    with Dialogue(space, address, port) as session:
        reply, = session.envelope(sender, recipient)
        if not reply.startswith("250"):
            return reply
        return session.message(message(sender or "daemon@client.example",
                                       recipient, subject))


def bounce(host, recipient, subject):
    return deliver(host, "", recipient, subject)
