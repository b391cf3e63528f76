"""What the user of a real mail server is told of a notice that came."""

import pytest

import layouts
from smtp import Dialogue
from talk import ALICE, deliver, send

NOBODY = "no.such.user@remote.example"


@pytest.fixture(scope="module", params=["one_hop", "two_hops"])
def reader(lab, request):
    layout = getattr(layouts, request.param)
    with lab.ours(layouts.reading(layout), mode="mark") as made:
        yield made


def explained(host, text):
    """The lines that are said of a notice, and the exit status."""
    done = host.run("backstop", "explain", text=text, check=False)
    assert done.stderr == ""
    return done.stdout.splitlines(), done.returncode


def test_mail_that_was_refused_elsewhere(reader, remote, word):
    """Our own host tells alice that her mail was refused: she sent it."""
    send(reader, NOBODY, word)
    notice = reader.wait_mail("alice", word)
    assert NOBODY in notice.text
    lines, status = explained(reader, notice.text)
    assert lines[0].startswith("You did: "), lines
    assert f", to {NOBODY}, " in lines[0]
    assert status == 0
    assert any("in the store, sent by the recipient" in line
               for line in lines), lines
    # as alice would forward it to her administrator
    quoted = "".join(f"> {line}\n" for line in notice.text.splitlines())
    assert explained(reader, quoted)[1] == 0


def test_notice_that_somebody_made_up(reader, word):
    """With a young store the answer is unknown, but there is one."""
    with Dialogue(reader.lan.space, reader.address) as session:
        session.envelope("", ALICE)
        session.message(f"""\
From: MAILER-DAEMON@client.example
To: {ALICE}
Subject: Undelivered Mail Returned to Sender {word}
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; client.example

Final-Recipient: rfc822; {NOBODY}
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Received: from evil.example ([203.0.113.9]) by client.example
From: {ALICE}
Message-ID: <{word}@example.org>

Text.
--b--
""")
    notice = reader.wait_mail("alice", word)
    lines, status = explained(reader, notice.text)
    assert status == 2
    assert lines[0].startswith(
        "Probably not yours: no mail with this Message-ID is on record here, "
        "and it came from 203.0.113.9, which is not ours."), lines[0]
    assert any("judged then" in line and "unknown" in line
               for line in lines), lines


def test_ordinary_mail_is_no_bounce(reader, word):
    deliver(reader, "carol@remote.example", ALICE, word)
    lines, status = explained(reader, reader.wait_mail("alice", word).text)
    assert (lines[0][:18], status) == ("This is no bounce:", 2)
