"""Through real Exim: what leaves is signed, what comes home is known."""

import base64

import pytest

import layouts
from host import wait_until
from smtp import Dialogue, Sink
from talk import (ALICE, BOB, CAROL, SIGNED, bounce, deliver, envelope, forge,
                  message, send)

FORGED = ("550 5.7.1 This bounce answers a return path that we never signed: "
          "the message was forged in our user's name, please do not bounce "
          "forged mail")


@pytest.fixture(scope="module")
def mx(exim):
    with exim.ours() as host:
        yield host


def full_reply(session):
    """All lines of the last reply as one text: Exim breaks long ones."""
    lines = []
    for line in reversed(session.lines):
        if not line.startswith("S: ") or (lines and line[6:7] != "-"):
            break
        lines.insert(0, line.removeprefix("S: "))
    return " ".join([lines[0][:3]] + [
        line[4:].removeprefix("5.7.1 ") if n else line[4:]
        for n, line in enumerate(lines)])


def test_mail_leaves_signed(mx, remote, word):
    send(mx, CAROL, word)
    mail = remote.wait_mail("carol", word)
    assert SIGNED.fullmatch(mail.return_path), mail.text
    assert mail["X-Backstop"] is None


def test_local_mail_stays_plain(mx, word):
    send(mx, BOB, word)
    assert mx.wait_mail("bob", word).return_path == ALICE


def test_of_one_message_to_both_only_what_leaves_is_signed(mx, remote, word):
    """One message to both: only what leaves has the tag."""
    mx.sendmail("alice", ALICE, BOB, CAROL, text=message(ALICE, BOB, word))
    assert mx.wait_mail("bob", word).return_path == ALICE
    assert SIGNED.fullmatch(remote.wait_mail("carol", word).return_path)


def test_retry_keeps_the_tag(mx, lab, word):
    """The tag is made when the message comes in, and stays, whatever happens
    to the key."""
    mx.write("/etc/exim4/hubbed_hosts", "later.example: 192.0.2.31\n")
    send(mx, "joe@later.example", word)
    identity = mx.wait_for_line(r"(\S+) <= alice@.* for joe@later")[1]
    header = mx.run("exim4", "-Mvh", identity).stdout
    tag = SIGNED.search(header)[0]
    mx.backstop("key", "rotate")
    sink = Sink(lab.lan, "192.0.2.31")
    try:
        def come():
            mx.try_queue()
            return sink.mails
        mail, = wait_until(come, "the message at the second attempt")
        assert f"<{tag}>" in mail["mail"]
    finally:
        sink.close()
        mx.write("/etc/exim4/hubbed_hosts",
                 f"{layouts.REMOTE}: {layouts.REMOTE_ADDRESS}\n"
                 f"{layouts.SINK}: {layouts.SINK_ADDRESS}\n")


def test_genuine_bounce_comes_home(mx, remote, word):
    """The other host's smtpd accepts the message and bounces it later."""
    send(mx, "dave@remote.example", word)
    mail = mx.wait_mail("alice", word, remote)
    assert "mailbox is full" in mail.text
    assert mail.recipient == ALICE
    assert mail["X-Backstop"].startswith("genuine reason=tag ")


@pytest.mark.usefixtures("sink")
def test_bounce_of_exim_itself_comes_home(mx, word):
    send(mx, "refused@sink.example", word)
    mail = mx.wait_mail("alice", word)
    assert "no such user" in mail.text and mail.recipient == ALICE
    assert mail["X-Backstop"] is None
    assert not mx.frozen()


def test_reply_to_the_return_path(mx, word):
    tag = mx.sign(ALICE)
    assert deliver(mx, CAROL, tag, word).startswith("250")
    mail = mx.wait_mail("alice", word)
    assert mail.recipient == ALICE and mail["X-Backstop"] is None


def test_bad_tag(mx, exim, word):
    """-heavy refuses it at RCPT, -light at the end of DATA."""
    tag = forge(mx.sign(ALICE))
    with Dialogue(mx.lan.space, mx.address) as session:
        reply, = session.envelope("", tag)
        assert reply.startswith("550" if exim.at_rcpt else "250"), reply
        if not exim.at_rcpt:
            session.message(message("daemon@client.example", tag, word))
        assert full_reply(session) == FORGED


def test_bad_tag_for_mail_that_is_no_bounce(mx, word):
    """A reply to a forged return path is left to Exim, as any unknown user."""
    assert deliver(mx, CAROL, forge(mx.sign(ALICE)), word).startswith("250")
    assert mx.wait_mail("alice", word)["X-Backstop"] is None


def test_callout(mx):
    assert envelope(mx, "", ALICE)[0].startswith("250")
    assert envelope(mx, "", mx.sign(ALICE))[0].startswith("250")


def test_unknown_user_behind_a_tag(mx):
    tag = mx.sign("nobody.here@example.org")
    assert envelope(mx, "", tag)[0].startswith("550")


def test_our_field_is_not_taken_from_outside(mx, word):
    claim = "X-Backstop: genuine reason=tag row=4\nx-backstop: me too\n"
    with Dialogue(mx.lan.space, mx.address) as session:
        session.envelope(CAROL, ALICE)
        session.message(claim + message(CAROL, ALICE, word))
    assert mx.wait_mail("alice", word)["X-Backstop"] is None


def test_authenticated_submission(mx, remote, word):
    secret = base64.b64encode(b"\0alice\0open sesame").decode()
    with Dialogue(mx.lan.space, mx.address) as session:
        session.say("EHLO client.example")
        assert session.say(f"AUTH PLAIN {secret}").startswith("235")
        session.say(f"MAIL FROM:<{ALICE}>")
        session.say(f"RCPT TO:<{CAROL}>")
        assert session.message(message(ALICE, CAROL, word)).startswith("250")
    mail = remote.wait_mail("carol", word)
    assert SIGNED.fullmatch(mail.return_path)
    # what left without a Message-ID could not be told from a forgery later
    assert mail["Message-ID"].endswith("@ours.test>")


def test_submission_from_this_host(mx, remote, word):
    with Dialogue(mx.space, "127.0.0.1") as session:
        session.envelope(ALICE, CAROL)
        assert session.message(message(ALICE, CAROL, word)).startswith("250")
    assert SIGNED.fullmatch(remote.wait_mail("carol", word).return_path)


def test_smtp_without_a_network(mx, remote, word):
    """sendmail -bs."""
    text = message(ALICE, CAROL, word).replace("\n", "\r\n")
    mx.run("sendmail", "-bs", user="alice", text=(
        f"EHLO here\r\nMAIL FROM:<{ALICE}>\r\nRCPT TO:<{CAROL}>\r\n"
        f"DATA\r\n{text}.\r\nQUIT\r\n"))
    assert SIGNED.fullmatch(remote.wait_mail("carol", word).return_path)


def test_strangers_get_no_tag(mx, remote, word):
    """A stranger forges our sender to an alias that leads to another host."""
    assert deliver(mx, ALICE, "away@example.org", word).startswith("250")
    assert remote.wait_mail("carol", word).return_path == ALICE


def test_forwarded_mail_keeps_its_sender(mx, remote, word):
    assert deliver(mx, "joe@elsewhere.example", "away@example.org",
                   word).startswith("250")
    assert remote.wait_mail("carol",
                            word).return_path == "joe@elsewhere.example"


def test_alias_of_several(mx, word):
    tag = mx.sign("sales@example.org")
    assert bounce(mx, tag, word).startswith("250")
    for user in ("alice", "bob"):
        assert mx.wait_mail(user, word).recipient == "sales@example.org"


def test_bounce_to_an_alias_that_leads_elsewhere(mx, remote, word):
    """A forwarder passes bounces on; they are judged as bounces."""
    assert bounce(mx, mx.sign("away@example.org"), word).startswith("250")
    assert remote.wait_mail("carol", word).return_path == ""


def test_tag_as_the_other_host_wrote_it(mx, word):
    tag = mx.sign(ALICE).replace("prvs=", "PRVS=")
    assert bounce(mx, tag, word).startswith("250")
    assert mx.wait_mail("alice", word)["X-Backstop"].startswith("genuine")


def test_nothing_of_ours_in_the_panic_log(mx):
    assert mx.exim_log("panic") == ""
    assert not mx.exim_lines("(?i)local_scan.*(crash|timed|timeout|failed)")
