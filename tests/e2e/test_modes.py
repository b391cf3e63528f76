"""What each mode does with a forged bounce, and what never changes."""

import pytest

from talk import ALICE, CAROL, bounce, deliver, envelope, forge

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


def test_trusted_client_is_never_refused(moded, forgeries, word):
    """Loopback: smtpd's own user, whatever it sends."""
    for forged in forgeries:
        reply = deliver(moded, "", forged, word + forged, port=587)
        assert reply.startswith("250"), reply


def test_signing_can_be_off_while_tags_come_home(lab, word):
    with lab.ours(sign="no") as host:
        with host.questions() as questions:
            assert questions.sign(ALICE)["reason"] == "sign-off"
        tag = host.sign(ALICE, "--at", "2026-01-01T00:00:00Z")
        assert deliver(host, CAROL, tag, word).startswith("250")
        assert host.wait_mail("alice", word)["Delivered-To"] == ALICE


def test_replayed_tag_becomes_junk(ours, word):
    """One tag, no recipients counted: twenty bounces are plausible."""
    tag = ours.sign(ALICE)
    for number in range(22):
        assert bounce(ours, tag, f"{word}-{number}.").startswith("250")
    assert ours.wait_mail("alice", f"{word}-0.")["X-Spam"] is None
    assert ours.wait_mail("alice", f"{word}-21.")["X-Spam"].lower() == "yes"


def test_subaddress_form(lab, remote, word):
    """Per domain; the plain address in the MAC, as in the other form."""
    with lab.bare_ours() as host:
        conf = host.read("/etc/backstop/backstop.conf")
        host.write("/etc/backstop/backstop.conf",
                   conf + "[domain example.org]\nform = subaddress\n")
        lab.bring_up(host)
        assert deliver(host, ALICE, CAROL, word, port=587).startswith("250")
        path = remote.wait_mail("carol", word).return_path
        assert path.startswith("alice+prvs=")
        assert bounce(host, path, f"{word}-home").startswith("250")
        assert host.wait_mail("alice", f"{word}-home")
        forged = path.replace(path[15:21], "5a5a5a")
        assert envelope(host, "", forged)[0].startswith("550 5.7.1")
