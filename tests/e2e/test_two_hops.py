"""What only the two-hops layout gives: smtpd sees plain addresses."""

import pytest

import layouts
from smtp import Dialogue
from talk import ALICE, CAROL, SIGNED, deliver, message, send


@pytest.fixture(scope="module")
def two_hops(lab):
    with lab.ours(layouts.two_hops) as made:
        yield made

def test_forward_of_a_local_message(two_hops, remote, word):
    """Alice writes to an alias of ours that leads out: the mail leaves in her
    name."""
    send(two_hops, "away@example.org", word)
    path = remote.wait_mail("carol", word).return_path
    assert SIGNED.fullmatch(path)[4] == "alice"

def test_mixed_recipients(two_hops, remote, word):
    """Only the copy that leaves has a tag."""
    with Dialogue(two_hops.space, "127.0.0.1", 587) as session:
        replies = session.envelope(ALICE, "bob@example.org", CAROL)
        assert [reply[:3] for reply in replies] == ["250", "250"]
        session.message(message(ALICE, "bob@example.org", word))
    assert two_hops.wait_mail("bob", word).return_path == ALICE
    assert SIGNED.fullmatch(remote.wait_mail("carol", word).return_path)

def test_spoofed_mail_to_a_local_user_stays_plain(two_hops, word):
    assert deliver(two_hops, ALICE, "bob@example.org", word).startswith("250")
    assert two_hops.wait_mail("bob", word).return_path == ALICE
