"""Mail that programs of this host submit is never refused, whatever its
sender."""

import pytest

import notices
from exim import sinking
from host import wait_until
from talk import ALICE, SIGNED, forge, message

STRANGER = "203.0.113.9"


@pytest.fixture(scope="module")
def old(exim):
    with exim.old_ours(sinking) as host:
        yield host


def by_sendmail(host, word, recipient, text):
    return host.run("sendmail", "-i", "-oMa", STRANGER, "-f", "<>", recipient,
                    text=text.replace("Subject:", f"X-Word: {word}\nSubject:",
                                      1), check=False)


def by_batch(host, word, recipient, text):
    """sendmail -bS."""
    text = text.replace("Subject:", f"X-Word: {word}\nSubject:", 1)
    return host.run("sendmail", "-bS", "-oMa", STRANGER, text=(
        f"MAIL FROM:<>\nRCPT TO:<{recipient}>\nDATA\n{text}.\n"), check=False)


@pytest.mark.parametrize("hand_in", [by_sendmail, by_batch])
@pytest.mark.parametrize("case", ["bad tag", "stale tag", "untagged"])
def test_a_forged_bounce_is_not_refused(old, hand_in, case, word):
    """-oMa says which host a message is from. A scanner uses it to submit
    again what it took; if that were refused, it would have to bounce the
    message."""
    recipient = {"bad tag": forge(old.sign(ALICE)), "untagged": ALICE,
                 "stale tag": old.signed_days_ago(ALICE, 30)}[case]
    done = hand_in(old, word, recipient,
                   notices.bounce("never.sent@example.org"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert old.wait_mail("alice", word)
    assert not old.frozen()


@pytest.mark.parametrize("address, signed", [("127.0.0.1", True),
                                             (STRANGER, False)])
def test_submitted_mail_is_signed_by_the_host_it_came_from(
        old, sink, address, signed, word):
    old.run("sendmail", "-i", "-oMa", address, "-f", ALICE,
            "joe@remote.example", text=message(ALICE, "joe", word))
    mail = wait_until(lambda: next(
        (mail for mail in list(sink.mails) if word in mail["text"]), None),
                      f"{word!r} in the sink")
    path = mail["mail"].partition("<")[2].partition(">")[0]
    assert bool(SIGNED.fullmatch(path)) == signed, path
