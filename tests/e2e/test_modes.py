"""What each mode does with a forged bounce, and what is the same in all
modes."""

import pytest

from talk import ALICE, CAROL, bounce, deliver, forge

MODES = ("observe", "mark", "junk", "enforce")


@pytest.fixture(scope="module", params=MODES)
def moded(request, lab):
    with lab.ours(mode=request.param) as made:
        made.mode = request.param
        yield made


@pytest.fixture
def forgeries(moded):
    """A made-up tag and one that expired long ago."""
    return (forge(moded.sign(ALICE)),
            moded.sign(ALICE, "--at", "2026-01-01T00:00:00Z"))


def test_forged_bounce(moded, forgeries, word):
    for forged in forgeries:
        reply = bounce(moded, forged, word + forged)
        if moded.mode == "enforce":
            assert reply.startswith("550 5.7.1"), reply
            continue
        assert reply.startswith("250"), reply
        mail = moded.wait_mail("alice", word + forged)
        assert mail["Delivered-To"] == ALICE
        spam = (mail["X-Spam"] or "").lower()
        assert spam == ("yes" if moded.mode == "junk" else "")


def test_genuine_bounce_is_never_touched(moded, word):
    assert bounce(moded, moded.sign(ALICE), word).startswith("250")
    assert moded.wait_mail("alice", word)["X-Spam"] is None


def test_ordinary_mail_is_never_touched(moded, word):
    assert deliver(moded, CAROL, ALICE, word).startswith("250")
    assert moded.wait_mail("alice", word)["X-Spam"] is None


def test_untagged_bounce_is_delivered(moded, word):
    assert bounce(moded, ALICE, word).startswith("250")
    assert moded.wait_mail("alice", word)["X-Spam"] is None
