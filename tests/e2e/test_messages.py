"""Messages go through the filter into smtpd: not an octet is lost, whatever
they contain and whatever happens to the engine."""

import re
import threading

import pytest

import layouts
from smtp import Dialogue
from talk import ALICE, CAROL, deliver

SENDERS = ["", "mailer-daemon@remote.example", CAROL]


@pytest.fixture(scope="module")
def reader(lab):
    """Our host with a filter that reads messages."""
    with lab.ours(layouts.reading(layouts.one_hop), mode="mark") as made:
        # 6.8 cuts a line there when a filter reads it
        made.longest = 1990 if lab.suite == "bookworm" else 60000
        yield made


def send(host, lines, sender, *recipients):
    """A message of these lines, without their ends; returns the reply."""
    stuffed = [b"." + line if line.startswith(b".") else line
               for line in lines]
    with Dialogue(host.lan.space, host.address) as session:
        for reply in session.envelope(sender, *recipients or [ALICE]):
            assert reply.startswith("250"), reply
        assert session.begin_data().startswith("354")
        session.send(b"".join(line + b"\r\n" for line in stuffed))
        return session.end_data()


def delivered(host, word):
    """A message as it lies in the mailbox, its octets."""
    return host.wait_mail("alice", word).path.read_bytes()


def tricky(word, longest):
    return [b"Subject: " + word.encode(), b"X-Long: " + b"h" * 900, b"",
            b".", b"..", b".dot", b"", b"\xff\xfe\x80 8-bit", b"a|b|c|",
            b" leading", b"trailing ", b"\t", b"x" * longest, b"", b"",
            b"filter-dataline|1|2|.", b"X-Backstop: body", b"last"]


@pytest.mark.parametrize("sender", SENDERS)
def test_every_octet_arrives(reader, sender, word):
    lines = tricky(word, reader.longest)
    assert send(reader, lines, sender).startswith("250")
    assert delivered(reader, word).endswith(b"\n".join(lines) + b"\n")


@pytest.mark.parametrize("sender", SENDERS)
def test_lines_as_long_as_smtpd_takes_them(reader, sender, word):
    """Lines that smtpd could not take back are cut, or smtpd refuses them
    itself; it goes on running."""
    for length in range(65480, 65540, 5):
        subject = f"{word}-{length}."
        lines = [b"Subject: " + subject.encode(), b"", b"x" * length]
        try:
            reply = send(reader, lines, sender)
        except ConnectionError:  # refused while we spoke
            continue
        if not reply.startswith("250"):
            continue
        body = delivered(reader, subject).partition(b"\n\n")[2]
        if reader.longest > length // 2:
            assert body.replace(b"\n", b"") == lines[2]
    assert send(reader, [b"Subject: " + word.encode()],
                sender).startswith("250")
    assert reader.smtpd.alive()


@pytest.mark.parametrize("sender", SENDERS)
def test_a_large_message(reader, sender, word):
    """The message is longer than what the filter keeps."""
    lines = [b"Subject: " + word.encode(), b""]
    lines += [f"{n} ".encode() + b"y" * 70 for n in range(60000)]
    assert send(reader, lines, sender).startswith("250")
    assert delivered(reader, word).endswith(b"\n".join(lines) + b"\n")


@pytest.mark.parametrize("sender", SENDERS)
def test_our_field_is_not_taken_from_outside(reader, sender, word):
    lines = [b"Subject: " + word.encode(), b"X-Backstop: genuine reason=tag",
             b"\tfolded", b"x-backstop: genuine", b"X-Other: stays", b"",
             b"X-Backstop: stays in the body"]
    assert send(reader, lines, sender).startswith("250")
    header, _, body = delivered(reader, word).partition(b"\n\n")
    assert not re.search(rb"(?i)^x-backstop: genuine", header, re.M)
    assert b"folded" not in header
    assert b"X-Other: stays" in header
    assert body == b"X-Backstop: stays in the body\n"


def test_sessions_do_not_mix(reader, word):
    def run(n):
        lines = [f"Subject: {word}-{n}.".encode(), b""]
        lines += [f"{n}:{i}".encode() for i in range(3000)]
        assert send(reader, lines, SENDERS[n % 3]).startswith("250")

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for n in range(4):
        body = delivered(reader, f"{word}-{n}.").partition(b"\n\n")[2]
        assert body == b"".join(f"{n}:{i}\n".encode() for i in range(3000))


def test_a_client_leaves_in_the_middle(reader, word):
    for sender in SENDERS:
        with Dialogue(reader.lan.space, reader.address) as session:
            session.envelope(sender, ALICE)
            session.begin_data()
            session.send(b"Subject: half\r\n\r\n" + b"zzz\r\n" * 20000)
            session.say_nothing_after("half a line")
    assert deliver(reader, CAROL, ALICE, word).startswith("250")
    assert reader.wait_mail("alice", word)
    assert reader.smtpd.alive()


def test_what_leaves_has_one_message_id(reader, remote, word):
    for n, field in enumerate(["", "Message-ID: <mine@example.org>\n"]):
        subject = f"{word}-{n}."
        reader.sendmail("alice", ALICE, CAROL,
                        text=f"{field}Subject: {subject}\n\nhello\n")
        mail = remote.wait_mail("carol", subject, sender=reader)
        found = re.findall(r"(?mi)^message-id:.*", mail.text)
        assert len(found) == 1, mail.text
        if field:
            assert found == [field.strip()]
